//! Webhooks: what is told, signed, in order, again, and never.

use crate::receiver::{Received, Receiver, Reply};
use crate::support::{
    COMMUNITY, COMPOUND, GATE, NEXT_COMPOUND, NEXT_GATE, START, TestApp, on_both,
};
use crate::systems::staff_with;
use axum::http::StatusCode;
use data_encoding::BASE64;
use gatehouse_core::id::{AreaId, GateId, OpenItemId, OrganisationId};
use gatehouse_server::app::App;
use gatehouse_server::config::Config;
use gatehouse_server::jobs::run_due;
use gatehouse_server::secrets::{FILE, Secrets};
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::webhook::WebhookRow;
use gatehouse_store::{Shard, StoreError};
use ring::hmac;

const HOUR: i64 = 3_600_000;

/// A place with a secrets file, and the app that finds it.
fn with_secrets(app: &TestApp) -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let secrets = Secrets::make(&*app.app.world);
    secrets
        .save_new(&folder.path().join(FILE))
        .expect("written");
    let config = Config {
        data_folder: folder.path().to_owned(),
        ..Config::default()
    };
    let there = app.app.with_config(config);
    (there, folder)
}

/// Subscribes by the page, and returns the secret.
fn subscribe(app: &TestApp, there: &App, login: &str, area: AreaId, url: &str) -> Vec<u8> {
    let both = ["administrator", "shift_lead", "community_office"];
    let maker = staff_with(app, login, &both, area);
    let cookie = app.session(maker);
    let office = OrganisationId([9; 16]);
    let topics = "topic=open_item.opened&topic=open_item.closed&topic=pass.issued";
    let url = url.replace(':', "%3A").replace('/', "%2F");
    let form = format!("act=webhook&office={office}&url={url}&{topics}");
    let answer = app.over_app(there, &format!("/areas/{area}/access"), &cookie, &form);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let from = answer.body.find("whsec_").expect("shown once") + 6;
    let text: String = answer.body[from..]
        .chars()
        .take_while(|c| *c != '<')
        .collect();
    let text = text
        .replace("&#x2F;", "/")
        .replace("&#47;", "/")
        .replace("&#43;", "+");
    BASE64.decode(text.as_bytes()).expect("base64")
}

fn open(app: &TestApp, n: u8, gate: GateId) {
    let at = app.app.world.now_millis();
    app.write(move |tx| {
        tx.insert_open_item(&OpenItemRow {
            shard: Shard(1),
            item: OpenItemId([n; 16]),
            kind: "fever".to_owned(),
            gate,
            crossing: None,
            opened_at: at,
            end: None,
        })
        .map(|_| ())
    });
}

fn run(app: &TestApp, there: &App) {
    app.wait(run_due(there)).expect("the database");
}

fn row(app: &TestApp, area: AreaId) -> WebhookRow {
    let read = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.webhooks_of_area(area, 10));
    read.expect("read").remove(0)
}

fn is_signed(secret: &[u8], request: &Received) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let head = [
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
    ];
    let signed = format!("{}.{}.{}", head[0], head[1], request.body);
    let given = request
        .header("webhook-signature")
        .strip_prefix("v1,")
        .unwrap_or_default();
    let given = BASE64.decode(given.as_bytes()).unwrap_or_default();
    hmac::verify(&key, signed.as_bytes(), &given).is_ok()
}

