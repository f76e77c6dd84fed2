//! Every table says in its migration whether it is *sharded* (its key begins with `shard`) or
//! *reference* (small, the same everywhere), and stands in docs/data-model.md.

use crate::repository::Repository;

const MIGRATIONS: &str = "crates/gatehouse-store/migrations/";
const MODEL: &str = "docs/data-model.md";

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    let model = repository.text(MODEL).unwrap_or_default();
    for (path, text) in repository.files(MIGRATIONS, ".sql") {
        let mut comment = String::new();
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let lower = line.trim().to_lowercase();
            if lower.starts_with("--") {
                comment.push_str(&lower);
                continue;
            }
            if lower.starts_with("create table") {
                let mut statement = code(&lower).to_owned();
                while !statement.contains(';') {
                    let Some((_, more)) = lines.next() else { break };
                    statement.push('\n');
                    statement.push_str(code(&more.to_lowercase()));
                }
                if let Some(reason) = unsound(&comment, &statement) {
                    found.push(format!("{path}:{}: {reason}", number + 1));
                }
                let table = name(&statement);
                if !model.contains(&format!("| `{table}` |")) {
                    found.push(format!(
                        "{path}:{}: `{table}` is not in {MODEL}",
                        number + 1
                    ));
                }
            }
            comment.clear();
        }
    }
    found
}

fn name(statement: &str) -> &str {
    let rest = statement.trim_start_matches("create table").trim_start();
    let rest = rest.trim_start_matches("if not exists").trim_start();
    rest.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default()
}

fn code(line: &str) -> &str {
    line.split("--").next().unwrap_or_default()
}

fn unsound(comment: &str, statement: &str) -> Option<&'static str> {
    match (comment.contains("sharded"), comment.contains("reference")) {
        (false, false) => Some("say above the table: sharded or reference"),
        (true, true) => Some("sharded and reference: one of them"),
        (true, false) if !key_begins_with_shard(statement) => {
            Some("sharded, but its primary key does not begin with shard")
        }
        _ => None,
    }
}

fn key_begins_with_shard(statement: &str) -> bool {
    let squeezed: String = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let squeezed = squeezed.replace("( ", "(").replace("key(", "key (");
    squeezed.contains("primary key (shard,") || squeezed.contains("primary key (shard)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_does_not_say_where_it_lives_is_found() {
        let table = [
            (
                "-- A gate. Sharded.\nCREATE TABLE gate (\n PRIMARY KEY (shard, id)\n);",
                0,
            ),
            (
                "-- Codes. Reference.\ncreate table area_code (code text primary key);",
                0,
            ),
            (
                "-- A gate.\ncreate table gate (primary key (shard, id));",
                1,
            ),
            (
                "-- Reference.\ncreate table lost (code text primary key);",
                1,
            ),
            ("create table gate (primary key (shard, id));", 1),
            (
                "-- A gate. Sharded.\ncreate table gate (id text primary key);",
                1,
            ),
            (
                "-- Sharded.\n\ncreate table gate (primary key (shard, id));",
                1,
            ),
        ];
        for (sql, count) in table {
            let path = "crates/gatehouse-store/migrations/sqlite/0001.sql";
            let model = "| `gate` | sharded |\n| `area_code` | reference |\n";
            let found = breaches(&Repository::of(&[(path, sql), (MODEL, model)]));
            assert_eq!(found.len(), count, "{sql}: {found:?}");
        }
    }
}
