//! Two pages to print: the sheet of demo passes, and a guard's first ten minutes.
//!
//! They hold invented people only and say so. Both are whole files: nothing is fetched when they
//! are opened.

use super::order::DemoOrders;
use super::pass::Issued;
use super::plan::Town;
use super::sample::{SHEET_GATE, Sample, community_name, samples};
use crate::auth::role::Role;
use crate::qr;
use askama::Template;
use gatehouse_core::gate::fact::Words;
use gatehouse_core::gate::wording::{Lang, verdict_words};
use gatehouse_core::gate::{Policy, Step, Verdict};
#[cfg(test)]
use qrcode::{EcLevel, QrCode};

/// One card on the sheet.
struct Card {
    letter: char,
    title_zh: &'static str,
    title_en: &'static str,
    name: String,
    door: String,
    number: String,
    valid_until: String,
    steps_zh: String,
    steps_en: String,
    verdict: &'static str,
    verdict_zh: &'static str,
    verdict_en: &'static str,
    why_zh: String,
    why_en: String,
    qr_svg: String,
}

/// An account on the sheet.
struct Account {
    login: String,
    password: String,
    role: &'static str,
    area: String,
}

#[derive(Template)]
#[template(path = "demo/sheet.html")]
struct SheetPage {
    gate: &'static str,
    community: String,
    address: String,
    cards: Vec<Card>,
    accounts: Vec<Account>,
}

#[derive(Template)]
#[template(path = "demo/guide.html")]
struct GuidePage {
    gate: &'static str,
    address: String,
    login: String,
    password: String,
    cards: Vec<Card>,
    forgotten_door: String,
    forgotten_surname: String,
}

/// The two pages.
#[derive(Debug)]
pub struct Pages {
    /// Cards to cut out, accounts behind them.
    pub sheet: String,
    /// What to try in which order.
    pub guide: String,
}

/// Why the pages could not be made; a mistake of ours, since everything on them is our own.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// A credential longer than a QR code holds.
    #[error("a pass does not fit into a QR code")]
    Qr(#[from] qrcode::types::QrError),
    /// The template failed.
    #[error("the page could not be written")]
    Page(#[from] askama::Error),
}

/// Makes both pages. `address` is where the server is reached; `host` stands in the codes.
pub fn pages(
    town: &Town,
    issued: &Issued,
    orders: &DemoOrders,
    policy: &Policy,
    address: &str,
    host: &str,
) -> Result<Pages, SheetError> {
    let samples = samples(town, issued, orders, policy, host);
    let cards = || {
        samples
            .iter()
            .map(|sample| card(sample, policy))
            .collect::<Result<_, _>>()
    };
    let gate = town.streets.gates[SHEET_GATE].name;
    let sheet = SheetPage {
        gate,
        community: community_name(town).to_owned(),
        address: address.to_owned(),
        cards: cards()?,
        accounts: accounts(town),
    };
    let gate_at = town.streets.gates[SHEET_GATE].compound;
    let guard = town
        .staffing
        .staff
        .iter()
        .find(|s| s.role == Role::Guard && s.area == gate_at);
    let home = town
        .households
        .iter()
        .find(|home| home.household.compound() == gate_at && !home.household.members().is_empty());
    let surname = home.and_then(|home| {
        let id = home.household.members().first()?.person;
        let person = town.people.iter().find(|person| person.id == id)?;
        Some(person.person.name().surname_or_first_part().to_owned())
    });
    let guide = GuidePage {
        gate,
        address: address.to_owned(),
        login: guard.map(|guard| guard.login.clone()).unwrap_or_default(),
        password: guard
            .map(|guard| guard.password.clone())
            .unwrap_or_default(),
        cards: cards()?,
        forgotten_door: home
            .map(|home| home.household.address().label_zh())
            .unwrap_or_default(),
        forgotten_surname: surname.unwrap_or_default(),
    };
    Ok(Pages {
        sheet: sheet.render()?,
        guide: guide.render()?,
    })
}

fn card(sample: &Sample, policy: &Policy) -> Result<Card, SheetError> {
    let verdict = sample.settled.decision.verdict;
    let why = |lang| {
        let wording = sample.wording(policy, lang);
        let said = wording.sentences.into_iter().map(|sentence| sentence.text);
        said.chain(wording.steps.into_iter().map(|(_, sentence)| sentence.text))
            .next()
    };
    let steps = |lang: Lang| {
        let taken = sample.settled.steps.iter();
        // The reading itself says which steps it takes.
        let kept = taken.filter(|step| {
            sample.besides.is_none()
                || !matches!(step, Step::MeasureTemperature | Step::MeasureAgain)
        });
        let mut words: Vec<&str> = kept.map(|step| lang.pick(step.short())).collect();
        words.extend(sample.besides.map(|besides| lang.pick(besides)));
        words.join(lang.pick(Words {
            zh: "、", en: ", "
        }))
    };
    Ok(Card {
        letter: sample.letter,
        title_zh: sample.title.zh,
        title_en: sample.title.en,
        name: sample.name.clone(),
        door: sample.door.clone(),
        number: sample.number.clone(),
        valid_until: sample.valid_until.clone(),
        steps_zh: steps(Lang::Zh),
        steps_en: steps(Lang::En),
        verdict: verdict_class(verdict),
        verdict_zh: verdict_words(verdict).zh,
        verdict_en: verdict_words(verdict).en,
        why_zh: why(Lang::Zh).unwrap_or_default(),
        why_en: why(Lang::En).unwrap_or_default(),
        qr_svg: qr::draw(&sample.code)?,
    })
}

fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Admit => "admit",
        Verdict::Ask => "ask",
        Verdict::Refuse => "refuse",
        Verdict::Refer => "refer",
    }
}

