//! What differs in the rows of the gate, those that are switched off too.

use super::document::source_value;
use super::{Difference, Thing, effect, in_both, of_things};
use crate::gate::fact::{Words, words};
use crate::gate::wording::Lang;
use crate::policy::document::{Below, DocumentRow, PolicyDocument};
use crate::policy::explain::{Line, explain_row};

pub(super) fn of_rows(
    before: &PolicyDocument,
    after: &PolicyDocument,
    lang: Lang,
) -> Vec<Difference> {
    let things = |document: &PolicyDocument| -> Vec<Thing> {
        let on = document.rows.iter().map(|row| thing(row, false, lang));
        on.chain(document.off.iter().map(|row| thing(row, true, lang)))
            .collect()
    };
    let kind = lang.pick(words("规则", "rows"));
    of_things(kind, &things(before), &things(after), lang)
}

fn thing(row: &DocumentRow, is_off: bool, lang: Lang) -> Thing {
    let line = explain_row(row, lang);
    let named = |name: Words, value: String| (lang.pick(name).to_owned(), value);
    let mut values = vec![
        named(words("状态", "state"), state(row, is_off, lang).to_owned()),
        named(
            words("做法", "what it does"),
            effect(line.effect, lang).to_owned(),
        ),
        named(
            words("对谁、何时", "for whom, when"),
            line.condition.clone(),
        ),
        named(words("要什么", "what is needed"), line.demand.clone()),
    ];
    values.extend(in_both(
        words("门岗屏上", "on the guard's screen"),
        row.say.as_ref(),
        lang,
    ));
    values.extend(in_both(
        words("海报上", "on the poster"),
        row.post.as_ref(),
        lang,
    ));
    values.extend([
        source_value(&row.source, lang),
        named(
            words("下级可否改", "what lower documents may"),
            below(row.below, lang).to_owned(),
        ),
        named(
            words("代替上级的", "takes the place of"),
            row.replaces.join(", "),
        ),
    ]);
    Thing {
        id: row.id.clone(),
        whole: sentence(&line, lang),
        values,
    }
}

fn state(row: &DocumentRow, is_off: bool, lang: Lang) -> &'static str {
    lang.pick(match (is_off, row.is_suspended) {
        (true, _) => words("停用", "switched off"),
        (false, true) => words("已暂停", "suspended"),
        (false, false) => words("起作用", "in effect"),
    })
}

fn below(below: Below, lang: Lang) -> &'static str {
    lang.pick(match below {
        Below::Keep => words("不能改", "nothing"),
        Below::MayTighten => words("可以改得更严", "make it stricter"),
        Below::MayReplace => words("可以代替", "replace it"),
    })
}

/// A row in one line.
fn sentence(line: &Line, lang: Lang) -> String {
    let colon = lang.pick(words("：", ": "));
    let mut text = format!("{}{colon}{}", effect(line.effect, lang), line.condition);
    if !line.demand.is_empty() {
        text.push_str(" → ");
        text.push_str(&line.demand);
    }
    text
}
