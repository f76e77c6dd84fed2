//! What happens at a gate, told by the line. The document is like HN.

use super::table::{Stage, check, enrol, play};
use super::world;
use gatehouse_core::device::ScreenKind;
use gatehouse_core::gate::fact::order;
use gatehouse_core::gate::record::read_facts;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::gate::{Fact, Known, Outcome, Value, Verdict};
use gatehouse_core::wire::{EmergencyKind, EventBody, Subject};
use serde_json::json;

#[test]
fn a_resident_with_a_pass_crosses() {
    check(
        "
        08:00 tick                          => shift
        08:00 scan in wang                  => shift
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01:01 scan in wang               => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        08:02 finish crossed                => message D06
        08:03 scan out wang                 => ask [temperature]
        08:03 fact temperature 99           => message D08
        08:03 fact order \"none\"           => message D08
        08:03 fact pass_state \"valid\"     => message D08
        08:03 fact nonsense 1               => message D08
        08:03 fact temperature 36.5         => admit
        08:03 finish turned_back            => message D07
        08:03 finish turned_back left_by_choice => scan +1
        08:04 shift_end                     => shift +1
        08:04 shift_end                     => shift
        ",
    );
}

#[test]
fn at_the_peak_one_scan_each_is_enough() {
    let stage = check(
        "
        08:00 shift                         => scan +1
        08:01 scan out wang                 => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:02 scan out zhang-tenant         => ask [temperature] +1
        08:03 card out wang                 => ask [temperature] +1
        08:03 cancel                        => scan
        ",
    );
    let outcomes: Vec<Outcome> = stage.events.iter().filter_map(outcome).collect();
    // Admitted and passed by; asked for a temperature and left alone.
    assert_eq!(outcomes, [Outcome::Crossed, Outcome::Unknown]);
}

fn outcome(event: &gatehouse_core::wire::Event) -> Option<Outcome> {
    match &event.body {
        EventBody::Crossing(crossing) => Some(crossing.outcome),
        _ => None,
    }
}

#[test]
fn each_pass_that_does_not_hold_has_its_own_way_on() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 scan in forged                => ask [subject_kind registered_resident temperature]
        08:01 cancel                        => scan
        08:01 scan in elsewhere             => ask [subject_kind registered_resident temperature]
        08:01 cancel                        => scan
        08:01 scan in zhao-expired          => ask [temperature]
        08:01 cancel                        => scan
        08:01 scan in sun-tomorrow          => ask [temperature]
        08:01 cancel                        => scan
        08:01 scan in visitor-expired
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:01 cancel                        => scan
        08:01 scan in nurse                 => ask [temperature]
        08:01 cancel                        => scan
        08:01 scan in menu                  => message D13
        08:01 card in AAAAA-AAAAA           => message D13
        08:02 scan in qian-revoked          => ask [subject_kind registered_resident temperature]
        08:02 lookup in 3 1 104 钱          => ask [temperature] +1
        08:03 fact temperature 36.6         => admit
        08:03 finish crossed                => scan +1
        ",
    );
    // Every one of them says its own sentence.
    let mut stage = Stage::new(1);
    play(&mut stage, "08:00 shift => scan +1");
    for (pass, sentence) in [
        ("altered", "这张证验不过，不能用。住户请查房号，不要扣证。"),
        ("forged", "这张证暂时查不到。请查房号，或打 0371-5550101。"),
        ("elsewhere", "这是别的小区的证，这里不能用。可以按访客办。"),
        (
            "zhao-expired",
            "证到 11月27日已到期。住户照样回家，访客重新登记。",
        ),
        (
            "qian-revoked",
            "这张证已作废。住户请查房号，新证在社区服务站领。",
        ),
        ("sun-tomorrow", "证从 11月29日起才能用。现在按没带证办。"),
    ] {
        let scan = json!({"input": "scan", "way": "in", "text": world::qr(pass)});
        let output = stage.feed(scan, world::morning());
        let said: Vec<&str> = output.screen.sentences.iter().map(|s| &*s.text).collect();
        assert!(said.contains(&sentence), "{pass}: {said:?}");
        stage.feed(json!({"input": "cancel"}), world::morning());
    }
}

#[test]
fn a_copied_pass_is_flagged_and_not_refused() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        08:03 scan in wang                  => ask [temperature] !copied
        08:03 fact temperature 36.5         => admit !copied
        08:03 cancel                        => scan
        08:04 scan out wang                 => ask [temperature]
        08:04 cancel                        => scan
        08:05 amend 2 undo                  => message D20 +1
        08:05 scan in wang                  => ask [temperature]
        ",
    );
}

