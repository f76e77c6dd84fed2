//! Places in the console: areas, the one gate, closed openings (GATE-1, GATE-13).

use crate::support::{COMMUNITY, COMPOUND, GATE, NEXT_COMPOUND, TestApp, on_both, percent};
use axum::http::StatusCode;
use gatehouse_core::id::AreaId;
use gatehouse_server::ops::keep_contacts::contacts_for_poster;
use gatehouse_store::{Shard, StoreError};

fn office(app: &TestApp) -> String {
    app.session(app.staff("office", "community_office", COMMUNITY))
}

fn post(app: &TestApp, cookie: &str, area: AreaId, body: &str) -> (StatusCode, String) {
    let answer = app.form(&format!("/areas/{area}/places"), cookie, body);
    (answer.status, answer.body)
}

#[test]
fn whether_a_gate_blocks_a_public_road_is_looked_at_by_gate_13() {
    on_both(|app| {
        let cookie = office(app);
        let path = format!("/areas/{COMPOUND}/places");
        let today = |cookie: &str| app.get(&format!("/areas/{COMMUNITY}/today"), cookie).body;
        assert!(app.get(&path, &cookie).body.contains("还没有人查过"));
        assert!(today(&cookie).contains("幸福里：门岗 1 处该查占不占路"));
        let seen = |number: char, what: &str| {
            let id = number.to_string().repeat(32);
            let body = format!("act=look&id={GATE}&look={id}&{what}");
            post(app, &cookie, COMPOUND, &body)
        };
        // Nothing is chosen for anybody.
        for unsaid in ["", "road=good", "wide=good", "road=good&wide=maybe"] {
            let (status, body) = seen('a', unsaid);
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{unsaid}");
            assert!(body.contains("请先选"), "{body}");
        }
        let bad = [(); 2].map(|()| seen('a', "road=bad&wide=good").0);
        assert_eq!(bad, [StatusCode::SEE_OTHER; 2]);
        let page = app.get(&path, &cookie).body;
        for said in ["2020-02-19", "占了", "请改好再查", "office"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(today(&cookie).contains("门岗 1 处占路或超出范围"));
        app.later(60_000);
        assert_eq!(seen('b', "road=good&wide=good").0, StatusCode::SEE_OTHER);
        let page = app.get(&path, &cookie).body;
        assert!(
            page.contains("没有占") && !page.contains("请改好再查"),
            "{page}"
        );
        assert!(!today(&cookie).contains("幸福里：门岗"));
        // A week later it is due again; on record it is once for each look.
        app.later(8 * 86_400_000);
        let cookie = office_again(app);
        assert!(app.get(&path, &cookie).body.contains("该查门口了"));
        assert!(today(&cookie).contains("幸福里：门岗 1 处该查占不占路"));
        let looks = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let mut looks = 0;
            for head in tx.audit_heads(Shard(1))? {
                let entries = tx.audit_entries(Shard(1), head.writer, 0, 100_000)?;
                looks += entries.iter().filter(|one| one.kind == "gate.look").count();
            }
            Ok(looks)
        });
        assert_eq!(looks.expect("reads"), 2);
        // Nobody of elsewhere.
        let other = format!(
            "act=look&id={GATE}&look={}&road=good&wide=good",
            "c".repeat(32)
        );
        let answer = app.form(&format!("/areas/{NEXT_COMPOUND}/places"), &cookie, &other);
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_compound_has_one_open_gate() {
    on_both(|app| {
        let cookie = office(app);
        let second = format!(
            "act=gate&id={}&name=West&phone=1&state=open",
            "b".repeat(32)
        );
        let (status, body) = post(app, &cookie, COMPOUND, &second);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            body.contains("已经有一个开着的门岗") && body.contains("“West”"),
            "{body}"
        );
        let ended = format!("act=gate&id={GATE}&version=1&name=East&phone=1&state=ended");
        assert_eq!(
            post(app, &cookie, COMPOUND, &ended).0,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            post(app, &cookie, COMPOUND, &second).0,
            StatusCode::SEE_OTHER
        );
        // The double click and the stale page.
        assert_eq!(
            post(app, &cookie, COMPOUND, &second).0,
            StatusCode::SEE_OTHER
        );
        let (status, body) = post(app, &cookie, COMPOUND, &ended);
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(
            body.contains("别人刚刚改过") && body.contains("West") && body.contains("“已停用”"),
            "both: {body}"
        );
        let gates = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let shard = tx.shards()?[0];
            tx.gates_of_area(shard, COMPOUND)
        });
        let open = gates
            .expect("reads")
            .into_iter()
            .filter(|row| row.state == "open");
        assert_eq!(open.map(|row| row.name).collect::<Vec<_>>(), ["West"]);
    });
}

