//! What the program never says to anyone (docs/glossary.md, "How we speak"): blame, threats,
//! jargon, words of war. A clause may be quoted in a document; its sentences are ours.

use crate::repository::Repository;

/// Words that stand in no sentence of ours.
const NEVER_SAID: &[&str] = &[
    "一律",
    "严禁",
    "拒不配合",
    "瞒报",
    "违反",
    "追究",
    "后果自负",
    "严惩",
    "研判",
    "管控对象",
    "涉疫人员",
    "重点人员",
    "非必要不",
    "阻击",
    "死守",
    "被隔离人员",
    "孤寡",
    "同步失败",
    "suspect",
    "violator",
    "inmate",
    "the elderly",
    "illegal",
];

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    let texts = repository
        .files("crates/", ".ftl")
        .chain(repository.files("crates/gatehouse-server/templates/", ".html"))
        .chain(repository.files("web/gate/src/", ".ts"))
        .chain(repository.files("policies/", "policy.toml"));
    for (path, text) in texts {
        for (number, line) in text.lines().enumerate() {
            // In a document only the sentences are ours; titles and sources quote.
            if path.ends_with(".toml") && !line.trim_start().starts_with("say") {
                continue;
            }
            let place = format!("{path}:{}", number + 1);
            let lower = line.to_lowercase();
            for word in NEVER_SAID.iter().filter(|word| says(&lower, word)) {
                found.push(format!("{place}: `{word}` is not how we speak"));
            }
            let is_sentence = path.ends_with(".ftl") && !line.starts_with('#');
            if is_sentence && (line.contains('！') || line.contains("! ") || line.ends_with('!')) {
                found.push(format!("{place}: no exclamation marks"));
            }
        }
    }
    found
}

/// Whether the word stands in the line; an English one as a word of its own.
fn says(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        !word.is_ascii() || !(joined(before) || joined(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_we_never_say_are_found() {
        let table = [
            (
                "crates/gatehouse-server/locales/zh/gate.ftl",
                "a = 严禁外出",
                1,
            ),
            (
                "crates/gatehouse-server/locales/zh/gate.ftl",
                "a = 放行！",
                1,
            ),
            (
                "crates/gatehouse-server/locales/en/gate.ftl",
                "a = Suspect at the gate.",
                1,
            ),
            (
                "crates/gatehouse-server/locales/en/gate.ftl",
                "a = A suspected case.",
                0,
            ),
            (
                "crates/gatehouse-server/locales/en/gate.ftl",
                "# no exclamation!",
                0,
            ),
            (
                "policies/a/policy.toml",
                "say = { zh = \"一律不进\", en = \"No\" }",
                1,
            ),
            ("policies/a/policy.toml", "source = \"四个一律\"", 0),
            ("web/gate/src/a.ts", "const text = \"请稍等\";", 0),
        ];
        for (path, text, count) in table {
            let found = breaches(&Repository::of(&[(path, text)]));
            assert_eq!(found.len(), count, "{text}: {found:?}");
        }
    }
}
