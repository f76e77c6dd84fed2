//! What the keys of parts are called, in words: as an official reads them on a page, in a form,
//! and in what differs between two versions.

use crate::gate::fact::{Words, words};

/// A key within the table or key that holds it (empty: within any), and its words.
type Key = (&'static str, &'static str, Words);

/// What a table of a document is called.
pub(super) fn table_words(table: &str) -> Words {
    let found = TABLES.iter().find(|(name, _)| *name == table);
    found.map_or(OTHER, |(_, words)| *words)
}

/// What a key is called within the table or key that holds it.
pub(super) fn key_words(within: &str, key: &str) -> Words {
    let fits = |place: &str| {
        let mut all = KEYS.iter();
        all.find(|(holder, name, _)| *holder == place && *name == key)
    };
    let found = fits(within).or_else(|| fits(""));
    found.map_or(OTHER, |(_, _, words)| *words)
}

/// Of a key that has no words yet; a test finds those.
pub(super) const OTHER: Words = words("其他", "other");

/// The unit of a number, by its key.
pub(super) fn unit(within: &str, key: &str) -> Words {
    match (within, key) {
        (_, "from_day" | "to_day" | "on_days") => words("", ""),
        ("member", "at_least" | "at_most") => words("人", "people"),
        ("risk", _) => words("例或处", ""),
        (_, "a_day" | "in_person") => words("次", "times"),
        (_, "methods") => words("种", ""),
        (_, "admit_percent") => words("%", "%"),
        (_, "centimetres_at_most") => words("厘米", "cm"),
        _ if key.contains("hours") => words("小时", "hours"),
        _ if key.contains("minutes") => words("分钟", "minutes"),
        _ if key.contains("days") => words("天", "days"),
        _ => words("", ""),
    }
}

const TABLES: [(&str, Words); 18] = [
    ("counting", words("怎么数天", "how days are counted")),
    (
        "returnee",
        words("外来和返回的人", "who comes or comes back"),
    ),
    ("observation", words("观察方案", "plan of observation")),
    ("elsewhere", words("换地方观察", "observed elsewhere")),
    ("contact", words("接触者判定", "contacts")),
    (
        "grading",
        words("怎么定风险等级", "how levels of risk are set"),
    ),
    ("risk", words("风险等级", "level of risk")),
    ("stages", words("等级或阶段", "levels or phases")),
    ("measure", words("措施", "measure")),
    ("team", words("队伍", "team")),
    ("checklist", words("清单", "checklist")),
    ("report", words("报告", "report")),
    ("retention", words("记录保存", "how long records are kept")),
    ("pass", words("出入证", "pass")),
    (
        "visited",
        words("哪些去过的地方算疫点", "which visited places are spots"),
    ),
    ("drawn", words("怎么划定", "what is drawn")),
    ("lift", words("什么时候解除", "when it is lifted")),
    ("wording", words("换一种说法", "other words")),
];

