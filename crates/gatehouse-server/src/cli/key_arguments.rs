//! Arguments that `init`, `order` and `pass` share: where keys lie, passwords from files.

use crate::config::Config;
use crate::ops::key_home::KeyHome;
use crate::ops::sign_order::Signer;
use crate::secrets::{self, Secrets};
use crate::serve::{open_store, open_store_to_read};
use crate::world::Computer;
use anyhow::{Context, Result};
use clap::Args;
use gatehouse_core::key::KeyId;
use gatehouse_core::moment::Moment;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where keys lie: the database of the settings, or a folder.
#[derive(Debug, Args)]
pub struct KeyPlace {
    /// A folder of files instead of a database: for an office that only issues passes, for trying
    /// things out.
    #[arg(long, global = true, conflicts_with = "config")]
    files: Option<PathBuf>,
    /// The settings file; else the one that GATEHOUSE_CONFIG names; else the defaults hold.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
}

impl KeyPlace {
    /// Opens the place.
    pub fn home(&self) -> Result<KeyHome> {
        match &self.files {
            Some(folder) => Ok(KeyHome::Files(folder.clone())),
            None => open_store(&self.settings()?).map(KeyHome::Database),
        }
    }

    /// Opens the place only to read it.
    pub fn home_to_read(&self) -> Result<KeyHome> {
        match &self.files {
            Some(folder) => Ok(KeyHome::Files(folder.clone())),
            None => open_store_to_read(&self.settings()?).map(KeyHome::Database),
        }
    }

    /// The settings, as the arguments name them.
    pub fn settings(&self) -> Result<Config> {
        Ok(Config::load(self.config.as_deref())?)
    }

    fn secrets_file(&self) -> Result<PathBuf> {
        let folder = match &self.files {
            Some(folder) => folder.clone(),
            None => self.settings()?.data_folder,
        };
        Ok(folder.join(secrets::FILE))
    }

    /// The secrets beside the keys.
    pub fn secrets(&self) -> Result<Secrets> {
        Ok(Secrets::load(&self.secrets_file()?)?)
    }

    /// The secrets beside the keys; new ones where there are none.
    pub fn secrets_or_new(&self) -> Result<Secrets> {
        let path = self.secrets_file()?;
        if path.exists() {
            return Ok(Secrets::load(&path)?);
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("K-FILE: {}", folder.display()))?;
        }
        let secrets = Secrets::make(&Computer);
        secrets.save_new(&path)?;
        Ok(secrets)
    }
}

/// Who signs.
#[derive(Debug, Args)]
pub struct SignerArguments {
    /// Id of the key that signs, eight hex digits.
    #[arg(long)]
    key: String,
    /// A file whose first line is the password of the key's owner.
    #[arg(long)]
    password_file: PathBuf,
}

impl SignerArguments {
    /// Lets somebody sign with their key and password.
    pub fn with<T>(self, act: impl FnOnce(&Signer<'_>) -> Result<T>) -> Result<T> {
        let key: KeyId =
            serde_json::from_value(self.key.into()).context("K-FORM: --key is eight hex digits")?;
        let password = read_password(&self.password_file)?;
        act(&Signer {
            key,
            password: &password,
        })
    }
}

/// A time as it is written on the command line, in milliseconds UTC.
pub fn moment(text: &str) -> Result<i64> {
    let moment = Moment::parse(text).context("O-TIME: written like 2026-11-23T08:00:00+08:00")?;
    Ok(moment.millis)
}

/// The first line of a file: passwords are not given on the command line, where every account of
/// the machine could read them.
pub fn read_password(path: &Path) -> Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .with_context(|| format!("K-FILE: the password file {}", path.display()))?;
    let line = text.lines().next().unwrap_or_default();
    Ok(Zeroizing::new(line.to_owned()))
}
