//! An e-mail address is typed by an office, checked, masked everywhere, and opens by a purpose.

use crate::gate::cookie;
use crate::passes::{community, read};
use crate::resident::{opened, somebody};
use crate::support::demo_on_both;
use axum::http::StatusCode;
use gatehouse_store::Shard;

const EMAIL: &str = "wang.hua@example.com";

#[test]
fn an_email_is_typed_checked_masked_and_opened_for_a_purpose() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 3);
        let person = who.person;
        let (grid, resident) = (cookie(app, demo, "grid1"), opened(app, demo, &who));
        let path = format!("/areas/{}/persons/{person}", community(demo));
        let save = |fields: &str| {
            let version = read(app, move |tx| {
                Ok(tx.person(Shard(1), person)?.expect("kept").version)
            });
            let form = format!("key={version}&{fields}");
            app.form(&format!("{path}/edit"), &grid, &form)
        };
        for wrong in ["wang", "wang@", "wang@example", "a%0D%0Ab@example.com"] {
            let refused = save(&format!("email={wrong}"));
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.body.contains("不像电子邮箱"), "{}", refused.body);
        }
        assert_eq!(
            save(&format!("email={EMAIL}")).status,
            StatusCode::SEE_OTHER
        );
        for page in [path.clone(), format!("{path}/edit")] {
            assert!(!app.get(&page, &grid).body.contains(EMAIL), "{page}");
        }
        // What else is edited leaves it alone; an old form shows both, the kept one masked.
        assert_eq!(save("name=&phone=").status, StatusCode::SEE_OTHER);
        let stale = app.form(&format!("{path}/edit"), &grid, "key=1&email=w@example.com");
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.body.contains("w***@***.com"), "{}", stale.body);
        assert!(!stale.body.contains(EMAIL), "{}", stale.body);
        let asked = "purpose=deliver_goods&email=true";
        let plain = app.form(&format!("{path}/plain"), &grid, asked);
        assert!(plain.body.contains(EMAIL), "{}", plain.body);
        let own = app.get("/my/data", &resident).body;
        assert!(own.contains(EMAIL), "{own}");
        assert!(
            app.get("/my/requests", &resident)
                .body
                .contains("value=\"email\"")
        );
        assert_eq!(save("without_email=true").status, StatusCode::SEE_OTHER);
        let own = app.get("/my/data", &resident).body;
        assert!(!own.contains(EMAIL), "{own}");
    });
}
