//! Cases of a document: situation, fixed moment, expected answer. Written from the clause text
//! before the rows.

use super::diagnostic::Diagnostic;
use super::node::{self, Node, NodeValue, TableReader};
use super::part::{Kind, PartCase, part_case};
use crate::gate::compiled::Policy;
use crate::gate::decide::{Decision, decide};
use crate::gate::json::read_facts;
use crate::gate::situation::Situation;
use crate::gate::{Step, Verdict};
use crate::moment::Moment;
use std::collections::BTreeSet;
use std::ops::Range;

/// The kind of a case that says none.
const GATE: &str = "gate";

/// One `[[case]]` of the gate.
#[derive(Clone, Debug)]
pub struct Case {
    /// Short name, unique in its file.
    pub id: String,
    /// Where it stands.
    pub span: Range<usize>,
    /// The clause it was written from.
    pub clause: String,
    /// What is known, and when.
    pub situation: Situation,
    /// What is expected.
    pub expect: Expect,
}

/// The expected answer; what is `None` is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expect {
    /// The verdict.
    pub verdict: Verdict,
    /// Ids of the rows that give it, as a set.
    pub rows: Option<Vec<String>>,
    /// The steps, in order.
    pub steps: Option<Vec<String>>,
    /// Ids of the rows with duties that apply, as a set.
    pub duties: Option<Vec<String>>,
    /// What these rows ask to be done, as they name it, as a set.
    pub acts: Option<Vec<String>>,
}

/// The cases of a file, by what they ask.
#[derive(Clone, Debug, Default)]
pub struct CaseFile {
    /// Situations at the gate.
    pub gate: Vec<Case>,
    /// Questions to the parts beyond the gate.
    pub parts: Vec<PartCase>,
}

/// Reads the cases of the gate in `cases.toml`.
///
/// # Errors
/// Whatever is wrong with the file, its other cases too.
pub fn read_cases(source: &str) -> Result<Vec<Case>, Vec<Diagnostic>> {
    read_case_file(source).map(|file| file.gate)
}

/// Reads `cases.toml`.
///
/// # Errors
/// Whatever is wrong with it.
pub fn read_case_file(source: &str) -> Result<CaseFile, Vec<Diagnostic>> {
    let root = node::parse(source).map_err(|diagnostic| vec![diagnostic])?;
    let mut complaints = Vec::new();
    let mut cases = CaseFile::default();
    if let Some(mut reader) = TableReader::new(&root, "the file of cases", &mut complaints) {
        if let Some(list) = reader.required("case") {
            let items: &[Node] = if let NodeValue::List(items) = &list.value {
                items
            } else {
                &[]
            };
            for item in items {
                match kind(&mut reader, item) {
                    Some(kind) => cases.parts.extend(part_case(reader.complaints, item, kind)),
                    None => cases.gate.extend(case(&mut reader, item)),
                }
            }
        }
        reader.finish();
    }
    let mut seen = BTreeSet::new();
    let gate = cases.gate.iter().map(|case| (&case.id, &case.span));
    let parts = cases.parts.iter().map(|case| (&case.id, &case.span));
    for (id, span) in gate.chain(parts) {
        if !seen.insert(id) {
            let message = format!("two cases are called `{id}`");
            complaints.push(Diagnostic::new("P011", span.clone(), message));
        }
    }
    if complaints.is_empty() {
        Ok(cases)
    } else {
        Err(complaints)
    }
}

/// What a case asks; `None` where it is about the gate, or says what there is not.
fn kind(reader: &mut TableReader<'_>, node: &Node) -> Option<Kind> {
    let NodeValue::Table(entries) = &node.value else {
        return None;
    };
    let kind = &entries.iter().find(|entry| entry.key == "kind")?.node;
    let found = kind.as_text().and_then(Kind::named);
    if found.is_none() && kind.as_text() != Some(GATE) {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let message = format!("`kind` is one of: {GATE}, {}", kinds.join(", "));
        reader.complain("P005", kind.span.clone(), message);
    }
    found
}

fn case(reader: &mut TableReader<'_>, node: &Node) -> Option<Case> {
    let mut fields = TableReader::new(node, "a case", reader.complaints)?;
    let _ = fields.optional("kind");
    let id = fields.text("id");
    let clause = fields.text("clause");
    let moment = fields.text("moment");
    let facts = fields.required("facts");
    let expect = fields
        .required("expect")
        .and_then(|node| expectation(&mut fields, node));
    let (text, at) = moment?;
    let Some(moment) = Moment::parse(&text) else {
        let message = "`moment` must be written like 2020-02-19T07:00:00+08:00".to_owned();
        fields.complain("P005", at, message);
        return None;
    };
    let mut situation = Situation::new(moment);
    if let Some(skew) = fields.optional("skew_minutes") {
        situation.skew_minutes = skew.as_integer().and_then(|n| u16::try_from(n).ok())?;
    }
    let facts = facts?;
    match facts.to_json() {
        Some(serde_json::Value::Object(map)) => {
            if let Err(error) = read_facts(&mut situation, &(&map).into()) {
                fields.complain("P008", facts.span.clone(), error.to_string());
            }
        }
        _ => fields.complain(
            "P002",
            facts.span.clone(),
            "`facts` must be a table".to_owned(),
        ),
    }
    fields.finish();
    let (id, span) = id?;
    Some(Case {
        id,
        span,
        clause: clause?.0,
        situation,
        expect: expect?,
    })
}

