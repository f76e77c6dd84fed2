//! A row of a draft as a sentence of choices: a gap closed by a row that is put together in the
//! form, its examples agreed to, and everything that is not taken.

use crate::policy_draft_pages::{Desk, between, desks, shipped};
use crate::support::{Answer, demo_on_both};
use axum::http::StatusCode;

const SAYS: &str = "say-zh=%E5%BF%AB%E9%80%92%E4%B8%8D%E8%BF%9B%E3%80%82&say-en=Couriers+stay+out.";

/// Sends the form of a row at the version of its draft.
fn send(desk: &Desk<'_>, draft: &str, body: &str) -> Answer {
    desk.change(draft, "/sentence", body)
}

fn text(desk: &Desk<'_>, draft: &str) -> String {
    desk.get(&format!("{draft}/policy.toml"))
}

#[test]
fn a_gap_is_closed_by_a_row_of_choices() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let (policy, cases) = (shipped("policy"), shipped("cases"));
        let draft = street.begin(&[("policy", &policy), ("cases", &cases)]);
        let off = street.change(&draft, "/row", "row=ZX/courier&off=true");
        assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.body);

        // The gap names who and which way, and leads to a row about just that.
        let page = street.get(&draft);
        let mend = between(&page, "/sentence?who=", "\"").replace("&#38;", "&");
        assert_eq!(mend, "courier&way=in");
        let page = street.get(&format!("{draft}/sentence?who={mend}"));
        let ticked = "value=\"courier\" checked";
        for words in ["加一条规则", "ZX/added-1", ticked, "value=\"in\" selected"] {
            assert!(page.contains(words), "{words}: {page}");
        }

        // A condition is added to the form; nothing is kept yet.
        let who = "row=ZX/added-1&way=in&who.has=subject_kind&who.subject_kind.how=any\
            &who.subject_kind.of=courier";
        let added = send(
            &street,
            &draft,
            &format!("act=add&{who}&add.when=temperature"),
        );
        assert_eq!(added.status, StatusCode::OK, "{}", added.body);
        assert!(
            added.body.contains("when.temperature.least"),
            "{}",
            added.body
        );
        assert!(!text(&street, &draft).contains("ZX/added-1"));

        // What is wrong stands beside it, and is not kept either.
        let looked = send(&street, &draft, &format!("act=look&{who}&effect=bar"));
        assert_eq!(looked.status, StatusCode::OK);
        assert!(looked.body.contains("P015"), "{}", looked.body);
        let refused = send(&street, &draft, &format!("act=save&{who}&effect=bar"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(ticked), "what was chosen stays");
        assert!(!text(&street, &draft).contains("ZX/added-1"));

        // Whole, it closes the gap; the examples that it wants are found, and agreed to.
        let saved = send(
            &street,
            &draft,
            &format!("act=save&{who}&effect=bar&{SAYS}"),
        );
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let page = street.get(&draft);
        assert!(!page.contains("没写到"), "{page}");
        let case = between(&page, "name=\"case\" value=\"", "\"");
        let agreed = street.change(&draft, "/case", &format!("case={case}"));
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.body);
        assert!(street.get(&draft).contains("没有问题"));

        an_example_is_found(&street, &draft, who);

        // Gone again, and the text is as it was before.
        let gone = send(&street, &draft, "act=drop&row=ZX/added-1");
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.body);
        assert!(!text(&street, &draft).contains("ZX/added-1"));
    });
}

