//! The vocabulary of facts as a page and as a JSON schema.

use anyhow::Result;
use gatehouse_core::gate::fact::{ALL, Absent, FactSpec, Kind, Source};
use gatehouse_core::gate::{json, vocabulary};
use std::fmt::Write;

const HEAD: &str = "\
# Facts

What a row of a policy may ask about. Generated from `crates/gatehouse-core/src/gate/fact/` by
`script/generate`; do not edit. The same as JSON Schema: [facts.schema.json](facts.schema.json).

A value of `null` means *not known*, `\"not_applicable\"` that the fact does not arise. A fact that
is not given means what its column *absent* says.

";

/// The page.
pub fn page() -> String {
    let mut text = HEAD.to_owned();
    overview(&mut text);
    for fact in ALL {
        section(&mut text, fact.spec(), &json::expected(fact));
    }
    text
}

/// The JSON schema, as it is committed.
pub fn schema() -> Result<String> {
    Ok(format!(
        "{}\n",
        serde_json::to_string_pretty(&vocabulary::schema())?
    ))
}

fn overview(text: &mut String) {
    text.push_str("| no. | fact | 中文 | English | from | absent | clause |\n");
    text.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for fact in ALL {
        let spec = fact.spec();
        let _ = writeln!(
            text,
            "| {} | [`{}`](#{}) | {} | {} | {} | {} | {} |",
            spec.number,
            spec.name,
            spec.name,
            spec.label.zh,
            spec.label.en,
            source(spec.source),
            absent(spec.when_absent),
            spec.clause
        );
    }
}

fn section(text: &mut String, spec: &FactSpec, expected: &str) {
    let _ = writeln!(text, "\n## {}\n", spec.name);
    let _ = writeln!(text, "{} · {}.\n", spec.meaning.zh, spec.meaning.en);
    let _ = writeln!(text, "- Value: {expected}.");
    let _ = writeln!(text, "- Example: `{}`.", spec.example);
    if let Kind::Flag { yes, no } = spec.kind {
        let _ = writeln!(
            text,
            "- Said: {} / {} · {} / {}.",
            yes.zh, no.zh, yes.en, no.en
        );
    }
    if let Some(step) = spec.step {
        let sentence = step.sentence();
        let _ = writeln!(
            text,
            "- Supplied by `{}`: {} · {}",
            step.name(),
            sentence.zh,
            sentence.en
        );
    }
    for together in spec.never {
        let facts: Vec<String> = together
            .iter()
            .map(|(name, value)| format!("`{name} = {value}`"))
            .collect();
        let _ = writeln!(text, "- Never together: {}.", facts.join(" and "));
    }
    if let Kind::Choice(choices) | Kind::Set(choices) = spec.kind {
        text.push_str("\n| value | 中文 | English |\n| --- | --- | --- |\n");
        for choice in choices {
            let label = choice.label;
            let _ = writeln!(text, "| `{}` | {} | {} |", choice.name, label.zh, label.en);
        }
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Guard => "guard",
        Source::Pass => "pass",
        Source::Register => "register",
        Source::GateState => "gate state",
        Source::History => "crossings so far",
        Source::Clock => "moment",
    }
}

fn absent(absent: Absent) -> &'static str {
    match absent {
        Absent::Unknown => "not known",
        Absent::NotApplicable => "does not arise",
        Absent::Nothing => "no, none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_a_line_and_a_section() {
        let page = page();
        for fact in ALL {
            let name = fact.spec().name;
            assert!(page.contains(&format!("[`{name}`](#{name})")), "{name}");
            assert!(page.contains(&format!("\n## {name}\n")), "{name}");
        }
    }
}
