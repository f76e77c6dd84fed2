//! The ledger, its search, what opens for a purpose, edits: over the demo town on both databases.

use crate::shared::shared_data;
use crate::support::{Answer, TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_server::app::App;
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::demo::household::DemoHousehold;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::person::DemoPerson;
use gatehouse_store::{Shard, StoreError};
use std::collections::BTreeSet;

/// A community's office with its area, and somebody who lives there.
pub struct Town<'a> {
    pub app: &'a TestApp,
    demo: &'a Demo,
    cookie: String,
    area: AreaId,
}

impl<'a> Town<'a> {
    pub fn new(app: &'a TestApp, demo: &'a Demo) -> Town<'a> {
        let staff = demo.town.staffing.staff.iter();
        let office = staff.filter(|staff| staff.role == Role::CommunityOffice);
        let office = office.min_by_key(|staff| staff.login.clone()).expect("one");
        Town {
            app,
            demo,
            cookie: app.session(office.id),
            area: office.area,
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/areas/{}/{rest}", self.area)
    }

    pub fn get(&self, rest: &str) -> Answer {
        self.app.get(&self.path(rest), &self.cookie)
    }

    pub fn form(&self, rest: &str, pairs: &[(&str, &str)]) -> Answer {
        self.app.form(&self.path(rest), &self.cookie, &body(pairs))
    }

    pub fn compounds(&self) -> BTreeSet<AreaId> {
        let areas = self.demo.town.streets.areas.iter();
        let inside = areas.filter(|row| row.parent == Some(self.area));
        inside.map(|row| row.id).collect()
    }

    /// Households here, or elsewhere.
    pub fn households(&self, here: bool) -> impl Iterator<Item = &'a DemoHousehold> {
        let compounds = self.compounds();
        let all = self.demo.town.households.iter();
        all.filter(move |home| compounds.contains(&home.household.compound()) == here)
    }

    pub fn person(&self, id: PersonId) -> &'a DemoPerson {
        let mut people = self.demo.town.people.iter();
        people.find(|person| person.id == id).expect("a person")
    }

    /// Somebody of here (or elsewhere) with telephone, document and a permanent home.
    pub fn somebody(&self, here: bool) -> (&'a DemoPerson, HouseholdId) {
        let members = self.households(here).flat_map(|home| {
            let members = home.household.members().iter();
            members.map(move |member| (member.person, home.id))
        });
        let mut known = members.map(|(id, home)| (self.person(id), home));
        let found =
            known.find(|(one, _)| one.person.phone().is_some() && one.person.document().is_some());
        found.expect("somebody")
    }

    /// The id that an empty form brings along for whoever is added by it.
    pub fn new_key(&self, path: &str) -> String {
        let form = self.get(path);
        let key = form.body.split("name=\"key\" value=\"").nth(1);
        let key = key.and_then(|rest| rest.split('"').next());
        key.expect("an id").to_owned()
    }

    pub fn version(&self, person: PersonId) -> i64 {
        let row = self
            .app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.person(Shard(1), person));
        row.expect("reads").expect("there").version
    }

    /// The document in the clear, as a server with other settings shows it.
    pub fn document_over(&self, app: &App, person: PersonId) -> Answer {
        let path = self.path(&format!("persons/{person}/plain"));
        let pairs = [("purpose", "follow_up"), ("document", "true")];
        self.app.over_app(app, &path, &self.cookie, &body(&pairs))
    }

    pub fn plain(&self, person: PersonId, field: &str) -> Answer {
        let pairs = [("purpose", "follow_up"), (field, "true")];
        self.form(&format!("persons/{person}/plain"), &pairs)
    }
}

fn body(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| {
        let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// As the templates write it.
fn escaped(text: &str) -> String {
    let mut html = String::new();
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => html.push_str(&format!("&#{};", c as u32)),
            c => html.push(c),
        }
    }
    html
}

/// Addresses in a page that begin so, in order.
fn links(answer: &Answer, begin: &str) -> Vec<String> {
    let parts = answer.body.split("href=\"").skip(1);
    let links = parts.filter_map(|part| part.split('"').next());
    let links = links.filter(|link| link.starts_with(begin));
    links.map(|link| link.replace("&#38;", "&")).collect()
}

