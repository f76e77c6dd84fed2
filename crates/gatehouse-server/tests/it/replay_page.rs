//! The page of a replay's result, read as its figures.

use serde_json::Value;

/// The page.
pub struct Page(pub String);

impl Page {
    fn section(&self, id: &str) -> &str {
        let begin = format!("id=\"{id}\"");
        let rest = self.0.split_once(&begin).expect("the section").1;
        rest.split("</section>").next().expect("its end")
    }

    /// The big figures: changed, refused, a step more, easier, and stopped of those whom nobody
    /// stops.
    pub fn figures(&self) -> Vec<u64> {
        let figures = self.0.split_once("class=\"figs\"").expect("figures").1;
        let figures = figures.split("</section>").next().expect("their end");
        counts(figures, "<b>")
    }

    /// The lines of a picture: name and count.
    fn lines(&self, id: &str) -> Vec<(String, u64)> {
        let section = self.section(id);
        let Some((_, list)) = section.split_once("<ul class=\"hbars\">") else {
            return Vec::new();
        };
        let list = list.split("</ul>").next().expect("its end");
        let lines = list.split("<li>").skip(1);
        lines
            .map(|line| {
                let name = line.strip_prefix("<span>").expect("a name");
                let name = name.split('<').next().expect("its end").to_owned();
                (name, counts(line, "<b>")[0])
            })
            .collect()
    }

    /// The table from verdict to verdict, its sums last.
    fn matrix(&self) -> Vec<Vec<u64>> {
        let body = self
            .section("ways")
            .split_once("<tbody>")
            .expect("a body")
            .1;
        let body = body.split("</tbody>").next().expect("its end");
        let rows = body.split("<tr>").skip(1);
        rows.map(|row| counts(row, "<td")).collect()
    }

    /// Every figure is the report's, and they add up.
    pub fn agrees_with(&self, report: &Value) {
        let sums = &report["sums"];
        let changed = number(&sums["changed"]);
        let figures = self.figures();
        assert_eq!(figures[0], changed);
        assert!(changed > 0);
        assert_eq!(
            figures[1],
            of_ways(sums, |from, to| to == "refuse" && from != to)
        );
        assert_eq!(figures[1..4].iter().sum::<u64>(), changed);
        let has_more = !report["let_through"].is_null();
        assert_eq!(figures.len(), 4 + usize::from(has_more));
        let matrix = self.matrix();
        for (from, row) in VERDICTS.into_iter().zip(&matrix) {
            for (to, count) in VERDICTS.into_iter().chain(["null"]).zip(row) {
                let ways = of_ways(sums, |f, t| (f, t) == (from, to));
                assert_eq!(*count, ways, "{from} to {to}");
            }
            assert_eq!(row[..5].iter().sum::<u64>(), row[5], "{from}");
        }
        let all: u64 = matrix.iter().map(|row| row[5]).sum();
        assert_eq!(all, number(&sums["attempts"]));
        let gates = self.lines("gates");
        assert_eq!(gates.iter().map(|(_, count)| count).sum::<u64>(), changed);
        let kinds = self.lines("kinds");
        assert_eq!(kinds.iter().map(|(_, count)| count).sum::<u64>(), changed);
        let times: Vec<u64> = self
            .lines("households")
            .into_iter()
            .map(|line| line.1)
            .collect();
        let households = report["households"].as_array().expect("households");
        let hard = households.iter().map(|one| number(&one["times"]));
        let hard: Vec<u64> = hard.take_while(|times| *times > 1).take(12).collect();
        assert_eq!(times, hard);
        self.hours_agree(report);
        if has_more {
            let unknown: u64 = counts(self.section("unknown"), "<li><b>").iter().sum();
            assert_eq!(unknown, number(&sums["cannot_be_known"]), "each once");
        }
    }

    /// A column for each hour in which something changes.
    fn hours_agree(&self, report: &Value) {
        let hours = report["hours"].as_array().expect("hours");
        let hours = hours.iter().filter(|hour| number(&hour["changed"]) > 0);
        let section = self.section("hours");
        let picture = section
            .split_once("<svg class=\"bars\"")
            .expect("a picture")
            .1;
        let picture = picture.split("</svg>").next().expect("its end");
        let mut columns: Vec<&str> = picture
            .split("<rect class=\"c-")
            .skip(1)
            .map(|bar| bar.split("x=\"").nth(1).expect("its place"))
            .map(|bar| bar.split('"').next().expect("its end"))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), hours.count());
    }
}

const VERDICTS: [&str; 4] = ["admit", "ask", "refuse", "refer"];

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a count")
}

fn of_ways(sums: &Value, is_one: impl Fn(&str, &str) -> bool) -> u64 {
    let ways = sums["ways"].as_array().expect("ways");
    let ways = ways.iter().filter(|way| {
        let to = way["to"].as_str().unwrap_or("null");
        is_one(way["from"].as_str().expect("a verdict"), to)
    });
    ways.map(|way| number(&way["attempts"])).sum()
}

/// The first count behind each mark; a dash is none.
fn counts(html: &str, mark: &str) -> Vec<u64> {
    let parts = html.split(mark).skip(1);
    parts
        .map(|part| {
            let texts = part.split_inclusive(['<', '>']);
            let mut texts = texts.filter_map(|text| text.strip_suffix('<'));
            let is_count = |text: &&str| *text == "–" || text.starts_with(char::is_numeric);
            match texts.find(is_count).expect("a count") {
                "–" => 0,
                count => count.replace(',', "").parse().expect("a count"),
            }
        })
        .collect()
}
