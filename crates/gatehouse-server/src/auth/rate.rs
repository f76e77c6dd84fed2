//! Limits on floods, per process. What must last over restarts (failed sign-ins, look-ups) is
//! counted in the database.

use crate::error::OpError;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// Sign-ins a minute for one account from one address.
const PER_PAIR: u32 = 10;
/// Sign-ins a minute from one address: a gate hut has one address and several guards.
const PER_ADDRESS: u32 = 60;
/// Forms without an account a minute from one address: codes typed, visitors registered. A
/// compound behind one address has many phones; guessing sixty bits at this rate takes for ever.
const OPEN_FORMS: u32 = 20;
/// Requests a minute of one token of another system.
const PER_TOKEN: u32 = 600;
/// Acts with a key a minute of one account: whoever finds a desk unlocked does not guess.
const PER_SIGNER: u32 = 10;
/// After so many calls, keys that are no longer limited are forgotten.
const CALLS_BETWEEN_SWEEPS: u32 = 1024;

type Pair = ([u8; 32], String);

/// The limits on sign-ins.
pub struct Rates {
    pairs: DefaultKeyedRateLimiter<Pair>,
    addresses: DefaultKeyedRateLimiter<String>,
    open_forms: DefaultKeyedRateLimiter<String>,
    tokens: DefaultKeyedRateLimiter<[u8; 16]>,
    signers: DefaultKeyedRateLimiter<[u8; 16]>,
    calls: AtomicU32,
}

impl Default for Rates {
    fn default() -> Rates {
        Rates {
            pairs: RateLimiter::keyed(per_minute(PER_PAIR)),
            addresses: RateLimiter::keyed(per_minute(PER_ADDRESS)),
            open_forms: RateLimiter::keyed(per_minute(OPEN_FORMS)),
            tokens: RateLimiter::keyed(per_minute(PER_TOKEN)),
            signers: RateLimiter::keyed(per_minute(PER_SIGNER)),
            calls: AtomicU32::new(0),
        }
    }
}

const fn per_minute(count: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(count).expect("a constant above zero"))
}

impl Rates {
    /// Counts a request of another system. Tokens are few: none is ever forgotten.
    ///
    /// # Errors
    /// Too many; how long to wait.
    pub fn token(&self, token: &[u8; 16]) -> Result<(), OpError> {
        self.tokens.check_key(token).map_err(too_many)
    }

    /// Counts an act with a key, whose password may be a guess. Accounts are few: none is ever
    /// forgotten.
    ///
    /// # Errors
    /// Too many; how long to wait.
    pub fn signature(&self, staff: &[u8; 16]) -> Result<(), OpError> {
        self.signers.check_key(staff).map_err(too_many)
    }

    /// Counts a sign-in.
    ///
    /// # Errors
    /// Too many; how long to wait.
    pub fn sign_in(&self, account_hash: &[u8; 32], address: &str) -> Result<(), OpError> {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed);
        if calls.is_multiple_of(CALLS_BETWEEN_SWEEPS) {
            self.pairs.retain_recent();
            self.addresses.retain_recent();
            self.open_forms.retain_recent();
        }
        let address = address.to_owned();
        self.addresses.check_key(&address).map_err(too_many)?;
        self.pairs
            .check_key(&(*account_hash, address))
            .map_err(too_many)
    }

    /// Counts a form that is sent without an account.
    ///
    /// # Errors
    /// Too many; how long to wait.
    pub fn open_form(&self, address: &str) -> Result<(), OpError> {
        self.open_forms
            .check_key(&address.to_owned())
            .map_err(too_many)
    }
}

fn too_many(until: governor::NotUntil<governor::clock::QuantaInstant>) -> OpError {
    let now = DefaultClock::default().now();
    OpError::TooMany {
        wait_seconds: until.wait_time_from(now).as_secs() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_token_does_not_stop_the_next() {
        let rates = Rates::default();
        let allowed = (0..700).filter(|_| rates.token(&[1; 16]).is_ok());
        assert!((600..=610).contains(&allowed.count()));
        assert!(rates.token(&[2; 16]).is_ok());
        assert!(rates.token(&[1; 16]).is_err());
    }

    #[test]
    fn passwords_of_keys_are_not_guessed() {
        let rates = Rates::default();
        let allowed = (0..20).filter(|_| rates.signature(&[1; 16]).is_ok());
        assert_eq!(allowed.count(), PER_SIGNER as usize);
        assert!(rates.signature(&[2; 16]).is_ok(), "somebody else");
    }

    #[test]
    fn a_flood_on_one_account_does_not_stop_the_next() {
        let rates = Rates::default();
        let address = "192.0.2.1";
        let allowed = (0..20).filter(|_| rates.sign_in(&[1; 32], address).is_ok());
        assert_eq!(allowed.count(), PER_PAIR as usize);
        assert!(rates.sign_in(&[2; 32], address).is_ok(), "another account");
        let elsewhere = "192.0.2.2";
        assert!(rates.sign_in(&[1; 32], elsewhere).is_ok(), "its owner");
        assert!(matches!(
            rates.sign_in(&[1; 32], address),
            Err(OpError::TooMany {
                wait_seconds: 1..=61
            })
        ));
    }
}
