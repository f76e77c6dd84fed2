//! The promises of the drivers: all or nothing, nobody pays for a neighbour, conflicts are
//! found, order and limits hold.

use crate::played_device::{Gate, PERSON, arrival, device, hours, vault};
use crate::support::{
    MORNING, Place, SHARD, area, id, lay_town, on_both, on_both_places, read, sqlite, staff_row,
    try_write, write,
};
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::wire::Event;
use gatehouse_store::{DatabaseKind, Lane, Limits, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

fn names(store: &Store) -> Vec<String> {
    read(store, |tx| tx.area_roots())
        .into_iter()
        .map(|area| area.name)
        .collect()
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Mine,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Store(error)
    }
}

#[test]
fn an_error_of_ones_own_undoes_everything() {
    on_both(|store| {
        let end = store.write_blocking(Lane::People, |tx| {
            tx.insert_area(&area(1, None, "county", "甲县"))?;
            Err::<(), Refusal>(Refusal::Mine)
        });
        assert_eq!(end, Err(Refusal::Mine));
        assert_eq!(names(store), Vec::<String>::new());
    });
}

#[test]
fn a_text_with_a_nul_is_the_same_on_both_and_breaks_nothing() {
    on_both(|store| {
        write(store, |tx| {
            tx.insert_area(&area(1, None, "county", "甲\0县"))
        });
        assert_eq!(names(store), ["甲\u{FFFD}县"]);
        let found = read(store, |tx| {
            tx.areas_by_code("\0", gatehouse_core::moment::CivilDay(18_000))
        });
        assert_eq!(found, []);
    });
}

#[test]
fn after_a_failed_statement_nothing_more_is_done_or_kept() {
    on_both(|store| {
        write(store, |tx| tx.insert_area(&area(1, None, "county", "甲县")));
        let error = try_write(store, |tx| {
            tx.insert_area(&area(2, None, "county", "乙县"))?;
            // The error is swallowed; the transaction remembers it.
            let twice = tx.insert_area(&area(1, None, "county", "丙县"));
            assert!(
                matches!(twice, Err(StoreError::NotUnique { .. })),
                "{twice:?}"
            );
            let after = tx.insert_area(&area(3, None, "county", "丁县"));
            assert_eq!(after, Err(StoreError::AlreadyFailed));
            assert_eq!(tx.area_roots(), Err(StoreError::AlreadyFailed));
            Ok(())
        });
        assert!(
            matches!(error, Err(StoreError::NotUnique { .. })),
            "{error:?}"
        );
        assert_eq!(names(store), ["甲县"]);
    });
}

#[test]
fn a_panic_fails_its_closure_alone() {
    on_both(|store| {
        let error = try_write(store, |tx| {
            tx.insert_area(&area(1, None, "county", "甲县"))?;
            panic!("invented");
            #[expect(unreachable_code, reason = "gives the closure its type")]
            Ok(())
        });
        assert_eq!(error, Err(StoreError::Panicked));
        write(store, |tx| tx.insert_area(&area(2, None, "county", "乙县")));
        assert_eq!(names(store), ["乙县"]);
    });
}

#[test]
fn a_reader_sees_one_state_and_changes_nothing() {
    on_both(|store| {
        write(store, |tx| tx.insert_area(&area(1, None, "county", "甲县")));
        let (begun, wait_begun) = mpsc::channel();
        let (go_on, wait_go_on) = mpsc::channel::<()>();
        let wait_go_on = std::sync::Mutex::new(wait_go_on);
        let reader = store.clone();
        let thread = std::thread::spawn(move || {
            read(&reader, move |tx| {
                let before = tx.area_roots()?.len();
                begun.send(()).unwrap();
                wait_go_on.lock().unwrap().recv().unwrap();
                Ok((before, tx.area_roots()?.len()))
            })
        });
        wait_begun.recv().unwrap();
        write(store, |tx| tx.insert_area(&area(2, None, "county", "乙县")));
        go_on.send(()).unwrap();
        assert_eq!(thread.join().unwrap(), (1, 1));
        assert_eq!(names(store).len(), 2);
    });
}

