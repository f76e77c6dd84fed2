//! An official's evening in the console: a document brought as files, a value changed, a row
//! switched off, the answers that change agreed to, submitted, approved by another office, and a
//! row suspended; and everything that is not taken.

use crate::policy_version_notes::notes_have_their_own_page;
use crate::support::{Answer, TestApp, demo_on_both};
use axum::http::{Method, StatusCode};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_server::auth::role::Role;
use gatehouse_server::jobs::run_due;
use gatehouse_server::ops::delivered::delivered;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::staff::DemoStaff;

/// Somebody at a desk.
pub struct Desk<'a> {
    pub app: &'a TestApp,
    pub cookie: String,
    pub staff: StaffId,
    pub password: String,
    pub area: AreaId,
}

impl<'a> Desk<'a> {
    fn of(app: &'a TestApp, account: &DemoStaff, area: AreaId) -> Desk<'a> {
        Desk {
            app,
            cookie: app.session(account.id),
            staff: account.id,
            password: account.password.clone(),
            area,
        }
    }

    pub fn path(&self, rest: &str) -> String {
        let path = format!("/areas/{}/policy/{rest}", self.area);
        path.trim_end_matches('/').to_owned()
    }

    pub fn get(&self, rest: &str) -> String {
        let answer = self.app.get(&self.path(rest), &self.cookie);
        assert_eq!(answer.status, StatusCode::OK, "{rest}: {}", answer.body);
        answer.body
    }

    fn none(&self, rest: &str) {
        let answer = self.app.get(&self.path(rest), &self.cookie);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{rest}");
    }

    pub fn form(&self, rest: &str, body: &str) -> Answer {
        self.app.form(&self.path(rest), &self.cookie, body)
    }

    /// Sends files as a browser does, for a new draft.
    pub fn bring(&self, files: &[(&str, &str)]) -> Answer {
        self.bring_to("drafts", files)
    }

    pub fn bring_to(&self, rest: &str, files: &[(&str, &str)]) -> Answer {
        let mut body = String::new();
        for (name, text) in files {
            body.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.toml\"\
                 \r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--b--\r\n");
        let kind = "multipart/form-data; boundary=b";
        let headers = [
            ("content-type", kind),
            ("cookie", self.cookie.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        self.app
            .send(Method::POST, &self.path(rest), &headers, body)
    }

    /// Begins a draft; the rest of its address.
    pub fn begin(&self, files: &[(&str, &str)]) -> String {
        let answer = self.bring(files);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let to = answer.header("location");
        to.strip_prefix(&format!("{}/", self.path("")))
            .expect("its page")
            .to_owned()
    }

    /// A form of a draft at the version that its page shows.
    pub fn change(&self, draft: &str, rest: &str, body: &str) -> Answer {
        let page = self.get(draft);
        let version = between(&page, "name=\"version\" value=\"", "\"");
        self.form(
            &format!("{draft}{rest}"),
            &format!("version={version}&{body}"),
        )
    }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split(after).next().unwrap_or_default()
}

pub fn shipped(file: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/../../policies/zhongxiang-2020-02/{file}.toml");
    std::fs::read_to_string(path).expect("a policy")
}

pub fn desks<'a>(app: &'a TestApp, demo: &'a Demo) -> [Desk<'a>; 2] {
    let of = |role| {
        let mut staff = demo.town.staffing.staff.iter();
        staff.find(|one| one.role == role).expect("one")
    };
    let street = of(Role::StreetCommand);
    // Both about the street: the county speaks for it as well.
    [street, of(Role::CountyCommand)].map(|account| Desk::of(app, account, street.area))
}

pub const VERSIONS: &str = "versions";

#[test]
fn an_officials_evening() {
    demo_on_both(|app, demo| {
        let [street, county] = desks(app, demo);
        let (policy, cases) = (shipped("policy"), shipped("cases"));
        let draft = street.begin(&[("policy", &policy), ("cases", &cases)]);
        let page = street.get(&draft);
        assert!(page.contains("没有问题"), "as delivered: {page}");
        assert!(street.get(VERSIONS).contains(&draft[draft.len() - 32..]));

        // A value: its clause does not say it any more.
        let saved = street.change(&draft, "", "p-entrances_most=2&s-entrances_most=ZX+4");
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let text = street.get(&format!("{draft}/policy.toml"));
        let line = "entrances_most = { value = 2, unit = \"个\", source = \"deployment\" }";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("# --- residents"), "comments stay");

        // Couriers are barred no more: nobody says what becomes of them, and a case changes.
        let off = street.change(&draft, "/row", "row=ZX/courier&off=true");
        assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.body);
        let page = street.get(&draft);
        for words in ["没写到", "配送人员进门", "答案变了的例子", "就要这样"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let from = "from=2020-02-21T07:00";
        let submit = |desk: &Desk<'_>, password: &str| {
            desk.change(&draft, "/submit", &format!("{from}&password={password}"))
        };
        let refused = submit(&street, &street.password);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("2020-02-21T07:00"),
            "what was typed stays"
        );

        tried_as_it_is(&street, &draft);

        // Mended: the row is on again, the document differs by the value alone.
        let on = street.change(&draft, "/row", "row=ZX/courier&off=false");
        assert_eq!(on.status, StatusCode::SEE_OTHER, "{}", on.body);
        assert!(street.get(&draft).contains("没有问题"));
        for (password, code) in [("wrong", "K-PASSWORD"), ("", "K-PASSWORD")] {
            let refused = submit(&street, password);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.body.contains(code), "{code}: {}", refused.body);
        }
        let submitted = submit(&street, &street.password);
        assert_eq!(
            submitted.status,
            StatusCode::SEE_OTHER,
            "{}",
            submitted.body
        );
        let gone = app.get(&street.path(&draft), &street.cookie);
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "it is put away");

        approved_ended_suspended(&street, &county);
    });
}

