//! A row as it is written, for forms: its conditions by their controls, numbers and `$parameters`
//! as they stand in the text. Reading it never complains: what is wrong with a row says
//! [`read`](super::read()).

use super::node::{Node, NodeValue, parse};
use crate::gate::duty::Duty;
use crate::gate::fact::{Fact, Kind, purpose};
use crate::gate::value::StayKind;

/// What a row says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowText {
    /// `ZX/home`.
    pub id: String,
    /// `grant`, `bar`, `refer`, `duty`.
    pub effect: String,
    /// Clauses, parted by a comma and a blank.
    pub source: String,
    /// `in`, `out`, `both`.
    pub way: String,
    /// For whom.
    pub who: Vec<Clause>,
    /// When.
    pub when: Vec<Clause>,
    /// Exceptions; each holds where all of its conditions do.
    pub unless: Vec<Vec<Clause>>,
    /// What can still be supplied.
    pub need: Vec<Clause>,
    /// For the guard, Chinese and English.
    pub say: [String; 2],
    /// For the poster, Chinese and English; both empty where it says nothing.
    pub post: [String; 2],
    /// What is to be done.
    pub duties: Vec<Duty>,
    /// What documents below may do with it: `may replace`, `may tighten`; empty for nothing.
    pub below: String,
    /// Rows of documents above that it takes the place of.
    pub replaces: Vec<String>,
}

/// One condition as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What it is about.
    pub fact: Fact,
    /// What it wants.
    pub wish: Wish,
}

/// How members of a list are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// One of a choice, any of a set.
    Any,
    /// All of a set.
    All,
    /// None of a set, any other of a choice.
    None,
}

impl How {
    /// Every one with its name in forms.
    pub const ALL: [(How, &'static str); 3] =
        [(How::Any, "any"), (How::All, "all"), (How::None, "none")];
}

/// What a condition wants, in the shape of its fact. Numbers are texts: `14`, `37.3`,
/// `$rest_minutes`; empty where that side is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The fact does not arise.
    NotApplicable,
    /// Yes or no.
    Flag(bool),
    /// Members of a choice or a set.
    Members(How, Vec<String>),
    /// From, to, both included.
    Between([String; 2]),
    /// At least, and less than.
    Below([String; 2]),
    /// From a time of the day or a date, to another.
    Span([String; 2]),
    /// Stays in one of these places within days, or none.
    Stays {
        /// Whether there was one.
        any: bool,
        /// Classes of place.
        places: Vec<String>,
        /// How many days back.
        within: String,
    },
    /// Outings counted.
    Outings(Outings),
}

/// Outings that a condition counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outings {
    /// `household`, `person`.
    pub per: String,
    /// Whether days are stretches of 24 hours that end now, not days of the calendar.
    pub is_rolling: bool,
    /// How many days.
    pub days: String,
    /// For which purposes; empty for any.
    pub purposes: Vec<String>,
    /// From, to, both included.
    pub count: [String; 2],
    /// `least`, `most`; empty where it is not said.
    pub unsure: String,
}

impl Wish {
    /// What a condition on a fact wants before anybody has chosen.
    pub fn blank(fact: Fact) -> Wish {
        match fact.spec().kind {
            Kind::Flag { .. } => Wish::Flag(true),
            Kind::Choice(_) | Kind::Set(_) => Wish::Members(How::Any, Vec::new()),
            Kind::Number { .. } if is_span(fact) => Wish::Span(Default::default()),
            Kind::Number { .. } => Wish::Between(Default::default()),
            Kind::Stays => Wish::Stays {
                any: true,
                places: Vec::new(),
                within: "14".to_owned(),
            },
            Kind::Outings => Wish::Outings(Outings {
                per: "household".to_owned(),
                days: "1".to_owned(),
                ..Outings::default()
            }),
        }
    }
}

/// Members in the order of the fact's list, whatever order they were written in; what is not in
/// the list comes last.
pub fn in_order(fact: Fact, mut members: Vec<String>) -> Vec<String> {
    let place = |name: &str| match fact.spec().kind {
        Kind::Choice(list) | Kind::Set(list) => list.iter().position(|one| one.name == name),
        Kind::Stays => StayKind::ALL.iter().position(|one| one.1 == name),
        _ => purpose::CHOICES.iter().position(|one| one.name == name),
    };
    members.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    members
}

/// Whether a number is written as a stretch of time.
pub fn is_span(fact: Fact) -> bool {
    matches!(fact, Fact::TimeOfDay | Fact::Date)
}

/// Every row of a document's text, those too that are switched off; empty for a text that is not
/// TOML. Conditions that are no fact or of another shape are left out.
pub fn rows_as_written(text: &str) -> Vec<RowText> {
    let Ok(root) = parse(text) else {
        return Vec::new();
    };
    let rows = field(&root, "row").map(list).unwrap_or_default();
    rows.iter().map(row).collect()
}

