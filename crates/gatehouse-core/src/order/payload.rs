//! What an order says, and whether it may say so.

use super::HealthGround;
use crate::id::{AreaId, HouseholdId, OrderId, OrganisationId, PersonId};
use crate::key::KeyId;
use crate::moment::CivilDay;
use crate::wire::Span;
use crate::wire::cbor::numbered;
use serde::{Deserialize, Serialize};
use std::fmt;

const MILLIS_A_DAY: i64 = 86_400_000;
/// Longest that one clinician alone may hold a person (design §4).
pub const HOLD_MILLIS_MOST: i64 = 4 * 3_600_000;
/// Most areas of a zone.
pub const AREAS_MOST: usize = 256;
/// Most references to evidence.
pub const EVIDENCE_MOST: usize = 32;
/// Most exceptions inside an order.
pub const EXCEPTIONS_MOST: usize = 32;
/// Longest text, in bytes.
pub const TEXT_BYTES_MOST: usize = 600;

/// 决定书: the payload that two people sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Which.
    pub id: OrderId,
    /// Two signatures, or a hold by one.
    pub form: Form,
    /// Why.
    pub ground: HealthGround,
    /// On what: references only, never the findings themselves.
    pub evidence: Vec<Evidence>,
    /// By which law.
    pub legal_basis: LegalBasis,
    /// Whose decision it is.
    pub authority: OrganisationId,
    /// Its name, as the order notice prints it.
    pub authority_name: String,
    /// Whom or what it concerns.
    pub subject: Subject,
    /// The area that the subject belongs to; both signers must have authority over it.
    pub area: AreaId,
    /// First millisecond UTC.
    pub starts_at: i64,
    /// First millisecond after it: it ends by itself.
    pub ends_at: i64,
    /// The day on which it is looked at again.
    pub review_on: CivilDay,
    /// Whom the gate calls, and the person.
    pub contact: Contact,
    /// Where to appeal.
    pub appeal: Contact,
    /// Key of the person who proposes.
    pub proposer: KeyId,
    /// When it was proposed, milliseconds UTC.
    pub proposed_at: i64,
    /// Timed exceptions (HL 五: out for special cause).
    pub exceptions: Vec<Exception>,
    /// The order that this one takes the place of or goes on from.
    pub previous: Option<Previous>,
}

/// How an order comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Proposed and approved by two organisations.
    Order,
    /// One clinician, at most four hours, one person.
    Hold,
}

numbered!(Form {
    Order = 1,
    Hold = 2
});

/// Whom or what an order concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One person.
    Person(PersonId),
    /// Everyone at one door.
    Household(HouseholdId),
    /// 封控区: a sealed zone, its areas across the tree (P7 六(二)2).
    Zone(Vec<AreaId>),
    /// 疫点: a spot (P7 六(一)4).
    Spot(Vec<AreaId>),
    /// 高风险封控区: a sealed zone of high risk (P7 六(三)2).
    HighZone(Vec<AreaId>),
}

impl Subject {
    /// The areas of a zone of any class; empty for people.
    pub fn areas(&self) -> &[AreaId] {
        match self {
            Subject::Person(_) | Subject::Household(_) => &[],
            Subject::Zone(areas) | Subject::Spot(areas) | Subject::HighZone(areas) => areas,
        }
    }

    /// What the fact `zone` is while the order holds; `None` for people.
    pub const fn zone(&self) -> Option<&'static str> {
        match self {
            Subject::Person(_) | Subject::Household(_) => None,
            Subject::Zone(_) => Some("sealed"),
            Subject::Spot(_) => Some("spot"),
            Subject::HighZone(_) => Some("high"),
        }
    }
}

/// A reference to what the ground rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What kind of thing.
    pub kind: EvidenceKind,
    /// Id of its record; the record itself is sealed elsewhere.
    #[serde(with = "hex16")]
    pub record: [u8; 16],
}

/// Kinds of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A laboratory result.
    Test,
    /// A contact, judged by people under the plan.
    Exposure,
    /// A stay.
    Stay,
    /// A clinician's finding.
    Finding,
    /// An order or release elsewhere.
    Document,
    /// An assessment of a place by experts (CASE-4).
    Assessment,
}

numbered!(EvidenceKind {
    Test = 1,
    Exposure = 2,
    Stay = 3,
    Finding = 4,
    Document = 5,
    Assessment = 6,
});

/// 依据: law and number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Law and article.
    pub law: String,
    /// 文号: the authority's own number of the decision.
    pub number: String,
}

/// An office that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Its name.
    pub office: String,
    /// Its number.
    pub phone: String,
}

/// Out for a special cause, within a time. Emergencies need none (SCOPE-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// First millisecond UTC.
    pub from_at: i64,
    /// First millisecond after it.
    pub until_at: i64,
    /// What for.
    pub reason: ExceptionReason,
}

impl Exception {
    /// As a stretch of time.
    pub fn span(&self) -> Span {
        Span {
            from_at: self.from_at,
            until_at: Some(self.until_at),
        }
    }
}

/// Special causes; a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionReason {
    /// Dialysis, a check-up, a test.
    MedicalCare,
    /// A funeral, a farewell.
    Bereavement,
    /// Caring for somebody who has nobody else.
    Care,
    /// An examination, a court date.
    Appointment,
    /// A transfer to another place of observation.
    Transfer,
}

