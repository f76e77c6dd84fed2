//! The running of jobs: taken when due, put off with growing pauses, given up, never twice at once.

use crate::support::{START, TestApp, on_both};
use gatehouse_server::jobs::run_due;
use gatehouse_server::ops::keep_jobs::{put_away, take_job};
use gatehouse_store::StoreError;
use gatehouse_store::job::JobRow;

const HOUR: i64 = 3_600_000;

fn jobs(app: &TestApp) -> Vec<JobRow> {
    let read = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(|tx| tx.jobs(50));
    read.expect("read")
}

fn job(kind: &str, run_at: i64) -> JobRow {
    JobRow {
        job: [31; 16],
        kind: kind.to_owned(),
        unique_key: format!("{kind}/31"),
        payload: Vec::new(),
        run_at,
        attempts: 0,
        failure: None,
    }
}

fn planned(app: &TestApp, kind: &str) -> Option<JobRow> {
    jobs(app).into_iter().find(|job| job.kind == kind)
}

fn due(app: &TestApp) -> usize {
    app.wait(run_due(&app.app)).expect("the database")
}

#[test]
fn work_that_repeats_comes_back_after_its_time() {
    on_both(|app| {
        assert!(due(app) > 0);
        let seal = planned(app, "audit.seal").expect("planned by itself");
        assert_eq!((seal.run_at, seal.attempts), (START + HOUR, 0));
        assert_eq!(due(app), 0, "nothing is due twice");
        app.later(HOUR);
        assert!(due(app) > 0);
        let again = planned(app, "audit.seal").expect("still there");
        assert_eq!((again.job, again.run_at), (seal.job, START + 2 * HOUR));
    });
}

#[test]
fn work_that_nobody_knows_is_given_up() {
    on_both(|app| {
        app.write(|tx| tx.plan_job(&job("no.such.kind", START)).map(|_| ()));
        app.write(|tx| {
            tx.plan_job(&JobRow {
                job: [32; 16],
                ..job("later", START + 1)
            })
            .map(|_| ())
        });
        due(app);
        assert_eq!(planned(app, "no.such.kind"), None);
        assert!(planned(app, "later").is_some(), "not before its time");
    });
}

#[test]
fn work_that_fails_is_put_off_longer_each_time() {
    // Its keys are there and the file with the secrets is not: sealing fails.
    let (app, _) = TestApp::demo();
    let mut pauses = Vec::new();
    for attempts in 1..=4 {
        due(&app);
        let seal = planned(&app, "audit.seal").expect("never given up");
        assert_eq!(seal.attempts, attempts);
        assert_eq!(seal.failure.as_deref(), Some("not_sealed"));
        let now = app.app.world.now_millis();
        pauses.push(seal.run_at - now);
        app.later(seal.run_at - now);
    }
    assert!(pauses.is_sorted(), "{pauses:?}");
    assert!(pauses[3] > 4 * pauses[0] / 2, "{pauses:?}");
}

#[test]
fn a_lease_that_ran_out_does_not_end_anothers_work() {
    on_both(|app| {
        app.write(|tx| tx.plan_job(&job("slow", START)).map(|_| ()));
        let slow = job("slow", START).job;
        let take = |until| app.wait(take_job(&app.app, until)).expect("the database");
        assert!(take(START + 10).is_some());
        assert!(take(START + 10).is_none(), "somebody is at it");
        app.later(10);
        assert_eq!(take(START + 20).map(|job| job.attempts), Some(2));
        let end = |lease| {
            let next = Ok(gatehouse_server::jobs::Next::Done);
            app.wait(put_away(&app.app, slow, lease, next))
                .expect("the database")
        };
        assert!(!end(START + 10), "too late");
        assert!(planned(app, "slow").is_some());
        assert!(end(START + 20));
        assert_eq!(planned(app, "slow"), None);
    });
}
