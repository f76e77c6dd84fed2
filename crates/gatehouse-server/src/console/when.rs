//! Times and waits as pages write them: clock there, rounded to the minute (glossary §2.10).

use crate::page::Frame;
use gatehouse_core::moment::Moment;

/// `14:32`.
pub fn clock(millis: i64, offset: i16) -> String {
    let minute = Moment::new(millis, offset).minute_of_day();
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `11月22日 14:32`, `22 Nov, 14:32`.
pub fn day_clock(millis: i64, offset: i16, frame: &Frame) -> String {
    let date = Moment::new(millis, offset).day().date();
    let month = frame.t(&format!("when-month-{}", date.month));
    let day = date.day.to_string();
    let time = clock(millis, offset);
    frame.fill(
        "when-day-clock",
        &[("month", &month), ("day", &day), ("time", &time)],
    )
}

/// The clock alone for an instant of the same day, else with its day.
pub fn short(millis: i64, now: i64, offset: i16, frame: &Frame) -> String {
    let day = |at| Moment::new(at, offset).day();
    if day(millis) == day(now) {
        clock(millis, offset)
    } else {
        day_clock(millis, offset, frame)
    }
}

/// `38 分钟`, `5 小时 20 分`, `2 天 3 小时`.
pub fn waited(millis: i64, frame: &Frame) -> String {
    let minutes = (millis / 60_000).max(0);
    let (hours, days) = (minutes / 60, minutes / 1440);
    let slots = |key: &str, many: i64, few: i64| {
        frame.fill(
            key,
            &[("many", &many.to_string()), ("few", &few.to_string())],
        )
    };
    match minutes {
        0..60 => frame.with("when-minutes", "minutes", &minutes.to_string()),
        60..1440 => slots("when-hours", hours, minutes % 60),
        _ => slots("when-days", days, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::gate::wording::Lang;

    #[test]
    fn times_are_rounded_and_read_aloud() {
        let frame = Frame::bare(Lang::Zh);
        let seven = 1_582_066_800_000;
        assert_eq!(clock(seven, 480), "07:00");
        assert_eq!(day_clock(seven, 480, &frame), "2月19日 07:00");
        assert_eq!(short(seven, seven + 1, 480, &frame), "07:00");
        assert_eq!(
            short(seven, seven + 86_400_000, 480, &frame),
            "2月19日 07:00"
        );
        assert_eq!(waited(38 * 60_000 + 59_000, &frame), "38 分钟");
        assert_eq!(waited(320 * 60_000, &frame), "5 小时 20 分");
        assert_eq!(waited(51 * 3_600_000, &frame), "2 天 3 小时");
        let english = Frame::bare(Lang::En);
        assert_eq!(day_clock(seven, 480, &english), "19 Feb, 07:00");
    }
}
