//! Rows that gates read, edited past the program: each edit is found, and nothing else is
//! (design §4).

use crate::command::{Place, commands_on_both};
use crate::support::{START, TestApp};
use gatehouse_core::id::{AreaId, GateId, PassId};
use gatehouse_core::pass::PassKind;
use gatehouse_server::ops::hold_gate::hold_gate;
use gatehouse_store::pass::Revocation;
use gatehouse_store::{Shard, StoreError, Tx};

const SHARD: Shard = Shard(1);
/// Longer than a list is used.
const LATER: i64 = 11_000;

/// A gate with people behind it, and two passes of its compound that hold.
struct Town {
    app: TestApp,
    gate: GateId,
    area: AreaId,
    passes: Vec<PassId>,
}

impl Town {
    fn of(place: &Place) -> Town {
        let app = TestApp::beside(place);
        let found = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            for gate in tx.gates(SHARD)? {
                let all = tx.passes_of_area(SHARD, gate.area, PassId([0; 16]), START, 500)?;
                let good = all.iter().filter(|pass| {
                    pass.revocation.is_none()
                        && pass.holder.is_some()
                        && pass.kind
                            == gatehouse_server::ops::pass_rules::word_of(PassKind::Resident)
                });
                let passes: Vec<PassId> = good.map(|pass| pass.pass).collect();
                if passes.len() > 3 {
                    return Ok((gate.gate, gate.area, passes));
                }
            }
            panic!("no gate with passes")
        });
        let (gate, area, passes) = found.expect("read");
        Town {
            app,
            gate,
            area,
            passes,
        }
    }

    /// Reads the gate's list later, and says which alarms there are.
    fn alarms(&self) -> Vec<String> {
        self.app.later(LATER);
        let held = self.app.wait(hold_gate(&self.app.app, SHARD, self.gate));
        held.expect("a list");
        let read = |tx: &gatehouse_store::ReadTx<'_>| tx.alarms(SHARD, 100);
        let alarms = self.app.app.store.read_blocking::<_, StoreError, _>(read);
        let alarms = alarms.expect("read").into_iter();
        alarms
            .filter(|alarm| alarm.kind == "gate_state")
            .map(|alarm| alarm.about)
            .collect()
    }

    fn write(&self, what: impl Fn(&Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
        self.app.write(what);
    }
}

#[test]
fn an_edited_row_raises_an_alarm() {
    commands_on_both(|place| {
        let town = Town::of(place);
        assert_eq!(town.alarms(), Vec::<String>::new(), "nothing was edited");
        let pass = |at: usize| place.bytes(&town.passes[at].0);
        let area = place.bytes(&town.area.0);
        let edits = [
            (
                format!(
                    "UPDATE pass SET revoked_at = 1, expires_at = 1 WHERE pass = {}",
                    pass(0)
                ),
                1,
            ),
            (
                format!("UPDATE pass SET kind = 'worker' WHERE pass = {}", pass(1)),
                1,
            ),
            (
                format!(
                    "UPDATE pass SET expires_at = expires_at + 1 WHERE pass = {}",
                    pass(2)
                ),
                1,
            ),
            (format!("DELETE FROM pass WHERE pass = {}", pass(3)), 1),
            (
                format!("UPDATE household SET room = '9' || room WHERE area = {area}"),
                9_999,
            ),
            (
                format!("UPDATE person SET kind = 'exempt_worker' WHERE area = {area}"),
                9_999,
            ),
            ("DELETE FROM policy_force".to_owned(), 9_999),
            (
                format!("UPDATE status_list SET bits = {}", place.bytes(&[0xff; 4])),
                9_999,
            ),
        ];
        for (number, (edit, most)) in edits.iter().enumerate() {
            place.tamper(edit, [1, *most]);
            let alarms = town.alarms();
            assert_eq!(alarms.len(), number + 1, "{edit}: {alarms:?}");
            assert_eq!(town.alarms().len(), number + 1, "once for each: {edit}");
        }
        let about = format!("gate {} ", town.gate);
        assert!(town.alarms().iter().all(|alarm| alarm.starts_with(&about)));
    });
}

fn lost() -> Revocation {
    Revocation {
        at: START,
        reason: "lost".to_owned(),
    }
}

#[test]
fn what_the_program_changes_and_what_time_changes_raise_none() {
    commands_on_both(|place| {
        let town = Town::of(place);
        assert_eq!(town.alarms(), Vec::<String>::new());
        let first = town.passes[0];
        town.write(move |tx| {
            tx.revoke_pass(SHARD, first, &lost(), None)?;
            Ok(())
        });
        assert_eq!(town.alarms(), Vec::<String>::new());
        // A list of revoked passes is a community's, and changes with its other compounds.
        let own = town.area;
        town.write(move |tx| {
            let mut areas: Vec<AreaId> = tx.gates(SHARD)?.iter().map(|gate| gate.area).collect();
            areas.retain(|area| *area != own);
            areas.dedup();
            assert!(areas.len() > 1);
            for area in areas {
                let all = tx.passes_of_area(SHARD, area, PassId([0; 16]), START, 500)?;
                let good = all.iter().find(|pass| pass.revocation.is_none());
                assert!(tx.revoke_pass(SHARD, good.expect("one").pass, &lost(), None)?);
            }
            Ok(())
        });
        assert_eq!(town.alarms(), Vec::<String>::new(), "of another compound");
        // Orders end, passes run out, devices fall silent.
        for days in [1, 40, 400] {
            town.app.later(days * 86_400_000);
            assert_eq!(town.alarms(), Vec::<String>::new(), "{days} days later");
        }
    });
}
