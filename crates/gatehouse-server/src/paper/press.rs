//! Prints one thing at a time, away from the threads that answer gates.

use super::PaperError;
use super::font::{FontShelf, Fonts};
use crate::error::OpError;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Sheets of a building take seconds of a core; a second one waits.
const AT_ONCE: usize = 1;

/// Where paper comes from.
#[derive(Clone, Debug)]
pub struct Press {
    shelf: Arc<FontShelf>,
    turns: Arc<Semaphore>,
}

impl Press {
    /// With the font of the settings, or whichever known one is there.
    pub fn new(font_file: Option<PathBuf>) -> Press {
        Press {
            shelf: Arc::new(FontShelf::new(font_file)),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Makes a file when it is its turn.
    ///
    /// # Errors
    /// No font; our own mistakes.
    pub async fn print<T: Send + 'static>(
        &self,
        make: impl FnOnce(&Fonts) -> Result<T, PaperError> + Send + 'static,
    ) -> Result<T, OpError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let _turn = turn.map_err(|_| OpError::Passing("S-BUSY"))?;
        let shelf = Arc::clone(&self.shelf);
        let made = tokio::task::spawn_blocking(move || make(&*shelf.take()?));
        match made.await {
            Ok(made) => Ok(made?),
            Err(panic) => Err(OpError::Bug(format!("printing: {panic}"))),
        }
    }

    /// The fonts, for work that is on a thread of its own already.
    ///
    /// # Errors
    /// No font.
    pub fn fonts(&self) -> Result<Arc<Fonts>, PaperError> {
        self.shelf.take()
    }
}

impl From<PaperError> for OpError {
    fn from(error: PaperError) -> OpError {
        match error {
            PaperError::NoFont | PaperError::BadFont(_) => OpError::NotTaken {
                code: "H-FONT",
                detail: "Install Debian's fonts-noto-cjk, or set font_file.",
            },
            error => OpError::Bug(error.to_string()),
        }
    }
}
