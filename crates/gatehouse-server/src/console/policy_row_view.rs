//! The controls of a row's form, out of what the row says.

use crate::console::policy::parameter_words;
use crate::console::policy_row_form::EXCEPTIONS_MOST;
use crate::page::Frame;
use gatehouse_core::gate::fact::{self, Choice, Fact, Kind, Words, purpose};
use gatehouse_core::gate::value::StayKind;
use gatehouse_core::policy::document::Parameter;
use gatehouse_core::policy::row_text::{Clause, How, Outings, RowText, Wish};
use gatehouse_core::policy::{PolicyDocument, is_untold};
use std::collections::BTreeMap;

/// A choice of one: value, words, whether it is chosen.
pub struct Select {
    /// Field.
    pub name: String,
    /// For whoever does not see it.
    pub label: String,
    /// Value, words, whether it is chosen.
    pub options: Vec<(String, String, bool)>,
}

/// A field for a number, a time or a day.
pub struct Input {
    /// Field.
    pub name: String,
    /// For whoever does not see it.
    pub label: String,
    /// `decimal`, `text`: which keys a phone shows.
    pub mode: &'static str,
    /// What it holds.
    pub value: String,
    /// Behind it.
    pub unit: String,
}

/// What stands in a condition, in its order.
pub enum Control {
    /// A choice of one.
    Select(Select),
    /// A field.
    Input(Input),
    /// A choice of several, of one name: value, words, whether it is chosen.
    Ticks(String, Vec<(String, String, bool)>),
    /// Words between them.
    Words(String),
}

/// A condition as a form shows it.
pub struct ClauseView {
    /// `when.temperature`.
    pub name: String,
    /// The fact's own name.
    pub fact: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it is about.
    pub meaning: &'static str,
    /// In their order.
    pub controls: Vec<Control>,
}

/// Conditions that hold together.
pub struct Group {
    /// `who`, `unless-0`.
    pub name: String,
    /// Key of the words above it.
    pub words: &'static str,
    /// What it asks.
    pub clauses: Vec<ClauseView>,
    /// Facts that can be added.
    pub more: Select,
}

/// Every group of a row: for whom, when, exceptions, what is needed.
pub fn groups(row: &RowText, document: Option<&PolicyDocument>, frame: &Frame) -> Vec<Group> {
    let none = BTreeMap::new();
    let view = View {
        frame,
        parameters: document.map_or(&none, |document| &document.parameters),
    };
    let exceptions = row.unless.iter().take(EXCEPTIONS_MOST).enumerate();
    let exceptions =
        exceptions.map(|(at, group)| view.group(format!("unless-{at}"), "row-unless", group));
    let named = |name: &str, words, group| view.group(name.to_owned(), words, group);
    let mut all = vec![
        named("who", "row-who", &row.who),
        named("when", "row-when", &row.when),
    ];
    all.extend(exceptions);
    if row.unless.len() < EXCEPTIONS_MOST {
        all.push(named("unless", "row-unless-more", &[]));
    }
    if row.effect == "grant" {
        all.push(named("need", "row-need", &row.need));
    }
    all
}

struct View<'a> {
    frame: &'a Frame,
    parameters: &'a BTreeMap<String, Parameter>,
}

