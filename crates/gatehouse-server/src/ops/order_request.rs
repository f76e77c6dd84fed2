//! An order as people ask for it, in JSON (`docs/orders.md`): what the payload holds, with times
//! as they are written.

use anyhow::{Context, Result};
use gatehouse_core::id::{AreaId, OrderId, OrganisationId};
use gatehouse_core::key::KeyId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::order::{
    Contact, Evidence, Exception, ExceptionReason, Form, HealthGround, LegalBasis, Order, Previous,
    Subject,
};
use serde::Deserialize;

/// An order as it is asked for: what [`Order`] holds, with times as people write them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// An order by two, or a hold.
    #[serde(default = "by_two")]
    pub form: Form,
    /// Why.
    pub ground: HealthGround,
    /// References to what it rests on.
    pub evidence: Vec<Evidence>,
    /// Law and number.
    pub legal_basis: LegalBasis,
    /// Whose decision it is.
    pub authority: OrganisationId,
    /// Its name.
    pub authority_name: String,
    /// Whom or what it concerns.
    pub subject: Subject,
    /// The area that the subject belongs to.
    pub area: AreaId,
    /// Begin, as 2026-11-23T08:00:00+08:00.
    pub starts: String,
    /// End.
    pub ends: String,
    /// Day of review, as 2026-11-30.
    pub review_on: String,
    /// Whom the gate calls.
    pub contact: Contact,
    /// Where to appeal.
    pub appeal: Contact,
    /// Timed exceptions.
    #[serde(default)]
    pub exceptions: Vec<ExceptionRequest>,
    /// The order before this one.
    #[serde(default)]
    pub previous: Option<Previous>,
}

/// A timed exception as it is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionRequest {
    /// Begin.
    pub from: String,
    /// End.
    pub until: String,
    /// What for.
    pub reason: ExceptionReason,
}

fn by_two() -> Form {
    Form::Order
}

impl OrderRequest {
    /// The order itself.
    ///
    /// # Errors
    /// A time or day that cannot be read.
    pub fn order(self, id: OrderId, proposer: KeyId, proposed_at: i64) -> Result<Order> {
        let time = |text: &str| {
            let moment = Moment::parse(text);
            let moment = moment.context("O-TIME: times are written 2026-11-23T08:00:00+08:00")?;
            Ok::<i64, anyhow::Error>(moment.millis)
        };
        let exceptions = self.exceptions.iter().map(|exception| {
            Ok(Exception {
                from_at: time(&exception.from)?,
                until_at: time(&exception.until)?,
                reason: exception.reason,
            })
        });
        Ok(Order {
            id,
            form: self.form,
            ground: self.ground,
            evidence: self.evidence,
            legal_basis: self.legal_basis,
            authority: self.authority,
            authority_name: self.authority_name,
            subject: self.subject,
            area: self.area,
            starts_at: time(&self.starts)?,
            ends_at: time(&self.ends)?,
            review_on: CivilDay::parse(&self.review_on)
                .context("O-DAY: the review day is written 2026-11-30")?,
            contact: self.contact,
            appeal: self.appeal,
            proposer,
            proposed_at,
            exceptions: exceptions.collect::<Result<_>>()?,
            previous: self.previous,
        })
    }
}
