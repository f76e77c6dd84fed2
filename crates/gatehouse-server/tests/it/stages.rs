//! RISK-1, RISK-2, AREA-6: a level or phase, from the form of an office to the verdict at the gate.

use crate::gate::{Phone, compound_of, hold_alone, pass_text};
use crate::policy_draft_pages::desks;
use crate::resident::{holder, opened};
use crate::support::{Answer, START, TestApp, demo_on_both, percent};
use axum::http::StatusCode;
use gatehouse_store::stage::StageRow;
use serde_json::{Value, json};

/// A list is made anew after so long.
const LIST_MILLIS: i64 = 11_000;
const DAY_MILLIS: i64 = 86_400_000;

/// What is asked of whom depends on the level and on the phase alone.
fn by_level() -> String {
    let row = |id: &str, effect: &str, rest: &str| {
        format!(
            "[[row]]\nid = \"LV/{id}\"\neffect = \"{effect}\"\nsource = \"deployment\"\n{rest}\n\
             say = {{ zh = \"{id}。\", en = \"{id}.\" }}\n\n"
        )
    };
    let head = include_str!("../../../../policies/zhuji-2020-02/policy.toml");
    let (head, _) = head.split_once("# --- residents").expect("a head");
    let head = head.replace("id = \"ZJ\"", "id = \"LV\"");
    [
        head,
        row("all", "grant", "below = \"may replace\""),
        row(
            "high",
            "bar",
            "way = \"out\"\nwhen = { risk_level = \"high\" }",
        ),
        row(
            "spread",
            "bar",
            "way = \"in\"\nwho = { subject_kind = \"visitor\" }\n\
             when = { phase = \"community_spread\" }",
        ),
    ]
    .concat()
}