fn row(node: &Node) -> RowText {
    let word = |key: &str| text(field(node, key));
    let pair = |key: &str| {
        let both = field(node, key);
        ["zh", "en"].map(|lang| text(both.and_then(|both| field(both, lang))))
    };
    let clauses = |key: &str| field(node, key).map(clauses).unwrap_or_default();
    let unless = match field(node, "unless") {
        None => Vec::new(),
        Some(one) if matches!(one.value, NodeValue::List(_)) => {
            list(one).iter().map(self::clauses).collect()
        }
        Some(one) => vec![self::clauses(one)],
    };
    RowText {
        id: word("id"),
        effect: word("effect"),
        source: word("source"),
        way: Some(word("way"))
            .filter(|way| !way.is_empty())
            .unwrap_or("both".to_owned()),
        who: clauses("who"),
        when: clauses("when"),
        unless,
        need: clauses("need"),
        say: pair("say"),
        post: pair("post"),
        duties: field(node, "duty").map(duties).unwrap_or_default(),
        below: word("below"),
        replaces: field(node, "replaces").map(texts).unwrap_or_default(),
    }
}

fn duties(node: &Node) -> Vec<Duty> {
    let all = list(node).iter().filter_map(Node::to_json);
    all.filter_map(|duty| serde_json::from_value(duty).ok())
        .collect()
}

fn clauses(node: &Node) -> Vec<Clause> {
    let NodeValue::Table(entries) = &node.value else {
        return Vec::new();
    };
    let all = entries.iter().filter_map(|entry| {
        let fact = Fact::named(&entry.key)?;
        let wish = wish(fact, &entry.node)?;
        Some(Clause { fact, wish })
    });
    all.collect()
}

fn wish(fact: Fact, node: &Node) -> Option<Wish> {
    if node.as_text() == Some("not_applicable") {
        return Some(Wish::NotApplicable);
    }
    Some(match fact.spec().kind {
        Kind::Flag { .. } => match node.value {
            NodeValue::Flag(flag) => Wish::Flag(flag),
            _ => return None,
        },
        Kind::Choice(_) | Kind::Set(_) => members(fact, node),
        Kind::Number { .. } if is_span(fact) => {
            Wish::Span(["from", "to"].map(|key| text(field(node, key))))
        }
        Kind::Number { .. } => number(node),
        Kind::Stays => {
            let none = field(node, "none");
            let places = none.or(field(node, "any")).map(texts).unwrap_or_default();
            let places = in_order(fact, places);
            Wish::Stays {
                any: none.is_none(),
                places,
                within: text(field(node, "within_days")),
            }
        }
        Kind::Outings => Wish::Outings(outings(node)),
    })
}

fn members(fact: Fact, node: &Node) -> Wish {
    let keys = [
        ("not", How::None),
        ("none", How::None),
        ("all", How::All),
        ("any", How::Any),
    ];
    let told = keys
        .into_iter()
        .find_map(|(key, how)| Some((field(node, key)?, how)));
    let (list, how) = told.unwrap_or((node, How::Any));
    Wish::Members(how, in_order(fact, texts(list)))
}

fn number(node: &Node) -> Wish {
    if !matches!(node.value, NodeValue::Table(_)) {
        let exact = text(Some(node));
        return Wish::Between([exact.clone(), exact]);
    }
    let least = text(field(node, "at_least"));
    match field(node, "below") {
        Some(below) => Wish::Below([least, text(Some(below))]),
        None => Wish::Between([least, text(field(node, "at_most"))]),
    }
}

fn outings(node: &Node) -> Outings {
    let word = |key: &str| text(field(node, key));
    let rolling = word("rolling_days");
    let is_rolling = !rolling.is_empty();
    Outings {
        per: word("per"),
        is_rolling,
        days: if is_rolling {
            rolling
        } else {
            word("calendar_days")
        },
        purposes: in_order(
            Fact::Outings,
            field(node, "purpose").map(texts).unwrap_or_default(),
        ),
        count: ["at_least", "at_most"].map(word),
        unsure: word("unsure"),
    }
}

fn field<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let NodeValue::Table(entries) = &node.value else {
        return None;
    };
    let found = entries.iter().find(|entry| entry.key == key);
    found.map(|entry| &entry.node)
}

fn list(node: &Node) -> &[Node] {
    match &node.value {
        NodeValue::List(list) => list,
        _ => &[],
    }
}

/// A text or a number as it is written; empty for anything else.
fn text(node: Option<&Node>) -> String {
    match node.map(|node| &node.value) {
        Some(NodeValue::Text(text)) => text.clone(),
        Some(NodeValue::Integer(integer)) => integer.to_string(),
        Some(NodeValue::Real(real)) => real.to_string(),
        _ => String::new(),
    }
}

/// The texts of a list, or one alone.
fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        NodeValue::List(list) => list.iter().map(|one| text(Some(one))).collect(),
        _ => vec![text(Some(node))],
    }
}