fn accounts(town: &Town) -> Vec<Account> {
    let area = |id| {
        let area = town.streets.areas.iter().find(|area| area.id == id);
        area.map_or("", |area| area.area.name()).to_owned()
    };
    let staff = town.staffing.staff.iter();
    staff
        .map(|staff| Account {
            login: staff.login.clone(),
            password: staff.password.clone(),
            role: role_words(staff.role),
            area: area(staff.area),
        })
        .collect()
}

fn role_words(role: Role) -> &'static str {
    match role {
        Role::Guard => "值守员 · guard",
        Role::ShiftLead => "值班长 · shift lead",
        Role::GridWorker => "网格员 · grid worker",
        Role::HealthWorker => "卫生人员 · health worker",
        Role::CommunityOffice => "社区 · community office",
        Role::StreetCommand => "街道指挥部 · street command",
        Role::CountyCommand => "县指挥部 · county command",
        Role::Auditor => "审计 · auditor",
        Role::Administrator => "管理员 · administrator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::demo::attempt::tests::henan;
    use crate::ops::demo::order::make_orders;
    use crate::ops::demo::pass::issue;
    use crate::ops::demo::plan::{DemoSize, plan};
    use gatehouse_core::moment::Moment;
    use gatehouse_core::pass::from_text;

    fn town() -> (Town, Issued) {
        let made = Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment");
        let town = plan(DemoSize::new(1_500, 1).expect("a size"), made);
        let issued = issue(&town);
        (town, issued)
    }

    #[test]
    fn the_pages_are_whole_and_fetch_nothing() {
        let (town, issued) = town();
        let orders = make_orders(&town, &issued);
        let made = pages(
            &town,
            &issued,
            &orders,
            &henan(),
            "http://127.0.0.1:8080",
            "localhost:8080",
        );
        let Pages { sheet, guide } = made.expect("both pages");
        assert_eq!(sheet.matches("<svg").count(), 14);
        for page in [&sheet, &guide] {
            for word in ["src=", "<script", "<link", "@import", "url("] {
                assert!(!page.contains(word), "{word}");
            }
            assert!(page.contains("放行") && page.contains("转办"));
        }
        assert!(
            town.staffing
                .staff
                .iter()
                .all(|staff| sheet.contains(&staff.password))
        );
    }

    #[test]
    fn every_code_of_the_sheet_is_read_by_a_reader() {
        let (town, issued) = town();
        for sample in samples(
            &town,
            &issued,
            &make_orders(&town, &issued),
            &henan(),
            "localhost:8080",
        ) {
            let code = QrCode::with_error_correction_level(sample.code.as_bytes(), EcLevel::M)
                .expect("fits");
            let side = code.width() + 8;
            let colours = code.to_colors();
            let mut image =
                rqrr::PreparedImage::prepare_from_greyscale(side * 4, side * 4, |x, y| {
                    let (column, row) = (x / 4, y / 4);
                    let inside = (4..side - 4).contains(&column) && (4..side - 4).contains(&row);
                    let dark = inside
                        && colours[(row - 4) * code.width() + column - 4] == qrcode::Color::Dark;
                    if dark { 0 } else { 255 }
                });
            let grids = image.detect_grids();
            let (_, text) = grids.first().expect("a code").decode().expect("is read");
            assert_eq!(from_text(&text), from_text(&sample.code));
        }
    }
}
