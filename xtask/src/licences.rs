//! The licence of every crate and npm package in the lock files against the list that deny.toml
//! allows; the same list that cargo-deny reads where somebody has it.

use crate::repository::Repository;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What does not build for it is not asked for: a crate for another system stays undownloaded.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Also good for tools that build and test and are not handed on with the program.
const TOOLS_ALSO: &[&str] = &["MPL-2.0"];

/// A line for each dependency that no licence on the list covers.
pub fn breaches(root: &Path) -> Result<Vec<String>> {
    let deny: toml::Table = std::fs::read_to_string(root.join("deny.toml"))
        .context("deny.toml")?
        .parse()?;
    let allowed: Vec<&str> = deny
        .get("licenses")
        .and_then(|licences| licences.get("allow")?.as_array())
        .context("deny.toml: [licenses] allow")?
        .iter()
        .filter_map(|licence| licence.as_str())
        .collect();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", PLATFORM])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("packages")?;
    let mut found: Vec<String> = packages
        .iter()
        .filter_map(|package| breach(package, &allowed))
        .collect();
    for (path, text) in Repository::read(root)?.files("web/", "package-lock.json") {
        found.extend(npm_breaches(path, &serde_json::from_str(text)?, &allowed));
    }
    Ok(found)
}

fn npm_breaches(path: &str, lock: &Value, allowed: &[&str]) -> Vec<String> {
    let packages = lock["packages"].as_object().into_iter().flatten();
    packages
        .filter_map(|(name, package)| {
            let named = serde_json::json!({"name": name, "license": package["license"]});
            let is_tool = package["dev"].as_bool() == Some(true);
            let more = if is_tool { TOOLS_ALSO } else { &[] };
            Some(format!(
                "{path}: {}",
                breach(&named, &[allowed, more].concat())?
            ))
        })
        .collect()
}

fn breach(package: &Value, allowed: &[&str]) -> Option<String> {
    let name = package["name"].as_str().unwrap_or("?");
    match package["license"].as_str() {
        None => Some(format!("{name}: states no licence")),
        Some(licence) if permits(licence, allowed) => None,
        Some(licence) => Some(format!("{name}: {licence}")),
    }
}

/// Whether an SPDX expression can be met by the allowed licences. `/` is how old crates wrote OR.
fn permits(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&tokens, &mut at, allowed);
    met && at == tokens.len()
}

fn either(tokens: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut met = both(tokens, at, allowed);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(tokens, at, allowed);
    }
    met
}

fn both(tokens: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut met = one(tokens, at, allowed);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(tokens, at, allowed);
    }
    met
}

fn one(tokens: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let Some(token) = tokens.get(*at) else {
        return false;
    };
    *at += 1;
    if *token == "(" {
        let met = either(tokens, at, allowed);
        let closed = tokens.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    let mut licence = (*token).to_owned();
    if tokens.get(*at) == Some(&"WITH") {
        licence = format!("{token} WITH {}", tokens.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&licence.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_only_by_licences_on_the_list() {
        let allowed = [
            "MIT",
            "Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
            "Zlib",
        ];
        let table = [
            ("MIT", true),
            ("MIT OR GPL-3.0", true),
            ("MIT/Apache-2.0", true),
            ("(MIT OR Apache-2.0) AND Zlib", true),
            ("Apache-2.0 WITH LLVM-exception OR MIT", true),
            ("GPL-3.0", false),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR Apache-2.0) AND GPL-3.0", false),
            ("Zlib WITH exception", false),
            ("(MIT", false),
            ("", false),
        ];
        for (expression, expected) in table {
            assert_eq!(permits(expression, &allowed), expected, "{expression}");
        }
    }

    #[test]
    fn a_package_without_a_licence_is_found() {
        let package = serde_json::json!({"name": "a", "license": null});
        assert!(breach(&package, &["MIT"]).is_some());
        let lock = serde_json::json!({"packages": {
            "": {"license": "MIT"},
            "node_modules/a": {"license": "GPL-3.0"},
            "node_modules/b": {},
            "node_modules/c": {"license": "MPL-2.0"},
            "node_modules/d": {"license": "MPL-2.0", "dev": true},
        }});
        assert_eq!(npm_breaches("package-lock.json", &lock, &["MIT"]).len(), 3);
    }
}
