//! Cases of a document: situation, fixed moment, expected answer. Written from the clause text
//! before the rows.

use super::diagnostic::{Diagnostic, both, few_of};
use super::node::{self, Node, NodeValue, TableReader};
use super::part::{Kind, PartCase, part_case};
use crate::gate::compiled::{Policy, Text};
use crate::gate::decide::{Decision, decide};
use crate::gate::fact::{Words, words};
use crate::gate::json::{FactError, read_facts};
use crate::gate::situation::Situation;
use crate::gate::wording::verdict_words;
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

const FILE: Words = words("例子文件", "the file of cases");

/// Reads `cases.toml`.
///
/// # Errors
/// Whatever is wrong with it.
pub fn read_case_file(source: &str) -> Result<CaseFile, Vec<Diagnostic>> {
    let root = node::parse(source).map_err(|diagnostic| vec![diagnostic])?;
    let mut complaints = Vec::new();
    let mut cases = CaseFile::default();
    if let Some(mut reader) = TableReader::new(&root, FILE, &mut complaints) {
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
            let message = both(
                format!("有两个例子都叫 `{id}`。"),
                format!("two cases are called `{id}`"),
            );
            complaints.push(Diagnostic::new("P011", span.clone(), message));
        }
    }
    if complaints.is_empty() {
        Ok(cases)
    } else {
        Err(few_of(complaints))
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
        let kinds = kinds.join(", ");
        let message = both(
            format!("`kind` 只能是：{GATE}, {kinds}。"),
            format!("`kind` is one of: {GATE}, {kinds}"),
        );
        reader.complain("P005", kind.span.clone(), message);
    }
    found
}

fn case(reader: &mut TableReader<'_>, node: &Node) -> Option<Case> {
    let mut fields = TableReader::new(node, words("一个例子", "a case"), reader.complaints)?;
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
        let message = words(
            "`moment` 要写成 2020-02-19T07:00:00+08:00 这样。",
            "`moment` must be written like 2020-02-19T07:00:00+08:00",
        );
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
                fields.complain("P008", facts.span.clone(), fact_message(&error));
            }
        }
        _ => fields.complain(
            "P002",
            facts.span.clone(),
            words("`facts` 要写成一个表。", "`facts` must be a table"),
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

/// What is wrong with the facts of a case.
fn fact_message(error: &FactError) -> Text {
    let zh = match error {
        FactError::UnknownFact(name) => {
            format!("没有叫 `{name}` 的事实，全部在 `gatehouse gate facts` 里。")
        }
        FactError::NotSaid(fact) => format!("`{fact}` 从证、通知和记录里读，这里不写。"),
        FactError::WrongValue { fact, .. } => {
            format!("`{fact}` 的值不对，可以写什么看 `gatehouse gate facts`。")
        }
    };
    both(zh, error.to_string())
}

fn expectation(reader: &mut TableReader<'_>, node: &Node) -> Option<Expect> {
    let mut fields = TableReader::new(node, words("`expect`", "expect"), reader.complaints)?;
    let verdict = fields.text("verdict").and_then(|(text, span)| {
        let verdict = serde_json::from_value(text.into()).ok();
        if verdict.is_none() {
            let message = words(
                "`verdict` 只能是：admit, ask, refuse, refer。",
                "`verdict` is one of: admit, ask, refuse, refer",
            );
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
                both(
                    format!("没有叫 `{name}` 的步骤。"),
                    format!("no step is called `{name}`"),
                ),
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
            both(
                format!("`{key}` 要写文字的列表。"),
                format!("`{key}` is a list of texts"),
            ),
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

/// Runs a case.
///
/// # Errors
/// In words, an answer that is not the expected one.
pub fn run_case(case: &Case, policy: &Policy) -> Result<Decision, Text> {
    let (decision, answer) = answer_case(case, policy);
    let expect = &case.expect;
    let mut differences = Vec::new();
    if answer.verdict != expect.verdict {
        let (found, wanted) = (answer.verdict, expect.verdict);
        let [is, was] = [found, wanted].map(verdict_words);
        differences.push(both(
            format!("结论是“{}”，例子写的是“{}”", is.zh, was.zh),
            format!("verdict {found:?}, expected {wanted:?}"),
        ));
    }
    let lists = [
        (words("要做的事", "do"), &answer.acts, &expect.acts, false),
        (
            words("依据的规则", "rows"),
            &answer.rows,
            &expect.rows,
            false,
        ),
        (
            words("要做事的规则", "duties"),
            &answer.duties,
            &expect.duties,
            false,
        ),
        (words("步骤", "steps"), &answer.steps, &expect.steps, true),
    ];
    for (what, found, expected, ordered) in lists {
        compare(&mut differences, what, found, expected, ordered);
    }
    if differences.is_empty() {
        return Ok(decision);
    }
    Err(otherwise(case, &answer, &differences))
}

/// That a case is answered otherwise, with what was answered.
fn otherwise(case: &Case, answer: &Expect, differences: &[Text]) -> Text {
    let text = |list: &Option<Vec<String>>| format!("{:?}", list.as_deref().unwrap_or_default());
    let [rows, steps, duties] = [&answer.rows, &answer.steps, &answer.duties].map(text);
    let zh: Vec<&str> = differences.iter().map(|one| one.zh.as_str()).collect();
    let en: Vec<&str> = differences.iter().map(|one| one.en.as_str()).collect();
    let (id, clause) = (&case.id, &case.clause);
    both(
        format!(
            "例子 {id}（{clause}）：{}。依据 {rows}，步骤 {steps}，要做事的规则 {duties}",
            zh.join("；")
        ),
        format!(
            "case {id} ({clause}): {}; rows {rows}, steps {steps}, duties {duties}",
            en.join("; ")
        ),
    )
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
    differences: &mut Vec<Text>,
    what: Words,
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
        differences.push(both(
            format!("{}是 {found:?}，例子写的是 {wanted:?}", what.zh),
            format!("{} {found:?}, expected {wanted:?}", what.en),
        ));
    }
}
