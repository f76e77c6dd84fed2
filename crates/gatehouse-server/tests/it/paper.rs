//! What is printed is rendered as a printer would, and its codes are scanned.

use crate::rendered::{self, Shade};
use crate::support::START;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_core::measure::{Stage, StageSpell};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{PassBand, PassKind, to_text};
use gatehouse_core::policy::answers::Place;
use gatehouse_core::policy::{compile, read};
use gatehouse_core::wire::Span;
use gatehouse_server::auth::access::AreaInScope;
use gatehouse_server::ops::make_board::{Hanging, make_board};
use gatehouse_server::ops::read_policies::Rules;
use gatehouse_server::ops::read_rules_here::RulesHere;
use gatehouse_server::ops::read_stages::stages_at;
use gatehouse_server::paper::board::{Board, Look};
use gatehouse_server::paper::card::{Card, HEIGHT, WIDTH};
use gatehouse_server::paper::guard_card::guard_card;
use gatehouse_server::paper::poster::poster;
use gatehouse_server::paper::sheet::{Backs, Margin, cards, corner, sheets};
use gatehouse_server::paper::slip::{Slip, slips};
use gatehouse_server::paper::{FontShelf, Fonts};
use gatehouse_store::Shard;
use gatehouse_store::area_contact::AreaContact;
use gatehouse_store::gate::GateRow;
use std::sync::Arc;

fn fonts() -> Option<Arc<Fonts>> {
    let found = FontShelf::default().take();
    if found.is_err() {
        eprintln!("SKIPPED: no font with Chinese characters; install fonts-noto-cjk");
    }
    found.ok()
}

/// Bytes as long as a credential, different for each card.
fn code(number: usize, bytes: usize) -> String {
    let mut credential = vec![0x5a; bytes];
    credential[..8].copy_from_slice(&(number as u64).to_be_bytes());
    to_text("gatehouse.example", &credential)
}

fn card(number: usize, name: &str, kind: PassKind) -> Card {
    Card {
        lang: Lang::Zh,
        place: "锦绣苑".to_owned(),
        kind,
        band: [PassBand::White, PassBand::Blue, PassBand::Yellow][number % 3],
        name: name.to_owned(),
        sex: "女".to_owned(),
        address: "3 栋 2 单元 302".to_owned(),
        document: "证件 **********4426".to_owned(),
        number: format!("0RVK{number}-4G7Q2"),
        until: "2026-12-31".to_owned(),
        phone: "值班 555 0147".to_owned(),
        call: "555 0147".to_owned(),
        has_hint: false,
        photo: None,
        code: code(number, 127),
    }
}

fn margin() -> Margin {
    Margin {
        lang: Lang::Zh,
        place: "锦绣苑".to_owned(),
        printed_by: "罗*琴".to_owned(),
        printed_at: "11月22日 10:05".to_owned(),
    }
}

const KINDS: [PassKind; 8] = [
    PassKind::Resident,
    PassKind::TemporaryResident,
    PassKind::Worker,
    PassKind::Errand,
    PassKind::Visitor,
    PassKind::Vehicle,
    PassKind::Slip,
    PassKind::Helper,
];

fn ten() -> Vec<Card> {
    let names = [
        "刘秀英",
        "𬱖㳇䶮",
        "买买提·阿木提·吐尔逊江·阿卜杜热合曼",
        "Maximilian-Alexander Schwarzenbach-Wolfeschlegel",
        "欧阳若兰",
        "王\u{323B0}华",
        "钱桂香",
        "Nguyễn Văn An",
        "阿卜杜热西提·买买提依明",
        "赵志国",
    ];
    let mut cards: Vec<Card> = names
        .iter()
        .enumerate()
        .map(|(at, name)| card(at, name, KINDS[at % KINDS.len()]))
        .collect();
    cards[4].address = "新城国际花园三期东区 128 栋 12 单元 2806-2 内室靠南".to_owned();
    cards[4].code = code(4, 160);
    cards[7].document = "证件 3401 2219 9306 1544 26".to_owned();
    cards
}

