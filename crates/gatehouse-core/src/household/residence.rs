//! On what basis someone lives at a door.

use crate::id::PersonId;
use serde::{Deserialize, Serialize};

/// A landlord is named by a tenant, a host by a lodger: the one who comes to the gate the first
/// time (HN 三(三)二).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum Residence {
    /// 常住: lives here for good, owner or family.
    Permanent,
    /// 租客: rents the door or a room of it.
    Tenant {
        /// 房东; lives here or elsewhere.
        landlord: PersonId,
    },
    /// 寄住: stays with someone.
    Lodger {
        /// 接待的住户; lives in the same household.
        host: PersonId,
    },
}

impl Residence {
    /// Temporary residents get a pass of that kind, the first time with the person named here
    /// present (GATE-4).
    pub const fn is_temporary(self) -> bool {
        !matches!(self, Residence::Permanent)
    }

    /// Who answers for a temporary resident.
    pub const fn landlord_or_host(self) -> Option<PersonId> {
        match self {
            Residence::Permanent => None,
            Residence::Tenant { landlord } => Some(landlord),
            Residence::Lodger { host } => Some(host),
        }
    }

    /// The basis in databases: permanent, tenant, lodger.
    pub const fn code(self) -> &'static str {
        self.label_en()
    }

    /// 常住, 租客, 寄住.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Residence::Permanent => "常住",
            Residence::Tenant { .. } => "租客",
            Residence::Lodger { .. } => "寄住",
        }
    }

    /// permanent, tenant, lodger.
    pub const fn label_en(self) -> &'static str {
        match self {
            Residence::Permanent => "permanent",
            Residence::Tenant { .. } => "tenant",
            Residence::Lodger { .. } => "lodger",
        }
    }
}
