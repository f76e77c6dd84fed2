//! Whoever no longer lives at a door gets no pass for it: not by an application that was made
//! before, not by a new card in the place of an old one; and nobody else for a home that is empty.

use crate::gate::cookie;
use crate::passes::{community, pass, read};
use crate::people::Town;
use crate::resident::{Somebody, gate, somebody, staff};
use crate::support::{Answer, TestApp, demo_on_both};
use crate::told::told;
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, HouseholdId, PassId, PersonId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::{DocumentKind, PersonDraft};
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::apply_for_pass::{
    Applicant, Application, Applied, Photo, apply_for_pass,
};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::keep_helpers::HelperAsked;
use gatehouse_server::ops::pass_rules::Source;
use gatehouse_store::Shard;
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::pass::{PassRow, Revocation};

const SHARD: Shard = Shard(1);

/// The office can be rung, so people are told.
pub fn with_telephone(app: &TestApp, demo: &Demo) {
    let gate = gate(demo);
    let row = read(app, move |tx| Ok(tx.gate(SHARD, gate)?.expect("a gate")));
    assert!(!row.phone.is_empty(), "the demo's gates have telephones");
}

/// Applies at the desk in a household's name.
pub fn applied(
    app: &TestApp,
    demo: &Demo,
    who: &Somebody,
    (n, kind): (u8, PassKind),
    holder: Applicant,
) -> Applied {
    let wanted = Application {
        id: ApplicationId([n; 16]),
        household: who.household,
        kind,
        source: Source::GridWorker,
        asked_by: Some(who.person),
        asked_staff: Some(staff(demo, Role::GridWorker)),
        holder,
        photo: Photo::Declined,
        delivery: "desk",
    };
    let applied = apply_for_pass(&app.app, SHARD, who.compound, 480, wanted);
    app.wait(applied).expect("taken in")
}

/// A stranger as typed at a desk.
pub fn stranger(document: &str) -> PersonDraft {
    PersonDraft {
        name: "乌林静".to_owned(),
        sex: "female".to_owned(),
        birth_on: "1970-05-06".to_owned(),
        document: match document {
            "" => None,
            number => Some((DocumentKind::Passport, number.to_owned())),
        },
        ..PersonDraft::default()
    }
}

/// A carer whom a household wants.
pub fn carer(document: &str) -> Applicant {
    Applicant::Helper {
        draft: stranger(document),
        asked: HelperAsked {
            work: "carer",
            way: "phone",
            by: None,
        },
    }
}

pub fn application(app: &TestApp, n: u8) -> ApplicationRow {
    read(app, move |tx| {
        Ok(tx
            .application(SHARD, ApplicationId([n; 16]))?
            .expect("an application"))
    })
}

/// The office approves one.
pub fn approve(app: &TestApp, demo: &Demo, n: u8) -> Answer {
    let office = cookie(app, demo, "office1");
    let base = format!("/areas/{}/passes", community(demo));
    let one = format!(
        "one={}.{}",
        ApplicationId([n; 16]),
        application(app, n).version
    );
    app.form(&format!("{base}/approve"), &office, &one)
}

/// The pass that an approval makes.
pub fn approved(app: &TestApp, demo: &Demo, n: u8) -> PassRow {
    let done = approve(app, demo, n);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    pass(app, application(app, n).pass.expect("a pass"))
}

/// What somebody holds that is in use.
pub fn in_use(app: &TestApp, person: PersonId) -> Vec<PassRow> {
    let now = app.app.world.now_millis();
    let all = read(app, move |tx| tx.passes_of_holder(SHARD, &person.0));
    let all = all.into_iter();
    all.filter(|row| row.revocation.is_none() && row.expires_at > now)
        .collect()
}

/// Residents of the first compound without a pass in use, each with their kind of pass.
pub fn without_pass(app: &TestApp, demo: &Demo) -> Somebody {
    let who = somebody(demo, 2);
    let person = who.person;
    for row in in_use(app, person) {
        app.write(move |tx| {
            let ended = Revocation {
                at: 1,
                reason: "issued_in_error".to_owned(),
            };
            tx.revoke_pass(SHARD, row.pass, &ended, None).map(|_| ())
        });
    }
    who
}

