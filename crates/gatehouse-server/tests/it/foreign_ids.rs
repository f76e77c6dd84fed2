//! Other people's ids: a vehicle, a helper, a visitor, a message of one compound or household in a
//! form of another. Not found, and nothing written.

use crate::gate::cookie;
use crate::passes::community;
use crate::resident::{Somebody, gate, opened, somebody};
use crate::support::{TestApp, demo_on_both, percent};
use crate::tray::Tray;
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, AreaId, PersonId, VehicleId};
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::staff::DemoStaff;
use gatehouse_store::message::{MessageRow, MessageState};
use gatehouse_store::{Shard, StoreError};

const VEHICLE: &str = "0000000000000000000000000000000a";
const HELPER: &str = "0000000000000000000000000000000b";
const VISIT: &str = "0000000000000000000000000000000c";
const MESSAGE: [u8; 16] = [0xd; 16];

/// A compound of another community than the first.
fn elsewhere(demo: &Demo) -> AreaId {
    demo.town.streets.gates.last().expect("a gate").compound
}

fn bytes(id: &str) -> [u8; 16] {
    let id = data_encoding::HEXLOWER.decode(id.as_bytes()).expect("hex");
    id.try_into().expect("an id")
}

/// Everything on record, and everything laid that could be changed.
fn standing(app: &TestApp) -> String {
    let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let heads = tx.audit_heads(Shard(1))?;
        let vehicle = tx.vehicle(Shard(1), VehicleId(bytes(VEHICLE)))?;
        let helper = tx.helper(Shard(1), ApplicationId(bytes(HELPER)))?;
        let visit = tx.visit(Shard(1), bytes(VISIT))?;
        let entries = heads.iter().map(|head| {
            let entries = tx.audit_entries(Shard(1), head.writer, 0, 100_000)?;
            // Whoever opens a page of their own is on record for that.
            Ok(entries
                .iter()
                .filter(|one| !one.kind.ends_with(".view"))
                .count())
        });
        let entries = entries.collect::<Result<Vec<usize>, StoreError>>()?;
        let message = tx.message(Shard(1), &MESSAGE)?;
        Ok(format!(
            "{entries:?} {vehicle:?} {helper:?} {visit:?} {message:?}"
        ))
    });
    read.expect("reads")
}

/// A vehicle, a helper who comes, and a visitor who waits, all of one household.
fn laid(app: &TestApp, demo: &Demo, who: &Somebody) {
    let (grid, office) = (cookie(app, demo, "grid1"), cookie(app, demo, "office1"));
    let base = format!("/areas/{}", community(demo));
    let plate = percent("豫K9Z8Y7");
    let body = format!("act=add&vehicle={VEHICLE}&plate={plate}&kind=car");
    let path = format!(
        "/areas/{}/households/{}/vehicles",
        who.compound, who.household
    );
    let done = app.form(&path, &grid, &body);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let body = format!(
        "id={HELPER}&household={}&holder=new&kind=helper&work=cleaner&word=phone&name={}\
         &sex=female&birth_on=1970-05-06&document_kind=passport&document=E01234567\
         &no_photo=yes&delivery=desk",
        who.household,
        percent("乌林静")
    );
    let done = app.form(&format!("{base}/passes/apply"), &grid, &body);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let one = format!("one={HELPER}.1");
    let done = app.form(&format!("{base}/passes/approve"), &office, &one);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let [building, unit, room] = &who.door;
    let body = format!(
        "visit={VISIT}&name=VISITOR&phone=0371-5550101&building={building}&unit={unit}\
         &room={room}&purpose=care"
    );
    let done = app.form(&format!("/visit/{}", gate(demo)), "", &body);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
}

/// A slip that waits to be handed over.
fn slip(app: &TestApp, person: PersonId, area: AreaId) {
    let row = MessageRow {
        shard: Shard(1),
        message: MESSAGE,
        area,
        person,
        visit: None,
        kind: "pass_ready".to_owned(),
        slots: "{}".to_owned(),
        language: "zh".to_owned(),
        state: MessageState {
            word: "waiting".to_owned(),
            channel: Some("slip".to_owned()),
            failure: None,
        },
        made_at: 0,
        changed_at: 0,
    };
    app.write(move |tx| tx.insert_message(&row).map(drop));
}

/// Who sends a form.
#[derive(Clone, Copy)]
enum Sender {
    Grid,
    Office,
    Street,
    FarOffice,
    Guard,
    Resident,
}