/// Nobody else came meanwhile, and what was not settled then is not taken for now: whoever waits
/// for a second measurement is asked on, whoever comes hours later is asked anew, by a pass that
/// may have ended.
#[test]
fn a_pass_that_comes_again_after_an_hour_is_not_the_case_of_then() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:02 fact temperature 38.0         => ask [second_temperature]
        08:20 scan in wang                  => ask [second_temperature]
        09:19 scan in wang                  => ask [second_temperature]
        10:19 scan in wang                  => ask [temperature] +1
        ",
    );
}

#[test]
fn a_pass_that_comes_again_after_it_was_away_is_another_crossing() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01:50 scan in wang               => ask [temperature]
        08:02 fact temperature 36.5         => admit
        08:02:15 scan in wang               => admit
        08:02:40 scan in wang               => admit
        08:03:20 scan in wang               => ask [temperature] !copied +1
        08:03:30 fact temperature 36.5      => admit !copied
        08:03:40 restart                    => admit !copied
        08:03:50 scan in wang               => admit !copied
        08:04:40 restart                    => admit !copied
        08:05:30 scan in wang               => ask [temperature] !copied +1
        08:06 cancel                        => scan
        08:07 scan out li-under-order       => refer
        08:09 scan out li-under-order       => refer
        ",
    );
}

#[test]
fn an_order_is_the_same_screen_as_any_referral_and_the_number_to_call() {
    let mut stage = check(
        "
        08:00 shift                         => scan +1
        08:01 scan out li-under-order       => refer
        08:01 finish crossed                => message D07
        08:01 emergency out                 => admit !emergency +1
        08:01 tick                          => scan
        08:02 lookup out 3 1 101 李         => refer +1
        08:02 finish taken_in_charge        => scan +1
        ",
    );
    let scan = json!({"input": "scan", "way": "out", "text": world::qr("li-under-order")});
    let screen = stage.feed(scan, world::morning()).screen;
    assert_eq!(screen.phone.as_deref(), Some("0371-5550177"));
    let shown = serde_json::to_string(&screen).expect("JSON");
    for never in ["观察", "隔离", "密接", "阳性", "决定书"] {
        assert!(!shown.contains(never), "{never}: {shown}");
    }
    // The emergency carries whom it concerns, so that somebody can ask how they are.
    let emergency = &stage.events[1];
    let EventBody::Crossing(crossing) = &emergency.body else {
        panic!("a crossing");
    };
    assert_eq!(crossing.emergency, Some(EmergencyKind::Unsaid));
    assert_eq!(
        (crossing.verdict, crossing.outcome),
        (Verdict::Admit, Outcome::Crossed)
    );
    let subject = emergency
        .private
        .as_ref()
        .and_then(|private| private.subject);
    assert!(matches!(subject, Some(Subject::Person(_))));
}

#[test]
fn an_emergency_is_recorded_by_what_holds_when_it_happens() {
    let mut list = world::snapshot(1, 1);
    let people = list.households.iter_mut().flat_map(|home| &mut home.people);
    for order in people.flat_map(|person| &mut person.not_to_cross) {
        order.until_at = world::morning().millis + 5 * 60_000;
    }
    let mut stage = Stage::new(2);
    let bytes = world::signed(&list);
    stage.feed(
        json!({"input": "snapshot", "bytes_base64": bytes}),
        world::morning(),
    );
    for (minute, effect) in [(4, "not_to_cross"), (6, "none")] {
        let scenario = format!(
            "
            08:00 shift                   => scan +1
            08:03 scan out li-under-order => refer
            08:0{minute} emergency out    => admit !emergency +1
            08:0{minute} shift_end        => shift +1
            "
        );
        play(&mut stage, &scenario);
        let crossings = stage.events.iter().rev();
        let crossing = crossings
            .filter_map(|event| match &event.body {
                EventBody::Crossing(crossing) => Some(crossing),
                _ => None,
            })
            .next()
            .expect("a crossing");
        let facts = read_facts(&crossing.facts, world::morning()).expect("facts");
        let at = order::CHOICES.iter().position(|one| one.name == effect);
        let at = u8::try_from(at.expect("a choice")).expect("few");
        let known = facts.known(Fact::Order);
        assert_eq!(known.as_ref(), &Known::Is(Value::Choice(at)), "{effect}");
    }
}

