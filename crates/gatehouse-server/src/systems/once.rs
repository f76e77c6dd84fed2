//! Writes of other systems, each done once: the same key with the same request gives the same
//! answer for a day, with another request it is refused. Whatever a write makes has ids that
//! follow from token and key, so that even a server that died between doing and answering does
//! not do it twice.

use crate::app::App;
use crate::auth::caller::Caller;
use crate::error::{ApiError, OpError};
use crate::ops::keep_request_key::{Taken, answer_key, give_back_key, take_key};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Shortest and longest key.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 8..=200;

/// A write that is to be done now.
pub struct Once {
    token: [u8; 16],
    key_hash: [u8; 32],
}

/// What to do with a write.
pub enum Begun {
    /// It is done now.
    Do(Once),
    /// It was done before: this was the answer.
    Answered(Response),
}

impl Once {
    /// Takes the key of a request.
    ///
    /// # Errors
    /// No key; a key that came with another request; one that is being worked on.
    pub async fn begin(
        app: &App,
        caller: &Caller,
        headers: &HeaderMap,
        route: &str,
        body: &[u8],
    ) -> Result<Begun, ApiError> {
        let key = headers.get("idempotency-key").map(|value| value.as_bytes());
        let key = key.filter(|key| KEY_BYTES.contains(&key.len()));
        let key = key.ok_or(OpError::Unreadable(
            "Idempotency-Key, 8 to 200 bytes".to_owned(),
        ))?;
        // Staff with a session have their pages.
        let token = caller.limit.as_ref().ok_or(OpError::NotTaken {
            code: "H-TOKEN",
            detail: "This is sent with a token.",
        })?;
        let token = token.token;
        let once = Once {
            token,
            key_hash: Sha256::digest(key).into(),
        };
        let request_hash = Sha256::new()
            .chain_update(route.as_bytes())
            .chain_update([0])
            .chain_update(body)
            .finalize();
        match take_key(app, once.token, once.key_hash, request_hash.into()).await? {
            Taken::New => Ok(Begun::Do(once)),
            Taken::Answered(status, answer) => Ok(Begun::Answered(answered(status, answer))),
        }
    }

    /// An id that follows from token and key.
    pub fn id(&self, what: &str) -> [u8; 16] {
        let hash = Sha256::new()
            .chain_update(self.token)
            .chain_update(self.key_hash)
            .chain_update(what.as_bytes())
            .finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        id
    }

    /// Keeps what came of it, and answers. What did not happen gives its key back.
    ///
    /// # Errors
    /// What came of it, where that is an error.
    pub async fn end<T: Serialize>(
        self,
        app: &App,
        end: Result<T, OpError>,
    ) -> Result<Response, ApiError> {
        match end {
            Ok(value) => {
                let text = serde_json::to_string(&value)
                    .map_err(|error| OpError::Bug(format!("an answer: {error}")))?;
                let status = i64::from(StatusCode::CREATED.as_u16());
                answer_key(app, self.token, self.key_hash, status, text.clone()).await?;
                Ok(answered(status, text))
            }
            Err(error) => {
                give_back_key(app, self.token, self.key_hash).await?;
                Err(error.into())
            }
        }
    }
}

fn answered(status: i64, text: String) -> Response {
    let status = u16::try_from(status).ok();
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status.unwrap_or(StatusCode::CREATED), kind, text).into_response()
}