#[test]
fn the_ledger_shows_every_door_once_and_nobody_in_full() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let begin = town.path("households/");
        let (mut seen, mut pages) = (Vec::new(), 0);
        let mut next = Some(town.path("people"));
        while let Some(path) = next {
            let answer = app.get(&path, &town.cookie);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            seen.extend(links(&answer, &begin));
            pages += 1;
            let after = links(&answer, &town.path("people?"));
            next = after.into_iter().rfind(|link| link.contains("after="));
            for person in demo.town.people.iter().take(300) {
                let name = person.person.name().reveal_text();
                assert!(!answer.body.contains(name), "a name in full");
            }
        }
        let all: BTreeSet<String> = seen.iter().cloned().collect();
        let expected: BTreeSet<String> = town
            .households(true)
            .map(|home| format!("{begin}{}", home.id))
            .collect();
        assert_eq!((all.len(), seen.len()), (expected.len(), expected.len()));
        assert_eq!(all, expected);
        assert!(pages > 1, "the demo has more than a page of doors");
    });
}

#[test]
fn people_are_found_by_what_is_known_of_them_and_only_at_home() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, home) = town.somebody(true);
        let (far, _) = town.somebody(false);
        let link = town.path(&format!("persons/{}", one.id));
        let name = one.person.name().reveal_text();
        let begin: String = name.chars().take(2).collect();
        let phone = one.person.phone().expect("one");
        let document = one.person.document().expect("one");
        let typed = [
            name.to_owned(),
            begin,
            phone.reveal_text().to_owned(),
            phone.last_four().to_owned(),
            document.reveal_text().to_owned(),
            document.last_four().to_owned(),
        ];
        for (at, typed) in typed.iter().enumerate() {
            let mut answer = town.form("people", &[("typed", typed)]);
            // A common beginning has more than one page.
            for _ in 0..20 {
                assert_eq!(answer.status, StatusCode::OK);
                assert!(!answer.body.contains(phone.reveal_text()) || at == 2);
                if answer.body.contains(&link) {
                    break;
                }
                let after = answer.body.split("name=\"after\" value=\"").nth(1);
                let after = after.and_then(|rest| rest.split('"').next());
                let after = after.unwrap_or_else(|| panic!("not found by the {at}th"));
                answer = town.form("people", &[("typed", typed), ("after", after)]);
            }
            assert!(answer.body.contains(&link), "by the {at}th");
        }
        let address = town
            .households(true)
            .find(|household| household.id == home)
            .map(|household| household.household.address().clone())
            .expect("a door");
        let door = format!(
            "{}栋{}单元{}室",
            address.building(),
            address.unit(),
            address.room()
        );
        let answer = town.form("people", &[("typed", &door)]);
        assert!(
            answer
                .body
                .contains(&town.path(&format!("households/{home}"))),
            "{door}"
        );
        // Whoever lives elsewhere is not found here, by anything.
        let answer = town.form(
            "people",
            &[("typed", far.person.document().expect("one").reveal_text())],
        );
        assert!(answer.body.contains("没有查到"), "{}", answer.body);
        // What was typed is nowhere in the record of looks.
        for entry in app.page_views() {
            assert!(
                !entry.contains(name) && !entry.contains(phone.last_four()),
                "{entry}"
            );
        }
    });
}

#[test]
fn a_value_opens_for_a_purpose_alone_and_is_shown_to_the_person() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, home) = town.somebody(true);
        let name = one.person.name().reveal_text();
        let page = town.get(&format!("persons/{}", one.id));
        assert!(page.body.contains(&one.person.name().masked()) && !page.body.contains(name));
        let path = format!("persons/{}/plain", one.id);
        for pairs in [
            &[("name", "true")][..],
            &[("purpose", "follow_up")],
            &[("purpose", "curiosity"), ("name", "true")],
        ] {
            let answer = town.form(&path, pairs);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{pairs:?}");
            assert!(!answer.body.contains(name));
        }
        let answer = town.plain(one.id, "name");
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains(name));
        assert_eq!(answer.header("cache-control"), "no-store");
        let page = town.get(&format!("households/{home}"));
        assert!(
            page.body.contains("随访") && !page.body.contains(name),
            "{}",
            page.body
        );
        // A limit, in plain words, and it ends.
        let last = (0..40)
            .map(|_| town.plain(one.id, "phone"))
            .find(|answer| answer.status != StatusCode::OK)
            .expect("a limit");
        assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(last.body.contains("这一小时看得够多了"));
        app.later(3_600_001);
        assert_eq!(town.plain(one.id, "phone").status, StatusCode::OK);
    });
}

