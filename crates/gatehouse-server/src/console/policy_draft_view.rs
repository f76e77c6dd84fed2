//! What the page of a draft shows.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::console::known_fact::situation_words;
use crate::console::policy::{effect_of, parameter_words};
use crate::console::policy_brake::back_lines;
use crate::console::policy_draft_form::{Typed, local_text, number_text};
use crate::console::policy_draft_parts::{PartTable, tables};
use crate::console::policy_proved::{Proved, proved};
use crate::console::policy_steps::draft_steps;
use crate::console::policy_versions::changed;
use crate::console::policy_words::{WordsCard, words_card};
use crate::console::step_view::StepView;
use crate::ops::check_policy_draft::Draft;
use crate::ops::draft_answers::CaseChange;
use crate::ops::policy_draft::draft_text;
use crate::ops::policy_folder::Complaint;
use crate::page::Frame;
use crate::times::Times;
use askama::Template;
use gatehouse_core::gate::Verdict;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::difference::{Difference, answer_differences, question_in_words};
use gatehouse_core::policy::document::{LOCAL_CHOICE, Sourced};
use gatehouse_core::policy::explain::{explain, source_words};
use gatehouse_core::policy::trial::Trial;

/// The page.
#[derive(Template)]
#[template(path = "policy_draft.html")]
pub struct DraftPage {
    frame: Frame,
    area: AreaInScope,
    id: String,
    title: String,
    changed: String,
    version: i64,
    fault: Option<String>,
    fields: Vec<Field>,
    rows: Vec<Row>,
    /// What the document says beyond the gate.
    tables: Vec<PartTable>,
    /// Nothing hinders it.
    is_whole: bool,
    problems: Vec<Problem>,
    cases: Vec<CaseLine>,
    /// What whoever signs shall know.
    notes: Vec<String>,
    /// Suspended rows that hold again with it.
    back: Vec<String>,
    differences: Vec<(String, String, String)>,
    /// How far it is.
    steps: Vec<StepView>,
    /// What was proved.
    proved: Vec<Proved>,
    /// What people will be told; `None` where nothing could be.
    words: Option<WordsCard>,
    /// What is said where nothing differs.
    same: &'static str,
    submit_from: String,
    submit_until: String,
    /// It shows changes that nobody has saved.
    is_tried: bool,
}

/// A value with its unit and its source.
struct Field {
    name: String,
    source_name: String,
    words: String,
    kind: &'static str,
    value: String,
    unit: String,
    source: String,
    is_local: bool,
}

struct Row {
    id: String,
    class: &'static str,
    effect: &'static str,
    condition: String,
    demand: String,
    source: String,
    is_local: bool,
    is_off: bool,
    /// What is wrong with it.
    problems: Vec<String>,
}

/// What hinders a draft.
pub struct Problem {
    /// What kind of fault it is.
    pub words: String,
    /// Its smallest example, or where it stands.
    pub detail: String,
    /// Where a row can be added that mends it: for whom, which way.
    pub mend: Option<String>,
    /// Examples that would mend it, if somebody agrees to them.
    pub trials: Vec<TrialLine>,
    /// The row that it is about, if any.
    pub row: String,
}

/// An example of a row, and what it is answered.
pub struct TrialLine {
    /// What happens, in words.
    pub situation: String,
    /// Class and key of the verdict.
    pub verdict: (&'static str, &'static str),
}

/// A case that is answered otherwise.
pub struct CaseLine {
    /// Its id.
    pub id: String,
    /// Where it comes from.
    pub clause: String,
    /// What happens or is asked, in words.
    pub situation: String,
    /// At the gate.
    pub verdicts: Option<Verdicts>,
    /// Beyond the gate: what differs, as it is expected, as it is answered now.
    pub values: Vec<Difference>,
}

/// What a case of the gate expects, and what is answered now.
pub struct Verdicts {
    /// Class and key of the verdict that it expects.
    pub was: (&'static str, &'static str),
    /// The rows that it expects to say so.
    pub was_rows: String,
    /// Of the verdict now.
    pub is: (&'static str, &'static str),
    /// The rows that say so.
    pub rows: String,
}

