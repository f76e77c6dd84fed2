//! What hangs at a gate, out of the rules in force: asked as at the gate, said in words.

use crate::auth::access::AreaInScope;
use crate::locale::{text, text_filled, text_with};
use crate::ops::measures_here::{MeasuresHere, measures_of};
use crate::ops::read_policies::Rules;
use crate::ops::read_rules_here::RulesHere;
use crate::paper::board::{Board, Desk, Line, Look, Tag};
use crate::paper::icon::Icon;
use crate::times::Times;
use gatehouse_core::gate::Verdict;
use gatehouse_core::gate::wording::{Lang, duty_text};
use gatehouse_core::measure::StageSpell;
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::answers::{
    Answer, Origin, Place, Question, answers, each, fever_limit, title_of,
};
use gatehouse_core::policy::{PolicyDocument, parameter_in_force};
use gatehouse_core::wire::Span;
use gatehouse_store::gate::GateRow;
use std::fmt::Write as _;

/// For whom a board is made.
pub struct Hanging<'a> {
    /// Language of its words.
    pub lang: Lang,
    /// The compound or village.
    pub area: &'a AreaInScope,
    /// The gate; `None` where there is none yet.
    pub gate: Option<&'a GateRow>,
    /// `https://host`, where visitors register.
    pub origin: &'a str,
    /// What is printed across the top of what shall not hang anywhere yet.
    pub warning: Option<String>,
}

/// Makes it.
pub fn make_board(here: &RulesHere, hanging: &Hanging<'_>) -> Board {
    let lang = hanging.lang;
    let moment = here.place.moment;
    let times = Times::new(lang, moment.millis, moment.offset_minutes);
    let phone = hanging
        .gate
        .map(|gate| gate.phone.clone())
        .unwrap_or_default();
    let rules = here.now.as_ref();
    let (threshold, minutes) = rules
        .map(|rules| fever(rules, &here.place))
        .unwrap_or_default();
    let mut lines = lines(rules, &here.place, &phone, lang);
    // Of what people carry out the poster speaks where the gate itself asks nothing.
    let beyond = match rules {
        Some(_) => Vec::new(),
        None => measures_of(here.documents(), moment, here.place.stages),
    };
    if !beyond.is_empty() {
        lines.truncate(1);
        lines.push(free_gate(lang));
        lines.extend(beyond.iter().map(|document| carried_out(document, lang)));
    }
    lines.splice(1..1, stage_lines(here, &times, lang));
    let desks = here.gates.iter().filter(|gate| !gate.phone.is_empty());
    let desks = desks.map(|gate| Desk {
        name: text_with(lang, "paper-desk-gate", "gate", gate.name.as_str()),
        phone: gate.phone.clone(),
    });
    let named = here.contacts.iter().map(|contact| Desk {
        name: [contact.post.as_str(), &contact.name]
            .join(" ")
            .trim()
            .to_owned(),
        phone: contact.phone.clone(),
    });
    Board {
        lang,
        place: hanging.area.name.clone(),
        warning: hanging.warning.clone(),
        gate: hanging
            .gate
            .map_or_else(|| text(lang, "paper-gate"), |gate| gate.name.clone()),
        span: match rules {
            Some(rules) => span(rules.span, lang, &times),
            None if beyond.is_empty() => text(lang, "paper-poster-none"),
            None => text(lang, "paper-poster-measures"),
        },
        lines,
        desks: named.chain(desks).collect(),
        visit: hanging
            .gate
            .map(|gate| format!("{}/visit/{}", hanging.origin, gate.gate)),
        appeal: appeal(here.documents(), lang),
        sources: sources(here.documents(), lang),
        stamp: stamp(rules, lang, &times),
        phone,
        threshold: match lang {
            Lang::Zh => format!("{threshold} ℃"),
            Lang::En => format!("{threshold} °C"),
        },
        minutes,
    }
}

