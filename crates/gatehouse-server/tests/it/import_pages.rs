//! Imports in the console: a sheet goes up, is matched, tried out, written and taken back.

use crate::support::{Answer, TestApp};
use axum::http::{Method, StatusCode};
use gatehouse_server::auth::role::Role;
use gatehouse_server::jobs::run_due;
use gatehouse_server::sheet::{FILE_BYTES_MOST, Table};
use std::ops::ControlFlow;

const LEDGER: &str = "楼号,单元,门牌,姓名,身份证号,自住/出租,籍贯\n\
    999,1,101,王华,440308199901101512,自住,某地\n\
    999,1,102,李娜,4.40308E+17,,\n\
    999,1,103,赵国,,租,\n";

struct Office {
    app: TestApp,
    cookie: String,
    guard: String,
    list: String,
}

impl Office {
    fn new() -> Office {
        let (app, demo) = TestApp::demo();
        let compound = demo.town.streets.gates[0].compound;
        let of = |role: Role| {
            let mut staff = demo.town.staffing.staff.iter();
            staff
                .find(|staff| staff.role == role)
                .expect("the demo has one")
                .id
        };
        Office {
            cookie: app.session(of(Role::CommunityOffice)),
            guard: app.session(of(Role::Guard)),
            list: format!("/areas/{compound}/import"),
            app,
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.app.get(path, &self.cookie)
    }

    fn upload(&self, name: &str, text: &str) -> Answer {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{text}\r\n--b--\r\n"
        );
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "multipart/form-data; boundary=b"),
        ];
        self.app.send(Method::POST, &self.list, &headers, body)
    }

    fn act(&self, path: &str, form: &str) -> Answer {
        let answer = self.app.form(path, &self.cookie, form);
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{form}: {}",
            answer.body
        );
        self.app.wait(run_due(&self.app.app)).expect("the database");
        answer
    }
}

#[test]
fn a_sheet_goes_through_the_console() {
    let office = Office::new();
    let empty = office.get(&office.list);
    assert_eq!(empty.status, StatusCode::OK, "{}", empty.body);
    assert!(empty.body.contains("这里还没有导过台账。"));

    let answer = office.upload("锦绣苑台账.csv", LEDGER);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let run = answer.header("location").to_owned();
    let page = office.get(&run).body;
    assert!(
        page.contains("锦绣苑台账.csv") && page.contains("（不读）"),
        "{page}"
    );
    assert!(!page.contains("王华") && !page.contains("某地"), "{page}");

    office.act(&run, "act=map&column-3=name");
    let page = office.get(&format!("{run}?problem=map")).body;
    assert!(page.contains("还没对上姓名，或没对上房号"), "{page}");
    let mapped = "act=map&remember=1&column-0=building&column-1=unit&column-2=room&column-3=name\
        &column-4=document&column-5=basis&column-6=care";
    office.act(&run, mapped);
    let page = office.get(&run).body;
    assert!(page.contains("试读完了，什么都还没写进去"), "{page}");
    assert!(page.contains("D3") || page.contains("E3"), "{page}");
    assert!(
        page.contains("先导进 2 行") && page.contains("4.40308E+17"),
        "{page}"
    );

    office.act(&run, "act=fix&fix-3-4=11010519491231002x");
    assert!(office.get(&run).body.contains("先导进 3 行"));
    let faults = office.get(&format!("{run}/faults.xlsx"));
    assert_eq!(faults.status, StatusCode::OK);
    office.act(&run, "act=begin");
    office.act(&run, "act=begin");
    let page = office.get(&run).body;
    assert!(
        page.contains("导好了") && page.contains("先看撤回会怎样"),
        "{page}"
    );

    // The whole register goes out and comes in again without a difference.
    let ledger = office.get(&format!("{}/ledger.xlsx", office.list));
    assert_eq!(ledger.status, StatusCode::OK);
    let table = Table::open("ledger.xlsx", ledger.bytes).expect("a workbook");
    let rows = rows_of(table);
    assert!(rows.len() > 100, "{}", rows.len());
    assert!(rows.iter().any(|row| row.contains(&"王华".to_owned())));

    let page = office.get(&format!("{run}?look=1")).body;
    assert!(page.contains("新加的 3 人会去掉"), "{page}");
    office.act(&run, "act=undo");
    let page = office.get(&run).body;
    assert!(
        page.contains("已撤回") && page.contains("去掉了 3 人"),
        "{page}"
    );
    assert!(office.get(&office.list).body.contains("锦绣苑台账.csv"));
}

fn rows_of(mut table: Table) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let read = table.each_row(0, &mut |_, cells| {
        rows.push(cells.iter().map(|cell| cell.text().into_owned()).collect());
        ControlFlow::Continue(())
    });
    read.expect("reads");
    rows
}

#[test]
fn what_is_wrong_is_said_on_the_page_and_nothing_is_kept() {
    let office = Office::new();
    let table = [
        ("a.xlsx", LEDGER, "文件名是表格，里面是文字"),
        ("a.csv", "", "文件是空的"),
        ("a.csv", "姓名,房号\n", "只有表头，下面没有人"),
        ("a.pdf", "%PDF-1.7", "这不是表格"),
    ];
    for (name, text, expected) in table {
        let answer = office.upload(name, text);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(expected), "{name}: {}", answer.body);
    }
    let large = "a,b\n".repeat(FILE_BYTES_MOST / 4 + 1);
    let answer = office.upload("a.csv", &large);
    assert!(answer.body.contains("文件超过 20 MB"), "{}", answer.body);
    // Said beforehand, it is not even read.
    let headers = [
        ("cookie", office.cookie.as_str()),
        ("content-length", "99999999"),
    ];
    let answer = office.app.send(Method::POST, &office.list, &headers, "");
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        office
            .get(&office.list)
            .body
            .contains("这里还没有导过台账。")
    );
    let nothing = office.app.form(&office.list, &office.cookie, "");
    assert!(nothing.body.contains("请先选一个文件"), "{}", nothing.body);
    // Other forms keep their own limit.
    let form = "a=".to_owned() + &"x".repeat(3 << 20);
    let answer = office.app.form("/look", &office.cookie, &form);
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn an_import_belongs_to_its_compound_and_to_those_who_may() {
    let office = Office::new();
    let run = office.upload("a.csv", LEDGER).header("location").to_owned();
    let (_, id) = run.rsplit_once('/').expect("a path");
    for path in [&run, &office.list, &format!("{}/ledger.xlsx", office.list)] {
        assert_eq!(
            office.app.get(path, &office.guard).status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    for wrong in ["0", "zz", "00000000000000000000000000000001"] {
        let path = format!("{}/{wrong}", office.list);
        assert_eq!(office.get(&path).status, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(id.len(), 32);
    let template = office.get(&format!("{}/template.xlsx", office.list));
    assert_eq!(template.status, StatusCode::OK);
    assert!(Table::open("t.xlsx", template.bytes).is_ok());
}
