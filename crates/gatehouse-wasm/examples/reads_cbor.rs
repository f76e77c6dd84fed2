//! Our reader of CBOR by itself, in WASM: reads bytes item by item with nothing but
//! [`Reader`], writes down what it read with [`Writer`], and says that or why it stopped. No part
//! of the product; `script/wasm reads_cbor` builds it for web/tests.
//!
//! Its test holds the reader against another library over the European certificates of
//! `shared/data/dcc`. What comes out for each of them lies in `testdata/cbor/european-v1.json`, and
//! web/tests asks the same of the WASM.

use data_encoding::HEXLOWER;
use gatehouse_core::wire::cbor::{CborError, Read, Reader, Writer};
use gatehouse_wasm::{answer, bytes};

/// Longest text, list or map; the certificates are far below.
const MOST: usize = 4_096;
/// Lists and maps in one another.
const DEPTH_MOST: u8 = 16;

/// What is read, as hex digits, or the name of the reason that it is not.
///
/// # Safety
/// `length` bytes can be read at `encoding`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read_cbor(encoding: *const u8, length: usize) -> *mut u8 {
    // SAFETY: passed on from the caller.
    answer(told(unsafe { bytes(encoding, length) }).as_bytes())
}

fn told(encoding: &[u8]) -> String {
    match again(encoding) {
        Ok(written) => HEXLOWER.encode(&written),
        Err(error) => format!("{error:?}"),
    }
}

/// Reads one item, and writes it anew.
fn again(encoding: &[u8]) -> Read<Vec<u8>> {
    let (mut reader, mut writer) = (Reader::new(encoding), Writer::default());
    copy(&mut reader, &mut writer, DEPTH_MOST)?;
    reader.finish()?;
    Ok(writer.finish())
}

fn copy(reader: &mut Reader<'_>, writer: &mut Writer, depth: u8) -> Read<()> {
    let deeper = depth.checked_sub(1).ok_or(CborError::TooLong)?;
    let (items, each) = match reader.peek()? {
        0 | 1 => (0, writer.int(reader.int()?)),
        2 => (0, writer.bytes(reader.bytes(MOST)?)),
        3 => (0, writer.text(reader.text(MOST)?)),
        4 => {
            let items = reader.array(MOST)?;
            (items, writer.array(items))
        }
        5 => {
            let entries = reader.map(MOST)?;
            (2 * entries, writer.map(entries))
        }
        7 if reader.null()? => (0, writer.null()),
        7 => (0, writer.boolean(reader.boolean()?)),
        // A tag: nothing of ours has one, so no call of the reader takes it.
        _ => (0, writer.uint(reader.uint()?)),
    };
    for _ in 0..items {
        copy(reader, each, deeper)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ciborium::Value;
    use serde_json::json;
    use std::path::Path;

    const FILE: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../testdata/cbor/european-v1.json"
    );

    /// The vectors, which may not be copied into this repository; a worktree lies one folder deeper
    /// than the main checkout.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test finds its data by the environment"
    )]
    fn vectors() -> Option<String> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let named = std::env::var_os("GATEHOUSE_SHARED_DATA").map(Into::into);
        let beside = ["../shared/data", "../../shared/data"].map(|path| workspace.join(path));
        let mut folders = named.into_iter().chain(beside);
        let found =
            folders.find_map(|at| std::fs::read_to_string(at.join("dcc/vectors.jsonl")).ok());
        if found.is_none() {
            eprintln!("skipped: dcc/vectors.jsonl is not here; set GATEHOUSE_SHARED_DATA");
        }
        found
    }

    fn has_tag(value: &Value) -> bool {
        match value {
            Value::Tag(..) => true,
            Value::Array(items) => items.iter().any(has_tag),
            Value::Map(entries) => entries
                .iter()
                .any(|(key, value)| has_tag(key) || has_tag(value)),
            _ => false,
        }
    }

    /// What ours is to say, as another library reads and writes: it reads what that one would have
    /// written; it refuses tags, and lengths that are open or longer than they need be.
    fn wanted(encoding: &[u8]) -> Option<&'static str> {
        let mut rest = encoding;
        let value: Value = ciborium::from_reader(&mut rest).ok()?;
        let mut written = Vec::new();
        ciborium::into_writer(&value, &mut written).expect("it writes what it read");
        match rest.is_empty() {
            false => None,
            true if has_tag(&value) => Some("Kind"),
            true if written != encoding => Some("NotCanonical"),
            true => Some("read"),
        }
    }

    /// What ours says, held against the other.
    fn said(id: &serde_json::Value, encoding: &[u8]) -> String {
        let told = told(encoding);
        let is_read = told == HEXLOWER.encode(encoding);
        let said = if is_read { "read".to_owned() } else { told };
        match wanted(encoding) {
            Some(wanted) => assert_eq!(said, wanted, "{id}"),
            None => assert!(!is_read, "{id}: the other does not read it"),
        }
        said
    }

    /// Where the payload of an envelope lies in it.
    fn payload(envelope: &[u8]) -> Option<(usize, usize)> {
        let value: Value = ciborium::from_reader(envelope).ok()?;
        let (_, inside) = value.as_tag()?;
        let payload = inside.as_array()?.get(2)?.as_bytes()?;
        let mut places = envelope.windows(payload.len());
        Some((places.position(|place| place == payload)?, payload.len()))
    }

    /// One vector as a line of the file: for its JSON as CBOR, its envelope, the envelope without
    /// its tag, and the payload, what our reader says.
    fn line(vector: &serde_json::Value) -> serde_json::Value {
        let id = &vector["id"];
        let bytes = |field: &str| {
            let hex = vector[field].as_str()?.to_lowercase();
            Some(HEXLOWER.decode(hex.as_bytes()).expect("hex digits"))
        };
        let (certificate, envelope) = (bytes("CBOR"), bytes("COSE"));
        let payload = envelope.as_deref().and_then(payload);
        let inside = payload
            .zip(envelope.as_ref())
            .map(|((at, length), envelope)| {
                json!([at, length, said(id, &envelope[at..at + length])])
            });
        if vector["EXPECTEDRESULTS"]["EXPECTEDDECODE"] == true {
            let read = inside.as_ref().map(|inside| &inside[2]);
            assert!(
                read.is_some_and(|said| said == "read" || said == "Kind"),
                "{id}: {read:?}"
            );
        }
        json!({
            "id": id,
            "certificate": certificate.map(|bytes| said(id, &bytes)),
            "envelope": envelope.as_ref().map(|bytes| said(id, bytes)),
            "envelope_without_tag": envelope.as_ref().map(|bytes| said(id, &bytes[1..])),
            "payload": inside,
        })
    }

    fn lines(vectors: &str) -> String {
        let vectors = vectors
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let lines: Vec<String> = vectors.map(|vector| line(&vector).to_string()).collect();
        format!("[\n{}\n]\n", lines.join(",\n"))
    }

    #[test]
    fn european_certificates_are_read_as_another_library_reads_them() {
        let Some(vectors) = vectors() else {
            return;
        };
        let held = std::fs::read_to_string(FILE).expect("the file is there");
        assert!(
            held == lines(&vectors),
            "european-v1.json says otherwise: run the ignored test `write_what_is_said`"
        );
    }

    #[test]
    #[ignore = "writes the file"]
    fn write_what_is_said() {
        let vectors = vectors().expect("the vectors");
        std::fs::write(FILE, lines(&vectors)).expect("testdata can be written");
    }
}
