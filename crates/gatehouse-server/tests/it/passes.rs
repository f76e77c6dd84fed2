//! A pass from the application to the card in its place, through the pages and the phone's own
//! code, on both databases.

use crate::gate::{Phone, cookie};
use crate::support::{Answer, START, TestApp, demo_on_both, membership_row, staff_row};
use axum::http::StatusCode;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::id::{ApplicationId, AreaId, PassId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{PassFinding, PassRefusal, StatusLists, to_text, verify_bytes};
use gatehouse_server::ops::demo::household::DemoHousehold;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::pass::{PassRow, StatusListRow};
use gatehouse_store::{ReadTx, StoreError};
use serde_json::{Value, json};

const ID: &str = "0123456789abcdef0123456789abcdef";
const NEXT: &str = "fedcba9876543210fedcba9876543210";

/// The community of the first gate.
pub fn community(demo: &Demo) -> AreaId {
    let compound = demo.town.streets.gates[0].compound;
    demo.town.streets.parent(compound).expect("a community")
}

/// Somebody else of the same office.
fn colleague(app: &TestApp, demo: &Demo) -> String {
    let staff = staff_row("colleague", "no password");
    let (id, area) = (staff.staff, community(demo));
    let mut bodies = demo.town.staffing.organisations.iter();
    let body = bodies
        .find(|body| body.area == area)
        .expect("a committee")
        .id;
    let membership = MembershipRow {
        organisation: body,
        ..membership_row(id, "community_office", area)
    };
    app.write(move |tx| {
        tx.insert_staff(&staff)?;
        tx.insert_membership(&membership)
    });
    app.session(id)
}

/// A household behind the first gate.
pub fn home(demo: &Demo) -> &DemoHousehold {
    let compound = demo.town.streets.gates[0].compound;
    let mut homes = demo.town.households.iter();
    homes
        .find(|home| home.household.compound() == compound)
        .expect("a household")
}

pub fn read<T: Send + 'static>(
    app: &TestApp,
    read: impl Fn(&ReadTx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    app.app
        .store
        .read_blocking::<_, StoreError, _>(read)
        .expect("reads")
}

fn pass_of(app: &TestApp, id: &str) -> PassRow {
    let id = ApplicationId::parse(id).expect("an id");
    read(app, move |tx| {
        let shard = tx.shards()?[0];
        let row = tx.application(shard, id)?.expect("an application");
        Ok(tx
            .pass(shard, row.pass.expect("approved"))?
            .expect("a pass"))
    })
}

pub fn pass(app: &TestApp, id: PassId) -> PassRow {
    read(app, move |tx| {
        Ok(tx.pass(tx.shards()?[0], id)?.expect("a pass"))
    })
}

/// A tenant who is not in the ledger, for whom a grid worker applies.
fn apply(app: &TestApp, demo: &Demo, grid: &str) -> Answer {
    let body = format!(
        "id={ID}&household={}&holder=new&name=%E4%B9%8C%E6%9E%97%E9%9D%99&sex=female\
         &birth_on=1990-03-04&document_kind=passport&document=E01234567&phone=\
         &basis=tenant&delivery=home",
        home(demo).id
    );
    app.form(
        &format!("/areas/{}/passes/apply", community(demo)),
        grid,
        &body,
    )
}

fn version(app: &TestApp) -> i64 {
    let id = ApplicationId::parse(ID).expect("an id");
    read(app, move |tx| {
        Ok(tx
            .application(tx.shards()?[0], id)?
            .expect("an application")
            .version)
    })
}

/// Applied for, agreed to, approved; the pass.
pub fn approved(app: &TestApp, demo: &Demo, office: &str) -> PassRow {
    let grid = cookie(app, demo, "grid1");
    let base = format!("/areas/{}/passes", community(demo));
    let action = format!(
        "{base}/applications/{}",
        ApplicationId::parse(ID).expect("an id")
    );
    assert_eq!(apply(app, demo, &grid).status, StatusCode::SEE_OTHER);
    let early = app.form(
        &format!("{base}/approve"),
        office,
        &format!("one={ID}.{}", version(app)),
    );
    assert_eq!(
        early.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "it lacks the landlord's yes"
    );
    let said = format!("version={}&way=phone&answer=yes", version(app));
    let answer = app.form(&format!("{action}/landlord"), office, &said);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let photo = format!("version={}&photo=declined", version(app));
    assert_eq!(
        app.form(&format!("{action}/photo"), &grid, &photo).status,
        StatusCode::SEE_OTHER
    );
    let one = format!("one={ID}.{}", version(app));
    let answer = app.form(&format!("{base}/approve"), office, &one);
    assert_eq!(
        answer.header("location"),
        format!("{base}?done=1&held=0"),
        "{}",
        answer.body
    );
    pass_of(app, ID)
}

fn found(app: &TestApp, row: &PassRow) -> PassFinding {
    let lists = read(app, |tx| tx.status_lists(tx.shards()?[0]));
    let lists = lists
        .iter()
        .filter_map(StatusListRow::status_list)
        .collect();
    let keys = app.app.keyring.as_ref().expect("keys");
    let places = read(app, {
        let area = row.area;
        move |tx| {
            Ok(tx
                .area_path(area)?
                .iter()
                .rev()
                .map(|row| row.area)
                .collect::<Vec<_>>())
        }
    });
    let moment = Moment::new(START + 60_000, 480);
    verify_bytes(
        &row.credential,
        &keys.list,
        &StatusLists::new(lists),
        &places,
        moment,
    )
}

pub fn scan(phone: &mut Phone<'_>, row: &PassRow) -> Value {
    let text = to_text("127.0.0.1:8080", &row.credential);
    phone.step(json!({"input": "scan", "text": text, "way": "in"}))
}

/// The tenant is in the ledger now, found by name, at the door, with the landlord's yes.
fn stands_in_the_ledger(app: &TestApp, base: &str, office: &str, old: &PassRow) {
    let holder = gatehouse_core::id::PersonId(old.holder.expect("a person"));
    let (person, lives) = read(app, move |tx| {
        let shard = tx.shards()?[0];
        let person = tx.person(shard, holder)?.expect("made");
        Ok((person, tx.residences_of_person(shard, holder)?))
    });
    assert_eq!(
        (&*person.kind, &*lives[0].basis),
        ("temporary_resident", "tenant")
    );
    let search = app.form(base, office, "q=%E4%B9%8C%E6%9E%97");
    assert!(
        search.body.contains(&old.number.to_string()),
        "{}",
        search.body
    );
    assert!(!search.body.contains("乌林静"), "lists show masks");
}

#[test]
fn a_tenants_pass_from_the_application_to_the_card_in_its_place() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        let old = approved(app, demo, &office);
        assert!(
            found(app, &old).refusal().is_none(),
            "{:?}",
            found(app, &old)
        );
        stands_in_the_ledger(app, &base, &office, &old);

        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let screen = scan(&mut phone, &old);
        assert_eq!(screen["verdict"], "ask", "{screen}");
        assert!(!screen.to_string().contains("作废"), "{screen}");
        phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        phone.send_all();

        // Lost: the old one is ended and the new one made in one step.
        let page = format!("{base}/{}", old.pass);
        let lost = app.form(&format!("{page}/lost"), &office, "way=phone");
        assert_eq!(lost.status, StatusCode::SEE_OTHER);
        let life = app.get(&page, &office).body;
        assert!(
            life.contains("已挂失，等社区作废") && life.contains("用过 1 次"),
            "{life}"
        );
        let form = format!("reason=lost&replace=yes&next={NEXT}");
        let revoked = app.form(&format!("{page}/revoke"), &office, &form);
        let next = PassId::parse(NEXT).expect("an id");
        assert_eq!(
            revoked.header("location"),
            format!("{base}/{next}?done=revoked")
        );
        let again = app.form(&format!("{page}/revoke"), &office, &form);
        assert_eq!(
            again.status,
            StatusCode::SEE_OTHER,
            "a double click does it once"
        );
        let (old, new) = (pass(app, old.pass), pass(app, next));
        assert_eq!(old.replaced_by, Some(next));
        assert_eq!(found(app, &old).refusal(), Some(PassRefusal::Revoked));
        assert!(found(app, &new).refusal().is_none());

        // At the gate the old one has its own reason, and nobody is kept out for it.
        phone.refresh();
        let screen = scan(&mut phone, &old);
        assert!(screen.to_string().contains("这张证已作废"), "{screen}");
        assert_ne!(
            screen["verdict"], "refuse",
            "a resident is let home without a pass"
        );
        phone.step(json!({"input": "cancel"}));
        let screen = scan(&mut phone, &new);
        assert!(!screen.to_string().contains("作废"), "{screen}");
    });
}