/// Where forms go.
struct Places {
    here: String,
    there: String,
    calls: String,
    area: String,
    gate: String,
    /// A record of here that could not be taken in.
    record: String,
}

impl Places {
    /// Forms that name what is somebody else's.
    fn forms(&self) -> Vec<(Sender, String, String)> {
        let vehicle = format!("act=end&vehicle={VEHICLE}&version=1");
        let helper = |what: &str| format!("helper={HELPER}&{what}");
        let renew = format!("version=2&renew=phone&pass={}", "1".repeat(32));
        let visit = |what: &str| format!("visit={VISIT}{what}");
        let message = data_encoding::HEXLOWER.encode(&MESSAGE);
        let area = |rest: &str| format!("{}/{rest}", self.area);
        let my = |page: &str| format!("/my/{page}");
        vec![
            // A vehicle at the neighbours' door, and at a door of another community.
            (Sender::Grid, self.here.clone(), vehicle.clone()),
            (Sender::Grid, self.there.clone(), vehicle),
            // Whether a household is rung, from elsewhere.
            (Sender::Office, self.calls.clone(), "calls=no".to_owned()),
            // A helper through another community, and by the neighbours.
            (
                Sender::Street,
                area("passes/helpers"),
                helper("version=2&end=office"),
            ),
            (Sender::Street, area("passes/helpers"), helper(&renew)),
            (Sender::Resident, my("helpers"), helper("word=end")),
            (Sender::Resident, my("helpers"), helper("word=again")),
            // A visitor at another gate, and by the neighbours.
            (Sender::Street, self.gate.clone(), visit("&answer=yes")),
            (Sender::Guard, format!("{}/call", self.gate), visit("")),
            (Sender::Guard, self.gate.clone(), visit("&answer=yes")),
            (Sender::Resident, my("visits"), visit("&answer=yes")),
            // A record that could not be taken in, through another area.
            (
                Sender::FarOffice,
                area(&format!("tray/{}", self.record)),
                "version=0&outcome=told".to_owned(),
            ),
            // A message through another area.
            (
                Sender::FarOffice,
                area("messages"),
                format!("act=handed&messages={message}"),
            ),
        ]
    }
}

#[test]
fn an_id_of_somebody_else_is_not_found_and_changes_nothing() {
    demo_on_both(|app, demo| {
        let (who, next, other) = (somebody(demo, 1), somebody(demo, 2), elsewhere(demo));
        laid(app, demo, &who);
        let resident = opened(app, demo, &next);
        let office = cookie(app, demo, "office1");
        let grid = cookie(app, demo, "grid1");
        let street = cookie(app, demo, "street");
        let guard = cookie(app, demo, "guard1a");
        let around = demo.town.streets.parent(other).expect("a community");
        let mut staff = demo.town.staffing.staff.iter();
        let of_there = |one: &&DemoStaff| one.role == Role::CommunityOffice && one.area == around;
        let far_office = app.session(staff.find(of_there).expect("an office").id);
        slip(app, who.person, who.compound);
        let far_gate = demo.town.streets.gates.last().expect("a gate").id;
        let home = |compound: AreaId, who: &Somebody, rest: &str| {
            format!("/areas/{compound}/households/{}/{rest}", who.household)
        };
        let tray = Tray::laid(app, demo, 0);
        let record = tray.events[0].rsplit('/').next().expect("a key").to_owned();
        let to = Places {
            record,
            here: home(next.compound, &next, "vehicles"),
            there: home(other, &who, "vehicles"),
            calls: home(other, &who, "calls"),
            area: format!("/areas/{other}"),
            gate: format!("/gates/{far_gate}/visits"),
        };
        let table = to.forms();
        let who_sends = |sender: Sender| match sender {
            Sender::Grid => &grid,
            Sender::Office => &office,
            Sender::Street => &street,
            Sender::FarOffice => &far_office,
            Sender::Guard => &guard,
            Sender::Resident => &resident,
        };
        for (sender, path, body) in table {
            let cookie = who_sends(sender);
            let before = standing(app);
            let answer = app.form(&path, cookie, &body);
            // Of a list of messages, those of elsewhere are left out.
            let refused = match path.ends_with("/messages") {
                true => [StatusCode::SEE_OTHER; 2],
                false => [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN],
            };
            assert!(
                refused.contains(&answer.status),
                "{path} {body}: {}",
                answer.status
            );
            assert_eq!(standing(app), before, "{path} {body}");
        }
    });
}
