//! What goes to people (PUB-2): a closed list of texts with typed slots, and the channels that
//! carry them. A text holds no name and nothing about anybody's health: whoever reads it over
//! somebody's shoulder learns that there is something to do, no more.

pub mod channel;
mod email;
mod slots;
mod sms;

pub use slots::{Mend, Place, Tel, When};

use crate::locale::{text, text_filled};
use gatehouse_core::gate::wording::Lang;
use serde::{Deserialize, Serialize};

/// A message with what fills its text. It is kept as it stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Message {
    /// A pass can be collected.
    PassReady {
        /// Where.
        office: Place,
        /// Whom to ask.
        phone: Tel,
    },
    /// An application was not approved.
    ApplicationRefused {
        /// What to mend.
        mend: Mend,
        /// Whom to ask.
        phone: Tel,
    },
    /// A tenant applied; the landlord is asked.
    LandlordWanted {
        /// Where to say yes or no.
        phone: Tel,
    },
    /// A visitor stands at the gate until the household says yes.
    VisitorWaits {
        /// Which gate.
        gate: Place,
        /// Where to say yes or no.
        phone: Tel,
    },
    /// A new pass takes the place of one that no longer counts, and can be collected.
    PassReplaced {
        /// Where.
        office: Place,
        /// Whom to ask.
        phone: Tel,
    },
    /// A pass is written down as lost; it still counts until the office ends it.
    PassLost {
        /// Whom to tell when it turns up.
        phone: Tel,
    },
    /// A pass was ended, and there is no new one.
    PassEnded {
        /// Whom to ask.
        phone: Tel,
    },
    /// A complaint was answered, or a correction made in part; the answer is on the person's page.
    RequestAnswered {
        /// Whom to ask.
        phone: Tel,
    },
    /// Their record is to be erased; until then they can object.
    ErasurePlanned {
        /// From when on.
        when: When,
        /// Whom to ask.
        phone: Tel,
    },
    /// To a visitor: the household says yes.
    VisitAgreed {
        /// Which gate.
        gate: Place,
        /// Whom to ask.
        phone: Tel,
    },
    /// To a visitor: the household does not see them now.
    VisitDeclined {
        /// Which gate.
        gate: Place,
        /// Whom to ask.
        phone: Tel,
    },
    /// A correction was made as asked.
    CorrectionMade {
        /// Whom to ask.
        phone: Tel,
    },
    /// A correction was not made; the reason is on the person's page.
    CorrectionRefused {
        /// Whom to ask.
        phone: Tel,
    },
}

/// Most characters of a text: what fits into one SMS that is not plain Latin.
pub const CHARACTERS_MOST: usize = 70;

impl Message {
    /// Its word, and the end of its text's key.
    pub const fn kind(&self) -> &'static str {
        match self {
            Message::PassReady { .. } => "pass_ready",
            Message::ApplicationRefused { .. } => "application_refused",
            Message::LandlordWanted { .. } => "landlord_wanted",
            Message::VisitorWaits { .. } => "visitor_waits",
            Message::PassReplaced { .. } => "pass_replaced",
            Message::PassLost { .. } => "pass_lost",
            Message::PassEnded { .. } => "pass_ended",
            Message::RequestAnswered { .. } => "request_answered",
            Message::ErasurePlanned { .. } => "erasure_planned",
            Message::VisitAgreed { .. } => "visit_agreed",
            Message::VisitDeclined { .. } => "visit_declined",
            Message::CorrectionMade { .. } => "correction_made",
            Message::CorrectionRefused { .. } => "correction_refused",
        }
    }

    /// Whether it answers what somebody asked for on a page of theirs, so that it waits for them
    /// there.
    pub const fn waits_on_page(&self) -> bool {
        matches!(
            self,
            Message::CorrectionMade { .. }
                | Message::CorrectionRefused { .. }
                | Message::RequestAnswered { .. }
                | Message::VisitAgreed { .. }
                | Message::VisitDeclined { .. }
        )
    }

    /// The text in a language.
    pub fn text(&self, lang: Lang) -> String {
        let key = format!("message-text-{}", self.kind());
        match self {
            Message::PassReady { office, phone } | Message::PassReplaced { office, phone } => {
                text_filled(
                    lang,
                    &key,
                    &[("office", office.text()), ("phone", phone.text())],
                )
            }
            Message::ApplicationRefused { mend, phone } => {
                let mend = text(lang, mend.text_key());
                text_filled(lang, &key, &[("mend", &mend), ("phone", phone.text())])
            }
            Message::VisitorWaits { gate, phone }
            | Message::VisitAgreed { gate, phone }
            | Message::VisitDeclined { gate, phone } => text_filled(
                lang,
                &key,
                &[("gate", gate.text()), ("phone", phone.text())],
            ),
            Message::ErasurePlanned { when, phone } => {
                let when = when.text(lang);
                text_filled(lang, &key, &[("when", &when), ("phone", phone.text())])
            }
            Message::LandlordWanted { phone }
            | Message::PassLost { phone }
            | Message::PassEnded { phone }
            | Message::RequestAnswered { phone }
            | Message::CorrectionMade { phone }
            | Message::CorrectionRefused { phone } => {
                text_filled(lang, &key, &[("phone", phone.text())])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every message with the longest slots that there can be.
    fn longest() -> Vec<Message> {
        let place = || Place::new(&"槐".repeat(40));
        let phone = || Tel::new("0371-12345678-9012345");
        let when = When {
            millis: 1_606_559_400_000,
            offset_minutes: 480,
        };
        let mut all = vec![
            Message::PassReady {
                office: place(),
                phone: phone(),
            },
            Message::PassReplaced {
                office: place(),
                phone: phone(),
            },
            Message::PassLost { phone: phone() },
            Message::LandlordWanted { phone: phone() },
            Message::VisitorWaits {
                gate: place(),
                phone: phone(),
            },
            Message::ErasurePlanned {
                when,
                phone: phone(),
            },
            Message::VisitAgreed {
                gate: place(),
                phone: phone(),
            },
            Message::VisitDeclined {
                gate: place(),
                phone: phone(),
            },
            Message::PassEnded { phone: phone() },
            Message::RequestAnswered { phone: phone() },
            Message::CorrectionMade { phone: phone() },
            Message::CorrectionRefused { phone: phone() },
        ];
        all.extend(Mend::ALL.map(|mend| Message::ApplicationRefused {
            mend,
            phone: phone(),
        }));
        all
    }

    #[test]
    fn every_text_fits_into_one_sms_with_its_longest_slots() {
        for message in longest() {
            for lang in [Lang::Zh, Lang::En] {
                let text = message.text(lang);
                let characters = text.encode_utf16().count();
                assert!(characters <= CHARACTERS_MOST, "{characters}: {text}");
                assert!(!text.contains("message-"), "{text}");
                assert!(!text.contains('{') && !text.contains('$'), "{text}");
                assert!(text.contains("0371-12345678"), "{text}");
            }
        }
    }

    #[test]
    fn what_is_kept_reads_back_and_nothing_else_does() {
        for message in longest() {
            let kept = serde_json::to_string(&message).expect("serialises");
            assert!(kept.contains(message.kind()), "{kept}");
            let back: Message = serde_json::from_str(&kept).expect("reads back");
            assert_eq!(back, message);
        }
        for other in [
            "{}",
            r#"{"kind":"pass_ready","office":"a","phone":"1","name":"张桂芳"}"#,
            r#"{"kind":"greeting","phone":"1"}"#,
        ] {
            assert!(serde_json::from_str::<Message>(other).is_err(), "{other}");
        }
    }
}