/// Two closures that each read what the other writes: run one after the other they can never
/// both find nobody else. Their reads are made to interleave where the database allows it.
#[test]
fn two_closures_that_would_cross_do_not() {
    on_both(|store| {
        lay_town(store);
        write(store, |tx| {
            tx.insert_staff(&staff_row(10, "lead-a"))?;
            tx.insert_staff(&staff_row(11, "lead-b"))
        });
        // Each disables one lead if the other one is still there: one must stay.
        let meet = Arc::new(std::sync::Barrier::new(2));
        let interleave = store.kind() == DatabaseKind::Postgres;
        let runs = Arc::new(AtomicU32::new(0));
        let disable = |mine: u32, other: u32| {
            let (store, meet, runs) = (store.clone(), meet.clone(), runs.clone());
            std::thread::spawn(move || {
                let first = AtomicBool::new(true);
                write(&store, move |tx| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    let other = tx.staff(StaffId(id(2, other)))?;
                    if first.swap(false, Ordering::Relaxed) && interleave {
                        meet.wait();
                    }
                    if other.is_some_and(|row| row.disabled_at.is_some()) {
                        return Ok(false);
                    }
                    let mut row = tx.staff(StaffId(id(2, mine)))?.expect("laid above");
                    row.disabled_at = Some(MORNING);
                    tx.update_staff(&row)?;
                    Ok(true)
                })
            })
        };
        let (a, b) = (disable(10, 11), disable(11, 10));
        let disabled = [a.join().unwrap(), b.join().unwrap()];
        assert_eq!(disabled.iter().filter(|did| **did).count(), 1);
        let expected = if interleave { 3.. } else { 2.. };
        assert!(expected.contains(&runs.load(Ordering::Relaxed)));
    });
}

#[test]
fn many_at_once_lose_nothing_and_share_commits() {
    const CLIENTS: u32 = 64;
    const EACH: u32 = 20;
    on_both_places(|database| {
        let store = &database.store;
        write(store, |tx| {
            tx.insert_area(&area(0, None, "county", "青石县"))
        });
        let before = store.figures();
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async {
            let clients = (0..CLIENTS).map(|client| {
                let store = store.clone();
                tokio::spawn(async move {
                    for n in 0..EACH {
                        let row = area(1 + client * EACH + n, Some(0), "township", "某街道");
                        let added = store.write(Lane::Gate, move |tx| tx.insert_area(&row));
                        added.await.unwrap();
                    }
                })
            });
            for client in clients.collect::<Vec<_>>() {
                client.await.unwrap();
            }
        });
        let rows = read(store, |tx| tx.areas_in(AreaId(id(1, 0)))).len();
        assert_eq!(rows, (CLIENTS * EACH) as usize);
        let after = store.figures();
        let closures = after.closures - before.closures;
        let commits = after.commits - before.commits;
        assert_eq!(closures, u64::from(CLIENTS * EACH));
        if let Place::Sqlite { .. } = database.place {
            assert!(
                commits * 8 <= closures,
                "{commits} commits for {closures} closures"
            );
        }
    });
}

/// Changes the one row on which the two of the next test meet.
fn rename(tx: &gatehouse_store::Tx<'_>, name: &str) -> Result<(), StoreError> {
    let Some(row) = tx.area(AreaId(id(1, 0)))? else {
        return Ok(());
    };
    tx.update_area(&gatehouse_store::area::AreaRow {
        name: name.to_owned(),
        ..row
    })
}

/// An import in steps and a gate that change the same row: the gate is never told that it lost.
#[test]
fn a_gate_gets_through_beside_a_long_job() {
    const STEPS: u32 = 40;
    const ROWS: u32 = 200;
    on_both_places(|database| {
        let store = &database.store;
        write(store, |tx| {
            tx.insert_area(&area(0, None, "county", "青石县"))
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async {
            let import = {
                let store = store.clone();
                tokio::spawn(async move {
                    for step in 0..STEPS {
                        let done = store.write(Lane::Jobs, move |tx| {
                            rename(tx, "步骤")?;
                            for n in 0..ROWS {
                                let row = area(1 + step * ROWS + n, Some(0), "township", "某街道");
                                tx.insert_area(&row)?;
                            }
                            Ok::<_, StoreError>(())
                        });
                        done.await.unwrap();
                    }
                })
            };
            let mut decided = 0;
            while !import.is_finished() {
                store
                    .write(Lane::Gate, |tx| rename(tx, "门岗"))
                    .await
                    .unwrap();
                decided += 1;
            }
            import.await.unwrap();
            assert!(decided > 0);
        });
    });
}

#[test]
fn somebody_alone_waits_for_nobody() {
    let database = sqlite();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let before = database.store.figures();
    runtime.block_on(async {
        for n in 0..20 {
            let row = area(n, None, "county", "某县");
            let added = database
                .store
                .write(Lane::Gate, move |tx| tx.insert_area(&row));
            added.await.unwrap();
        }
    });
    // One commit each: nothing was held back to find company.
    assert_eq!(database.store.figures().commits - before.commits, 20);
}

#[test]
fn a_closure_that_asks_too_much_is_cut_and_its_neighbours_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        statements: 50,
        rows: 100,
        processor_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let store = Store::open_sqlite_with(&folder.path().join("town.db"), limits).unwrap();
    let many = try_write(&store, |tx| {
        for n in 0..51 {
            tx.insert_area(&area(n, None, "county", "某县"))?;
        }
        Ok(())
    });
    assert_eq!(many, Err(StoreError::OverBudget("statements")));
    let long = try_write(&store, |tx| {
        let mut spun = 0u64;
        loop {
            tx.area_roots()?;
            for n in 0..20_000_000u64 {
                spun = std::hint::black_box(spun.wrapping_add(n));
            }
        }
        #[expect(unreachable_code, reason = "gives the closure its type")]
        Ok(())
    });
    assert_eq!(long, Err(StoreError::OverBudget("time")));
    assert_eq!(names(&store), Vec::<String>::new());
    for step in 0..3 {
        write(&store, move |tx| {
            for n in 0..40 {
                tx.insert_area(&area(step * 40 + n, None, "county", "某县"))?;
            }
            Ok(())
        });
    }
    let rows = store.read_blocking::<_, StoreError, _>(|tx| tx.area_roots());
    assert_eq!(rows, Err(StoreError::OverBudget("rows")));
}

