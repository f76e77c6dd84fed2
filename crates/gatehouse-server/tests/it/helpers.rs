//! Regular helpers: a household wants one, the community approves, the gate sees a helper, the
//! pass is renewed on the household's word and ended on it.

use crate::gate::{Phone, cookie};
use crate::passes::{community, pass, read, scan};
use crate::resident::{hidden, opened, somebody};
use crate::support::{TestApp, demo_on_both, percent};
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, PassId};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::keep_helpers::{HELPERS_A_DAY_MOST, HELPERS_MOST};
use gatehouse_store::Shard;
use gatehouse_store::helper::HelperRow;
use gatehouse_store::pass::PassRow;
use serde_json::json;

pub fn helper(app: &TestApp, id: ApplicationId) -> HelperRow {
    read(app, move |tx| {
        Ok(tx.helper(Shard(1), id)?.expect("a helper"))
    })
}

/// The pass that a helper comes with now.
pub fn own_pass(app: &TestApp, id: ApplicationId) -> PassRow {
    pass(app, helper(app, id).comes.expect("approved").pass)
}

/// Wanted by a household on its page, approved by the community's office.
pub fn wanted(app: &TestApp, demo: &Demo, resident: &str, office: &str) -> ApplicationId {
    let id = hidden(&app.get("/my/apply", resident), "id");
    let name = percent("乌林静");
    let body = format!(
        "id={id}&what=helper&work=carer&name={name}&sex=female&birth_on=1970-05-06&no_photo=yes"
    );
    let sent = app.form("/my/apply", resident, &body);
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let base = format!("/areas/{}/passes", community(demo));
    let one = format!("one={id}.1");
    let done = app.form(&format!("{base}/approve"), office, &one);
    let whole = format!("{base}?done=1&held=0");
    assert_eq!(done.header("location"), whole, "{}", done.body);
    ApplicationId::parse(&id).expect("an id")
}

#[test]
fn a_helper_of_a_household_comes_is_renewed_and_ends() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 1);
        let (resident, office) = (opened(app, demo, &who), cookie(app, demo, "office1"));
        let id = wanted(app, demo, &resident, &office);
        let first = own_pass(app, id);
        assert_eq!((&*first.kind, &*first.band), ("helper", "blue"));
        assert_eq!(first.household, Some(who.household));

        // The gate sees a helper, and so does the server that decides again.
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let screen = scan(&mut phone, &first);
        assert!(screen.to_string().contains("固定帮手"), "{screen}");
        // The pass is enough, once the temperature is taken: nobody has to fetch them.
        let screen = phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        assert_eq!(screen["verdict"], "admit", "{screen}");
        assert!(screen.to_string().contains("证有效"), "{screen}");
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        let receipt = phone.send_all();
        let answers = receipt["answers"].as_array().expect("answers");
        let said = answers.last().expect("the crossing");
        assert_eq!(
            said["verdict"], "admit",
            "the server decides the same: {receipt}"
        );
        let base = format!("/areas/{}", who.compound);
        let crossings = app.get(&format!("{base}/crossings?kind=regular_helper"), &office);
        assert!(
            crossings.body.contains(&first.number.to_string())
                || crossings.body.contains("固定帮手"),
            "{}",
            crossings.body
        );

        // The household reads what the rules say of such a pass.
        let page = app.get("/my/helpers", &resident).body;
        for said in ["现行规则", "有帮手出入证的"] {
            assert!(page.contains(said), "{said}: {page}");
        }

        // The list says who agreed, where, with which pass, until when.
        let list = format!("{base}/passes/helpers");
        let page = app.get(&list, &office).body;
        for said in ["护工", "本人页面上", "有效到", &first.number.to_string()] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("乌林静"), "lists show masks");

        renewed_and_ended(
            app,
            &Story {
                id,
                first,
                resident,
                office,
                list,
            },
        );
    });
}

/// On no phone's list: the event carries the pass, and the board says whose it is.
#[test]
fn a_helper_with_a_fever_is_named_on_the_board() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 1);
        let (resident, office) = (opened(app, demo, &who), cookie(app, demo, "office1"));
        let id = wanted(app, demo, &resident, &office);
        let board = format!("/areas/{}/fevers", who.compound);
        let named = || app.get(&board, &office).body.matches("乌*静").count();
        assert_eq!(named(), 0);
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        scan(&mut phone, &own_pass(app, id));
        phone.step(json!({"input": "fact", "fact": "temperature", "value": 38.4}));
        phone.step(json!({"input": "fever"}));
        phone.send_all();
        let body = app.get(&board, &office).body;
        assert!(named() > 0, "{body}");
        let events = phone.events().join(" ");
        assert!(!events.contains("乌"), "no name goes over the wire");
    });
}

struct Story {
    id: ApplicationId,
    first: PassRow,
    resident: String,
    office: String,
    list: String,
}

