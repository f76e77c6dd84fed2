//! The cases of every delivered policy with the answers of this program, for whoever decides
//! elsewhere: the browser's core must give the same (GATE-14).

use anyhow::{Context, Result, anyhow};
use data_encoding::BASE64;
use gatehouse_core::device::decide_vector;
use gatehouse_core::gate::json::write_facts;
use gatehouse_core::policy::cases::{Case, read_cases};
use gatehouse_core::policy::{PolicyDocument, compile, read};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// `testdata/decisions/<folder>.json` for each folder under `policies/`.
pub fn files(root: &Path) -> Result<Vec<(String, String)>> {
    let folders = folders(root)?;
    let files = folders.iter().map(|folder| file(folder));
    files.filter_map(Result::transpose).collect()
}

/// The compiled form of every delivered document with rows for the gate, and of each over the
/// next: what is in force where a province and a city have both said something.
pub fn delivered_policies(root: &Path) -> Result<Vec<Vec<u8>>> {
    let mut documents = Vec::new();
    for folder in folders(root)? {
        let text = std::fs::read_to_string(folder.join("policy.toml"))?;
        documents.push(read(&text).map_err(|_| anyhow!("{}", folder.display()))?);
    }
    documents.retain(PolicyDocument::is_for_gate);
    let alone = documents.iter().map(|document| compile(&[document]));
    let layers = documents.windows(2).map(|two| compile(&[&two[0], &two[1]]));
    let policies = alone.chain(layers);
    policies
        .map(|policy| Ok(policy?.compiled().to_bytes()))
        .collect()
}

fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(root.join("policies")) else {
        return Ok(Vec::new());
    };
    let mut folders = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    folders.retain(|folder| folder.join("policy.toml").is_file());
    folders.sort();
    Ok(folders)
}

/// `None` where the document has no say at the gate.
fn file(folder: &Path) -> Result<Option<(String, String)>> {
    let name = folder
        .file_name()
        .and_then(|name| name.to_str())
        .context("a folder's name")?;
    let text = |file: &str| std::fs::read_to_string(folder.join(file)).context(file.to_owned());
    let complaint =
        |what: &str| anyhow!("{name}: {what} is not read; see `gatehouse policy check`");
    let document = read(&text("policy.toml")?).map_err(|_| complaint("policy.toml"))?;
    if !document.is_for_gate() {
        return Ok(None);
    }
    let cases = read_cases(&text("cases.toml")?).map_err(|_| complaint("cases.toml"))?;
    let policy = compile(&[&document])?;
    let policy = BASE64.encode(&policy.compiled().to_bytes());
    let vectors: Vec<Value> = cases
        .iter()
        .map(|case| vector(case, &policy))
        .collect::<Result<_>>()?;
    let page = json!({ "policy_base64": policy, "cases": vectors });
    let text = serde_json::to_string_pretty(&page)? + "\n";
    Ok(Some((format!("testdata/decisions/{name}.json"), text)))
}

fn vector(case: &Case, policy: &str) -> Result<Value> {
    let moment = case.situation.moment.to_text();
    let (skew, facts) = (case.situation.skew_minutes, write_facts(&case.situation));
    let request = json!({ "policy_base64": policy, "moment": moment, "skew_minutes": skew,
                          "facts": facts });
    let answer: Value = serde_json::from_slice(&decide_vector(request.to_string().as_bytes()))?;
    Ok(
        json!({ "id": case.id, "moment": moment, "skew_minutes": skew, "facts": facts,
               "answer": answer }),
    )
}