/// What people ask, with the answers of the rules; without rules nobody is held up.
fn lines(rules: Option<&Rules>, place: &Place, phone: &str, lang: Lang) -> Vec<Line> {
    let mut lines = vec![emergency(lang)];
    match rules {
        None => lines.push(no_restriction(lang)),
        Some(rules) => {
            let documents: Vec<_> = rules.documents.iter().collect();
            let fill = slots(rules, place, phone);
            let found = answers(&rules.policy, &documents, place);
            lines.extend(found.iter().map(|answer| line(answer, lang, &fill)));
        }
    }
    lines
}

/// What stands in the sentences of rows.
fn slots(rules: &Rules, place: &Place, phone: &str) -> impl Fn(&str) -> Option<String> {
    let (threshold, minutes) = fever(rules, place);
    let phone = phone.to_owned();
    move |name| {
        let value = match name {
            "phone" | "office" => &phone,
            "threshold" => &threshold,
            "minutes" => &minutes,
            _ => return None,
        };
        (!value.is_empty()).then(|| value.clone())
    }
}

/// The level and the phase that were decided for here, where what holds goes by them: each ends on
/// its own day, and what stands below them changes with it (RISK-2, AREA-6).
fn stage_lines(here: &RulesHere, times: &Times, lang: Lang) -> Vec<Line> {
    here.stages_followed()
        .map(
            |StageSpell {
                 stage, until_at, ..
             }| Line {
                title: text(lang, &format!("stage-scale-{}", stage.scale().name())),
                chip: text(lang, &format!("stage-{}", stage.name())),
                look: Look::Ask,
                text: text_with(lang, "paper-poster-stage", "until", times.end(until_at)),
                ..no_restriction(lang)
            },
        )
        .collect()
}

/// An answer that will be another one.
pub struct Change {
    /// What is asked.
    pub title: String,
    /// The answer now.
    pub before: String,
    /// The answer then.
    pub after: String,
}

/// What holds at a place; no rules where nobody is restricted.
pub type Held<'a> = (Option<&'a Rules>, &'a Place);

/// What changes for people when other rules begin, a level among them changes, or the last ones
/// end, in the words of the poster. Questions to which the same answer takes the place of the same
/// stand together.
pub fn changes(before: Held<'_>, after: Held<'_>, phone: &str, lang: Lang) -> Vec<Change> {
    let [before, after] = [before, after].map(|(rules, place)| said(rules, place, phone, lang));
    let mut changed: Vec<Change> = Vec::new();
    let mut asked: Vec<Vec<Question>> = Vec::new();
    let told = Question::ALL.into_iter().zip(before.into_iter().zip(after));
    for (question, (before, after)) in told.filter(|(_, (before, after))| before != after) {
        let mut same = changed.iter();
        match same.position(|one| (&one.before, &one.after) == (&before, &after)) {
            Some(at) => asked[at].push(question),
            None => {
                let title = String::new();
                changed.push(Change {
                    title,
                    before,
                    after,
                });
                asked.push(vec![question]);
            }
        }
    }
    for (change, questions) in changed.iter_mut().zip(&asked) {
        change.title = title_of(questions, lang);
    }
    changed
}

/// The answer to each question, in one line.
fn said(
    rules: Option<&Rules>,
    place: &Place,
    phone: &str,
    lang: Lang,
) -> [String; Question::ALL.len()] {
    let words = |line: &Line| {
        let parts = [&line.chip, &line.text, &line.needs, &line.duties];
        let told = parts.into_iter().filter(|part| !part.is_empty());
        told.map(String::as_str).collect::<Vec<_>>().join(" · ")
    };
    match rules {
        None => Question::ALL.map(|_| words(&no_restriction(lang))),
        Some(rules) => {
            let documents: Vec<_> = rules.documents.iter().collect();
            let fill = slots(rules, place, phone);
            let answers = each(&rules.policy, &documents, place);
            answers.map(|answer| words(&line(&answer, lang, &fill)))
        }
    }
}

