//! Following audit chains and checking seals, a page at a time: a chain may be longer than one
//! transaction may read. A row that cannot be read is a fault of its chain, not an end of the run.

use crate::audit::{AuditEntryRow, open_seal};
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::audit::{Break, BreakKind, Head, Seal, SealError, SealedHead, WriterId, follow};
use gatehouse_core::key::PublicKey;

/// Entries read at once while a chain is followed.
const PAGE: u32 = 1_000;

/// What following all chains of a shard found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Chains that were followed.
    pub chains: u64,
    /// Entries that were checked.
    pub entries: u64,
    /// Seals that were checked.
    pub seals: u64,
    /// What is wrong, first break of each chain and seal.
    pub faults: Vec<AuditFault>,
}

/// Something that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFault {
    /// A chain is broken.
    Chain(WriterId, Break),
    /// A chain ends before, or differs at, what its head says.
    Head(WriterId),
    /// A head that cannot be read.
    HeadUnreadable,
    /// A chain does not hold what a seal says.
    Sealed(WriterId, u64),
    /// A seal does not hold; number 0 where not even that can be read.
    Seal(i64, SealError),
}

/// How far one chain has been followed.
#[derive(Clone, Debug)]
pub struct ChainWalk {
    /// What its head row says, as the walk began.
    stored: SealedHead,
    head: Head,
    /// What the seals say about it, ascending; each must be met on the way.
    sealed: Vec<(u64, Head)>,
    met: usize,
}

/// One step of a walk.
#[derive(Clone, Debug)]
pub struct ChainStep {
    /// The entries that were followed, all of them sound.
    pub entries: Vec<AuditEntryRow>,
    /// What is wrong; the walk has ended there.
    pub fault: Option<AuditFault>,
    /// Nothing is left to follow.
    pub is_end: bool,
}

sql! {
    CHAIN_AFTER = "SELECT writer, seq, at, kind, actor, commitment, body, hash FROM audit_entry
        WHERE shard = ?1 AND writer = ?2 AND seq > ?3 AND seq <= ?4 ORDER BY seq LIMIT ?5";
    ALL_HEADS = "SELECT writer, seq, hash FROM audit_head WHERE shard = ?1 ORDER BY writer";
    BEYOND_HEAD = "SELECT count(*) FROM audit_entry e WHERE e.shard = ?1 AND e.writer = ?2
        AND e.seq > (SELECT h.seq FROM audit_head h WHERE h.shard = ?1 AND h.writer = ?2)";
    SEALS_AFTER = "SELECT number, signed FROM seal
        WHERE shard = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
}

impl ReadTx<'_> {
    /// The heads of a shard that can be read, and a fault for each that cannot.
    pub fn heads_to_verify(
        &self,
        shard: Shard,
    ) -> Result<(Vec<SealedHead>, Vec<AuditFault>), StoreError> {
        let rows = self.query(&ALL_HEADS, params![shard], |row| {
            let read = || {
                let seq = u64::try_from(row.get::<i64>(1)?).map_err(|_| row.corrupt(1))?;
                let (writer, hash) = (row.get(0)?, row.get(2)?);
                let head = Head { seq, hash };
                Ok::<_, StoreError>(SealedHead { writer, head })
            };
            let unreadable = |_| match row.get(0) {
                Ok(writer) => AuditFault::Head(writer),
                Err(_) => AuditFault::HeadUnreadable,
            };
            Ok(read().map_err(unreadable))
        })?;
        let (sound, unsound): (Vec<_>, Vec<_>) = rows.into_iter().partition(Result::is_ok);
        let sound = sound.into_iter().filter_map(Result::ok).collect();
        let faults = unsound.into_iter().filter_map(Result::err).collect();
        Ok((sound, faults))
    }

    /// Checks the seals after a kept one (all without one): each signed by a known key, each the
    /// next. Gives those that hold, the kept one first.
    pub fn verify_seals(
        &self,
        shard: Shard,
        from: Option<&Seal>,
        seal_keys: &[PublicKey],
    ) -> Result<(Vec<Seal>, Option<AuditFault>), StoreError> {
        let mut seals: Vec<Seal> = from.cloned().into_iter().collect();
        let mut after = from.map_or(0, |seal| seal.number as i64);
        loop {
            let rows = self.query(&SEALS_AFTER, params![shard, after, PAGE], |row| {
                Ok(row.get::<i64>(0).and_then(|n| Ok((n, row.get::<Vec<u8>>(1)?))))
            })?;
            if rows.is_empty() {
                return Ok((seals, None));
            }
            for row in rows {
                let Ok((number, signed)) = row else {
                    let fault = AuditFault::Seal(after + 1, SealError::Malformed);
                    return Ok((seals, Some(fault)));
                };
                match next_seal(shard, seals.last(), &signed, seal_keys) {
                    Ok(seal) => seals.push(seal),
                    Err(error) => return Ok((seals, Some(AuditFault::Seal(number, error)))),
                }
                after = number;
            }
        }
    }

    /// Follows a chain by up to a page.
    pub fn walk_chain(&self, shard: Shard, walk: &mut ChainWalk) -> Result<ChainStep, StoreError> {
        let writer = walk.stored.writer;
        let number = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
        let (after, until) = (number(walk.head.seq), number(walk.stored.head.seq));
        let parameters = params![shard, &writer, after, until, PAGE];
        let rows = self.query(&CHAIN_AFTER, parameters, |row| Ok(AuditEntryRow::read(row).ok()))?;
        let is_end = rows.len() < PAGE as usize;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            match walk.step(shard, row) {
                Ok(row) => entries.push(row),
                Err(fault) => {
                    return Ok(ChainStep {
                        entries,
                        fault: Some(fault),
                        is_end: true,
                    });
                }
            }
        }
        let mut fault = if is_end { walk.end() } else { None };
        if is_end && fault.is_none() {
            // As of now, since others may have written on: none may lie beyond the head.
            let beyond: i64 =
                self.query_one(&BEYOND_HEAD, params![shard, &writer], |row| row.get(0))?;
            fault = (beyond > 0).then_some(AuditFault::Head(writer));
        }
        Ok(ChainStep {
            entries,
            fault,
            is_end,
        })
    }

    /// Follows all chains of a shard and checks all its seals from a kept one on (from the
    /// beginning without one): nothing altered, nothing missing, nothing put in between. For as
    /// much as one transaction may read; [`ReadTx::walk_chain`] for more.
    pub fn verify_audit(
        &self,
        shard: Shard,
        from: Option<&Seal>,
        seal_keys: &[PublicKey],
    ) -> Result<AuditReport, StoreError> {
        let (seals, broken) = self.verify_seals(shard, from, seal_keys)?;
        let (heads, unreadable) = self.heads_to_verify(shard)?;
        let mut report = AuditReport {
            chains: heads.len() as u64,
            entries: 0,
            seals: (seals.len() - usize::from(from.is_some())) as u64,
            faults: broken.into_iter().chain(unreadable).collect(),
        };
        for stored in &heads {
            let mut walk = ChainWalk::new(*stored, from, &seals);
            loop {
                let step = self.walk_chain(shard, &mut walk)?;
                report.entries += step.entries.len() as u64;
                report.faults.extend(step.fault);
                if step.is_end {
                    break;
                }
            }
        }
        report.faults.extend(heads_gone(&heads, &seals));
        Ok(report)
    }
}

