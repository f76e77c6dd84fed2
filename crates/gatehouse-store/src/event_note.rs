//! What an audit entry says about an event of a device: which, its hash, and what the server
//! decided. Later the row is compared with it.

use crate::audit::AuditEntryRow;
use crate::crossing::verdict_number;
use crate::device_event::{EVENT_KINDS, ServerDecision};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::DeviceId;

/// Written in place of a verdict where the server did not decide.
const NOT_DECIDED: u8 = u8::MAX;
/// An entry about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventNote {
    /// Whose event.
    pub device: DeviceId,
    /// Its number in the device's chain.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
    /// Verdict and rows of the server, as the row must have them; `None` in entries that are
    /// older than this part.
    pub server: Option<(Option<u8>, String)>,
    /// The kind of event.
    pub kind: String,
    /// When it was received, milliseconds UTC.
    pub at: i64,
}

impl EventNote {
    /// The body of such an entry.
    pub(crate) fn body(
        device: DeviceId,
        seq: i64,
        hash: &Hash,
        server: Option<&ServerDecision>,
    ) -> Vec<u8> {
        let mut body = [&device.0[..], &seq.to_be_bytes(), &hash.0].concat();
        body.push(server.map_or(NOT_DECIDED, |server| verdict_number(server.verdict)));
        for (place, row) in server.iter().flat_map(|server| &server.row_ids).enumerate() {
            if place > 0 {
                body.push(b' ');
            }
            body.extend_from_slice(row.as_bytes());
        }
        body
    }

    /// Reads an entry; `None` where it is about something else.
    pub fn of(entry: &AuditEntryRow) -> Option<EventNote> {
        if !EVENT_KINDS.contains(&entry.kind.as_str()) {
            return None;
        }
        let (device, rest) = entry.body.split_first_chunk::<16>()?;
        let (seq, rest) = rest.split_first_chunk::<8>()?;
        let (hash, rest) = rest.split_first_chunk::<32>()?;
        let server = match rest.split_first() {
            None => None,
            Some((&NOT_DECIDED, _)) => Some((None, String::new())),
            Some((&verdict, rows)) => {
                Some((Some(verdict), std::str::from_utf8(rows).ok()?.to_owned()))
            }
        };
        Some(EventNote {
            device: DeviceId(*device),
            seq: i64::from_be_bytes(*seq),
            hash: Hash(*hash),
            server,
            kind: entry.kind.clone(),
            at: entry.at,
        })
    }
}