/// What it would have done: tried as it is, without submitting it.
fn tried_as_it_is(street: &Desk<'_>, draft: &str) {
    let app = street.app;
    let id = &draft[draft.len() - 32..];
    let list = street.get("replays");
    assert!(
        list.contains(&format!("draft/{id}")) && list.contains("（草案）"),
        "{list}"
    );
    let version = between(&list, "<option value=\"", " ");
    let wish = format!("draft={version}+draft/{id}&from=2020-02-17&to=2020-02-19");
    // Of a version that is not there any more nothing is tried.
    let old = street.form("replays", &wish.replace(&format!("={version}+"), "=1+"));
    assert_eq!(old.status, StatusCode::NOT_FOUND);
    let asked = street.form("replays", &wish);
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    app.wait(run_due(&app.app)).expect("the database");
    let page = app.get(asked.header("location"), &street.cookie).body;
    assert!(page.contains("无法得知"), "{page}");
}

/// What follows for a document that waits.
fn approved_ended_suspended(street: &Desk<'_>, county: &Desk<'_>) {
    let page = county.get(VERSIONS);
    assert!(page.contains("等另一单位批"), "{page}");
    // Beside what the program brings along, since nothing of it held there before.
    assert!(
        page.contains("看改了什么") && page.contains("<ins>2 个"),
        "{page}"
    );
    let from_at = between(&page, "name=\"from_at\" value=\"", "\"").to_owned();
    let act = |desk: &Desk<'_>, body: &str| {
        let body = format!(
            "document=zhongxiang-2020-02&password={}&{body}",
            desk.password
        );
        desk.form(VERSIONS, &body)
    };
    let seen = between(&page, "name=\"version\" value=\"", "\"");
    let other = act(county, &format!("act=approve&version=99&from_at={from_at}"));
    assert!(
        other.body.contains("P-NONE"),
        "another text: {}",
        other.body
    );
    let approve = format!("act=approve&version={seen}&from_at={from_at}");
    let own = act(street, &approve);
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(own.body.contains("P-TWO"), "{}", own.body);
    let approved = act(county, &approve);
    assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.body);
    assert!(street.get(VERSIONS).contains("到时生效"));
    let again = act(county, &approve);
    assert!(again.body.contains("P-NONE"), "{}", again.body);

    street.app.later(30 * 86_400_000);
    let [street, county] = [street, county].map(|desk| Desk {
        app: desk.app,
        cookie: desk.app.session(desk.staff),
        password: desk.password.clone(),
        ..*desk
    });
    let (street, county) = (&street, &county);
    assert!(street.get(VERSIONS).contains("生效中"));
    let brake = act(street, "act=suspend&row=ZX/stay-in&reason=harms");
    assert_eq!(brake.status, StatusCode::SEE_OTHER, "{}", brake.body);
    let page = street.get(VERSIONS);
    assert!(page.contains("已暂停的"), "{page}");
    assert!(street.get("").contains("已暂停"));
    for (body, code) in [
        ("act=suspend&row=ZX/stay-in&reason=harms", "P-THERE"),
        ("act=suspend&row=ZX/none&reason=harms", "P-ROW"),
    ] {
        let refused = act(street, body);
        assert!(refused.body.contains(code), "{code}: {}", refused.body);
    }
    let resumed = act(county, "act=resume&row=ZX/stay-in");
    assert_eq!(resumed.status, StatusCode::SEE_OTHER, "{}", resumed.body);
    let page = street.get(VERSIONS);
    assert!(
        page.contains("以前暂停过的") && !page.contains("已暂停的"),
        "{page}"
    );
    let none = act(street, "act=end&from_at=1");
    assert!(none.body.contains("P-NONE"), "{}", none.body);
    let over = street.get(VERSIONS).matches("已结束").count();
    let ended = act(street, &format!("act=end&from_at={from_at}"));
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.body);
    let page = street.get(VERSIONS);
    assert_eq!(page.matches("已结束").count(), over + 1, "{page}");
}

