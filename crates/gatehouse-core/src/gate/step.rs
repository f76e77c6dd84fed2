//! What a guard can do at the gate to supply what is still missing, in the order in which a
//! guard would do it, with the words of the glossary (§3).

use super::fact::{Words, words};
use serde::{Deserialize, Serialize};

macro_rules! steps {
    ($($name:ident, $zh:literal, $en:literal, $short_zh:literal, $short_en:literal;)*) => {
        /// 步骤: one thing to do. Earlier steps are done first and cost the guard less.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Step {
            $(#[doc = $en] $name,)*
        }

        impl Step {
            /// Every step, in order.
            pub const ALL: &'static [Step] = &[$(Step::$name,)*];

            /// The sentence for the guard; slots in braces.
            pub const fn sentence(self) -> Words {
                match self {
                    $(Step::$name => words($zh, $en),)*
                }
            }

            const fn variant(self) -> &'static str {
                match self {
                    $(Step::$name => stringify!($name),)*
                }
            }

            /// Two to six characters for a list of what is missing.
            pub const fn short(self) -> Words {
                match self {
                    $(Step::$name => words($short_zh, $short_en),)*
                }
            }
        }
    };
}

steps! {
    AskWay, "问一下：进还是出？", "Ask: coming in or going out?", "方向", "direction";
    IdentifySubject, "问一下：您是住户、访客，还是送货？", "Ask: resident, visitor or delivery?",
        "来人类别", "who it is";
    ScanPass, "请出示出入证，扫一下。没带的，查房号。",
        "Scan the pass. Without one, look up the room.", "出入证", "pass";
    FindByRoom, "念：没带证也能回家。您住哪栋哪户，贵姓？",
        "Say: you can go home without the pass. Which building and room, and your surname?",
        "房号", "room";
    PutOnMask, "念：请戴好口罩。没有的话，这里有。",
        "Say: please put on a mask. We have one if you need it.", "口罩", "mask";
    MeasureTemperature, "请量体温，点一下量到的数。", "Measure, then tap the number you read.",
        "体温", "temperature";
    MeasureAgain, "念：请到旁边坐 {minutes} 分钟，再量一次。",
        "Say: please sit over there for {minutes} minutes; we will measure again.",
        "复测体温", "second measurement";
    AskPurpose, "念：“您出门办什么事？”听完点一项。",
        "Say: \"What are you going out for?\" Then tap one.", "去向", "purpose";
    AskDestination, "念：“您要去哪里？”听完点一项。", "Say: \"Where are you going?\" Then tap one.",
        "去哪里", "destination";
    AskSpecialReason, "念：“有什么特殊情况吗？”听完点一项。",
        "Say: \"Is there a special reason?\" Then tap one.", "特殊情况", "special reason";
    Question, "念：“您来办什么事，找哪一户？”", "Say: \"What brings you, and to which home?\"",
        "问清楚", "question";
    Register, "请登记：姓、电话、去哪户。", "Register: surname, phone, which home.",
        "登记", "register";
    RecordPlate, "请看车牌，照着输入。", "Read the plate and type it in.", "车牌", "plate";
    LookAtVehicle, "请看车型和装的东西，点一项。", "Look at the vehicle and its load; tap one.",
        "车型", "vehicle";
    CheckGear, "看一下：口罩手套戴好了吗？", "Look: are mask and gloves on?", "防护", "gear";
    LeaveGoods, "货请放到 {point}，住户来取。", "Leave the goods at {point} for the resident.",
        "放货", "goods";
    CallAhead, "请送货的人先给住户打电话，约地点。", "The courier calls the customer first.",
        "电话", "call";
    SeeId, "请看身份证：是不是本人？不用拍照。", "See the ID: is this the person? Take no photo.",
        "身份证", "identity card";
    SeeWorkProof, "请看工作证明：单位和日期对不对？",
        "See the work proof: are employer and date right?", "工作证明", "work proof";
    SeePapers, "请看证明，点一下看到的。", "See the papers; tap what you saw.", "证明", "papers";
    SeeTest, "请看采样时间。{days} 天内的阴性可以用。",
        "Look at the sampling time. A negative within {days} days counts.",
        "检测结果", "test result";
    SeeVaccination, "请看接种记录：几针，哪天？", "See the record: how many doses, and when?",
        "接种", "vaccination";
    SeeHealthCode, "请看健康码的颜色和时间。", "Look at the health code and its time.",
        "健康码", "health code";
    AskStays, "念：最近 {days} 天，您在 {place} 住过或去过吗？",
        "Say: in the last {days} days, were you in {place}?", "去过哪里", "stays";
    HostConfirms, "打给 {room} 住户：这个人您认识吗，同意进吗？",
        "Call {room}: do they know this person and agree?", "住户同意", "host's yes";
    HostEscorts, "请住户到门口，带客人进去。", "Ask the resident to come and walk the visitor in.",
        "住户来接", "escort";
    LandlordComes, "请房东一起到门口，带上证明。", "The landlord comes to the gate too, with proof.",
        "房东", "landlord";
    GetApproval, "打给 {office}：批准了吗？记下谁批的。", "Call {office}: approved? Note by whom.",
        "批准", "approval";
    CallShiftLead, "请叫值班长定，定了要记下。", "The shift lead decides; the decision is recorded.",
        "值班长", "shift lead";
}

impl Step {
    /// Its name in JSON and cases.
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in self.variant().bytes() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(char::from(letter.to_ascii_lowercase()));
        }
        name
    }

    /// One bit for sets of steps.
    pub(crate) const fn bit(self) -> u64 {
        1 << self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_records() {
        for step in Step::ALL {
            let name = serde_json::to_value(step).expect("serialises");
            assert_eq!(name, step.name());
        }
    }
}
