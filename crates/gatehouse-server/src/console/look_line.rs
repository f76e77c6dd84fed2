//! A look at somebody's data in words: office and purpose (glossary §3, who looked at my data).

use crate::ops::purpose::purpose_key;
use crate::ops::read_household::Look;
use crate::page::Frame;
use crate::times::Times;

/// A line of the list.
pub struct LookLine {
    /// Office and purpose.
    pub what: String,
    /// Which values.
    pub fields: String,
    /// When.
    pub at: String,
}

/// A view in words.
pub fn look_line(frame: &Frame, look: &Look, times: Times) -> LookLine {
    let office = match &look.office {
        Some(office) => office.clone(),
        None => frame.t("look-program"),
    };
    let known = |key: &str| crate::locale::has(frame.lang, key);
    let key = purpose_key(&look.row.purpose);
    let purpose = match known(&key) {
        true => frame.t(&key),
        false => frame.t("purpose-other"),
    };
    let fields = look.row.fields.split(' ').filter(|field| !field.is_empty());
    let fields: Vec<String> = fields
        .map(|field| format!("field-{field}"))
        .filter(|key| known(key))
        .map(|key| frame.t(&key))
        .collect();
    LookLine {
        what: format!("{office} · {purpose}"),
        fields: fields.join(
            frame.lang.pick(gatehouse_core::gate::fact::Words {
                zh: "、", en: ", "
            }),
        ),
        at: times.moment(look.row.viewed_at),
    }
}
