//! `cargo xtask mutate [--long]`: single mistakes are made in each delivered document, and nearly
//! all must be caught by `policy check`: by the reader, the proof, or the document's own cases.
//! What is not caught is listed. CI makes twenty a document (the test below), `--long` two hundred.

use anyhow::{Context, Result, anyhow, bail};
use gatehouse_core::policy::check::{Texts, check};
use gatehouse_core::policy::read;
use std::path::Path;

/// Mistakes a document in CI, and in a long run.
const FEW: usize = 20;
const MANY: usize = 200;
/// Of a hundred so many at least must be caught.
const CAUGHT_LEAST: usize = 95;

/// A mistake, in words, and the text with it.
struct Mistake {
    what: String,
    text: String,
}

/// Makes them, prints what was not caught, and fails where that is too much.
pub fn run(root: &Path, is_long: bool) -> Result<()> {
    let found = try_all(root, if is_long { MANY } else { FEW })?;
    for missed in &found.missed {
        println!("not caught: {missed}");
    }
    let caught = found.tried - found.missed.len();
    println!("{caught} of {} mistakes caught", found.tried);
    if caught * 100 < found.tried * CAUGHT_LEAST {
        bail!("fewer than {CAUGHT_LEAST} of a hundred");
    }
    Ok(())
}

struct Tried {
    tried: usize,
    missed: Vec<String>,
}

fn try_all(root: &Path, each: usize) -> Result<Tried> {
    let mut all = Tried {
        tried: 0,
        missed: Vec::new(),
    };
    let mut folders: Vec<_> = std::fs::read_dir(root.join("policies"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    folders.retain(|folder| folder.join("policy.toml").is_file());
    folders.sort();
    for folder in folders {
        let text = |name: &str| {
            let file = folder.join(name);
            std::fs::read_to_string(&file).with_context(|| file.display().to_string())
        };
        let (policy, cases) = (text("policy.toml")?, text("cases.toml")?);
        let name = folder.file_name().unwrap_or_default().display().to_string();
        if is_caught(&policy, &cases) {
            return Err(anyhow!("{name}: see `gatehouse policy check`"));
        }
        for mistake in chosen(&policy, each) {
            all.tried += 1;
            if !is_caught(&mistake.text, &cases) {
                all.missed.push(format!("{name} {}", mistake.what));
            }
        }
    }
    Ok(all)
}

fn is_caught(policy: &str, cases: &str) -> bool {
    read(policy).map_or(true, |document| {
        !check(&document, Texts { policy, cases }, &[]).is_empty()
    })
}

/// So many mistakes, of each sort alike where it has as many, spread over the document.
fn chosen(text: &str, each: usize) -> Vec<Mistake> {
    let sorts = [removed(text), numbers(text), dates(text), keys(text)];
    let share = each / sorts.len();
    let mut short = 0;
    let mut chosen = Vec::new();
    // Those of which there are few first: what they lack, the others make up for.
    let mut sorts: Vec<Vec<Mistake>> = sorts.into();
    sorts.sort_by_key(Vec::len);
    let count = sorts.len();
    for (at, sort) in sorts.into_iter().enumerate() {
        let wanted = share + short / (count - at);
        let made = wanted.min(sort.len());
        short = (short + share).saturating_sub(made);
        let of = sort.len();
        let spread = sort.into_iter().enumerate();
        let spread = spread.filter(|(at, _)| at * made / of != (at + 1) * made / of);
        chosen.extend(spread.map(|(_, mistake)| mistake));
    }
    chosen
}

fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn mistake(text: &str, at: usize, length: usize, other: &str) -> Mistake {
    let was: String = text[at..at + length].chars().take(40).collect();
    Mistake {
        what: format!("line {}: {} → {other}", line(text, at), was.trim()),
        text: [&text[..at], other, &text[at + length..]].concat(),
    }
}

/// What says what is left out on purpose is told to people, and does nothing.
fn does_nothing(text: &str, at: usize) -> bool {
    text[..at]
        .rfind("\n[")
        .is_some_and(|start| text[start + 1..].starts_with("[[outside]]"))
}

/// A row or entry less, with what stands below it.
fn removed(text: &str) -> Vec<Mistake> {
    let starts: Vec<usize> = text.match_indices("\n[").map(|(at, _)| at + 1).collect();
    let is_part = |at: usize| text[at..].lines().next().unwrap_or_default().contains('.');
    let heads: Vec<usize> = starts.into_iter().filter(|at| !is_part(*at)).collect();
    let ends = heads.iter().skip(1).copied().chain([text.len()]);
    let entries = heads.iter().copied().zip(ends);
    entries
        .filter(|(at, _)| text[*at..].starts_with("[["))
        .filter(|(at, _)| !text[*at..].starts_with("[[outside]]"))
        .map(|(at, end)| Mistake {
            what: format!("line {}: an entry less", line(text, at)),
            text: [&text[..at], &text[end..]].concat(),
        })
        .collect()
}

/// A number one more than it was.
fn numbers(text: &str) -> Vec<Mistake> {
    let found = text.match_indices("= ").filter_map(|(at, sign)| {
        let from = at + sign.len();
        let rest = text[from..].bytes();
        let length = rest.take_while(u8::is_ascii_digit).count();
        let number: u64 = text[from..from + length].parse().ok()?;
        let is_version = text[..at].trim_end().ends_with("version");
        let wanted = !is_version && !does_nothing(text, at);
        wanted.then(|| mistake(text, from, length, &(number + 1).to_string()))
    });
    found.collect()
}

/// Each date exchanged for the next one of the document.
fn dates(text: &str) -> Vec<Mistake> {
    let found: Vec<(usize, &str)> = text
        .match_indices("\"20")
        .filter_map(|(at, _)| Some((at + 1, text[at + 1..].split('"').next()?)))
        .collect();
    let next = found.iter().cycle().skip(1);
    let swapped = found
        .iter()
        .zip(next)
        .filter(|(one, other)| one.1 != other.1);
    swapped
        .map(|((at, date), (_, other))| mistake(text, *at, date.len(), other))
        .collect()
}

/// The first two letters of a key the other way round.
fn keys(text: &str) -> Vec<Mistake> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let key = line.split(" = ").next().unwrap_or_default();
        let is_key = line.contains(" = ") && key.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_key && key.len() > 2 && key.as_bytes()[0] != key.as_bytes()[1] {
            let other = [&key[1..2], &key[..1], &key[2..]].concat();
            found.push(mistake(text, at, key.len(), &other));
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_mistakes_in_delivered_documents_are_caught() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let found = try_all(&root, FEW).expect("the documents read");
        assert!(found.tried >= FEW * 10, "{}", found.tried);
        let caught = found.tried - found.missed.len();
        let missed = found.missed.join("\n");
        assert!(caught * 100 >= found.tried * CAUGHT_LEAST, "{missed}");
    }
}
