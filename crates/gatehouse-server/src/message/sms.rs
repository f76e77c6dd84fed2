//! SMS by a gateway that takes a POST: address, body and secret are in the settings.

use super::channel::{Carried, Carrying, Channel, Letter, NotCarried};
use crate::config::Config;
use crate::outbound::{Inside, Target, post};
use gatehouse_store::person::PersonField;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// A gateway.
pub struct Sms {
    target: Target,
    body: String,
    secret_file: Option<PathBuf>,
}

impl Sms {
    /// The gateway of the settings.
    pub fn of(config: &Config) -> Option<Sms> {
        Some(Sms {
            target: Target::parse(config.sms_url.as_deref()?)?,
            body: config.sms_body.clone(),
            secret_file: config.sms_secret_file.clone(),
        })
    }

    async fn send(&self, phone: &str, text: &str) -> Result<Carried, NotCarried> {
        let passing = |word| NotCarried {
            word,
            is_final: false,
        };
        let secret = match &self.secret_file {
            None => None,
            Some(path) => {
                let text = tokio::fs::read_to_string(path).await.map(Zeroizing::new);
                let text = text.map_err(|_| passing("no_secret"))?;
                Some(Zeroizing::new(text.trim().to_owned()))
            }
        };
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if let Some(secret) = &secret
            && !self.body.contains("{secret}")
        {
            headers.push(("authorization", format!("Bearer {}", &**secret)));
        }
        let secret = secret.as_ref().map_or("", |secret| secret.as_str());
        let body = fill(
            &self.body,
            &[("phone", phone), ("text", text), ("secret", secret)],
        );
        let sent = post(&self.target, Inside::Trusted, &headers, body.into_bytes()).await;
        sent.map(|()| Carried::Sent).map_err(|word| NotCarried {
            word,
            // The gateway has read it and does not want it: a number that is none.
            is_final: word == "not_taken",
        })
    }
}

impl Channel for Sms {
    fn word(&self) -> &'static str {
        "sms"
    }

    fn address_field(&self) -> Option<PersonField> {
        Some(PersonField::Phone)
    }

    fn carry<'a>(&'a self, address: &'a str, letter: &'a Letter) -> Carrying<'a> {
        Box::pin(self.send(address, &letter.text))
    }
}

/// Puts values into a template in one pass, each as the inside of a JSON string: what a value
/// holds is never read as a slot or as JSON.
fn fill(template: &str, slots: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 128);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let slot = slots.iter().find_map(|(name, value)| {
            let after = from.strip_prefix('{')?.strip_prefix(name)?;
            Some((value, after.strip_prefix('}')?))
        });
        match slot {
            Some((value, after)) => {
                let quoted = serde_json::Value::from(*value).to_string();
                filled.push_str(&quoted[1..quoted.len() - 1]);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = &from[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_template_stays_the_json_that_it_was() {
        let template =
            r#"{"to":"{phone}","data":{"text":"{text}"},"key":"{secret}","x":"{other}"}"#;
        let text = "\"},\"to\":\"{phone}\" \\ \n 您好";
        let slots = [("phone", "0000"), ("text", text), ("secret", "a\"b")];
        let filled: serde_json::Value =
            serde_json::from_str(&fill(template, &slots)).expect("JSON");
        let expected = serde_json::json!({
            "to": "0000", "data": { "text": text }, "key": "a\"b", "x": "{other}"
        });
        assert_eq!(filled, expected);
    }
}
