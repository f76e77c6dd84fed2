//! Documents of upper and lower areas together: what a lower one may replace, and what not.

use crate::policies::{folders, load};
use gatehouse_core::gate::Policy;
use gatehouse_core::policy::{PolicyDocument, compile, read};

fn henan() -> PolicyDocument {
    let folders = folders();
    let folder = folders
        .iter()
        .find(|folder| folder.ends_with("henan-2020-02"));
    load(folder.expect("the document is delivered")).0
}

/// A lower document with one row that stands in the place of another.
fn lower(id: &str, replaced: &str) -> PolicyDocument {
    let text = format!(
        r#"id = "{id}"
version = 1
title = {{ zh = "小区补充", en = "Compound's own" }}
notice = "local"

[force]
from = {{ value = "2020-02-07T00:00:00+08:00", source = "deployment" }}
ends = {{ value = "2020-05-01T00:00:00+08:00", source = "deployment" }}
review = {{ value = "2020-04-01", source = "deployment" }}

[basis]
health_ground = "zone_order"
legal_basis = {{ zh = "传染病防治法第四十二条", en = "Law on Infectious Diseases, art. 42" }}
authority = {{ zh = "街道", en = "the street" }}
appeal = {{ zh = "向街道申诉", en = "Appeal to the street" }}
source = "deployment"

[parameters]
fever_threshold_celsius = {{ value = 37.3, unit = "℃", source = "deployment" }}
rest_minutes = {{ value = 15, unit = "分钟", source = "deployment" }}
entrances_most = {{ value = 1, unit = "个", source = "deployment" }}

[[row]]
id = "{id}/row"
effect = "grant"
source = "deployment"
who = {{ subject_kind = "courier" }}
way = "in"
replaces = ["{replaced}"]
say = {{ zh = "快递可以进。", en = "Couriers may come in." }}
"#
    );
    read(&text).unwrap_or_else(|complaints| {
        let lines: Vec<String> = complaints.iter().map(|c| c.to_text("", &text)).collect();
        panic!("{}", lines.join("\n"))
    })
}

fn layered(upper: &PolicyDocument, lower: &PolicyDocument) -> Result<Policy, String> {
    compile(&[upper, lower]).map_err(|error| error.to_string())
}

#[test]
fn a_lower_document_replaces_what_it_may_and_nothing_else() {
    let upper = henan();
    let policy = layered(&upper, &lower("X", "HN/courier")).expect("it may be replaced");
    let has = |id: &str| policy.rows().iter().any(|row| row.id == id);
    assert!(has("X/row") && !has("HN/courier"));
    // Whether a row that "may tighten" is tightened is proved (`proof`); one that says nothing
    // holds as it is.
    let refused = [
        ("HN/temporary-pass", "says nothing"),
        ("HN/no-such-row", "has that row"),
    ];
    for (row, reason) in refused {
        let error = layered(&upper, &lower("X", row)).err();
        let error = error.unwrap_or_else(|| panic!("{row} was replaced"));
        assert!(error.contains(row) && error.contains(reason), "{error}");
    }
    let twice = layered(&upper, &upper).err().unwrap_or_default();
    assert!(twice.contains("two documents are called HN"), "{twice}");
    assert!(compile(&[&lower("X", "HN/courier")]).is_err(), "alone");
}