/// A line of a poster out of an answer.
fn line(answer: &Answer, lang: Lang, fill: &dyn Fn(&str) -> Option<String>) -> Line {
    let duties: Vec<String> = answer
        .duties
        .iter()
        .map(|duty| duty_text(duty, lang))
        .collect();
    Line {
        icon: icon(answer),
        title: answer.title(lang),
        chip: answer.chip(lang).to_owned(),
        look: match answer.verdict {
            Verdict::Admit | Verdict::Ask => Look::Go,
            Verdict::Refuse if answer.with_pass => Look::Go,
            Verdict::Refuse => Look::Stop,
            Verdict::Refer => Look::Refer,
        },
        text: answer.text(lang, fill),
        needs: answer.needs(lang),
        duties: duties.join(comma(lang)),
        tags: tags(answer, lang),
    }
}

/// Each clause once. Coming home is never off, whatever clause lets people in besides (GATE-15).
fn tags(answer: &Answer, lang: Lang) -> Vec<Tag> {
    if answer.questions.contains(&Question::Home) {
        return vec![always(lang)];
    }
    let mut told: Vec<&str> = Vec::new();
    let mut tags = Vec::new();
    for origin in &answer.origins {
        match origin {
            Origin::Clause(clauses) => {
                let new = clauses.split(", ").filter(|one| !told.contains(one));
                let new: Vec<&str> = new.collect();
                told.extend(&new);
                if !new.is_empty() {
                    tags.push(tag(&Origin::Clause(new.join(", ")), lang));
                }
            }
            Origin::Local | Origin::Always => tags.push(tag(origin, lang)),
        }
    }
    tags
}

/// On what something rests, in a word.
pub fn tag(origin: &Origin, lang: Lang) -> Tag {
    match origin {
        // Clauses that say the same stand below one another.
        Origin::Clause(clause) => Tag {
            text: clause.replace(", ", "\n"),
            is_local: false,
        },
        Origin::Local => Tag {
            text: text(lang, "paper-poster-local"),
            is_local: true,
        },
        Origin::Always => always(lang),
    }
}

fn always(lang: Lang) -> Tag {
    Tag {
        text: text(lang, "paper-poster-always"),
        is_local: false,
    }
}

fn icon(answer: &Answer) -> Icon {
    match answer.questions[0] {
        Question::Home => Icon::Home,
        Question::Shopping | Question::Leaving => Icon::Out,
        Question::Doctor => Icon::Doctor,
        Question::Visitor | Question::Helper => Icon::Person,
        Question::Courier => Icon::Parcel,
        Question::Vehicle => Icon::Vehicle,
        Question::Work | Question::Worker => Icon::Work,
        Question::Tenant => Icon::Key,
        Question::Fever | Question::Cough => Icon::Fever,
    }
}

fn emergency(lang: Lang) -> Line {
    Line {
        icon: Icon::Cross,
        title: text(lang, "paper-poster-emergency"),
        chip: text(lang, "paper-poster-emergency-chip"),
        look: Look::Go,
        text: text(lang, "paper-poster-emergency-text"),
        needs: String::new(),
        duties: String::new(),
        tags: vec![always(lang)],
    }
}

fn no_restriction(lang: Lang) -> Line {
    Line {
        icon: Icon::Gate,
        title: text(lang, "paper-poster-free"),
        chip: text(lang, "paper-poster-free-chip"),
        look: Look::Go,
        text: text(lang, "paper-poster-none"),
        needs: String::new(),
        duties: String::new(),
        tags: vec![],
    }
}

/// Nobody is held up at a gate where all that holds is carried out by people.
fn free_gate(lang: Lang) -> Line {
    Line {
        text: text(lang, "paper-poster-measures"),
        ..no_restriction(lang)
    }
}

/// Measures of a document that a board has room for.
const MEASURES_SHOWN: usize = 4;

