//! Passes, keys, orders, policies, gate states, jobs, changes, places.

use crate::support::{
    MINUTE, MORNING, SHARD, area, gate_row, id, lay_town, on_both, read, try_write, write,
};
use gatehouse_core::id::{AreaId, OrderId, OrganisationId, PassId, PersonId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::pass::{ListNumber, PassNumber, PassStatus};
use gatehouse_store::StoreError;
use gatehouse_store::gate_state::GateStateRow;
use gatehouse_store::job::JobRow;
use gatehouse_store::key::{KeyListRow, ServerKeyRow, StaffKeyRow};
use gatehouse_store::order::{OrderRow, OrderSignatureRow};
use gatehouse_store::pass::{PassRow, Revocation};
use gatehouse_store::policy::PolicyForceRow;

const COMMUNITY: AreaId = AreaId([1; 16]);

fn list() -> ListNumber {
    ListNumber::new(7, 0)
}

fn pass(n: u32) -> PassRow {
    PassRow {
        shard: SHARD,
        pass: PassId(id(10, n)),
        number: PassNumber::new(list(), n).unwrap(),
        kind: "resident".to_owned(),
        band: "green".to_owned(),
        area: AreaId(id(1, 3)),
        household: None,
        holder: Some(id(6, 1)),
        key_id: [1, 2, 3, 4],
        from_at: MORNING,
        expires_at: MORNING + 100 * MINUTE,
        credential: vec![1; 120],
        issued_at: MORNING,
        issued_by: None,
        revocation: None,
        replaced_by: None,
    }
}

#[test]
fn a_pass_is_ended_once_and_its_bit_says_so() {
    on_both(|store| {
        let take = |places| {
            write(store, move |tx| {
                tx.take_pass_numbers(SHARD, COMMUNITY, list(), "2020-Q1", places)
            })
        };
        assert_eq!((take(3), take(10)), (0, 3));
        write(store, |tx| {
            (0..3).try_for_each(|n| tx.insert_pass(&pass(n)))
        });
        let revoke = |n, reason: &'static str| {
            write(store, move |tx| {
                let revocation = Revocation {
                    at: MORNING,
                    reason: reason.to_owned(),
                };
                tx.revoke_pass(SHARD, pass(n).pass, &revocation, Some(PassId(id(10, 2))))
            })
        };
        assert!(revoke(1, "lost"));
        assert!(!revoke(1, "moved_out"));
        assert!(!revoke(9, "lost"));
        let row = read(store, |tx| tx.pass_by_number(SHARD, pass(1).number)).unwrap();
        assert_eq!(row.revocation.map(|r| r.reason).as_deref(), Some("lost"));
        assert_eq!(row.replaced_by, Some(pass(2).pass));
        let stored = read(store, |tx| tx.status_list(SHARD, list())).unwrap();
        let status = stored.status_list().unwrap();
        let all = [0, 1, 2, 12, 13].map(|n| status.status(n));
        use PassStatus::{Good, NewerThanList, Revoked};
        assert_eq!(all, [Good, Revoked, Good, Good, NewerThanList]);
        assert_eq!(stored.number, 2);
        let held = read(store, |tx| tx.passes_of_holder(SHARD, &id(6, 1)));
        assert_eq!(held.len(), 3);
        let twice = try_write(store, |tx| {
            let mut twin = pass(0);
            twin.pass = PassId(id(10, 50));
            tx.insert_pass(&twin)
        });
        assert!(matches!(twice, Err(StoreError::NotUnique { .. })));
        let too_many = try_write(store, |tx| {
            tx.take_pass_numbers(SHARD, COMMUNITY, list(), "2020-Q1", u32::MAX)
        });
        assert!(matches!(too_many, Err(StoreError::OverBudget(_))));
    });
}