/// Puts it together.
pub fn page(
    app: &App,
    draft: Draft,
    area: AreaInScope,
    frame: Frame,
    typed: Typed,
    fault: Option<String>,
) -> DraftPage {
    let lang = frame.lang;
    let times = Times::new(lang, app.world.now_millis(), area.offset_minutes);
    let document = draft.document.as_ref();
    let title = document.map_or_else(
        || draft.row.document.clone(),
        |found| format!("{} {}", found.id, lang.of(&found.title)),
    );
    let differences = draft.differences.iter().cloned();
    let differences = differences.map(|one| changed(one, &frame));
    let id = draft_text(&draft.row.draft);
    let place = format!("/areas/{}/policy/drafts/{id}", area.area);
    let foreseen = draft.foreseen.as_ref();
    DraftPage {
        steps: draft_steps(&draft, &frame, &times),
        proved: proved(&draft, &frame),
        words: foreseen.map(|found| words_card(app, found, &area, place, &frame)),
        id,
        title,
        changed: times.moment(draft.row.changed_at),
        version: draft.row.version,
        fields: document.map_or_else(Vec::new, |found| {
            fields(found, &typed, &frame, area.offset_minutes)
        }),
        rows: document.map_or_else(Vec::new, |found| rows(found, &draft.looked.problems, lang)),
        tables: document.map_or_else(Vec::new, |found| {
            tables(found, &draft.looked.problems, &typed, lang)
        }),
        is_whole: draft.looked.problems.is_empty() && draft.looked.cases.is_empty(),
        problems: problems(&draft, &frame),
        cases: case_lines(&draft, &frame),
        notes: note_lines(&draft.looked.notes, lang),
        back: back_lines(document, (&draft.back, "version-back"), &frame, &times),
        differences: differences.collect(),
        same: match draft.is_compared {
            true => "draft-no-differences",
            false => "draft-no-base",
        },
        submit_from: typed.get("submit").unwrap_or_default().to_owned(),
        submit_until: typed.get("submit-until").unwrap_or_default().to_owned(),
        is_tried: typed.get("act") == Some("look"),
        fault,
        frame,
        area,
    }
}

fn fields(document: &PolicyDocument, typed: &Typed, frame: &Frame, offset: i16) -> Vec<Field> {
    let field = |name: &str, key: &str, words: String, kind, value: String, source: &str| {
        let source_name = format!("s-{key}");
        Field {
            words,
            kind,
            value: typed.get(name).map_or(value, str::to_owned),
            unit: String::new(),
            source: typed
                .get(&source_name)
                .map_or_else(|| source_words(source, frame.lang), str::to_owned),
            is_local: is_local(source),
            name: name.to_owned(),
            source_name,
        }
    };
    let force = &document.force;
    let moment = |name: &str, words: &str, at: &Sourced<gatehouse_core::moment::Moment>| {
        let value = local_text(at.value, offset);
        field(
            name,
            name,
            frame.t(words),
            "datetime-local",
            value,
            &at.source,
        )
    };
    let review = force.review.value.to_text();
    let mut all = vec![
        moment("from", "policy-from", &force.from),
        moment("ends", "policy-ends", &force.ends),
        field(
            "review",
            "review",
            frame.t("policy-review"),
            "date",
            review,
            &force.review.source,
        ),
    ];
    all.extend(document.parameters.iter().map(|(name, parameter)| Field {
        unit: parameter.unit_words(frame.lang).to_owned(),
        ..field(
            &format!("p-{name}"),
            name,
            parameter_words(name, frame.lang),
            "number",
            number_text(parameter.value),
            &parameter.source,
        )
    }));
    all
}

/// Whether a clause is none, but what was chosen here.
pub fn is_local(source: &str) -> bool {
    source.split(", ").any(|part| part == LOCAL_CHOICE)
}

/// Rows in force first, then those that are off.
fn rows(document: &PolicyDocument, problems: &[Complaint], lang: Lang) -> Vec<Row> {
    let mut off = document.clone();
    off.rows = std::mem::take(&mut off.off);
    let of = |document: &PolicyDocument, is_off: bool| -> Vec<Row> {
        let lines = explain(document, lang).into_iter().zip(&document.rows);
        let rows = lines.map(|(line, row)| {
            let (class, effect) = effect_of(row.effect, false);
            let about = |one: &&Complaint| one.about.as_deref() == Some(row.id.as_str());
            Row {
                class,
                effect,
                source: source_words(&row.source, lang),
                is_local: is_local(&row.source),
                is_off,
                problems: problems
                    .iter()
                    .filter(about)
                    .map(|one| one.words(lang).to_owned())
                    .collect(),
                id: line.row,
                condition: line.condition,
                demand: line.demand,
            }
        });
        rows.collect()
    };
    let mut all = of(document, false);
    all.extend(of(&off, true));
    all
}