#[rustfmt::skip]
const KEYS: &[Key] = &[
    ("", "a_day", words("每天几次", "times a day")),
    ("", "admit_percent", words("最多放进平时的百分之几", "at most this part of the usual number")),
    ("", "after", words("从什么时候算起", "runs from")),
    ("", "after_first_days", words("第一次之后隔几天", "days after the first")),
    ("", "again_days", words("隔几天再查", "looked at again after")),
    ("", "all_day", words("昼夜值守", "round the clock")),
    ("", "any", words("由谁担任", "one of")),
    ("", "at", words("在哪里", "where")),
    ("do", "at", words("只对在这里观察的人", "only for who is observed at")),
    ("", "at_least", words("至少", "at least")),
    ("", "at_most", words("至多", "at most")),
    ("", "band", words("证边颜色", "colour of the edge")),
    ("", "below", words("下级可否改", "what lower documents may do")),
    ("", "by", words("由谁做", "done by")),
    ("due", "by", words("每天几点之前", "by what time of the day")),
    ("report", "by", words("由谁报", "told by")),
    ("", "centimetres_at_most", words("最远", "no further than")),
    ("", "circumstances", words("适用于哪些人", "for whom")),
    ("", "class", words("算哪一类", "counts as")),
    ("", "cleared", words("符合条件以后", "once cleared")),
    ("", "cleared_by", words("凭什么放行", "cleared by")),
    ("", "counted", words("数什么", "what is counted")),
    ("", "countries", words("只限这些国家", "only these countries")),
    ("", "countries_except", words("这些国家除外", "all but these countries")),
    ("", "day_counted", words("按哪一天算", "which day counts")),
    ("", "days", words("天数", "days")),
    ("", "days_before", words("往前算几天", "days before")),
    ("", "do", words("还要做什么", "what is to be done besides")),
    ("measure", "do", words("做什么", "what is to be done")),
    ("", "due", words("期限", "due")),
    ("", "each", words("哪里要有", "each has one")),
    ("", "early_end", words("提前结束", "ends early when")),
    ("", "en", words("英文", "English")),
    ("", "evidence", words("用什么证明", "shown by")),
    ("", "features", words("场所特点", "features of the place")),
    ("", "figures", words("报哪些数", "figures")),
    ("", "from", words("从哪一级起", "from this level on")),
    ("", "from_day", words("从第几天起", "from day")),
    ("", "gap_minutes", words("两次之间至少隔", "least time between two")),
    ("", "groups", words("哪些人", "which people")),
    ("", "hours", words("小时数", "hours")),
    ("", "id", words("编号", "id")),
    ("", "in_person", words("其中上门", "of them in person")),
    ("", "instead_of", words("代替", "instead of")),
    ("", "item", words("项目", "item")),
    ("", "kind", words("类别", "kind")),
    ("due", "kind", words("怎么限期", "way of being due")),
    ("stage", "kind", words("在哪里观察", "observed where")),
    ("elsewhere", "kind", words("可以在哪里观察", "may be observed where")),
    ("", "kinds", words("去过哪类地方", "kinds of places")),
    ("", "ladder", words("从低到高", "from the lowest")),
    ("", "leads", words("负责人", "led by")),
    ("", "led_by", words("负责人", "led by")),
    ("", "level", words("定为", "makes the level")),
    ("", "limit", words("场所限制", "limit of venues")),
    ("", "longer_than_minutes", words("停留超过", "stayed longer than")),
    ("", "look_back_days", words("从发病往前追几天", "days looked back from onset")),
    ("", "member", words("人员", "members")),
    ("", "members", words("有哪些人", "members")),
    ("", "methods", words("用几种方法检测", "methods of testing")),
    ("", "minutes_at_least", words("至少接触多久", "at least so long")),
    ("", "name", words("名称", "name")),
    ("", "of", words("查什么", "what is looked at")),
    ("limit", "of", words("哪些场所", "which venues")),
    ("lift", "of", words("解除什么", "what is lifted")),
    ("", "off", words("停用", "switched off")),
    ("", "on_days", words("只在第几天", "only on days")),
    ("", "on_decision", words("经决定才做", "only by decision")),
    ("", "outcome", words("怎么办", "what follows")),
    ("", "outside_city", words("人在市外", "outside the city")),
    ("", "over", words("满几天怎么算", "when a stretch of days is over")),
    ("", "owner", words("由谁负责", "seen to by")),
    ("", "pattern", words("疫情形态", "pattern of the cases")),
    ("", "photo", words("每项拍照", "a picture of each")),
    ("", "plan", words("按哪个方案观察", "by this plan")),
    ("", "plans", words("只限这些方案", "only in these plans")),
    ("", "positive", words("阳性送到哪里", "where after a positive test")),
    ("", "post", words("海报上", "on the poster")),
    ("", "publish_days", words("几天内公布", "made public within")),
    ("", "quiet_days", words("连续几天没有新病例", "days without a new case")),
    ("", "record", words("哪一类记录", "kind of record")),
    ("", "replaces", words("代替上级的", "takes the place of")),
    ("", "report", words("什么时候报告", "when they tell")),
    ("", "review_days", words("几天后再评", "looked at again after")),
    ("", "roles", words("做什么工作的人", "by what work")),
    ("", "row", words("哪一条规则", "of which row")),
    ("", "say", words("门岗屏上", "on the guard's screen")),
    ("", "served_counts", words("在别处观察过的天数算不算", "days served elsewhere count")),
    ("", "settings", words("在什么地方接触", "where they met")),
    ("", "source", words("依据", "source")),
    ("", "stage", words("阶段", "stage")),
    ("", "stages", words("只在这些等级", "only at these levels")),
    ("", "stay", words("去过哪里", "where they have been")),
    ("", "symptoms", words("有症状去哪里", "where with symptoms")),
    ("", "team", words("照管小组", "who looks after them")),
    ("", "test", words("检测", "test")),
    ("", "test_within", words("检测要多近", "how recent the test")),
    ("", "test_within_hours", words("几小时内检测", "tested within")),
    ("", "text", words("内容", "text")),
    ("", "then", words("阴性后按哪个方案", "after a negative test, by this plan")),
    ("", "title", words("名称", "title")),
    ("", "to", words("告诉谁", "who is told")),
    ("contact", "to", words("接触过谁", "exposed to")),
    ("measure", "to", words("到哪一级为止", "up to this level")),
    ("report", "to", words("报给谁", "told to")),
    ("", "to_day", words("到第几天为止", "to day")),
    ("", "units", words("划多大", "what is drawn")),
    ("", "unprotected", words("没有有效防护才算", "only without protection")),
    ("", "until", words("算到什么时候", "counted until")),
    ("", "value", words("取值", "value")),
    ("", "visit", words("随访", "visits")),
    ("", "wears", words("佩戴", "worn")),
    ("", "what", words("做什么", "what")),
    ("report", "what", words("报什么", "what is told")),
    ("", "when", words("什么时候", "when")),
    ("", "whom", words("观察哪些人", "who is observed")),
    ("", "window", words("几天的范围怎么算", "which days a window holds")),
    ("", "window_days", words("看几天", "days looked at")),
    ("", "windows", words("一天里什么时候", "when in the day")),
    ("", "with", words("谁配合", "together with")),
    ("", "within_days", words("几天之内", "within days")),
    ("", "within_hours", words("几小时之内", "within hours")),
    ("", "zero", words("哪天算第 0 天", "which day is day 0")),
    ("report", "zero", words("没有情况也报", "also where there is nothing to tell")),
    ("", "zh", words("中文", "Chinese")),
];
