//! How far a command is: on a terminal one line that is written over, elsewhere a line each time,
//! as a log wants it.

use std::io::Write;
use std::time::Duration;

/// Places of the bar.
const BAR: u64 = 24;

/// The line.
pub struct ProgressLine<W> {
    out: W,
    is_terminal: bool,
    /// Places of the terminal that are written on.
    written: usize,
}

impl<W: Write> ProgressLine<W> {
    /// To a stream that is a terminal, or is none.
    pub fn new(out: W, is_terminal: bool) -> ProgressLine<W> {
        ProgressLine {
            out,
            is_terminal,
            written: 0,
        }
    }

    /// How often it is worth being told.
    pub fn every(&self) -> Duration {
        match self.is_terminal {
            true => Duration::from_millis(150),
            false => Duration::from_millis(500),
        }
    }

    /// Says how far it is. Nobody minds if that cannot be written.
    pub fn tell(&mut self, done: u64, total: u64, words: &str) {
        let line = match self.is_terminal {
            true => format!("{} {words}", bar(done, total)),
            false => words.to_owned(),
        };
        let _ = match self.is_terminal {
            true => self.write_over(&line),
            false => writeln!(self.out, "{line}"),
        };
    }

    /// Leaves nothing of it on a terminal: the answer comes there.
    pub fn end(mut self) {
        if self.written > 0 {
            let _ = self.write_over("").and_then(|()| write!(self.out, "\r"));
            let _ = self.out.flush();
        }
    }

    fn write_over(&mut self, line: &str) -> std::io::Result<()> {
        let places = width(line);
        let rest = " ".repeat(self.written.saturating_sub(places));
        self.written = places;
        write!(self.out, "\r{line}{rest}")?;
        self.out.flush()
    }
}

/// `[######------]  50 %`
fn bar(done: u64, total: u64) -> String {
    let total = total.max(1);
    let done = done.min(total);
    let of = |places: u64| (u128::from(done) * u128::from(places) / u128::from(total)) as usize;
    let full = "#".repeat(of(BAR));
    let rest = "-".repeat(BAR as usize - of(BAR));
    format!("[{full}{rest}] {:3} %", of(100))
}

/// On a terminal a Chinese character takes two places.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| 1 + usize::from(c >= '\u{1100}')).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(is_terminal: bool) -> String {
        let mut out = Vec::new();
        let mut line = ProgressLine::new(&mut out, is_terminal);
        line.tell(0, 200, "已看 0 / 200 条");
        line.tell(150, 200, "已看 150");
        line.end();
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_log_gets_a_line_each_time() {
        assert_eq!(told(false), "已看 0 / 200 条\n已看 150\n");
    }

    #[test]
    fn a_terminal_gets_one_line_that_is_written_over_and_then_cleared() {
        let told = told(true);
        assert!(!told.contains('\n'), "{told:?}");
        let lines: Vec<&str> = told.split('\r').skip(1).collect();
        let [first, second, cleared, end] = lines[..] else {
            panic!("{lines:?}");
        };
        assert_eq!(first, "[------------------------]   0 % 已看 0 / 200 条");
        assert!(second.starts_with("[##################------]  75 % 已看 150 "));
        assert_eq!(width(second), width(first), "nothing of the first is left");
        assert!(cleared.chars().all(|c| c == ' '), "{cleared:?}");
        assert_eq!((cleared.len(), end), (width(second.trim_end()), ""));
    }

    #[test]
    fn a_bar_stays_within_its_places() {
        for (done, total) in [(0, 0), (3, 0), (7, 3), (u64::MAX, u64::MAX), (1, u64::MAX)] {
            assert_eq!(
                bar(done, total).len(),
                BAR as usize + 8,
                "{done} of {total}"
            );
        }
    }
}