#[test]
fn a_resident_without_a_pass_is_found_by_door_and_surname() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 lookup in 6栋 2单元 302室 王  => choose [person] +1
        08:01 finish crossed                => message D07
        08:01 fact person 99                => message D08
        08:01 fact person 02020202-0202-0202-0202-020202020202 => message D08
        08:01 fact person 0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        08:02 lookup in 6 2 302 李          => message D12 +1
        08:02 lookup in 6 2 999 王          => message D12 +1
        08:02 begin in temporary_resident   => ask [scan_pass temperature]
        08:02 lookup in 3 1 102 张          => ask [temperature] +1
        08:02 cancel                        => scan
        08:03 lookup in 1 1 1 一            => message D12 +1
        08:03 lookup in 1 1 1 一            => message D12 +1
        08:03 lookup in 1 1 1 一            => message D12 +1
        08:03 lookup in 1 1 1 一            => message D12 +1
        08:03 lookup in 1 1 1 一            => message D12 +1
        08:03 lookup in 1 1 1 一            => message D12 +1
        08:03 lookup in 6 2 302 王          => message D11
        08:11 lookup in 3 1 102 张          => ask [temperature] +1
        ",
    );
}

#[test]
fn people_and_vehicles_from_outside() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 begin in visitor room=6-2-302
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:01 fact special_reason true
            => ask [temperature registered_now host_consent host_escort]
        08:01 fact host_consent true        => ask [temperature registered_now host_escort]
        08:01 fact registered_now true      => ask [temperature host_escort]
        08:01 fact host_escort true         => ask [temperature]
        08:01 fact temperature 37.6         => ask [second_temperature]
        08:16 fact second_temperature 36.8  => admit
        08:16 finish crossed                => scan +1
        08:17 begin in courier room=6-2-302 => refuse
        08:17 finish turned_back            => scan +1
        08:17 begin in vehicle plate=豫A99999
            => ask [temperature special_reason registered_now host_consent]
        08:17 fact special_reason false     => refuse
        08:17 finish turned_back            => scan +1
        08:17 begin in vehicle plate=豫a·12345 => ask [temperature]
        08:17 cancel                        => scan
        08:18 begin in exempt_worker        => ask [temperature registered_now papers]
        08:18 fact worker_class \"medical\" => ask [temperature registered_now papers]
        08:18 fact papers [\"work_proof\"]  => ask [temperature registered_now]
        ",
    );
}

#[test]
fn a_feverish_person_is_never_just_sent_away() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 37.8         => ask [second_temperature]
        08:16 fact second_temperature 37.9  => refer +1
        08:16 finish turned_back            => message D07
        08:16 finish taken_in_charge        => scan +1
        08:17 fever                         => refer !fever +1
        08:17 fever                         => refer !fever
        08:17 restart                       => refer !fever
        08:17 finish taken_in_charge        => scan +1
        08:18 scan in wang                  => ask [temperature]
        08:18 fever                         => refer !fever +1
        ",
    );
}

#[test]
fn a_graver_answer_replaces_the_screen_within_a_second_and_a_half() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        08:01:01 sent 2 2:refer             => refer !server_answer
        08:01:02 tick                       => refer !server_answer
        08:01:02 finish taken_in_charge     => scan +1
        08:01:03 sent 3                     => scan
        08:02 scan out wang                 => ask [temperature]
        08:02 fact temperature 36.5         => admit
        08:02 finish crossed                => scan +1
        08:02:02 sent 4 4:refer             => scan
        08:03 amend 4 undo                  => message D20 +1
        08:03 amend 0 undo                  => message D09
        08:03 amend 9 undo                  => message D09
        08:03 amend 2 turned_back           => message D20 +1
        ",
    );
}

#[test]
fn the_server_s_answer_waits_while_somebody_else_stands_there() {
    check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        08:01 scan in zhang-tenant          => ask [temperature]
        08:01:01 sent 2 2:refer             => ask [temperature]
        ",
    );
}

#[test]
fn an_emergency_needs_nothing() {
    let mut stage = Stage::bare();
    play(
        &mut stage,
        "
        08:00 tick                          => shift
        08:00 scan in wang                  => message D03
        08:00 fever                         => message D10
        08:01 emergency out                 => admit !emergency
        08:02 emergency in                  => admit !emergency
        08:03 restart                       => message D03
        ",
    );
    // What happened before enrolment is written as soon as there is a chain.
    let output = stage.feed(enrol(), world::morning());
    assert_eq!((output.append.len(), stage.events.len()), (2, 2));
    assert_eq!(output.counts.emergencies, 4);
    play(
        &mut stage,
        "
        08:04 emergency out                 => admit !emergency +1
        08:05 fever                         => message D10 +1
        ",
    );
}

