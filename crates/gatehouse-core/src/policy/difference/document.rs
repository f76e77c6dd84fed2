//! What differs in the head of a document: title, days, ground, parameters, clauses that no row
//! carries.

use super::{Difference, SOURCE, Thing, in_both, of_things, of_values, with_source};
use crate::gate::fact::{Words, words};
use crate::gate::wording::Lang;
use crate::policy::document::PolicyDocument;
use crate::policy::explain::source_words;

pub(super) fn of_document(
    before: &PolicyDocument,
    after: &PolicyDocument,
    lang: Lang,
) -> Vec<Difference> {
    of_values(&head(before, lang), &head(after, lang))
}

fn head(document: &PolicyDocument, lang: Lang) -> Thing {
    let (force, basis) = (&document.force, &document.basis);
    let dated = |name: Words, value: String, source: &str| {
        let source = source_words(source, lang);
        (
            lang.pick(name).to_owned(),
            with_source(&value, &source, lang),
        )
    };
    let plain = |name: Words, value: String| (lang.pick(name).to_owned(), value);
    let mut values = vec![
        plain(words("代号", "code"), document.id.clone()),
        plain(words("版本", "version"), document.version.to_string()),
    ];
    values.extend(in_both(words("名称", "title"), Some(&document.title), lang));
    values.extend([
        plain(words("哪个通知", "notice"), document.notice.clone()),
        dated(
            words("从何时起", "from"),
            force.from.value.to_words(),
            &force.from.source,
        ),
        dated(
            words("到何时止", "until"),
            force.ends.value.to_words(),
            &force.ends.source,
        ),
        dated(
            words("复核日", "reviewed on"),
            force.review.value.to_text(),
            &force.review.source,
        ),
        plain(
            words("卫生理由", "health ground"),
            ground(&basis.health_ground, lang),
        ),
    ]);
    let texts = [
        (words("法律依据", "legal basis"), &basis.legal_basis),
        (words("谁定的", "decided by"), &basis.authority),
        (words("怎么申诉", "how to object"), &basis.appeal),
    ];
    values.extend(
        texts
            .into_iter()
            .flat_map(|(name, text)| in_both(name, Some(text), lang)),
    );
    let source = words("理由的依据", "source of the ground");
    values.push(plain(source, source_words(&basis.source, lang)));
    Thing {
        id: lang.pick(words("规则文件", "document")).to_owned(),
        whole: String::new(),
        values,
    }
}

/// A health ground of the closed list, in words.
fn ground(name: &str, lang: Lang) -> String {
    let found = match name {
        "case" => words("病例", "a case"),
        "suspected_case" => words("疑似病例", "a suspected case"),
        "close_contact" => words("密接", "a close contact"),
        "contact_of_contact" => words("密接的密接", "a contact of a contact"),
        "exposure" => words("可能接触过病源", "exposure"),
        "symptoms" => words("有症状", "symptoms"),
        "unfinished_observation" => words("观察期没有满", "an unfinished observation"),
        "zone_order" => words("对一片地方的决定", "an order on an area"),
        other => return other.replace('_', " "),
    };
    lang.pick(found).to_owned()
}

pub(super) fn of_parameters(
    before: &PolicyDocument,
    after: &PolicyDocument,
    lang: Lang,
) -> Vec<Difference> {
    let things = |document: &PolicyDocument| -> Vec<Thing> {
        let all = document.parameters.iter().map(|(name, parameter)| {
            let source = source_words(&parameter.source, lang);
            let value = with_source(&parameter.told(lang), &source, lang);
            Thing {
                id: name.clone(),
                whole: value.clone(),
                values: vec![(String::new(), value)],
            }
        });
        all.collect()
    };
    let mut found = of_things("", &things(before), &things(after), lang);
    for one in &mut found {
        one.is_parameter = true;
    }
    found
}

pub(super) fn of_outside(
    before: &PolicyDocument,
    after: &PolicyDocument,
    lang: Lang,
) -> Vec<Difference> {
    let name = words("没有规则的条款，原因", "a clause without a row, and why");
    let things = |document: &PolicyDocument| -> Vec<Thing> {
        let all = document.outside.iter().map(|one| Thing {
            id: one.clause.clone(),
            whole: with_source(lang.of(&one.why), lang.pick(name), lang),
            values: in_both(name, Some(&one.why), lang).into(),
        });
        all.collect()
    };
    let kind = lang.pick(words("没有规则的条款", "clauses without a row"));
    of_things(kind, &things(before), &things(after), lang)
}

/// The clause of something, as one of its values.
pub(super) fn source_value(source: &str, lang: Lang) -> (String, String) {
    (lang.pick(SOURCE).to_owned(), source_words(source, lang))
}