numbered!(ExceptionReason {
    MedicalCare = 1,
    Bereavement = 2,
    Care = 3,
    Appointment = 4,
    Transfer = 5,
});

/// The order before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// Which.
    pub order: OrderId,
    /// How this one stands to it.
    pub relation: Relation,
    /// Why: printed on the order notice.
    pub reason: String,
}

/// How an order stands to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Takes its place: the older one has no effect once this one has begun.
    Replaces,
    /// 延长: goes on where it ends.
    Extends,
}

numbered!(Relation {
    Replaces = 1,
    Extends = 2
});

/// Why an order may not say what it says; it has no effect then, whoever signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderFault {
    /// No end after its begin, or longer than the ground allows.
    Period,
    /// A hold of more than four hours, or of anything but one person.
    Hold,
    /// The review is not within the period.
    Review,
    /// No evidence, or too much.
    Evidence,
    /// No law, number, authority, contact or way to appeal; or a text that is too long.
    Missing,
    /// A zone without the ground of a zone, or the ground without a zone; no area, or too many.
    Subject,
    /// An exception outside the period, or empty.
    Exception,
    /// An order before this one without a reason, or this one itself.
    Previous,
    /// Proposed after its end.
    Proposed,
}

impl fmt::Display for OrderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OrderFault::Period => "no end after the begin, or longer than the ground allows",
            OrderFault::Hold => "a hold is one person, at most four hours",
            OrderFault::Review => "the review day is not within the period",
            OrderFault::Evidence => "no evidence is named, or too much",
            OrderFault::Missing => {
                "law, number, authority, contact or appeal is missing or too long"
            }
            OrderFault::Subject => "subject and ground do not fit each other",
            OrderFault::Exception => "an exception lies outside the period, or is empty",
            OrderFault::Previous => "the earlier order needs a reason, and cannot be this one",
            OrderFault::Proposed => "proposed after its end",
        })
    }
}

impl std::error::Error for OrderFault {}

impl Order {
    /// Whether an order may say this (SCOPE-1).
    ///
    /// # Errors
    /// The first [`OrderFault`].
    pub fn check(&self) -> Result<(), OrderFault> {
        let rules: [(bool, OrderFault); 9] = [
            (self.period_fits(), OrderFault::Period),
            (self.hold_fits(), OrderFault::Hold),
            (self.review_fits(), OrderFault::Review),
            (
                (1..=EVIDENCE_MOST).contains(&self.evidence.len()),
                OrderFault::Evidence,
            ),
            (self.texts_fit(), OrderFault::Missing),
            (self.subject_fits(), OrderFault::Subject),
            (self.exceptions_fit(), OrderFault::Exception),
            (self.previous_fits(), OrderFault::Previous),
            (self.proposed_at < self.ends_at, OrderFault::Proposed),
        ];
        match rules.into_iter().find(|(fits, _)| !fits) {
            Some((_, fault)) => Err(fault),
            None => Ok(()),
        }
    }

    fn period_fits(&self) -> bool {
        let most = self.ground.ceiling_days() * MILLIS_A_DAY;
        let length = self.ends_at.checked_sub(self.starts_at);
        length.is_some_and(|length| (1..=most).contains(&length))
    }

    fn hold_fits(&self) -> bool {
        self.form == Form::Order
            || (matches!(self.subject, Subject::Person(_))
                && self.ends_at.saturating_sub(self.starts_at) <= HOLD_MILLIS_MOST
                && self.previous.is_none())
    }

    /// The offset of the place is not known here, so a day more on either side is let pass.
    fn review_fits(&self) -> bool {
        let day = |millis: i64| millis.div_euclid(MILLIS_A_DAY);
        let (first, last) = (day(self.starts_at) - 1, day(self.ends_at) + 1);
        (first..=last).contains(&i64::from(self.review_on.0))
    }

    fn texts_fit(&self) -> bool {
        [
            &self.legal_basis.law,
            &self.legal_basis.number,
            &self.authority_name,
            &self.contact.office,
            &self.contact.phone,
            &self.appeal.office,
            &self.appeal.phone,
        ]
        .into_iter()
        .all(|text| is_said(text))
    }

    fn subject_fits(&self) -> bool {
        match self.subject.zone() {
            Some(_) => {
                let areas = self.subject.areas().len();
                self.ground == HealthGround::Zone && (1..=AREAS_MOST).contains(&areas)
            }
            None => self.ground != HealthGround::Zone,
        }
    }

    fn exceptions_fit(&self) -> bool {
        self.exceptions.len() <= EXCEPTIONS_MOST
            && self.exceptions.iter().all(|exception| {
                self.starts_at <= exception.from_at
                    && exception.from_at < exception.until_at
                    && exception.until_at <= self.ends_at
            })
    }

    fn previous_fits(&self) -> bool {
        self.previous
            .as_ref()
            .is_none_or(|previous| previous.order != self.id && is_said(&previous.reason))
    }
}

fn is_said(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= TEXT_BYTES_MOST
}

mod hex16 {
    use data_encoding::HEXLOWER_PERMISSIVE;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER_PERMISSIVE.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.replace('-', "");
        HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| serde::de::Error::custom("sixteen bytes as hex digits are wanted"))
    }
}
