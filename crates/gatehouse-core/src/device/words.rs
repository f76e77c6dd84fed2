//! The sentences of the device itself (glossary §3): passes, look-up, offline, emergency, fever,
//! errors. Sentences of policy rows come with the compiled policy.

use crate::gate::fact::{Words, words};
use crate::gate::wording::{Lang, Sentence, sentence};
use crate::gate::{Outcome, Way};
use crate::moment::{CivilDay, Moment};

/// Values for the slots of a sentence.
#[derive(Clone, Debug, Default)]
pub struct Slots(Vec<(&'static str, String)>);

impl Slots {
    /// No values.
    pub fn new() -> Slots {
        Slots::default()
    }

    /// One more value.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Slots {
        self.0.push((name, value.into()));
        self
    }

    /// The value of a slot.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = self.0.iter().rev().find(|slot| slot.0 == name)?;
        Some(value.1.clone())
    }

    /// Fills the slots of a sentence.
    pub fn sentence(&self, lang: Lang, template: &str) -> Sentence {
        sentence(template, lang, &|name| self.get(name))
    }

    /// Fills the slots of words that are no sentence for a person.
    pub fn text(&self, lang: Lang, words: Words) -> String {
        self.sentence(lang, lang.pick(words)).text
    }
}

macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $en:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: Words = words($zh, $en);)*
        /// Every sentence with its name, for tests.
        #[cfg(test)]
        pub(crate) const EVERY: &[(&str, Words)] = &[$((stringify!($name), $name),)*];
    };
}

