//! Messages: to whom, by which way, what is written down of them, and what never is.

use crate::receiver::{Mailbox, Receiver, Reply};
use crate::support::{COMMUNITY, COMPOUND, NEXT_COMPOUND, START, TestApp, demo_on_both, on_both};
use crate::systems::staff_with;
use axum::http::StatusCode;
use data_encoding::{BASE64, HEXLOWER};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_server::app::App;
use gatehouse_server::config::{Config, SmtpTls};
use gatehouse_server::jobs::run_due;
use gatehouse_server::message::{Message, Place, Tel};
use gatehouse_server::ops::send_message::{Addressee, NewMessage, plan_message};
use gatehouse_store::message::MessageRow;
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::{Chance, Shard, StoreError};

const SHARD: Shard = Shard(1);
const PHONE: &str = "13900000001";
const EMAIL: &str = "wang@example.invalid";

fn compound(app: &TestApp) -> AreaId {
    let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let gates = tx.gates(SHARD)?;
        Ok(gates[0].area)
    });
    read.expect("a gate")
}

/// Somebody with these addresses.
fn person(app: &TestApp, n: u8, phone: Option<&str>, email: Option<&str>) -> PersonId {
    let keys = app.app.keyring.clone().expect("the demo's keys");
    let row = PersonRow {
        shard: SHARD,
        person: PersonId([n; 16]),
        kind: "resident".to_owned(),
        household: None,
        area: compound(app),
        sex: "female".to_owned(),
        birth_year: None,
        worker_class: None,
        state: "active".to_owned(),
        merged_into: None,
        created_at: START,
        version: 1,
    };
    let plain = PersonPlain {
        masked: Some("王\t王*华".to_owned()),
        phone: phone.map(str::to_owned),
        email: email.map(str::to_owned),
        ..PersonPlain::default()
    };
    app.write(move |tx| {
        let chance = Chance::new([n; 32]);
        tx.insert_person(&keys.vault, &row, &plain, &[], &chance)
    });
    PersonId([n; 16])
}

fn want(app: &TestApp, n: u8, person: PersonId, message: Message) -> [u8; 16] {
    let new = NewMessage {
        id: [n; 16],
        shard: SHARD,
        area: compound(app),
        to: Addressee::Person(person),
        lang: Lang::Zh,
        message,
    };
    let now = app.app.world.now_millis();
    app.write(move |tx| {
        assert!(plan_message(tx, &new, now)?);
        assert!(!plan_message(tx, &new, now)?, "once");
        Ok(())
    });
    [n; 16]
}

fn ready() -> Message {
    Message::PassReady {
        office: Place::new("槐树社区"),
        phone: Tel::new("0371-12345678"),
    }
}

fn row(app: &TestApp, message: [u8; 16]) -> MessageRow {
    let read = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.message(SHARD, &message));
    read.expect("read").expect("a message")
}

fn stands(app: &TestApp, message: [u8; 16]) -> (String, String, String) {
    let state = row(app, message).state;
    (
        state.word,
        state.channel.unwrap_or_default(),
        state.failure.unwrap_or_default(),
    )
}

fn is(word: &str, channel: &str, failure: &str) -> (String, String, String) {
    (word.to_owned(), channel.to_owned(), failure.to_owned())
}

fn with(app: &TestApp, config: Config) -> App {
    app.app.with_config(config)
}

fn run(app: &TestApp, there: &App) {
    app.wait(run_due(there)).expect("the database");
}

/// Runs whatever is due until so much time has passed that everything was tried enough.
fn run_long(app: &TestApp, there: &App) {
    for _ in 0..12 {
        run(app, there);
        app.later(3_600_000);
    }
}

fn views(app: &TestApp, person: PersonId) -> Vec<(String, String, bool)> {
    let read = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.views_of_person(SHARD, person, 50));
    let rows = read.expect("read").into_iter();
    rows.map(|row| (row.purpose, row.fields, row.staff.is_some()))
        .collect()
}

