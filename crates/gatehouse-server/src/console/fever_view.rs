//! A fever as its card shows it: six steps by shape, line and word, who was told, where the person
//! is. Used by the board and by the page of one fever.

use super::when::{clock, short, waited};
use crate::console::step_view::StepView;
use crate::ops::fever_state::{Mark, StepState, ToldState};
use crate::ops::read_fevers::{FeverCard, Whom};
use crate::page::Frame;
use gatehouse_core::gate::duty::Receiver;
use gatehouse_core::gate::fact::{symptoms, temperature_way};
use gatehouse_core::gate::wording::Lang;
use gatehouse_store::fever::FeverStepRow;

/// A card.
pub struct CardView {
    /// The fever's page.
    pub href: String,
    /// `幸福里 东门 · 38.1 ℃`.
    pub title: String,
    /// Whom, masked.
    pub who: String,
    /// How long it has waited, or took.
    pub waited: String,
    /// Since when.
    pub since: String,
    /// Class of the card: `late`, `due`, `wait`.
    pub class: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// The word for its class, for those who see no colour.
    pub standing: &'static str,
    /// The six steps.
    pub steps: Vec<StepView>,
    /// The offices that are to be told.
    pub told: Vec<ToldView>,
    /// Where the person waits, if anybody said.
    pub place: Option<String>,
    /// What else is known, a line each.
    pub more: Vec<String>,
    /// Telephone of the gate.
    pub phone: Option<String>,
    /// The next thing to do: key of its words, anchor on the fever's page.
    pub next: (&'static str, &'static str),
    /// Readings in a row: `37.8 → 37.7`.
    pub readings: String,
    /// What came of it.
    pub outcome: Option<String>,
}

/// An office.
pub struct ToldView {
    /// `ok`, `due`, `late`.
    pub class: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// Who.
    pub to: String,
    /// When, or by when.
    pub time: String,
    /// Who took the call.
    pub by: String,
}

/// Makes cards.
pub struct View<'a> {
    /// Words.
    pub frame: &'a Frame,
    /// Clock there.
    pub offset: i16,
    /// As of.
    pub now: i64,
    /// Path of the area.
    pub area: String,
}

