//! Documents of upper and lower areas together: what a lower one may replace, and what not.

use crate::policies::{folders, load, small_document};
use gatehouse_core::gate::Policy;
use gatehouse_core::policy::{PolicyDocument, compile};

fn henan() -> PolicyDocument {
    let folders = folders();
    let folder = folders
        .iter()
        .find(|folder| folder.ends_with("henan-2020-02"));
    load(folder.expect("the document is delivered")).0
}

/// A lower document with one row that stands in the place of another.
fn lower(id: &str, replaced: &str) -> PolicyDocument {
    let row = format!(
        r#"[[row]]
id = "{id}/row"
effect = "grant"
source = "deployment"
who = {{ subject_kind = "courier" }}
way = "in"
replaces = ["{replaced}"]
say = {{ zh = "快递可以进。", en = "Couriers may come in." }}
"#
    );
    small_document(id, &row)
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
