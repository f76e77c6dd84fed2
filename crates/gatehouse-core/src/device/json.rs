//! The border to the page: JSON in, JSON out, whatever comes in.

use super::read_json::read_request;
use super::screen::{Counts, Header, Output, Screen, ScreenKind, Sound};
use super::view::code;
use super::write_json::write_output;
use super::{Device, step, words};
use crate::digits::BASE64;
use crate::gate::wording::{Lang, sentence};
use crate::gate::{Policy, Situation, decide, json};
use crate::json::{Json, Writer};
use crate::moment::Moment;

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
            ..device.tally.shown(0, Moment::new(0, 0))
        },
        thermometer: device.thermometer_shown(lang),
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
            let rows = |positions: &[u16]| {
                let rows = policy.as_ref().map_or(&[][..], Policy::rows);
                let known = positions.iter().filter_map(|at| rows.get(usize::from(*at)));
                Json::List(known.map(|row| row.id.as_str().into()).collect())
            };
            let steps = decision.steps().into_iter();
            let steps = steps.map(|step| step.name().as_str().into());
            Json::object([
                ("verdict", decision.verdict.name().into()),
                ("reasons", rows(&decision.reasons)),
                ("applied", rows(&decision.applied)),
                ("steps", Json::List(steps.collect())),
            ])
        }
        Err(error) => Json::object([("error", error.as_str().into())]),
    };
    let mut writer = Writer::default();
    writer.value(&answer);
    writer.finish()
}

/// `{policy_base64?, moment, skew_minutes?, facts}`.
fn read_vector(request: &[u8]) -> Result<(Situation, Option<Policy>), String> {
    let vector = Json::parse(request);
    let vector = vector
        .as_ref()
        .and_then(Json::as_object)
        .ok_or("no vector")?;
    let text = |name: &str| vector.get(name).and_then(Json::as_text);
    let policy = match text("policy_base64") {
        Some(base64) => {
            let bytes = BASE64.decode(base64.as_bytes()).ok_or("policy_base64")?;
            Some(Policy::read(&bytes).map_err(|error| error.to_string())?)
        }
        None => None,
    };
    let moment = text("moment").and_then(Moment::parse);
    let mut situation = Situation::new(moment.ok_or("moment")?);
    let skew = vector.get("skew_minutes").and_then(Json::as_count);
    situation.skew_minutes = u16::try_from(skew.unwrap_or(0)).unwrap_or(u16::MAX);
    let facts = vector.get("facts").and_then(Json::as_object);
    json::read_facts(&mut situation, facts.ok_or("facts")?).map_err(|error| error.to_string())?;
    Ok((situation, policy))
}
