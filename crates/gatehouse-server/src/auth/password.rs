//! Passwords: argon2id, never more than a few at a time.

use crate::world::SharedWorld;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Argon2, Params};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Fewest characters of a password.
pub const LENGTH_LEAST: usize = 10;
/// Most bytes of a password that are read.
pub const BYTES_MOST: usize = 512;

/// Hashes and verifies passwords off the async threads. Each takes 19 MiB and tens of
/// milliseconds, so only a few run at once and the others wait.
#[derive(Clone)]
pub struct Passwords {
    at_once: Arc<Semaphore>,
    world: SharedWorld,
}

impl Passwords {
    /// `at_once` bounds memory.
    pub fn new(world: SharedWorld, at_once: usize) -> Passwords {
        Passwords {
            at_once: Arc::new(Semaphore::new(at_once)),
            world,
        }
    }

    /// A PHC string for the database.
    pub async fn hash(&self, password: String) -> Option<String> {
        let salt: [u8; 16] = self.world.bytes();
        self.run(move || hash_with_salt(&password, &salt))
            .await
            .flatten()
    }

    /// Whether the password is the one of `hash`; without a hash the same work is done, so that
    /// nobody learns from the time taken whether an account exists.
    pub async fn verify(&self, password: String, hash: Option<String>) -> bool {
        let exists = hash.is_some();
        let fits = self
            .run(move || verify(&password, hash.as_deref().unwrap_or(no_account())))
            .await
            .unwrap_or(false);
        exists && fits
    }

    /// Does work that takes as much memory and time as a password, with the same bound.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _permit = self.at_once.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// Hashes with a given salt; for the first accounts of a demo.
pub fn hash_with_salt(password: &str, salt: &[u8; 16]) -> Option<String> {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.ok().map(|hash| hash.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    password.len() <= BYTES_MOST
        && Argon2::from(Params::DEFAULT)
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
}

/// A hash that no password has, made once.
fn no_account() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash_with_salt("nobody has this account", &[0; 16]).unwrap_or_default())
}
