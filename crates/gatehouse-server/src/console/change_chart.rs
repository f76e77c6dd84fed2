//! Changes of a replay as pictures: by hour as columns, by kind or gate as lines. What is
//! refused is striped, what asks for a step dotted, what gets easier plain, so that no colour is
//! needed to read them.

use super::chart_axis::{Axis, AxisLine, Bar};
use crate::locale::text;
use crate::ops::replay::{CHANGES, Change, HourRow, Sums};
use crate::times::thousands;
use gatehouse_core::gate::wording::Lang;

/// Space for the columns, in units of the picture.
const LEFT: i64 = 44;
const TOP: i64 = 26;
const HEIGHT: i64 = 186;
const HOUR_WIDTH: i64 = 25;
const COLUMN_WIDTH: i64 = 17;
/// A single change is seen, however many there are elsewhere; in thousandths of a line's length.
const WIDTH_LEAST: u64 = 8;
/// From this hour on the words about the highest column stand at its left.
const WORDS_LEFT_FROM: i64 = 17;

/// Changes by hour.
pub struct ChangeChart {
    /// Parts of columns that are higher than nothing, of one column from below.
    pub bars: Vec<Bar>,
    /// Lines across, with their numbers.
    pub lines: Vec<AxisLine>,
    /// Hours below: where, and which.
    pub hours: Vec<(i64, i64)>,
    /// The highest column; `None` where nothing changes.
    pub peak: Option<Peak>,
    /// Right end of the lines.
    pub right: i64,
    /// Where the hours stand.
    pub hours_y: i64,
}

/// Words at the highest column.
pub struct Peak {
    /// Which hour.
    pub hour: i64,
    /// How many change in it.
    pub count: u64,
    /// Where they begin or end.
    pub x: i64,
    /// Their foot.
    pub y: i64,
    /// `start` or `end` of the words is at `x`.
    pub anchor: &'static str,
}

/// A line of changes, in parts of all its length.
pub struct ChangeLine {
    /// What it is about.
    pub name: String,
    /// How many change.
    pub count: u64,
    /// Class, left edge, width; edges and widths in per cent.
    pub parts: Vec<(&'static str, String, String)>,
    /// How many of each kind, for who does not see the line; empty where there is one kind.
    pub words: String,
}

/// Class of a kind of change.
pub const fn class(change: Change) -> &'static str {
    match change {
        Change::Refused => "c-stop",
        Change::Step => "c-step",
        Change::Easier => "c-go",
    }
}

impl ChangeLine {
    /// How many, as it is read.
    pub fn counted(&self) -> String {
        thousands(whole(self.count))
    }
}

impl ChangeChart {
    /// The picture of a day's hours.
    pub fn of(hours: &[HourRow]) -> ChangeChart {
        let most = hours.iter().map(|row| row.sums.changed).max().unwrap_or(0);
        let axis = Axis::of(whole(most), TOP + HEIGHT, HEIGHT);
        let mut bars = Vec::new();
        let mut peak: Option<Peak> = None;
        for row in hours {
            let hour = i64::from(row.hour);
            let x = LEFT + hour * HOUR_WIDTH + 6;
            let mut y = axis.foot;
            for change in CHANGES {
                let height = axis.height(whole(row.sums.of_change(change)));
                y -= height;
                if height > 0 {
                    bars.push(Bar {
                        x,
                        y,
                        width: COLUMN_WIDTH,
                        height,
                        class: class(change),
                    });
                }
            }
            let is_higher = peak
                .as_ref()
                .is_none_or(|peak| peak.count < row.sums.changed);
            if row.sums.changed > 0 && is_higher {
                let is_late = hour >= WORDS_LEFT_FROM;
                peak = Some(Peak {
                    hour,
                    count: row.sums.changed,
                    x: x + i64::from(is_late) * COLUMN_WIDTH,
                    y: y - 6,
                    anchor: if is_late { "end" } else { "start" },
                });
            }
        }
        let marked = (0..24).step_by(3);
        ChangeChart {
            bars,
            lines: axis.lines(),
            hours: marked
                .map(|hour| (LEFT + hour * HOUR_WIDTH + 6 + COLUMN_WIDTH / 2, hour))
                .collect(),
            peak,
            right: LEFT + 24 * HOUR_WIDTH + 2,
            hours_y: axis.foot + 19,
        }
    }
}

/// Lines of those with changes, longest first.
pub fn change_lines<'s>(
    rows: impl Iterator<Item = (String, &'s Sums)>,
    lang: Lang,
) -> Vec<ChangeLine> {
    let mut rows: Vec<(String, &Sums)> = rows.filter(|(_, sums)| sums.changed > 0).collect();
    rows.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.changed));
    let most = rows.first().map_or(1, |(_, sums)| sums.changed);
    rows.into_iter()
        .map(|(name, sums)| ChangeLine {
            name,
            count: sums.changed,
            parts: parts(
                CHANGES.map(|change| (class(change), sums.of_change(change))),
                most,
            ),
            words: words(sums, lang),
        })
        .collect()
}

