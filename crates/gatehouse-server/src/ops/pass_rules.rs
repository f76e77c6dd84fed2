//! Words and rules of applications and passes: who may ask, what must be there, why one is
//! rejected or ended, how long each kind holds. Lists are closed; there is no "other".

use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{PassBand, PassKind, RevocationReason};
use gatehouse_store::application::ApplicationRow;
use serde::Serialize;
use serde::de::DeserializeOwned;

const DAY_MILLIS: i64 = 86_400_000;

/// Who asks for a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// 本人
    Oneself,
    /// 家人: somebody of the household, for another of it or for a helper.
    Family,
    /// 房东, for a tenant.
    Landlord,
    /// 网格员, on somebody's behalf.
    GridWorker,
}

impl Source {
    /// In the order of the chips.
    pub const ALL: [Source; 4] = [
        Source::Oneself,
        Source::Family,
        Source::GridWorker,
        Source::Landlord,
    ];

    /// As it stands in the database and in keys of texts.
    pub const fn word(self) -> &'static str {
        match self {
            Source::Oneself => "self",
            Source::Family => "family",
            Source::Landlord => "landlord",
            Source::GridWorker => "grid_worker",
        }
    }
}

/// What an application can lack, in the order in which a list names it.
pub const MISSING: [&str; 3] = ["photo", "document", "landlord"];

/// Why an application is rejected; each tells the person how to mend it.
pub const REJECTIONS: [&str; 4] = ["photo_unclear", "landlord_denies", "has_one", "differs"];

/// How a landlord's yes came in at a desk.
pub const DESK_WAYS: [&str; 2] = ["phone", "present"];

/// What a regular helper does for a household.
pub const WORKS: [&str; 3] = ["carer", "cleaner", "other"];

/// How a pass reaches its holder.
pub const DELIVERIES: [&str; 3] = ["home", "desk", "page"];

/// Why a pass is ended early, in the order of the keys.
pub const REVOCATIONS: [RevocationReason; 7] = [
    RevocationReason::Lost,
    RevocationReason::Replaced,
    RevocationReason::MovedOut,
    RevocationReason::Died,
    RevocationReason::IssuedInError,
    RevocationReason::ClassEnded,
    RevocationReason::Copied,
];

/// How somebody said that a pass is lost.
pub const LOST_WAYS: [&str; 4] = ["phone", "desk", "gate", "page"];

/// Kinds for which somebody at a desk or a door applies.
pub const KINDS: [PassKind; 8] = [
    PassKind::Resident,
    PassKind::TemporaryResident,
    PassKind::Worker,
    PassKind::Errand,
    PassKind::Visitor,
    PassKind::Slip,
    PassKind::Helper,
    PassKind::Vehicle,
];

/// A word of core as the database keeps it.
pub fn word_of<T: Serialize>(value: T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// The value of core that a word stands for.
pub fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}

/// What an application lacks, words with blanks between. A household's errand pass, a slip
/// and a vehicle's name nobody, so they need neither picture nor document (local choice); whoever
/// does not want a picture of theirs kept gets the card without (design §4).
pub fn missing(row: &ApplicationRow) -> String {
    let kind = of_word(&row.kind);
    let names_nobody = [PassKind::Errand, PassKind::Slip, PassKind::Vehicle];
    let is_named = !kind.is_some_and(|kind| names_nobody.contains(&kind));
    // For a helper the household answers; most have no document with them when it applies.
    let is_shown = is_named && kind != Some(PassKind::Helper);
    let lacks = |what: &str| match what {
        "photo" => is_named && matches!(row.photo.as_str(), "missing" | "unclear"),
        "document" => is_shown && !row.has_document,
        _ => matches!(row.landlord.answer.as_deref(), Some("wanted" | "no")),
    };
    let lacking = MISSING.into_iter().filter(|what| lacks(what));
    lacking.collect::<Vec<_>>().join(" ")
}

/// How long passes of a kind hold, and the edge of their cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Days, the first included; a slip: hours of that many days.
    pub days: i64,
    /// The edge.
    pub band: PassBand,
}

impl Validity {
    /// Where no document in force says otherwise (local choice: no notice read so far sets them;
    /// core and the issuing key set the most).
    pub const fn unsaid(kind: PassKind) -> Validity {
        let (days, band) = match kind {
            PassKind::Resident => (180, PassBand::White),
            PassKind::TemporaryResident => (90, PassBand::Blue),
            PassKind::Worker => (90, PassBand::Purple),
            PassKind::Vehicle => (90, PassBand::Brown),
            PassKind::Errand => (30, PassBand::Yellow),
            PassKind::Helper => (90, PassBand::Blue),
            PassKind::Visitor => (5, PassBand::Orange),
            PassKind::Slip => (1, PassBand::Orange),
        };
        Validity { days, band }
    }
}

/// First second and first second after the end: from now until midnight of the last day, a slip
/// for a day; never longer than the issuing key may grant.
pub fn term(kind: PassKind, days: i64, now: Moment, longest_hours: u32) -> (u32, u32) {
    let midnight = now.millis - i64::from(now.minute_of_day()) * 60_000 - now.millis % 60_000;
    let wanted = match kind {
        PassKind::Slip => now.millis + days * DAY_MILLIS,
        _ => midnight + days * DAY_MILLIS,
    };
    let most = now.millis + i64::from(longest_hours) * 3_600_000;
    let seconds = |millis: i64| u32::try_from(millis / 1000).unwrap_or(0);
    (seconds(now.millis), seconds(wanted.min(most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for reason in REVOCATIONS {
            assert_eq!(of_word::<RevocationReason>(&word_of(reason)), Some(reason));
        }
        assert_eq!(of_word::<RevocationReason>("other"), None);
        assert_eq!(word_of(PassKind::TemporaryResident), "temporary_resident");
    }

    #[test]
    fn a_pass_ends_at_midnight_and_never_later_than_its_key_grants() {
        let now = Moment::parse("2020-02-19T07:30:20+08:00").expect("a moment");
        let end = |kind, hours| {
            let (from, until) = term(kind, Validity::unsaid(kind).days, now, hours);
            assert_eq!(i64::from(from), now.millis / 1000);
            Moment::new(i64::from(until) * 1000, 480).to_text()
        };
        for kind in KINDS {
            let most = kind.longest_hours();
            let (from, until) = term(kind, Validity::unsaid(kind).days, now, most);
            assert!(from < until && until - from <= most * 3600, "{kind:?}");
        }
        assert_eq!(end(PassKind::Visitor, 168), "2020-02-24T00:00:00+08:00");
        assert_eq!(end(PassKind::Visitor, 24), "2020-02-20T07:30:20+08:00");
        assert_eq!(end(PassKind::Slip, 24), "2020-02-20T07:30:20+08:00");
    }
}
