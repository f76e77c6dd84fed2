//! The vocabulary of facts: a file for each fact and a fact for each file, words in both
//! languages, a clause, and at least one case that supplies it.

use crate::repository::Repository;
use gatehouse_core::gate::fact::{ALL, FactSpec, Kind, Words};

const FOLDER: &str = "crates/gatehouse-core/src/gate/fact/";
const NO_FACTS: &[&str] = &["mod", "spec"];

pub fn breaches(repository: &Repository) -> Vec<String> {
    let specs: Vec<&FactSpec> = ALL.iter().map(|fact| fact.spec()).collect();
    let mut found = files(repository, &specs);
    for spec in specs {
        found.extend(wording(spec));
    }
    found
}

fn files(repository: &Repository, specs: &[&FactSpec]) -> Vec<String> {
    let names: Vec<&str> = repository
        .files(FOLDER, ".rs")
        .map(|(path, _)| path.trim_start_matches(FOLDER).trim_end_matches(".rs"))
        .filter(|name| !NO_FACTS.contains(name))
        .collect();
    let without_fact = names
        .iter()
        .filter(|name| !specs.iter().any(|spec| spec.name == **name))
        .map(|name| format!("{FOLDER}{name}.rs: no fact of this name is in `ALL`"));
    let without_file = specs
        .iter()
        .filter(|spec| !names.contains(&spec.name))
        .map(|spec| format!("{FOLDER}: fact `{}` has no file of its name", spec.name));
    without_fact.chain(without_file).collect()
}

fn wording(spec: &FactSpec) -> Vec<String> {
    let mut words = vec![spec.label, spec.meaning];
    match spec.kind {
        Kind::Flag { yes, no } => words.extend([yes, no]),
        Kind::Choice(choices) | Kind::Set(choices) => {
            words.extend(choices.iter().map(|choice| choice.label));
        }
        Kind::Number { .. } | Kind::Stays | Kind::Outings => {}
    }
    let mut found: Vec<String> = words
        .iter()
        .filter(|words| !in_both_languages(words))
        .map(|words| {
            format!(
                "{FOLDER}{}.rs: zh `{}`, en `{}`: not both languages",
                spec.name, words.zh, words.en
            )
        })
        .collect();
    if spec.clause.is_empty() {
        found.push(format!("{FOLDER}{}.rs: names no clause", spec.name));
    }
    found
}

fn in_both_languages(words: &Words) -> bool {
    words.zh.chars().any(is_han) && !words.en.is_empty() && !words.en.chars().any(is_han)
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::gate::Fact;

    #[test]
    fn a_file_without_its_fact_and_a_fact_without_its_file_are_found() {
        let spec = Fact::Mask.spec();
        let path = format!("{FOLDER}mask.rs");
        let sound = Repository::of(&[(&path, "")]);
        assert_eq!(files(&sound, &[spec]).len(), 0);
        assert_eq!(files(&Repository::of(&[]), &[spec]).len(), 1);
        assert_eq!(files(&sound, &[]).len(), 1);
    }

    #[test]
    fn words_in_one_language_are_found() {
        let spec = Fact::Mask.spec();
        assert_eq!(wording(spec).len(), 0);
        let missing = Words {
            zh: "mask",
            en: "mask",
        };
        let broken = FactSpec {
            label: missing,
            clause: "",
            ..*spec
        };
        assert_eq!(wording(&broken).len(), 2);
    }
}
