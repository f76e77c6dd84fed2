//! What offices do meanwhile: orders, suspended rows, new keys; and the instants at which
//! something begins or ends, met to the millisecond.

use super::record::Ordered;
use super::simulation::{Checked, Simulation};
use super::town::{BAR, CHANGE_AT, COMPOUND, DOCUMENT, HOUR, PASSWORDS};
use gatehouse_core::id::OrganisationId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::order::{
    Contact, Evidence, EvidenceKind, Form, HealthGround, LegalBasis, LiftReason, Subject,
};
use gatehouse_server::ops::key_home::KeyHome;
use gatehouse_server::ops::make_keys::make_keys;
use gatehouse_server::ops::order_request::OrderRequest;
use gatehouse_server::ops::sign_order::{OrderDesk, Signer};
use gatehouse_server::ops::suspend_row::{Which, resume_row, suspend_row};
use serde_json::json;

/// Most orders of a seed: each takes a password's work.
const ORDERS_MOST: usize = 3;

impl Simulation<'_> {
    fn desk(&self) -> anyhow::Result<OrderDesk> {
        OrderDesk::open(KeyHome::Database(self.server.store.clone()))
    }

    fn signer(&self, number: usize) -> Signer<'static> {
        Signer {
            key: self.town.signers[number],
            password: PASSWORDS[number],
        }
    }

    /// An order or a hold is signed, or one is lifted.
    pub fn order(&mut self) -> Checked {
        if !self.server.is_up() {
            return Ok(());
        }
        if self.record.orders.len() >= ORDERS_MOST {
            return Ok(());
        }
        let at = self.chance.below(self.town.residents.len());
        let person = self.town.residents[at].person;
        let starts_at = self.now - self.now.rem_euclid(1000) + self.chance.below(3) as i64 * 1000;
        let is_hold = self.chance.percent(40);
        let hours = 1 + self.chance.below(if is_hold { 4 } else { 140 }) as i64;
        let ends_at = starts_at + hours * HOUR;
        let request = request(person, (starts_at, ends_at), is_hold);
        let desk = self.desk()?;
        let proposed = desk.propose(request, &self.signer(0), &*self.world);
        let signed = match (&proposed, is_hold) {
            (Ok(answer), false) => desk.approve(answer.order, &self.signer(1), &*self.world),
            (Ok(_), true) | (Err(_), _) => proposed,
        };
        // Where the answer is lost the order may hold all the same: it was signed.
        self.record.orders.push(Ordered {
            person,
            starts_at,
            ends_at,
            signed_at: self.now,
            lifted_at: None,
        });
        let so = signed
            .as_ref()
            .map(|_| ())
            .map_err(|error| error.to_string());
        self.note(&format!(
            "resident {at} is not to cross for {hours} h: {so:?}"
        ));
        if let Ok(answer) = signed
            && self.chance.percent(30)
        {
            let minutes = self.chance.below(60) as i64;
            self.wait(minutes * 60_000);
            let (reason, by) = (LiftReason::GroundGone, self.signer(0));
            let lifted = desk.lift(answer.order, reason, None, &by, &*self.world);
            let is_lifted = lifted.is_ok();
            if let Some(order) = self.record.orders.last_mut().filter(|_| is_lifted) {
                order.lifted_at = Some(self.now);
            }
            self.note(&format!("and is lifted after {minutes} min: {is_lifted}"));
        }
        Ok(())
    }

    /// The brake on a row, or off it.
    pub fn suspend_or_resume(&mut self) -> Checked {
        if !self.server.is_up() {
            return Ok(());
        }
        let desk = self.desk()?;
        let which = Which {
            document: DOCUMENT,
            row: BAR,
            area: COMPOUND,
        };
        let by = self.signer(1);
        let done = match self.is_suspended {
            false => suspend_row(&desk, which, "harms", &by, &*self.world),
            true => resume_row(&desk, which, &by, &*self.world),
        };
        let state = done
            .map(|answer| answer.state)
            .map_err(|error| error.to_string());
        match &state {
            Ok(state) => self.is_suspended = *state == "suspended",
            Err(_) => self.is_suspended = !self.is_suspended,
        }
        self.note(&format!("a row: {state:?}"));
        Ok(())
    }

    /// New keys, by the same root; the program starts with them.
    pub fn rotate(&mut self) -> Checked {
        if !self.server.is_up() {
            return Ok(());
        }
        let home = KeyHome::Database(self.server.store.clone());
        let earlier = home.tree()?;
        let request = serde_json::from_value(json!({
            "communities": [{ "area": COMPOUND, "number": 7, "kinds": { "resident": 7200 } }],
        }))?;
        let (root, secrets) = (&self.town.root, &self.town.secrets);
        let made = make_keys(
            root,
            earlier.as_ref(),
            true,
            &request,
            &[],
            secrets,
            &*self.world,
        )?;
        let kept = home.keep(made.0);
        self.note(&format!(
            "new keys, list {}: {}",
            made.1.key_list,
            kept.is_ok()
        ));
        if kept.is_ok() {
            self.rotations = self.rotations.max(made.1.key_list);
            self.server.start()?;
        }
        Ok(())
    }

    /// An instant at which something begins or ends, met to the millisecond by whom it concerns.
    pub fn meet(&mut self) -> Checked {
        let page = self.busy_page();
        let clock = self.pages[page].clock;
        let mut instants = self.instants(page);
        let reading = clock.reads(self.now);
        let reached = reading + 1..reading + 80 * HOUR;
        instants.retain(|(at, _)| reached.contains(&(*at - 1)) && clock.frozen.is_none());
        instants.sort();
        if self.chance.percent(70) {
            instants.truncate(3);
        }
        let Some((instant, resident)) = self.chance.pick(&instants).copied() else {
            return Ok(());
        };
        let exactly = instant + [-1, 0, 0, 1][self.chance.below(4)];
        self.wait(exactly - reading);
        let named = self.page_named(page);
        self.note(&format!(
            "{named} is {} ms from an instant",
            exactly - instant
        ));
        if self.pages[page].is_open() && self.pages[page].durable.device.is_some() {
            let at = resident.unwrap_or_else(|| self.chance.below(self.town.residents.len()));
            self.scan(page, at)?;
            self.finish_open(page)?;
        }
        Ok(())
    }

    /// Ends of passes, of orders and of the list of a page, the minute of the policy; and whom each
    /// concerns.
    fn instants(&self, page: usize) -> Vec<(i64, Option<usize>)> {
        let residents = &self.town.residents;
        let of_pass = residents.iter().enumerate();
        let mut instants: Vec<(i64, Option<usize>)> =
            of_pass.map(|(at, one)| (one.holds.1, Some(at))).collect();
        instants.push((CHANGE_AT, None));
        let made_at = self.seen[page].list.as_ref().map(|list| list.made_at);
        for order in &self.record.orders {
            let at = residents.iter().position(|one| one.person == order.person);
            instants.extend([(order.starts_at, at), (order.ends_at, at)]);
            instants.extend(made_at.map(|made_at| (made_at + 72 * HOUR, at)));
        }
        instants
    }
}

fn request(
    person: gatehouse_core::id::PersonId,
    (starts_at, ends_at): (i64, i64),
    is_hold: bool,
) -> OrderRequest {
    let contact = || Contact {
        office: "社区".to_owned(),
        phone: "0371-5550101".to_owned(),
    };
    let time = |millis| Moment::new(millis, 480).to_text();
    OrderRequest {
        form: match is_hold {
            true => Form::Hold,
            false => Form::Order,
        },
        ground: HealthGround::Exposure,
        evidence: vec![Evidence {
            kind: EvidenceKind::Finding,
            record: [5; 16],
        }],
        legal_basis: LegalBasis {
            law: "传染病防治法第四十一条".to_owned(),
            number: "模拟 1 号".to_owned(),
        },
        authority: OrganisationId([1; 16]),
        authority_name: "县防控指挥部".to_owned(),
        subject: Subject::Person(person),
        area: COMPOUND,
        starts: time(starts_at),
        ends: time(ends_at),
        review_on: CivilDay(Moment::new(starts_at, 480).day().0 + 1).to_text(),
        contact: contact(),
        appeal: contact(),
        exceptions: Vec::new(),
        previous: None,
    }
}
