//! The border to the page: JSON in, JSON out, whatever comes in.

use super::read_json::read_request;
use super::screen::{Counts, Header, Output, Screen, ScreenKind, Sound};
use super::view::code;
use super::write_json::{verdict as verdict_name, write_output, write_value};
use super::{Device, step, words};
use crate::digits::BASE64;
use crate::gate::wording::{Lang, sentence};
use crate::gate::{Policy, Situation, decide, json};
use crate::moment::Moment;
use serde_json::{Map, Value};

/// One step over JSON. A request that cannot be read changes nothing and is answered with a
/// message whose code says so; its text is never repeated.
pub fn respond(device: Device, request: &[u8]) -> (Device, Vec<u8>) {
    let read = read_request(request);
    let (device, output) = match read {
        Some(request) => step(device, &request),
        None => {
            let output = unreadable(&device);
            (device, output)
        }
    };
    let bytes = write_output(&output);
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

/// Decides one case of the shared vectors, so that native and WASM can be compared: the policy in
/// force (compiled), the moment and the facts in; verdict, rows and steps out.
pub fn decide_vector(request: &[u8]) -> Vec<u8> {
    let answer = match read_vector(request) {
        Ok((situation, policy)) => {
            let decision = decide(&situation, policy.as_ref());
            let rows = |positions: &[u16]| -> Vec<Value> {
                let rows = policy.as_ref().map_or(&[][..], Policy::rows);
                let known = positions.iter().filter_map(|at| rows.get(usize::from(*at)));
                known.map(|row| Value::from(row.id.as_str())).collect()
            };
            let steps = decision.steps().into_iter();
            object([
                ("verdict", verdict_name(decision.verdict).into()),
                ("reasons", rows(&decision.reasons).into()),
                ("applied", rows(&decision.applied).into()),
                (
                    "steps",
                    steps.map(|step| Value::from(step.name())).collect(),
                ),
            ])
        }
        Err(error) => object([("error", error.into())]),
    };
    write_value(&answer)
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let owned = fields.map(|(name, value)| (name.to_owned(), value));
    Value::Object(Map::from_iter(owned))
}

/// `{policy_base64?, moment, skew_minutes?, facts}`.
fn read_vector(request: &[u8]) -> Result<(Situation, Option<Policy>), String> {
    let vector: Value = serde_json::from_slice(request).map_err(|_| "no vector".to_owned())?;
    let policy = match vector["policy_base64"].as_str() {
        Some(base64) => {
            let bytes = BASE64.decode(base64.as_bytes()).ok_or("policy_base64")?;
            Some(Policy::read(&bytes).map_err(|error| error.to_string())?)
        }
        None => None,
    };
    let moment = vector["moment"].as_str().and_then(Moment::parse);
    let mut situation = Situation::new(moment.ok_or("moment")?);
    let skew = vector["skew_minutes"].as_u64().unwrap_or(0);
    situation.skew_minutes = u16::try_from(skew).unwrap_or(u16::MAX);
    let facts = vector["facts"].as_object().ok_or("facts")?;
    json::read_facts(&mut situation, facts).map_err(|error| error.to_string())?;
    Ok((situation, policy))
}