sentences! {

    READY = "请扫码", "Ready to scan";
    READY_HOW = "把码放进框里，离远一点更快。", "Hold the code in the frame, a little farther away.";
    SHIFT_FIRST = "请先接班", "Start the shift first";
    SHIFT_HOW = "选好值守的人，戴好口罩和袖标。", "Choose who is on duty. Mask and armband on.";
    SHIFT_NOBODY = "请选好值守的人。", "Choose who is on duty.";
    SHIFT_CASE = "手上这一位还没办完，请先记下。", "Record the person at the gate first.";

    OFFLINE = "没网，照常用。存了 {count} 条，有网自动传。",
        "No network; go on as usual. {count} kept, sent by itself later.";
    STALE = "名单是 {age}前的，可能有变。拿不准，叫值班长。",
        "The list is {age} old and may have changed. In doubt, call the shift lead.";
    PAST = "名单过旧，只查证和日期。拿不准，打值班室 {phone}。",
        "List too old: only pass and dates are checked. In doubt, call the duty desk, {phone}.";
    NO_LIST = "还没有名单。请连上网，等一会儿。",
        "No list yet. Connect to the network and wait a moment.";
    SKEW = "手机时间不准，差 {minutes} 分钟。请调准，记录会注明。",
        "The phone clock is {minutes} minutes off. Records say so; please set it.";
    LIST_AGE = "按 {age}前的名单", "By the list of {age} ago";
    LIST_NOW = "按刚到的名单", "By the newest list";

    COPIED = "这张证 {minutes} 分钟前刚用过。请看照片，已告诉值班长。",
        "Used {minutes} minutes ago. Look at the photo; the shift lead knows.";
    GRACE = "证过期 {days} 天，现在没网，住户先用。请提醒补办。",
        "Expired {days} days ago; no network, so a resident may still use it. Remind them.";
    PASS_ALTERED = "这张证验不过，不能用。住户请查房号，不要扣证。",
        "This pass does not verify. For a resident, look up the room; do not keep the card.";
    PASS_EXPIRED = "证到 {date} 已到期。住户照样回家，访客重新登记。",
        "The pass ended on {date}. Residents still go home; visitors register again.";
    PASS_NOT_YET = "证从 {date} 起才能用。现在按没带证办。",
        "The pass starts on {date}. For now, go on as without a pass.";
    PASS_REVOKED = "这张证已作废。住户请查房号，新证在{office}领。",
        "This pass has been revoked. Look up a resident by room; a new one is at {office}.";
    PASS_ELSEWHERE = "这是{compound}的证，这里不能用。可以按访客办。",
        "A pass of {compound}; not valid here. Treat them as a visitor.";
    OTHER_COMPOUND = "别的小区", "another compound";
    PASS_UNKNOWN = "这张证暂时查不到。请查房号，或打 {phone}。",
        "This pass cannot be checked yet. Look up the room or call {phone}.";
    PASS_UNREADABLE = "没扫上。离远一点，或输入卡号。",
        "Not read. Hold it farther away, or type the number.";

    LOOKUP_NONE = "没查到。请再问一遍楼号、房号和姓。",
        "Not found. Ask again for building, room and surname.";
    LOOKUP_WAIT = "查得太快了。请等 {minutes} 分钟，或叫值班长。",
        "Too many look-ups. Wait {minutes} minutes, or call the shift lead.";
    LOOKUP_CHOOSE = "是哪一位？", "Which of them?";
    LOOKUP_HOW = "看人点一位，不要念名字。", "Look, then tap one. Do not read the names out.";

    EMERGENCY_DONE = "已放行，先走，事后补记。", "Gone through; notes can wait.";
    FEVER_NORMAL = "复测 {temperature}，正常，接着办。两次都记下。",
        "Second reading {temperature}, normal: go on. Both are kept.";
    FEVER_REPORTED = "念：请您先歇一下，我请人来帮您看。",
        "Say: please rest; I am getting someone to look after you.";

    QUOTA_UNSURE = "{window}出门 {least} 至 {most} 次，还有 {count} 台手机没传。按 {counted} 次算。",
        "Out {least} to {most} times {window}; phones yet to send: {count}. Counted as {counted}.";
    GRAVER = "名单刚更新：{verdict}。请按这个办。",
        "The list has just changed: {verdict}. Follow this.";

    ERROR_INPUT = "这一步没办成，前面的还在。请再点一次；不行拨 {phone}。",
        "That did not work; what you did before is still here. Tap again, or call {phone}.";
    ERROR_NO_CASE = "现在没有要办的人。请重新扫码。", "Nobody is being checked now. Scan again.";
    ERROR_REASON = "和判定不一样，请选一个理由。", "This differs from the verdict. Choose a reason.";
    ERROR_LIST = "新名单没收下，还用原来的。请告诉社区。",
        "The new list was not taken; the old one stays. Tell the community.";
    ERROR_NOTHING = "没有这条记录，改不了。", "There is no such record to change.";
    MESSAGE = "请看一下", "Please read";
    ERROR_TITLE = "没办成", "Not done";
    CHANGED = "已更正。", "Corrected.";
    UNDONE = "已撤销，按没发生记下。", "Undone; recorded as not having happened.";

    CROSSED_IN = "放行，下一位", "Let through, next";
    TURNED_BACK = "记为已返回", "Turned back";
    TAKEN = "已接手", "Taken in charge";
    NOT_KNOWN = "不清楚", "Not clear";
    LET_THROUGH = "还是通过了", "Crossed anyway";
    WAS_CROSSED = "已通过", "crossed";
    WAS_TURNED = "已返回", "turned back";
    WAS_TAKEN = "已接手", "taken in charge";
    WAS_UNKNOWN = "不清楚", "not clear";
    WAS_EMERGENCY = "紧急放行", "emergency";
    WAS_UNDONE = "已撤销", "undone";
    WAY_IN = "进", "in";
    WAY_OUT = "出", "out";
    SOMEBODY = "来人", "person";

    BECAUSE_LEAD = "值班长定的", "The shift lead decided";
    BECAUSE_OFFICE = "有单位批准", "An office approved";
    BECAUSE_SUPPLIED = "后来补齐了", "Supplied afterwards";
    BECAUSE_LEFT = "来人自己走了", "They chose to leave";
    BECAUSE_WENT = "没拦，已经过去", "They had gone through";
    BECAUSE_EMERGENCY = "其实是急事", "It was an emergency";



    UNDER_A_MINUTE = "不到 1 分钟", "under 1 minute";
    ONE_MINUTE = "1 分钟", "1 minute";
    MINUTES = "{n} 分钟", "{n} minutes";
    ONE_HOUR = "1 小时", "1 hour";
    HOURS = "{n} 小时", "{n} hours";
    DAYS = "{n} 天", "{n} days";
    DATE = "{month}月{day}日", "{day} {month}";
}

