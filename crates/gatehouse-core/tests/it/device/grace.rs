//! What the record says of a pass past its end. The compound's own residents still use it for seven
//! days while the server is out of reach and the list is old; nobody else does, and nobody by a
//! fresh list (GATE-11, PASS-4).

use super::table::{Stage, play, play_as};

/// How old the list is in hours at eight; when and how the pass is shown; what the record says.
type Shown = (i64, &'static str, &'static str, &'static str);

const OUT_OF_REACH: [Shown; 15] = [
    // Ended thirty hours before eight; on the eighth day there is no grace left.
    (30, "08:01", "scan in zhao-expired", "grace"),
    (30, "08:01", "scan out zhao-expired", "grace"),
    (30, "08:01", "card in zhao-expired", "grace"),
    (1, "145:59", "scan in zhao-expired", "grace"),
    (1, "146:00", "scan in zhao-expired", "expired"),
    // A list is fresh for a day.
    (1, "08:01", "scan in zhao-expired", "expired"),
    (1, "08:01", "card in zhao-expired", "expired"),
    (24, "07:59", "scan in zhao-expired", "expired"),
    (24, "08:00", "scan in zhao-expired", "grace"),
    // Each kind of pass, ten days on: only of those who live here.
    (30, "08:01", "scan in visitor-expired", "expired"),
    (1, "249:00", "scan in wang", "grace"),
    (1, "249:00", "scan in zhang-tenant", "grace"),
    (1, "249:00", "scan in nurse", "expired"),
    (1, "249:00", "scan in carer", "expired"),
    (1, "249:00", "scan in qian-revoked", "expired"),
];

/// The state of the pass in the record of who was turned back; the server was last heard of then.
fn recorded((age_hours, clock, shown, _): Shown, heard_at: &str) -> Option<&'static str> {
    let mut stage = Stage::new(age_hours);
    let scenario = format!(
        "
        07:00 shift =>
        {heard_at} server {heard_at} =>
        {heard_at} sent 1 =>
        {clock} {shown} =>
        {clock} finish turned_back =>
        "
    );
    play_as(&mut stage, &scenario, |_| String::new());
    stage.recorded_pass_state()
}

#[test]
fn a_pass_past_its_end_is_within_grace_in_the_record_only_while_the_server_is_out_of_reach() {
    for case in OUT_OF_REACH {
        // Everything was sent, and nobody has heard of the server since.
        assert_eq!(recorded(case, "07:02"), Some(case.3), "{case:?}");
        let in_contact = match case.3 {
            "grace" => "expired",
            other => other,
        };
        assert_eq!(recorded(case, case.1), Some(in_contact), "{case:?}");
    }
}

#[test]
fn who_is_let_through_within_grace_is_recorded_so() {
    let mut stage = Stage::new(30);
    play(
        &mut stage,
        "
        08:00 shift                 => scan +1
        08:01 scan in zhao-expired  => ask [temperature] !grace
        08:01 fact temperature 36.5 => admit !grace
        08:01 finish crossed        => scan +1
        ",
    );
    assert_eq!(stage.recorded_pass_state(), Some("grace"));
}
