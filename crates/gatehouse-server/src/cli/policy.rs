//! `gatehouse policy`: a document looked at, asked, tried; putting it in force is `policy_force`'s.
//! The forms are in `docs/gate-command.md` and `docs/policy-replay.md`.

use crate::cli::policy_force::{self, ForceAction};
use crate::cli::policy_part::{self, PartArguments};
use crate::cli::policy_replay::{self, ReplayArguments};
use crate::ops::policy_folder;
use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use data_encoding::HEXLOWER;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::difference::{Difference, effect};
use gatehouse_core::policy::explain::{Line, explain_in_force};
use gatehouse_core::policy::part::{Kind, Layers, Told, explain_parts_in_force};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

/// Look at policy documents, put them in force.
#[derive(Debug, Args)]
pub struct PolicyCommand {
    #[command(subcommand)]
    action: PolicyAction,
}

#[derive(Debug, Subcommand)]
enum PolicyAction {
    /// Check folders of documents: keys, types, cases, rows that no case tries.
    Check {
        /// Folders with policy.toml and cases.toml, upper areas first.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// Language of the complaints.
        #[arg(long, value_enum, default_value = "zh")]
        lang: LangArgument,
        /// Answer with JSON: {"complaints": […], "notes": […]}, in both languages.
        #[arg(long)]
        json: bool,
    },
    /// Say in plain words what documents hold together, upper areas first, with the clause behind
    /// every line.
    Explain {
        /// Folders with policy.toml, upper areas first.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// Language of the words.
        #[arg(long, value_enum, default_value = "zh")]
        lang: LangArgument,
        /// Answer with JSON: {"documents": [{"document", "title", "rows": […], "parts": […]}]}.
        #[arg(long)]
        json: bool,
    },
    /// Say in plain words what differs between two versions of a document.
    Diff {
        /// Folder of the older version.
        before: PathBuf,
        /// Folder of the newer one.
        after: PathBuf,
        /// Language of the words.
        #[arg(long, value_enum, default_value = "zh")]
        lang: LangArgument,
        /// Answer with JSON: {"differences": [{"about", "what", "before", "after"}]}.
        #[arg(long)]
        json: bool,
    },
    /// Ask the parts beyond the gate: one question a line on standard input, one answer a line on
    /// standard output. Who comes or comes back → the observation that is proposed.
    Propose(PartArguments),
    /// An order → its days, visits, tests, release; one a line, as with `propose`.
    Plan(PartArguments),
    /// A person's exposures → close contact, contact of a contact, general contact; one a line.
    Classify(PartArguments),
    /// Cases of a window, a county a line → the level of risk, with the facts behind it.
    Grade(PartArguments),
    /// A level or phase → what is to be done, by whom, until when; teams and checklists.
    Measures(PartArguments),
    /// A moment → the reports that are owed.
    Due(PartArguments),
    /// A case's stays and closed places → spots, what is drawn, what may be lifted.
    Zones(PartArguments),
    /// Decide recorded attempts again under a draft, beside what was in force.
    Replay(ReplayArguments),
    /// Puts documents in force and takes them out.
    #[command(flatten)]
    Force(ForceAction),
}

/// A language on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LangArgument {
    /// 中文.
    Zh,
    /// English.
    En,
}

impl From<LangArgument> for Lang {
    fn from(argument: LangArgument) -> Lang {
        match argument {
            LangArgument::Zh => Lang::Zh,
            LangArgument::En => Lang::En,
        }
    }
}

/// Runs the command.
pub fn run(command: PolicyCommand) -> Result<()> {
    match command.action {
        PolicyAction::Check {
            folders,
            lang,
            json,
        } => check(&folders, lang.into(), json),
        PolicyAction::Explain {
            folders,
            lang,
            json,
        } => explain_folders(&folders, lang.into(), json),
        PolicyAction::Diff {
            before,
            after,
            lang,
            json,
        } => diff([before, after], lang.into(), json),
        PolicyAction::Propose(arguments) => policy_part::run(Kind::Propose, &arguments),
        PolicyAction::Plan(arguments) => policy_part::run(Kind::Plan, &arguments),
        PolicyAction::Classify(arguments) => policy_part::run(Kind::Classify, &arguments),
        PolicyAction::Grade(arguments) => policy_part::run(Kind::Grade, &arguments),
        PolicyAction::Measures(arguments) => policy_part::run(Kind::Measures, &arguments),
        PolicyAction::Due(arguments) => policy_part::run(Kind::Due, &arguments),
        PolicyAction::Zones(arguments) => policy_part::run(Kind::Zones, &arguments),
        PolicyAction::Replay(arguments) => policy_replay::run(&arguments),
        PolicyAction::Force(action) => policy_force::run(action),
    }
}

fn check(folders: &[PathBuf], lang: Lang, json: bool) -> Result<()> {
    let complaints = policy_folder::check(folders);
    let notes = policy_folder::notes(folders);
    let mut output = std::io::stdout().lock();
    if json {
        let answer = json!({ "complaints": complaints, "notes": notes });
        writeln!(output, "{answer}")?;
    } else {
        for complaint in complaints.iter().chain(&notes) {
            writeln!(output, "{}", complaint.to_line(lang))?;
        }
    }
    match (complaints.len(), lang) {
        (0, _) => {
            if !json {
                writeln!(output, "没有问题 · nothing to complain about")?;
            }
            Ok(())
        }
        (many, Lang::Zh) => bail!("有 {many} 个问题，这份规则不能生效。"),
        (1, Lang::En) => bail!("one complaint; the document cannot come into force"),
        (many, Lang::En) => bail!("{many} complaints; the document cannot come into force"),
    }
}

