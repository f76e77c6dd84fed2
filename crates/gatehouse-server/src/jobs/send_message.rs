//! Sends a message: by the first channel that reaches the person. What passes is tried again;
//! what does not is tried by the next channel, and the last of them reaches everybody.

use super::{Failure, Next, Work};
use crate::app::App;
use crate::locale::text;
use crate::message::Message;
use crate::message::channel::{Carried, Channel, Letter, NotCarried, channels};
pub use crate::ops::send_message::KIND;
use crate::ops::send_message::{Opened, note_message, open_message, read_payload, waiting};
use gatehouse_core::gate::wording::Lang;
use gatehouse_store::message::MessageState;
use gatehouse_store::person::{PersonField, PersonPlain};
use zeroize::Zeroizing;

/// Sends one message.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    let (shard, message) = read_payload(&work.job.payload).ok_or(Failure::lasting("payload"))?;
    let fields = channels(&app.config, false);
    let fields: Vec<PersonField> = fields.iter().filter_map(|c| c.address_field()).collect();
    let opened = open_message(&app, shard, message, fields).await?;
    let Some(Opened { row, plain }) = opened else {
        return Ok(Next::Done);
    };
    let given_up = |word: &str| state("given_up", row.state.channel.as_deref(), Some(word));
    let plain = match plain {
        Ok(plain) => plain,
        Err(word) => {
            note_message(&app, shard, message, given_up(word)).await?;
            return Ok(Next::Done);
        }
    };
    let Ok(content) = serde_json::from_str::<Message>(&row.slots) else {
        note_message(&app, shard, message, given_up("unreadable")).await?;
        return Ok(Next::Done);
    };
    let lang = if row.language == "en" {
        Lang::En
    } else {
        Lang::Zh
    };
    let letter = Letter {
        subject: text(lang, "message-subject"),
        text: content.text(lang),
    };
    let all = channels(&app.config, content.waits_on_page());
    let (end, failure) = carry(&all, &plain, &letter, work.is_last).await;
    note_message(&app, shard, message, end).await?;
    match failure {
        Some(word) => Err(Failure::passing(word)),
        None => Ok(Next::Done),
    }
}

/// Tries the channels; the state to write down, and a word where it is to be tried again.
async fn carry(
    all: &[Box<dyn Channel>],
    plain: &PersonPlain,
    letter: &Letter,
    is_last: bool,
) -> (MessageState, Option<&'static str>) {
    let mut before = None;
    for channel in all {
        let Some(address) = address(channel.as_ref(), plain) else {
            continue;
        };
        match channel.carry(&address, letter).await {
            Ok(Carried::Sent) => return (state("sent", Some(channel.word()), before), None),
            Ok(Carried::ToPrint) => {
                let failure = before.map(str::to_owned);
                let waiting = waiting(Some(channel.word()));
                return (MessageState { failure, ..waiting }, None);
            }
            Err(NotCarried { word, is_final }) if is_final || is_last => before = Some(word),
            Err(NotCarried { word, .. }) => {
                return (
                    state("failed", Some(channel.word()), Some(word)),
                    Some(word),
                );
            }
        }
    }
    (state("given_up", None, before.or(Some("no_channel"))), None)
}

fn address(channel: &dyn Channel, plain: &PersonPlain) -> Option<Zeroizing<String>> {
    let address = match channel.address_field() {
        None => return Some(Zeroizing::default()),
        Some(PersonField::Phone) => plain.phone.as_ref(),
        Some(PersonField::Email) => plain.email.as_ref(),
        Some(_) => None,
    };
    let address = address.filter(|address| !address.trim().is_empty())?;
    Some(Zeroizing::new(address.clone()))
}

fn state(word: &str, channel: Option<&str>, failure: Option<&str>) -> MessageState {
    MessageState {
        word: word.to_owned(),
        channel: channel.map(str::to_owned),
        failure: failure.map(str::to_owned),
    }
}
