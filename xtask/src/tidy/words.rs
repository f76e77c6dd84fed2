//! What stands in the lines: no task without an issue, no path of a machine, no host of a registry.

use crate::repository::Repository;

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    let (tasks, foreign) = (tasks(), foreign());
    for (path, text) in repository.files("", "") {
        for (number, line) in text.lines().enumerate() {
            let place = format!("{path}:{}", number + 1);
            if super::is_source(path) && tasks.iter().any(|task| names_task(line, task)) {
                found.push(format!(
                    "{place}: a task needs an issue number, as in (#12)"
                ));
            }
            if foreign.iter().any(|host| line.contains(host.as_str())) {
                found.push(format!("{place}: a machine's path or a registry's host"));
            }
        }
    }
    found
}

fn names_task(line: &str, task: &str) -> bool {
    line.match_indices(task).any(|(at, _)| {
        let rest = &line[at + task.len()..];
        !rest
            .strip_prefix("(#")
            .is_some_and(|id| id.starts_with(|c: char| c.is_ascii_digit()))
    })
}

// Put together here, so that this file does not breach its own rule.
fn tasks() -> [String; 2] {
    ["TO", "FIX"].map(|start| format!("{start}{}", if start == "TO" { "DO" } else { "ME" }))
}

fn foreign() -> Vec<String> {
    [
        ("registry.np", "mjs"),
        ("static.rust", "-lang"),
        ("files.pythonh", "osted"),
        ("deb.deb", "ian.org"),
        ("/wo", "rk/"),
        ("/ro", "ot/"),
    ]
    .iter()
    .map(|(start, end)| format!("{start}{end}"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_tasks_and_foreign_paths_are_found() {
        let [task, _] = tasks();
        let table = [
            ("a.rs", format!("// {task}: later"), 1),
            ("a.rs", format!("// {task}(#12): later"), 0),
            ("a.md", format!("see {}main", foreign()[4]), 1),
        ];
        for (path, text, count) in table {
            let found = breaches(&Repository::of(&[(path, &text)]));
            assert_eq!(found.len(), count, "{text}: {found:?}");
        }
    }
}
