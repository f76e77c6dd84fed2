//! The one place that makes a pass: number, signature, row, event. One person has one valid pass
//! of a kind, a household one errand pass (PASS-1, PASS-2); whoever replaces one ends the older
//! first, in the same transaction.

use crate::keyring::{Issuer, Keyring};
use crate::ops::pass_rules::{Validity, of_word, term, word_of};
use crate::ops::read_policies::documents_now;
use gatehouse_core::id::{AreaId, HouseholdId, PassId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{
    Belongs, Credential, Hint, ListNumber, PassKind, PassNumber, SURNAME_BYTES_MOST, ShortId,
};
use gatehouse_core::person::{GateName, Sex, WorkerClass};
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::part::{Layers, pass_validity};
use gatehouse_store::area::AreaRow;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::pass::PassRow;
use gatehouse_store::pass_event::PassEventRow;
use gatehouse_store::{ReadTx, Shard, StoreError, Tx};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A pass that is to be made.
#[derive(Clone, Debug)]
pub struct PassWish {
    /// Its id, made by the caller.
    pub pass: PassId,
    /// What for.
    pub kind: PassKind,
    /// Compound or village that it opens.
    pub area: AreaId,
    /// Where the holder lives, or for whom they come.
    pub household: Option<HouseholdId>,
    /// Person or vehicle; `None` for what names nobody.
    pub holder: Option<[u8; 16]>,
    /// Of a worker.
    pub worker_class: Option<WorkerClass>,
    /// For kinds whose holders a gate may not know.
    pub hint: Option<Hint>,
    /// `application`, `building`, `replacement`.
    pub why: &'static str,
}

/// Where and by whom passes are made.
pub struct Desk<'a> {
    /// The transaction.
    pub tx: &'a Tx<'a>,
    /// The keys of the installation.
    pub keys: &'a Keyring,
    /// County.
    pub shard: Shard,
    /// By the clock of the place.
    pub now: Moment,
    /// Who decides.
    pub staff: Option<StaffId>,
    in_force: RefCell<BTreeMap<AreaId, Rc<[PolicyDocument]>>>,
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    Issued(PassId),
    /// There is a valid one of the kind already.
    HasOne(PassId),
    /// No key of this installation may issue this here.
    NoIssuer,
}

/// The valid pass of a kind that a person, vehicle or household holds. A helper holds one for each
/// household that agreed: their pass names it (local choice).
pub fn valid_pass(
    tx: &ReadTx<'_>,
    shard: Shard,
    wish: &PassWish,
    now_millis: i64,
) -> Result<Option<PassRow>, StoreError> {
    let rows = match (wish.holder, wish.household) {
        (Some(holder), _) => tx.passes_of_holder(shard, &holder)?,
        (None, Some(household)) if wish.kind == PassKind::Errand => {
            tx.passes_of_household(shard, household)?
        }
        // Slips and visitors' passes without a name are for whoever comes.
        _ => return Ok(None),
    };
    Ok(rows.into_iter().find(|row| {
        of_word(&row.kind) == Some(wish.kind)
            && (wish.kind != PassKind::Helper || row.household == wish.household)
            && row.revocation.is_none()
            && row.expires_at > now_millis
    }))
}

impl<'a> Desk<'a> {
    /// A desk in a transaction; `now` by the clock of the place, `staff` is who decides.
    pub fn new(
        tx: &'a Tx<'a>,
        keys: &'a Keyring,
        shard: Shard,
        now: Moment,
        staff: Option<StaffId>,
    ) -> Desk<'a> {
        Desk {
            tx,
            keys,
            shard,
            now,
            staff,
            in_force: RefCell::default(),
        }
    }
}