fn explain_folders(folders: &[PathBuf], lang: Lang, json: bool) -> Result<()> {
    let complaints = |found: Vec<_>| anyhow::anyhow!(policy_folder::lines_in(lang, &found));
    let documents = policy_folder::read_documents(folders).map_err(complaints)?;
    let together: Vec<&PolicyDocument> = documents.iter().collect();
    let layers = Layers::new(&together)
        .map_err(|error| anyhow::anyhow!("P020 {}", lang.of(&error.to_words())))?;
    let policy = policy_folder::read_policy(folders).map_err(complaints)?;
    let policy = policy.map(|policy| HEXLOWER.encode(&policy.id()));
    let mut output = std::io::stdout().lock();
    if json {
        let documents: Vec<_> = documents
            .iter()
            .map(|one| document_json(one, &layers, &together, lang))
            .collect();
        let answer = json!({ "policy": policy, "documents": documents });
        return Ok(writeln!(output, "{answer}")?);
    }
    for document in &documents {
        writeln!(output, "{} {}", document.id, lang.of(&document.title))?;
        for (_, line) in explain_in_force(document, &together, lang) {
            writeln!(output, "{}", line_text(&line, lang))?;
        }
        for told in explain_parts_in_force(document, &layers, lang) {
            writeln!(output, "{}", part_text(&told))?;
        }
        writeln!(output)?;
    }
    let (name, none) = match lang {
        Lang::Zh => ("现行规则", "（门岗没有规则）"),
        Lang::En => ("effective policy", "(none at the gate)"),
    };
    writeln!(output, "{name} {}", policy.as_deref().unwrap_or(none))?;
    Ok(())
}

fn document_json(
    document: &PolicyDocument,
    layers: &Layers<'_>,
    together: &[&PolicyDocument],
    lang: Lang,
) -> Value {
    let lines = explain_in_force(document, together, lang);
    let rows = lines.iter().map(|(_, line)| {
        json!({
            "row": line.row,
            "effect": line.effect,
            "condition": line.condition,
            "demand": line.demand,
            "say": line.say,
            "source": line.source,
        })
    });
    let told = explain_parts_in_force(document, layers, lang).into_iter();
    let parts = told.map(|told| {
        let lines = told.lines.iter();
        let lines = lines.map(|line| json!({ "text": line.text, "source": line.source }));
        json!({
            "table": told.table,
            "entry": told.id,
            "title": told.title,
            "lines": lines.collect::<Vec<_>>(),
            "source": told.source,
            "off": told.is_off,
        })
    });
    json!({
        "document": document.id,
        "title": lang.of(&document.title),
        "rows": rows.collect::<Vec<_>>(),
        "parts": parts.collect::<Vec<_>>(),
    })
}

fn diff(folders: [PathBuf; 2], lang: Lang, json: bool) -> Result<()> {
    let complaints = |found: Vec<_>| anyhow::anyhow!(policy_folder::lines_in(lang, &found));
    policy_folder::read_documents(&folders).map_err(complaints)?;
    let [before, after] = folders.map(|folder| policy_folder::read_texts(&folder));
    let (before, after) = (before.map_err(complaints)?, after.map_err(complaints)?);
    let found = before.differences(&after, lang).unwrap_or_default();
    let mut output = std::io::stdout().lock();
    if json {
        let found: Vec<_> = found.iter().map(difference_json).collect();
        return Ok(writeln!(output, "{}", json!({ "differences": found }))?);
    }
    for one in &found {
        let nothing = match lang {
            Lang::Zh => "（没有）",
            Lang::En => "(nothing)",
        };
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| nothing.to_owned());
        writeln!(output, "{} {}", one.about, one.what)?;
        writeln!(output, "  - {}", side(&one.before))?;
        writeln!(output, "  + {}", side(&one.after))?;
    }
    Ok(())
}

fn difference_json(one: &Difference) -> Value {
    json!({ "about": one.about, "what": one.what, "before": one.before, "after": one.after })
}

/// An entry beyond the gate, as the rows are written.
fn part_text(told: &Told) -> String {
    let mut text = format!("  [{}] {}", told.part, told.title);
    for line in &told.lines {
        text.push_str(&format!("\n      {}", line.text));
        if !line.source.is_empty() {
            text.push_str(&format!(" · {}", line.source));
        }
    }
    let foot: Vec<&str> = [&*told.source, &*told.id]
        .into_iter()
        .filter(|one| !one.is_empty())
        .collect();
    if !foot.is_empty() {
        text.push_str(&format!("\n      {}", foot.join(" · ")));
    }
    text
}

fn line_text(line: &Line, lang: Lang) -> String {
    let effect = effect(line.effect, lang);
    let mut text = format!("  [{effect}] {}", line.condition);
    if !line.demand.is_empty() {
        text.push_str(&format!(" → {}", line.demand));
    }
    if !line.say.is_empty() {
        text.push_str(&format!("\n      {}", line.say));
    }
    text.push_str(&format!("\n      {} · {}", line.source, line.row));
    text
}
