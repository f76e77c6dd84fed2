//! Links between the documents: the file is there, and so is the heading.

use crate::repository::Repository;

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in repository.files("", ".md") {
        for (line, target) in links(text) {
            if let Some(reason) = broken(repository, path, text, target) {
                found.push(format!("{path}:{line}: `{target}`: {reason}"));
            }
        }
    }
    found
}

/// Targets of `[words](target)` with their lines; code blocks and code spans hold none.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        }
        if in_block {
            continue;
        }
        // Every second piece between backticks is code.
        for piece in line.split('`').step_by(2) {
            let targets = piece.split("](").skip(1);
            found.extend(targets.filter_map(|rest| Some((number + 1, rest.split_once(')')?.0))));
        }
    }
    found
}

fn broken(repository: &Repository, from: &str, text: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() {
        from.to_owned()
    } else {
        match join(from, file) {
            Some(path) => path,
            None => return Some("leaves the repository".to_owned()),
        }
    };
    if !repository.has(&path) {
        return Some("no such file".to_owned());
    }
    let there = if file.is_empty() {
        Some(text)
    } else {
        repository.text(&path)
    };
    let missing = !heading.is_empty()
        && there.is_some_and(|text| !text.lines().any(|line| anchor(line) == heading));
    missing.then(|| "no such heading".to_owned())
}

/// `target` seen from the folder of `from`; `None` where it leaves the repository.
fn join(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The fragment under which a heading is reached; empty for other lines.
fn anchor(line: &str) -> String {
    let Some(heading) = line.strip_prefix('#') else {
        return String::new();
    };
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found() {
        let table = [
            ("[a](docs/b.md)", 0),
            ("[a](docs/b.md#the-one-word)", 0),
            ("[a](docs/)", 0),
            ("[a](https://example.org/x)", 0),
            ("`[a](nothing.md)`", 0),
            ("```\n[a](nothing.md)\n```", 0),
            ("[a](nothing.md)", 1),
            ("[a](docs/b.md#another)", 1),
            ("[a](#nowhere) and [b](../out.md)", 2),
        ];
        for (text, count) in table {
            let repository =
                Repository::of(&[("README.md", text), ("docs/b.md", "# The `one` word\n")]);
            let found = breaches(&repository);
            assert_eq!(found.len(), count, "{text}: {found:?}");
        }
    }
}
