//! What holds after any sequence of steps with passes, whoever takes them in whatever order.

use crate::gate::cookie;
use crate::support::{TestApp, demo_on_both};
use gatehouse_core::id::{ApplicationId, PassId, PersonId, StaffId};
use gatehouse_core::pass::{PassKind, PassStatus};
use gatehouse_core::person::search::document_term;
use gatehouse_core::person::{Document, DocumentKind, PersonDraft};
use gatehouse_server::ops::apply_for_pass::{Applicant, Application, Photo, apply_for_pass};
use gatehouse_server::ops::approve_applications::approve_applications;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::random::{Chance, Ids};
use gatehouse_server::ops::end_application::{Ending, end_application};
use gatehouse_server::ops::issue_for_building::issue_for_building;
use gatehouse_server::ops::pass_rules::{REVOCATIONS, Source};
use gatehouse_server::ops::report_pass_lost::{Report, report_pass_lost};
use gatehouse_server::ops::revoke_pass::{Revoking, revoke_pass};
use gatehouse_store::{Shard, StoreError};
use std::collections::BTreeMap;

const STEPS: usize = 60;
const PEOPLE: usize = 4;
/// Documents of strangers for whom somebody applies.
const STRANGERS: [&str; 2] = ["E70000001", "E70000002"];

/// A tenant whom the ledger does not know, by one of the documents.
fn stranger(document: &str) -> Applicant {
    Applicant::New {
        draft: PersonDraft {
            name: "乌林静".to_owned(),
            sex: "female".to_owned(),
            birth_on: "1990-03-04".to_owned(),
            document: Some((DocumentKind::Passport, document.to_owned())),
            ..PersonDraft::default()
        },
        basis: Some("tenant"),
        landlord: None,
        worker_class: None,
    }
}

/// Somebody takes steps about the people of one household and their errand pass.
struct Office<'a> {
    app: &'a TestApp,
    demo: &'a Demo,
    shard: Shard,
    staff: StaffId,
    chance: Chance,
    ids: Ids,
    people: Vec<PersonId>,
    home: usize,
    applications: Vec<ApplicationId>,
}

