//! What a turn shows at its end: the open case, something to read, or ready for the next.

use super::list::List;
use super::present::Scene;
use super::screen::{Flag, Header, Output, Recent, Screen, ScreenKind, Sound};
use super::turn::Turn;
use super::words;
use crate::gate::Verdict;
use crate::gate::fact::Words;

/// What is shown at the end of a turn.
pub(crate) enum View {
    /// The open case if there is one, else ready for the next.
    Case,
    /// As [`View::Case`], with the sound of the verdict.
    Decided,
    /// Something to read.
    Notice(Notice),
    /// Somebody went through as an emergency.
    EmergencyDone,
}

/// Something to read; the open case is kept.
pub(crate) struct Notice {
    pub code: &'static str,
    pub headline: Words,
    pub words: Words,
    pub minutes: Option<u32>,
}

impl Notice {
    pub const fn new(code: &'static str, words: Words) -> Notice {
        Notice {
            code,
            headline: words::ERROR_TITLE,
            words,
            minutes: None,
        }
    }

    pub const fn plain(code: &'static str, words: Words) -> Notice {
        Notice {
            code,
            headline: words::MESSAGE,
            words,
            minutes: None,
        }
    }
}

/// The codes of messages are short, can be read over the phone and say nothing of a person.
pub(crate) mod code {
    pub const REQUEST: &str = "D01";
    pub const ENROL: &str = "D02";
    pub const NOT_ENROLLED: &str = "D03";
    pub const SNAPSHOT: &str = "D04";
    pub const SHIFT: &str = "D05";
    pub const NO_CASE: &str = "D06";
    pub const REASON: &str = "D07";
    pub const FACT: &str = "D08";
    pub const AMEND: &str = "D09";
    pub const NO_LIST: &str = "D10";
    pub const LOOKUP_LIMIT: &str = "D11";
    pub const LOOKUP_NONE: &str = "D12";
    pub const UNREADABLE: &str = "D13";
    pub const TOO_LONG: &str = "D14";
    pub const CHANGED: &str = "D20";
}

impl Turn<'_> {
    /// The output of the turn.
    pub fn output(self, view: View) -> Output {
        let (screen, sound) = self.screen(view);
        let unsent = self.device.chain.unsent();
        Output {
            header: self.header(screen.kind),
            screen,
            head_to_sign_base64: self.device.head_to_sign().filter(|_| unsent > 0),
            vibrate: sound.map(vibration).unwrap_or_default(),
            sound,
            counts: self.device.tally.shown(unsent, self.now),
            thermometer: self.device.thermometer_shown(self.lang),
            recent: self.recent(),
            forget_through: self.device.chain.forget_through(),
            append: self.append,
        }
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            lang: self.lang,
            now: self.now,
            list: self.device.list.as_ref(),
            skew_minutes: self.device.skew_minutes(self.now),
        }
    }

    fn screen(&self, view: View) -> (Screen, Option<Sound>) {
        match view {
            View::Notice(notice) => (self.notice(&notice), Some(Sound::Message)),
            View::EmergencyDone => (self.emergency_done(), Some(Sound::Emergency)),
            View::Decided | View::Case => {
                let (screen, verdict) = self.current();
                let sound = match view {
                    View::Decided => verdict.map(sound_of),
                    _ => None,
                };
                (screen, sound)
            }
        }
    }

    fn current(&self) -> (Screen, Option<Verdict>) {
        let scene = self.scene();
        if let Some(case) = &self.device.case {
            if self.device.list.is_none() {
                // After a start, until the page has handed the list in again.
                let notice = Notice::new(code::NO_LIST, words::NO_LIST);
                return (self.notice(&notice), None);
            }
            let policy = self.device.policy_at(case.situation.moment.millis);
            let screen = scene.case(case, &self.device.decide(case), policy);
            let verdict = screen.verdict;
            return (screen, verdict);
        }
        let (kind, headline, how) = match self.device.shift {
            Some(_) => (ScreenKind::Scan, words::READY, words::READY_HOW),
            None => (ScreenKind::Shift, words::SHIFT_FIRST, words::SHIFT_HOW),
        };
        let mut screen = Screen::plain(kind, self.lang.pick(headline));
        screen
            .sentences
            .push(scene.sentence(how, &scene.slots(None)));
        screen.age = scene.age();
        (screen, None)
    }

    fn notice(&self, notice: &Notice) -> Screen {
        let scene = self.scene();
        let mut slots = scene.slots(None);
        if let Some(minutes) = notice.minutes {
            slots = slots.with("minutes", minutes.to_string());
        }
        let mut screen = Screen::plain(ScreenKind::Message, self.lang.pick(notice.headline));
        screen.sentences.push(scene.sentence(notice.words, &slots));
        screen.phone = scene.phone(None);
        screen.code = Some(notice.code.to_owned());
        screen
    }

    fn emergency_done(&self) -> Screen {
        let mut screen = Screen::plain(ScreenKind::Message, self.lang.pick(words::WAS_EMERGENCY));
        screen.verdict = Some(Verdict::Admit);
        let scene = self.scene();
        let done = scene.sentence(words::EMERGENCY_DONE, &scene.slots(None));
        screen.sentences.push(done);
        screen.flags.push(Flag::Emergency);
        screen
    }

    fn header(&self, over: ScreenKind) -> Header {
        let scene = self.scene();
        let shift = self.device.shift.as_ref();
        let mut notices = scene.notices(over);
        if over != ScreenKind::Verdict && self.device.chain.is_offline(self.now) {
            let slots = scene
                .slots(None)
                .with("count", self.device.chain.unsent().to_string());
            notices.insert(0, slots.text(self.lang, words::OFFLINE));
        }
        Header {
            place: scene.list.map(List::place).unwrap_or_default(),
            guards: shift
                .map(|shift| shift.guards.iter().map(|g| g.name.clone()).collect())
                .unwrap_or_default(),
            notices,
            snapshot: scene.list.map(List::number),
        }
    }

    fn recent(&self) -> Vec<Recent> {
        let shown = self.device.recent.iter().map(|row| {
            let kinds = crate::gate::fact::subject_kind::CHOICES;
            let kind = row.kind.and_then(|kind| kinds.get(kind as usize));
            let kind = kind.map_or(words::SOMEBODY, |choice| choice.label);
            let came = match (row.undone, row.emergency) {
                (true, _) => words::WAS_UNDONE,
                (false, true) => words::WAS_EMERGENCY,
                (false, false) => words::outcome(row.outcome),
            };
            let parts = [kind, words::way(row.way), came].map(|words| self.lang.pick(words));
            Recent {
                seq: row.seq,
                time: words::clock(row.at),
                text: parts.join(" · "),
                can_undo: !row.undone,
            }
        });
        shown.collect()
    }
}

fn sound_of(verdict: Verdict) -> Sound {
    match verdict {
        Verdict::Admit => Sound::Admit,
        Verdict::Ask => Sound::Ask,
        Verdict::Refuse => Sound::Refuse,
        Verdict::Refer => Sound::Refer,
    }
}

/// Told apart with the phone in a pocket: one short, two short, one long, short-short-long.
fn vibration(sound: Sound) -> Vec<u16> {
    match sound {
        Sound::Admit => vec![80],
        Sound::Ask => vec![80, 80, 80],
        Sound::Refuse => vec![500],
        Sound::Refer => vec![80, 80, 80, 80, 400],
        Sound::Emergency => vec![200, 100, 200],
        Sound::Message => vec![40],
    }
}