#[test]
fn keys_are_kept_by_number_and_owner() {
    on_both(|store| {
        lay_town(store);
        let newer = |number| KeyListRow {
            number,
            signed: vec![number as u8],
            made_at: MORNING,
        };
        write(store, move |tx| {
            tx.insert_key_list(&newer(1))?;
            tx.insert_key_list(&newer(2))?;
            tx.insert_server_key(&ServerKeyRow {
                key_id: [1; 4],
                purpose: "issuer".to_owned(),
                area: Some(COMMUNITY),
                public_key: [2; 32],
                sealed: vec![3],
                from_at: MORNING,
                to_at: None,
                is_demo: true,
            })?;
            tx.insert_staff_key(&StaffKeyRow {
                key_id: [4; 4],
                staff: StaffId(id(2, 1)),
                public_key: [5; 32],
                sealed: vec![6],
                from_at: MORNING,
                to_at: None,
            })?;
            tx.reseal_staff_key(&[4; 4], &[7])?;
            tx.end_staff_key(&[4; 4], MORNING + 1)?;
            tx.end_server_key(&[1; 4], MORNING + 1)
        });
        assert_eq!(read(store, |tx| tx.last_key_list()), Some(newer(2)));
        let again = try_write(store, move |tx| tx.insert_key_list(&newer(2)));
        assert!(matches!(again, Err(StoreError::NotUnique { .. })));
        let key = read(store, |tx| tx.staff_key(&[4; 4])).unwrap();
        assert_eq!((key.sealed, key.to_at), (vec![7], Some(MORNING + 1)));
        assert_eq!(read(store, |tx| tx.staff_keys(StaffId(id(2, 1)))).len(), 1);
        assert_eq!(
            read(store, |tx| tx.server_keys())[0].to_at,
            Some(MORNING + 1)
        );
        let fact = |tx: &gatehouse_store::Tx<'_>| tx.set_installation_fact("root_key", &[1; 32]);
        assert!(write(store, fact));
        assert!(!write(store, |tx| tx.set_installation_fact("root_key", &[2; 32])));
        let root = read(store, |tx| tx.installation_fact("root_key"));
        assert_eq!(root, Some(vec![1; 32]));
    });
}

#[test]
fn an_order_gathers_its_signatures() {
    on_both(|store| {
        let order = OrderRow {
            shard: SHARD,
            order: OrderId([9; 16]),
            person: Some(PersonId([6; 16])),
            area: COMMUNITY,
            payload: vec![1, 2, 3],
            starts_at: MORNING,
            ends_at: MORNING + 100,
            created_at: MORNING,
        };
        let sign = |act: &str, n: u32| OrderSignatureRow {
            shard: SHARD,
            order: OrderId([9; 16]),
            act: act.to_owned(),
            payload: (act == "lift").then(|| vec![4]),
            staff: StaffId(id(2, n)),
            organisation: OrganisationId(id(5, n)),
            key_id: [n as u8; 4],
            signature: vec![n as u8; 64],
            signed_at: MORNING + i64::from(n),
        };
        let signatures = [sign("propose", 1), sign("approve", 2), sign("lift", 3)];
        let (laid, signed) = (order.clone(), signatures.clone());
        write(store, move |tx| {
            tx.insert_order(&laid)?;
            signed
                .iter()
                .try_for_each(|row| tx.insert_order_signature(row))
        });
        let found = read(store, |tx| tx.signatures_of_order(SHARD, OrderId([9; 16])));
        assert_eq!(found, signatures);
        let of_person = read(store, |tx| tx.orders_of_person(SHARD, PersonId([6; 16])));
        assert_eq!(of_person, std::slice::from_ref(&order));
        assert_eq!(
            read(store, |tx| tx.order(SHARD, OrderId([9; 16]))),
            Some(order)
        );
        let ending = |at| read(store, move |tx| tx.orders(SHARD, at, 10)).len();
        assert_eq!((ending(MORNING + 99), ending(MORNING + 100)), (1, 0));
        assert_eq!(
            read(store, |tx| tx.orders_of_area(SHARD, COMMUNITY, MORNING)).len(),
            1
        );
    });
}

