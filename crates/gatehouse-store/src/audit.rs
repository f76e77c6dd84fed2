//! Audit chains: entries, heads, seals. *Sharded*, each thread that writes has a chain of its
//! own in each shard, so that writers never wait for one another. Formats are core's
//! (`gatehouse_core::audit`); nothing here is ever changed, retention drops only sealed days.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::audit::{Entry, Hash, Head, Seal, SealError, SealedHead, WriterId, entry_hash};
use gatehouse_core::id::StaffId;
use gatehouse_core::key::{PublicKey, SigningKey};

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

/// Where a chain stands.
pub(crate) fn write_head(
    tx: &ReadTx<'_>,
    shard: Shard,
    writer: WriterId,
    seq: i64,
    hash: &Hash,
) -> Result<(), StoreError> {
    tx.run(&SET_HEAD, params![shard, &writer, seq, hash])?;
    Ok(())
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
pub(crate) fn open_seal(signed: &[u8], keys: &[PublicKey]) -> Result<Seal, SealError> {
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
    pub(crate) fn read(row: &crate::value::Row<'_>) -> Result<AuditEntryRow, StoreError> {
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

    pub(crate) fn entry(&self, shard: Shard, previous: Hash) -> (Entry<'_>, Hash) {
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
        self.query(&ENTRIES_AFTER, parameters, AuditEntryRow::read)
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
}

impl Tx<'_> {
    /// Writes an entry at the end of this thread's chain in the shard.
    pub fn append_audit(&self, note: &AuditNote<'_>) -> Result<AuditPlace, StoreError> {
        let writer = self.writer();
        let (seq, previous) = self.audit_head(note.shard, writer)?;
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
        let mut deferred = self.deferred().borrow_mut();
        deferred.set_head(note.shard, writer, seq, hash);
        Ok(AuditPlace { writer, seq })
    }

    /// Number and hash of the last entry of a chain.
    fn audit_head(&self, shard: Shard, writer: WriterId) -> Result<(i64, Hash), StoreError> {
        let moved = self.deferred().borrow().head(shard, writer);
        if let Some(head) = moved {
            return Ok(head);
        }
        let there = self.optional(&HEAD, params![shard, &writer], |row| {
            Ok((row.get::<i64>(0)?, row.get::<Hash>(1)?))
        })?;
        Ok(there.unwrap_or((0, Hash::START)))
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