#[test]
fn what_lies_elsewhere_is_not_there() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (far, home) = town.somebody(false);
        let nothing = town.get(&format!("persons/{}", "0".repeat(32)));
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        for rest in [
            format!("persons/{}", far.id),
            format!("persons/{}/edit", far.id),
            format!("households/{home}"),
            format!("households/{home}/add"),
            format!("people?after={home}"),
        ] {
            let answer = town.get(&rest);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{rest}");
            assert_eq!(answer.body, nothing.body, "{rest}");
        }
        let pairs = [
            ("purpose", "fever"),
            ("name", "true"),
            ("version", "1"),
            ("key", "1"),
            ("why", "moved"),
            ("into", "x"),
        ];
        for rest in ["plain", "edit", "leave", "undo", "merge"] {
            let answer = town.form(&format!("persons/{}/{rest}", far.id), &pairs);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{rest}");
        }
        for rest in ["", "/add", "/crossings"] {
            let answer = town.form(&format!("households/{home}{rest}"), &pairs);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{rest}");
        }
    });
}

#[test]
fn an_edit_changes_what_was_typed_and_can_be_undone() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, _) = town.somebody(true);
        let path = format!("persons/{}/edit", one.id);
        let form = town.get(&path);
        let name = one.person.name().reveal_text();
        let phone = one.person.phone().expect("one").reveal_text();
        assert!(!form.body.contains(name) && !form.body.contains(phone));
        let version = town.version(one.id).to_string();
        let answer = town.form(&path, &[("key", &version), ("phone", "12")]);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("value=\"12\"") && answer.body.contains("不像电话号码"));
        let answer = town.form(&path, &[("key", &version), ("phone", "13900000001")]);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(town.plain(one.id, "phone").body.contains("13900000001"));
        assert!(
            town.plain(one.id, "name").body.contains(name),
            "the name stayed"
        );
        // Typed over the old version: both are shown, nothing is written, nothing typed is lost.
        let stale = town.form(&path, &[("key", &version), ("phone", "13900000002")]);
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let mask = one.person.name().masked();
        let both = stale.body.split("<tbody>").nth(1).expect("both values");
        let both = both.split("</tbody>").next().expect("its end");
        for shown in ["<td>*0001</td><td>13900000002</td>", mask.as_str()] {
            assert!(both.contains(shown), "{shown}: {both}");
        }
        assert!(!stale.body.contains("13900000001") && !stale.body.contains(name));
        assert!(town.plain(one.id, "phone").body.contains("13900000001"));
        let now = town.version(one.id).to_string();
        let undo = format!("persons/{}/undo", one.id);
        let answer = town.form(&undo, &[("version", &version)]);
        assert_eq!(
            answer.status,
            StatusCode::CONFLICT,
            "not the version that the edit made"
        );
        let answer = town.form(&undo, &[("version", &now)]);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(town.plain(one.id, "phone").body.contains(phone));
        let again = town.form(&undo, &[("version", &now)]);
        assert_eq!(again.status, StatusCode::CONFLICT, "once");
    });
}

