//! Days and times as spreadsheets count them: days since the last day of 1899, with a
//! 29 February 1900 that never was.

use gatehouse_core::moment::CivilDay;

/// The day with serial number 0 for serials from March 1900 on.
const DAY_ZERO: &str = "1899-12-30";
/// The first serial that is counted right: 1 March 1900.
const FIRST_RIGHT: f64 = 61.0;
/// 31 December 9999, the last that a spreadsheet shows.
const LAST: f64 = 2_958_465.0;

/// The day of a serial number; `None` before March 1900, where spreadsheets are a day off.
pub fn serial_day(serial: f64) -> Option<CivilDay> {
    if !(FIRST_RIGHT..=LAST + 1.0).contains(&serial) {
        return None;
    }
    let zero = CivilDay::parse(DAY_ZERO)?;
    // In range, hence a small whole number.
    Some(CivilDay(zero.0 + serial.floor() as i32))
}

/// Seconds since midnight of a serial number, rounded to the second.
pub fn serial_seconds(serial: f64) -> Option<u32> {
    if !(0.0..=LAST + 1.0).contains(&serial) {
        return None;
    }
    // In range, hence at most 86 400.
    let seconds = (serial.fract() * 86_400.0).round() as u32;
    Some(seconds.min(86_399))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_days_and_times() {
        let day = |serial| serial_day(serial).map(|day| day.to_text());
        assert_eq!(day(43_862.0).as_deref(), Some("2020-02-01"));
        assert_eq!(day(32_204.0).as_deref(), Some("1988-03-02"));
        assert_eq!(day(61.0).as_deref(), Some("1900-03-01"));
        assert_eq!(
            (day(60.0), day(-1.0), day(f64::NAN), day(1e9)),
            (None, None, None, None)
        );
        assert_eq!(serial_seconds(0.999_988_425_925_925_9), Some(86_399));
        assert_eq!(serial_seconds(43_862.5), Some(43_200));
        assert_eq!(serial_seconds(f64::INFINITY), None);
    }
}
