//! One application beside the queue: what is there, what is missing and how to get it, and the
//! few reasons for which it is not approved.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::pass_words::{Check, Place, checks, door, kind, mask};
use crate::error::OpError;
use crate::ops::list_applications::{Detail, Met, read_application};
use crate::ops::open_application::Opened;
use crate::ops::pass_rules::REJECTIONS;
use crate::page::Frame;
use axum::http::StatusCode;
use data_encoding::BASE64;
use gatehouse_core::id::ApplicationId;
use gatehouse_store::application::ApplicationRow;

/// What a request adds to the page.
pub struct Shown {
    /// Status of the page.
    pub status: StatusCode,
    /// What was opened of the holder.
    pub holder: Option<Opened>,
    /// What was opened of the landlord.
    pub landlord: Option<Opened>,
    /// Key of what is wrong.
    pub problem: Option<&'static str>,
    /// What somebody wanted to do when it had changed: key of the words.
    pub wanted: Option<String>,
    /// The reason that was chosen.
    pub reason: Option<&'static str>,
    /// How many of a batch were approved, and those that were not, each with the key of why.
    pub batch: Option<(usize, Vec<(ApplicationId, &'static str)>)>,
}

impl Default for Shown {
    fn default() -> Shown {
        Shown {
            status: StatusCode::OK,
            holder: None,
            landlord: None,
            problem: None,
            wanted: None,
            batch: None,
            reason: None,
        }
    }
}

/// As the template reads it.
pub struct DetailView {
    /// The application.
    pub action: String,
    /// Id and version.
    pub wanted: String,
    /// Version.
    pub version: String,
    /// Masked, or in full where it was opened.
    pub name: String,
    /// Sex and age.
    pub who: String,
    /// Kind of pass.
    pub kind: String,
    /// Compound and door.
    pub door: String,
    /// Who asked, when.
    pub asked: String,
    /// What is there.
    pub checks: Vec<Check>,
    /// Last four of the document, once opened.
    pub document_end: Option<String>,
    /// Picture as a data address, once opened.
    pub photo: Option<String>,
    /// Whether there is anything to open.
    pub can_open: bool,
    /// It waits.
    pub is_waiting: bool,
    /// Nothing is missing.
    pub is_complete: bool,
    /// A picture is missing or unclear.
    pub lacks_photo: bool,
    /// A picture is there that could be judged unclear.
    pub has_photo: bool,
    /// Where the record is of whoever has the document already.
    pub record: Option<String>,
    /// Whoever has to say yes.
    pub landlord: Option<LandlordView>,
    /// How it stands, once decided.
    pub state: String,
    /// Reasons: word, name, how to mend it, chosen.
    pub reasons: Vec<(&'static str, String, String, bool)>,
    /// What is wrong.
    pub problem: Option<String>,
    /// Both values of a stale write.
    pub stale: Option<String>,
}

/// A landlord's yes.
pub struct LandlordView {
    /// Masked, or in full where it was opened.
    pub name: String,
    /// Telephone, once opened.
    pub phone: Option<String>,
    /// Whether it can be opened.
    pub can_open: bool,
    /// Whether the answer is still wanted, or was no.
    pub is_wanted: bool,
    /// What they said, how and when.
    pub said: String,
}

/// Reads an application and writes it for the page.
pub async fn detail(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: &Frame,
    application: ApplicationId,
    shown: Shown,
) -> Result<DetailView, OpError> {
    let read = read_application(app, area, application).await?;
    let place = Place {
        frame,
        now: app.world.now_millis(),
        offset: area.offset_minutes,
    };
    let reveals = caller.may_in(Permission::RevealPeople, &area.path);
    Ok(view(&place, &read, reveals, shown, &area.area.to_string()))
}

fn view(place: &Place<'_>, read: &Detail, reveals: bool, shown: Shown, area: &str) -> DetailView {
    let (frame, line) = (place.frame, &read.line);
    let row = &line.row;
    let [building, unit, room] = &line.door;
    let is_waiting = row.state == "waiting";
    let is_named = row.kind != "vehicle" && (row.holder.is_some() || !row.sex.is_empty());
    let holder = shown.holder.unwrap_or_default();
    let masked = mask(line.masked.as_deref());
    let can_open = reveals && is_waiting && is_named && holder.name.is_none();
    let reasons = REJECTIONS.map(|word| {
        let words = frame.t(&format!("passes-reject-{word}"));
        let mend = frame.t(&format!("passes-mend-{word}"));
        (word, words, mend, shown.reason == Some(word))
    });
    DetailView {
        action: format!("/areas/{area}/passes/applications/{}", row.application),
        wanted: format!("{}.{}", row.application, row.version),
        version: row.version.to_string(),
        name: holder
            .name
            .or(masked)
            .unwrap_or_else(|| frame.t("passes-household")),
        who: place.who(&line.sex, line.birth_year),
        kind: kind(frame, &row.kind),
        door: format!("{} {}", read.compound, door(frame, [building, unit, room])),
        asked: asked(place, read),
        checks: long_checks(frame, read),
        document_end: holder.document_end,
        photo: holder.photo.as_deref().map(picture),
        can_open,
        is_waiting,
        is_complete: row.missing.is_empty(),
        lacks_photo: is_named && matches!(row.photo.as_str(), "missing" | "unclear"),
        has_photo: row.photo == "good",
        record: read.met.as_ref().and_then(|met| {
            let person = met.record()?;
            Some(format!("/areas/{area}/persons/{person}"))
        }),
        landlord: landlord(place, read, reveals, shown.landlord),
        state: state(place, read),
        reasons: reasons.into(),
        problem: shown.problem.map(|key| frame.t(key)),
        stale: shown.wanted.map(|wanted| {
            let now = state(place, read);
            frame.fill("passes-stale", &[("now", &now), ("wanted", &wanted)])
        }),
    }
}

/// A picture that is shown in place and fetched from nowhere.
fn picture(bytes: &[u8]) -> String {
    let kind = if bytes.starts_with(b"\x89PNG") {
        "png"
    } else {
        "jpeg"
    };
    format!("data:image/{kind};base64,{}", BASE64.encode(bytes))
}

fn long_checks(frame: &Frame, read: &Detail) -> Vec<Check> {
    let mut all = checks(frame, &read.line.row);
    if let Some(met) = &read.met {
        let (mark, key) = match met {
            Met::Theirs(_) if read.line.row.kind == "helper" => ("wait", "passes-check-met-helper"),
            Met::Theirs(_) => ("wait", "passes-check-met"),
            Met::NotTheirs(_) => ("no", "passes-check-met-elsewhere"),
            Met::Far => ("no", "passes-check-met-far"),
            Met::Several => ("no", "passes-check-met-several"),
        };
        all.push(Check {
            mark,
            icon: "people",
            words: frame.t(key),
        });
    }
    match &read.has_one {
        Some(number) => all.push(Check {
            mark: "no",
            icon: "stop",
            words: frame.with("passes-check-has-one", "number", &number.to_string()),
        }),
        None => all.push(Check {
            mark: "ok",
            icon: "tick",
            words: frame.t("passes-check-no-other"),
        }),
    }
    all
}

fn asked(place: &Place<'_>, read: &Detail) -> String {
    let (frame, row) = (place.frame, &read.line.row);
    let who = row
        .asked_staff
        .as_ref()
        .and_then(|staff| read.staff.get(staff));
    let source = frame.t(&format!("passes-source-{}", row.source));
    let who = who.map_or_else(|| source.clone(), |name| format!("{source} {name}"));
    let when = place.moment(row.applied_at);
    frame.fill("passes-asked", &[("who", &who), ("when", &when)])
}

/// How an application stands, in words.
pub fn state_words(place: &Place<'_>, row: &ApplicationRow, by: &str) -> String {
    let frame = place.frame;
    let when = place.moment(row.decided_at.unwrap_or(row.applied_at));
    let slots = [("when", when.as_str()), ("who", by)];
    match row.state.as_str() {
        "waiting" if row.missing.is_empty() => frame.t("passes-state-complete"),
        "waiting" => {
            let lacking = row.missing.split(' ');
            let lacking: Vec<String> = lacking
                .map(|word| frame.t(&format!("passes-lack-{word}")))
                .collect();
            frame.with(
                "passes-state-lacks",
                "what",
                &lacking.join(&frame.t("passes-and")),
            )
        }
        "rejected" => {
            let reason = row.reason.as_deref().unwrap_or_default();
            let why = frame.t(&format!("passes-reject-{reason}"));
            frame.fill(
                "passes-state-rejected",
                &[slots[0], slots[1], ("why", &why)],
            )
        }
        state => frame.fill(&format!("passes-state-{state}"), &slots),
    }
}

fn state(place: &Place<'_>, read: &Detail) -> String {
    let row = &read.line.row;
    let by = row
        .decided_by
        .as_ref()
        .and_then(|staff| read.staff.get(staff));
    state_words(place, row, by.map_or("", |name| name))
}

fn landlord(
    place: &Place<'_>,
    read: &Detail,
    reveals: bool,
    opened: Option<Opened>,
) -> Option<LandlordView> {
    let (frame, row) = (place.frame, &read.line.row);
    let answer = row.landlord.answer.as_deref()?;
    let opened = opened.unwrap_or_default();
    let masked = mask(read.line.landlord_masked.as_deref());
    let by = row
        .landlord
        .staff
        .as_ref()
        .and_then(|staff| read.staff.get(staff));
    let way = row.landlord.way.as_deref().unwrap_or_default();
    let said = match (answer, row.landlord.at) {
        ("yes" | "no", Some(at)) => {
            let way = frame.t(&format!("passes-way-{way}"));
            let when = place.moment(at);
            let who = by.map_or("", |name| name);
            let slots = [("way", way.as_str()), ("when", &when), ("who", who)];
            frame.fill(&format!("passes-landlord-{answer}"), &slots)
        }
        _ => frame.t("passes-landlord-wanted"),
    };
    Some(LandlordView {
        can_open: reveals && row.landlord.person.is_some() && opened.phone.is_none(),
        name: opened
            .name
            .or(masked)
            .unwrap_or_else(|| frame.t("passes-landlord-unknown")),
        phone: opened.phone,
        is_wanted: answer != "yes" && row.state == "waiting",
        said,
    })
}