#[test]
fn a_community_sees_how_the_border_of_each_compound_stands() {
    on_both(|app| {
        let cookie = office(app);
        let border = |app: &TestApp| {
            let page = app.get(&format!("/areas/{COMMUNITY}/places"), &cookie).body;
            let line = page.split(&format!("/areas/{COMPOUND}/places\"")).nth(1);
            let line = line.expect("the compound is listed");
            line.split("</li>").next().expect("its end").to_owned()
        };
        let line = border(app);
        for word in ["物业公司", "门岗：东门", "封闭口 0 处"] {
            assert!(line.contains(word), "{word}: {line}");
        }
        let opening = format!(
            "act=opening&id={}&name=North&closed_by=seal",
            "c".repeat(32)
        );
        let exit = format!("act=opening&id={}&name=E&closed_by=tape", "d".repeat(32));
        post(app, &cookie, COMPOUND, &opening);
        post(
            app,
            &cookie,
            COMPOUND,
            &format!("{exit}&fire_exit=1&from_inside=1"),
        );
        let gate = format!("act=gate&id={GATE}&version=1&name=East&phone=1&state=suspended");
        post(app, &cookie, COMPOUND, &gate);
        let line = border(app);
        for word in ["没有开着的门岗", "封闭口 2 处", "消防通道 1 处该去看了"] {
            assert!(line.contains(word), "{word}: {line}");
        }
    });
}

#[test]
fn a_fire_exit_opens_from_inside_and_is_looked_at_by_gate_1() {
    on_both(|app| {
        let cookie = office(app);
        let exit = format!(
            "act=opening&id={}&name=North&closed_by=seal&fire_exit=1",
            "c".repeat(32)
        );
        let (status, body) = post(app, &cookie, COMPOUND, &exit);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("从里面推开"), "{body}");
        let opens = format!("{exit}&from_inside=1");
        assert_eq!(
            post(app, &cookie, COMPOUND, &opens).0,
            StatusCode::SEE_OTHER
        );
        let path = format!("/areas/{COMPOUND}/places");
        assert!(app.get(&path, &cookie).body.contains("该去看了"));
        // Today says so wherever the compound is seen from, and leads there.
        let said = |cookie: &str| {
            let pages = [COMPOUND, COMMUNITY].map(|area| {
                let page = app.get(&format!("/areas/{area}/today"), cookie).body;
                let is_said = page.contains("消防通道 1 处该去看了");
                let link = format!("class=\"b s\" href=\"{path}\"");
                assert_eq!(is_said, page.contains(&link), "{page}");
                is_said
            });
            assert_eq!(pages[0], pages[1]);
            pages[0]
        };
        assert!(said(&cookie));
        let look = format!(
            "act=look&id={GATE}&look={}&road=good&wide=good",
            "d".repeat(32)
        );
        assert_eq!(post(app, &cookie, COMPOUND, &look).0, StatusCode::SEE_OTHER);
        let check = format!("act=check&id={}", "c".repeat(32));
        assert_eq!(
            post(app, &cookie, COMPOUND, &check).0,
            StatusCode::SEE_OTHER
        );
        let page = app.get(&path, &cookie).body;
        assert!(
            !page.contains("该去看了") && page.contains("2020-02-19"),
            "{page}"
        );
        assert!(!said(&cookie));
        app.later(8 * 86_400_000);
        let cookie = office_again(app);
        assert!(app.get(&path, &cookie).body.contains("该去看了") && said(&cookie));
        assert_eq!(
            post(app, &cookie, COMMUNITY, &check).0,
            StatusCode::NOT_FOUND
        );
    });
}

fn office_again(app: &TestApp) -> String {
    let found = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(|tx| tx.staff_by_login("office"));
    app.session(found.expect("reads").expect("an account").staff)
}

