//! What a long run ends with: the built program itself is ended with `kill -9`, over and over
//! (`web/tests/killed.test.mjs`).

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the test lies, in the repository.
const TESTS: &str = "web/tests";

/// What the test drives, beside node: its place in the repository or its target folder, and how it
/// comes there.
struct Wanted {
    path: PathBuf,
    made_by: &'static str,
}

/// All that the test drives.
fn wanted(root: &Path) -> [Wanted; 3] {
    [
        (
            target(root).join("debug/gatehouse"),
            "cargo build -p gatehouse-server",
        ),
        (root.join("target/wasm/gatehouse.wasm"), "script/wasm"),
        (
            root.join(TESTS).join("node_modules/playwright-core"),
            "npm ci in web/tests",
        ),
    ]
    .map(|(path, made_by)| Wanted { path, made_by })
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo is told by the environment where it builds"
)]
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Says what is missing before hours of seeds have run.
///
/// # Errors
/// Where node or what it is to drive is not there.
pub fn can_run(root: &Path) -> Result<()> {
    let mut missing: Vec<String> = wanted(root)
        .into_iter()
        .filter(|one| !one.path.exists())
        .map(|one| format!("{}: {}", one.path.display(), one.made_by))
        .collect();
    let node = Command::new("node")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !node.is_ok_and(|ended| ended.success()) {
        missing.push("node: install nodejs".to_owned());
    }
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "a long run ends the built program with kill -9 (--kills 0 leaves that out), and this is \
         not here:\n  {}",
        missing.join("\n  ")
    )
}

/// Runs the test with so many kills.
///
/// # Errors
/// Where a record was lost or doubled, or the test cannot run.
pub fn run(root: &Path, kills: u32) -> Result<()> {
    println!("the built program, ended with kill -9 {kills} times");
    let ended = Command::new("node")
        .args(["--test", "killed.test.mjs"])
        .current_dir(root.join(TESTS))
        .env("GATEHOUSE_KILLS", kills.to_string())
        .status()
        .context("node")?;
    if !ended.success() {
        bail!("killed.test.mjs ended with {ended}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_how_it_is_made() {
        let nowhere = Path::new("/nonexistent");
        let said = can_run(nowhere).expect_err("nothing is there").to_string();
        for words in [
            "--kills 0",
            "script/wasm",
            "npm ci",
            "/nonexistent/web/tests",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
}
