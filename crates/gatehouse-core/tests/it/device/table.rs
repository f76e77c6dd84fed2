//! Scenarios as text: one input a line with its time, what is shown after `=>`.
//!
//! What is shown is written as: the verdict, or the kind of screen with the code of its message;
//! the steps in brackets; the flags with `!`; `+n` for n events.

use super::world;
use data_encoding::BASE64;
use gatehouse_core::device::{Device, Input, Output, Request, respond, step};
use gatehouse_core::gate::fact::pass_state;
use gatehouse_core::gate::record::read_facts;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::gate::{Fact, Known, Value as FactValue};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{ChainHead, Event, EventBody, PublicEvent};
use serde_json::{Value, json};

/// A device with everything that it has written so far.
pub struct Stage {
    pub device: Device,
    pub events: Vec<Event>,
    pub head: Option<ChainHead>,
    pub list: String,
    pub steps: u32,
    /// Each request with what came of it, and each stop: what another build of the core is to say.
    pub log: Vec<Value>,
}

impl Stage {
    /// Enrolled, with a list of this age in hours.
    pub fn new(age_hours: i64) -> Stage {
        let mut stage = Stage::bare();
        stage.list = world::signed(&world::snapshot(1, age_hours));
        stage.feed(enrol(), world::morning());
        let list = stage.list.clone();
        let input = json!({"input": "snapshot", "bytes_base64": list});
        let output = stage.feed(input, world::morning());
        assert_eq!(output.screen.code, None, "the list is taken");
        stage
    }

    /// Fresh from the box.
    pub fn bare() -> Stage {
        Stage {
            device: Device::default(),
            events: vec![],
            head: None,
            list: String::new(),
            steps: 0,
            log: vec![],
        }
    }

    /// One step; checks what holds after every step.
    pub fn feed(&mut self, input: Value, now: Moment) -> Output {
        let input: Input = serde_json::from_value(input).expect("an input");
        self.steps += 1;
        let random = [self.steps.to_be_bytes(); 8].concat();
        let request = Request {
            moment: now,
            lang: Lang::Zh,
            random_base64: BASE64.encode(&random),
            input,
        };
        let json = serde_json::to_vec(&request).expect("JSON");
        let by_json = respond(self.device.clone(), &json);
        let (device, output) = step(std::mem::take(&mut self.device), &request);
        // The page's way in and out says the same as the types.
        let shown: Value = serde_json::from_slice(&by_json.1).expect("JSON");
        assert_eq!(shown, serde_json::to_value(&output).expect("JSON"));
        let sent: Value = serde_json::from_slice(&json).expect("JSON");
        self.log.push(json!({"request": sent, "shown": shown}));
        assert_eq!(by_json.0.to_bytes(), device.to_bytes());
        self.device = device;
        for appended in &output.append {
            let bytes = BASE64.decode(appended.event_base64.as_bytes());
            let event = Event::from_bytes(&bytes.expect("base64")).expect("an event of wire v1");
            let public = PublicEvent::from_bytes(&event.public_bytes()).expect("its public part");
            assert!(public.follows(self.head.as_ref()), "the chain holds");
            let head = public.head();
            assert_eq!(appended.seq, head.seq);
            assert_eq!(appended.head_base64, BASE64.encode(&head.to_signed_bytes()));
            self.head = Some(head);
            self.events.push(event);
        }
        output
    }

    /// Stops and starts: the state goes through its bytes, the list is handed in again.
    pub fn restart(&mut self, now: Moment) -> Output {
        let state = self.device.to_bytes();
        self.device = Device::from_bytes(&state).expect("a state");
        assert_eq!(self.device.to_bytes(), state);
        self.log.push(json!("restart"));
        let list = self.list.clone();
        self.feed(json!({"input": "snapshot", "bytes_base64": list}), now)
    }

    /// The state of the pass in the record of the last crossing.
    pub fn recorded_pass_state(&self) -> Option<&'static str> {
        let event = self.events.last()?;
        let EventBody::Crossing(crossing) = &event.body else {
            return None;
        };
        let situation = read_facts(&crossing.facts, event.at).expect("facts");
        match situation.known(Fact::PassState).as_ref() {
            Known::Is(FactValue::Choice(at)) => Some(pass_state::CHOICES[usize::from(*at)].name),
            _ => None,
        }
    }
}

/// The input that enrols.
pub fn enrol() -> Value {
    json!({
        "input": "enrol",
        "device": world::DEVICE.to_string(),
        "gate": world::GATE.to_string(),
        "root_key_base64": BASE64.encode(world::root().key().as_bytes()),
    })
}

/// What a line of a scenario says of an output.
pub fn summary(output: &Output) -> String {
    let screen = &output.screen;
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let mut parts = vec![match (&screen.verdict, &screen.code) {
        (Some(verdict), None) => word(json!(verdict)),
        (_, Some(code)) => format!("{} {code}", word(json!(screen.kind))),
        (None, None) => word(json!(screen.kind)),
    }];
    if !screen.steps.is_empty() {
        let steps = screen
            .steps
            .iter()
            .map(|step| match step.control.fact.as_str() {
                "" => step.step.clone(),
                fact => fact.to_owned(),
            });
        parts.push(format!("[{}]", steps.collect::<Vec<_>>().join(" ")));
    }
    let flags = screen
        .flags
        .iter()
        .map(|flag| format!("!{}", word(json!(flag))));
    parts.extend(flags);
    if !output.append.is_empty() {
        parts.push(format!("+{}", output.append.len()));
    }
    parts.join(" ")
}