#[test]
fn what_is_not_taken_keeps_what_was_typed_and_changes_nothing() {
    demo_on_both(|app, demo| {
        let [street, county] = desks(app, demo);
        let (policy, cases) = (shipped("policy"), shipped("cases"));
        let draft = street.begin(&[("policy", &policy), ("cases", &cases)]);
        for (body, code, kept) in [
            ("p-rest_minutes=-1", "D-NUMBER", "value=\"-1\""),
            ("p-rest_minutes=NaN", "D-NUMBER", "value=\"NaN\""),
            (
                "p-rest_minutes=%EF%BC%91%EF%BC%95",
                "D-NUMBER",
                "value=\"１５\"",
            ),
            (
                "ends=2019-01-01T00:00",
                "D-TEXT",
                "value=\"2019-01-01T00:00\"",
            ),
            ("ends=tomorrow", "D-TIME", "value=\"tomorrow\""),
            ("review=%3Cb%3E", "D-TIME", "value=\"&#60;b&#62;\""),
        ] {
            let refused = street.change(&draft, "", body);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert!(refused.body.contains(code), "{body}: {}", refused.body);
            assert!(refused.body.contains(kept), "{body}: {}", refused.body);
        }
        for (rest, body) in [("/row", "row=ZX/none&off=true"), ("/case", "case=none")] {
            let refused = street.change(&draft, rest, body);
            assert!(refused.body.contains("D-ENTRY"), "{}", refused.body);
        }
        // Two at one draft: the second is told, and sees what they typed.
        assert_eq!(
            street.change(&draft, "", "p-rest_minutes=20").status,
            StatusCode::SEE_OTHER
        );
        let late = county.form(&draft, "version=1&p-rest_minutes=25");
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.body.contains("value=\"25\""), "{}", late.body);
        assert_eq!(
            street
                .get(&format!("{draft}/policy.toml"))
                .matches("value = 20,")
                .count(),
            1
        );
        for rest in ["drafts/00", "drafts/zz", &format!("{draft}/other")] {
            let answer = app.get(&street.path(rest), &street.cookie);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{rest}");
        }
        for rest in ["/drop", "/submit"] {
            let body = format!(
                "version=1&from=2020-02-21T07:00&password={}",
                street.password
            );
            let late = street.form(&format!("{draft}{rest}"), &body);
            assert_eq!(late.status, StatusCode::CONFLICT, "{rest}: {}", late.body);
        }
        let dropped = street.change(&draft, "/drop", "");
        assert_eq!(dropped.status, StatusCode::SEE_OTHER);
    });
}

/// Proposes a draft until a day of its own; from when, as the page of versions has it.
fn propose(street: &Desk<'_>, draft: &str) -> String {
    let body = |until: &str| {
        let password = &street.password;
        format!("from=2020-02-21T07:00&until={until}&password={password}")
    };
    for (until, code) in [("soon", "D-TIME"), ("2020-02-21T06:59", "P-TIME")] {
        let refused = street.change(draft, "/submit", &body(until));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{until}");
        assert!(refused.body.contains(code), "{until}: {}", refused.body);
    }
    let answer = street.change(draft, "/submit", &body("2020-03-21T07:00"));
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let page = street.get(VERSIONS);
    assert!(page.contains("3月21日"), "its end: {page}");
    between(&page, "name=\"from_at\" value=\"", "\"").to_owned()
}