#[test]
fn counts_are_those_of_the_shift_and_follow_a_correction() {
    let mut stage = check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        08:02 begin in courier              => refuse
        08:02 finish turned_back            => scan +1
        08:03 emergency out                 => admit !emergency +1
        ",
    );
    let mut counts = |line: &str| {
        play(&mut stage, line);
        let counts = stage
            .feed(json!({"input": "tick"}), world::morning())
            .counts;
        [counts.admitted, counts.turned_back, counts.emergencies]
    };
    assert_eq!(counts("08:03 tick => scan"), [2, 1, 1]);
    assert_eq!(counts("08:03 amend 3 crossed => message D20 +1"), [3, 0, 1]);
    assert_eq!(counts("08:03 amend 4 undo => message D20 +1"), [2, 0, 0]);
    assert_eq!(counts("08:03 amend 4 undo => message D20 +1"), [2, 0, 0]);
    assert_eq!(counts("08:04 shift => scan +1"), [0, 0, 0]);
    // A correction of what an earlier shift did is no figure of this one.
    assert_eq!(counts("08:05 amend 2 undo => message D20 +1"), [0, 0, 0]);
}

#[test]
fn without_a_document_in_force_nothing_personal_is_recorded() {
    let mut snapshot = world::snapshot(2, 1);
    snapshot.policies.clear();
    let mut stage = Stage::new(1);
    stage.list = world::signed(&snapshot);
    play(
        &mut stage,
        "
        08:00 restart                       => shift
        08:00 shift                         => scan +1
        08:01 scan in wang                  => admit !no_policy
        08:01 finish crossed                => scan +1
        ",
    );
    let event = stage.events.last().expect("an event");
    assert_eq!(event.private, None);
    let EventBody::Crossing(crossing) = &event.body else {
        panic!("a crossing");
    };
    assert_eq!((crossing.pass, crossing.policy), (None, None));
}

#[test]
fn a_wrong_clock_is_said_and_marked() {
    let mut stage = check("08:00 shift => scan +1");
    let late = world::morning().plus_millis(7 * 60_000);
    let sent = json!({"input": "sent", "acknowledged_through": 1, "answers": [],
        "server_millis": world::morning().millis});
    let notices = stage.feed(sent, late).header.notices;
    let off = ["手机时间不准，差 7 分钟。请调准，记录会注明。"];
    assert_eq!(notices, off);
    let scan = json!({"input": "scan", "way": "in", "text": world::qr("wang")});
    let verdict = stage.feed(scan, late);
    assert_eq!(verdict.screen.kind, ScreenKind::Verdict);
    assert_eq!(verdict.header.notices, off);
    let output = stage.feed(json!({"input": "emergency", "way": "out"}), late);
    assert_eq!(output.append.len(), 1);
    let event = stage.events.last().expect("an event");
    assert_eq!(event.skew_millis, Some(7 * 60_000));
}

#[test]
fn both_languages_are_whole() {
    let request = |lang| gatehouse_core::device::Request {
        moment: world::morning(),
        lang,
        random_base64: String::new(),
        input: gatehouse_core::device::Input::Tick {},
    };
    let device =
        || check("08:00 shift => scan +1\n 08:01 scan in wang => ask [temperature]").device;
    let shown = |lang| {
        gatehouse_core::device::step(device(), &request(lang))
            .1
            .screen
    };
    let (zh, en) = (shown(Lang::Zh), shown(Lang::En));
    assert_eq!(
        (zh.headline.as_str(), en.headline.as_str()),
        ("请补充", "More needed")
    );
    assert_eq!(zh.sentences.len(), en.sentences.len());
    assert_eq!(zh.steps[0].text, "请量体温，点一下量到的数。");
    assert_eq!(en.steps[0].text, "Measure, then tap the number you read.");
    let who = zh.who.expect("somebody");
    assert_eq!(
        (who.name.as_str(), who.room.as_str()),
        ("王*华", "6 栋 2 单元 302")
    );
    assert_eq!((who.sex.as_str(), who.age_band.as_str()), ("男", "30 多岁"));
}
