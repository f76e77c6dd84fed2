//! Audit chains: entries, heads, seals. *Sharded*, each thread that writes has a chain of its
//! own in each shard, so that writers never wait for one another. Formats are core's
//! (`gatehouse_core::audit`); nothing here is ever changed, retention drops only sealed days.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::audit::{
    Break, BreakKind, Entry, Hash, Head, Seal, SealError, SealedHead, WriterId, entry_hash, follow,
};
use gatehouse_core::id::StaffId;
use gatehouse_core::key::{PublicKey, SigningKey};

/// Entries read at once while a chain is followed.
const PAGE: u32 = 1_000;

/// What is to be written down.
#[derive(Clone, Copy, Debug)]
pub struct AuditNote<'a> {
    /// County.
    pub shard: Shard,
    /// When, milliseconds UTC.
    pub at: i64,
    /// What was done: `pass.issue`, `person.view` …
    pub kind: &'a str,
    /// Who did it; `None` for the program itself.
    pub actor: Option<StaffId>,
    /// Whom it concerns, hidden.
    pub commitment: Option<Hash>,
    /// The rest, free of personal data.
    pub body: &'a [u8],
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditPlace {
    /// Whose chain.
    pub writer: WriterId,
    /// Its number there.
    pub seq: i64,
}

/// An entry as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntryRow {
    /// Whose chain.
    pub writer: WriterId,
    /// Counts from 1.
    pub seq: i64,
    /// When, milliseconds UTC.
    pub at: i64,
    /// What was done.
    pub kind: String,
    /// Who did it.
    pub actor: Option<StaffId>,
    /// Whom it concerns, hidden.
    pub commitment: Option<Hash>,
    /// The rest.
    pub body: Vec<u8>,
    /// Of this entry and the one before.
    pub hash: Hash,
}

/// A kept seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealRow {
    /// County.
    pub shard: Shard,
    /// Counts from 1.
    pub number: i64,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// Heads and signature.
    pub signed: Vec<u8>,
}

/// What following all chains of a shard found.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// A chain does not hold what a seal says.
    Sealed(WriterId, u64),
    /// A seal does not hold.
    Seal(i64, SealError),
}

sql! {
    HEAD = "SELECT seq, hash FROM audit_head WHERE shard = ?1 AND writer = ?2";
    SET_HEAD = "INSERT INTO audit_head (shard, writer, seq, hash) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (shard, writer) DO UPDATE SET seq = ?3, hash = ?4";
    HEADS = "SELECT writer, seq, hash FROM audit_head WHERE shard = ?1 ORDER BY writer";
    INSERT_ENTRY = "INSERT INTO audit_entry (shard, writer, seq, at, kind, actor, commitment, body,
            hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    ENTRIES_AFTER = "SELECT writer, seq, at, kind, actor, commitment, body, hash FROM audit_entry
        WHERE shard = ?1 AND writer = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4";
    INSERT_SEAL = "INSERT INTO seal (shard, number, made_at, signed) VALUES (?1, ?2, ?3, ?4)";
    SEALS_FROM = "SELECT shard, number, made_at, signed FROM seal
        WHERE shard = ?1 AND number >= ?2 ORDER BY number LIMIT ?3";
    LAST_SEAL = "SELECT shard, number, made_at, signed FROM seal WHERE shard = ?1
        ORDER BY number DESC LIMIT 1";
    DROP_ENTRIES = "DELETE FROM audit_entry WHERE shard = ?1 AND writer = ?2 AND seq <= ?3
        AND seq IN (SELECT seq FROM audit_entry WHERE shard = ?1 AND writer = ?2
            ORDER BY seq LIMIT 500)";
}

fn read_entry(row: &crate::value::Row<'_>) -> Result<AuditEntryRow, StoreError> {
    Ok(AuditEntryRow {
        writer: row.get(0)?,
        seq: row.get(1)?,
        at: row.get(2)?,
        kind: row.get(3)?,
        actor: row.get(4)?,
        commitment: row.get(5)?,
        body: row.get(6)?,
        hash: row.get(7)?,
    })
}

fn read_seal(row: &crate::value::Row<'_>) -> Result<SealRow, StoreError> {
    Ok(SealRow {
        shard: row.get(0)?,
        number: row.get(1)?,
        made_at: row.get(2)?,
        signed: row.get(3)?,
    })
}