impl View<'_> {
    fn pick(&self, words: Words) -> &'static str {
        self.frame.lang.pick(words)
    }

    fn select(&self, name: String, label: &str, options: &[(&str, &str, bool)]) -> Control {
        let options = options
            .iter()
            .map(|(value, key, is_chosen)| ((*value).to_owned(), self.frame.t(key), *is_chosen));
        Control::Select(Select {
            label: self.frame.t(label),
            options: options.collect(),
            name,
        })
    }

    fn group(&self, name: String, words: &'static str, clauses: &[Clause]) -> Group {
        let may_add = |fact: &Fact| {
            let is_there = clauses.iter().any(|one| one.fact == *fact);
            let can_be_supplied = name != "need" || fact.spec().step.is_some();
            *fact != Fact::Way && !is_there && can_be_supplied && !is_untold(*fact)
        };
        let facts = fact::ALL.iter().copied().filter(may_add);
        let facts = facts.map(|fact| {
            let spec = fact.spec();
            (
                spec.name.to_owned(),
                self.pick(spec.label).to_owned(),
                false,
            )
        });
        let first = (String::new(), self.frame.t("row-add-none"), true);
        Group {
            more: Select {
                name: format!("add.{name}"),
                label: self.frame.t("row-add"),
                options: std::iter::once(first).chain(facts).collect(),
            },
            clauses: clauses.iter().map(|one| self.clause(&name, one)).collect(),
            words,
            name,
        }
    }

    fn clause(&self, group: &str, clause: &Clause) -> ClauseView {
        let spec = clause.fact.spec();
        let name = format!("{group}.{}", spec.name);
        ClauseView {
            controls: self.controls(&name, clause),
            fact: spec.name,
            label: self.pick(spec.label),
            meaning: self.pick(spec.meaning),
            name,
        }
    }

    fn controls(&self, name: &str, Clause { fact, wish }: &Clause) -> Vec<Control> {
        let kind = fact.spec().kind;
        let part = |part: &str| format!("{name}.{part}");
        let ends = |ends: &[String; 2], unit: &str| {
            let [least, most] = ends;
            let mut all = self.bound(part("least"), "row-least", least, unit);
            all.extend(self.bound(part("most"), "row-most", most, unit));
            all
        };
        let none = *wish == Wish::NotApplicable;
        let mut all = vec![self.how(part("how"), kind, wish, none)];
        match (kind, wish) {
            (Kind::Choice(choices) | Kind::Set(choices), Wish::Members(_, members)) => {
                all.push(self.ticks(part("of"), choices, members));
            }
            (Kind::Number { unit, .. }, Wish::Between(both) | Wish::Below(both)) => {
                all.extend(ends(both, self.pick(unit)));
            }
            (_, Wish::Span(both)) => {
                let parts = [("from", "row-from"), ("to", "row-to")];
                for ((end, label), value) in parts.into_iter().zip(both) {
                    all.push(self.input(part(end), label, "text", value, ""));
                }
            }
            (_, Wish::Stays { places, within, .. }) => {
                all.extend(self.bound(part("within"), "row-within", within, ""));
                let kinds = StayKind::ALL.iter();
                let kinds = kinds.map(|(_, name, zh, en)| (*name, Words { zh, en }));
                all.push(self.ticked(part("of"), kinds, places));
            }
            (_, Wish::Outings(outings)) => {
                all.extend(self.window(name, outings));
                all.extend(ends(&outings.count, ""));
                all.push(Control::Words(self.frame.t("row-for-purposes")));
                all.push(self.ticks(part("of"), purpose::CHOICES, &outings.purposes));
            }
            _ => {}
        }
        all
    }

    /// How the value is wanted: yes or no, one of or none of, at most or below.
    fn how(&self, name: String, kind: Kind, wish: &Wish, none: bool) -> Control {
        let is = |how: How| matches!(wish, Wish::Members(given, _) if *given == how);
        let mut options: Vec<(&str, String, bool)> = match kind {
            Kind::Flag { yes, no } => vec![
                ("yes", self.pick(yes).to_owned(), *wish == Wish::Flag(true)),
                ("no", self.pick(no).to_owned(), *wish == Wish::Flag(false)),
            ],
            Kind::Choice(_) => vec![
                ("any", self.frame.t("row-one-of"), is(How::Any)),
                ("none", self.frame.t("row-not-of"), is(How::None)),
            ],
            Kind::Set(_) => vec![
                ("any", self.frame.t("row-any-of"), is(How::Any)),
                ("all", self.frame.t("row-all-of"), is(How::All)),
                ("none", self.frame.t("row-none-of"), is(How::None)),
            ],
            Kind::Number { .. } if matches!(wish, Wish::Span(_)) => {
                vec![("is", self.frame.t("row-within-span"), true)]
            }
            Kind::Number { .. } => {
                let is_below = matches!(wish, Wish::Below(_));
                vec![
                    ("most", self.frame.t("row-to-and-with"), !none && !is_below),
                    ("below", self.frame.t("row-to-but-without"), is_below),
                ]
            }
            Kind::Stays => {
                let any = matches!(wish, Wish::Stays { any: true, .. });
                vec![
                    ("any", self.frame.t("row-was-there"), !none && any),
                    ("none", self.frame.t("row-was-not-there"), !none && !any),
                ]
            }
            Kind::Outings => vec![("is", self.frame.t("row-counted"), !none)],
        };
        options.push(("not_applicable", self.frame.t("row-not-applicable"), none));
        let options = options.into_iter();
        let options = options.map(|(value, words, chosen)| (value.to_owned(), words, chosen));
        Control::Select(Select {
            label: self.frame.t("row-how"),
            options: options.collect(),
            name,
        })
    }

    fn window(&self, name: &str, outings: &Outings) -> Vec<Control> {
        let part = |part: &str| format!("{name}.{part}");
        let is = |value: &str, wanted: &str| value == wanted;
        let per = [
            (
                "household",
                "row-per-household",
                is(&outings.per, "household"),
            ),
            ("person", "row-per-person", is(&outings.per, "person")),
        ];
        let window = [
            ("calendar", "row-calendar-days", !outings.is_rolling),
            ("rolling", "row-rolling-days", outings.is_rolling),
        ];
        let unsure = [
            ("", "row-unsure", outings.unsure.is_empty()),
            ("least", "row-unsure-least", is(&outings.unsure, "least")),
            ("most", "row-unsure-most", is(&outings.unsure, "most")),
        ];
        let mut all = vec![self.select(part("per"), "row-per", &per)];
        all.extend(self.bound(part("days"), "row-days", &outings.days, ""));
        all.push(self.select(part("window"), "row-window", &window));
        all.push(self.select(part("unsure"), "row-unsure-label", &unsure));
        all
    }

    /// A number, or one of the document's parameters in its place.
    fn bound(&self, name: String, label: &str, value: &str, unit: &str) -> Vec<Control> {
        let parameter = value.strip_prefix('$');
        let own = (
            String::new(),
            self.frame.t("row-own-number"),
            parameter.is_none(),
        );
        let named = self.parameters.iter().map(|(key, one)| {
            let lang = self.frame.lang;
            let words = format!("{} {}", parameter_words(key, lang), one.told(lang));
            (key.clone(), words, parameter == Some(key))
        });
        let options: Vec<_> = std::iter::once(own).chain(named).collect();
        let number = if parameter.is_some() { "" } else { value };
        vec![
            self.input(name.clone(), label, "decimal", number, unit),
            Control::Select(Select {
                label: format!(
                    "{} · {}",
                    self.frame.t(label),
                    self.frame.t("row-parameter")
                ),
                name: format!("{name}-parameter"),
                options,
            }),
        ]
    }

    fn input(
        &self,
        name: String,
        label: &str,
        mode: &'static str,
        value: &str,
        unit: &str,
    ) -> Control {
        Control::Input(Input {
            label: self.frame.t(label),
            mode,
            value: value.to_owned(),
            unit: unit.to_owned(),
            name,
        })
    }

    fn ticks(&self, name: String, choices: &'static [Choice], members: &[String]) -> Control {
        let choices = choices.iter().map(|choice| (choice.name, choice.label));
        self.ticked(name, choices, members)
    }

    fn ticked(
        &self,
        name: String,
        choices: impl Iterator<Item = (&'static str, Words)>,
        members: &[String],
    ) -> Control {
        let all = choices.map(|(value, words)| {
            let is_on = members.iter().any(|one| one == value);
            (value.to_owned(), self.pick(words).to_owned(), is_on)
        });
        Control::Ticks(name, all.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::policy_row_form::{Fields, row_of};
    use gatehouse_core::gate::wording::Lang;
    use gatehouse_core::policy::read;
    use gatehouse_core::policy::row_text::rows_as_written;

    /// What a browser sends of a form that nobody has touched.
    fn untouched(groups: &[Group], row: &RowText) -> Fields {
        let mut fields = vec![
            ("effect".to_owned(), row.effect.clone()),
            ("way".to_owned(), row.way.clone()),
            ("source".to_owned(), row.source.clone()),
        ];
        for (name, words) in [("say", &row.say), ("post", &row.post)] {
            let both = ["zh", "en"].into_iter().zip(words);
            fields.extend(both.map(|(lang, text)| (format!("{name}-{lang}"), text.clone())));
        }
        let chosen = |options: &[(String, String, bool)]| -> Vec<String> {
            let on = options.iter().filter(|(_, _, is_chosen)| *is_chosen);
            on.map(|(value, _, _)| value.clone()).collect()
        };
        for group in groups {
            let more = chosen(&group.more.options).pop();
            fields.push((group.more.name.clone(), more.unwrap_or_default()));
            for clause in &group.clauses {
                fields.push((format!("{}.has", group.name), clause.fact.to_owned()));
                for control in &clause.controls {
                    match control {
                        Control::Select(one) => {
                            let of = chosen(&one.options);
                            assert_eq!(of.len(), 1, "{} has one choice", one.name);
                            fields.extend(of.into_iter().map(|of| (one.name.clone(), of)));
                        }
                        Control::Input(one) => {
                            fields.push((one.name.clone(), one.value.clone()));
                        }
                        Control::Ticks(name, all) => {
                            fields.extend(chosen(all).into_iter().map(|of| (name.clone(), of)));
                        }
                        Control::Words(_) => {}
                    }
                }
            }
        }
        Fields::of(fields)
    }

    #[test]
    fn a_form_that_nobody_touched_says_what_the_row_says() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
        let mut rows = 0;
        for folder in std::fs::read_dir(folder).expect("there are policies") {
            let path = folder.expect("it is listed").path().join("policy.toml");
            let text = std::fs::read_to_string(path).expect("it is read");
            let document = read(&text).expect("it is delivered");
            for lang in [Lang::Zh, Lang::En] {
                let frame = Frame::bare(lang);
                for row in rows_as_written(&text) {
                    let shown = groups(&row, Some(&document), &frame);
                    assert_eq!(row_of(&untouched(&shown, &row), &row, true), row);
                    rows += 1;
                }
            }
        }
        assert!(rows > 100, "only {rows} rows");
    }
}