#[test]
fn areas_are_added_changed_and_ended() {
    on_both(|app| {
        let cookie = office(app);
        let id = "d".repeat(32);
        let add = |more: &str| format!("act=area-add&id={id}&{more}");
        let refused = [
            ("name=New&level=compound", "由谁管理"),
            ("name=+&level=compound&manager=property", "空的"),
            ("name=New&level=county", "不能放在"),
        ];
        for (more, reason) in refused {
            let (status, body) = post(app, &cookie, COMMUNITY, &add(more));
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{more}");
            assert!(body.contains(reason), "{more}: {body}");
        }
        let added = add("name=New&level=compound&manager=ownerless");
        assert_eq!(
            post(app, &cookie, COMMUNITY, &added).0,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            post(app, &cookie, COMMUNITY, &added).0,
            StatusCode::SEE_OTHER
        );
        let new = AreaId::parse(&id).expect("an id");
        let end = "act=area-change&version=1&name=Newer&manager=ownerless&state=ended";
        assert_eq!(post(app, &cookie, new, end).0, StatusCode::SEE_OTHER);
        let ended = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.area(new));
        let ended = ended.expect("reads").expect("an area");
        assert!(
            ended.name == "Newer" && ended.ended_on.is_some(),
            "{ended:?}"
        );
        // What lies in it goes first.
        let (status, body) = post(
            app,
            &cookie,
            COMMUNITY,
            "act=area-change&version=1&name=C&state=ended",
        );
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    });
}

#[test]
fn what_a_gate_names_is_written_once_for_each_version() {
    on_both(|app| {
        let cookie = office(app);
        let body = format!("act=place&id={GATE}&version=0&goods=SHELF&lead=8000123");
        assert_eq!(post(app, &cookie, COMPOUND, &body).0, StatusCode::SEE_OTHER);
        let page = app.get(&format!("/areas/{COMPOUND}/places"), &cookie).body;
        assert!(page.contains("SHELF") && page.contains("8000123"), "{page}");
        let late = body.replace("SHELF", "OTHER");
        let (status, page) = post(app, &cookie, COMPOUND, &late);
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(
            page.contains("OTHER") && page.contains("SHELF"),
            "both: {page}"
        );
        let long = format!("act=place&id={GATE}&version=1&goods={}", "x".repeat(25));
        let (status, _) = post(app, &cookie, COMPOUND, &long);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            post(app, &cookie, COMMUNITY, &late).0,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn who_answers_is_kept_as_a_list_and_printed_on_the_poster() {
    on_both(|app| {
        let cookie = office(app);
        let path = format!("/areas/{COMPOUND}/contacts");
        let form = |mark: &str, lines: &[[&str; 3]]| {
            let lines = lines.iter().map(|line| {
                let [post, name, phone] = line.map(percent);
                format!("&post={post}&name={name}&phone={phone}")
            });
            let lines: String = lines.collect();
            app.form(&path, &cookie, &format!("mark={mark}{lines}"))
        };
        let mark = || crate::resident::hidden(&app.get(&path, &cookie), "mark");
        let first = mark();
        for wrong in [
            ["书记", "李四", ""],
            ["", "李四", "0371-5550101"],
            ["书记", "李四", "12"],
            ["书记", "李\u{202e}四", "0371-5550101"],
            ["书记", "李四", "=cmd|x"],
            [&"书记".repeat(13), "李四", "0371-5550101"],
            // Each is short enough, both together would not be read on the poster.
            [&"书记".repeat(7), &"李四".repeat(4), "0371-5550101"],
        ] {
            let answer = form(&first, &[wrong]);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        }
        let list = [
            ["网格员", "李四", "0371-5550101"],
            ["社区热线", "", "12345"],
        ];
        for _twice_is_once in 0..2 {
            assert_eq!(form(&first, &list).status, StatusCode::SEE_OTHER);
        }
        // Somebody else had the page open: both are shown.
        let stale = form(&first, &[["书记", "王五", "0371-5550102"]]);
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(
            stale.body.contains("王五") && stale.body.contains("李四"),
            "{}",
            stale.body
        );
        let above = format!("/areas/{COMMUNITY}/contacts");
        let above_mark = crate::resident::hidden(&app.get(&above, &cookie), "mark");
        let body = format!("mark={above_mark}&post={}&name=&phone=110", percent("民警"));
        assert_eq!(
            app.form(&above, &cookie, &body).status,
            StatusCode::SEE_OTHER
        );
        let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            contacts_for_poster(tx, Shard(1), &[COMMUNITY, COMPOUND])
        });
        let posts: Vec<String> = read
            .expect("reads")
            .into_iter()
            .map(|one| one.post)
            .collect();
        assert_eq!(
            posts,
            ["网格员", "社区热线", "民警"],
            "the compound's own first"
        );
        let guard = app.session(app.staff("guard", "guard", COMPOUND));
        assert_eq!(
            app.form(&path, &guard, "mark=").status,
            StatusCode::FORBIDDEN
        );
    });
}