impl Office<'_> {
    fn pass(&mut self) -> Option<PassId> {
        let household = self.demo.town.households[self.home].id;
        let shard = self.shard;
        let rows = self
            .app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.passes_of_household(shard, household));
        let rows = rows.expect("reads");
        let at = self.chance.below(rows.len().max(1) as u32) as usize;
        rows.get(at).map(|row| row.pass)
    }

    fn version(&self, id: ApplicationId) -> i64 {
        let shard = self.shard;
        let row = self
            .app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.application(shard, id));
        row.expect("reads").map_or(0, |row| row.version)
    }

    /// Somebody of the home applies for a stranger as its landlord.
    fn apply_for_stranger(&mut self) {
        let home = &self.demo.town.households[self.home];
        let compound = home.household.compound();
        let (app, shard) = (self.app, self.shard);
        let id = ApplicationId(self.ids.make());
        let by = self.people[self.chance.below(2) as usize % self.people.len()];
        let document = STRANGERS[self.chance.below(2) as usize];
        let wanted = Application {
            id,
            household: home.id,
            kind: PassKind::TemporaryResident,
            source: Source::Landlord,
            asked_by: Some(by),
            asked_staff: None,
            holder: stranger(document),
            photo: Photo::Declined,
            delivery: "desk",
        };
        let applied = app.wait(apply_for_pass(&app.app, shard, compound, 480, wanted));
        applied.expect("an answer");
        self.applications.push(id);
    }

    /// A pass of the home is reported lost and ended for a reason, with a new one or without.
    fn lose_and_revoke(&mut self) {
        let home = &self.demo.town.households[self.home];
        let compound = home.household.compound();
        let (app, shard, staff) = (self.app, self.shard, self.staff);
        let Some(pass) = self.pass() else { return };
        let lost = report_pass_lost(&app.app, shard, compound, None, pass, Report::Lost("desk"));
        let _ = app.wait(lost);
        let reason = REVOCATIONS[self.chance.below(7) as usize];
        let next = PassId(self.ids.make());
        let revoking = Revoking {
            pass,
            reason,
            replacement: self.chance.happens(600).then_some(next),
        };
        let done = revoke_pass(&app.app, shard, compound, 480, staff, revoking);
        app.wait(done).expect("an answer");
    }

    /// One step, drawn; whatever it answers is as it should be.
    fn step(&mut self) {
        let home = &self.demo.town.households[self.home];
        let compound = home.household.compound();
        let (app, shard, staff) = (self.app, self.shard, self.staff);
        let drawn = self.chance.below(7);
        let application = self.applications.last().copied();
        match (drawn, application) {
            (0 | 1, _) => {
                let person =
                    self.people[self.chance.below(PEOPLE as u32) as usize % self.people.len()];
                let errand = self.chance.happens(250);
                let kind = [PassKind::Resident, PassKind::TemporaryResident]
                    [self.chance.below(2) as usize];
                let id = ApplicationId(self.ids.make());
                let wanted = Application {
                    id,
                    household: home.id,
                    kind: if errand { PassKind::Errand } else { kind },
                    source: Source::GridWorker,
                    asked_by: None,
                    asked_staff: Some(staff),
                    holder: match errand {
                        true => Applicant::Household,
                        false => Applicant::Person(person),
                    },
                    photo: Photo::Declined,
                    delivery: "desk",
                };
                let applied = app.wait(apply_for_pass(&app.app, shard, compound, 480, wanted));
                applied.expect("an answer");
                self.applications.push(id);
            }
            (6, _) => self.apply_for_stranger(),
            (2, Some(id)) => {
                // The one before as well: both may be for one stranger.
                let last = self.applications.iter().rev().take(2);
                let wanted: Vec<_> = last.map(|id| (*id, self.version(*id))).collect();
                assert_eq!(wanted[0].0, id);
                let done = approve_applications(&app.app, shard, compound, 480, staff, &wanted);
                app.wait(done).expect("an answer");
            }
            (3, _) => {
                let building = home.household.address().building().to_owned();
                let place = (compound, building.as_str());
                let done = issue_for_building(&app.app, shard, place, 480, staff, &self.people);
                app.wait(done).expect("an answer");
            }
            (4, _) => self.lose_and_revoke(),
            (_, Some(id)) => {
                let ending = Ending::Rejected {
                    reason: "differs",
                    staff,
                    version: self.version(id),
                };
                let _ = app.wait(end_application(&app.app, shard, compound, id, ending));
            }
            _ => {}
        }
    }

    /// One valid pass of a kind for each person, one errand pass for the household; what is
    /// revoked is revoked in its status list, and nothing else is.
    fn holds(&self, after: usize) {
        let (shard, now) = (self.shard, self.app.app.world.now_millis());
        let household = self.demo.town.households[self.home].id;
        let read = move |tx: &gatehouse_store::ReadTx<'_>| {
            let mut rows = Vec::new();
            for row in tx.passes_of_household(shard, household)? {
                let list = tx.status_list(shard, row.number.list())?.expect("its list");
                rows.push((row, list.status_list().expect("whole")));
            }
            Ok::<_, StoreError>(rows)
        };
        let rows = self.app.app.store.read_blocking(read).expect("reads");
        let mut valid: BTreeMap<(Option<[u8; 16]>, String), u32> = BTreeMap::new();
        for (row, list) in &rows {
            let status = list.status(row.number.index());
            let expected = match row.revocation {
                Some(_) => PassStatus::Revoked,
                None => PassStatus::Good,
            };
            assert_eq!(status, expected, "after {after}: {}", row.number);
            let names_nobody = matches!(row.kind.as_str(), "slip" | "visitor");
            if row.revocation.is_none() && row.expires_at > now && !names_nobody {
                *valid.entry((row.holder, row.kind.clone())).or_default() += 1;
            }
        }
        for ((_, kind), count) in valid {
            assert_eq!(count, 1, "after {after}: {kind}");
        }
        // A stranger who was brought into the ledger stands there once.
        let keys = self.app.app.keyring.clone().expect("keys");
        let read = move |tx: &gatehouse_store::ReadTx<'_>| {
            let mut most = 0;
            for number in STRANGERS {
                let document = Document::from_stored(DocumentKind::Passport, number);
                let term = [document_term(&document.expect("a number"))];
                most = most.max(tx.persons_by_terms(&keys.vault, shard, &term)?.len());
            }
            Ok::<_, StoreError>(most)
        };
        let most = self.app.app.store.read_blocking(read).expect("reads");
        assert!(most <= 1, "after {after}: {most} records of one stranger");
    }
}

#[test]
fn nobody_ever_holds_two_valid_passes_of_a_kind() {
    demo_on_both(|app, demo| {
        cookie(app, demo, "office1");
        let staff = demo
            .town
            .staffing
            .staff
            .iter()
            .find(|one| one.login == "office1");
        let staff = staff.expect("an account").id;
        let shard = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(|tx| tx.shards());
        let shard = shard.expect("reads")[0];
        let first = demo.town.streets.gates[0].compound;
        let homes = (0..).zip(&demo.town.households).filter(|(_, home)| {
            home.household.compound() == first && home.household.members().len() >= 2
        });
        for (seed, (home, household)) in (1..).zip(homes.take(4)) {
            let members = household.household.members().iter();
            let mut office = Office {
                app,
                demo,
                shard,
                staff,
                chance: Chance::new(seed, "steps"),
                ids: Ids::new(seed + 1_000, 1_582_066_800_000),
                people: members.map(|member| member.person).take(PEOPLE).collect(),
                home,
                applications: Vec::new(),
            };
            for step in 0..STEPS {
                office.step();
                office.holds(step);
            }
        }
    });
}
