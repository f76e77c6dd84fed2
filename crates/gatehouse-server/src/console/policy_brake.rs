//! The emergency brake in words: which suspended rows a version brings back, and what was suspended
//! before.

use crate::console::policy_versions::row_lines;
use crate::page::Frame;
use crate::times::Times;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_store::policy_suspension::SuspensionRow;

/// Suspended rows that a document brings back, by these words.
pub fn back_lines(
    document: Option<&PolicyDocument>,
    (back, key): (&[SuspensionRow], &str),
    frame: &Frame,
    times: &Times,
) -> Vec<String> {
    let lines = document.map_or_else(Vec::new, |document| row_lines(document, frame.lang));
    let said = |row: &SuspensionRow| {
        let line = lines.iter().find(|(id, _)| *id == row.row_id);
        let words = line.map_or(row.row_id.as_str(), |(_, words)| words.as_str());
        let since = times.moment(row.from_at);
        frame.fill(key, &[("row", words), ("since", &since)])
    };
    back.iter().map(said).collect()
}

/// What was suspended before: the row, and since when until when, or that it was withdrawn.
pub fn brake_log(log: &[SuspensionRow], frame: &Frame, times: &Times) -> Vec<(String, String)> {
    let ended = log.iter().filter_map(|one| Some((one, one.to_at?)));
    let lines = ended.map(|(one, to)| {
        let key = match one.is_withdrawn() {
            true => "version-brake-withdrawn",
            false => "version-brake-was",
        };
        let (from, to) = (times.moment(one.from_at), times.moment(to));
        let said = frame.fill(key, &[("from", &from), ("to", &to)]);
        let reason = frame.t(&format!("version-reason-{}", one.reason));
        (one.row_id.clone(), format!("{said} · {reason}"))
    });
    lines.collect()
}
