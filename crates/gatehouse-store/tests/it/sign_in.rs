//! Accounts, sessions, failed sign-ins, look-up budgets.

use crate::support::{MINUTE, MORNING, lay_town, on_both, read, staff_row, try_write, write};
use gatehouse_core::id::StaffId;
use gatehouse_store::StoreError;
use gatehouse_store::login_failure::{LoginGate, account_hash};
use gatehouse_store::lookup_budget::{LookupBudget, LookupLimit};
use gatehouse_store::session::SessionRow;

fn guard() -> StaffId {
    staff_row(1, "").staff
}

fn session(n: u8) -> SessionRow {
    SessionRow {
        token_hash: [n; 32],
        staff: guard(),
        device: None,
        label: "Firefox".to_owned(),
        created_at: MORNING,
        seen_at: MORNING,
        confirmed_at: MORNING,
        expires_at: MORNING + 60 * MINUTE,
    }
}

#[test]
fn logins_are_unique_in_any_case() {
    on_both(|store| {
        lay_town(store);
        let error = try_write(store, |tx| tx.insert_staff(&staff_row(2, "Guard1"))).unwrap_err();
        assert!(matches!(error, StoreError::NotUnique { .. }), "{error:?}");
        assert!(!error.to_string().contains("guard1"), "{error}");
        let found = read(store, |tx| tx.staff_by_login("GUARD1")).unwrap();
        assert_eq!(found.staff, guard());
        assert!(!format!("{found:?}").contains("argon2"));
    });
}

#[test]
fn a_stale_edit_is_refused() {
    on_both(|store| {
        lay_town(store);
        let seen = read(store, |tx| tx.staff(guard())).unwrap();
        let mut mine = seen.clone();
        mine.name = "值守员乙".to_owned();
        write(store, move |tx| tx.update_staff(&mine));
        let mut theirs = seen;
        theirs.name = "值守员丙".to_owned();
        let error = try_write(store, move |tx| tx.update_staff(&theirs)).unwrap_err();
        assert_eq!(error, StoreError::Stale);
        assert_eq!(
            read(store, |tx| tx.staff(guard())).unwrap().name,
            "值守员乙"
        );
    });
}

#[test]
fn a_session_ends_by_time_by_sign_out_and_by_signing_out_elsewhere() {
    on_both(|store| {
        lay_town(store);
        write(store, |tx| {
            tx.insert_session(&session(1))?;
            tx.insert_session(&session(2))?;
            tx.insert_session(&session(3))
        });
        let open = |store, n: u8, at| read(store, move |tx| tx.session(&[n; 32], at)).is_some();
        assert!(open(store, 1, MORNING + 59 * MINUTE));
        assert!(!open(store, 1, MORNING + 60 * MINUTE));
        write(store, |tx| tx.delete_session(&[1; 32]));
        assert!(!open(store, 1, MORNING));
        let ended = write(store, |tx| {
            tx.delete_sessions_of_staff(guard(), Some(&[2; 32]))
        });
        assert_eq!(ended, 1);
        assert!(open(store, 2, MORNING) && !open(store, 3, MORNING));
        let late = MORNING + 61 * MINUTE;
        assert_eq!(write(store, move |tx| tx.delete_expired_sessions(late)), 1);
        assert_eq!(write(store, move |tx| tx.delete_expired_sessions(late)), 0);
    });
}

#[test]
fn guessing_closes_the_guessers_address_and_nobody_elses() {
    on_both(|store| {
        let account = account_hash(" Guard1 ");
        assert_eq!(account, account_hash("guard1"));
        let gate =
            |address: &'static str, at| read(store, move |tx| tx.login_gate(&account, address, at));
        write(store, move |tx| {
            tx.record_login_success(&account, "10.0.0.1", MORNING)
        });
        for n in 0..5 {
            assert_eq!(gate("10.0.0.9", MORNING + n), LoginGate::Open);
            write(store, move |tx| {
                tx.record_login_failure(&account, "10.0.0.9", MORNING + n)
            });
        }
        let until = MORNING + 15 * MINUTE;
        assert_eq!(
            gate("10.0.0.9", MORNING + 10),
            LoginGate::ClosedUntil(until)
        );
        assert_eq!(gate("10.0.0.1", MORNING + 10), LoginGate::Open);
        assert_eq!(gate("10.0.0.2", MORNING + 10), LoginGate::Open);
        assert_eq!(gate("10.0.0.9", until), LoginGate::Open);
        // From many addresses together: the known one alone stays open.
        for n in 0..25 {
            write(store, move |tx| {
                tx.record_login_failure(&account, &format!("10.1.0.{n}"), MORNING + 100)
            });
        }
        assert!(matches!(
            gate("10.0.0.2", MORNING + 101),
            LoginGate::ClosedUntil(_)
        ));
        assert_eq!(gate("10.0.0.1", MORNING + 101), LoginGate::Open);
        let other = account_hash("lead1");
        let open = read(store, move |tx| {
            tx.login_gate(&other, "10.0.0.9", MORNING + 101)
        });
        assert_eq!(open, LoginGate::Open);
        // A success wipes the count of its address; old counts go, known addresses stay.
        write(store, move |tx| {
            tx.record_login_success(&account, "10.0.0.9", MORNING + 200)
        });
        assert_eq!(gate("10.0.0.9", MORNING + 201), LoginGate::Open);
        let tomorrow = MORNING + 1440 * MINUTE;
        assert_eq!(
            write(store, move |tx| tx.delete_old_login_failures(tomorrow)),
            25
        );
    });
}

#[test]
fn look_ups_run_out_and_come_back() {
    on_both(|store| {
        lay_town(store);
        let limit = LookupLimit {
            lookups: 3,
            window_millis: 10 * MINUTE,
        };
        let spend = |at| {
            write(store, move |tx| {
                tx.spend_lookup(guard(), "forgot_pass", limit, at)
            })
        };
        assert_eq!(spend(MORNING), LookupBudget::Left(2));
        assert_eq!(spend(MORNING + 1), LookupBudget::Left(1));
        assert_eq!(spend(MORNING + 2), LookupBudget::Left(0));
        let until = MORNING + 10 * MINUTE;
        assert_eq!(spend(MORNING + 3), LookupBudget::UsedUpUntil(until));
        assert_eq!(spend(until), LookupBudget::Left(2));
    });
}