/// Codes that have a headline of their own.
const HEADLINES: [&str; 7] = ["P020", "P021", "P022", "P023", "P024", "P025", "P026"];

/// What hinders a draft, in words.
pub fn problems(draft: &Draft, frame: &Frame) -> Vec<Problem> {
    let all = draft.looked.problems.iter();
    let untried = |one: &Complaint| match (one.code, &one.about) {
        ("P022", Some(row)) => draft.looked.trials.get(row).map_or(&[][..], Vec::as_slice),
        _ => &[],
    };
    all.map(|one| problem(one, untried(one), frame)).collect()
}

/// What whoever signs shall know, in words.
pub fn note_lines(notes: &[Complaint], lang: Lang) -> Vec<String> {
    let lines = notes.iter().map(|one| one.words(lang).to_owned());
    lines.collect()
}

/// The cases of a draft that are answered otherwise, in words.
pub fn case_lines(draft: &Draft, frame: &Frame) -> Vec<CaseLine> {
    let all = draft.looked.cases.iter();
    all.map(|one| case(one, frame)).collect()
}

fn problem(complaint: &Complaint, trials: &[Trial], frame: &Frame) -> Problem {
    let code = complaint.code;
    let words_of = match HEADLINES.contains(&code) {
        true => frame.t(&format!("draft-problem-{code}")),
        false => frame.with("draft-problem-other", "code", code),
    };
    Problem {
        words: words_of,
        detail: match complaint.about {
            Some(_) => complaint.words(frame.lang).to_owned(),
            // Nothing on the page stands for it, so the line of the file says where it is.
            None => placed(complaint, frame),
        },
        mend: complaint
            .crossing
            .map(|[who, way]| format!("who={who}&way={way}")),
        trials: trials.iter().map(|one| trial(one, frame)).collect(),
        row: complaint.about.clone().unwrap_or_default(),
    }
}

/// A complaint in words, with its file and line where it has one.
pub fn placed(complaint: &Complaint, frame: &Frame) -> String {
    let words = complaint.words(frame.lang);
    let file = complaint.file.file_name().unwrap_or_default();
    let (file, line) = (file.to_string_lossy(), complaint.line.to_string());
    let slots = [("file", &*file), ("line", &*line), ("words", words)];
    match complaint.line {
        0 => words.to_owned(),
        _ => frame.fill("draft-problem-at", &slots),
    }
}

fn case(one: &CaseChange, frame: &Frame) -> CaseLine {
    match one {
        CaseChange::Gate { case, answer } => CaseLine {
            id: case.id.clone(),
            clause: case.clause.clone(),
            situation: situation_words(frame, &case.situation),
            verdicts: Some(Verdicts {
                was: verdict(case.expect.verdict),
                was_rows: named(case.expect.rows.as_deref()),
                is: verdict(answer.verdict),
                rows: named(answer.rows.as_deref()),
            }),
            values: Vec::new(),
        },
        CaseChange::Part { case, answer } => CaseLine {
            id: case.id.clone(),
            clause: case.clause.clone(),
            situation: question_in_words(case, frame.lang),
            verdicts: None,
            values: answer_differences(case, answer, frame.lang),
        },
    }
}

fn named(rows: Option<&[String]>) -> String {
    rows.unwrap_or_default().join(", ")
}

fn trial(one: &Trial, frame: &Frame) -> TrialLine {
    TrialLine {
        situation: situation_words(frame, &one.situation),
        verdict: verdict(one.answer.verdict),
    }
}

const fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Admit => ("go", "verdict-admit"),
        Verdict::Ask => ("ask", "verdict-ask"),
        Verdict::Refuse => ("stop", "verdict-refuse"),
        Verdict::Refer => ("ref", "verdict-refer"),
    }
}

/// Whether a field takes a number.
fn is_number(kind: &str) -> bool {
    kind == "number"
}