#[test]
fn an_sms_goes_to_the_gateway_and_the_look_at_the_number_is_on_record() {
    demo_on_both(|app, _| {
        let gateway = Receiver::start();
        let folder = tempfile::tempdir().expect("a folder");
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "open sesame\n").expect("written");
        let there = with(
            app,
            Config {
                sms_url: Some(gateway.url("/send?v=2")),
                sms_body: r#"{"mobile":"{phone}","content":"{text}"}"#.to_owned(),
                sms_secret_file: Some(secret),
                ..Config::default()
            },
        );
        let wang = person(app, 201, Some(PHONE), None);
        let message = want(app, 1, wang, ready());
        assert_eq!(stands(app, message), is("waiting", "", ""));
        run(app, &there);
        assert_eq!(stands(app, message), is("sent", "sms", ""));
        let came = gateway.take();
        assert_eq!(came.len(), 1);
        assert_eq!(came[0].path, "/send?v=2");
        assert_eq!(came[0].header("authorization"), "Bearer open sesame");
        let text = "您的出入证办好了。请带身份证到槐树社区领取。有事打 0371-12345678。";
        assert_eq!(
            came[0].json(),
            serde_json::json!({"mobile": PHONE, "content": text})
        );
        let look = ("message".to_owned(), "phone".to_owned(), false);
        assert_eq!(views(app, wang), [look]);
        run(app, &there);
        assert_eq!(gateway.take().len(), 0, "once");
    });
}

#[test]
fn what_does_not_go_is_tried_again_and_then_printed() {
    demo_on_both(|app, _| {
        let gateway = Receiver::start();
        let there = with(
            app,
            Config {
                sms_url: Some(gateway.url("/")),
                ..Config::default()
            },
        );
        let wang = person(app, 202, Some(PHONE), None);
        let message = want(app, 2, wang, ready());
        gateway.reply(Reply::Status(503));
        run(app, &there);
        assert_eq!(stands(app, message), is("failed", "sms", "receiver_fault"));
        app.later(10_000);
        run(app, &there);
        assert_eq!(stands(app, message), is("sent", "sms", ""));
        // A gateway that never answers well: the slip reaches everybody.
        let message = want(app, 3, wang, ready());
        for _ in 0..20 {
            gateway.reply(Reply::HangUp);
        }
        gateway.take();
        run_long(app, &there);
        assert_eq!(gateway.take().len(), 8, "no more than that");
        assert_eq!(stands(app, message), is("waiting", "slip", "no_answer"));
        // A number that is none is not tried again.
        let other = Receiver::start();
        let there = with(
            app,
            Config {
                sms_url: Some(other.url("/")),
                ..Config::default()
            },
        );
        other.reply(Reply::Status(422));
        let message = want(app, 4, wang, ready());
        run_long(app, &there);
        assert_eq!(other.take().len(), 1);
        assert_eq!(stands(app, message), is("waiting", "slip", "not_taken"));
    });
}

#[test]
fn an_email_goes_by_smtp_and_a_refused_address_becomes_a_slip() {
    demo_on_both(|app, _| {
        let mailbox = Mailbox::start();
        let there = with(
            app,
            Config {
                smtp_server: Some(mailbox.address.to_string()),
                smtp_tls: SmtpTls::None,
                smtp_from: Some("gate@example.invalid".to_owned()),
                ..Config::default()
            },
        );
        let wang = person(app, 203, Some(PHONE), Some(EMAIL));
        let message = want(app, 5, wang, ready());
        run(app, &there);
        assert_eq!(stands(app, message), is("sent", "email", ""));
        let mails = mailbox.take();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains(&format!("<{EMAIL}>")), "{}", mails[0]);
        assert!(
            mails[0].contains("From: gate@example.invalid"),
            "{}",
            mails[0]
        );
        let body = mails[0]
            .rsplit("\r\n\r\n")
            .next()
            .unwrap_or_default()
            .replace("\r\n", "");
        let body = BASE64.decode(body.as_bytes()).expect("base64");
        let text = String::from_utf8(body).expect("text");
        assert!(text.starts_with("您的出入证办好了。"), "{text}");
        mailbox.answer("450 later");
        let message = want(app, 6, wang, ready());
        run(app, &there);
        assert_eq!(stands(app, message), is("failed", "email", "no_answer"));
        app.later(10_000);
        run(app, &there);
        assert_eq!(stands(app, message), is("sent", "email", ""));
        mailbox.answer("550 nobody here");
        let message = want(app, 7, wang, ready());
        run(app, &there);
        assert_eq!(stands(app, message), is("waiting", "slip", "not_taken"));
        // Nothing is looked at for a way that is not there.
        let fields: Vec<String> = views(app, wang).into_iter().map(|view| view.1).collect();
        assert!(fields.iter().all(|fields| fields == "email"), "{fields:?}");
    });
}

