//! Other systems: their tokens and webhooks. What is secret is shown once, on the page that
//! answers the form.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::auth::role::Permission::KeepAccess;
use crate::error::OpError;
use crate::message::When;
use crate::ops::keep_access::{
    TokenWish, WebhookWish, end_webhook, list_access, make_token, make_webhook, revoke_token,
    right_of,
};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::Extension;
use axum::extract::{RawForm, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use data_encoding::HEXLOWER;
use gatehouse_core::id::OrganisationId;
use gatehouse_store::api_token::ApiTokenRow;
use gatehouse_store::webhook::WebhookRow;
use gatehouse_store::webhook_event::Topic;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let needs = Access::Needs(KeepAccess);
    table
        .add(
            RouteRule::page("/areas/{area}/access", needs, Scope::Area, Kept::Nothing)
                .in_menu(Menu::Access),
            get(show),
        )
        .add(
            RouteRule::form("/areas/{area}/access", needs, Scope::Area, Kept::Change),
            post(submit),
        )
}

#[derive(Template)]
#[template(path = "access.html")]
struct AccessShown {
    frame: Frame,
    area: AreaInScope,
    problem: Option<String>,
    /// Shown once: which words go with it, and the secret.
    secret: Option<(&'static str, String)>,
    permissions: Vec<(&'static str, String)>,
    topics: Vec<(&'static str, String)>,
    offices: Vec<(String, String)>,
    tokens: Vec<TokenLine>,
    webhooks: Vec<WebhookLine>,
}

struct TokenLine {
    id: String,
    label: String,
    office: String,
    may: String,
    until: String,
    used: String,
    state: &'static str,
}

struct WebhookLine {
    id: String,
    url: String,
    office: String,
    told: String,
    progress: String,
    failure: Option<String>,
    is_ended: bool,
}

/// What the forms send; boxes that are ticked come as one key several times.
#[derive(Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(bytes: &[u8]) -> Option<Fields> {
        serde_urlencoded_pairs(bytes).map(Fields)
    }

    fn one(&self, key: &'static str) -> &str {
        self.all(key).next().unwrap_or_default()
    }

    fn all(&self, key: &'static str) -> impl Iterator<Item = &str> {
        let pairs = self.0.iter();
        pairs
            .filter(move |(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }
}

fn serde_urlencoded_pairs(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let uri = format!("/?{text}").parse().ok()?;
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    Some(pairs.0)
}

/// GET /areas/{area}/access
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    page(&app, area, &caller, frame, None, None).await
}

/// POST /areas/{area}/access
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    RawForm(form): RawForm,
) -> Response {
    let fields = Fields::read(&form).unwrap_or_default();
    let done = act(&app, &area, &caller, &fields).await;
    match done {
        Ok(None) => Redirect::to(&format!("/areas/{}/access", area.area)).into_response(),
        Ok(secret) => page(&app, area, &caller, frame, None, secret).await,
        Err(OpError::NotTaken { code, .. }) => {
            let problem = Some(frame.t(&format!("access-problem-{code}")));
            let shown = page(&app, area, &caller, frame, problem, None).await;
            (StatusCode::UNPROCESSABLE_ENTITY, shown).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// Does what the form asks for; the secret of something new with the key of its words.
async fn act(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    fields: &Fields,
) -> Result<Option<(&'static str, String)>, OpError> {
    let office = OrganisationId::parse(fields.one("office")).unwrap_or(OrganisationId([0; 16]));
    match fields.one("act") {
        "token" => {
            let wish = TokenWish {
                organisation: office,
                label: fields.one("label").to_owned(),
                permissions: fields
                    .all("may")
                    .filter_map(Permission::for_system)
                    .collect(),
                days: fields.one("days").trim().parse().unwrap_or(0),
            };
            let token = make_token(app, area, caller, wish).await?;
            Ok(Some(("access-token-made", token)))
        }
        "webhook" => {
            let wish = WebhookWish {
                organisation: office,
                url: fields.one("url").trim().to_owned(),
                topics: fields.all("topic").filter_map(Topic::named).collect(),
            };
            let secret = make_webhook(app, area, caller, wish).await?;
            Ok(Some(("access-webhook-made", secret)))
        }
        "revoke" => {
            let token = read_id(fields.one("id"))?;
            revoke_token(app, area, caller, token).await.map(|()| None)
        }
        "end" => {
            let webhook = read_id(fields.one("id"))?;
            end_webhook(app, area, caller, webhook).await.map(|()| None)
        }
        _ => Err(OpError::Unreadable("act".to_owned())),
    }
}

fn read_id(text: &str) -> Result<[u8; 16], OpError> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(OpError::NotFound)
}

async fn page(
    app: &App,
    area: AreaInScope,
    caller: &Caller,
    frame: Frame,
    problem: Option<String>,
    secret: Option<(&'static str, String)>,
) -> Response {
    let access = match list_access(app, &area).await {
        Ok(access) => access,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let now = app.world.now_millis();
    // What the maker may not do themselves is not offered.
    let may = Permission::FOR_SYSTEMS.into_iter();
    let may = may.filter(|permission| caller.may_in(*permission, &area.path));
    let may = may.filter_map(|permission| permission.system_word());
    let topics = Topic::ALL.into_iter();
    let topics = topics.filter(|topic| caller.may_in(right_of(*topic), &area.path));
    let offices = access.organisations.iter();
    let offices = offices.map(|office| (office.organisation.to_string(), office.name.clone()));
    let shown = AccessShown {
        permissions: may
            .map(|word| (word, frame.t(&format!("access-may-{word}"))))
            .collect(),
        topics: topics
            .map(|topic| (topic.word(), topic_words(topic, &frame)))
            .collect(),
        offices: offices.collect(),
        tokens: (access.tokens.iter())
            .map(|(row, office)| token_line(row, office, &area, &frame, now))
            .collect(),
        webhooks: (access.webhooks.iter())
            .map(|(row, office, waiting)| webhook_line(row, office, *waiting, &frame))
            .collect(),
        area,
        problem,
        secret,
        frame,
    };
    show_page(&shown)
}

fn topic_words(topic: Topic, frame: &Frame) -> String {
    frame.t(&format!("access-topic-{}", topic.word().replace('.', "-")))
}

fn token_line(
    row: &ApiTokenRow,
    office: &str,
    area: &AreaInScope,
    frame: &Frame,
    now: i64,
) -> TokenLine {
    let day = |millis| {
        let offset_minutes = area.offset_minutes;
        When {
            millis,
            offset_minutes,
        }
        .text(frame.lang)
    };
    let may = row.permissions.split(' ');
    let may: Vec<String> = may
        .map(|word| frame.t(&format!("access-may-{word}")))
        .collect();
    TokenLine {
        id: HEXLOWER.encode(&row.token),
        label: row.label.clone(),
        office: office.to_owned(),
        may: may.join(" · "),
        until: day(row.expires_at),
        used: row.used_at.map_or_else(|| frame.t("access-never"), day),
        state: match row.revoked {
            Some(_) => "access-state-revoked",
            None if row.expires_at <= now => "access-state-expired",
            None => "access-state-live",
        },
    }
}

fn webhook_line(row: &WebhookRow, office: &str, waiting: i64, frame: &Frame) -> WebhookLine {
    let topics = Topic::ALL
        .into_iter()
        .filter(|topic| row.topics & topic.bit() != 0);
    let topics: Vec<String> = topics.map(|topic| topic_words(topic, frame)).collect();
    let progress = &row.progress;
    WebhookLine {
        id: HEXLOWER.encode(&row.webhook),
        url: row.url.clone(),
        office: office.to_owned(),
        told: topics.join(" · "),
        progress: frame.fill(
            "access-progress",
            &[
                ("delivered", &progress.delivered.to_string()),
                ("waiting", &waiting.to_string()),
                ("given_up", &progress.given_up.to_string()),
            ],
        ),
        failure: progress
            .failure
            .as_ref()
            .map(|(word, _)| failure(word, frame)),
        is_ended: row.ended_at.is_some(),
    }
}

/// Reasons that have words of their own.
const FAILURES: &[&str] = &[
    "no_answer",
    "slow",
    "not_taken",
    "receiver_fault",
    "redirected",
    "gone",
    "too_many",
    "certificate",
    "no_such_host",
    "inside_the_house",
    "too_old",
];

fn failure(word: &str, frame: &Frame) -> String {
    let known = FAILURES.iter().find(|known| **known == word);
    frame.t(&format!("access-failure-{}", known.unwrap_or(&"other")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::gate::wording::Lang;

    #[test]
    fn everything_that_is_chosen_from_a_list_has_its_words() {
        let words = Permission::FOR_SYSTEMS
            .into_iter()
            .filter_map(Permission::system_word);
        let mut keys: Vec<String> = words.map(|word| format!("access-may-{word}")).collect();
        keys.extend(FAILURES.iter().map(|word| format!("access-failure-{word}")));
        let codes = [
            "A-DAYS",
            "A-NOTHING",
            "A-MORE",
            "A-OFFICE",
            "A-LABEL",
            "A-URL",
            "A-MANY",
        ];
        keys.extend(codes.map(|code| format!("access-problem-{code}")));
        for lang in [Lang::Zh, Lang::En] {
            for key in &keys {
                assert!(!crate::locale::text(lang, key).contains("access-"), "{key}");
            }
            for topic in Topic::ALL {
                let words = topic_words(topic, &Frame::bare(lang));
                assert!(!words.contains("access-"), "{words}");
            }
        }
    }

    #[test]
    fn boxes_that_are_ticked_are_all_read() {
        let fields =
            Fields::read(b"act=token&may=a&may=b&label=%E5%8C%BB%E9%99%A2+x").expect("a form");
        assert_eq!(fields.all("may").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((fields.one("label"), fields.one("none")), ("医院 x", ""));
    }
}