#[test]
fn every_code_of_a_sheet_is_read_from_the_rendered_page_also_in_grey() {
    let Some(fonts) = fonts() else { return };
    let ten = ten();
    let pdf = sheets(&ten, &margin(), Backs::Behind, &fonts).expect("a sheet");
    rendered::keep("sheet.pdf", &pdf);
    let mut printed: Vec<String> = ten.iter().map(|card| card.code.clone()).collect();
    printed.sort_unstable();
    for shade in [Shade::Colour, Shade::Grey] {
        // As a poor printer gives it, the whole sheet before the camera.
        let Some(pages) = rendered::pages(&pdf, 150, shade) else {
            return;
        };
        assert_eq!(pages.len(), 2);
        if let Some(read) = pages[0].codes_by_zbar() {
            assert_eq!(read, printed, "{shade:?}");
            assert!(pages[1].codes_by_zbar().expect("read before").is_empty());
        }
        // Card by card with another reader, which also tells how large each code is.
        let pages = rendered::pages(&pdf, 300, shade).expect("rendered before");
        for (place, card) in ten.iter().enumerate() {
            let (x, y) = corner(place % 2, place / 2);
            let codes = pages[0].codes_in(x, y, WIDTH, HEIGHT);
            let read: Vec<&str> = codes.iter().map(|code| code.text.as_str()).collect();
            assert_eq!(read, [card.code.as_str()], "{place} {shade:?}");
            assert!(codes[0].side_mm >= 25.0, "{} mm", codes[0].side_mm);
        }
    }
}

#[test]
fn the_text_of_a_sheet_can_be_taken_out_again() {
    let Some(fonts) = fonts() else { return };
    let pdf = sheets(&ten(), &margin(), Backs::None, &fonts).expect("a sheet");
    let Some(text) = rendered::text(&pdf) else {
        return;
    };
    let bare: String = text.split_whitespace().collect();
    for name in ["刘秀英", "𬱖㳇䶮", "买买提·阿木提", "NguyễnVănAn"] {
        assert!(bare.contains(name), "{name}: {text}");
    }
    assert!(bare.contains("请照身份证手写：U+323B0"), "{text}");
    assert!(!text.contains("…"), "nothing was cut: {text}");
}

#[test]
fn a_slip_is_read_and_a_card_has_its_size() {
    let Some(fonts) = fonts() else { return };
    let slip = Slip {
        lang: Lang::Zh,
        place: "锦绣苑".to_owned(),
        door: Some("3 栋 2 单元 302".to_owned()),
        number: "0RVK7-4G7Q2".to_owned(),
        until: "11月22日 18:00".to_owned(),
        phone: "555 0147".to_owned(),
        code: code(77, 100),
    };
    let pdf = slips(std::slice::from_ref(&slip), &fonts, Lang::Zh).expect("a slip");
    rendered::keep("slip.pdf", &pdf);
    let Some(pages) = rendered::pages(&pdf, 150, Shade::Grey) else {
        return;
    };
    let codes = pages[0].codes();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].text, slip.code);
    let card = card(1, "刘秀英", PassKind::Resident);
    let pdf = cards(std::slice::from_ref(&card), &fonts, Lang::Zh).expect("a card");
    let pages = rendered::pages(&pdf, 300, Shade::Grey).expect("rendered before");
    assert_eq!(pages.len(), 2);
    assert!(
        (pages[0].width_mm() - 85.6).abs() < 0.2,
        "{}",
        pages[0].width_mm()
    );
    assert_eq!(pages[0].codes()[0].text, card.code);
    assert!(pdf.len() < 60_000, "{} bytes", pdf.len());
}

