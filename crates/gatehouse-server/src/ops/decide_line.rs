//! One case as JSON in, one decision as JSON out.
//!
//! In: `{"id": "…", "moment": "2020-02-19T07:00:00+08:00", "skew_minutes": 0, "facts": {…}}`, all
//! but `moment` optional. Out: `{"id", "verdict", "ground", "policy", "rows", "steps", "duties",
//! "sentences"}`, or `{"id", "error": {"code", "message"}}`.

use gatehouse_core::gate::wording::{Lang, clause_text, duty_text, put_in_words};
use gatehouse_core::gate::{Decision, Ground, Policy, Situation, decide, json as facts_json};
use gatehouse_core::json::Object;
use gatehouse_core::moment::Moment;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    id: Value,
    moment: String,
    #[serde(default)]
    skew_minutes: u16,
    #[serde(default)]
    facts: Object,
}

/// Decides one line.
pub fn decide_line(line: &[u8], policy: Option<&Policy>, lang: Lang) -> Value {
    let case: Case = match serde_json::from_slice(line) {
        Ok(case) => case,
        Err(error) => return failure(Value::Null, "G001", unread(&error)),
    };
    let Some(moment) = Moment::parse(&case.moment) else {
        let message = "moment must be written like 2020-02-19T07:00:00+08:00".to_owned();
        return failure(case.id, "G002", message);
    };
    let mut situation = Situation::new(moment);
    situation.skew_minutes = case.skew_minutes;
    match facts_json::read_facts(&mut situation, &case.facts) {
        Err(error) => failure(case.id, "G003", error.to_string()),
        Ok(()) => {
            let decision = decide(&situation, policy);
            answer(case.id, &decision, policy, lang)
        }
    }
}

/// The message of the parser can repeat what was written; its place is enough.
fn unread(error: &serde_json::Error) -> String {
    let column = error.column();
    match error.is_data() {
        true => format!(
            "before column {column}: a key that is not known, missing or there twice, or a value \
             of another kind; the keys are id, moment, skew_minutes and facts"
        ),
        false => format!("no JSON (column {column})"),
    }
}

/// The answer to a line of more than `most` bytes, which is not read.
pub fn too_long(most: u64) -> Value {
    let message = format!("a line is at most {most} bytes");
    failure(Value::Null, "G004", message)
}

fn failure(id: Value, code: &str, message: String) -> Value {
    json!({ "id": id, "error": { "code": code, "message": message } })
}

fn answer(id: Value, decision: &Decision, policy: Option<&Policy>, lang: Lang) -> Value {
    let words = put_in_words(decision, policy, lang, &|_| None);
    let rows: Vec<Value> = policy
        .iter()
        .flat_map(|policy| {
            let rows = decision.reasons.iter().zip(decision.reason_rows(policy));
            rows.map(move |(at, row)| (policy, *at, row))
        })
        .map(|(policy, at, row)| {
            let reason = row.say.as_ref().map(|say| lang.of(say));
            let clause = clause_text(policy, row, lang);
            // Under ask a row may be one that can still come to apply.
            let open = !decision.applied.contains(&at);
            json!({ "id": row.id, "effect": row.effect, "open": open, "source": row.source,
                    "clause": clause, "reason": reason })
        })
        .collect();
    let duties: Vec<Value> = policy
        .iter()
        .flat_map(|policy| decision.duty_rows(policy))
        .flat_map(|row| row.duties.iter().map(move |duty| (row, duty)))
        .map(|(row, duty)| {
            json!({ "row": row.id, "source": row.source, "duty": duty,
                    "text": duty_text(duty, lang) })
        })
        .collect();
    let steps: Vec<Value> = decision
        .missing
        .iter()
        .zip(&words.steps)
        .map(|(missing, (step, sentence))| {
            let facts: Vec<&str> = missing.facts.iter().map(|fact| fact.spec().name).collect();
            json!({ "step": step, "facts": facts, "text": sentence.text })
        })
        .collect();
    let ground = match decision.ground {
        Ground::Emergency => "emergency",
        Ground::NoPolicy => "no_policy",
        Ground::NoRule => "no_rule",
        Ground::Rows => "rows",
    };
    json!({
        "id": id,
        "verdict": decision.verdict,
        "ground": ground,
        "policy": policy.map(|policy| hex(&policy.id())),
        "rows": rows,
        "steps": steps,
        "duties": duties,
        "sentences": words.sentences,
    })
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