/// Opens a seal by whichever of the keys it names.
fn open_seal(signed: &[u8], keys: &[PublicKey]) -> Result<Seal, SealError> {
    let mut end = Err(SealError::Malformed);
    for key in keys {
        end = Seal::open(signed, key);
        if !matches!(end, Err(SealError::UnknownKey(_))) {
            break;
        }
    }
    end
}

impl AuditEntryRow {
    fn entry(&self, shard: Shard, previous: Hash) -> (Entry<'_>, Hash) {
        let entry = Entry {
            shard: shard.0,
            writer: self.writer,
            seq: u64::try_from(self.seq).unwrap_or(0),
            previous,
            at: self.at,
            kind: &self.kind,
            actor: self.actor,
            commitment: self.commitment,
            body: &self.body,
        };
        (entry, self.hash)
    }
}

impl ReadTx<'_> {
    /// Up to `limit` entries of a chain after a number.
    pub fn audit_entries(
        &self,
        shard: Shard,
        writer: WriterId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditEntryRow>, StoreError> {
        let parameters = params![shard, &writer, after, limit];
        self.query(&ENTRIES_AFTER, parameters, read_entry)
    }

    /// The heads of all chains of a shard, ascending by writer.
    pub fn audit_heads(&self, shard: Shard) -> Result<Vec<SealedHead>, StoreError> {
        self.query(&HEADS, params![shard], |row| {
            let seq: i64 = row.get(1)?;
            Ok(SealedHead {
                writer: row.get(0)?,
                head: Head {
                    seq: u64::try_from(seq).map_err(|_| row.corrupt(1))?,
                    hash: row.get(2)?,
                },
            })
        })
    }

    /// The last seal of a shard.
    pub fn last_seal(&self, shard: Shard) -> Result<Option<SealRow>, StoreError> {
        self.optional(&LAST_SEAL, params![shard], read_seal)
    }

    /// Up to `limit` seals from a number on.
    pub fn seals(&self, shard: Shard, from: i64, limit: u32) -> Result<Vec<SealRow>, StoreError> {
        self.query(&SEALS_FROM, params![shard, from, limit], read_seal)
    }

    /// Follows all chains of a shard and checks all its seals from a kept one on (from the
    /// beginning without one): nothing altered, nothing missing, nothing put in between.
    pub fn verify_audit(
        &self,
        shard: Shard,
        from: Option<&Seal>,
        seal_keys: &[PublicKey],
    ) -> Result<AuditReport, StoreError> {
        let mut report = AuditReport {
            chains: 0,
            entries: 0,
            seals: 0,
            faults: Vec::new(),
        };
        let seals = self.verify_seals(shard, from, seal_keys, &mut report)?;
        let heads = self.audit_heads(shard)?;
        for sealed in &heads {
            report.chains += 1;
            self.verify_chain(shard, sealed, from, &seals, &mut report)?;
        }
        // A writer that a seal names and that has no head any more.
        let named = seals.last().into_iter().flat_map(|seal| &seal.heads);
        for gone in named.filter(|named| heads.iter().all(|head| head.writer != named.writer)) {
            report.faults.push(AuditFault::Head(gone.writer));
        }
        Ok(report)
    }

    fn verify_seals(
        &self,
        shard: Shard,
        from: Option<&Seal>,
        seal_keys: &[PublicKey],
        report: &mut AuditReport,
    ) -> Result<Vec<Seal>, StoreError> {
        let mut before = from.cloned();
        let mut seals: Vec<Seal> = from.cloned().into_iter().collect();
        let mut next = from.map_or(1, |seal| seal.number as i64 + 1);
        loop {
            let rows = self.seals(shard, next, PAGE)?;
            let Some(last) = rows.last() else {
                return Ok(seals);
            };
            next = last.number + 1;
            for row in &rows {
                report.seals += 1;
                let checked = open_seal(&row.signed, seal_keys).and_then(|seal| {
                    let in_order = match &before {
                        Some(before) => seal.follows(before),
                        None if seal.number == 1 && seal.shard == shard.0 => Ok(()),
                        None => Err(SealError::NotNext),
                    };
                    in_order.map(|()| seal)
                });
                match checked {
                    Ok(seal) => {
                        before = Some(seal.clone());
                        seals.push(seal);
                    }
                    Err(error) => {
                        report.faults.push(AuditFault::Seal(row.number, error));
                        return Ok(seals);
                    }
                }
            }
        }
    }

    fn verify_chain(
        &self,
        shard: Shard,
        stored: &SealedHead,
        from: Option<&Seal>,
        seals: &[Seal],
        report: &mut AuditReport,
    ) -> Result<(), StoreError> {
        let writer = stored.writer;
        let mut head = from
            .and_then(|seal| seal.head(writer))
            .unwrap_or(Head::START);
        let start = head.seq;
        // What the seals say about this chain, ascending; each must be met on the way.
        let mut sealed = seals
            .iter()
            .filter_map(|seal| Some((seal.number, seal.head(writer)?)))
            .filter(move |(_, sealed)| sealed.seq > start)
            .peekable();
        loop {
            let after = i64::try_from(head.seq).unwrap_or(i64::MAX);
            let rows = self.audit_entries(shard, writer, after, PAGE)?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                report.entries += 1;
                match follow(head, [row.entry(shard, head.hash)]) {
                    Ok(next) => head = next,
                    Err(broken) => {
                        report.faults.push(AuditFault::Chain(writer, broken));
                        return Ok(());
                    }
                }
                while let Some((number, wanted)) = sealed.next_if(|s| s.1.seq <= head.seq) {
                    if wanted.seq == head.seq && wanted.hash != head.hash {
                        report.faults.push(AuditFault::Sealed(writer, number));
                        return Ok(());
                    }
                }
            }
        }
        if let Some((number, _)) = sealed.next() {
            report.faults.push(AuditFault::Sealed(writer, number));
        } else if head != stored.head {
            report.faults.push(AuditFault::Head(writer));
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Writes an entry at the end of this thread's chain in the shard.
    pub fn append_audit(&self, note: &AuditNote<'_>) -> Result<AuditPlace, StoreError> {
        let writer = self.writer();
        let (seq, previous) = self
            .optional(&HEAD, params![note.shard, &writer], |row| {
                Ok((row.get::<i64>(0)?, row.get::<Hash>(1)?))
            })?
            .unwrap_or((0, Hash::START));
        let seq = seq + 1;
        let hash = entry_hash(&Entry {
            shard: note.shard.0,
            writer,
            seq: u64::try_from(seq).unwrap_or(0),
            previous,
            at: note.at,
            kind: note.kind,
            actor: note.actor,
            commitment: note.commitment,
            body: note.body,
        });
        self.execute_one(
            &INSERT_ENTRY,
            params![
                note.shard,
                &writer,
                seq,
                note.at,
                note.kind,
                note.actor.as_ref(),
                note.commitment.as_ref(),
                note.body,
                &hash
            ],
        )?;
        self.execute_one(&SET_HEAD, params![note.shard, &writer, seq, &hash])?;
        Ok(AuditPlace { writer, seq })
    }

    /// Seals all heads of a shard: hourly, and before retention drops anything. `earlier` are
    /// seal keys that were used before this one.
    pub fn seal_audit(
        &self,
        shard: Shard,
        made_at: i64,
        key: &SigningKey,
        earlier: &[PublicKey],
    ) -> Result<Seal, StoreError> {
        let before = match self.last_seal(shard)? {
            Some(row) => {
                let keys = [&[key.into()], earlier].concat();
                let seal = open_seal(&row.signed, &keys);
                let seal = seal.map_err(|_| {
                    self.fail(StoreError::Sealed("the last seal is not by a known key"))
                })?;
                Some(seal)
            }
            None => None,
        };
        let seal = Seal {
            shard: shard.0,
            number: before.as_ref().map_or(1, |seal| seal.number + 1),
            previous: before.as_ref().map_or(Hash::START, Seal::hash),
            // A clock that was set back must not make a seal that does not follow.
            made_at: before.map_or(made_at, |seal| seal.made_at.max(made_at)),
            heads: self.audit_heads(shard)?,
        };
        let signed = seal.sign(key);
        let number = i64::try_from(seal.number).unwrap_or(i64::MAX);
        let parameters = params![shard, number, seal.made_at, &signed];
        self.execute_one(&INSERT_SEAL, parameters)?;
        Ok(seal)
    }

    /// Drops up to 500 entries of a chain that a kept seal covers; says how many. What is left
    /// still verifies from that seal on.
    pub fn drop_sealed_audit(
        &self,
        shard: Shard,
        writer: WriterId,
        seal: &Seal,
    ) -> Result<u64, StoreError> {
        let Some(head) = seal.head(writer) else {
            return Ok(0);
        };
        let through = i64::try_from(head.seq).unwrap_or(i64::MAX);
        self.execute(&DROP_ENTRIES, params![shard, &writer, through])
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