/// What hangs at the gate under a delivered notice, with who answers, and what holds in the place.
pub fn board_with(
    folder: &str,
    lang: Lang,
    contacts: Vec<AreaContact>,
    stages: Vec<StageSpell>,
) -> Board {
    let path = format!(
        "{}/../../policies/{folder}/policy.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let document = read(&std::fs::read_to_string(path).expect("a policy")).expect("is read");
    let policy = compile(&[&document]).expect("compiles");
    let gate = GateRow {
        shard: Shard(1),
        gate: GateId([7; 16]),
        area: AreaId([4; 16]),
        name: "东门".to_owned(),
        phone: "0000-1234567".to_owned(),
        state: "open".to_owned(),
        version: 1,
    };
    let area = AreaInScope {
        area: gate.area,
        shard: Some(gate.shard),
        level: "compound".to_owned(),
        name: "锦绣苑".to_owned(),
        path: [gate.area].into(),
        offset_minutes: 480,
    };
    let here = RulesHere {
        in_force: Vec::new(),
        contacts,
        now: Some(Rules {
            span: Span {
                from_at: START,
                until_at: Some(document.force.ends.value.millis),
            },
            force: vec![],
            documents: vec![document],
            policy,
        }),
        next: vec![],
        gates: vec![gate.clone()],
        place: Place {
            kind: "compound",
            moment: Moment::new(START, 480),
            stages: stages_at(&stages, START).map(|held| held.map(|one| one.stage)),
        },
        stages,
        names: vec![],
    };
    let hanging = Hanging {
        lang,
        area: &area,
        gate: Some(&gate),
        origin: "https://gatehouse.example:8443",
        warning: None,
    };
    make_board(&here, &hanging)
}

const FOLDERS: [&str; 4] = [
    "henan-2020-02",
    "hulunbuir-2020-02",
    "zhongxiang-2020-02",
    "zhuji-2020-02",
];

/// What hangs at a gate under each delivered notice with a gate part; what goes by a level, at that
/// level.
const PAPERS: [(&str, Option<Stage>); 12] = [
    (FOLDERS[0], None),
    (FOLDERS[1], None),
    (FOLDERS[2], None),
    (FOLDERS[3], None),
    ("p1-street-routine", Some(Stage::Low)),
    ("p1-street-routine", Some(Stage::Medium)),
    ("p1-street-routine", Some(Stage::High)),
    ("p5-village-control", None),
    ("p7-city-autumn-winter", None),
    ("p7-city-autumn-winter", Some(Stage::High)),
    ("p9-street-contingency", None),
    ("p9-street-contingency", Some(Stage::High)),
];

/// Every heading of a Chinese poster, a word without spaces, is three millimetres high.
fn headings_are_read_from_afar(board: &Board, poster: &[u8]) {
    let words = rendered::words(poster).expect("rendered before");
    for line in &board.lines {
        let found = words.iter().find(|word| word.text == line.title);
        let heading = found.unwrap_or_else(|| panic!("{} is not there", line.title));
        assert!(
            heading.bottom - heading.top >= 3.0,
            "{}: {heading:?}",
            line.title
        );
    }
}

#[test]
fn posters_and_guards_cards_read_as_they_were_read_aloud() {
    let Some(fonts) = fonts() else { return };
    for (folder, stage) in PAPERS {
        for lang in [Lang::Zh, Lang::En] {
            let code = if lang == Lang::Zh { "zh" } else { "en" };
            let spell = stage.map(|stage| StageSpell {
                stage,
                from_at: START,
                until_at: START + 86_400_000,
            });
            let level =
                stage.map_or_else(String::new, |stage| format!("-{stage:?}").to_lowercase());
            let paper = format!("{folder}{level}");
            let board = board_with(folder, lang, Vec::new(), Vec::from_iter(spell));
            assert_eq!(board.missing(&fonts), Vec::<char>::new());
            let poster = poster(&board, &fonts).expect("a poster");
            rendered::keep(&format!("poster-{paper}-{code}.pdf"), &poster);
            let card = guard_card(&board, &fonts).expect("a card");
            rendered::keep(&format!("guard-{paper}-{code}.pdf"), &card);
            let (Some(poster_text), Some(card_text)) =
                (rendered::text(&poster), rendered::text(&card))
            else {
                return;
            };
            for text in [&poster_text, &card_text] {
                assert!(!text.contains('…'), "something was cut: {text}");
                assert!(!text.contains('{'), "a slot stayed open: {text}");
            }
            if lang == Lang::Zh {
                headings_are_read_from_afar(&board, &poster);
            }
            insta::assert_snapshot!(format!("poster-{paper}-{code}"), poster_text);
            insta::assert_snapshot!(format!("guard-{paper}-{code}"), card_text);
            let pages = rendered::pages(&poster, 150, Shade::Grey).expect("rendered");
            assert_eq!(pages.len(), 1, "one page");
            let codes = pages[0].codes();
            assert_eq!(codes.len(), 1);
            let visit = "https://gatehouse.example:8443/visit/";
            assert!(codes[0].text.starts_with(visit), "{}", codes[0].text);
            assert!(codes[0].side_mm >= 25.0, "{} mm", codes[0].side_mm);
            assert_eq!(
                rendered::pages(&card, 50, Shade::Grey)
                    .expect("rendered")
                    .len(),
                1
            );
        }
    }
}

/// Six who answer, as many as a list holds; every line as long as it may be where `long`.
fn six(long: bool) -> Vec<AreaContact> {
    let contact = |post: &str, name: &str, phone: &str| AreaContact {
        post: post.to_owned(),
        name: name.to_owned(),
        phone: phone.to_owned(),
    };
    if long {
        let phone = |n: u8| format!("0371-5550101-{n}");
        let line = |n| contact("社区居委会副主任兼网格长", "阿卜杜·买买提江", &phone(n));
        return (1..=6).map(line).collect();
    }
    vec![
        contact("社区书记", "张桂芳", "0371-5550101"),
        contact("物业经理", "欧阳建国", "0371-5550102"),
        contact("网格员", "李明", "15400000003"),
        contact("社区民警", "阿卜杜·买买提", "15400000004"),
        contact("社区医生", "王华", "0371-5550105"),
        contact("心理热线", "", "0371-5550106"),
    ]
}

#[test]
fn a_poster_with_six_contacts_shows_all_of_them_and_nothing_covers_anything() {
    let Some(fonts) = fonts() else { return };
    for folder in FOLDERS {
        for (lang, code) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            for long in [false, true] {
                let contacts = six(long);
                let board = board_with(folder, lang, contacts.clone(), Vec::new());
                let poster = poster(&board, &fonts).expect("a poster");
                let what = format!("poster-six-{long}-{folder}-{code}");
                rendered::keep(&format!("{what}.pdf"), &poster);
                let pages = rendered::pages(&poster, 50, Shade::Grey);
                assert!(pages.is_none_or(|pages| pages.len() == 1), "{what}");
                let Some(words) = rendered::words(&poster) else {
                    return;
                };
                let least = if long { 1.9 } else { 2.8 };
                for contact in &contacts {
                    let post = words.iter().find(|word| word.text == contact.post);
                    let post = post.unwrap_or_else(|| panic!("{what}: {}", contact.post));
                    assert!(post.bottom - post.top >= least, "{what}: {post:?}");
                    let found = words.iter().find(|word| word.text == contact.phone);
                    let phone = found.unwrap_or_else(|| panic!("{what}: {}", contact.phone));
                    assert!(phone.bottom - phone.top >= 2.5, "{what}: {phone:?}");
                }
                let gate = words.iter().filter(|word| word.text == "0000-1234567");
                assert!(gate.count() >= 1, "{what}: the desk at the gate");
                for (at, word) in words.iter().enumerate() {
                    let is_on_paper = word.left >= 5.0
                        && word.right <= 205.0
                        && word.top >= 5.0
                        && word.bottom <= 292.0;
                    assert!(is_on_paper, "{what}: {word:?}");
                    for other in &words[at + 1..] {
                        assert!(!word.covers(other), "{what}: {word:?} on {other:?}");
                    }
                }
            }
        }
    }
}

