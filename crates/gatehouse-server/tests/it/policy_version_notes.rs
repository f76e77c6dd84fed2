//! What a proposal does beside other documents, on the page of many and on its own.

use crate::policy_draft_pages::{Desk, VERSIONS};
use gatehouse_store::policy::PolicyForceRow;

/// Of many proposals the page leads to those of which it does not say what they do beside others.
pub fn notes_have_their_own_page(county: &Desk<'_>, version: &str) {
    const MANY: i64 = 6;
    let (area, staff) = (county.area, county.staff);
    let (number, version) = (version.parse().expect("a number"), version.to_owned());
    let begin = county.app.app.world.now_millis() + 90 * 86_400_000;
    county.app.write(move |tx| {
        (0..MANY).try_for_each(|at| {
            tx.insert_policy_force(&PolicyForceRow {
                area,
                document: "zhuji-2020-02".to_owned(),
                version: number,
                from_at: begin + at,
                to_at: None,
                decided_by: Some(staff),
                approved_by: None,
            })
        })
    });
    let there = "打开这一版看";
    let page = county.get(VERSIONS);
    assert_eq!(page.matches(there).count(), 1, "{page}");
    let one = county.get(&format!("{VERSIONS}/zhuji-2020-02/{version}"));
    assert_eq!(
        one.contains("id=\"notes\""),
        page.contains("和别的规则放在一起看（"),
        "{one}"
    );
}
