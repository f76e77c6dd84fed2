//! One account in two offices, and one on leave by the day: what each may do changes with where
//! and when.

use crate::support::{
    COMMUNITY, COMPOUND, GATE, NEXT_COMPOUND, NEXT_GATE, OFFICE, START, TestApp, membership_row,
    on_both,
};
use axum::http::StatusCode;
use gatehouse_core::id::{MembershipId, OrganisationId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_store::leave::LeaveRow;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::organisation::OrganisationRow;

const PROPERTY: OrganisationId = OrganisationId([21; 16]);
const SECOND: MembershipId = MembershipId([22; 16]);

/// A guard of the property company at one compound who is the committee's grid worker at the next.
fn in_two_offices(app: &TestApp) -> StaffId {
    let staff = app.staff("both", "guard", COMPOUND);
    app.write(move |tx| {
        tx.insert_organisation(&OrganisationRow {
            organisation: PROPERTY,
            name: "幸福物业".to_owned(),
            kind: "property".to_owned(),
            area: COMPOUND,
            ended_at: None,
            version: 1,
        })?;
        tx.insert_membership(&MembershipRow {
            membership: SECOND,
            organisation: PROPERTY,
            ..membership_row(staff, "grid_worker", NEXT_COMPOUND)
        })
    });
    staff
}

fn statuses(app: &TestApp, cookie: &str) -> [StatusCode; 4] {
    [
        format!("/gates/{GATE}/visits"),
        format!("/areas/{COMPOUND}/people"),
        format!("/gates/{NEXT_GATE}/visits"),
        format!("/areas/{NEXT_COMPOUND}/people"),
    ]
    .map(|path| app.get(&path, cookie).status)
}

/// What a guard and a grid worker of these places answer to: the keys of no installation are here,
/// so a page that opens names says so; what matters is that the rule let them in.
fn let_in(statuses: [StatusCode; 4]) -> [bool; 4] {
    statuses.map(|status| !matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN))
}

#[test]
fn an_account_of_two_offices_may_at_each_place_what_its_role_there_may() {
    on_both(|app| {
        let staff = in_two_offices(app);
        let cookie = app.session(staff);
        // A guard here keeps visitors and sees no ledger; a grid worker there does both.
        assert_eq!(let_in(statuses(app, &cookie)), [true, false, true, true]);
        // Both places stand on the first page, and in words of each role.
        let home = app.get("/", &cookie).body;
        assert!(
            home.contains("幸福里") && home.contains("河畔家园"),
            "{home}"
        );

        // The one ends; the other stays.
        app.write(move |tx| {
            let all = tx.memberships_of_staff(staff)?.into_iter();
            for mut row in all.filter(|row| row.membership == SECOND) {
                row.state = "ended".to_owned();
                tx.update_membership(&row)?;
            }
            Ok(())
        });
        app.later(6_000);
        assert_eq!(let_in(statuses(app, &cookie)), [true, false, false, false]);
    });
}

#[test]
fn leave_by_the_day_takes_one_office_s_rights_and_gives_them_back() {
    on_both(|app| {
        let staff = in_two_offices(app);
        let today = CivilDay::parse("2020-02-19").expect("a day");
        app.write(move |tx| {
            tx.put_leave(&LeaveRow {
                membership: SECOND,
                from_on: today,
                until_on: today,
                noted_at: START,
                noted_by: staff,
            })
        });
        let cookie = app.session(staff);
        assert_eq!(let_in(statuses(app, &cookie)), [true, false, false, false]);
        // The office reads who is away, and nobody had to take the role away.
        let office = app.session(app.staff("office", "community_office", COMMUNITY));
        let list = app.get(&format!("/areas/{COMMUNITY}/staff"), &office).body;
        assert!(list.contains("今天请假"), "{list}");
        // Tomorrow, by itself.
        app.later(17 * 3_600_000 + 60_000);
        let cookie = app.session(staff);
        assert_eq!(let_in(statuses(app, &cookie)), [true, false, true, true]);
        assert_ne!(OFFICE, PROPERTY);
    });
}
