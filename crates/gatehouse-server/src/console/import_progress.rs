//! The pages of an import that is at work, and of one that has ended.

use super::import_check::widths;
use super::import_run::{About, Wish};
use crate::ops::import_people::state::State as RunState;
use crate::ops::import_people::undo::{UndoCounts, counts_of, preview};
use crate::ops::import_people::{Desk, ImportError, rows_left};
use crate::page::Frame;
use crate::times::Times;
use askama::Template;
use gatehouse_store::import_run::ImportRunRow;

/// Rows that are looked at before undoing.
const LOOKED_AT: u32 = 2_000;

#[derive(Template)]
#[template(path = "import_work.html")]
pub(super) struct WorkPage {
    frame: Frame,
    about: About,
    title: &'static str,
    lead: String,
    done: i64,
    all: i64,
    /// Words on what stopping means, where it can be stopped.
    stop: Option<String>,
}

#[derive(Template)]
#[template(path = "import_done.html")]
pub(super) struct DonePage {
    frame: Frame,
    about: About,
    title: &'static str,
    row: ImportRunRow,
    widths: [i64; 4],
    left: i64,
    until: Option<String>,
    said: Vec<(bool, String)>,
    looked: bool,
    faults: Option<String>,
    stopped: Option<String>,
    has_undo: bool,
}

pub(super) fn work_page(row: &ImportRunRow, about: About, frame: Frame) -> WorkPage {
    let (done, all) = (row.rows_done.to_string(), row.rows_all.to_string());
    let slots = [("done", done.as_str()), ("all", all.as_str())];
    let (title, lead, stop) = match RunState::named(&row.state) {
        Some(RunState::Checking) => (
            "import-working-title",
            frame.fill("import-working", &slots),
            false,
        ),
        Some(RunState::Linking) => ("import-run-title", frame.t("import-run-linking"), true),
        Some(RunState::Undoing) => ("import-undoing-title", frame.t("import-run-lead"), false),
        _ => ("import-run-title", frame.t("import-run-lead"), true),
    };
    let rows = row.accepted.to_string();
    WorkPage {
        stop: stop.then(|| frame.with("import-run-stop-means", "rows", &rows)),
        title,
        lead,
        done: row.rows_done.min(row.rows_all),
        all: row.rows_all.max(1),
        about,
        frame,
    }
}

pub(super) fn done_page(
    desk: &Desk,
    row: ImportRunRow,
    about: About,
    frame: Frame,
    wish: &Wish,
    times: &Times,
) -> Result<DonePage, ImportError> {
    let now = times.now().millis;
    let state = RunState::named(&row.state);
    let can_be_undone = state.is_some_and(RunState::can_be_undone)
        && row.undo_until.is_some_and(|until| until > now);
    let looked = wish.look.is_some() && can_be_undone;
    let counts = match (state, looked) {
        (Some(RunState::Undone), _) => counts_of(desk, row.shard, row.run)?,
        (_, true) => preview(desk, row.shard, row.run, LOOKED_AT)?,
        _ => UndoCounts::default(),
    };
    let mut said = Vec::new();
    let is_undone = state == Some(RunState::Undone);
    let keys = match is_undone {
        true => [
            "import-undone-removed",
            "import-undone-restored",
            "import-undone-left",
        ],
        false => [
            "import-undo-removes",
            "import-undo-restores",
            "import-undo-leaves",
        ],
    };
    for (count, key) in [(counts.removed, keys[0]), (counts.restored, keys[1])] {
        if count > 0 {
            said.push((true, frame.with(key, "rows", &count.to_string())));
        }
    }
    for (why, count) in &counts.left {
        let (rows, why) = (count.to_string(), frame.t(&format!("import-left-{why}")));
        let slots = [("rows", rows.as_str()), ("why", why.as_str())];
        said.push((false, frame.fill(keys[2], &slots)));
    }
    if looked && row.accepted > i64::from(LOOKED_AT) {
        let first = LOOKED_AT.to_string();
        said.push((false, frame.with("import-undo-first", "rows", &first)));
    }
    let until = row.undo_until.filter(|_| can_be_undone);
    let until = until.map(|until| times.moment(until));
    Ok(DonePage {
        title: match state {
            Some(RunState::Undone) => "import-undone-title",
            Some(RunState::Stopped) => "import-stopped-title",
            _ => "import-done-title",
        },
        widths: widths(&row),
        left: rows_left(&row),
        faults: (row.wrapped_key.is_some() && row.rejected > 0)
            .then(|| frame.with("import-check-faults", "rows", &row.rejected.to_string())),
        stopped: (state == Some(RunState::Stopped))
            .then(|| frame.with("import-stopped-lead", "rows", &row.accepted.to_string())),
        has_undo: until.is_some() || !said.is_empty(),
        until,
        said,
        looked,
        row,
        about,
        frame,
    })
}
