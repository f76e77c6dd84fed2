//! How long work that failed waits before it is tried again.

/// The pause after the first failure.
const FIRST_MILLIS: i64 = 5_000;
/// No pause is longer.
const LONGEST_MILLIS: i64 = 3_600_000;

/// The pause after so many attempts, in milliseconds: doubled each time up to an hour, and of
/// that somewhere in the upper half by `chance`, so that what failed together does not come back
/// together.
pub fn pause(attempts: i64, chance: u32) -> i64 {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 30)).unwrap_or(0);
    let whole = FIRST_MILLIS
        .saturating_mul(1 << doublings)
        .min(LONGEST_MILLIS);
    let half = whole / 2;
    half + half * i64::from(chance) / i64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_within_their_bounds() {
        assert_eq!(pause(1, 0), 2_500);
        assert_eq!(pause(1, u32::MAX), 5_000);
        assert_eq!(pause(3, u32::MAX), 20_000);
        for attempts in [i64::MIN, -1, 0, 11, 400, i64::MAX] {
            for chance in [0, 1, 77, u32::MAX] {
                let pause = pause(attempts, chance);
                assert!((2_500..=LONGEST_MILLIS).contains(&pause), "{attempts}");
            }
        }
        let longest = (1..40).map(|attempts| pause(attempts, 0));
        assert!(longest.is_sorted());
    }
}
