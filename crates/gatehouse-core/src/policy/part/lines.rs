//! One question a line, one answer a line: `{"id", …}` in, `{"id", …}` or
//! `{"id", "error": {"code", "message"}}` out.

use super::{Kind, Layers, answer};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Longest question that is read, in bytes.
pub const LINE_BYTES_MOST: u64 = 1 << 20;

/// Why a question has no answer. No message repeats a value that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `L001` no JSON, `L002` not in the form of its kind, `L003` about what no document says.
    pub code: &'static str,
    /// In words.
    pub message: String,
}

impl Refusal {
    /// A question whose form is right and whose values do not go together.
    pub(super) fn form(message: &str) -> Refusal {
        let message = message.to_owned();
        Refusal {
            code: "L002",
            message,
        }
    }

    /// A question about what no document says.
    pub(super) fn unsaid(message: &str) -> Refusal {
        let message = message.to_owned();
        Refusal {
            code: "L003",
            message,
        }
    }
}

/// Reads a question in the form of its kind.
pub(super) fn read_question<T: DeserializeOwned>(line: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(line).map_err(|error| unread(&error))
}

/// An answer as JSON.
pub(super) fn written(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).expect("answers have texts as keys and numbers that JSON has")
}

/// The parser's own message can repeat what was written; its place is enough.
fn unread(error: &serde_json::Error) -> Refusal {
    let column = error.column();
    match error.is_data() {
        true => Refusal {
            code: "L002",
            message: format!(
                "before column {column}: a key that is not known, missing or there twice, or a \
                 value that cannot stand there"
            ),
        },
        false => Refusal {
            code: "L001",
            message: format!("no JSON (column {column})"),
        },
    }
}

/// The answer to a line of more than [`LINE_BYTES_MOST`] bytes, which is not read.
pub fn too_long() -> Value {
    let message = format!("a line is at most {LINE_BYTES_MOST} bytes");
    json!({ "id": null, "error": { "code": "L004", "message": message } })
}

/// Answers one line.
pub fn answer_line(kind: Kind, layers: &Layers<'_>, line: &[u8]) -> Value {
    #[derive(Default, Deserialize)]
    struct Named {
        #[serde(default)]
        id: Value,
    }
    let id = serde_json::from_slice::<Named>(line).unwrap_or_default().id;
    match answer(kind, layers, line) {
        Ok(Value::Object(mut fields)) => {
            let mut answer = serde_json::Map::from_iter([("id".to_owned(), id)]);
            answer.append(&mut fields);
            Value::Object(answer)
        }
        Ok(other) => other,
        Err(refusal) => {
            json!({ "id": id, "error": { "code": refusal.code, "message": refusal.message } })
        }
    }
}
