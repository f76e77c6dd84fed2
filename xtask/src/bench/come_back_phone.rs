//! A phone that was without a network: its chain of crossings, made as it is sent, with a key of
//! its own, in batches as large as the gate app's.

use super::load::{self, Answered, request};
use anyhow::{Context, Result, ensure};
use data_encoding::BASE64;
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{Crossing, Event, EventBody, Private};
use gatehouse_server::head_signature::spki;
use hyper::StatusCode;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::Value as Json;
use std::collections::VecDeque;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// As `BATCH_EVENTS` of web/gate/src/outbox.ts.
const BATCH: usize = 200;
const THREE_DAYS: i64 = 3 * 24 * 3_600_000;
/// As `CALL_MILLIS` of web/gate/src/server.ts: how long it waits for an answer.
const CALL_WAIT: Duration = Duration::from_secs(8);
/// As `FIRST_WAIT_MILLIS` and `LONGEST_WAIT_MILLIS` of the outbox: after how long it comes again.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// A phone that hears nothing so often has no server.
const GAVE_UP_MOST: usize = 100;
const JSON: &str = "application/json";

/// What crosses at a gate, again and again.
pub struct Source {
    crossings: Vec<(Crossing, Option<Private>)>,
    until: Moment,
}

impl Source {
    /// The crossings of a chain; emergencies each open an item and are left out.
    pub fn of(events: Vec<Event>, until: Moment) -> Source {
        let crossings = events.into_iter().filter_map(|event| match event.body {
            EventBody::Crossing(body) if body.emergency.is_none() => Some((*body, event.private)),
            _ => None,
        });
        Source {
            crossings: crossings.collect(),
            until,
        }
    }
}

/// The phone.
pub struct Phone {
    /// As the server calls it.
    pub device: DeviceId,
    gate: GateId,
    session: String,
    key: EcdsaKeyPair,
    source: Arc<Source>,
    /// How many it kept in all, over which the three days are spread.
    kept: usize,
    seq: usize,
    head: Hash,
    /// Events of the batch that no receipt has come for, the oldest first.
    open: VecDeque<String>,
    told_again: usize,
    gave_up: usize,
}

impl Phone {
    /// Enrols a new one at a gate.
    pub fn enrol(
        address: SocketAddr,
        gate: GateId,
        session: String,
        source: Arc<Source>,
        kept: usize,
    ) -> Result<Phone> {
        ensure!(!source.crossings.is_empty(), "nobody crosses at this gate");
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let of_ring = |_| anyhow::anyhow!("no key");
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(of_ring)?;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random);
        let key = key.map_err(|_| anyhow::anyhow!("no key"))?;
        let point = key.public_key().as_ref().try_into()?;
        let public = BASE64.encode(&spki(&point));
        let body = format!(r#"{{"public_key_base64":"{public}","label":"bench"}}"#);
        let path = format!("/gate/api/gates/{gate}/devices");
        let answer = load::once(address, request("POST", &path, &session, JSON, body))?;
        let made = read(&answer)?;
        let device = made["device"].as_str().and_then(DeviceId::parse);
        Ok(Phone {
            device: device.context("no device")?,
            gate,
            session,
            key,
            source,
            kept,
            seq: 0,
            head: Hash::START,
            open: VecDeque::new(),
            told_again: 0,
            gave_up: 0,
        })
    }

    /// How many it has appended.
    pub fn sent(&self) -> u64 {
        self.seq as u64
    }

    /// How often it was told to come again.
    pub fn told_again(&self) -> usize {
        self.told_again
    }

    /// How often no answer came, or not in time.
    pub fn gave_up(&self) -> usize {
        self.gave_up
    }

