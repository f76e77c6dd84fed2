//! A form whose session had ended: nothing that was typed is lost. The page holds every field
//! again; after signing in (in another tab) one press sends them once more. What was typed goes
//! back to the browser that sent it and is kept nowhere else.

use crate::error::OpError;
use crate::page::{Frame, PageError};
use askama::Template;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use gatehouse_core::gate::wording::Lang;

/// Largest form that is held; files are chosen again.
const FORM_BYTES_MOST: usize = 256 << 10;

#[derive(Template)]
#[template(path = "kept_form.html")]
struct KeptForm {
    frame: Frame,
    /// Where to sign in, or to type the code, meanwhile.
    sign_in: &'static str,
    action: String,
    fields: Vec<(String, String)>,
}

/// The page that keeps what was typed, for an ordinary form; else the plain error.
pub async fn show(request: Request, sign_in: &'static str, lang: Lang) -> Response {
    let plain = || PageError::new(OpError::NotSignedIn, lang).into_response();
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    if !is_form {
        return plain();
    }
    let action = request.uri().to_string();
    let Ok(body) = axum::body::to_bytes(request.into_body(), FORM_BYTES_MOST).await else {
        return plain();
    };
    let page = KeptForm {
        frame: Frame::bare(lang),
        sign_in,
        action,
        fields: fields(&body),
    };
    match page.render() {
        Ok(html) => (StatusCode::UNAUTHORIZED, Html(html)).into_response(),
        Err(_) => plain(),
    }
}

fn fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body)
        // A password is typed again.
        .filter(|(name, _)| !name.contains("password"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_comes_back_in_its_order_but_passwords() {
        let body = "name=%E7%8E%8B+%3C&password=x&choice=a&choice=b&empty=".as_bytes();
        let pairs = fields(body);
        let expected = [
            ("name", "王 <"),
            ("choice", "a"),
            ("choice", "b"),
            ("empty", ""),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs, expected);
    }
}