#[test]
fn policies_hold_from_to_and_are_kept_word_for_word() {
    on_both(|store| {
        lay_town(store);
        let load = |text: &'static str, hash| {
            write(store, move |tx| {
                tx.load_policy_document("henan-2020-02", (text, None), &[hash; 32], MORNING, None)
            })
        };
        assert_eq!(load("a", 1), 1);
        assert_eq!(load("a", 1), 1);
        assert_eq!(load("b", 2), 2);
        let kept = read(store, |tx| tx.policy_document("henan-2020-02", 1)).unwrap();
        assert_eq!(kept.text, "a");
        let newest = read(store, |tx| tx.newest_policy_document("henan-2020-02"));
        assert_eq!(newest.unwrap().version, 2);
        let county = AreaId(id(1, 1));
        write(store, move |tx| {
            tx.insert_policy_force(&PolicyForceRow {
                area: county,
                document: "henan-2020-02".to_owned(),
                version: 2,
                from_at: 100,
                to_at: Some(200),
                decided_by: None,
                approved_by: None,
            })
        });
        let in_force = |from, until| read(store, move |tx| tx.policies_in_force(from, until)).len();
        assert_eq!(in_force(0, 100), 0);
        assert_eq!(in_force(0, 101), 1);
        assert_eq!(in_force(199, 300), 1);
        assert_eq!(in_force(200, 300), 0);
        let end = |at| {
            write(store, move |tx| {
                tx.end_policy_force(county, "henan-2020-02", 100, at)
            })
        };
        assert!(end(150));
        assert!(!end(180));
        assert_eq!(in_force(160, 300), 0);
        write(store, |tx| {
            tx.keep_effective_policy(&[3; 32], b"compiled", MORNING)?;
            tx.keep_effective_policy(&[3; 32], b"compiled", MORNING + 1)
        });
        let compiled = read(store, |tx| tx.effective_policy(&[3; 32]));
        assert_eq!(compiled, Some(b"compiled".to_vec()));
    });
}

#[test]
fn gate_states_count_up_and_old_ones_go() {
    on_both(|store| {
        let state = |number| GateStateRow {
            shard: SHARD,
            gate: gate_row(1).gate,
            number,
            sha256: [number as u8; 32],
            signed: vec![number as u8],
            made_at: MORNING,
            read_at: MORNING,
            list_changes: 0,
            made_by: "1".to_owned(),
        };
        for number in 1..=40 {
            write(store, move |tx| tx.insert_gate_state(&state(number)));
        }
        let last = read(store, |tx| tx.last_gate_state(SHARD, gate_row(1).gate));
        assert_eq!(last, Some(state(40)));
        let again = try_write(store, move |tx| tx.insert_gate_state(&state(40)));
        assert!(matches!(again, Err(StoreError::NotUnique { .. })));
        write(store, move |tx| {
            tx.confirm_gate_state(&state(40), MORNING + 1, 7)
        });
        let last = read(store, |tx| tx.last_gate_state(SHARD, gate_row(1).gate)).expect("a state");
        assert_eq!(
            (last.number, last.read_at, last.list_changes),
            (40, MORNING + 1, 7)
        );
    });
}