/// A document that people carry out, with the first of its measures.
fn carried_out(document: &MeasuresHere, lang: Lang) -> Line {
    let shown = document.measures.iter().take(MEASURES_SHOWN);
    let mut words: Vec<String> = shown.map(|one| lang.of(one).to_owned()).collect();
    let more = document.measures.len().saturating_sub(MEASURES_SHOWN);
    if more > 0 {
        words.push(text_with(
            lang,
            "paper-poster-more",
            "count",
            more.to_string(),
        ));
    }
    let between = match lang {
        Lang::Zh => "；",
        Lang::En => "; ",
    };
    Line {
        icon: Icon::Person,
        title: lang.of(&document.title).to_owned(),
        chip: text(lang, "paper-poster-measures-chip"),
        look: Look::Ask,
        text: words.join(between),
        needs: String::new(),
        duties: String::new(),
        tags: vec![],
    }
}

const fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "，",
        Lang::En => ", ",
    }
}

/// From when until when: what ends by itself says so (SCOPE-1).
pub fn span(span: Span, lang: Lang, times: &Times) -> String {
    let offset = times.now().offset_minutes;
    let day = |millis: i64| times.day(Moment::new(millis, offset).day());
    let from = format!("{} {}", day(span.from_at), times.clock(span.from_at));
    let Some(until) = span.until_at else {
        return text_with(lang, "paper-poster-span-open", "from", from);
    };
    // Midnight is the end of the day before (glossary §2.10).
    let until = match Moment::new(until, offset).minute_of_day() {
        0 => format!("{} 24:00", day(until - 1)),
        _ => format!("{} {}", day(until), times.clock(until)),
    };
    let slots = [("from", from.as_str()), ("until", until.as_str())];
    text_filled(lang, "paper-poster-span", &slots)
}

fn appeal(documents: Vec<&PolicyDocument>, lang: Lang) -> String {
    let mut all: Vec<&str> = Vec::new();
    for document in documents {
        let words = lang.of(&document.basis.appeal);
        if !all.contains(&words) {
            all.push(words);
        }
    }
    let stop = match lang {
        Lang::Zh => "。",
        Lang::En => ". ",
    };
    all.iter().fold(String::new(), |mut said, words| {
        let _ = write!(said, "{words}{stop}");
        said
    })
}

fn sources(documents: Vec<&PolicyDocument>, lang: Lang) -> String {
    let each = documents.into_iter().map(|document| {
        let (title, authority) = (lang.of(&document.title), lang.of(&document.basis.authority));
        match lang {
            Lang::Zh => format!("{} {title}（{authority}）", document.id),
            Lang::En => format!("{} {title} ({authority})", document.id),
        }
    });
    let all: Vec<String> = each.collect();
    if all.is_empty() {
        return String::new();
    }
    let all = all.join(comma(lang));
    text_with(lang, "paper-poster-sources", "sources", all)
}

fn stamp(rules: Option<&Rules>, lang: Lang, times: &Times) -> String {
    let id = rules.map_or_else(|| "—".to_owned(), |rules| short_id(&rules.policy.id()));
    let date = times.today().to_text();
    let slots = [("id", id.as_str()), ("day", date.as_str())];
    text_filled(lang, "paper-poster-stamp", &slots)
}

/// The first digits of an effective policy's id: enough to compare two papers.
pub fn short_id(id: &[u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(&id[..4])
}

/// The limit from which the gate first asks: rows of documents above keep theirs, so it is not that
/// of the nearest document; and the rest that counts.
fn fever(rules: &Rules, place: &Place) -> (String, String) {
    // Where no row looks at a temperature the papers still say from when on somebody is to rest.
    let set = parameter_in_force(&rules.documents, "fever_threshold_celsius");
    let threshold = fever_limit(&rules.policy, place).or(set.map(|set| set.value));
    let threshold = threshold.map(|limit| format!("{limit:.1}"));
    let minutes = parameter_in_force(&rules.documents, "rest_minutes");
    let minutes = minutes.map(|rest| format!("{:.0}", rest.value));
    (threshold.unwrap_or_default(), minutes.unwrap_or_default())
}