/// Moves somebody to another household of their own compound.
pub fn moves(app: &TestApp, demo: &Demo, who: &Somebody, more: &[(&str, &str)]) -> HouseholdId {
    let town = Town::new(app, demo);
    let to = somebody(demo, 4);
    let (version, compound) = (
        town.version(who.person).to_string(),
        to.compound.to_string(),
    );
    let mut pairs = vec![
        ("version", version.as_str()),
        ("compound", compound.as_str()),
        ("building", to.door[0].as_str()),
        ("unit", to.door[1].as_str()),
        ("room", to.door[2].as_str()),
        ("basis", "permanent"),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    pairs.extend(more);
    let moved = town.form(&format!("persons/{}/move", who.person), &pairs);
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.body);
    to.household
}

/// Everybody of a household leaves it.
pub fn everybody_leaves(app: &TestApp, demo: &Demo, home: HouseholdId) {
    let town = Town::new(app, demo);
    let all = read(app, move |tx| tx.persons_of_household(SHARD, home));
    for row in all {
        let version = row.version.to_string();
        let form = [("version", version.as_str()), ("why", "moved")];
        let left = town.form(&format!("persons/{}/leave", row.person), &form);
        assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    }
}

/// The application is there once more as if it had come in at the same moment.
fn slips_in(app: &TestApp, from: u8, to: u8) {
    let row = ApplicationRow {
        application: ApplicationId([to; 16]),
        ..application(app, from)
    };
    app.write(move |tx| tx.insert_application(&row).map(|_| ()));
}

#[test]
fn an_application_made_before_a_move_makes_no_pass_for_the_old_door() {
    demo_on_both(|app, demo| {
        with_telephone(app, demo);
        let who = without_pass(app, demo);
        let kind = read(app, {
            let person = who.person;
            move |tx| Ok(tx.person(SHARD, person)?.expect("there").kind)
        });
        let kind = match &*kind {
            "resident" => PassKind::Resident,
            _ => PassKind::TemporaryResident,
        };
        let holder = Applicant::Person(who.person);
        let waits = applied(app, demo, &who, (1, kind), holder);
        assert!(matches!(waits, Applied::Waits(_)), "{waits:?}");
        moves(app, demo, &who, &[("end_passes", "true")]);
        let row = application(app, 1);
        assert_eq!(
            (&*row.state, row.reason.as_deref()),
            ("rejected", Some("moved_out"))
        );
        assert!(told(app, who.person).contains(&"application_refused".to_owned()));
        assert_eq!(approve(app, demo, 1).status, StatusCode::CONFLICT);
        // Whatever is in the queue all the same is looked at again when it is approved.
        slips_in(app, 1, 2);
        let refused = approve(app, demo, 2);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("不住这里"), "{}", refused.body);
        assert!(in_use(app, who.person).is_empty());
    });
}

#[test]
fn a_new_card_names_the_new_door() {
    demo_on_both(|app, demo| {
        let who = crate::resident::holder(app, demo);
        let old = in_use(app, who.person).remove(0);
        // The office keeps the card for the few days until the new one is made.
        let home = moves(app, demo, &who, &[]);
        assert!(pass(app, old.pass).revocation.is_none());
        let office = cookie(app, demo, "office1");
        let fresh = PassId([0x77; 16]);
        let path = format!("/areas/{}/passes/{}/revoke", community(demo), old.pass);
        let body = format!("reason=replaced&next={fresh}&replace=yes");
        let done = app.form(&path, &office, &body);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        let all = in_use(app, who.person);
        let doors: Vec<_> = all.iter().map(|row| row.household).collect();
        assert_eq!(doors, [Some(home)]);
    });
}

