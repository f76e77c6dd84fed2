//! What a gate loads before it can decide, compressed as the server sends it.

use super::{Bench, Finding};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How the scanner's own file begins, which is not counted, and the core's WASM.
const SCANNER: &str = "reader-";
const CORE: &str = "gatehouse-";

/// Two figures: everything together, and the WASM alone.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let root = bench.root;
    let dist = root.join("web/gate/dist");
    if !dist.is_dir() {
        let reason = "sizes: run script/wasm and script/web first";
        return Ok(vec![Finding::Skipped(reason.to_owned())]);
    }
    if Command::new("brotli").arg("--version").output().is_err() {
        return Ok(vec![Finding::Skipped(
            "sizes: install brotli first".to_owned(),
        )]);
    }
    let (mut all, mut core) = (0.0, 0.0);
    for file in files_below(&dist)? {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with(SCANNER) || name.ends_with(".map") || name.ends_with(".br") {
            continue;
        }
        let size = brotli_kilobytes(&file)?;
        all += size;
        if name.starts_with(CORE) && name.ends_with(".wasm") {
            core += size;
        }
    }
    Ok(vec![
        Finding::of(
            "all that the gate app needs to decide, brotli",
            all,
            150.0,
            "kB",
        ),
        Finding::of("WASM of it, brotli", core, 110.0, "kB"),
    ])
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn brotli_kilobytes(file: &Path) -> Result<f64> {
    let output = Command::new("brotli")
        .args(["-q", "11", "-c"])
        .arg(file)
        .output()
        .context("brotli")?;
    if !output.status.success() {
        bail!("brotli: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout.len() as f64 / 1000.0)
}
