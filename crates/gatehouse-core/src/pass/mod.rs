//! Passes: signed credentials, their text form and card number, status lists, verifying
//! (PASS-1 to PASS-4, design §4 "Pass").
//!
//! What a finding means for a crossing is the policy's; who holds a pass is the register's. A
//! pass makes the gate fast, never closed: every refusal here has its own reason, so that the
//! guard can do the next right thing.

mod copied;
mod credential;
mod number;
mod status;
mod text;
mod validity;
mod verify;

pub use copied::{CopyFlag, Use, copy_flag};
pub use credential::{
    Belongs, CREDENTIAL_BYTES_MOST, Credential, CredentialError, Hint, PayloadError,
    SURNAME_BYTES_MOST, ShortId,
};
pub use number::{CardNumberError, INDEX_END, ListNumber, PassNumber, check_digit};
pub use status::{PassStatus, StatusList, StatusLists};
pub use text::{TEXT_BYTES_MOST, from_text, to_text};
pub use validity::Validity;
pub use verify::{
    KeyLimit, PassFinding, PassRefusal, key_limit, verify, verify_bytes, verify_remembering,
};

use crate::wire::cbor::numbered;
use serde::{Deserialize, Serialize};

/// 证种: what a pass is for (PASS-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PassKind {
    /// 住户出入证.
    Resident,
    /// 暂住出入证.
    TemporaryResident,
    /// 保障出入证.
    Worker,
    /// 采购出入证: one for each household, for shopping.
    Errand,
    /// 访客出入证.
    Visitor,
    /// 车辆出入证.
    Vehicle,
    /// 单次出入条: one crossing, on paper.
    Slip,
    /// 帮手出入证: a carer or cleaner who comes again and again, for the household that agreed.
    Helper,
}

// The numbers are the positions of `pass_kind` in the vocabulary of the gate, where 0 is "none".
numbered!(PassKind {
    Resident = 1,
    TemporaryResident = 2,
    Worker = 3,
    Errand = 4,
    Visitor = 5,
    Vehicle = 6,
    Slip = 7,
    Helper = 8,
});

impl PassKind {
    /// Longest validity that a card of this kind may have, in hours (local choice; the issuing
    /// key may set less).
    pub const fn longest_hours(self) -> u32 {
        match self {
            PassKind::Resident => 366 * 24,
            PassKind::TemporaryResident
            | PassKind::Worker
            | PassKind::Vehicle
            | PassKind::Helper => 92 * 24,
            PassKind::Errand => 31 * 24,
            PassKind::Visitor => 7 * 24,
            PassKind::Slip => 24,
        }
    }

    /// Whether it always names a household: of those who live there, or of those who help there.
    pub const fn names_household(self) -> bool {
        self.is_of_household() || matches!(self, PassKind::Helper)
    }

    /// Whether its holder lives in the household that it names.
    pub const fn is_of_household(self) -> bool {
        matches!(
            self,
            PassKind::Resident | PassKind::TemporaryResident | PassKind::Errand
        )
    }
}

/// 证卡颜色: the coloured edge of a card, always with its name printed beside. It says nothing
/// about health; its validity is set by the policy and tightens that of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PassBand {
    /// 白
    White,
    /// 蓝
    Blue,
    /// 黄
    Yellow,
    /// 橙
    Orange,
    /// 紫
    Purple,
    /// 棕
    Brown,
}

// The numbers are the positions of `pass_band` in the vocabulary of the gate.
numbered!(PassBand {
    White = 0,
    Blue = 1,
    Yellow = 2,
    Orange = 3,
    Purple = 4,
    Brown = 5,
});

/// 作废: why a pass was ended early. A closed list; there is no "other".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    /// The holder lost it.
    Lost,
    /// A newer one was issued (reissue).
    Replaced,
    /// The holder lives elsewhere now.
    MovedOut,
    /// The holder died.
    Died,
    /// It should not have been issued so.
    IssuedInError,
    /// The worker class, or the holder's place in it, ended.
    ClassEnded,
    /// A copy of it was used.
    Copied,
}

numbered!(RevocationReason {
    Lost = 1,
    Replaced = 2,
    MovedOut = 3,
    Died = 4,
    IssuedInError = 5,
    ClassEnded = 6,
    Copied = 7,
});

impl RevocationReason {
    /// Whether the step that revokes also offers the replacement.
    pub const fn offers_replacement(self) -> bool {
        !matches!(self, RevocationReason::MovedOut | RevocationReason::Died)
    }
}

#[cfg(test)]
mod tests;
