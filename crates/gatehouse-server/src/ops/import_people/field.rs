//! The fields that a column can be, and what people call them at the top of a column.
//!
//! What is not here has no place in the system: native place, ethnicity, belief, petitions,
//! convictions (rulebook §0, SCOPE-2). Such columns are not read at all.

use gatehouse_core::text::fold_for_lookup;

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident $code:literal [$($word:literal),* $(,)?],)*) => {
        /// What a column holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $name,)*
        }

        impl Field {
            /// Every field, in the order of the template.
            pub const ALL: &'static [Field] = &[$(Field::$name,)*];

            /// Its word in mappings and keys of texts.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Field::$name => $code,)*
                }
            }

            /// What people write above such a column, folded.
            const fn words(self) -> &'static [&'static str] {
                match self {
                    $(Field::$name => &[$($word),*],)*
                }
            }
        }
    };
}

fields! {
    /// 楼栋
    Building "building" ["楼栋", "楼号", "栋", "栋号", "幢", "幢号", "楼", "楼幢", "座", "building", "block"],
    /// 单元
    Unit "unit" ["单元", "单元号", "门栋", "unit", "entrance", "stairway"],
    /// 房号
    Room "room" ["房号", "室", "室号", "房间号", "房间", "门牌", "门牌号", "门牌号码", "户号", "房屋", "room",
        "roomnumber", "flat", "door", "housenumber"],
    /// 整个门牌写在一格里
    Address "address" ["住址", "地址", "居住地址", "家庭住址", "现住址", "居住地", "详细地址", "房屋地址", "家庭地址",
        "address"],
    /// 姓名
    Name "name" ["姓名", "名字", "住户姓名", "成员姓名", "人员姓名", "受检者姓名", "业主姓名", "居民姓名", "name",
        "fullname", "personname"],
    /// 性别
    Sex "sex" ["性别", "男女", "sex", "gender"],
    /// 出生日期
    BirthOn "birth_on" ["出生日期", "出生年月日", "生日", "出生", "birthdate", "dateofbirth", "dob",
        "birthday", "born"],
    /// 证件种类
    DocumentKind "document_kind" ["证件类型", "证件种类", "证件类别", "documenttype", "idtype",
        "documentkind", "kindofdocument"],
    /// 证件号
    Document "document" ["身份证号", "身份证", "身份证号码", "公民身份号码", "证件号", "证件号码", "证件", "idnumber", "idno",
        "documentnumber", "idcard", "id"],
    /// 电话
    Phone "phone" ["电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "phone", "mobile",
        "telephone", "phonenumber", "contact"],
    /// 电子邮箱
    Email "email" ["邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址", "email", "mail", "emailaddress"],
    /// 自有还是租
    Basis "basis" ["自有还是租", "居住类型", "住户类型", "自住/出租", "自住出租", "房屋性质", "居住性质", "是否租住", "居住方式",
        "basis", "residencetype", "tenure", "ownedorrented"],
    /// 房东、接待人
    Landlord "landlord" ["房东", "房东姓名", "接待人", "房东或接待人", "landlord", "host", "landlordorhost"],
    /// 入住日期
    FromOn "from_on" ["入住日期", "入住时间", "搬入日期", "迁入日期", "起住日期", "moveindate", "movedin",
        "since"],
    /// 要照顾
    Care "care" ["备注", "要照顾", "照顾", "特殊情况", "需要照顾", "note", "notes", "remarks", "care", "needs"],
}

/// Words of columns that the system has no place for. They are not read, whatever is mapped.
const NEVER: &[&str] = &[
    "籍贯",
    "民族",
    "政治面貌",
    "宗教",
    "信仰",
    "原籍",
    "户籍地",
    "出生地",
    "上访",
    "信访",
    "前科",
    "犯罪",
    "征信",
    "nativeplace",
    "ethnic",
    "religion",
    "belief",
    "political",
    "convict",
    "race",
];

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The same header was mapped here before.
    Remembered,
    /// It is one of the usual words.
    Recognised,
    /// One of the usual words stands in it: a person should look.
    Look,
    /// The system has no such field.
    NoField,
}

impl Known {
    /// Its word in keys of texts.
    pub const fn code(self) -> &'static str {
        match self {
            Known::Remembered => "remembered",
            Known::Recognised => "recognised",
            Known::Look => "look",
            Known::NoField => "no-field",
        }
    }
}

impl Field {
    /// The field of this word.
    pub fn from_code(code: &str) -> Option<Field> {
        Field::ALL
            .iter()
            .copied()
            .find(|field| field.code() == code)
    }

    /// Whether its values are somebody's secret and are shown masked.
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Field::Name
                | Field::Document
                | Field::Phone
                | Field::Email
                | Field::Landlord
                | Field::Care
        )
    }
}

/// A header as it is compared: without width, case, blanks, marks, and what stands in brackets.
pub fn fold_header(text: &str) -> String {
    let mut folded = String::new();
    let mut depth = 0_u32;
    for c in fold_for_lookup(text).chars() {
        match c {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            '*' | ':' | '_' | '-' | '.' | '、' => {}
            c if depth == 0 && !c.is_control() => folded.push(c),
            _ => {}
        }
    }
    folded
}

/// Whether a column with this header must not be read.
pub fn is_never_read(header: &str) -> bool {
    let folded = fold_header(header);
    NEVER.iter().any(|word| folded.contains(word))
}

/// The field that a header names.
pub fn guess(header: &str) -> Option<(Field, Known)> {
    if is_never_read(header) {
        return None;
    }
    let folded = fold_header(header);
    let exact = Field::ALL
        .iter()
        .find(|field| field.words().contains(&folded.as_str()));
    if let Some(field) = exact {
        return Some((*field, Known::Recognised));
    }
    // The longest word that stands in it; words of one character stand in everything.
    let within = Field::ALL.iter().flat_map(|field| {
        let words = field.words().iter().filter(|word| word.chars().count() > 1);
        words
            .filter(|word| folded.contains(**word))
            .map(|word| (word.len(), *field))
    });
    let (_, field) = within.max_by_key(|(length, _)| *length)?;
    Some((field, Known::Look))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_recognised_in_both_languages() {
        let table = [
            ("姓名", Field::Name, Known::Recognised),
            (" 姓 名* ", Field::Name, Known::Recognised),
            ("身份证号（18位）", Field::Document, Known::Recognised),
            ("ID number", Field::Document, Known::Recognised),
            ("Date of birth", Field::BirthOn, Known::Recognised),
            ("自住/出租", Field::Basis, Known::Recognised),
            ("户主联系电话", Field::Phone, Known::Look),
            ("person.lastName", Field::Name, Known::Look),
        ];
        for (header, field, known) in table {
            assert_eq!(guess(header), Some((field, known)), "{header}");
        }
        for header in ["籍贯", "民族", "政治面貌", "Native place", "体温", ""] {
            assert_eq!(guess(header), None, "{header}");
        }
        assert!(is_never_read("户主籍贯"));
    }

    #[test]
    fn a_word_names_one_field_alone() {
        let all: Vec<&str> = Field::ALL.iter().flat_map(|f| f.words()).copied().collect();
        for word in &all {
            assert_eq!(
                all.iter().filter(|other| *other == word).count(),
                1,
                "{word}"
            );
            assert_eq!(fold_header(word), *word, "as it is compared");
        }
    }
}
