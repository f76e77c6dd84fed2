//! GATE-15, SCOPE-3: what holds whatever a document says.

use crate::policies::small_document;
use gatehouse_core::gate::{Policy, Situation, Verdict, decide, json};
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::compile;

/// A document that knows nothing but the pass.
const ONLY_THE_PASS: &str = r#"
[[row]]
id = "XX/resident"
effect = "grant"
source = "XX 1"
who = { subject_kind = "resident" }
need = { pass_state = "valid", mask = true }
say = { zh = "看证。", en = "Look at the pass." }
"#;

fn policy(rows: &str) -> Policy {
    compile(&[&small_document("XX", rows)]).expect("it compiles")
}

fn situation(facts: serde_json::Value) -> Situation {
    let moment = Moment::parse("2020-02-20T22:00:00+08:00").expect("a moment");
    let mut situation = Situation::new(moment);
    let facts = facts.as_object().expect("a map of facts");
    json::read_facts(&mut situation, &facts.into()).expect("the facts read");
    situation
}

#[test]
fn a_registered_resident_needs_no_pass_to_come_home() {
    let policy = policy(ONLY_THE_PASS);
    let coming = |mask: bool| {
        situation(serde_json::json!({
            "subject_kind": "resident", "way": "in", "registered_resident": true,
            "pass_kind": "none", "pass_state": "none", "mask": mask,
        }))
    };
    let decision = decide(&coming(true), Some(&policy));
    assert_eq!(decision.verdict, Verdict::Admit, "{decision:?}");
    // The sentence said is that of coming home, not of a pass that nobody saw.
    let rows: Vec<&str> = decision
        .reason_rows(&policy)
        .map(|row| row.id.as_str())
        .collect();
    assert_eq!(rows, ["always/coming-home"]);

    // Every other need of the document stands.
    let decision = decide(&coming(false), Some(&policy));
    assert_eq!(decision.verdict, Verdict::Ask);
    let steps: Vec<String> = decision
        .steps()
        .into_iter()
        .map(|step| step.name())
        .collect();
    assert_eq!(steps, ["put_on_mask"]);
}

#[test]
fn the_waiver_is_for_the_way_home_alone() {
    let policy = policy(ONLY_THE_PASS);
    let facts = [
        serde_json::json!({"subject_kind": "resident", "way": "out", "registered_resident": true,
            "pass_state": "none", "mask": true}),
        serde_json::json!({"subject_kind": "resident", "way": "in", "registered_resident": false,
            "pass_state": "none", "mask": true}),
    ];
    for facts in facts {
        let decision = decide(&situation(facts.clone()), Some(&policy));
        assert_eq!(decision.verdict, Verdict::Ask, "{facts}");
    }
}