impl View<'_> {
    /// A card.
    pub fn card(&self, card: &FeverCard) -> CardView {
        let frame = self.frame;
        let state = &card.state;
        let end = card.row.item.end.as_ref();
        let until = end.map_or(self.now, |end| end.at);
        let (class, icon, standing) = match () {
            () if end.is_some() => ("done", "check", "fevers-standing-done"),
            () if state.is_late() => ("late", "stop", "fevers-standing-late"),
            () if state.is_in_hospital() => ("wait", "clock", "fevers-standing-hospital"),
            () => ("due", "clock", "fevers-standing-due"),
        };
        CardView {
            href: format!("{}/fevers/{}", self.area, card.row.item.item),
            title: self.title(card),
            who: self.who(&card.whom),
            waited: waited(until - state.since, frame),
            since: short(state.since, self.now, self.offset, frame),
            class,
            icon,
            standing,
            steps: self.steps(card),
            told: state
                .told
                .iter()
                .map(|line| self.told(card, line))
                .collect(),
            place: self.place(card),
            more: self.more(card),
            phone: card.gate.as_ref().map(|(_, phone)| phone.clone()),
            next: next(&state.marks),
            readings: readings(card),
            outcome: end.map(|end| frame.t(&format!("fevers-outcome-{}", end.outcome))),
        }
    }

    fn title(&self, card: &FeverCard) -> String {
        let place = match &card.gate {
            Some((gate, _)) => gate.clone(),
            None => self
                .frame
                .t(&format!("fevers-where-{}", card.row.fever.place)),
        };
        let last = card.state.readings().last().and_then(|row| row.reading);
        let value = match last {
            Some((tenths, _)) => degrees(tenths, self.frame.lang),
            None => self.frame.t("fevers-no-reading"),
        };
        format!("{} {place} · {value}", card.compound)
    }

    /// `男 46 岁 · 马*强 · 6 栋 2 单元 302`.
    pub fn who(&self, whom: &Whom) -> String {
        let frame = self.frame;
        let mut parts = Vec::new();
        let sex = whom.sex.as_deref().unwrap_or("unknown");
        let sex = frame.t(&format!("fevers-sex-{sex}"));
        match whom.age {
            Some(age) => parts.push(frame.fill(
                "fevers-sex-age",
                &[("sex", &sex), ("age", &age.to_string())],
            )),
            None if whom.sex.is_some() => parts.push(sex),
            None => match &whom.masked {
                Some(noted) => parts.push(frame.with("fevers-noted", "name", noted)),
                None => parts.push(frame.t("fevers-not-known")),
            },
        }
        parts.extend(whom.masked.clone().filter(|_| whom.sex.is_some()));
        if let Some(door) = &whom.door {
            let label = match frame.lang {
                Lang::Zh => door.label_zh(),
                Lang::En => door.label_en(),
            };
            // A visitor's way, or one of several there: the door is all that is known.
            parts.push(match whom.sex {
                Some(_) => label,
                None => frame.fill("fevers-about-door", &[("door", &label)]),
            });
        }
        parts.join(" · ")
    }

    fn steps(&self, card: &FeverCard) -> Vec<StepView> {
        const KEYS: [&str; 6] = ["first", "second", "apart", "told", "hospital", "outcome"];
        let pairs = KEYS.iter().zip(&card.state.marks);
        pairs
            .map(|(key, state)| self.step(card, key, state))
            .collect()
    }

    fn step(&self, card: &FeverCard, key: &str, state: &StepState) -> StepView {
        let (class, icon, standing) = match state.mark {
            Mark::Done => ("s-ok", "tick", "fevers-mark-done"),
            Mark::Due => ("s-due", "clock", "fevers-mark-due"),
            Mark::Late => ("s-late", "stop", "fevers-mark-late"),
            Mark::NotYet => ("s-no", "right", "fevers-mark-not_yet"),
        };
        let frame = self.frame;
        let name = frame.t(&format!("fevers-step-{key}"));
        let mut readings = card.state.readings();
        let row = match key {
            "first" => readings.next(),
            "second" => readings.nth(1),
            key => card.state.last(key),
        };
        let name = match row.and_then(|row| row.reading) {
            Some((tenths, _)) => format!("{name} {}", tenth(tenths)),
            None => name,
        };
        let line = match (state.mark, row) {
            (Mark::Done, Some(row)) => self.done(card, key, row),
            _ => self.by_when(key, state),
        };
        StepView {
            class,
            icon,
            standing,
            name,
            line,
        }
    }

    /// What was done: time, and what there is to say.
    fn done(&self, card: &FeverCard, key: &str, row: &FeverStepRow) -> String {
        let frame = self.frame;
        let time = short(row.done_at, self.now, self.offset, frame);
        let word = row.word.as_deref().unwrap_or_default();
        let mut parts = vec![time];
        match key {
            "first" | "second" => {
                parts.extend(row.reading.map(|(_, way)| way_words(frame, way)));
            }
            "apart" => {
                parts.push(frame.t(&format!("fevers-place-{word}")));
                let mask = if row.has_mask == Some(true) {
                    "on"
                } else {
                    "off"
                };
                parts.push(frame.t(&format!("fevers-mask-{mask}")));
            }
            "told" => {
                let told = card.state.told.len().to_string();
                parts = vec![frame.with("fevers-all-told", "count", &told)];
            }
            "hospital" => parts.push(frame.t(&format!("fevers-carrier-{word}"))),
            _ => parts.push(frame.t(&format!("fevers-outcome-{word}"))),
        }
        if row.staff.is_none() {
            parts.push(frame.t("fevers-by-phone"));
        } else if row.step == "reading" {
            let name = row.staff.and_then(|staff| card.names.get(&staff));
            parts.extend(name.cloned());
        }
        parts.join(" · ")
    }

    fn by_when(&self, key: &str, state: &StepState) -> String {
        let frame = self.frame;
        let Some(due_at) = state.due_at else {
            return frame.t(&format!("fevers-wait-{key}"));
        };
        let time = short(due_at, self.now, self.offset, frame);
        if state.mark == Mark::Late {
            let late = waited(self.now - due_at, frame);
            frame.fill("fevers-late", &[("time", &time), ("late", &late)])
        } else {
            frame.with("fevers-due", "time", &time)
        }
    }

    fn told(&self, card: &FeverCard, line: &ToldState) -> ToldView {
        let frame = self.frame;
        let to = Receiver::named(line.to).map(|to| frame.lang.pick(to.words()).to_owned());
        let by_when = short(line.due_at, self.now, self.offset, frame);
        let (class, icon, time) = match &line.call {
            Some(call) => (
                "ok",
                "check",
                short(call.done_at, self.now, self.offset, frame),
            ),
            None if line.is_late => (
                "late",
                "stop",
                frame.with("fevers-was-due", "time", &by_when),
            ),
            None => ("due", "clock", frame.with("fevers-due", "time", &by_when)),
        };
        let by = line.call.as_ref().map_or_else(String::new, |call| {
            let taken = card.words.get(&call.number);
            taken.map_or_else(
                || frame.t("fevers-told-nobody-named"),
                |name| frame.with("fevers-took-call", "name", name),
            )
        });
        ToldView {
            class,
            icon,
            to: to.unwrap_or_default(),
            time,
            by,
        }
    }

    fn place(&self, card: &FeverCard) -> Option<String> {
        let row = card.state.last("apart")?;
        let word = row.word.as_deref().unwrap_or_default();
        let place = self.frame.t(&format!("fevers-place-{word}"));
        Some(match card.words.get(&row.number) {
            Some(words) => format!("{place} · {words}"),
            None => place,
        })
    }

    fn more(&self, card: &FeverCard) -> Vec<String> {
        let frame = self.frame;
        let fever = &card.row.fever;
        let mut more = Vec::new();
        if let Some(reporter) = &fever.reporter {
            let who = frame.t(&format!("fevers-reporter-{reporter}"));
            more.push(frame.with("fevers-reported-by", "who", &who));
        } else {
            let time = clock(card.row.item.opened_at, self.offset);
            more.push(frame.with("fevers-reported-gate", "time", &time));
        }
        let told: Vec<&str> = symptoms::CHOICES
            .iter()
            .enumerate()
            .filter(|(at, _)| fever.symptoms >> at & 1 == 1)
            .map(|(_, choice)| frame.lang.pick(choice.label))
            .collect();
        if !told.is_empty() {
            more.push(told.join(frame.t("fevers-comma").trim_matches('"')));
        }
        if card.whom.others > 0 {
            let others = card.whom.others.to_string();
            more.push(frame.with("fevers-household", "others", &others));
        }
        if let Some(holder) = &card.holder {
            more.push(frame.with("fevers-holder", "name", holder));
        }
        more
    }
}