fn items(came: &[Received]) -> Vec<String> {
    let items = came.iter().map(|one| one.json()["data"]["item"].clone());
    items
        .map(|item| item.as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn things_are_told_signed_in_order_and_only_of_the_own_subtree() {
    on_both(|app| {
        let (there, _folder) = with_secrets(app);
        let receiver = Receiver::start();
        let secret = subscribe(app, &there, "a", COMPOUND, &receiver.url("/told"));
        for n in 1..=5 {
            app.later(10);
            open(app, n, if n == 3 { NEXT_GATE } else { GATE });
        }
        run(app, &there);
        let came = receiver.take();
        let expected = [1, 2, 4, 5].map(|n| OpenItemId([n; 16]).to_string());
        assert_eq!(items(&came), expected);
        for request in &came {
            assert_eq!(request.path, "/told");
            assert!(is_signed(&secret, request), "{request:?}");
            let other = Received {
                body: format!("{} ", request.body),
                ..request.clone()
            };
            assert!(!is_signed(&secret, &other), "an altered body");
        }
        let body = came[0].json();
        assert_eq!(body["type"], "open_item.opened");
        assert_eq!(body["data"]["area"], COMPOUND.to_string());
        let keys: Vec<_> = body["data"]
            .as_object()
            .expect("data")
            .keys()
            .cloned()
            .collect();
        assert_eq!(keys, ["area", "gate", "item"], "ids and nothing else");
        let seconds: i64 = came[0]
            .header("webhook-timestamp")
            .parse()
            .expect("seconds");
        assert_eq!(seconds, app.app.world.now_millis() / 1_000);
        let progress = row(app, COMPOUND).progress;
        assert_eq!((progress.delivered, progress.failure), (4, None));
        app.later(60_000);
        run(app, &there);
        assert_eq!(receiver.take().len(), 0, "once");
    });
}

#[test]
fn what_fails_is_sent_again_first_and_with_the_same_id() {
    on_both(|app| {
        let (there, _folder) = with_secrets(app);
        let receiver = Receiver::start();
        subscribe(app, &there, "a", COMMUNITY, &receiver.url("/"));
        for n in 1..=3 {
            app.later(10);
            open(app, n, GATE);
        }
        for reply in [Reply::Status(204), Reply::Status(500), Reply::HangUp] {
            receiver.reply(reply);
        }
        run(app, &there);
        let first = receiver.take();
        assert_eq!(
            items(&first),
            [1, 2].map(|n| OpenItemId([n; 16]).to_string())
        );
        let failure = row(app, COMMUNITY).progress.failure;
        assert_eq!(
            failure.map(|failure| failure.0).as_deref(),
            Some("receiver_fault")
        );
        app.later(5_000);
        run(app, &there);
        assert_eq!(receiver.take().len(), 1, "one that hung up");
        app.later(10_000);
        run(app, &there);
        let rest = receiver.take();
        assert_eq!(
            items(&rest),
            [2, 3].map(|n| OpenItemId([n; 16]).to_string())
        );
        assert_eq!(rest[0].header("webhook-id"), first[1].header("webhook-id"));
        assert_ne!(rest[0].header("webhook-id"), rest[1].header("webhook-id"));
        assert_eq!(row(app, COMMUNITY).progress.failure, None);
    });
}

#[test]
fn a_receiver_that_is_down_for_a_day_loses_what_is_older_and_no_more() {
    on_both(|app| {
        let (there, _folder) = with_secrets(app);
        let receiver = Receiver::start();
        subscribe(app, &there, "a", COMPOUND, &receiver.url("/"));
        open(app, 1, GATE);
        for _ in 0..30 {
            receiver.reply(Reply::Status(503));
        }
        let mut tries = 0;
        for _ in 0..23 {
            run(app, &there);
            tries += receiver.take().len();
            app.later(HOUR);
        }
        assert_eq!(tries, 23, "about once an hour in the end");
        open(app, 2, GATE);
        app.later(2 * HOUR);
        // Seven refusals are still to come.
        for _ in 0..8 {
            run(app, &there);
            app.later(HOUR);
        }
        let came = receiver.take();
        let last = came.last().expect("told in the end").json();
        assert_eq!(last["data"]["item"], OpenItemId([2; 16]).to_string());
        let progress = row(app, COMPOUND).progress;
        assert_eq!((progress.delivered, progress.given_up), (1, 1));
    });
}

#[test]
fn redirects_are_not_followed_and_a_receiver_that_is_gone_is_told_no_more() {
    on_both(|app| {
        let (there, _folder) = with_secrets(app);
        let (receiver, other) = (Receiver::start(), Receiver::start());
        subscribe(app, &there, "a", COMPOUND, &receiver.url("/"));
        open(app, 1, GATE);
        receiver.reply(Reply::Redirect(other.url("/elsewhere")));
        run(app, &there);
        assert_eq!((receiver.take().len(), other.take().len()), (1, 0));
        let failure = row(app, COMPOUND).progress.failure;
        assert_eq!(
            failure.map(|failure| failure.0).as_deref(),
            Some("redirected")
        );
        app.later(5_000);
        receiver.reply(Reply::Status(410));
        run(app, &there);
        assert!(row(app, COMPOUND).ended_at.is_some());
        open(app, 2, GATE);
        app.later(HOUR);
        run(app, &there);
        assert_eq!(receiver.take().len(), 1, "no more");
        let jobs = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(|tx| tx.count_jobs());
        let kinds: Vec<String> = jobs.expect("read").into_iter().map(|job| job.0).collect();
        assert!(!kinds.contains(&"webhook.tell".to_owned()), "{kinds:?}");
    });
}

#[test]
fn a_receiver_that_hangs_holds_up_nobody_else() {
    // Waits for the time limit of one delivery, hence on one database only.
    let app = TestApp::new();
    let (there, _folder) = with_secrets(&app);
    let (slow, quick) = (Receiver::start(), Receiver::start());
    subscribe(&app, &there, "a", COMPOUND, &slow.url("/"));
    subscribe(&app, &there, "b", NEXT_COMPOUND, &quick.url("/"));
    open(&app, 1, GATE);
    open(&app, 2, NEXT_GATE);
    slow.reply(Reply::Hang);
    run(&app, &there);
    assert_eq!((slow.take().len(), quick.take().len()), (1, 1));
    let failure = row(&app, COMPOUND).progress.failure;
    assert_eq!(failure, Some(("slow".to_owned(), START)));
    assert_eq!(row(&app, NEXT_COMPOUND).progress.delivered, 1);
}

#[test]
fn addresses_that_lead_elsewhere_are_refused() {
    let app = TestApp::new();
    let (there, _folder) = with_secrets(&app);
    let both = ["administrator", "community_office"];
    let cookie = app.session(staff_with(&app, "both", &both, COMPOUND));
    let office = OrganisationId([9; 16]);
    for url in [
        "http%3A%2F%2Fexample.invalid%2F",
        "ftp%3A%2F%2Fx",
        "",
        "http%3A%2F%2Flocalhost%2F",
    ] {
        let form = format!("act=webhook&office={office}&url={url}&topic=pass.issued");
        let answer = app.over_app(&there, &format!("/areas/{COMPOUND}/access"), &cookie, &form);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
    }
}
