//! A copied pass (PASS-4): used to come in twice within minutes without going out in between.
//! That is a flag beside the verdict, never a refusal: the guard looks at photo and name.

use crate::gate::Way;
use crate::moment::Moment;
use serde::{Deserialize, Serialize};

/// One use of a pass that crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Direction.
    pub way: Way,
    /// When.
    pub at: Moment,
}

/// 重复出示.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyFlag {
    /// Full minutes since the earlier use.
    pub minutes: u32,
}

/// Whether the same way again, `within_minutes` after the last use, suggests a copy. Clocks of
/// two devices may differ, so a last use that seems to lie ahead counts as just now.
pub fn copy_flag(
    last: Option<Use>,
    way: Way,
    moment: Moment,
    within_minutes: u32,
) -> Option<CopyFlag> {
    let last = last.filter(|last| last.way == way)?;
    let millis = moment.millis.saturating_sub(last.at.millis).max(0);
    let minutes = u32::try_from(millis / 60_000).unwrap_or(u32::MAX);
    (minutes < within_minutes).then_some(CopyFlag { minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_way_again_within_minutes_is_flagged() {
        let at = Moment::new(1_000_000_000, 480);
        let last = |way| Some(Use { way, at });
        let flag = |last, way, seconds: i64| {
            copy_flag(last, way, at.plus_millis(seconds * 1000), 10).map(|flag| flag.minutes)
        };
        assert_eq!(flag(None, Way::In, 0), None);
        assert_eq!(flag(last(Way::In), Way::Out, 60), None);
        assert_eq!(flag(last(Way::In), Way::In, 59), Some(0));
        assert_eq!(flag(last(Way::Out), Way::Out, 60), Some(1));
        assert_eq!(flag(last(Way::In), Way::In, 599), Some(9));
        assert_eq!(flag(last(Way::In), Way::In, 600), None);
        assert_eq!(flag(last(Way::In), Way::In, -500), Some(0));
    }
}
