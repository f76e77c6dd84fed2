//! What the form of a row says, as the row would be written. Fields are named `GROUP.FACT.PART`,
//! where a group is `who`, `when`, `need`, or `unless-0` and so on.

use crate::console::policy_row_duty::with_duties;
use gatehouse_core::gate::fact::{Fact, Kind};
use gatehouse_core::policy::document::LOCAL_CHOICE;
use gatehouse_core::policy::row_text::{Clause, How, Outings, RowText, Wish, in_order, is_span};

/// Most exceptions of a row, and most fields of a form that are read.
pub const EXCEPTIONS_MOST: usize = 8;
const FIELDS_MOST: usize = 2_000;
/// Most conditions of a row that a form takes; a sentence with more nobody reads (local choice).
pub const CONDITIONS_MOST: usize = 24;
/// Most characters of a sentence, of a source and of any other field.
const SENTENCE_MOST: usize = 400;
const SOURCE_MOST: usize = 80;
const FIELD_MOST: usize = 40;
/// How pages call what the notice leaves open.
const LOCAL_WORDS: [&str; 2] = ["本地自定", "local choice"];

/// Fields of a form, in their order; of some there are several.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Fields as they came; what is beyond the most is not read.
    pub fn of(mut fields: Vec<(String, String)>) -> Fields {
        fields.truncate(FIELDS_MOST);
        Fields(fields)
    }

    /// The last of a name, without blanks around it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim())
    }

    /// All of a name, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(key, _)| key == name);
        found.map(|(_, value)| value.trim())
    }

    fn word(&self, name: &str, most: usize) -> String {
        self.get(name)
            .unwrap_or_default()
            .chars()
            .take(most)
            .collect()
    }
}

/// How a list of clauses is written, whatever language it was typed in.
pub fn source_of(typed: &str) -> String {
    let typed: String = typed.chars().take(SOURCE_MOST).collect();
    let parts = typed.split([',', '，']).map(|part| match part.trim() {
        words if LOCAL_WORDS.contains(&words) => LOCAL_CHOICE,
        clause => clause,
    });
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        true => LOCAL_CHOICE.to_owned(),
        false => parts.join(", "),
    }
}

/// The row that a form describes; `adds` tells whether conditions are added that somebody has
/// chosen to add.
pub fn row_of(fields: &Fields, was: &RowText, adds: bool) -> RowText {
    let group = |name: &str| clauses(fields, name, adds);
    let exceptions = 0..EXCEPTIONS_MOST;
    let unless = exceptions.map(|at| group(&format!("unless-{at}")));
    let mut unless: Vec<Vec<Clause>> = unless.filter(|one| !one.is_empty()).collect();
    if let Some(fact) = fields
        .get("add.unless")
        .and_then(Fact::named)
        .filter(|_| adds)
    {
        unless.push(vec![blank(fact)]);
    }
    let words =
        |name: &str| ["zh", "en"].map(|lang| fields.word(&format!("{name}-{lang}"), SENTENCE_MOST));
    let told = |name: &str, was: &str| match fields.get(name) {
        Some(_) => fields.word(name, FIELD_MOST),
        None => was.to_owned(),
    };
    let row = RowText {
        id: was.id.clone(),
        effect: told("effect", &was.effect),
        source: fields
            .get("source")
            .map_or_else(|| was.source.clone(), source_of),
        way: told("way", &was.way),
        who: group("who"),
        when: group("when"),
        unless,
        need: group("need"),
        say: words("say"),
        post: words("post"),
        ..RowText::default()
    };
    with_duties(fields, was, row)
}

/// Whether a row has more conditions than a form takes.
pub fn has_too_many(row: &RowText) -> bool {
    let unless = row.unless.iter().map(Vec::len).sum::<usize>();
    row.who.len() + row.when.len() + row.need.len() + unless > CONDITIONS_MOST
}

fn blank(fact: Fact) -> Clause {
    let wish = Wish::blank(fact);
    Clause { fact, wish }
}

fn clauses(fields: &Fields, group: &str, adds: bool) -> Vec<Clause> {
    let has = format!("{group}.has");
    let mut all: Vec<Clause> = Vec::new();
    for fact in fields.all(&has).filter_map(Fact::named) {
        let name = format!("{group}.{}", fact.spec().name);
        let is_dropped = fields.get(&format!("{name}.drop")).is_some();
        if !is_dropped && all.iter().all(|one| one.fact != fact) {
            let wish = wish(fields, fact, &name);
            all.push(Clause { fact, wish });
        }
    }
    let added = fields.get(&format!("add.{group}")).and_then(Fact::named);
    if let Some(fact) = added.filter(|fact| adds && all.iter().all(|one| one.fact != *fact)) {
        all.push(blank(fact));
    }
    all
}

fn wish(fields: &Fields, fact: Fact, name: &str) -> Wish {
    let part = |part: &str| format!("{name}.{part}");
    let word = |name: &str| fields.word(&part(name), FIELD_MOST);
    let how = word("how");
    if how == "not_applicable" {
        return Wish::NotApplicable;
    }
    let of = || -> Vec<String> {
        let of = part("of");
        let all = fields.all(&of);
        in_order(
            fact,
            all.map(|one| one.chars().take(FIELD_MOST).collect())
                .collect(),
        )
    };
    match fact.spec().kind {
        Kind::Flag { .. } => Wish::Flag(how != "no"),
        Kind::Choice(_) | Kind::Set(_) => {
            let named = How::ALL.iter().find(|(_, name)| *name == how);
            Wish::Members(named.map_or(How::Any, |(how, _)| *how), of())
        }
        Kind::Number { .. } if is_span(fact) => Wish::Span(["from", "to"].map(word)),
        Kind::Number { .. } => {
            let ends = ["least", "most"].map(|end| bound(fields, &part(end)));
            match how.as_str() {
                "below" => Wish::Below(ends),
                _ => Wish::Between(ends),
            }
        }
        Kind::Stays => Wish::Stays {
            any: how != "none",
            places: of(),
            within: bound(fields, &part("within")),
        },
        Kind::Outings => Wish::Outings(Outings {
            per: word("per"),
            is_rolling: word("window") == "rolling",
            days: bound(fields, &part("days")),
            purposes: of(),
            count: ["least", "most"].map(|end| bound(fields, &part(end))),
            unsure: word("unsure"),
        }),
    }
}

/// A number, or the parameter that was chosen in its place.
fn bound(fields: &Fields, name: &str) -> String {
    let parameter = fields.word(&format!("{name}-parameter"), FIELD_MOST);
    match parameter.is_empty() {
        true => fields.word(name, FIELD_MOST),
        false => format!("${parameter}"),
    }
}