#[test]
fn a_draft_begins_from_what_is_brought_along_and_a_proposal_is_one_again() {
    demo_on_both(|app, demo| {
        let [street, county] = desks(app, demo);
        // Of what the program brings along, none of another place.
        let page = street.get(VERSIONS);
        for value in ["zhuji-2020-02 0", "henan-2020-02 1"] {
            assert!(
                page.contains(&format!("value=\"{value}\"")),
                "{value}: {page}"
            );
        }
        nothing_is_offered_that_holds_above(&street, demo);
        for kept in ["none 0", "henan-2020-02 7", "henan-2020-02 x"] {
            let refused = street.bring(&[("kept", kept)]);
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{kept}");
        }
        let draft = street.begin(&[("kept", "zhuji-2020-02 0")]);
        let page = street.get(&draft);
        assert!(
            page.contains("没有问题") && page.contains("没有差别"),
            "{page}"
        );

        let edited = files_come_back(&street, &draft, &page);

        // Proposed, taken back, proposed anew for the same moment.
        let from_at = propose(&street, &draft);
        let withdraw = format!("act=withdraw&document=zhuji-2020-02&from_at={from_at}");
        let taken = street.form(VERSIONS, &withdraw);
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
        let again = street.form(VERSIONS, &withdraw);
        assert!(again.body.contains("P-NONE"), "{}", again.body);
        let page = street.get(VERSIONS);
        let draft = format!("drafts/{}", between(&page, "/policy/drafts/", "\""));
        assert_eq!(street.get(&format!("{draft}/policy.toml")), edited);
        assert_eq!(propose(&street, &draft), from_at);
        let page = county.get(VERSIONS);
        let seen = between(&page, "name=\"version\" value=\"", "\"");
        assert!(
            page.contains("名称（英文）"),
            "who approves sees all: {page}"
        );
        let approve = format!(
            "act=approve&version={seen}&document=zhuji-2020-02&from_at={from_at}&password={}",
            county.password
        );
        let approved = county.form(VERSIONS, &approve);
        assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.body);
        notes_have_their_own_page(&county, seen);
        let late = street.form(VERSIONS, &withdraw);
        assert!(
            late.body.contains("P-NONE"),
            "what is approved stays: {}",
            late.body
        );
        versions_are_compared(&street, &edited);
    });
}

/// Below the street its document holds as well: a second one would never be taken.
fn nothing_is_offered_that_holds_above(street: &Desk<'_>, demo: &Demo) {
    let below = Desk {
        cookie: street.cookie.clone(),
        password: street.password.clone(),
        area: demo.town.streets.areas.last().expect("a place").id,
        ..*street
    };
    let page = below.get(VERSIONS);
    assert!(page.contains("value=\"zhuji-2020-02 0\""), "{page}");
    assert!(!page.contains("value=\"henan-2020-02 "), "{page}");
}

/// The first version that a place made of a delivered document, beside the delivered one.
fn versions_are_compared(street: &Desk<'_>, text: &str) {
    let page = street.get(VERSIONS);
    let link = between(&page, "/policy/versions/zhuji-2020-02/", "\"");
    let one = format!("{VERSIONS}/zhuji-2020-02/{link}");
    let page = street.get(&one);
    assert!(page.contains("从随程序带来的到第 "), "{page}");
    assert!(page.contains("value=\"0\" selected"), "{page}");
    let (_, compared) = page.split_once("从随程序带来的到第 ").expect("compared");
    let [was, is] = ["del", "ins"].map(|mark| between(compared, &format!("<{mark}>"), "<"));
    assert!(was.contains('1') && is.contains('5'), "{was} {is}");
    assert_eq!(street.get(&format!("{one}/policy.toml")), text);
    let cases = delivered("zhuji-2020-02").expect("delivered").cases;
    assert_eq!(street.get(&format!("{one}/cases.toml")), cases);
    // What the program brings along has a page as well; what it would be compared with is newer.
    let page = street.get(&format!("{VERSIONS}/zhuji-2020-02/0?beside={link}"));
    assert!(page.contains("从随程序带来的到第 "), "{page}");
    for lost in [
        "zhuji-2020-02/99",
        "zhuji-2020-02/x",
        "no-such/1",
        "no-such/0",
    ] {
        street.none(&format!("{VERSIONS}/{lost}"));
    }
    street.none(&format!("{one}/notes.toml"));
}

/// Files that were edited elsewhere come back; the text of the document as it is then.
fn files_come_back(street: &Desk<'_>, draft: &str, page: &str) -> String {
    let version = between(page, "name=\"version\" value=\"", "\"").to_owned();
    let text = street.get(&format!("{draft}/policy.toml"));
    let edited = text.replacen("version = 1", "version = 5", 1);
    let edited = edited.replacen("\", en = \"", "\", en = \"New: ", 1);
    let files = |policy: &str, version: &str| {
        street.bring_to(
            &format!("{draft}/files"),
            &[("policy", policy), ("version", version)],
        )
    };
    assert_eq!(
        files("= 1", &version).status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(files(&edited, "77").status, StatusCode::CONFLICT);
    assert_eq!(files("", &version).status, StatusCode::UNPROCESSABLE_ENTITY);
    let taken = files(&edited, &version);
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert_eq!(street.get(&format!("{draft}/policy.toml")), edited);
    edited
}
