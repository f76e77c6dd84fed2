//! What every page shares: the frame, the caller's language and type size, errors in words.

use crate::auth::caller::Caller;
use crate::auth::menu::MenuShown;
use crate::error::{OpError, fault_id, retry_after};
use crate::locale::{text, text_filled, text_with};
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use gatehouse_core::gate::wording::Lang;
use std::convert::Infallible;
use std::sync::Arc;

/// How a page is to be written for this request.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Language.
    pub lang: Lang,
    /// Large type (大字).
    pub large: bool,
    /// Who is signed in.
    pub caller: Option<Arc<Caller>>,
    /// Path to come back to after a switch.
    pub here: String,
    /// Pages of the area that this one is about; without lines elsewhere.
    pub menu: MenuShown,
}

impl Frame {
    /// Of a page that knows nothing of its request but the language.
    pub fn bare(lang: Lang) -> Frame {
        Frame {
            lang,
            large: false,
            caller: None,
            here: "/".to_owned(),
            menu: MenuShown::default(),
        }
    }

    /// A text of the page's language.
    pub fn t(&self, key: &str) -> String {
        text(self.lang, key)
    }

    /// A text with one slot.
    pub fn with(&self, key: &str, slot: &'static str, value: &str) -> String {
        text_with(self.lang, key, slot, value)
    }

    /// A text with several slots.
    pub fn fill(&self, key: &str, slots: &[(&'static str, &str)]) -> String {
        text_filled(self.lang, key, slots)
    }

    /// For the `lang` attribute.
    pub fn code(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Frame, Infallible> {
        let lang = parts
            .extensions
            .get::<RequestLang>()
            .map_or(Lang::Zh, |lang| lang.0);
        let cookies = parts
            .headers
            .get(header::COOKIE)
            .and_then(|value| value.to_str().ok());
        let large = cookies.is_some_and(|c| c.split(';').any(|pair| pair.trim() == "type=large"));
        let caller = parts.extensions.get::<Arc<Caller>>().cloned();
        let menu = parts.extensions.get::<MenuShown>().cloned();
        Ok(Frame {
            lang,
            large,
            caller,
            here: parts.uri.path().to_owned(),
            menu: menu.unwrap_or_default(),
        })
    }
}

/// Language of a request.
#[derive(Clone, Copy, Debug)]
pub struct RequestLang(pub Lang);

/// Renders a page.
pub fn show<T: Template>(page: &T) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            PageError::new(OpError::Bug(format!("template: {error}")), Lang::Zh).into_response()
        }
    }
}

/// A page that was made, with a status; else what hindered it.
pub fn made<T: Template>(page: Result<T, OpError>, status: StatusCode, lang: Lang) -> Response {
    match page {
        Ok(page) => (status, show(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// An error on its way to a person's page: what happened, what to do, a code.
pub struct PageError {
    error: OpError,
    lang: Lang,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    what: String,
    how: String,
    code: String,
}

impl PageError {
    /// An error, said in a language.
    pub fn new(error: OpError, lang: Lang) -> PageError {
        PageError { error, lang }
    }

    /// The key of its words.
    fn key(&self) -> &'static str {
        match &self.error {
            OpError::NotSignedIn | OpError::MustChangePassword => "error-H-SIGNIN",
            OpError::NoCode => "error-H-CODE",
            OpError::NotAllowed => "error-H-ROLE",
            OpError::NotFound => "error-H-NONE",
            OpError::CrossSite => "error-H-SITE",
            OpError::NotTaken { code: "H-FONT", .. } => "error-H-FONT",
            OpError::NotTaken {
                code: "H-EMPTY", ..
            } => "error-H-EMPTY",
            OpError::NotTaken { code: "H-MANY", .. } => "error-H-MANY",
            OpError::NotTaken {
                code: "H-FILTER", ..
            } => "error-H-FILTER",
            OpError::Unreadable(_) | OpError::NotTaken { .. } => "error-H-READ",
            OpError::TooLarge => "error-H-LARGE",
            OpError::KeyTaken | OpError::Stale => "error-stale",
            OpError::TooMany { .. } => "error-H-WAIT",
            OpError::Passing(_) => "error-passing",
            OpError::NoWrites(_) => "error-no-writes",
            OpError::Bug(_) => "error-H-FAULT",
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let code = fault_id(&self.error).unwrap_or_else(|| self.error.code().to_owned());
        let frame = Frame::bare(self.lang);
        let page = ErrorPage {
            what: text(self.lang, self.key()),
            how: text(self.lang, &format!("{}-do", self.key())),
            code: text_with(self.lang, "error-code", "code", code.clone()),
            frame,
        };
        let html = page.render().unwrap_or(code);
        let mut response = (self.error.status(), Html(html)).into_response();
        retry_after(&self.error, &mut response);
        response
    }
}

/// 303 to a page of ours, with a cookie.
pub fn redirect_with_cookie(to: &str, cookie: &str) -> Response {
    let place = if to.starts_with('/') && !to.starts_with("//") {
        to
    } else {
        "/"
    };
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, place.to_owned()),
            (header::SET_COOKIE, cookie.to_owned()),
        ],
    )
        .into_response()
}
