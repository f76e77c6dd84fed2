//! `gatehouse doctor`: looks at an installation as a phone at the gate would.

use crate::config::Config;
use crate::ops::examine::{Finding, Mark, examine};
use anyhow::{Result, bail};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Look at an installation from a phone's view: settings, database, files of the gate app,
/// certificate, address. The server may be running or not.
#[derive(Debug, Args)]
pub struct DoctorCommand {
    /// The settings file; else the one that GATEHOUSE_CONFIG names; else the defaults hold.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Answer with JSON: {"findings": […]}.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(command: DoctorCommand) -> Result<()> {
    let config = Config::load(command.config.as_deref())?;
    let findings = examine(&config);
    let mut out = std::io::stdout();
    if command.json {
        writeln!(out, "{}", serde_json::json!({ "findings": findings }))?;
    } else {
        for finding in &findings {
            print(&mut out, finding)?;
        }
    }
    let bad = findings.iter().filter(|f| f.mark == Mark::Bad).count();
    match bad {
        0 => Ok(()),
        1 => bail!("one thing must be mended"),
        many => bail!("{many} things must be mended"),
    }
}

fn print(out: &mut impl Write, finding: &Finding) -> Result<()> {
    let mark = match finding.mark {
        Mark::Good => "✓",
        Mark::Look => "△",
        Mark::Bad => "✗",
    };
    writeln!(out, "{mark} {:<12} {}", finding.code, finding.text)?;
    if let Some(mend) = &finding.mend {
        writeln!(out, "  {:<12} → {mend}", "")?;
    }
    Ok(())
}
