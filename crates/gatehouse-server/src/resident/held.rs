//! What is held besides the fields, in words: a heading, lines, and how long each is kept.

use crate::console::crossing_line::{verdict_of, way_key};
use crate::console::household::pass_words;
use crate::door::door_words;
use crate::ops::find_crossings::{CrossingLine, outcome_key};
use crate::ops::resident::read_own_records::{CROSSINGS_SHOWN, HeldPass, OwnRecords};
use crate::page::Frame;
use crate::times::Times;
use gatehouse_core::retention::Record;
use gatehouse_store::application::ApplicationRow;

/// One kind of record.
pub struct HeldPart {
    /// Key of its heading.
    pub heading: &'static str,
    /// What is held.
    pub lines: Vec<String>,
    /// How long.
    pub kept: String,
    /// Where there is more: address and key of its words.
    pub more: Option<(&'static str, &'static str)>,
}

fn part(heading: &'static str, lines: Vec<String>, kept: String) -> HeldPart {
    HeldPart {
        heading,
        lines,
        kept,
        more: None,
    }
}

/// How long, in days.
fn kept(frame: &Frame, key: &str, days: u32) -> String {
    frame.with(key, "days", &days.to_string())
}

/// What they asked for others, what they were asked as a landlord, what was decided about them.
fn about_others(records: &OwnRecords, frame: &Frame, times: Times) -> [HeldPart; 3] {
    let passes = kept(frame, "my-kept-passes", records.days.of(Record::Passes));
    [
        part(
            "my-held-asked",
            applications(&records.asked, frame, times),
            passes.clone(),
        ),
        part("my-held-answered", answered(records, frame, times), passes),
        part(
            "my-held-orders",
            orders(records, frame, times),
            frame.t("my-kept-orders"),
        ),
    ]
}

/// All parts that hold something.
pub fn parts(records: &OwnRecords, frame: &Frame, times: Times) -> Vec<HeldPart> {
    let kept = |key, record| kept(frame, key, records.days.of(record));
    let photo = match records.has_photo {
        true => vec![frame.t("my-held-photo-yes")],
        false => vec![frame.t("my-held-photo-no")],
    };
    let crossings = records.crossings.iter().take(CROSSINGS_SHOWN);
    let people = kept("my-kept-person", Record::People);
    let [asked, said, ordered] = about_others(records, frame, times);
    let mut parts = vec![
        part("my-held-photo", photo, people.clone()),
        part("my-held-homes", homes(records, frame, times), people),
        part(
            "my-held-passes",
            records
                .passes
                .iter()
                .map(|one| pass(one, frame, times))
                .collect(),
            kept("my-kept-passes", Record::Passes),
        ),
        part(
            "my-held-applications",
            applications(&records.applications, frame, times),
            kept("my-kept-passes", Record::Passes),
        ),
        asked,
        said,
        ordered,
        part(
            "my-held-crossings",
            crossings.map(|one| crossing(one, frame, times)).collect(),
            kept("my-kept-crossings", Record::Crossings),
        ),
        part(
            "my-held-fevers",
            fevers(records, frame, times),
            kept("my-kept-crossings", Record::Crossings),
        ),
        part(
            "my-held-visits",
            visits(records, frame),
            frame.t("my-kept-visits"),
        ),
        part(
            "my-held-messages",
            messages(records, frame, times),
            kept("my-kept-messages", Record::Messages),
        ),
        part(
            "my-held-vehicles",
            vehicles(records, frame, times),
            kept("my-kept-vehicles", Record::People),
        ),
    ];
    add_more(&mut parts, records.crossings.len());
    parts.retain(|part| !part.lines.is_empty());
    parts
}

fn add_more(parts: &mut [HeldPart], crossings: usize) {
    for part in parts {
        part.more = match part.heading {
            "my-held-crossings" if crossings > CROSSINGS_SHOWN => {
                Some(("/my/crossings", "my-held-more"))
            }
            "my-held-visits" => Some(("/my/visits", "my-visits")),
            _ => None,
        };
    }
}

fn homes(records: &OwnRecords, frame: &Frame, times: Times) -> Vec<String> {
    let line = |(row, door): &(_, Option<_>)| {
        let row: &gatehouse_store::household::ResidenceRow = row;
        let door = door
            .as_ref()
            .map(|door: &gatehouse_store::household::HouseholdRow| {
                door_words(frame.lang, &door.building, &door.unit, &door.room)
            });
        let slots = [
            ("door", door.unwrap_or_default()),
            ("basis", frame.t(&format!("basis-{}", row.basis))),
            ("from", times.day(row.from_on)),
            (
                "until",
                row.until_on.map(|day| times.day(day)).unwrap_or_default(),
            ),
        ];
        let slots = slots
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        match row.until_on {
            Some(_) => frame.fill("my-held-home-until", &slots),
            None => frame.fill("my-held-home", &slots),
        }
    };
    records.homes.iter().map(line).collect()
}

