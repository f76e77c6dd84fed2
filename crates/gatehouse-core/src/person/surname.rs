//! Where a Chinese surname ends, and how the few that are read unlike their character begin.

use super::mask::letters;
use super::name::MIDDLE_DOT;
use crate::text;

/// Surnames of two characters that are in use today. A name of two characters is never one of
/// them alone, and with one further character the whole is taken as compound surname and given
/// name, which is by far the more frequent reading.
#[rustfmt::skip]
const COMPOUND: &[&str] = &[
    "万俟", "上官", "东方", "东郭", "东门", "乐正", "亓官", "令狐", "仲孙", "公冶", "公孙", "公良", "公羊", "公西",
    "刘付", "北宫", "南宫", "南门", "呼延", "夏侯", "夹谷", "太叔", "完颜", "宇文", "宗政", "宰父", "尉迟", "巫马",
    "左丘", "慕容", "拓跋", "斛律", "梁丘", "欧阳", "歐陽", "段干", "毌丘", "淳于", "漆雕", "濮阳", "澹台", "独孤",
    "申屠", "百里", "皇甫", "相里", "钟离", "长孙", "闻人", "闾丘", "端木", "第五", "纳兰", "羊舌", "耶律", "范姜",
    "西门", "诸葛", "諸葛", "贺兰", "赫连", "轩辕", "达奚", "司寇", "司徒", "司空", "司马", "司馬", "子车", "鲜于",
    "颛孙", "微生", "穀梁", "谷梁",
];

/// Number of letters of the surname of a name in Han characters without a dot; `None` for every
/// other form, where the letters do not tell.
pub(super) fn surname_length(name: &str) -> Option<usize> {
    let han = |c: char| text::is_han(c) || text::is_variation_selector(c);
    if name.is_empty() || name.contains(MIDDLE_DOT) || !name.chars().all(han) {
        return None;
    }
    let letters = letters(name);
    let compound = letters.len() > 2 && COMPOUND.iter().any(|surname| name.starts_with(surname));
    Some(if compound { 2 } else { 1 })
}

/// Pinyin initials of surnames that are read unlike the character elsewhere (单 shàn, 仇 qiú),
/// for [`super::search`]. More than one where bearers differ (覃: Qín, Tán).
pub fn surname_initials(surname: &str) -> Option<&'static [&'static str]> {
    Some(match surname {
        "单" | "召" | "折" => &["s"],
        "仇" => &["q"],
        "查" | "曾" | "翟" | "祭" => &["z"],
        "解" | "洗" | "冼" => &["x"],
        "区" => &["o"],
        "朴" => &["p"],
        "种" | "晁" => &["c"],
        "乐" => &["y", "l"],
        "盖" => &["g"],
        "员" => &["y"],
        "缪" | "宓" => &["m"],
        "覃" => &["q", "t"],
        "尉迟" => &["yc"],
        "万俟" => &["mq"],
        "单于" => &["cy"],
        "澹台" => &["tt"],
        "长孙" => &["zs"],
        _ => return None,
    })
}
