//! Commands that take one JSON object a line on standard input and answer with one a line: a line
//! that cannot be used is answered with an error, and the others go on.

use anyhow::{Result, bail};
use serde_json::Value;
use std::io::{BufRead, Read, Write};

/// Answers every line; `too_long` answers those of more than `most` bytes, which are not read.
/// Ends with an error where an answer is one; such an answer says in which line it is.
pub fn each_line(most: u64, too_long: Value, answer: impl Fn(&[u8]) -> Value) -> Result<()> {
    let mut input = std::io::stdin().lock();
    // By lines: whoever asks one after the other waits for each answer.
    let mut output = std::io::stdout().lock();
    let mut line = Vec::new();
    let (mut failed, mut number) = (0_usize, 0_u64);
    loop {
        line.clear();
        number += 1;
        if (&mut input).take(most + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let mut said = if line.len() as u64 > most && !line.ends_with(b"\n") {
            input.skip_until(b'\n')?;
            too_long.clone()
        } else {
            answer(&line)
        };
        if let Some(error) = said.get_mut("error") {
            error["line"] = number.into();
            failed += 1;
        }
        writeln!(output, "{said}")?;
    }
    match failed {
        0 => Ok(()),
        1 => bail!("one line could not be used"),
        many => bail!("{many} lines could not be used"),
    }
}