#[test]
fn who_is_faster_decides_and_the_other_sees_both() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let colleague = colleague(app, demo);
        let base = format!("/areas/{}/passes", community(demo));
        let first = approved(app, demo, &office);
        let one = format!("one={ID}.{}", version(app) - 1);
        let twice = app.form(&format!("{base}/approve"), &office, &one);
        assert_eq!(twice.header("location"), format!("{base}?done=1&held=0"));
        assert_eq!(pass_of(app, ID).pass, first.pass, "one click, one pass");
        let late = app.form(&format!("{base}/approve"), &colleague, &one);
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.body.contains("已批") && late.body.contains("您要做的：批"),
            "{}",
            late.body
        );
        let action = format!(
            "{base}/applications/{}",
            ApplicationId::parse(ID).expect("an id")
        );
        let late = app.form(
            &format!("{action}/reject"),
            &colleague,
            "version=1&reason=differs",
        );
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.body.contains("填的和证件对不上"),
            "what was chosen stays: {}",
            late.body
        );
        // Ended by one for one reason, by the other for another: both values.
        let page = format!("{base}/{}", first.pass);
        let end = |cookie: &str, form: &str| app.form(&format!("{page}/revoke"), cookie, form);
        assert_eq!(
            end(&office, "reason=moved_out").status,
            StatusCode::SEE_OTHER
        );
        let late = end(
            &colleague,
            &format!("reason=copied&replace=yes&next={NEXT}"),
        );
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.body.contains("搬走了") && late.body.contains("被人复制"),
            "{}",
            late.body
        );
    });
}