/// What hangs at a gate ends with the level by which it goes, not with its document alone (RISK-2);
/// where the rules ask for no level, none is told.
#[test]
fn a_poster_tells_the_level_by_which_its_rules_go_and_its_end() {
    const DAY_MILLIS: i64 = 86_400_000;
    let told = |folder: &str, lang| {
        let spell = |stage, days| StageSpell {
            stage,
            from_at: START - DAY_MILLIS,
            until_at: START + days * DAY_MILLIS,
        };
        let stages = vec![spell(Stage::High, 2), spell(Stage::Case, 3)];
        let board = board_with(folder, lang, Vec::new(), stages);
        if let Some(fonts) = fonts() {
            let poster = poster(&board, &fonts).expect("a poster");
            let code = format!("{lang:?}");
            rendered::keep(&format!("poster-level-{folder}-{code}.pdf"), &poster);
        }
        let lines = board.lines.into_iter().skip(1);
        let lines = lines.filter(|line| line.look == Look::Ask);
        let said = lines.map(|line| [line.title, line.chip, line.text].join(" | "));
        said.collect::<Vec<_>>()
    };
    assert_eq!(
        told("p1-street-routine", Lang::Zh),
        ["风险等级 | 高风险 | 到 2月21日 周五 07:00 自动结束。它变了，下面的办法也变。"]
    );
    assert_eq!(
        told("p1-street-routine", Lang::En),
        [
            "Risk level | high risk | Until Fri 21 Feb, 07:00; then it ends by itself. \
          When it changes, so does what stands below."
        ]
    );
    assert_eq!(told("zhuji-2020-02", Lang::Zh), [""; 0]);
}