#[test]
fn a_person_is_added_once_and_leaves_with_their_passes() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (_, home) = town.somebody(true);
        let path = format!("households/{home}/add");
        let key = town.new_key(&path);
        let bad = [("key", &*key), ("name", "王2"), ("basis", "tenant")];
        let answer = town.form(&path, &bad);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("王2"), "what was typed is there");
        assert!(answer.body.contains("fault-name") && answer.body.contains("fault-landlord"));
        let good = [("key", &*key), ("name", "王星华"), ("basis", "permanent")];
        for _ in 0..2 {
            let answer = town.form(&path, &good);
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        let page = town.get(&format!("households/{home}"));
        assert_eq!(page.body.matches("王*华").count(), 1, "once");
        let person = PersonId::parse(&key).expect("an id");
        let leave = format!("persons/{person}/leave");
        let version = town.version(person).to_string();
        let early = [
            ("version", &*version),
            ("why", "moved"),
            ("until_on", "2019-01-01"),
        ];
        let answer = town.form(&leave, &early);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("结束早于开始"), "{}", answer.body);
        assert_eq!(
            town.form(&leave, &[("version", &version)]).status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let moved = [
            ("version", &*version),
            ("why", "moved"),
            ("end_passes", "true"),
        ];
        assert_eq!(town.form(&leave, &moved).status, StatusCode::SEE_OTHER);
        assert_eq!(
            town.form(&leave, &moved).status,
            StatusCode::CONFLICT,
            "twice"
        );
        let page = town.get(&format!("households/{home}"));
        assert!(!page.body.contains("王*华"));
        let undo = format!("persons/{person}/undo");
        let now = town.version(person).to_string();
        assert_eq!(
            town.form(&undo, &[("version", &now)]).status,
            StatusCode::SEE_OTHER
        );
        let page = town.get(&format!("households/{home}"));
        assert!(page.body.contains("王*华") && page.body.contains("常住"));
    });
}

#[test]
fn whoever_moves_away_loses_the_passes_with_the_reason() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let passes = demo.issued.passes.iter();
        let mut holders = passes.filter_map(|pass| match (pass.holder, pass.standing) {
            (
                gatehouse_server::ops::demo::pass::Holder::Person(id),
                gatehouse_server::ops::demo::pass::Standing::Valid,
            ) => Some((id, pass.id)),
            _ => None,
        });
        let homes: BTreeSet<PersonId> = town
            .households(true)
            .flat_map(|home| home.household.members().iter().map(|m| m.person))
            .collect();
        let (person, pass) = holders
            .find(|(id, _)| homes.contains(id))
            .expect("a holder");
        let version = town.version(person).to_string();
        let moved = [
            ("version", &*version),
            ("why", "moved"),
            ("end_passes", "true"),
        ];
        let answer = town.form(&format!("persons/{person}/leave"), &moved);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let row = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.pass(Shard(1), pass));
        let ended = row
            .expect("reads")
            .expect("there")
            .revocation
            .expect("ended");
        assert_eq!(ended.reason, "moved_out");
    });
}

/// Whatever core takes for a name comes back as it was typed; whatever it does not take comes
/// back in the form, escaped, with a reason.
#[test]
fn naughty_names_come_back_unchanged() {
    let Some(text) = shared_data("adversarial/naughty-strings.json") else {
        return;
    };
    let names: Vec<String> = serde_json::from_slice(&text).expect("a list");
    let (app, demo) = TestApp::demo();
    let town = Town::new(&app, demo);
    let (one, _) = town.somebody(true);
    let path = format!("persons/{}/edit", one.id);
    let (mut taken, mut refused) = (0, 0);
    for name in names.iter().filter(|name| !name.trim().is_empty()) {
        let version = town.version(one.id).to_string();
        // The demo's telephones are nobody's; kept or typed, they pass in a demo.
        let phone = ("phone", ["", "15400000199"][(taken + refused) % 2]);
        let answer = town.form(&path, &[("key", &version), ("name", name), phone]);
        match answer.status {
            StatusCode::SEE_OTHER => {
                taken += 1;
                // Thirty looks an hour; a session lasts twelve.
                app.later(i64::from(taken % 20 == 0) * 3_600_001);
                let kept = gatehouse_core::person::PersonName::parse(name).expect("taken");
                let shown = town.plain(one.id, "name");
                let expected = format!("<dd>{}</dd>", escaped(kept.reveal_text()));
                assert!(shown.body.contains(&expected), "{name:?}");
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                refused += 1;
                let expected = format!("name=\"name\" value=\"{}\"", escaped(name));
                assert!(answer.body.contains(&expected), "{name:?}");
                assert!(answer.body.contains("fault-name"), "{name:?}");
            }
            status => panic!("{name:?}: {status}"),
        }
    }
    assert!(taken > 5 && refused > 100, "{taken} {refused}");
}