/// A time of the morning's day as `hours:minutes[:seconds]`; those of the next day go on from 24.
pub fn at(clock: &str) -> Moment {
    let clock = clock.split(':').map(|part| part.parse().expect("a time"));
    let clock: Vec<i64> = clock.collect();
    let seconds = clock[0] * 3600 + clock[1] * 60 + clock.get(2).unwrap_or(&0);
    world::morning().plus_millis((seconds - 8 * 3600) * 1000)
}

pub fn input(command: &str, words: &[&str]) -> Value {
    let text = |at: usize| words.get(at).copied().unwrap_or_default();
    match command {
        "shift" => {
            let mut shift = json!({"input": "shift_start", "mask": true, "armband": true,
                "guards": [{"staff": "01010101-0101-0101-0101-010101010101", "name": "李师傅"}]});
            for word in words {
                let (name, value) = word.split_once('=').expect("name=value");
                shift[name] = json!(value);
            }
            shift
        }
        "thermometer" => json!({"input": "thermometer", "way": text(0)}),
        "scan" => json!({"input": "scan", "way": text(0), "text": world::qr(text(1))}),
        "card" => json!({"input": "card", "way": text(0), "number": match text(1) {
            number if number.contains('-') && number.len() == 11 => number.to_owned(),
            name => world::card(name),
        }}),
        "lookup" => json!({"input": "lookup", "way": text(0), "building": text(1),
            "unit": text(2), "room": text(3), "surname": text(4)}),
        "begin" => {
            let mut begin = json!({"input": "begin", "way": text(0), "subject_kind": text(1)});
            for word in words.iter().skip(2) {
                let (name, value) = word.split_once('=').expect("name=value");
                begin[name] = json!(value);
            }
            begin
        }
        "fact" => {
            let value = serde_json::from_str(text(1)).unwrap_or_else(|_| json!(text(1)));
            json!({"input": "fact", "fact": text(0), "value": value})
        }
        "register" => json!({"input": "register", "noted": {"name": text(0), "phone": text(1),
            "room": text(2), "approved_by": text(3)}}),
        "emergency" => json!({"input": "emergency", "way": text(0)}),
        "finish" => match text(1) {
            "" => json!({"input": "finish", "outcome": text(0)}),
            reason => {
                json!({"input": "finish", "outcome": text(0), "overruling_reason": reason})
            }
        },
        "amend" => {
            let seq: u64 = text(0).parse().expect("a number");
            let change = match text(1) {
                "undo" => json!({"kind": "undo"}),
                outcome => json!({"kind": "outcome", "outcome": outcome}),
            };
            json!({"input": "amend", "seq": seq, "change": change})
        }
        "sent" => {
            let through: u64 = text(0).parse().expect("a number");
            let answers: Vec<Value> = words[1..]
                .iter()
                .map(|word| {
                    let (seq, verdict) = word.split_once(':').expect("seq:verdict");
                    let seq: u64 = seq.parse().expect("a number");
                    json!({"seq": seq, "verdict": verdict, "graver": true, "rows": [],
                        "sentences": ["请值班长来接手。"]})
                })
                .collect();
            json!({"input": "sent", "acknowledged_through": through, "answers": answers})
        }
        "server" => json!({"input": "sent", "acknowledged_through": 0, "answers": [],
            "server_millis": at(text(0)).millis}),
        "cancel" | "tick" | "fever" | "shift_end" => json!({"input": command}),
        other => panic!("no input is called {other}"),
    }
}

/// Plays a scenario on a stage; times are added to the morning as `hours:minutes[:seconds]`.
pub fn play(stage: &mut Stage, scenario: &str) {
    play_as(stage, scenario, summary);
}

/// The same, with other words for what is shown.
pub fn play_as(stage: &mut Stage, scenario: &str, summary: impl Fn(&Output) -> String) {
    let mut shown = String::new();
    let mut expected = String::new();
    let mut said = "";
    for line in scenario
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        // What is expected may stand on the next line.
        let wanted = match line.split_once("=>") {
            None => {
                said = line;
                continue;
            }
            Some(("", wanted)) => wanted,
            Some((before, wanted)) => {
                said = before;
                wanted
            }
        };
        let words: Vec<&str> = said.split_whitespace().collect();
        let now = at(words[0]);
        let output = match words[1] {
            "restart" => stage.restart(now),
            command => stage.feed(input(command, &words[2..]), now),
        };
        let said = said.trim();
        expected.push_str(&format!("{said} => {}\n", wanted.trim()));
        shown.push_str(&format!("{said} => {}\n", summary(&output)));
    }
    assert_eq!(shown, expected, "\nshown:\n{shown}");
}

/// A scenario on a fresh device with a list of the same morning.
pub fn check(scenario: &str) -> Stage {
    let mut stage = Stage::new(1);
    play(&mut stage, scenario);
    stage
}