#[test]
fn what_was_asked_for_in_the_name_of_an_empty_home_ends() {
    demo_on_both(|app, demo| {
        with_telephone(app, demo);
        let who = somebody(demo, 2);
        let helper = applied(app, demo, &who, (1, PassKind::Helper), carer(""));
        assert!(matches!(helper, Applied::Waits(_)), "{helper:?}");
        let moves_in = Applicant::New {
            draft: stranger("E01234567"),
            basis: Some("permanent"),
            landlord: None,
            worker_class: None,
        };
        let next = applied(app, demo, &who, (2, PassKind::Resident), moves_in);
        assert!(matches!(next, Applied::Waits(_)), "{next:?}");
        let guest = Applicant::New {
            draft: stranger("E01234568"),
            basis: None,
            landlord: None,
            worker_class: None,
        };
        let guest = applied(app, demo, &who, (3, PassKind::Visitor), guest);
        assert!(matches!(guest, Applied::Waits(_)), "{guest:?}");
        let guest = approved(app, demo, 3);
        everybody_leaves(app, demo, who.household);

        let row = application(app, 1);
        assert_eq!(
            (&*row.state, row.reason.as_deref()),
            ("rejected", Some("home_empty"))
        );
        assert!(told(app, who.person).contains(&"application_refused".to_owned()));
        assert!(
            pass(app, guest.pass).revocation.is_some(),
            "its guest's pass"
        );
        let guest = PersonId(guest.holder.expect("a person"));
        assert_eq!(told(app, guest), ["pass_ended", "pass_ready"]);
        slips_in(app, 1, 4);
        let refused = approve(app, demo, 4);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("没有人住"), "{}", refused.body);
        // Whoever moves in next is no matter of those who left.
        assert_eq!(&*application(app, 2).state, "waiting");
        let pass = approved(app, demo, 2);
        assert_eq!(pass.household, Some(who.household));
    });
}

/// Another record of somebody, made at a door by the office.
fn twin(app: &TestApp, demo: &Demo, who: &Somebody, home: HouseholdId) -> PersonId {
    let town = Town::new(app, demo);
    let path = format!("households/{home}/add");
    let key = town.new_key(&path);
    let form = [("key", &*key), ("name", &*who.name), ("basis", "permanent")];
    assert_eq!(town.form(&path, &form).status, StatusCode::SEE_OTHER);
    PersonId::parse(&key).expect("an id")
}

fn merged(app: &TestApp, demo: &Demo, from: PersonId, into: PersonId) -> Answer {
    let town = Town::new(app, demo);
    let version = town.version(from).to_string();
    let into = town.path(&format!("persons/{into}"));
    town.form(
        &format!("persons/{from}/merge"),
        &[("version", &version), ("into", &into)],
    )
}

#[test]
fn two_records_that_become_one_leave_one_pass_of_a_kind_and_no_empty_home() {
    demo_on_both(|app, demo| {
        let who = crate::resident::holder(app, demo);
        let own = in_use(app, who.person).remove(0);
        // The other record stands alone behind another door, with a pass and an errand pass.
        let empty = somebody(demo, 6);
        everybody_leaves(app, demo, empty.household);
        let other = Somebody {
            person: twin(app, demo, &who, empty.household),
            ..empty
        };
        let waits = applied(
            app,
            demo,
            &other,
            (1, PassKind::Errand),
            Applicant::Household,
        );
        assert!(matches!(waits, Applied::Waits(_)), "{waits:?}");
        let errand = approved(app, demo, 1);
        let holder = Applicant::Person(other.person);
        let kind = (2, PassKind::Resident);
        let waits = applied(app, demo, &other, kind, holder);
        assert!(matches!(waits, Applied::Waits(_)), "{waits:?}");
        let row = application(app, 2);
        app.write(move |tx| {
            let row = ApplicationRow {
                missing: String::new(),
                ..row.clone()
            };
            tx.update_application(&row)
        });
        let second = approved(app, demo, 2);

        let wrong = merged(app, demo, who.person, demo_visitor(app, demo, &who));
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("就没有家了"), "{}", wrong.body);
        let done = merged(app, demo, other.person, who.person);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        let all = in_use(app, who.person);
        let all: Vec<PassId> = all.iter().map(|row| row.pass).collect();
        assert_eq!(all, [own.pass], "one pass, for the door where they live");
        assert!(pass(app, second.pass).revocation.is_some());
        assert!(
            pass(app, errand.pass).revocation.is_some(),
            "an empty home holds none"
        );
    });
}

/// Somebody of the ledger who lives nowhere: a guest who was here once.
fn demo_visitor(app: &TestApp, demo: &Demo, host: &Somebody) -> PersonId {
    let guest = Applicant::New {
        draft: stranger("E01234569"),
        basis: None,
        landlord: None,
        worker_class: None,
    };
    let waits = applied(app, demo, host, (9, PassKind::Visitor), guest);
    assert!(matches!(waits, Applied::Waits(_)), "{waits:?}");
    PersonId(approved(app, demo, 9).holder.expect("a person"))
}