fn decided(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

/// Lets time pass, on the phone and on the server.
fn later(app: &TestApp, phone: &mut Phone<'_>, millis: i64) {
    phone.now += millis;
    app.later(millis);
}

fn verdict(phone: &mut Phone<'_>, text: &str, way: &str) -> Value {
    let screen = phone.step(json!({"input": "scan", "text": text, "way": way}));
    let outcome = match screen["verdict"] == "admit" {
        true => "crossed",
        false => "turned_back",
    };
    phone.step(json!({"input": "finish", "outcome": outcome}));
    screen["verdict"].clone()
}

#[test]
fn a_level_reaches_the_gate_with_its_begin_and_end_and_is_kept_with_the_record() {
    demo_on_both(|app, demo| {
        hold_alone(app, demo, "by-level", by_level());
        let [street, county] = desks(app, demo);
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let text = pass_text(app, demo, &phone.gate);
        assert_eq!(verdict(&mut phone, &text, "out"), "admit");
        phone.send_all();

        let decide = |stage: &str, rest: &str, password: &str| {
            format!(
                "act=decide&stage={stage}&days=2&basis={}{rest}&password={}",
                percent("市指挥部 2020 第 5 号"),
                percent(password)
            )
        };
        // A higher level wants a second organisation; until then nothing changes.
        decided(&street.form("stages", &decide("high", "", &street.password)));
        let page = street.get("stages");
        assert!(page.contains("市指挥部 2020 第 5 号"), "{page}");
        later(app, &mut phone, LIST_MILLIS);
        phone.refresh();
        assert_eq!(verdict(&mut phone, &text, "out"), "admit");
        phone.send_all();
        let approve = |password: &str| {
            format!(
                "act=approve&scale=risk&from_at={START}&decided_at={START}&password={}",
                percent(password)
            )
        };
        let own = street.form("stages", &approve(&street.password));
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(own.body.contains("P-TWO"), "{}", own.body);
        decided(&county.form("stages", &approve(&county.password)));
        later(app, &mut phone, LIST_MILLIS);
        phone.refresh();
        assert_eq!(verdict(&mut phone, &text, "out"), "refuse");
        let receipt = phone.send_all();
        assert_eq!(receipt["answers"][0]["verdict"], "refuse", "{receipt}");
        assert_eq!(receipt["answers"][0]["graver"], false, "{receipt}");
        let home = verdict(&mut phone, &text, "in");
        assert_eq!(home, "admit", "home is never closed");
        let screen = phone.step(json!({"input": "emergency", "way": "out"}));
        assert_eq!(screen["verdict"], "admit", "{screen}");
        phone.send_all();
        let area = compound_of(app, &phone.gate);
        let policy = app.get(&format!("/areas/{area}/policy"), &street.cookie);
        assert!(policy.body.contains("高风险"), "{}", policy.body);
        let resident = opened(app, demo, &holder(app, demo));
        let own = app.get("/my", &resident).body;
        assert!(own.contains("风险等级：高风险，到 "), "{own}");
        // That it ends is told beforehand, with what people may do then.
        let end = START + 2 * DAY_MILLIS;
        let next = policy.body.split_once(&format!("id=\"next-{end}\""));
        let (_, next) = next.expect("what changes at its end");
        assert!(
            policy.body.contains("风险等级：高风险结束"),
            "{}",
            policy.body
        );
        let (next, _) = next.split_once("</section>").expect("a section");
        let change = "出去买东西、上班、看病、客人离开</b><p><del>先不出";
        assert!(next.contains(change), "{next}");

        // Its end is known to a phone that hears nothing more.
        later(app, &mut phone, 2 * DAY_MILLIS);
        assert_eq!(verdict(&mut phone, &text, "out"), "admit");
    });
}

#[test]
fn a_lower_level_holds_with_one_signature_and_a_phase_begins_at_its_minute() {
    demo_on_both(|app, demo| {
        hold_alone(app, demo, "by-level", by_level());
        let [street, county] = desks(app, demo);
        let form = |stage: &str, from: &str, days: i64| {
            format!(
                "act=decide&stage={stage}&from={from}&days={days}&basis=x&password={}",
                percent(&street.password)
            )
        };
        let approve = |scale: &str, from_at: i64, at: i64| {
            format!(
                "act=approve&scale={scale}&from_at={from_at}&decided_at={at}&password={}",
                percent(&county.password)
            )
        };
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let text = pass_text(app, demo, &phone.gate);
        decided(&street.form("stages", &form("high", "", 3)));
        decided(&county.form("stages", &approve("risk", START, START)));
        later(app, &mut phone, LIST_MILLIS);
        decided(&street.form("stages", &form("medium", "", 2)));
        phone.refresh();
        assert_eq!(verdict(&mut phone, &text, "out"), "admit");

        // What begins tomorrow is in today's list.
        let now = START + LIST_MILLIS;
        let hour = gatehouse_core::moment::Moment::new(now + 3_600_000, 480);
        let from: String = hour.to_text().chars().take(16).collect();
        let spread = form("community_spread", &percent(&from), 3);
        decided(&street.form("stages", &spread));
        let from_at = hour.millis - hour.millis.rem_euclid(60_000);
        decided(&county.form("stages", &approve("phase", from_at, now)));
        later(app, &mut phone, LIST_MILLIS);
        phone.refresh();
        let visit = json!({"input": "begin", "subject_kind": "visitor", "way": "in"});
        let screen = phone.step(visit.clone());
        assert_eq!(screen["verdict"], "admit", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        later(app, &mut phone, 3_600_000);
        let screen = phone.step(visit);
        assert_eq!(screen["verdict"], "refuse", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        let receipt = phone.send_all();
        let answers = receipt["answers"].as_array().expect("answers");
        let graver = answers.iter().filter(|answer| answer["graver"] == true);
        assert_eq!(graver.count(), 0, "{receipt}");
    });
}

#[test]
fn a_proposed_level_is_taken_back_and_one_that_was_overtaken_is_not_approved() {
    demo_on_both(|app, demo| {
        let [street, county] = desks(app, demo);
        let password = percent(&street.password);
        let propose = |at: i64| {
            let form = format!("act=decide&stage=high&days=3&basis=x&password={password}");
            decided(&street.form("stages", &form));
            (at, at)
        };
        let settle = |act: &str, (from_at, decided_at): (i64, i64), password: &str| {
            format!(
                "act={act}&scale=risk&from_at={from_at}&decided_at={decided_at}&password={}",
                percent(password)
            )
        };
        let states = |states: &[&str]| {
            let page = street.get("stages");
            let (_, shown) = page.split_once("这里定过的").expect("a list");
            let shown = shown.split("<li>").skip(1);
            let shown: Vec<&str> = shown
                .filter_map(|line| line.split_once("</span>")?.0.rsplit_once('>'))
                .map(|(_, state)| state)
                .collect();
            assert_eq!(shown, states);
        };
        let first = propose(START);
        decided(&street.form("stages", &settle("withdraw", first, &street.password)));
        assert!(street.get("stages").contains("还没有定过"));
        let gone = county.form("stages", &settle("approve", first, &county.password));
        assert!(gone.body.contains("P-NONE"), "{}", gone.body);

        app.later(1);
        let second = propose(START + 1);
        states(&["等另一个单位批"]);
        app.later(1);
        let form = format!("act=decide&stage=routine&days=2&basis=x&password={password}");
        decided(&street.form("stages", &form));
        states(&["已定", "后来另定了，不能再批"]);
        let late = county.form("stages", &settle("approve", second, &county.password));
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.body.contains("P-LATER"), "{}", late.body);
        decided(&street.form("stages", &settle("withdraw", second, &street.password)));
        states(&["已定"]);

        app.later(1);
        decided(&street.form("stages", &form));
        states(&["已定", "后来另定了"]);
    });
}

#[test]
fn what_is_only_inherited_does_not_make_a_level_free() {
    demo_on_both(|app, demo| {
        let [street, county] = desks(app, demo);
        let (staff, approver, area) = (county.staff, street.staff, street.area);
        let mut accounts = demo.town.staffing.staff.iter();
        let above = accounts.find(|one| one.id == staff).expect("one").area;
        assert_ne!(above, area);
        app.write(move |tx| {
            let row = StageRow {
                area: above,
                scale: "risk".to_owned(),
                from_at: START,
                decided_at: START,
                to_at: START + 14 * DAY_MILLIS,
                stage: "high".to_owned(),
                basis: "x".to_owned(),
                authority: above,
                decided_by: staff,
                approved_by: None,
                holds_at: None,
            };
            tx.insert_stage(&row)?;
            assert!(tx.approve_stage(&row, approver, START)?);
            Ok(())
        });
        // The county may lower its level tomorrow; the street's own must not stay up alone.
        for (stage, holds) in [("high", false), ("low", false), ("routine", true)] {
            let form = format!(
                "act=decide&stage={stage}&days=14&basis=x&password={}",
                percent(&street.password)
            );
            app.later(1);
            decided(&street.form("stages", &form));
            app.write(move |tx| {
                let rows = tx.stages(area, 0, 10)?;
                assert_eq!(rows[0].stage, stage);
                assert_eq!(rows[0].holds_at.is_some(), holds, "{stage}");
                Ok(())
            });
        }
    });
}

#[test]
fn what_is_not_said_right_is_not_decided() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let password = percent(&street.password);
        for (form, code) in [
            (
                format!("stage=high&days=15&basis=x&password={password}"),
                "P-DAYS",
            ),
            (
                format!("stage=high&days=0&basis=x&password={password}"),
                "P-DAYS",
            ),
            (
                format!("stage=high&days=&basis=x&password={password}"),
                "P-DAYS",
            ),
            (
                format!("stage=high&days=1&basis=+&password={password}"),
                "P-BASIS",
            ),
            (
                format!("stage=high&days=1&basis=x&from=soon&password={password}"),
                "D-TIME",
            ),
            (
                "stage=high&days=1&basis=x&password=wrong".to_owned(),
                "K-PASSWORD",
            ),
        ] {
            let answer = street.form("stages", &format!("act=decide&{form}"));
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
            assert!(answer.body.contains(code), "{form}: {}", answer.body);
        }
        let area = street.area;
        app.write(move |tx| {
            assert_eq!(tx.stages(area, 0, 10)?.len(), 0);
            Ok(())
        });
        let answer = street.form("stages", "act=decide&stage=worst&days=1&basis=x");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    });
}