/// Key of the words for a kind of change.
pub const fn change_key(change: Change) -> &'static str {
    match change {
        Change::Refused => "replay-change-refused",
        Change::Step => "replay-change-step",
        Change::Easier => "replay-change-easier",
    }
}

/// How many of each kind there are.
fn words(sums: &Sums, lang: Lang) -> String {
    let counts = CHANGES.map(|change| (change, sums.of_change(change)));
    let met = counts.into_iter().filter(|(_, count)| *count > 0);
    let parts = met.map(|(change, count)| {
        let word = text(lang, change_key(change));
        format!("{word} {}", thousands(whole(count)))
    });
    parts.collect::<Vec<_>>().join(" · ")
}

/// Parts of a line after one another, each as long as its count, all of `most` filling it.
pub fn parts<const N: usize>(
    counts: [(&'static str, u64); N],
    most: u64,
) -> Vec<(&'static str, String, String)> {
    let most = most.max(1);
    let wide = counts.map(|(class, count)| {
        let share = (u128::from(count) * 1000 / u128::from(most)) as u64;
        (class, share.max(u64::from(count > 0) * WIDTH_LEAST))
    });
    // What the smallest got beyond their share is taken from the longest.
    let beyond = wide
        .iter()
        .map(|(_, wide)| wide)
        .sum::<u64>()
        .saturating_sub(1000);
    let longest = wide.iter().map(|(_, wide)| *wide).max().unwrap_or(0);
    let mut left = 0;
    let mut parts = Vec::new();
    let mut to_take = beyond;
    for (class, mut width) in wide {
        if width == longest {
            width -= std::mem::take(&mut to_take);
        }
        if width > 0 {
            parts.push((class, per_cent(left), per_cent(width)));
        }
        left += width;
    }
    parts
}

fn per_cent(thousandths: u64) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::chart_axis::HEIGHT_LEAST;
    use crate::ops::replay::WayTo;
    use gatehouse_core::gate::Verdict;

    fn sums(refused: u64, step: u64, easier: u64) -> Sums {
        let way = |from, to, attempts| WayTo {
            from,
            to: Some(to),
            attempts,
        };
        Sums {
            attempts: refused + step + easier,
            changed: refused + step + easier,
            ways: vec![
                way(Verdict::Admit, Verdict::Refuse, refused),
                way(Verdict::Admit, Verdict::Ask, step),
                way(Verdict::Refuse, Verdict::Admit, easier),
            ],
            ..Sums::default()
        }
    }

    #[test]
    fn columns_stay_within_the_picture_and_none_is_lost() {
        for most in [0, 1, 3, 4, 7, 80, 799, 12_345, 1_000_000] {
            let hours = [
                (0, sums(1, 0, 0)),
                (7, sums(most, 1, 1)),
                (23, sums(0, most, 0)),
            ];
            let hours: Vec<HourRow> = hours
                .into_iter()
                .map(|(hour, sums)| HourRow { hour, sums })
                .collect();
            let chart = ChangeChart::of(&hours);
            assert_eq!(chart.bars.len(), 3 + 2 * usize::from(most > 0), "{most}");
            for bar in &chart.bars {
                assert!(bar.y >= TOP - 2 * HEIGHT_LEAST && bar.height >= HEIGHT_LEAST);
                assert!(bar.y + bar.height <= TOP + HEIGHT, "{most}");
                assert!(bar.x >= LEFT && bar.x + bar.width <= chart.right, "{most}");
            }
            let peak = chart.peak.expect("something changes");
            assert_eq!((peak.hour, peak.count), (7, most + 2));
            assert!(peak.y > 10, "{most}");
        }
        assert!(ChangeChart::of(&[]).peak.is_none());
    }

    #[test]
    fn lines_are_as_long_as_their_counts_and_never_too_long() {
        let lines = change_lines(
            [
                ("few".to_owned(), &sums(1, 0, 0)),
                ("none".to_owned(), &sums(0, 0, 0)),
                ("many".to_owned(), &sums(1, 2_000, 999)),
            ]
            .into_iter(),
            Lang::Zh,
        );
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["many", "few"]);
        assert_eq!(lines[0].words, "变成不放行 1 · 多一步 2,000 · 变松 999");
        let number = |text: &str| text.trim_end_matches('%').parse::<f64>().expect("a number");
        let mut left = 0.0;
        for (_, x, width) in &lines[0].parts {
            assert!((number(x) - left).abs() < 0.01, "{x}");
            left += number(width);
        }
        assert!(left <= 100.0, "{left}");
        assert_eq!(lines[0].parts.len(), 3);
        assert_eq!(
            lines[1].parts,
            [("c-stop", "0.0%".to_owned(), "0.8%".to_owned())]
        );
    }
}