impl Desk<'_> {
    /// Makes a pass, unless there is a valid one of the kind.
    pub fn make(&self, wish: &PassWish) -> Result<Made, StoreError> {
        let (tx, shard, now) = (self.tx, self.shard, self.now);
        if let Some(row) = valid_pass(tx, shard, wish, now.millis)? {
            return Ok(Made::HasOne(row.pass));
        }
        let path = tx.area_path(wish.area)?;
        let areas: Vec<AreaId> = path.iter().map(|area| area.area).collect();
        let Some(issuer) = self.keys.issuer_for(&areas, now.millis) else {
            return Ok(Made::NoIssuer);
        };
        let grant = issuer.grants.iter().find(|grant| grant.kind == wish.kind);
        let Some(grant) = grant else {
            return Ok(Made::NoIssuer);
        };
        let longest = grant.longest_hours.min(wish.kind.longest_hours());
        let Some(number) = self.take_number(issuer)? else {
            return Ok(Made::NoIssuer);
        };
        let validity = self.validity(wish, &path)?;
        let (valid_from, valid_until) = term(wish.kind, validity.days, now, longest);
        let credential = Credential {
            kind: wish.kind,
            band: validity.band,
            number,
            area: ShortId::of(&wish.area.0),
            belongs: belongs(wish),
            hint: wish.hint.clone(),
            valid_from,
            valid_until,
        };
        // A place that was taken for a pass that cannot be signed stays empty.
        let Ok(signed) = credential.sign(&issuer.key) else {
            return Ok(Made::NoIssuer);
        };
        tx.insert_pass(&PassRow {
            shard,
            pass: wish.pass,
            number,
            kind: word_of(wish.kind),
            band: word_of(credential.band),
            area: wish.area,
            household: wish.household,
            holder: wish.holder,
            key_id: issuer.key_id,
            from_at: credential.from_millis(),
            expires_at: credential.until_millis(),
            credential: signed,
            issued_at: now.millis,
            issued_by: self.staff,
            revocation: None,
            replaced_by: None,
        })?;
        self.note(wish.pass, wish.area, "issued", wish.why)?;
        Ok(Made::Issued(wish.pass))
    }

    /// What the documents in force where the pass opens say of its kind (PASS-2); read once for
    /// all passes that are made here.
    fn validity(&self, wish: &PassWish, path: &[AreaRow]) -> Result<Validity, StoreError> {
        let known = self.in_force.borrow().get(&wish.area).cloned();
        let documents = match known {
            Some(documents) => documents,
            None => {
                let documents: Rc<[PolicyDocument]> =
                    documents_now(self.tx, path, self.now.millis)?.into();
                let mut in_force = self.in_force.borrow_mut();
                in_force.insert(wish.area, Rc::clone(&documents));
                documents
            }
        };
        let documents: Vec<&PolicyDocument> = documents.iter().collect();
        // Documents that do not go together set nothing; whoever put them in force was told.
        let layers = Layers::new(&documents).ok();
        let said = layers.and_then(|layers| pass_validity(&layers, wish.kind));
        Ok(match said {
            Some(said) => Validity {
                days: i64::from(said.days.value),
                band: said.band.value,
            },
            None => Validity::unsaid(wish.kind),
        })
    }

    /// Adds to the life of a pass and to the audit chain.
    pub fn note(
        &self,
        pass: PassId,
        area: AreaId,
        kind: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        self.tx.insert_pass_event(&PassEventRow {
            shard: self.shard,
            pass,
            at: self.now.millis,
            kind: kind.to_owned(),
            area,
            staff: self.staff,
            detail: detail.to_owned(),
        })?;
        self.tx.append_audit(&AuditNote {
            shard: self.shard,
            at: self.now.millis,
            kind: &format!("pass.{kind}"),
            actor: self.staff,
            commitment: None,
            body: format!("{pass} {detail}").as_bytes(),
        })?;
        Ok(())
    }

    /// The next place in the list of the issuer's community and quarter; `None` where the key
    /// may not issue more in it.
    fn take_number(&self, issuer: &Issuer) -> Result<Option<PassNumber>, StoreError> {
        let date = self.now.day().date();
        let Some(list) = ListNumber::of_date(issuer.number, date.year, date.month) else {
            return Ok(None);
        };
        let taken = self.tx.status_list(self.shard, list)?;
        if taken.is_some_and(|list| list.next_index >= issuer.quota) {
            return Ok(None);
        }
        let quarter = format!("{:04}-Q{}", date.year, (date.month - 1) / 3 + 1);
        let place = self
            .tx
            .take_pass_numbers(self.shard, issuer.community, list, &quarter, 1)?;
        Ok(PassNumber::new(list, place))
    }
}

fn belongs(wish: &PassWish) -> Belongs {
    match (wish.kind, wish.worker_class, wish.household) {
        (PassKind::Worker, Some(class), _) => Belongs::WorkerClass(class as u8),
        (PassKind::Worker, None, _) | (_, _, None) => Belongs::Nobody,
        (_, _, Some(household)) => Belongs::Household(ShortId::of(&household.0)),
    }
}

/// Surname, sex and birth year for a gate that may hold no record of the bearer; `None` for
/// kinds whose holders it knows, and where too little is known.
pub fn hint_of(
    kind: PassKind,
    masked: Option<&str>,
    sex: &str,
    birth_year: Option<i64>,
) -> Option<Hint> {
    if kind.is_of_household() || kind == PassKind::Vehicle {
        return None;
    }
    let surname = GateName::from_stored(masked?)?.surname;
    let mut end = surname.len().min(SURNAME_BYTES_MOST);
    while !surname.is_char_boundary(end) {
        end -= 1;
    }
    let sex = match of_word(sex).unwrap_or(Sex::Unknown) {
        Sex::Unknown => 0,
        Sex::Male => 1,
        Sex::Female => 2,
    };
    Some(Hint::Person {
        surname: surname[..end].to_owned(),
        sex,
        birth_year: u16::try_from(birth_year?).ok()?,
    })
}
