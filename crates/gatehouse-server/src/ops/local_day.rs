//! The civil day of a place, as instants.

use gatehouse_core::moment::Moment;

/// Milliseconds of a day.
pub const DAY_MILLIS: i64 = 86_400_000;

/// The first instant of the day that an instant lies in, on the clock there.
pub fn midnight(now_millis: i64, offset_minutes: i16) -> i64 {
    let local = Moment::new(now_millis, offset_minutes);
    now_millis - i64::from(local.minute_of_day()) * 60_000 - now_millis.rem_euclid(60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_there() {
        // 2020-02-19T07:00 in China began at 16:00 UTC the day before.
        let seven = 1_582_066_800_000;
        assert_eq!(midnight(seven + 59_999, 480), seven - 7 * 3_600_000);
        assert_eq!(midnight(seven - 7 * 3_600_000, 480), seven - 7 * 3_600_000);
        assert_eq!(midnight(0, 0), 0);
    }
}
