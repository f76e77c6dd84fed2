//! The ways in which a message reaches somebody, behind one trait. Which of them there are is in
//! the settings; the slip is always there.

use super::email::Email;
use super::sms::Sms;
use crate::config::Config;
use gatehouse_store::person::PersonField;
use std::pin::Pin;

/// What is carried.
#[derive(Clone, Debug)]
pub struct Letter {
    /// For channels that have one.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a channel did not carry a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCarried {
    /// A word from a list: no address, nobody's words.
    pub word: &'static str,
    /// This channel will not carry it later either.
    pub is_final: bool,
}

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It is on its way, or where it will be looked at.
    Sent,
    /// Somebody has to print it and hand it over.
    ToPrint,
}

/// The carrying of a letter.
pub type Carrying<'a> = Pin<Box<dyn Future<Output = Result<Carried, NotCarried>> + Send + 'a>>;

/// A way to reach somebody.
pub trait Channel: Send + Sync {
    /// Its word.
    fn word(&self) -> &'static str;

    /// What of a person's record it needs; `None` where it reaches everybody.
    fn address_field(&self) -> Option<PersonField>;

    /// Carries a letter to an address, which is empty where none is needed.
    fn carry<'a>(&'a self, address: &'a str, letter: &'a Letter) -> Carrying<'a>;
}

/// The page that somebody opens by their link: it shows what waits for them.
struct Page;

impl Channel for Page {
    fn word(&self) -> &'static str {
        "page"
    }

    fn address_field(&self) -> Option<PersonField> {
        None
    }

    fn carry<'a>(&'a self, _: &'a str, _: &'a Letter) -> Carrying<'a> {
        Box::pin(async { Ok(Carried::Sent) })
    }
}

/// A printed slip under the door.
struct Slip;

impl Channel for Slip {
    fn word(&self) -> &'static str {
        "slip"
    }

    fn address_field(&self) -> Option<PersonField> {
        None
    }

    fn carry<'a>(&'a self, _: &'a str, _: &'a Letter) -> Carrying<'a> {
        Box::pin(async { Ok(Carried::ToPrint) })
    }
}

/// The channels to try, in their order; the last reaches everybody.
pub fn channels(config: &Config, waits_on_page: bool) -> Vec<Box<dyn Channel>> {
    let mut all: Vec<Box<dyn Channel>> = Vec::new();
    if let Some(sms) = Sms::of(config) {
        all.push(Box::new(sms));
    }
    if let Some(email) = Email::of(config) {
        all.push(Box::new(email));
    }
    all.push(match waits_on_page {
        true => Box::new(Page),
        false => Box::new(Slip),
    });
    all
}