    /// Sends until so many are acknowledged, on one connection. Of a batch the server may take a
    /// part, where many wait; the rest is sent again, as is what it has no time for.
    pub async fn send_until(&mut self, address: SocketAddr, count: usize) -> Result<()> {
        let mut sender = load::connect(address).await?;
        let (mut before, mut wait) = (0, FIRST_WAIT);
        while !self.open.is_empty() || self.seq < count {
            let body = self.batch(count)?;
            let asked = request("POST", &self.path(), &self.session, JSON, body);
            let answer = tokio::time::timeout(CALL_WAIT, load::call(&mut sender, asked)).await;
            let answer = match answer {
                Ok(Ok(answer)) => answer,
                // It has given up, or the server has closed what lay idle: another connection, the
                // same again.
                Ok(Err(_)) | Err(_) => {
                    self.gave_up += 1;
                    ensure!(self.gave_up < GAVE_UP_MOST, "the server does not answer");
                    tokio::time::sleep(wait).await;
                    wait = LONGEST_WAIT.min(wait * 2);
                    sender = load::connect(address).await?;
                    continue;
                }
            };
            if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
                self.told_again += 1;
                tokio::time::sleep(wait).await;
                wait = LONGEST_WAIT.min(wait * 2);
                continue;
            }
            wait = FIRST_WAIT;
            let receipt = read(&answer)?;
            let through = receipt["acknowledged_through"].as_u64().unwrap_or(0);
            ensure!(through > before && through <= self.sent(), "{receipt}");
            let aside = receipt["set_aside"].as_array().map(Vec::len);
            ensure!(aside == Some(0), "{receipt}");
            before = through;
            let left = usize::try_from(self.sent() - through)?;
            self.open.drain(..self.open.len().saturating_sub(left));
        }
        Ok(())
    }

    /// Sends half of a batch, then the network is gone; the batch stays to be sent.
    pub fn break_off(&mut self, address: SocketAddr) -> Result<()> {
        let body = self.batch(usize::MAX)?;
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {}\r\ncontent-type: {JSON}\r\n\
             content-length: {}\r\n\r\n",
            self.path(),
            self.session,
            body.len()
        );
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(head.as_bytes())?;
        stream.write_all(&body[..body.len() / 2])?;
        Ok(())
    }

    /// Sends a whole batch and never hears of it: it will be sent again.
    pub async fn lose_receipt(&mut self, address: SocketAddr) -> Result<()> {
        let body = self.batch(usize::MAX)?;
        let mut sender = load::connect(address).await?;
        let asked = request("POST", &self.path(), &self.session, JSON, body);
        load::call(&mut sender, asked).await?;
        Ok(())
    }

    fn path(&self) -> String {
        format!("/gate/api/gates/{}/events", self.gate)
    }

    /// What waits of a batch, or the next one.
    fn batch(&mut self, count: usize) -> Result<Vec<u8>> {
        if self.open.is_empty() {
            let size = BATCH.min(count - self.seq);
            self.open = (0..size).map(|_| self.next()).collect();
        }
        let head = gatehouse_core::wire::ChainHead {
            device: self.device,
            seq: self.sent(),
            hash: self.head,
        };
        let signature = self.key.sign(&SystemRandom::new(), &head.to_signed_bytes());
        let signature = signature.map_err(|_| anyhow::anyhow!("no signature"))?;
        let body = serde_json::json!({
            "device": self.device,
            "events": self.open,
            "head_signature_base64": BASE64.encode(signature.as_ref()),
            "oldest": 1,
        });
        Ok(body.to_string().into_bytes())
    }

    fn next(&mut self) -> String {
        let source = &self.source;
        let (crossing, private) = &source.crossings[self.seq % source.crossings.len()];
        let left = (self.kept - self.seq.min(self.kept)) as i64;
        let at = source
            .until
            .plus_millis(-left * (THREE_DAYS / self.kept as i64));
        self.seq += 1;
        let event = Event {
            device: self.device,
            seq: self.sent(),
            previous: self.head,
            at,
            skew_millis: None,
            snapshot: 1,
            body: EventBody::Crossing(Box::new(Crossing {
                gate: self.gate,
                decided_at: at.millis,
                ..crossing.clone()
            })),
            private: private.clone(),
        };
        self.head = event.hash();
        BASE64.encode(&event.to_bytes())
    }
}

fn read(answer: &Answered) -> Result<Json> {
    let body = String::from_utf8_lossy(answer.body());
    ensure!(answer.status().is_success(), "{}: {body}", answer.status());
    Ok(serde_json::from_str(&body)?)
}