fn pass(one: &HeldPass, frame: &Frame, times: Times) -> String {
    let row = &one.row;
    let words = format!("{} {}", row.number, pass_words(frame, row, times));
    let state = match (&row.revocation, one.lost_since) {
        (Some(_), _) => "my-held-pass-ended",
        (None, Some(_)) => "my-held-pass-lost",
        _ if row.expires_at <= times.now().millis => "my-held-pass-over",
        _ => return words,
    };
    format!("{words} · {}", frame.t(state))
}

fn vehicles(records: &OwnRecords, frame: &Frame, times: Times) -> Vec<String> {
    let line = |row: &gatehouse_store::vehicle::VehicleRow| match row.ended_on {
        None => row.plate.clone(),
        Some(day) => {
            let ended = frame.with("vehicle-ended", "day", &times.day(day));
            format!("{} · {ended}", row.plate)
        }
    };
    records.vehicles.iter().map(line).collect()
}

fn orders(records: &OwnRecords, frame: &Frame, times: Times) -> Vec<String> {
    let line = |(authority, from, until): &(String, i64, i64)| {
        let (from, until) = (times.moment(*from), times.end(*until));
        let slots = [
            ("authority", authority.as_str()),
            ("from", from.as_str()),
            ("until", until.as_str()),
        ];
        frame.fill("my-held-order", &slots)
    };
    records.orders.iter().map(line).collect()
}

/// What was asked of them as a landlord or host, and what they said.
fn answered(records: &OwnRecords, frame: &Frame, times: Times) -> Vec<String> {
    let line = |row: &ApplicationRow| {
        let kind = frame.t(&format!("my-pass-{}", row.kind));
        let asked = times.moment(row.landlord.at.unwrap_or(row.applied_at));
        let said = match row.landlord.answer.as_deref() {
            Some("yes") => "my-answered-yes",
            Some("no") => "my-answered-no",
            _ => "my-answered-wanted",
        };
        let slots = [("kind", kind.as_str()), ("time", asked.as_str())];
        frame.fill(said, &slots)
    };
    records.answered.iter().map(line).collect()
}

fn applications(rows: &[ApplicationRow], frame: &Frame, times: Times) -> Vec<String> {
    let line = |row: &ApplicationRow| {
        let kind = frame.t(&format!("my-pass-{}", row.kind));
        let (asked, state) = (
            times.moment(row.applied_at),
            format!("my-application-{}", row.state),
        );
        let slots = [("kind", kind.as_str()), ("time", asked.as_str())];
        format!(
            "{} · {}",
            frame.fill("my-held-application", &slots),
            frame.t(&state)
        )
    };
    rows.iter().map(line).collect()
}

/// One's own crossing: when, where, which way, what was decided and what happened.
pub fn crossing(one: &CrossingLine, frame: &Frame, times: Times) -> String {
    let row = &one.row;
    let parts = [
        times.moment(row.counted_at),
        one.gate.clone(),
        frame.t(way_key(row.way)),
        frame.t(verdict_of(row).1),
        frame.t(outcome_key(row.outcome_now)),
    ];
    parts.join(" · ")
}

fn fevers(records: &OwnRecords, frame: &Frame, times: Times) -> Vec<String> {
    let line = |fever: &gatehouse_store::fever::FeverItem| {
        let opened = times.moment(fever.item.opened_at);
        match &fever.item.end {
            Some(end) => frame.fill(
                "my-held-fever-closed",
                &[
                    ("time", opened.as_str()),
                    ("closed", times.moment(end.at).as_str()),
                ],
            ),
            None => frame.with("my-held-fever-open", "time", &opened),
        }
    };
    records.fevers.iter().map(line).collect()
}

fn visits(records: &OwnRecords, frame: &Frame) -> Vec<String> {
    let count = records.visits.to_string();
    match records.visits {
        0 => Vec::new(),
        _ => vec![frame.with("my-held-visits-count", "count", &count)],
    }
}

fn messages(records: &OwnRecords, frame: &Frame, times: Times) -> Vec<String> {
    let line = |(at, message): &(i64, crate::message::Message)| {
        format!("{} · {}", times.moment(*at), message.text(frame.lang))
    };
    records.messages.iter().map(line).collect()
}
