//! Start to first page with the demo town present, and the memory held then.

use super::{Figure, Finding};
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// After this the server is taken not to start at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two figures, from the release binary.
pub fn measure(root: &Path, target: &Path) -> Result<Vec<Finding>> {
    let gatehouse = target.join("release/gatehouse");
    if !gatehouse.is_file() {
        let reason = "start and memory: `cargo build --release -p gatehouse-server` first";
        return Ok(vec![Finding::Skipped(reason.to_owned())]);
    }
    let gatehouse = gatehouse.canonicalize()?;
    let folder = root.join("target/bench");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    std::fs::write(
        folder.join("gatehouse.toml"),
        format!("listen = \"{address}\"\n"),
    )?;
    let demo = Command::new(&gatehouse)
        .args(["demo", "--config", "gatehouse.toml"])
        .current_dir(&folder)
        .output()?;
    if !demo.status.success() {
        bail!("gatehouse demo: {}", String::from_utf8_lossy(&demo.stderr));
    }
    // The first start reads the files from the disk; the second is what an operator waits for.
    served(&gatehouse, &folder, address)?;
    let (seconds, megabytes) = served(&gatehouse, &folder, address)?;
    Ok(vec![
        figure("start to first page, database present", seconds, 0.3, "s"),
        figure(
            "resident memory at start with the demo town",
            megabytes,
            30.0,
            "MB",
        ),
    ])
}

fn figure(what: &str, value: f64, limit: f64, unit: &'static str) -> Finding {
    Finding::Figure(Figure {
        what: what.to_owned(),
        value,
        limit,
        unit,
    })
}

/// Takes the server away whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement, not a moment of the domain"
)]
fn served(gatehouse: &Path, folder: &Path, address: SocketAddr) -> Result<(f64, f64)> {
    let began = Instant::now();
    let server = Command::new(gatehouse)
        .args(["serve", "--config", "gatehouse.toml"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .spawn()?;
    let server = Running(server);
    while page(address).is_none() {
        if began.elapsed() > PATIENCE {
            bail!("gatehouse serve does not answer on {address}");
        }
        std::thread::yield_now();
    }
    let seconds = began.elapsed().as_secs_f64();
    Ok((seconds, resident_megabytes(server.0.id())?))
}

/// The first page, once somebody answers.
fn page(address: SocketAddr) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request = format!("GET /login HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(answer)
}

fn resident_megabytes(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes: f64 = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|number| number.parse().ok())
        .context("VmRSS")?;
    Ok(kilobytes / 1024.0)
}
