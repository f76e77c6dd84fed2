//! What is held, and who looked (SCOPE-5): office and purpose; the name on request.

use super::held::{HeldPart, parts};
use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::door::door_words;
use crate::locale::text_or;
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::read_own_data::{Look, OwnData, place, read_looks, read_own_data};
use crate::ops::resident::read_own_records::read_own_records;
use crate::page::{Frame, PageError, show as show_page};
use crate::paging::{Page, query};
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::wording::Lang;
use serde::Deserialize;

const LOOKS: &str = "/my/data/looks";

#[derive(Template)]
#[template(path = "resident/data.html")]
struct DataPage {
    frame: Frame,
    /// Key of the words for a field, and its value.
    held: Vec<(&'static str, String)>,
    parts: Vec<HeldPart>,
    looks: Looks,
}

#[derive(Template)]
#[template(path = "resident/looks.html")]
struct LooksPage {
    frame: Frame,
    looks: Looks,
}

/// A page of the list of who looked.
struct Looks {
    lines: Vec<LookLine>,
    /// Link to older ones.
    next: Option<String>,
}

struct LookLine {
    time: String,
    office: String,
    purpose: String,
    fields: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/my/data", Access::Resident, Scope::None, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::page(LOOKS, Access::Resident, Scope::None, Kept::Nothing),
            get(older),
        )
}

/// GET /my/data
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    let records = match read_own_records(&app, &resident).await {
        Ok(records) => records,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let looks = match read_looks(&app, &resident, None).await {
        Ok(looks) => view(looks, times, &frame),
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    match read_own_data(&app, &resident).await {
        Ok(data) => show_page(&DataPage {
            held: held(&data, &frame),
            parts: parts(&records, &frame, times),
            looks,
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// Where the list goes on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Older {
    after: String,
}

/// GET /my/data/looks: older ones, without opening anything.
pub async fn older(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    Query(asked): Query<Older>,
    frame: Frame,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    match read_looks(&app, &resident, place(&asked.after)).await {
        Ok(looks) => show_page(&LooksPage {
            looks: view(looks, times, &frame),
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn view(looks: Page<Look>, times: Times, frame: &Frame) -> Looks {
    let next = looks.next.as_deref();
    Looks {
        next: next.map(|after| format!("{LOOKS}{}", query(&[("after", after)]))),
        lines: (looks.rows.iter())
            .map(|look| line(look, times, frame))
            .collect(),
    }
}

fn held(data: &OwnData, frame: &Frame) -> Vec<(&'static str, String)> {
    let plain = &data.plain;
    let document = plain.document.as_ref().map(|(_, number)| number.clone());
    let sex = match data.sex.as_str() {
        "" | "unknown" => None,
        sex => Some(frame.t(&format!("sex-{sex}"))),
    };
    let door = data.door.as_ref();
    let door = door.map(|door| door_words(frame.lang, &door.building, &door.unit, &door.room));
    let all = [
        ("my-field-name", plain.name.clone()),
        ("my-field-sex", sex),
        ("my-field-birth_on", plain.birth_on.map(|day| day.to_text())),
        ("my-field-document", document),
        ("my-field-phone", plain.phone.clone()),
        ("my-field-email", plain.email.clone()),
        ("my-field-door", door),
        ("my-field-employer", plain.employer.clone()),
        ("my-field-note", plain.note.clone()),
    ];
    let there = all
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    there.filter(|(_, value)| !value.is_empty()).collect()
}

fn line(look: &Look, times: Times, frame: &Frame) -> LookLine {
    let words = look
        .fields
        .split(' ')
        .map(|word| text_or(frame.lang, &format!("my-field-{word}"), "my-field-other"));
    LookLine {
        time: times.moment(look.place.viewed_at),
        office: look
            .office
            .clone()
            .unwrap_or_else(|| frame.t("my-look-program")),
        purpose: purpose_words(frame.lang, &look.purpose),
        fields: words.collect::<Vec<_>>().join(&frame.t("my-comma")),
    }
}

/// A purpose out of the list, in words.
fn purpose_words(lang: Lang, purpose: &str) -> String {
    let key = format!("purpose-{}", purpose.replace(' ', "_"));
    text_or(lang, &key, "my-purpose-other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_itself_looks_for_is_said_to_the_person_in_words() {
        // `open_application`, `import_people`, `ledger`, `send_message`, `household_crossings`.
        let keys = [
            "purpose-decide_pass",
            "purpose-ask_landlord",
            "purpose-import",
            "purpose-export",
            "purpose-message",
            "my-field-crossings",
        ];
        for lang in [Lang::Zh, Lang::En] {
            for key in keys {
                assert!(crate::locale::has(lang, key), "{key}");
            }
        }
    }
}