/// Writers that the last seal names and that have no head any more.
pub fn heads_gone(heads: &[SealedHead], seals: &[Seal]) -> Vec<AuditFault> {
    let named = seals.last().into_iter().flat_map(|seal| &seal.heads);
    named
        .filter(|named| heads.iter().all(|head| head.writer != named.writer))
        .map(|gone| AuditFault::Head(gone.writer))
        .collect()
}

fn next_seal(
    shard: Shard,
    before: Option<&Seal>,
    signed: &[u8],
    keys: &[PublicKey],
) -> Result<Seal, SealError> {
    let seal = open_seal(signed, keys)?;
    match before {
        Some(before) => seal.follows(before)?,
        None if seal.number == 1 && seal.shard == shard.0 => (),
        None => return Err(SealError::NotNext),
    }
    Ok(seal)
}

impl ChainWalk {
    /// From a kept seal on, or from the beginning, to what the head row says.
    pub fn new(stored: SealedHead, from: Option<&Seal>, seals: &[Seal]) -> ChainWalk {
        let writer = stored.writer;
        let head = from.and_then(|seal| seal.head(writer)).unwrap_or(Head::START);
        let sealed = seals
            .iter()
            .filter_map(|seal| Some((seal.number, seal.head(writer)?)))
            .filter(|(_, sealed)| sealed.seq > head.seq)
            .collect();
        ChainWalk {
            stored,
            head,
            sealed,
            met: 0,
        }
    }

    fn step(
        &mut self,
        shard: Shard,
        row: Option<AuditEntryRow>,
    ) -> Result<AuditEntryRow, AuditFault> {
        let writer = self.stored.writer;
        let row = row.ok_or(AuditFault::Chain(
            writer,
            Break {
                seq: self.head.seq + 1,
                kind: BreakKind::Content,
            },
        ))?;
        self.head = follow(self.head, [row.entry(shard, self.head.hash)])
            .map_err(|broken| AuditFault::Chain(writer, broken))?;
        while let Some((number, wanted)) = self.sealed.get(self.met) {
            if wanted.seq > self.head.seq {
                break;
            }
            if wanted.seq == self.head.seq && wanted.hash != self.head.hash {
                return Err(AuditFault::Sealed(writer, *number));
            }
            self.met += 1;
        }
        Ok(row)
    }

    fn end(&self) -> Option<AuditFault> {
        let writer = self.stored.writer;
        if let Some((number, _)) = self.sealed.get(self.met) {
            return Some(AuditFault::Sealed(writer, *number));
        }
        (self.head != self.stored.head).then_some(AuditFault::Head(writer))
    }
}

impl AuditFault {
    /// The kind of break, where it is a chain's.
    pub fn break_kind(&self) -> Option<BreakKind> {
        match self {
            AuditFault::Chain(_, broken) => Some(broken.kind),
            _ => None,
        }
    }
}