/// What to do next: the first step that is late, else the first whose turn it is.
fn next(marks: &[StepState; 6]) -> (&'static str, &'static str) {
    const KEYS: [(&str, &str); 6] = [
        ("fevers-do-reading", "reading"),
        ("fevers-do-second", "reading"),
        ("fevers-do-apart", "apart"),
        ("fevers-do-told", "told"),
        ("fevers-do-hospital", "hospital"),
        ("fevers-do-outcome", "outcome"),
    ];
    let find = |mark| marks.iter().position(|state| state.mark == mark);
    let at = find(Mark::Late).or_else(|| find(Mark::Due)).unwrap_or(5);
    KEYS[at]
}

fn readings(card: &FeverCard) -> String {
    let readings = card.state.readings().filter_map(|row| row.reading);
    let values: Vec<String> = readings.map(|(tenths, _)| tenth(tenths)).collect();
    values.join(" → ")
}

/// `38.1`.
pub fn tenth(tenths: u16) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// How a temperature was taken (GATE-6), or that nobody said.
pub fn way_words(frame: &Frame, way: Option<u8>) -> String {
    let choice = way.and_then(|way| temperature_way::CHOICES.get(usize::from(way)));
    match choice {
        Some(choice) => frame.lang.pick(choice.label).to_owned(),
        None => frame.t("fevers-way-unsaid"),
    }
}

/// `38.1 ℃`, in English `38.1 °C`.
pub fn degrees(tenths: u16, lang: Lang) -> String {
    let unit = match lang {
        Lang::Zh => "℃",
        Lang::En => "°C",
    };
    format!("{} {unit}", tenth(tenths))
}
