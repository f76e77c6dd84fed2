//! What can go wrong, and what a person or a program is told about it.
//!
//! `ops` return [`OpError`]; [`AppError`] adds in which form the caller reads (page or
//! problem+json) and maps to a status. A bug is a 500 with an id; its details go to the log
//! only. No message repeats what somebody typed.

use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatehouse_store::StoreError;
use serde::Serialize;

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// Nobody is signed in, or no longer.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// A resident's page without its code, or with one that has ended.
    #[error("no code of a resident's page")]
    NoCode,
    /// The first password has not been changed yet.
    #[error("the first password must be changed")]
    MustChangePassword,
    /// Signed in, may know that the thing exists, may not do this.
    #[error("the role does not allow this")]
    NotAllowed,
    /// It does not exist, or the caller may not know that it does.
    #[error("not there")]
    NotFound,
    /// Sent by another site's page.
    #[error("a request from another site")]
    CrossSite,
    /// What was sent cannot be read. The text names the place, never a value.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// More was sent than is taken.
    #[error("too much was sent")]
    TooLarge,
    /// It was read, and is against a rule that the caller can mend.
    #[error("not taken: {code}")]
    NotTaken {
        /// Short, stable, read out on the phone.
        code: &'static str,
        /// What to do, for problem+json.
        detail: &'static str,
    },
    /// A key of another system that came with another request before.
    #[error("the key belongs to another request")]
    KeyTaken,
    /// Somebody else changed it meanwhile.
    #[error("somebody else changed this meanwhile")]
    Stale,
    /// Too many attempts; how many seconds to wait.
    #[error("too many attempts")]
    TooMany {
        /// Seconds.
        wait_seconds: u64,
    },
    /// The same will work in a moment.
    #[error("not possible for a moment: {0}")]
    Passing(&'static str),
    /// The disk takes no writes; a person must see to it.
    #[error("the database takes no writes: {0}")]
    NoWrites(&'static str),
    /// Our own mistake.
    #[error("a fault inside the program: {0}")]
    Bug(String),
}

impl OpError {
    /// Short, stable, read out on the phone.
    pub fn code(&self) -> &'static str {
        match self {
            OpError::NotSignedIn => "H-SIGNIN",
            OpError::NoCode => "H-CODE",
            OpError::MustChangePassword => "H-PASSWORD",
            OpError::NotAllowed => "H-ROLE",
            OpError::NotFound => "H-NONE",
            OpError::CrossSite => "H-SITE",
            OpError::Unreadable(_) => "H-READ",
            OpError::TooLarge => "H-LARGE",
            OpError::NotTaken { code, .. } => code,
            OpError::KeyTaken => "H-KEY",
            OpError::Stale => "S-STALE",
            OpError::TooMany { .. } => "H-WAIT",
            OpError::Passing(code) | OpError::NoWrites(code) => code,
            OpError::Bug(_) => "H-FAULT",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            OpError::NotSignedIn | OpError::NoCode => StatusCode::UNAUTHORIZED,
            OpError::MustChangePassword | OpError::NotAllowed | OpError::CrossSite => {
                StatusCode::FORBIDDEN
            }
            OpError::NotFound => StatusCode::NOT_FOUND,
            OpError::Unreadable(_) => StatusCode::BAD_REQUEST,
            OpError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            OpError::NotTaken { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            OpError::KeyTaken | OpError::Stale => StatusCode::CONFLICT,
            OpError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            OpError::Passing(_) | OpError::NoWrites(_) => StatusCode::SERVICE_UNAVAILABLE,
            OpError::Bug(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            OpError::NotSignedIn => "Sign in first",
            OpError::NoCode => "Give the code of the page first",
            OpError::MustChangePassword => "Change the first password",
            OpError::NotAllowed => "The role does not allow this",
            OpError::NotFound => "Not there",
            OpError::CrossSite => "A request from another site",
            OpError::Unreadable(_) => "What was sent cannot be read",
            OpError::TooLarge => "Too much was sent",
            OpError::NotTaken { .. } => "Not taken",
            OpError::KeyTaken => "This key came with another request before",
            OpError::Stale => "Somebody else changed this meanwhile",
            OpError::TooMany { .. } => "Too many attempts; wait a little",
            OpError::Passing(_) => "Busy for a moment; send it again",
            OpError::NoWrites(_) => "The database takes no writes",
            OpError::Bug(_) => "A fault inside the program",
        }
    }

    fn detail(&self) -> String {
        match self {
            OpError::Unreadable(place) => place.clone(),
            OpError::NotTaken { detail, .. } => (*detail).to_owned(),
            OpError::TooMany { wait_seconds } => format!("Try again in {wait_seconds} seconds."),
            OpError::Passing(_) => "Nothing was changed; nothing is lost.".to_owned(),
            _ => String::new(),
        }
    }
}

impl From<StoreError> for OpError {
    fn from(error: StoreError) -> OpError {
        match error {
            StoreError::Stale => OpError::Stale,
            StoreError::ReadOnly | StoreError::DiskFull => OpError::NoWrites(error.code()),
            error if error.is_passing() => OpError::Passing(error.code()),
            error => OpError::Bug(format!("{}: {error}", error.code())),
        }
    }
}

impl From<JsonRejection> for OpError {
    fn from(rejection: JsonRejection) -> OpError {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => OpError::TooLarge,
            // What axum says names the place and the kind of fault, and may repeat a value.
            _ => OpError::Unreadable("the body must be the JSON that this route takes".to_owned()),
        }
    }
}

/// A problem for programs (RFC 9457).
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    code: &'static str,
    status: u16,
    /// Of a fault: the id under which the log has the details.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// An error of a route that programs call: problem+json.
#[derive(Debug)]
pub struct ApiError(pub OpError);

impl<E: Into<OpError>> From<E> for ApiError {
    fn from(error: E) -> ApiError {
        ApiError(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.0.status();
        let problem = Problem {
            kind: format!("urn:gatehouse:{}", self.0.code()),
            title: self.0.title(),
            detail: self.0.detail(),
            code: self.0.code(),
            status: status.as_u16(),
            id: fault_id(&self.0),
        };
        let mut response = (status, axum::Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        retry_after(&self.0, &mut response);
        response
    }
}

/// Tells the log of a bug and gives the id that the caller is shown.
pub fn fault_id(error: &OpError) -> Option<String> {
    let OpError::Bug(details) = error else {
        return None;
    };
    let id = short_id();
    tracing::error!(fault = id, details, "a fault");
    Some(id)
}

// Counted, with the process's start: unique enough to find a line in the log, says nothing.
fn short_id() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("F{:05}-{number}", std::process::id())
}

/// Says in a header when trying again makes sense.
pub fn retry_after(error: &OpError, response: &mut Response) {
    let seconds = match error {
        OpError::TooMany { wait_seconds } => *wait_seconds,
        OpError::Passing(_) => 1,
        _ => return,
    };
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_store_keep_their_meaning() {
        let table = [
            (StoreError::Stale, 409, "S-STALE"),
            (StoreError::Busy, 503, "S-BUSY"),
            (StoreError::Conflict, 503, "S-CONFLICT"),
            (StoreError::ReadOnly, 503, "S-READONLY"),
            (StoreError::DiskFull, 503, "S-FULL"),
            (StoreError::Panicked, 500, "H-FAULT"),
        ];
        for (error, status, code) in table {
            let error = OpError::from(error);
            assert_eq!((error.status().as_u16(), error.code()), (status, code));
        }
    }
}
