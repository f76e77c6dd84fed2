//! Crossings by hour as a picture: two bars an hour (in: solid, out: striped), an axis, and the
//! same numbers in words for those who do not see it. Drawn here, so that the template only
//! copies.

use super::chart_axis::{Axis, AxisLine, Bar};

/// Space for the bars, in units of the picture.
const LEFT: i64 = 44;
const TOP: i64 = 12;
const HEIGHT: i64 = 160;
const HOUR_WIDTH: i64 = 18;
const BAR_WIDTH: i64 = 7;

/// The picture.
pub struct HourChart {
    /// Bars that are higher than nothing.
    pub bars: Vec<Bar>,
    /// Lines across, with their numbers.
    pub lines: Vec<AxisLine>,
    /// Hours below: where, and which.
    pub hours: Vec<(i64, String)>,
    /// Right end of the lines.
    pub right: i64,
    /// Where the hours stand.
    pub hours_y: i64,
}

impl HourChart {
    /// The picture of a day: in and out for each hour.
    pub fn of(hours: &[[i64; 2]; 24]) -> HourChart {
        let most = hours.iter().flatten().copied().max().unwrap_or(0).max(0);
        let axis = Axis::of(most, TOP + HEIGHT, HEIGHT);
        let mut bars = Vec::new();
        for (at, pair) in (0..).zip(hours) {
            for (side, value) in (0..).zip(pair) {
                let height = axis.height(*value);
                if height > 0 {
                    bars.push(Bar {
                        x: LEFT + at * HOUR_WIDTH + 1 + side * (BAR_WIDTH + 1),
                        y: axis.foot - height,
                        width: BAR_WIDTH,
                        height,
                        class: if side == 0 { "in" } else { "out" },
                    });
                }
            }
        }
        let marked = (0..=24).step_by(6);
        HourChart {
            bars,
            lines: axis.lines(),
            hours: marked
                .map(|hour| (LEFT + hour * HOUR_WIDTH, hour.to_string()))
                .collect(),
            right: LEFT + 24 * HOUR_WIDTH,
            hours_y: axis.foot + 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_within_the_picture_and_none_is_lost() {
        for most in [0, 1, 3, 4, 7, 80, 799, 12_345, 1_000_000] {
            let mut hours = [[0; 2]; 24];
            hours[7] = [most, 1];
            hours[23] = [1, most];
            let chart = HourChart::of(&hours);
            let expected = hours.iter().flatten().filter(|value| **value > 0).count();
            assert_eq!(chart.bars.len(), expected, "{most}");
            for bar in &chart.bars {
                assert!(bar.y >= TOP && bar.y + bar.height == TOP + HEIGHT, "{most}");
                assert!(bar.x >= LEFT && bar.x + bar.width <= chart.right, "{most}");
            }
        }
    }
}
