//! Invented names: surname and given name drawn apart, with the kinds of name that trip
//! software: compound surnames, rare characters, middle dots, Latin letters.

use super::random::Chance;
use gatehouse_core::person::{PersonName, Sex};

#[rustfmt::skip]
const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭",
    "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅",
    "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴",
    "夏", "钟", "汪", "田", "任", "姜", "范", "方", "石", "姚", "谭", "廖", "邹", "熊", "金", "陆", "郝", "孔",
    "白", "崔", "康", "毛", "邱", "秦", "江", "史", "顾", "侯", "邵", "孟", "龙", "万", "段", "钱", "汤", "尹",
    "单", "仇", "查", "解", "覃", "朴", "区", "翟",
];

const COMPOUND: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "令狐",
];

#[rustfmt::skip]
const FEMALE: &[&str] = &[
    "兰", "芳", "娜", "秀", "英", "敏", "静", "丽", "艳", "娟", "霞", "燕", "玲", "桂", "梅", "莉", "红", "云",
    "慧", "雪", "琴", "萍", "洁", "婷", "倩", "月", "岚", "蓉", "菊", "素", "珍", "璐", "瑶", "怡", "婧", "欣",
    "珊", "薇", "茜", "黛",
];

#[rustfmt::skip]
const MALE: &[&str] = &[
    "伟", "强", "磊", "军", "洋", "勇", "杰", "涛", "超", "刚", "平", "辉", "鹏", "飞", "波", "斌", "宇", "浩",
    "凯", "健", "俊", "帆", "旭", "宁", "龙", "林", "东", "峰", "建", "国", "志", "海", "山", "亮", "义", "守",
    "昌", "毅", "钢", "炳",
];

#[rustfmt::skip]
const EITHER: &[&str] = &[
    "文", "晓", "明", "华", "春", "新", "玉", "金", "成", "清", "永", "子", "思", "家", "佳", "安", "世", "长",
    "一", "小", "景", "庆", "若", "星", "晨", "乐", "书", "远", "青", "禾",
];

/// In GB 18030 but missing from older fonts and code pages; all of them stand in real names.
const RARE: &[&str] = &["䶮", "㛃", "𬭚", "𠅤", "𫖯", "𬱖", "喆", "堃", "昇", "镕"];

const WITH_DOT_FIRST: &[&str] = &["阿依", "古丽", "买买提", "艾山", "热依汗", "吐尔逊", "达瓦"];
const WITH_DOT_SECOND: &[&str] = &["艾力", "吐尔地", "卡德尔", "玉素甫", "买合木提", "多吉"];
const LATIN_FIRST: &[&str] = &["Alma", "Boris", "Chidi", "Dora", "Emil", "Farid"];
const LATIN_LAST: &[&str] = &["Testov", "Examplar", "Nowak-Demo", "Musterfrau", "O'Sample"];

/// A surname of one or two characters.
pub fn surname(chance: &mut Chance) -> &'static str {
    if chance.happens(12) {
        chance.pick(COMPOUND)
    } else {
        chance.pick(SURNAMES)
    }
}

/// A given name of one or two characters.
fn given(sex: Sex, chance: &mut Chance) -> String {
    let own = if sex == Sex::Male { MALE } else { FEMALE };
    let mut name = String::new();
    if chance.happens(780) {
        let first = if chance.happens(500) { EITHER } else { own };
        name.push_str(chance.pick(first));
    }
    let last = match chance.below(1000) {
        0..4 => RARE,
        4..300 => EITHER,
        _ => own,
    };
    name.push_str(chance.pick(last));
    name
}

/// A full name with this surname.
pub fn full(surname: &str, sex: Sex, chance: &mut Chance) -> PersonName {
    let name = format!("{surname}{}", given(sex, chance));
    PersonName::parse(&name).expect("the lists above hold letters of names only")
}

/// A name with a middle dot or in Latin letters.
pub fn unusual(chance: &mut Chance) -> PersonName {
    let name = if chance.happens(750) {
        format!(
            "{}·{}",
            chance.pick(WITH_DOT_FIRST),
            chance.pick(WITH_DOT_SECOND)
        )
    } else {
        format!("{} {}", chance.pick(LATIN_FIRST), chance.pick(LATIN_LAST))
    };
    PersonName::parse(&name).expect("the lists above hold letters of names only")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_lists_makes_a_name() {
        for surname in SURNAMES.iter().chain(COMPOUND) {
            for given in FEMALE.iter().chain(MALE).chain(EITHER).chain(RARE) {
                let name = format!("{surname}{given}");
                let parsed = PersonName::parse(&name).expect(&name);
                assert_eq!(parsed.reveal_text(), name);
            }
        }
        let mut chance = Chance::new(1, "names");
        for _ in 0..500 {
            let name = unusual(&mut chance);
            assert!(name.reveal_text().contains(['·', ' ']));
        }
    }
}