#[test]
fn a_community_is_led_to_the_messages_of_its_compounds() {
    on_both(|app| {
        let office = app.session(app.staff("office", "community_office", COMMUNITY));
        let page = app
            .get(&format!("/areas/{COMMUNITY}/messages"), &office)
            .body;
        for compound in [COMPOUND, NEXT_COMPOUND] {
            let link = format!("href=\"/areas/{compound}/messages\"");
            assert!(page.contains(&link), "{page}");
            let there = app.get(&format!("/areas/{compound}/messages"), &office);
            assert_eq!(there.status, StatusCode::OK, "{}", there.body);
        }
    });
}

#[test]
fn without_a_phone_a_slip_is_printed_and_marked_by_the_office() {
    demo_on_both(|app, _| {
        let wang = person(app, 204, None, None);
        let message = want(app, 8, wang, ready());
        let answer = want(
            app,
            9,
            wang,
            Message::CorrectionMade {
                phone: Tel::new("0371-1"),
            },
        );
        run(app, &app.app);
        assert_eq!(stands(app, message), is("waiting", "slip", ""));
        assert_eq!(stands(app, answer), is("sent", "page", ""));
        assert_eq!(views(app, wang), [], "nothing was opened");
        let area = compound(app);
        let cookie = app.session(staff_with(app, "office", &["community_office"], area));
        let page = app.get(&format!("/areas/{area}/messages"), &cookie);
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("等着打印"), "{}", page.body);
        let slips = app
            .get(&format!("/areas/{area}/messages/slips"), &cookie)
            .body;
        assert!(
            slips.contains("王*华") && slips.contains("请带身份证到"),
            "{slips}"
        );
        let form = format!("act=handed&messages={}", HEXLOWER.encode(&message));
        let done = app.form(&format!("/areas/{area}/messages"), &cookie, &form);
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert_eq!(stands(app, message), is("sent", "slip", ""));
        let page = app.get(&format!("/areas/{area}/messages"), &cookie).body;
        assert!(page.contains("已送到") && !page.contains("王*华"), "{page}");
    });
}

#[test]
fn whoever_is_gone_gets_nothing() {
    demo_on_both(|app, _| {
        let message = want(app, 10, PersonId([205; 16]), ready());
        run(app, &app.app);
        assert_eq!(stands(app, message), is("given_up", "", "no_person"));
        // Somebody whose record was merged into another is reached there.
        let wang = person(app, 206, None, None);
        let double = person(app, 207, None, None);
        app.write(move |tx| {
            let mut row = tx.person(SHARD, double)?.expect("there");
            row.state = "merged".to_owned();
            row.merged_into = Some(wang);
            tx.update_person(&row)
        });
        let message = want(app, 11, double, ready());
        run(app, &app.app);
        assert_eq!(stands(app, message), is("waiting", "slip", ""));
    });
}

#[test]
fn nothing_about_a_person_stands_in_jobs_or_messages() {
    let (app, _) = TestApp::demo();
    let wang = person(&app, 208, Some(PHONE), Some(EMAIL));
    let message = want(&app, 12, wang, ready());
    let jobs = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(|tx| tx.jobs(50));
    let all = format!("{:?} {:?}", jobs.expect("read"), row(&app, message));
    for secret in [PHONE, EMAIL, "王"] {
        assert!(!all.contains(secret), "{all}");
        assert!(!all.contains(&format!("{:?}", secret.as_bytes())), "{all}");
    }
}