/// Of a row that no case tries examples are found; agreed to, they are cases.
fn an_example_is_found(street: &Desk<'_>, draft: &str, who: &str) {
    let night = who.replace("added-1", "added-2");
    let night = format!(
        "act=save&{night}&effect=bar&{SAYS}&when.has=time_of_day\
             &when.time_of_day.from=22:00&when.time_of_day.to=06:00"
    );
    let saved = send(street, draft, &night);
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let page = street.get(draft);
    for words in ["缺一个例子", "例子没错，记下来"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let tried = street.change(draft, "/case", "try=ZX/added-2");
    assert_eq!(tried.status, StatusCode::SEE_OTHER, "{}", tried.body);
    let cases = street.get(&format!("{draft}/cases.toml"));
    assert!(cases.contains("added-2-decides"), "{cases}");
    assert!(
        street.get(draft).contains("没有问题"),
        "{}",
        street.get(draft)
    );
}

/// A condition on every fact, in every part of a row.
fn every_condition() -> String {
    let parts = ["who", "when", "need", "unless-0"];
    let facts = [
        "subject_kind",
        "temperature",
        "mask",
        "purpose",
        "pass_state",
        "pass_kind",
    ];
    let more = ["found_fever", "symptoms", "registered_resident"];
    let all = parts.iter().flat_map(|part| {
        let facts = facts.iter().chain(&more);
        facts.map(move |fact| format!("{part}.has={fact}"))
    });
    all.collect::<Vec<_>>().join("&")
}

#[test]
fn what_a_row_cannot_say_is_not_taken() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let (policy, cases) = (shipped("policy"), shipped("cases"));
        let draft = street.begin(&[("policy", &policy), ("cases", &cases)]);
        let before = text(&street, &draft);
        let long = "x".repeat(5_000);
        let whole = "act=save&row=ZX/home&who.has=subject_kind&who.subject_kind.of";
        let table = [
            // No fact, no member, no number, no effect, no way: each is told beside the row.
            (
                format!("{whole}=dragon&{SAYS}"),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            (
                format!("{whole}={long}&{SAYS}"),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            (
                format!("{whole}=resident&effect=ban&{SAYS}"),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            (
                format!("{whole}=resident&way=up&{SAYS}"),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            (
                format!("{whole}=resident&when.has=temperature&when.temperature.least=hot&{SAYS}"),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            (
                format!("{whole}=resident&when.has=age_years&when.age_years.least-parameter=no"),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            // More conditions than anybody reads.
            (
                format!("act=save&row=ZX/home&{}&{SAYS}", every_condition()),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            // A page of another version.
            (
                "act=save&version=99&row=ZX/home".to_owned(),
                StatusCode::CONFLICT,
            ),
        ];
        for (body, status) in table {
            let answer = match body.contains("version=") {
                true => street.form(&format!("{draft}/sentence"), &body),
                false => send(&street, &draft, &body),
            };
            assert_eq!(answer.status, status, "{body:.120}: {}", answer.body);
            assert_eq!(text(&street, &draft), before, "{body:.120}");
        }
        // What is no fact is not there at all: the row says only what it can.
        let none = send(
            &street,
            &draft,
            "act=look&row=ZX/home&when.has=origin&when.origin.of=x",
        );
        assert_eq!(none.status, StatusCode::OK);
        assert!(!none.body.contains("when.origin"), "{}", none.body);
        let path = street.path(&format!("{draft}/sentence?row=ZX/none"));
        assert_eq!(app.get(&path, &street.cookie).status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn duties_and_what_others_may_do_are_choices_too() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let (policy, cases) = (shipped("policy"), shipped("cases"));
        let draft = street.begin(&[("policy", &policy), ("cases", &cases)]);
        let page = street.get(&format!("{draft}/sentence?row=ZX/courier"));
        // The street stands below the county's notice, some rows of which may be replaced.
        for words in [
            "要做的事",
            "报给谁",
            "代替上级的哪一条",
            "value=\"HN/courier\"",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let before = text(&street, &draft);
        let row = "row=ZX/courier&way=in&effect=bar&who.has=subject_kind&who.subject_kind.how=any\
            &who.subject_kind.of=courier";
        let say = "say-zh=%E4%B8%8D%E8%BF%9B%E3%80%82&say-en=No.&duty.has=1";
        let duty = "duty=wear_mask&duty=register&duty.report.to=township&duty.report.minutes=30\
            &duty.hand_to=shift_lead&duty.transport=&duty.clock=&below=may+replace";
        let looked = send(&street, &draft, &format!("act=look&{row}&{say}&{duty}"));
        assert_eq!(looked.status, StatusCode::OK);
        for words in [
            "value=\"30\"",
            "value=\"township\" checked",
            "value=\"shift_lead\" selected",
        ] {
            assert!(looked.body.contains(words), "{words}: {}", looked.body);
        }
        let wrong = duty.replace("minutes=30", "minutes=soon");
        let refused = send(&street, &draft, &format!("act=save&{row}&{say}&{wrong}"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("D-NUMBER"), "{}", refused.body);
        assert_eq!(text(&street, &draft), before, "nothing is kept");
        let saved = send(&street, &draft, &format!("act=save&{row}&{say}&{duty}"));
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let after = text(&street, &draft);
        for line in [
            "{ do = \"report\", to = [\"township\"], within_minutes = 30 }",
            "{ do = \"hand_to\", to = \"shift_lead\" }",
            "below = \"may replace\"",
        ] {
            assert!(after.contains(line), "{line}: {after}");
        }
        // None of it again; the rest of the row stays.
        let saved = send(&street, &draft, &format!("act=save&{row}&{say}&below="));
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let less = text(&street, &draft);
        let row = between(&less, "id = \"ZX/courier\"", "[[row]]");
        assert!(!row.contains("hand_to") && !row.contains("below"), "{row}");
    });
}
