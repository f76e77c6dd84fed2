//! The compiled policy: what server and device evaluate (design §2 "Two forms").
//!
//! CBOR, versioned; the hash of its bytes is the effective-policy id that every record keeps.
//! Made by `policy::compile`; here it is only read, checked once ([`Policy::read`]) and held
//! ready for [`super::decide`].

use super::compiled_cbor::read_compiled;
use super::duty::Duty;
use super::fact::Fact;
use super::reading::{CUTS_MOST, Lens, Reading};
use super::record::kept_facts;
use crate::sort::sort_by_key;
use crate::wire::cbor::{Cbor, CborError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Version of this form; a shipped version is never edited.
pub const COMPILED_VERSION: u8 = 1;
/// Most rows of one effective policy.
pub const ROWS_MOST: usize = 1000;
/// Most readings of one effective policy.
pub const READINGS_MOST: usize = 250;
/// Largest compiled form that is read, in bytes.
pub const COMPILED_BYTES_MOST: usize = 1 << 20;

/// Id of an effective policy: SHA-256 of its compiled bytes.
pub type PolicyId = [u8; 32];

/// All documents in force at one place, made one (the wire form).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledPolicy {
    /// [`COMPILED_VERSION`].
    pub version: u8,
    /// The documents, upper areas first.
    pub documents: Vec<DocumentName>,
    /// What of which facts the rows read.
    pub readings: Vec<Reading>,
    /// The rows in the order of their documents.
    pub rows: Vec<Row>,
    /// Minutes to rest before the second measurement.
    pub rest_minutes: u16,
    /// From which instant (ms) which offset (minutes) holds; the first holds before it too.
    pub offsets: Vec<(i64, i16)>,
}

/// A document in force, as it is named on screens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentName {
    /// `HN`.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// Short title.
    pub title: Text,
}

/// A text in both languages, slots in braces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// 准许: may cross, once its needs are met.
    Grant,
    /// 不准: may not cross.
    Bar,
    /// 转办: somebody takes charge.
    Refer,
    /// 要做的事.
    Duty,
}

/// 规则行.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `HN/visitor`.
    pub id: String,
    /// What it does.
    pub effect: Effect,
    /// Position of its document in [`CompiledPolicy::documents`]; `None` for the rows that
    /// nobody can replace.
    pub document: Option<u8>,
    /// Clause of the notice, or `deployment` for a local choice.
    pub source: String,
    /// Who, way and when: all must hold.
    pub all: Vec<Test>,
    /// Exceptions: none may hold; each is a list of which all must hold.
    pub unless: Vec<Vec<Test>>,
    /// What can still be supplied at the gate; only of grants.
    pub needs: Vec<Test>,
    /// What is to be done; only of duties and refers.
    pub duties: Vec<Duty>,
    /// The sentences for the guard.
    pub say: Option<Text>,
}

/// A condition: the reading must lie in the accepted classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    /// Position in [`CompiledPolicy::readings`].
    pub reading: u8,
    /// Accepted classes, as bits.
    pub accept: u64,
}

/// Why compiled bytes cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompiledError {
    /// Larger than [`COMPILED_BYTES_MOST`].
    TooLarge,
    /// Not the CBOR of a compiled policy.
    Malformed,
    /// Made by another version of the program.
    OtherVersion,
    /// A fact that this program does not know.
    UnknownFact,
    /// A row points to something that is not there, or a bound is passed.
    Inconsistent,
}

impl std::fmt::Display for CompiledError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            CompiledError::TooLarge => "the compiled policy is larger than 1 MiB",
            CompiledError::Malformed => "these bytes are no compiled policy",
            CompiledError::OtherVersion => "the compiled policy has another version",
            CompiledError::UnknownFact => "the compiled policy reads a fact unknown here",
            CompiledError::Inconsistent => "the compiled policy contradicts itself",
        })
    }
}

impl std::error::Error for CompiledError {}

impl CompiledPolicy {
    /// The bytes whose hash is the id.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_cbor()
    }
}

