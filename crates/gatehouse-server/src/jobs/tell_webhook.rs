//! Tells a subscription what waits for it, one thing after the other in its order, signed as
//! Standard Webhooks has it. A thing that does not go holds up those behind it: order before speed.

use super::{Failure, MINUTE, Next, Work};
use crate::app::App;
pub use crate::ops::tell_webhook::KIND;
use crate::ops::tell_webhook::{
    ToTell, next_to_tell, note_not_told, note_told, open_secret, read_payload,
};
use crate::outbound::{Inside, Network, Target, post};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How long after the last thing the next ones are looked for.
const IDLE_MILLIS: i64 = 5_000;

/// Tells what waits, for at most a minute.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    let webhook = read_payload(&work.job.payload).ok_or(Failure::lasting("payload"))?;
    let until = app.world.now_millis() + MINUTE;
    let networks = app.config.webhook_networks.iter();
    let networks: Vec<Network> = networks.filter_map(|text| Network::parse(text)).collect();
    loop {
        let Some((row, things)) = next_to_tell(&app, webhook).await? else {
            return Ok(Next::Done);
        };
        let is_all = things.is_empty();
        let target = Target::parse(&row.url).ok_or(Failure::lasting("no_address"))?;
        let secret = open_secret(&app, &row).await?;
        for ToTell { row, id, body } in things {
            let was_sent = body.is_some();
            if let Some(body) = body {
                let seconds = app.world.now_millis().div_euclid(1_000);
                let headers = headers(&secret, &id, seconds, &body);
                let inside = Inside::Networks(&networks);
                let sent = post(&target, inside, &headers, body.into_bytes()).await;
                if let Err(word) = sent {
                    note_not_told(&app, webhook, word).await?;
                    return Err(Failure::passing(word));
                }
            }
            note_told(&app, webhook, row, was_sent).await?;
        }
        let now = app.world.now_millis();
        if is_all || now >= until {
            let at = if is_all { now + IDLE_MILLIS } else { now };
            let payload = work.job.payload;
            return Ok(Next::Step { at, payload });
        }
    }
}

/// The headers of a delivery: whoever knows the secret can tell that it is ours and when it left.
fn headers(secret: &[u8], id: &str, seconds: i64, body: &str) -> [(&'static str, String); 4] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    let signature = BASE64.encode(&mac.finalize().into_bytes());
    [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_published_example() {
        // From the specification of Standard Webhooks, "signature scheme".
        let secret = BASE64
            .decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .expect("base64");
        let body = r#"{"test": 2432232314}"#;
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let headers = headers(&secret, id, 1_614_265_330, body);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(headers[3], ("webhook-signature", expected.to_owned()));
    }
}
