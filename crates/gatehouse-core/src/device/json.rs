//! The border to the page: JSON in, JSON out, whatever comes in.

use super::input::REQUEST_BYTES_MOST;
use super::screen::{Counts, Header, Output, Screen, ScreenKind, Sound};
use super::view::code;
use super::{Device, Request, step, words};
use crate::gate::wording::{Lang, sentence};
use crate::gate::{Policy, Situation, decide, json};
use crate::moment::Moment;
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One step over JSON. A request that cannot be read changes nothing and is answered with a
/// message whose code says so; its text is never repeated.
pub fn respond(device: Device, request: &[u8]) -> (Device, Vec<u8>) {
    let read = match request.len() {
        0..=REQUEST_BYTES_MOST => serde_json::from_slice::<Request>(request).ok(),
        _ => None,
    };
    let (device, output) = match read {
        Some(request) => step(device, &request),
        None => {
            let output = unreadable(&device);
            (device, output)
        }
    };
    let bytes = serde_json::to_vec(&output).expect("an output has only string keys");
    (device, bytes)
}

fn unreadable(device: &Device) -> Output {
    let lang = Lang::Zh;
    let mut screen = Screen::plain(ScreenKind::Message, lang.pick(words::ERROR_TITLE));
    let text = lang.pick(words::ERROR_INPUT);
    screen.sentences.push(sentence(text, lang, &|_| None));
    screen.code = Some(code::REQUEST.to_owned());
    Output {
        screen,
        append: vec![],
        head_to_sign_base64: None,
        sound: Some(Sound::Message),
        vibrate: vec![],
        counts: Counts {
            unsent: device.chain.unsent(),
            ..device.tally.shown(0)
        },
        header: Header::default(),
        recent: vec![],
        forget_through: 0,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(default)]
    policy_base64: Option<String>,
    moment: String,
    #[serde(default)]
    skew_minutes: u16,
    facts: Map<String, Value>,
}

/// Decides one case of the shared vectors, so that native and WASM can be compared: the policy in
/// force (compiled), the moment and the facts in; verdict, rows and steps out.
pub fn decide_vector(request: &[u8]) -> Vec<u8> {
    let answer = match read_vector(request) {
        Ok((situation, policy)) => {
            let decision = decide(&situation, policy.as_ref());
            let rows = |positions: &[u16]| -> Vec<Value> {
                let rows = policy.as_ref().map_or(&[][..], Policy::rows);
                let known = positions.iter().filter_map(|at| rows.get(usize::from(*at)));
                known.map(|row| json!(row.id)).collect()
            };
            json!({
                "verdict": decision.verdict,
                "reasons": rows(&decision.reasons),
                "applied": rows(&decision.applied),
                "steps": decision.steps(),
            })
        }
        Err(error) => json!({ "error": error }),
    };
    serde_json::to_vec(&answer).expect("an answer has only string keys")
}

fn read_vector(request: &[u8]) -> Result<(Situation, Option<Policy>), String> {
    let vector: Vector = serde_json::from_slice(request).map_err(|_| "no vector".to_owned())?;
    let policy = match &vector.policy_base64 {
        Some(base64) => {
            let bytes = BASE64.decode(base64.as_bytes());
            let bytes = bytes.map_err(|_| "policy_base64".to_owned())?;
            Some(Policy::read(&bytes).map_err(|error| error.to_string())?)
        }
        None => None,
    };
    let moment = Moment::parse(&vector.moment).ok_or("moment")?;
    let mut situation = Situation::new(moment);
    situation.skew_minutes = vector.skew_minutes;
    json::read_facts(&mut situation, &vector.facts).map_err(|error| error.to_string())?;
    Ok((situation, policy))
}
