//! The axis of a picture of columns: how high a number stands, and the lines across with theirs.

use crate::times::thousands;

/// A bar.
pub struct Bar {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
    /// Class: what it is of.
    pub class: &'static str,
}

/// A line across.
pub struct AxisLine {
    /// Where.
    pub y: i64,
    /// Where its number stands.
    pub text_y: i64,
    /// Its number.
    pub text: String,
}

/// An axis of four equal parts.
pub struct Axis {
    step: i64,
    height: i64,
    /// Where nothing stands.
    pub foot: i64,
}

impl Axis {
    /// So that the highest bar fits between `foot - height` and `foot`.
    pub fn of(most: i64, foot: i64, height: i64) -> Axis {
        Axis {
            step: step(most),
            height,
            foot,
        }
    }

    /// How high a bar of so many is; a single one is seen, however many there are elsewhere.
    pub fn height(&self, count: i64) -> i64 {
        let least = i64::from(count > 0) * HEIGHT_LEAST;
        self.exact(count).max(least)
    }

    fn exact(&self, count: i64) -> i64 {
        let top = self.step * 4;
        count.clamp(0, top) * self.height / top
    }

    /// The lines across, from the foot up.
    pub fn lines(&self) -> Vec<AxisLine> {
        let line = |at: i64| {
            let (count, y) = (self.step * at, self.foot - self.exact(self.step * at));
            AxisLine {
                y,
                text_y: y + 5,
                text: thousands(count),
            }
        };
        (0..=4).map(line).collect()
    }
}

/// The least height of a bar of something.
pub const HEIGHT_LEAST: i64 = 2;

/// A quarter of the axis: 1, 2 or 5 with noughts, so that four of them hold the highest bar.
fn step(most: i64) -> i64 {
    let mut step = 1;
    loop {
        for factor in [1, 2, 5] {
            if step * factor * 4 >= most {
                return step * factor;
            }
        }
        step *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_steps_hold_the_highest_bar() {
        assert_eq!([0, 4, 5, 8, 9, 20, 21].map(step), [1, 1, 2, 2, 5, 5, 10]);
    }
}