#[test]
fn work_is_taken_once_and_given_back_when_the_lease_ends() {
    on_both(|store| {
        let job = JobRow {
            job: id(11, 1),
            kind: "seal".to_owned(),
            unique_key: "seal/1/07".to_owned(),
            payload: vec![1],
            run_at: MORNING,
            attempts: 0,
            failure: None,
        };
        let plan = move |tx: &gatehouse_store::Tx<'_>| tx.plan_job(&job);
        assert!(write(store, plan.clone()));
        assert!(!write(store, plan));
        let take = |at| write(store, move |tx| tx.take_job(at, at + MINUTE));
        assert_eq!(take(MORNING - 1), None);
        assert_eq!(take(MORNING).map(|job| job.attempts), Some(1));
        assert_eq!(take(MORNING + 1), None);
        assert_eq!(take(MORNING + MINUTE).map(|job| job.attempts), Some(2));
        // Whoever held the first lease comes too late: the work is another's.
        let late = MORNING + MINUTE;
        assert!(!write(store, move |tx| tx.finish_job(&id(11, 1), late)));
        assert!(write(store, |tx| {
            let lease = MORNING + 2 * MINUTE;
            tx.put_off_job(&id(11, 1), lease, MORNING + 9 * MINUTE, "S-BUSY")
        }));
        assert_eq!(take(MORNING + 8 * MINUTE), None);
        let taken = take(MORNING + 9 * MINUTE).unwrap();
        assert_eq!(taken.failure.as_deref(), Some("S-BUSY"));
        assert_eq!(taken.attempts, 3);
        let due = |at| read(store, move |tx| tx.is_job_due(at));
        assert!(!due(MORNING + 9 * MINUTE), "somebody is at it");
        assert!(write(store, |tx| {
            let lease = MORNING + 10 * MINUTE;
            tx.continue_job(&id(11, 1), lease, MORNING + 11 * MINUTE, &[2])
        }));
        let counts = read(store, |tx| tx.count_jobs());
        assert_eq!(counts, [("seal".to_owned(), 1, MORNING + 11 * MINUTE)]);
        assert!(due(MORNING + 11 * MINUTE));
        let taken = take(MORNING + 11 * MINUTE).unwrap();
        assert_eq!((taken.attempts, taken.payload), (1, vec![2]));
        assert!(write(store, |tx| {
            tx.finish_job(&id(11, 1), MORNING + 12 * MINUTE)
        }));
        assert_eq!(read(store, |tx| tx.jobs(10)), []);
    });
}

#[test]
fn changes_count_up_by_topic() {
    on_both(|store| {
        for n in 0..3 {
            write(store, move |tx| {
                tx.note_change(SHARD, "gate/south", MORNING + n)
            });
        }
        write(store, |tx| tx.note_change(SHARD, "policy", MORNING - 5));
        let since = |at| {
            let rows = read(store, move |tx| tx.changes_since(at, 10));
            rows.into_iter()
                .map(|row| (row.topic, row.number))
                .collect::<Vec<_>>()
        };
        let (gate, policy) = (("gate/south".to_owned(), 3), ("policy".to_owned(), 1));
        assert_eq!(since(MORNING), std::slice::from_ref(&gate));
        assert_eq!(since(MORNING - 5), [gate, policy]);
        assert_eq!(since(MORNING + 3), []);
    });
}

#[test]
fn areas_have_paths_subtrees_and_codes_through_time() {
    on_both(|store| {
        lay_town(store);
        let names = |rows: Vec<gatehouse_store::area::AreaRow>| {
            rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        let (county, compound) = (AreaId(id(1, 1)), AreaId(id(1, 3)));
        let path = read(store, move |tx| tx.area_path(compound));
        assert_eq!(names(path), ["青石县", "柳河街道", "向阳小区"]);
        let below = read(store, move |tx| tx.area_subtree(county, 100));
        assert_eq!(names(below), ["青石县", "柳河街道", "向阳小区"]);
        assert_eq!(
            names(read(store, move |tx| tx.area_subtree(county, 2))).len(),
            2
        );
        assert_eq!(read(store, |tx| tx.area_path(AreaId([0; 16]))), []);
        let day = |text: &str| CivilDay::parse(text).unwrap();
        write(store, move |tx| {
            tx.insert_area_code(compound, "410000000001", day("2019-01-01"))?;
            tx.insert_area_code(compound, "410000000002", day("2020-01-01"))
        });
        let by = |code: &'static str, on: &'static str| {
            read(store, move |tx| tx.areas_by_code(code, day(on)))
        };
        assert_eq!(by("410000000001", "2019-12-31"), [compound]);
        assert_eq!(by("410000000001", "2020-01-01"), []);
        assert_eq!(by("410000000002", "2020-01-01"), [compound]);
        assert_eq!(read(store, move |tx| tx.codes_of_area(compound)).len(), 2);
        write(store, |tx| {
            tx.insert_area(&area(9, None, "county", "白水县"))
        });
        let shard = |county| write(store, move |tx| tx.shard_for_county(county));
        assert_eq!(shard(AreaId(id(1, 9))).0, 2);
        assert_eq!(shard(AreaId(id(1, 9))).0, 2);
        assert_eq!(shard(county), SHARD);
    });
}