#[test]
fn nobody_decides_elsewhere_and_nothing_else_is_a_reason() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let grid = cookie(app, demo, "grid1");
        let row = approved(app, demo, &office);
        let streets = &demo.town.streets;
        let other = streets
            .areas
            .iter()
            .find(|area| area.area.level() == AreaLevel::Community && area.id != community(demo));
        let other = other.expect("another community").id;
        let far = cookie(app, demo, "office2");
        let here = format!("/areas/{}/passes", community(demo));
        let there = format!("/areas/{other}/passes");
        let application = ApplicationId::parse(ID).expect("an id");
        for (path, form) in [
            (
                format!("{there}/applications/{application}/reject"),
                "version=1&reason=differs",
            ),
            (
                format!("{there}/applications/{application}/landlord"),
                "way=phone&answer=yes",
            ),
            (
                format!("{there}/applications/{application}/open"),
                "what=holder",
            ),
            (
                format!("{there}/applications/{application}/photo"),
                "version=1&photo=unclear",
            ),
            (format!("{there}/{}/revoke", row.pass), "reason=lost"),
            (format!("{there}/{}/lost", row.pass), "way=phone"),
        ] {
            assert_eq!(
                app.form(&path, &far, form).status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        assert_eq!(
            app.get(&format!("{there}/{}", row.pass), &far).status,
            StatusCode::NOT_FOUND
        );
        let open = format!("{there}?open={application}");
        assert_eq!(app.get(&open, &far).status, StatusCode::NOT_FOUND);
        // A grid worker applies, and decides nothing.
        for path in [
            format!("{here}/approve"),
            format!("{here}/complete"),
            format!("{here}/{}/revoke", row.pass),
        ] {
            assert_eq!(
                app.form(&path, &grid, "").status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
        // Reasons come from closed lists.
        for reason in ["other", "", "LOST", "lost%00", "%E2%80%AElost"] {
            let form = format!("reason={reason}");
            let answer = app.form(&format!("{here}/{}/revoke", row.pass), &office, &form);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{reason}");
        }
        assert!(pass(app, row.pass).revocation.is_none());
        // "Replaced" means that there is a new one.
        let form = "reason=replaced";
        let answer = app.form(&format!("{here}/{}/revoke", row.pass), &office, form);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn what_is_typed_wrong_comes_back_with_its_reason() {
    demo_on_both(|app, demo| {
        let grid = cookie(app, demo, "grid1");
        let base = format!("/areas/{}/passes/apply", community(demo));
        let household = home(demo).id;
        for (name, document) in [
            ("%3Cscript%3E", "E01234567"),
            ("%E7%8E%8B%E2%80%AE%E5%8D%8E", "E01234567"),
            ("%E7%8E%8B%F0%9F%98%8D", "E01234567"),
            ("%3D1%2B1", "E01234567"),
            ("%E7%8E%8B%E5%8D%8E", "nonsense%00"),
            ("", ""),
        ] {
            let body = format!(
                "id={ID}&household={household}&holder=new&name={name}&sex=&document_kind=passport\
                 &document={document}&basis=tenant&phone=12"
            );
            let answer = app.form(&base, &grid, &body);
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{name} {document}"
            );
            assert!(answer.body.contains("class=\"fault\""), "{}", answer.body);
            assert!(!answer.body.contains("<script>"), "{name}");
        }
        let long = "x".repeat(100_000);
        let body = format!("id={ID}&household={household}&holder=new&name={long}&basis=tenant");
        assert!(app.form(&base, &grid, &body).status.is_client_error());
        for body in ["", "id=x&household=y&holder=z", "household=%00"] {
            assert_eq!(
                app.form(&base, &grid, body).status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{body}"
            );
        }
        let queue = format!("/areas/{}/passes", community(demo));
        for q in [
            "%00",
            "%E2%80%AE",
            "%F0%9F%98%8D",
            "%3D1%2B1",
            &"9".repeat(5_000),
            "%25",
        ] {
            let answer = app.form(&queue, &grid, &format!("q={q}"));
            assert_eq!(answer.status, StatusCode::OK, "{q}");
        }
    });
}
