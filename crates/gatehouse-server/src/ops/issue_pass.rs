//! A pass as JSON in, its credential as JSON out; and the other way round. The forms are in
//! `docs/pass-command.md`.

use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_core::key::{IssuerKey, KeyList, SigningKey};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{
    Belongs, Credential, Hint, KeyLimit, ListNumber, PassBand, PassFinding, PassKind, PassNumber,
    ShortId, StatusList, StatusLists, key_limit, to_text, verify,
};
use gatehouse_core::person::WorkerClass;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PassRequest {
    #[serde(default)]
    id: Value,
    kind: PassKind,
    band: PassBand,
    number: Place,
    area: AreaId,
    #[serde(default)]
    household: Option<HouseholdId>,
    #[serde(default)]
    worker_class: Option<WorkerClass>,
    #[serde(default)]
    hint: Option<Hint>,
    valid_from: String,
    valid_until: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    community: u16,
    quarter: u8,
    index: u32,
}

/// Who issues.
pub struct Issuer<'a> {
    /// What the key list says of the key.
    pub listed: IssuerKey,
    /// Its private half.
    pub key: SigningKey,
    /// Stands in the text of the code and is not signed.
    pub host: &'a str,
    /// An area and every one above it, as far as this place knows them.
    pub path: &'a dyn Fn(AreaId) -> Vec<AreaId>,
}

/// Issues one pass, unless gates would refuse it because the key may not sign it.
pub fn issue_line(line: &[u8], issuer: &Issuer<'_>) -> Value {
    let request: PassRequest = match serde_json::from_slice(line) {
        Ok(request) => request,
        // The message of the parser can repeat what was written; its place is enough.
        Err(error) => return failure(Value::Null, "P001", unread(&error)),
    };
    let (id, area) = (request.id.clone(), request.area);
    let credential = match credential(request) {
        Ok(credential) => credential,
        Err((code, message)) => return failure(id, code, message.to_owned()),
    };
    if let Some(limit) = key_limit(&issuer.listed, &credential, &(issuer.path)(area)) {
        return failure(id, "P009", beyond(limit).to_owned());
    }
    match credential.sign(&issuer.key) {
        Ok(bytes) => json!({
            "id": id,
            "number": credential.number,
            "bytes": bytes.len(),
            "credential_hex": data_encoding::HEXLOWER.encode(&bytes),
            "text": to_text(issuer.host, &bytes),
        }),
        Err(error) => failure(id, "P005", error.to_string()),
    }
}

/// What a key may not sign, for whoever asked for it.
fn beyond(limit: KeyLimit) -> &'static str {
    match limit {
        KeyLimit::Term => "valid_from lies outside the time of the community's key",
        KeyLimit::Kind => "the community's key signs no passes of this kind",
        KeyLimit::Area => "the area does not lie under the community",
        KeyLimit::Validity => "valid for longer than the key may grant this kind",
        KeyLimit::Quota => "the index is beyond the key's quota",
        KeyLimit::List => "number.community is another community's number",
    }
}

fn credential(request: PassRequest) -> Result<Credential, (&'static str, &'static str)> {
    let seconds = |text: &str| {
        let moment = Moment::parse(text)?;
        u32::try_from(moment.millis.div_euclid(1000)).ok()
    };
    let time = ("P002", "times are written like 2020-02-19T07:00:00+08:00");
    let Place {
        community,
        quarter,
        index,
    } = request.number;
    let list = ListNumber::new(community, quarter);
    let belongs = match (request.household, request.worker_class) {
        (None, None) => Belongs::Nobody,
        (Some(household), None) => Belongs::Household(ShortId::of(&household.0)),
        (None, Some(class)) => Belongs::WorkerClass(class as u8),
        (Some(_), Some(_)) => {
            return Err(("P004", "household and worker_class exclude each other"));
        }
    };
    Ok(Credential {
        kind: request.kind,
        band: request.band,
        number: PassNumber::new(list, index)
            .ok_or(("P003", "a list has 1048576 places, from 0"))?,
        area: ShortId::of(&request.area.0),
        belongs,
        hint: request.hint,
        valid_from: seconds(&request.valid_from).ok_or(time)?,
        valid_until: seconds(&request.valid_until).ok_or(time)?,
    })
}

/// What verifying needs beside the pass.
pub struct Checks {
    /// The key list.
    pub keys: KeyList,
    /// Status lists.
    pub lists: StatusLists,
    /// The areas that the gate lies in, its compound first.
    pub places: Vec<AreaId>,
    /// When, where the line does not say.
    pub moment: Moment,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyRequest {
    #[serde(default)]
    id: Value,
    text: String,
    #[serde(default)]
    moment: Option<String>,
    #[serde(default)]
    places: Option<Vec<AreaId>>,
}

/// The answer to a line of more than `most` bytes, which is not read.
pub fn too_long(most: u64) -> Value {
    failure(
        Value::Null,
        "P008",
        format!("a line is at most {most} bytes"),
    )
}

/// Verifies one pass.
pub fn verify_line(line: &[u8], checks: &Checks) -> Value {
    let request: VerifyRequest = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => return failure(Value::Null, "P001", unread(&error)),
    };
    let moment = match request.moment.as_deref().map(Moment::parse) {
        None => checks.moment,
        Some(Some(moment)) => moment,
        Some(None) => {
            let message = "moment is written like 2020-02-19T07:00:00+08:00".to_owned();
            return failure(request.id, "P002", message);
        }
    };
    let places = request.places.as_deref().unwrap_or(&checks.places);
    let found = verify(&request.text, &checks.keys, &checks.lists, places, moment);
    let newer_than_list = matches!(
        found,
        PassFinding::Valid {
            newer_than_list: true,
            ..
        }
    );
    json!({
        "id": request.id,
        "valid": found.refusal().is_none(),
        "refusal": found.refusal(),
        "newer_than_list": newer_than_list,
        "credential": found.credential(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    community: u16,
    quarter: u8,
    issued: u32,
    #[serde(default)]
    revoked: Vec<u32>,
}

/// Reads status lists: `[{"community", "quarter", "issued", "revoked": [index, …]}]`.
///
/// # Errors
/// What is not in this form, by its place.
pub fn read_status_lists(text: &str) -> Result<StatusLists, String> {
    let files: Vec<ListFile> = serde_json::from_str(text).map_err(|error| unread(&error))?;
    let lists = files.into_iter().map(|file| {
        let number = ListNumber::new(file.community, file.quarter);
        let mut list = StatusList::new(number, file.issued)
            .ok_or_else(|| "a list has at most 1048576 passes".to_owned())?;
        match file.revoked.iter().find(|index| !list.revoke(**index)) {
            Some(index) => Err(format!("index {index} was never issued")),
            None => Ok(list),
        }
    });
    lists.collect::<Result<_, _>>().map(StatusLists::new)
}

fn unread(error: &serde_json::Error) -> String {
    format!(
        "not in the documented form (line {}, column {})",
        error.line(),
        error.column()
    )
}

fn failure(id: Value, code: &str, message: String) -> Value {
    json!({ "id": id, "error": { "code": code, "message": message } })
}
