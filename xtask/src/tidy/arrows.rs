//! Which crate may depend on which. A fifth product crate needs a page in docs/adr.

use crate::repository::Repository;

/// Each crate with ours that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("crates/gatehouse-core", &[]),
    ("crates/gatehouse-store", &["gatehouse-core"]),
    (
        "crates/gatehouse-server",
        &["gatehouse-core", "gatehouse-store"],
    ),
    ("crates/gatehouse-wasm", &["gatehouse-core"]),
    (
        "xtask",
        &[
            "gatehouse-core",
            "gatehouse-store",
            "gatehouse-server",
            "gatehouse-wasm",
        ],
    ),
    ("fuzz", &["gatehouse-core"]),
];

/// Crates that take no lints of the workspace: one may hold `unsafe`, the other is no member.
const OWN_LINTS: [&str; 2] = ["crates/gatehouse-wasm", "fuzz"];

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in repository.files("", "Cargo.toml") {
        if path == "Cargo.toml" {
            continue;
        }
        let folder = path.trim_end_matches("/Cargo.toml");
        let Ok(manifest) = text.parse::<toml::Table>() else {
            continue;
        };
        match ARROWS.iter().find(|(known, _)| *known == folder) {
            Some((_, allowed)) => {
                found.extend(
                    ours(&manifest)
                        .filter(|name| !allowed.contains(name))
                        .map(|name| format!("{path}: may not depend on `{name}`")),
                );
                if !OWN_LINTS.contains(&folder) && !takes_workspace_lints(&manifest) {
                    found.push(format!("{path}: [lints] workspace = true is missing"));
                }
            }
            None => found.push(format!("{path}: a new crate needs a page in docs/adr")),
        }
    }
    found
}

fn takes_workspace_lints(manifest: &toml::Table) -> bool {
    let lints = manifest.get("lints");
    lints.and_then(|lints| lints.get("workspace")?.as_bool()) == Some(true)
}

fn ours(manifest: &toml::Table) -> impl Iterator<Item = &str> {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .into_iter()
        .filter_map(|kind| manifest.get(kind)?.as_table())
        .flat_map(|table| table.keys())
        .map(String::as_str)
        .filter(|name| name.starts_with("gatehouse-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_upward_and_a_fifth_crate_are_found() {
        let lints = "[lints]\nworkspace = true\n";
        let store = format!("{lints}[dependencies]\ngatehouse-server.workspace = true\n");
        let sound = format!("{lints}[dependencies]\ngatehouse-core.workspace = true\n");
        let repository = Repository::of(&[
            ("crates/gatehouse-store/Cargo.toml", &store),
            ("crates/gatehouse-server/Cargo.toml", &sound),
            ("crates/gatehouse-extra/Cargo.toml", lints),
            ("crates/gatehouse-core/Cargo.toml", ""),
        ]);
        let found = breaches(&repository);
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