/// What came of a crossing, as a record says it.
pub fn outcome(outcome: Outcome) -> Words {
    match outcome {
        Outcome::Crossed => WAS_CROSSED,
        Outcome::TurnedBack => WAS_TURNED,
        Outcome::TakenInCharge => WAS_TAKEN,
        Outcome::Unknown => WAS_UNKNOWN,
    }
}

/// 进 or 出.
pub fn way(way: Way) -> Words {
    match way {
        Way::In => WAY_IN,
        Way::Out => WAY_OUT,
    }
}

/// A length of time, rounded as people say it (glossary §2.6): 26 分钟, not 26:14.
pub fn length(lang: Lang, minutes: u32) -> String {
    let (template, n) = match minutes {
        0 => (UNDER_A_MINUTE, 0),
        1 => (ONE_MINUTE, 1),
        2..=89 => (MINUTES, minutes),
        _ => match (minutes + 30) / 60 {
            1 => (ONE_HOUR, 1),
            hours @ 2..=47 => (HOURS, hours),
            hours => (DAYS, (hours + 12) / 24),
        },
    };
    Slots::new().with("n", n.to_string()).text(lang, template)
}

/// 11月28日, 28 Nov.
pub fn date(lang: Lang, day: CivilDay) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let date = day.date();
    let month = match lang {
        Lang::Zh => date.month.to_string(),
        Lang::En => MONTHS[usize::from(date.month.clamp(1, 12)) - 1].to_owned(),
    };
    Slots::new()
        .with("month", month)
        .with("day", date.day.to_string())
        .text(lang, DATE)
}

/// The civil day of an instant, on the clock of the place.
pub fn day(millis: i64, place: Moment) -> CivilDay {
    Moment::new(millis, place.offset_minutes).day()
}

/// 14:05.
pub fn clock(moment: Moment) -> String {
    let minute = moment.minute_of_day();
    let mut text = String::with_capacity(5);
    for (position, number) in [minute / 60, minute % 60].into_iter().enumerate() {
        if position == 1 {
            text.push(':');
        }
        if number < 10 {
            text.push('0');
        }
        text.push_str(&number.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn slots(template: &str) -> BTreeSet<&str> {
        let after_braces = template.split('{').skip(1);
        after_braces
            .filter_map(|part| Some(part.split_once('}')?.0))
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_slots_and_no_forbidden_word() {
        for (name, words) in EVERY {
            assert_eq!(slots(words.zh), slots(words.en), "{name}");
            assert!(!words.zh.is_empty() && !words.en.is_empty(), "{name}");
            // Glossary §2.8.
            for never in [
                "一律", "严禁", "必须", "拒不", "追究", "！", "异常", "隔离", "密接",
            ] {
                assert!(!words.zh.contains(never), "{name}: {never}");
            }
            for never in ["must ", "illegal", "suspect", "!", "error"] {
                assert!(!words.en.contains(never), "{name}: {never}");
            }
        }
    }

    #[test]
    fn a_sentence_at_the_gate_is_short() {
        for (name, words) in EVERY {
            for sentence in Slots::new()
                .text(Lang::Zh, *words)
                .split_inclusive(['。', '？'])
            {
                assert!(sentence.chars().count() <= 26, "{name}: {sentence}");
            }
        }
    }

    #[test]
    fn lengths_are_rounded_as_people_say_them() {
        let table = [
            (0, "不到 1 分钟", "under 1 minute"),
            (1, "1 分钟", "1 minute"),
            (26, "26 分钟", "26 minutes"),
            (89, "89 分钟", "89 minutes"),
            (90, "2 小时", "2 hours"),
            (24 * 60, "24 小时", "24 hours"),
            (47 * 60 + 29, "47 小时", "47 hours"),
            (47 * 60 + 30, "2 天", "2 days"),
            (10 * 24 * 60, "10 天", "10 days"),
        ];
        for (minutes, zh, en) in table {
            assert_eq!(length(Lang::Zh, minutes), zh);
            assert_eq!(length(Lang::En, minutes), en);
        }
    }
}