/// Takes in an event, or fails once everything is written.
async fn append(store: &Store, event: Event, fails: bool) -> Result<(), StoreError> {
    let appended = store.write(Lane::Gate, move |tx| {
        tx.append_event(&vault(), SHARD, &event, &arrival(&event))?;
        tx.note_change(SHARD, "gate/south", MORNING)?;
        if fails {
            Err(StoreError::Stale)
        } else {
            Ok(())
        }
    });
    appended.await
}

/// Twelve crossings put down at once, with closures among them that fail after they wrote.
#[test]
fn what_a_commit_writes_once_is_right_when_a_neighbour_fails() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..12 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            // Tasks of one thread begin in the order in which they are made.
            let mut answers = tokio::task::JoinSet::new();
            for (n, event) in gate.events.iter().enumerate() {
                let fails: &[bool] = if n % 5 == 3 { &[true, false] } else { &[false] };
                for &fails in fails {
                    let (store, event) = (store.clone(), event.clone());
                    answers.spawn(async move { append(&store, event, fails).await });
                }
            }
            answers.join_all().await
        });
        if store.kind() == DatabaseKind::Sqlite {
            assert!(store.figures().repeated > 0, "they ran together");
        }
        let kept = read(store, |tx| {
            Ok(tx.device(SHARD, device(1))?.unwrap().last_seq)
        });
        let counted: i64 = hours(store).iter().map(|hour| hour.crossings).sum();
        assert_eq!(counted, kept);
        if store.kind() == DatabaseKind::Sqlite {
            assert_eq!(kept, 12, "each came after the one before it");
        }
        let before = hours(store);
        write(store, |tx| tx.rebuild_hours(SHARD));
        assert_eq!(hours(store), before);
        let changes = read(store, |tx| tx.changes_since(0, 10));
        let entries: i64 = read(store, |tx| {
            let heads = tx.audit_heads(SHARD)?;
            for head in &heads {
                let written = tx.audit_entries(SHARD, head.writer, 0, 1_000)?;
                let last = written.last().unwrap();
                assert_eq!(
                    (last.seq as u64, last.hash),
                    (head.head.seq, head.head.hash)
                );
            }
            Ok(heads.iter().map(|head| head.head.seq as i64).sum())
        });
        assert!(
            changes[0].number >= kept && entries >= kept,
            "{changes:?} {entries} {kept}"
        );
    });
}

#[test]
fn the_inline_driver_keeps_the_same_promises() {
    let store = Store::open_memory().unwrap();
    write(&store, |tx| {
        tx.insert_area(&area(1, None, "county", "甲县"))
    });
    let twice = try_write(&store, |tx| {
        tx.insert_area(&area(2, None, "county", "乙县"))?;
        tx.insert_area(&area(1, None, "county", "丙县"))
    });
    assert!(matches!(twice, Err(StoreError::NotUnique { .. })));
    let panicked = try_write(&store, |tx| {
        tx.insert_area(&area(3, None, "county", "丁县"))?;
        assert!(tx.area_roots()?.is_empty(), "invented");
        Ok(())
    });
    assert_eq!(panicked, Err(StoreError::Panicked));
    assert_eq!(names(&store), ["甲县"]);
    let inner = store.clone();
    let nested = try_write(&store, move |_| {
        inner.write_blocking::<_, StoreError, _>(Lane::Gate, |tx| tx.count_staff())
    });
    assert_eq!(nested, Err(StoreError::Busy));
}