fn renewed_and_ended(app: &TestApp, story: &Story) {
    let Story {
        id,
        first,
        resident,
        office,
        list,
    } = story;
    let id = *id;
    // Without the household's word there is no new pass; with it there is.
    let send = |version: i64, what: &str| {
        let fresh = PassId(app.app.world.id());
        let body = format!("helper={id}&version={version}&pass={fresh}&{what}");
        [(); 2].map(|()| app.form(list, office, &body))
    };
    // A double click does it once, and says the same.
    let change = |what: &str| {
        let version = helper(app, id).version;
        let [once, twice] = send(version, what);
        assert_eq!(once.status, twice.status, "{what}: {}", twice.body);
        assert!(helper(app, id).version <= version + 1, "{what}: once");
        once
    };
    assert_eq!(change("renew=page").status, StatusCode::CONFLICT);
    assert_eq!(change("renew=king").status, StatusCode::CONFLICT);
    app.later(3_600_000);
    let again = format!("helper={id}&word=again");
    assert_eq!(
        app.form("/my/helpers", resident, &again).status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(change("renew=page").status, StatusCode::SEE_OTHER);
    let second = own_pass(app, id);
    let old = pass(app, first.pass);
    assert_eq!(old.replaced_by, Some(second.pass));
    assert_eq!(change("renew=phone").status, StatusCode::SEE_OTHER);
    let [stale, _] = send(1, "renew=phone");
    assert_eq!(stale.status, StatusCode::CONFLICT);

    // The household ends it: the pass with it, at once.
    let end = format!("helper={id}&word=end");
    assert_eq!(
        app.form("/my/helpers", resident, &end).status,
        StatusCode::SEE_OTHER
    );
    app.form("/my/helpers", resident, &end);
    let last = own_pass(app, id);
    assert_eq!(last.revocation.expect("ended").reason, "class_ended");
    let (base, _) = list.split_once("/helpers").expect("passes");
    let page = app.get(&format!("{base}/{}", last.pass), office).body;
    assert!(
        page.contains("不来了") && !page.contains("这一类到期"),
        "{page}"
    );
    assert_eq!(change("renew=phone").status, StatusCode::CONFLICT);
    let page = app.get(list, office).body;
    assert!(page.contains("没有登记固定帮手"), "{page}");
    let page = app.get(&format!("{list}?ended=yes"), office).body;
    assert!(page.contains("不来了（住户说的）"), "{page}");
}

#[test]
fn the_office_registers_on_the_household_s_word_and_one_person_helps_two_homes() {
    demo_on_both(|app, demo| {
        let (grid, office) = (cookie(app, demo, "grid1"), cookie(app, demo, "office1"));
        let base = format!("/areas/{}/passes", community(demo));
        let name = percent("乌林静");
        let mut holders = Vec::new();
        for n in 0..2 {
            let who = somebody(demo, n);
            let id = format!("{n:032x}");
            let body = format!(
                "id={id}&household={}&holder=new&kind=helper&work=cleaner&word=phone&name={name}\
                 &agreed_by={}&sex=female&birth_on=1970-05-06&document_kind=passport\
                 &document=E01234567&no_photo=yes&delivery=desk",
                who.household, who.person
            );
            // Nobody's consent is chosen beforehand.
            let unsaid = body.replacen("word=phone", "word=", 1);
            let asked = app.form(&format!("{base}/apply"), &grid, &unsaid);
            assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
            for said in ["住户还没同意", "value=\"\" selected>还没说"] {
                assert!(asked.body.contains(said), "{said}: {}", asked.body);
            }
            let sent = app.form(&format!("{base}/apply"), &grid, &body);
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
            let done = app.form(&format!("{base}/approve"), &office, &format!("one={id}.1"));
            let whole = format!("{base}?done=1&held=0");
            assert_eq!(done.header("location"), whole, "{}", done.body);
            let row = helper(app, ApplicationId::parse(&id).expect("an id"));
            assert_eq!(
                (&*row.agreed.way, row.agreed.by),
                ("phone", Some(who.person))
            );
            let pass = pass(app, row.comes.expect("approved").pass);
            assert_eq!(pass.household, Some(who.household));
            assert!(pass.revocation.is_none(), "one for each home");
            holders.push(row.comes.expect("approved").person);
        }
        assert_eq!(holders[0], holders[1], "one person");
        // Nobody of another household says a word about them.
        let other = opened(app, demo, &somebody(demo, 3));
        let end = format!("helper={:032x}&word=end", 0);
        assert_eq!(
            app.form("/my/helpers", &other, &end).status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn a_household_asks_for_so_many_helpers_a_day_and_has_so_many() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 1);
        let ask = |resident: &str, n: u32| {
            let id = hidden(&app.get("/my/apply", resident), "id");
            let (name, year) = (percent("乌林静"), 1950 + n);
            let body = format!(
                "id={id}&what=helper&work=carer&name={name}&sex=female&birth_on={year}-05-06\
                 &no_photo=yes"
            );
            app.form("/my/apply", resident, &body)
        };
        let resident = opened(app, demo, &who);
        for n in 0..HELPERS_A_DAY_MOST {
            assert_eq!(ask(&resident, n).status, StatusCode::OK);
        }
        let refused = ask(&resident, HELPERS_A_DAY_MOST);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("A-HELPERS-TODAY"), "{}", refused.body);
        // Day by day until the household has as many as one has.
        for n in HELPERS_A_DAY_MOST..=HELPERS_MOST {
            app.later(i64::from(n % HELPERS_A_DAY_MOST == 0) * 86_400_001);
            let resident = opened(app, demo, &who);
            let sent = ask(&resident, n);
            match n == HELPERS_MOST {
                false => assert_eq!(sent.status, StatusCode::OK, "{n}: {}", sent.body),
                true => assert!(sent.body.contains("A-HELPERS-FULL"), "{}", sent.body),
            }
        }
    });
}
