//! How applications and passes are written on pages: names masked, kinds, doors, waits, moments.

use crate::ops::pass_rules::{MISSING, of_word, word_of};
use crate::page::Frame;
use crate::times::Times;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::RevocationReason;
use gatehouse_core::person::{GateName, Sex};
use gatehouse_store::application::{ApplicationLine, ApplicationRow};

/// One thing that an application needs.
pub struct Check {
    /// `ok`, `no`, `wait`: shape and colour.
    pub mark: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// What it is.
    pub words: String,
}

/// A row of the queue, or of what a search found.
pub struct LineView {
    /// The application.
    pub id: String,
    /// Id and version, as forms send them.
    pub wanted: String,
    /// Masked.
    pub name: String,
    /// Sex and age, as far as known.
    pub who: String,
    /// Door.
    pub door: String,
    /// What goes with the door: how the pass gets there.
    pub note: String,
    /// Kind of pass.
    pub kind: String,
    /// Who asks.
    pub source: String,
    /// What it needs.
    pub checks: Vec<Check>,
    /// How long it has waited.
    pub waited: String,
    /// Nothing is missing.
    pub is_complete: bool,
    /// Its detail stands beside.
    pub is_open: bool,
}

/// What is written about when and where.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The page.
    pub frame: &'a Frame,
    /// Now, milliseconds UTC.
    pub now: i64,
    /// Minutes east of UTC.
    pub offset: i16,
}

impl Place<'_> {
    fn times(&self) -> Times {
        Times::new(self.frame.lang, self.now, self.offset)
    }

    /// Day and time.
    pub fn moment(&self, millis: i64) -> String {
        self.times().moment(millis)
    }

    /// The day alone.
    pub fn day(&self, millis: i64) -> String {
        self.times().day(Moment::new(millis, self.offset).day())
    }

    /// `2020-12-31`: on cards, and where the year counts.
    pub fn full_day(&self, millis: i64) -> String {
        Moment::new(millis, self.offset).day().to_text()
    }

    /// How long since.
    pub fn waited(&self, since: i64) -> String {
        self.times().age(since)
    }

    /// Sex and age: `女 6`.
    pub fn who(&self, sex: &str, birth_year: Option<i64>) -> String {
        let sex = match (of_word(sex), self.frame.lang) {
            (None | Some(Sex::Unknown), _) => "",
            (Some(sex), Lang::Zh) => sex.label_zh(),
            (Some(sex), Lang::En) => sex.label_en(),
        };
        let year = i64::from(Moment::new(self.now, self.offset).day().date().year);
        let age = birth_year.map(|birth| (year - birth).max(0).to_string());
        let parts = [Some(sex.to_owned()), age];
        let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }
}

/// Surname and mask as kept become the mask alone.
pub fn mask(stored: Option<&str>) -> Option<String> {
    Some(GateName::from_stored(stored?)?.mask)
}

/// `4 栋 1 单元 1102`.
pub fn door(frame: &Frame, [building, unit, room]: [&str; 3]) -> String {
    let key = match (building.is_empty(), unit.is_empty(), room.is_empty()) {
        (_, _, true) => return String::new(),
        (false, false, _) => "passes-door",
        (false, true, _) => "passes-door-building",
        (true, false, _) => "passes-door-unit",
        (true, true, _) => "passes-door-house",
    };
    frame.fill(
        key,
        &[("building", building), ("unit", unit), ("room", room)],
    )
}

/// Name of a kind of pass.
pub fn kind(frame: &Frame, word: &str) -> String {
    frame.t(&format!("passes-kind-{word}"))
}

/// What an application needs, each with whether it is there.
pub fn checks(frame: &Frame, row: &ApplicationRow) -> Vec<Check> {
    let is_named = row.kind != "vehicle" && (row.holder.is_some() || !row.sex.is_empty());
    let mut checks = Vec::new();
    for what in MISSING {
        let word = match what {
            "photo" if is_named => row.photo.as_str(),
            "document" if is_named => {
                if row.has_document {
                    "good"
                } else {
                    "missing"
                }
            }
            "landlord" => row.landlord.answer.as_deref().unwrap_or(""),
            _ => "",
        };
        let (mark, icon) = match word {
            "" => continue,
            "good" | "declined" | "yes" => ("ok", "tick"),
            "wanted" => ("wait", "clock"),
            _ => ("no", "stop"),
        };
        let words = frame.t(&format!("passes-check-{what}-{word}"));
        checks.push(Check { mark, icon, words });
    }
    // A door that is not in the ledger cannot be applied for.
    checks.push(Check {
        mark: "ok",
        icon: "tick",
        words: frame.t("passes-check-address"),
    });
    checks
}

/// A row of a list.
pub fn line(place: &Place<'_>, line: &ApplicationLine, open: Option<&str>) -> LineView {
    let (frame, row) = (place.frame, &line.row);
    let [building, unit, room] = &line.door;
    let id = row.application.to_string();
    LineView {
        name: mask(line.masked.as_deref()).unwrap_or_else(|| frame.t("passes-household")),
        who: place.who(&line.sex, line.birth_year),
        door: door(frame, [building, unit, room]),
        note: frame.t(&format!("passes-delivery-{}", row.delivery)),
        kind: kind(frame, &row.kind),
        source: frame.t(&format!("passes-source-{}", row.source)),
        checks: checks(frame, row),
        waited: place.waited(row.applied_at),
        is_complete: row.missing.is_empty(),
        is_open: open == Some(id.as_str()),
        wanted: format!("{id}.{}", row.version),
        id,
    }
}

/// Why a pass was ended early. For a helper or a vehicle, no class came to its end: they no longer
/// come, it is no longer used.
pub fn why_ended(frame: &Frame, kind: &str, reason: &str) -> String {
    let ends_alone = reason == word_of(RevocationReason::ClassEnded);
    match kind {
        "helper" | "vehicle" if ends_alone => frame.t(&format!("passes-revoked-{kind}")),
        _ => frame.t(&format!("passes-revoked-{reason}")),
    }
}