#[test]
fn a_carer_of_three_households_is_one_person_with_a_pass_for_each() {
    demo_on_both(|app, demo| {
        for (n, at) in [(1, 1), (2, 2), (3, 6)] {
            let who = somebody(demo, at);
            let waits = applied(app, demo, &who, (n, PassKind::Helper), carer(""));
            assert!(matches!(waits, Applied::Waits(_)), "{waits:?}");
        }
        let passes = [1, 2, 3].map(|n| approved(app, demo, n));
        let holder = passes[0].holder;
        assert!(holder.is_some());
        for (pass, at) in passes.iter().zip([1, 2, 6]) {
            assert_eq!(pass.holder, holder, "one record");
            assert_eq!(pass.household, Some(somebody(demo, at).household));
        }
        // Another of the name, born in another year, is somebody else.
        let other = Applicant::Helper {
            draft: PersonDraft {
                birth_on: "1980-05-06".to_owned(),
                ..stranger("")
            },
            asked: HelperAsked {
                work: "carer",
                way: "phone",
                by: None,
            },
        };
        applied(app, demo, &somebody(demo, 1), (4, PassKind::Helper), other);
        assert_ne!(approved(app, demo, 4).holder, holder);
    });
}

#[test]
fn of_several_who_could_be_meant_nobody_is_chosen() {
    demo_on_both(|app, demo| {
        let document = |n: u8| carer(&format!("E0123456{n}"));
        for (n, at) in [(1, 1), (2, 2)] {
            applied(
                app,
                demo,
                &somebody(demo, at),
                (n, PassKind::Helper),
                document(n),
            );
        }
        let two = [1, 2].map(|n| approved(app, demo, n).holder);
        assert_ne!(two[0], two[1], "two documents are two people");
        applied(
            app,
            demo,
            &somebody(demo, 6),
            (3, PassKind::Helper),
            carer(""),
        );
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        let open = format!("{base}?open={}", ApplicationId([3; 16]));
        let page = app.get(&open, &office).body;
        assert!(page.contains("有几个人都可能是他"), "{page}");
        let refused = approve(app, demo, 3);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("系统不替您选"), "{}", refused.body);
    });
}

#[test]
fn of_a_batch_it_stands_beside_each_why_it_was_not_approved() {
    demo_on_both(|app, demo| {
        let (one, two) = (somebody(demo, 1), somebody(demo, 6));
        applied(app, demo, &one, (1, PassKind::Helper), carer("E01234561"));
        applied(app, demo, &two, (2, PassKind::Helper), carer("E01234562"));
        everybody_leaves(app, demo, two.household);
        slips_in(app, 2, 3);
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        let wanted = [1, 3].map(|n: u8| format!("application={}.1", ApplicationId([n; 16])));
        let page = app.form(&format!("{base}/approve"), &office, &wanted.join("&"));
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("批了 1 份"), "{}", page.body);
        let held = page.body.split("没批的，为什么").nth(1).expect("a list");
        let held = held.split("</section>").next().unwrap_or_default();
        assert!(held.contains("没有人住"), "{held}");
        assert!(
            held.contains(&format!("open={}", ApplicationId([3; 16]))),
            "{held}"
        );
    });
}

#[test]
fn a_move_that_is_taken_back_leaves_no_pass_for_the_other_door() {
    demo_on_both(|app, demo| {
        let who = without_pass(app, demo);
        let home = moves(app, demo, &who, &[("end_passes", "true")]);
        let there = Somebody {
            household: home,
            ..who
        };
        let holder = Applicant::Person(there.person);
        let waits = applied(app, demo, &there, (1, PassKind::Resident), holder);
        assert!(matches!(waits, Applied::Waits(_)), "{waits:?}");
        let row = application(app, 1);
        app.write(move |tx| {
            let row = ApplicationRow {
                missing: String::new(),
                ..row.clone()
            };
            tx.update_application(&row)
        });
        let made = approved(app, demo, 1);
        let town = Town::new(app, demo);
        let version = town.version(there.person).to_string();
        let undo = format!("persons/{}/undo", there.person);
        let undone = town.form(&undo, &[("version", &version)]);
        assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
        assert!(pass(app, made.pass).revocation.is_some());
        assert!(in_use(app, there.person).is_empty());
    });
}