/// A compiled policy, checked and ready to decide by.
#[derive(Clone, Debug)]
pub struct Policy {
    compiled: CompiledPolicy,
    id: PolicyId,
    /// For each reading its fact and every class it may lie in.
    lookups: Vec<(Fact, u64)>,
    /// What a record of a case keeps.
    kept: Vec<Fact>,
}

impl Policy {
    /// Checks bytes from outside; whatever they hold, the result is a usable policy or an error.
    pub fn read(bytes: &[u8]) -> Result<Policy, CompiledError> {
        let compiled = read_compiled(bytes).map_err(|error| match error {
            CborError::TooLong if bytes.len() > COMPILED_BYTES_MOST => CompiledError::TooLarge,
            _ => CompiledError::Malformed,
        })?;
        Policy::ready(compiled, bytes)
    }

    /// Checks a policy that was just compiled.
    pub fn new(compiled: CompiledPolicy) -> Result<Policy, CompiledError> {
        // What passes a bound of the encoding could be written but not read again.
        let bytes = compiled.to_bytes();
        match read_compiled(&bytes) {
            Ok(again) if again == compiled => Policy::ready(compiled, &bytes),
            _ => Err(CompiledError::Inconsistent),
        }
    }

    fn ready(compiled: CompiledPolicy, bytes: &[u8]) -> Result<Policy, CompiledError> {
        if compiled.version != COMPILED_VERSION {
            return Err(CompiledError::OtherVersion);
        }
        let lookups = compiled
            .readings
            .iter()
            .map(|reading| {
                let fact = Fact::numbered(reading.fact).ok_or(CompiledError::UnknownFact)?;
                cuts_hold(&reading.lens)
                    .then(|| (fact, reading.every_class()))
                    .ok_or(CompiledError::Inconsistent)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let consistent = compiled.rows.len() <= ROWS_MOST
            && compiled.readings.len() <= READINGS_MOST
            && compiled.rows.iter().all(|row| row_holds(row, &compiled));
        if !consistent {
            return Err(CompiledError::Inconsistent);
        }
        let id = Sha256::digest(bytes).into();
        let kept = kept_facts(lookups.iter().map(|lookup| lookup.0));
        Ok(Policy {
            compiled,
            id,
            lookups,
            kept,
        })
    }

    /// The effective-policy id.
    pub fn id(&self) -> PolicyId {
        self.id
    }

    /// What it holds.
    pub fn compiled(&self) -> &CompiledPolicy {
        &self.compiled
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.compiled.rows
    }

    /// For each reading its fact and every class it may lie in.
    pub(crate) fn lookups(&self) -> &[(Fact, u64)] {
        &self.lookups
    }

    /// The facts that the rows read, each once, in order.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.lookups.iter().map(|lookup| lookup.0).collect();
        sort_by_key(&mut facts, |fact| *fact);
        facts.dedup();
        facts
    }

    /// The facts that a record keeps under this policy, by number: those that the rows read, and
    /// the base list.
    pub(crate) fn kept_facts(&self) -> &[Fact] {
        &self.kept
    }

    /// Offset from UTC that holds at an instant.
    pub fn offset_minutes(&self, millis: i64) -> i16 {
        let offsets = &self.compiled.offsets;
        let at = offsets.partition_point(|(from, _)| *from <= millis);
        offsets
            .get(at.saturating_sub(1))
            .map_or(480, |(_, minutes)| *minutes)
    }
}

fn cuts_hold(lens: &Lens) -> bool {
    match lens {
        Lens::Whole { cuts } | Lens::OutingCount { cuts, .. } => {
            cuts.len() <= CUTS_MOST && cuts.windows(2).all(|pair| pair[0] < pair[1])
        }
        Lens::AnyOf { .. } | Lens::AllOf { .. } | Lens::StayWithin { .. } => true,
    }
}

fn row_holds(row: &Row, compiled: &CompiledPolicy) -> bool {
    let tests = row
        .all
        .iter()
        .chain(row.unless.iter().flatten())
        .chain(&row.needs);
    tests
        .into_iter()
        .all(|test| usize::from(test.reading) < compiled.readings.len())
        && row
            .document
            .is_none_or(|at| usize::from(at) < compiled.documents.len())
        && (row.effect == Effect::Grant || row.needs.is_empty())
}