fn expectation(reader: &mut TableReader<'_>, node: &Node) -> Option<Expect> {
    let mut fields = TableReader::new(node, "expect", reader.complaints)?;
    let verdict = fields.text("verdict").and_then(|(text, span)| {
        let verdict = serde_json::from_value(text.into()).ok();
        if verdict.is_none() {
            let message = "`verdict` is one of: admit, ask, refuse, refer".to_owned();
            fields.complain("P005", span, message);
        }
        verdict
    });
    let (rows, duties) = (list(&mut fields, "rows"), list(&mut fields, "duties"));
    let steps = list(&mut fields, "steps");
    let acts = list(&mut fields, "do");
    for name in steps.iter().flatten() {
        if !Step::ALL.iter().any(|step| step.name() == *name) {
            fields.complain(
                "P005",
                node.span.clone(),
                format!("no step is called `{name}`"),
            );
        }
    }
    fields.finish();
    Some(Expect {
        verdict: verdict?,
        rows,
        steps,
        duties,
        acts,
    })
}

fn list(fields: &mut TableReader<'_>, key: &'static str) -> Option<Vec<String>> {
    let node = fields.optional(key)?;
    let NodeValue::List(items) = &node.value else {
        fields.complain(
            "P005",
            node.span.clone(),
            format!("`{key}` is a list of texts"),
        );
        return None;
    };
    Some(
        items
            .iter()
            .filter_map(|item| item.as_text().map(str::to_owned))
            .collect(),
    )
}

/// Runs a case; an answer that is not the expected one is told in words.
pub fn run_case(case: &Case, policy: &Policy) -> Result<Decision, String> {
    let (decision, answer) = answer_case(case, policy);
    let expect = &case.expect;
    let mut differences = Vec::new();
    if answer.verdict != expect.verdict {
        let (found, wanted) = (answer.verdict, expect.verdict);
        differences.push(format!("verdict {found:?}, expected {wanted:?}"));
    }
    let lists = [
        ("do", &answer.acts, &expect.acts, false),
        ("rows", &answer.rows, &expect.rows, false),
        ("duties", &answer.duties, &expect.duties, false),
        ("steps", &answer.steps, &expect.steps, true),
    ];
    for (what, found, expected, ordered) in lists {
        compare(&mut differences, what, found, expected, ordered);
    }
    if differences.is_empty() {
        return Ok(decision);
    }
    let text = |list: &Option<Vec<String>>| format!("{:?}", list.as_deref().unwrap_or_default());
    Err(format!(
        "case {} ({}): {}; rows {}, steps {}, duties {}",
        case.id,
        case.clause,
        differences.join("; "),
        text(&answer.rows),
        text(&answer.steps),
        text(&answer.duties)
    ))
}

/// What a policy answers in the situation of a case, everything of it.
pub fn answer_case(case: &Case, policy: &Policy) -> (Decision, Expect) {
    answer_situation(&case.situation, policy)
}

/// What a policy answers in a situation, everything of it.
pub fn answer_situation(situation: &Situation, policy: &Policy) -> (Decision, Expect) {
    let decision = decide(situation, Some(policy));
    let reasons = decision.reason_rows(policy).map(|row| row.id.clone());
    let duties = decision.duty_rows(policy).map(|row| row.id.clone());
    let answer = Expect {
        verdict: decision.verdict,
        rows: Some(reasons.collect()),
        steps: Some(decision.steps().into_iter().map(Step::name).collect()),
        duties: Some(duties.collect()),
        acts: Some(acts(&decision, policy).into_iter().collect()),
    };
    (decision, answer)
}

/// What the rows that apply ask to be done, each once, by the name it has in a row.
fn acts(decision: &Decision, policy: &Policy) -> BTreeSet<String> {
    let duties = decision.duty_rows(policy).flat_map(|row| &row.duties);
    let names = duties.filter_map(|duty| {
        let duty = serde_json::to_value(duty).ok()?;
        duty.get("do")?.as_str().map(str::to_owned)
    });
    names.collect()
}

fn compare(
    differences: &mut Vec<String>,
    what: &str,
    found: &Option<Vec<String>>,
    expected: &Option<Vec<String>>,
    ordered: bool,
) {
    let (Some(found), Some(expected)) = (found, expected) else {
        return;
    };
    let (mut found, mut wanted) = (found.clone(), expected.clone());
    if !ordered {
        found.sort_unstable();
        wanted.sort_unstable();
    }
    if found != wanted {
        differences.push(format!("{what} {found:?}, expected {wanted:?}"));
    }
}
