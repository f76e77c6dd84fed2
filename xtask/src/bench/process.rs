//! A program under measurement, and what Linux says of it.

use anyhow::{Context, Result, bail};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ticks a second in /proc/PID/stat: the kernel shows a hundred to programs, whatever its own.
const TICKS_A_SECOND: f64 = 100.0;
/// Fields of /proc/PID/stat, counted from 1 (proc(5)).
const UTIME: usize = 14;
const CUTIME: usize = 16;
/// After this a program is taken not to start at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program; taken away whatever happens.
pub struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts it, its log thrown away.
    pub fn start(command: &mut Command) -> Result<Process> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Ok(Process(child.with_context(|| format!("{command:?}"))?))
    }

    /// Waits until somebody takes connections at the address.
    pub fn wait_for(&mut self, address: SocketAddr) -> Result<()> {
        let began = now();
        while TcpStream::connect(address).is_err() {
            if let Some(ended) = self.0.try_wait()? {
                bail!("ended with {ended} before it listened on {address}");
            }
            if began.elapsed() > PATIENCE {
                bail!("nothing listens on {address}");
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Processor time of all its threads, of the user and of the system.
    pub fn cpu_seconds(&self) -> Result<f64> {
        cpu_seconds(&self.0.id().to_string(), UTIME)
    }

    /// Memory that it holds now.
    pub fn resident_megabytes(&self) -> Result<f64> {
        self.status("VmRSS:")
    }

    /// Most memory that it has held.
    pub fn most_megabytes(&self) -> Result<f64> {
        self.status("VmHWM:")
    }

    /// Most memory that a process has held, by its number or `self`.
    pub fn most_megabytes_of(process: &str) -> Result<f64> {
        status_of(process, "VmHWM:")
    }

    fn status(&self, name: &str) -> Result<f64> {
        status_of(&self.0.id().to_string(), name)
    }
}

/// A line of /proc/PID/status, in megabytes.
fn status_of(process: &str, name: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name));
    let kilobytes: f64 = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|number| number.parse().ok())
        .context("status")?;
    Ok(kilobytes / 1024.0)
}

/// Processor time of this program.
pub fn own_cpu_seconds() -> Result<f64> {
    cpu_seconds("self", UTIME)
}

/// Processor time of all programs that this one has started and seen end.
pub fn children_cpu_seconds() -> Result<f64> {
    cpu_seconds("self", CUTIME)
}

/// This field of /proc/PID/stat and the next: of the user, and of the system.
fn cpu_seconds(process: &str, field: usize) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the name in brackets, which may hold blanks; the rest begins at 3.
    let (_, rest) = stat.rsplit_once(')').context("stat")?;
    let ticks = rest.split_whitespace().skip(field - 3).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS_A_SECOND)
}

/// A port that nobody uses at the moment.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The watch of measurements.
#[expect(
    clippy::disallowed_methods,
    reason = "a measurement, not a moment of the domain"
)]
pub fn now() -> Instant {
    Instant::now()
}
