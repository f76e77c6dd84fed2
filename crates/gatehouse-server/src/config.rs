//! What an installation may set: one file, one struct. Unknown keys are refused; secrets are
//! paths of files; the environment is read here and nowhere else. [`KEYS`] says what each key
//! means, and `gatehouse.example.toml` is written from it (`gatehouse serve --print-example`).

mod keys;

use crate::outbound::Network;
use gatehouse_core::retention::Record;
pub use keys::{KEYS, Key, example};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Names the file where the command line does not.
const FILE_VARIABLE: &str = "GATEHOUSE_CONFIG";

/// Everything that may be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The name under which phones and browsers reach this server.
    pub public_name: Option<String>,
    /// The SQLite file, unless `database_url_file` is set.
    pub database: PathBuf,
    /// A file that holds a PostgreSQL URL.
    pub database_url_file: Option<PathBuf>,
    /// Folder for what the server keeps beside the database: the local certificate authority.
    pub data_folder: PathBuf,
    /// How connections are protected.
    pub tls: TlsMode,
    /// Certificate chain in PEM, for `tls = "files"`.
    pub tls_certificate_file: Option<PathBuf>,
    /// Private key in PEM, for `tls = "files"`.
    pub tls_key_file: Option<PathBuf>,
    /// Where the page lies that installs the local authority on phones, for `tls = "local"`.
    pub authority_listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Addresses besides this machine's own that may read /metrics.
    pub metrics_from: Vec<IpAddr>,
    /// The font of cards and posters.
    pub font_file: Option<PathBuf>,
    /// Lists of county codes, to tell an old code in an ID number.
    pub area_codes_folder: Option<PathBuf>,
    /// Hours until a session ends.
    pub session_hours: u32,
    /// Largest body of a request in bytes.
    pub body_bytes_most: usize,
    /// Signatures of passes that are remembered as good; 0: each is verified every time.
    pub signatures_most: usize,
    /// Seconds until a request is given up.
    pub request_seconds_most: u64,
    /// Days that crossings and events of gates are kept.
    pub days_crossings: u32,
    /// Days that what a guard wrote down beside them is kept.
    pub days_details: u32,
    /// Days that a person is kept after they left, died, or came by.
    pub days_people: u32,
    /// Days that a pass is kept after it expired.
    pub days_passes: u32,
    /// Days that messages to people are kept.
    pub days_messages: u32,
    /// Days that entries of the audit chain are kept.
    pub days_audit: u32,
    /// Host and port of the server that sends e-mail.
    pub smtp_server: Option<String>,
    /// How the connection to it is protected.
    pub smtp_tls: SmtpTls,
    /// Whom e-mail comes from.
    pub smtp_from: Option<String>,
    /// Account at the server, where it asks for one.
    pub smtp_account: Option<String>,
    /// A file that holds its password.
    pub smtp_password_file: Option<PathBuf>,
    /// Address of the gateway that sends SMS.
    pub sms_url: Option<String>,
    /// What is posted to it.
    pub sms_body: String,
    /// A file that holds the secret of the gateway.
    pub sms_secret_file: Option<PathBuf>,
    /// Networks inside the house to which webhooks may go.
    pub webhook_networks: Vec<String>,
    /// What is logged, as in `info` or `warn,gatehouse_server=debug`.
    pub log: String,
}

/// How connections are protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// Plain on a loopback address, a local authority elsewhere.
    #[default]
    Auto,
    /// Certificate and key from files.
    Files,
    /// A local certificate authority, made at the first start.
    Local,
    /// None here: a proxy in front does it.
    Proxy,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// TLS from the first byte.
    Tls,
    /// TLS after a plain greeting.
    Starttls,
    /// None; on this machine only.
    None,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_name: None,
            database: PathBuf::from("gatehouse.db"),
            database_url_file: None,
            data_folder: PathBuf::from("gatehouse-data"),
            tls: TlsMode::Auto,
            tls_certificate_file: None,
            tls_key_file: None,
            authority_listen: None,
            trusted_proxies: Vec::new(),
            metrics_from: Vec::new(),
            font_file: None,
            area_codes_folder: None,
            session_hours: 12,
            body_bytes_most: 2 << 20,
            signatures_most: 65_536,
            request_seconds_most: 30,
            days_crossings: 30,
            days_details: 14,
            days_people: 30,
            days_passes: 30,
            days_messages: 30,
            days_audit: 365,
            smtp_server: None,
            smtp_tls: SmtpTls::Tls,
            smtp_from: None,
            smtp_account: None,
            smtp_password_file: None,
            sms_url: None,
            sms_body: r#"{"to":"{phone}","text":"{text}"}"#.to_owned(),
            sms_secret_file: None,
            webhook_networks: Vec::new(),
            log: "info".to_owned(),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or may not be read.
    #[error("the settings file {path} cannot be read: {reason}")]
    File {
        /// Which file.
        path: String,
        /// What the operating system says.
        reason: std::io::ErrorKind,
    },
    /// Not TOML, an unknown key, a wrong type.
    #[error("the settings file {path}: {reason}")]
    Content {
        /// Which file.
        path: String,
        /// With line and column.
        reason: String,
    },
    /// Two settings that do not go together, or a value out of range.
    #[error("settings: {0}")]
    Senseless(&'static str),
}

impl Config {
    /// Reads the file that is named on the command line or by `GATEHOUSE_CONFIG`; with neither,
    /// everything is as the defaults say.
    ///
    /// # Errors
    /// A file that cannot be read or used, with the place in it.
    pub fn load(named: Option<&Path>) -> Result<Config, ConfigError> {
        let config = match named.map(Path::to_owned).or_else(file_from_environment) {
            Some(path) => Config::read(&path)?,
            None => Config::default(),
        };
        config.check()?;
        Ok(config)
    }

    fn read(path: &Path) -> Result<Config, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File {
            path: name.clone(),
            reason: error.kind(),
        })?;
        Config::parse(&text).map_err(|reason| ConfigError::Content { path: name, reason })
    }

    fn parse(text: &str) -> Result<Config, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
    }

    /// Whether the values go together.
    ///
    /// # Errors
    /// What does not.
    pub fn check(&self) -> Result<(), ConfigError> {
        let files = [&self.tls_certificate_file, &self.tls_key_file];
        let complaint = if self.tls == TlsMode::Files && files.iter().any(|file| file.is_none()) {
            "tls = \"files\" needs tls_certificate_file and tls_key_file"
        } else if self.tls != TlsMode::Files && files.iter().any(|file| file.is_some()) {
            "tls_certificate_file and tls_key_file belong to tls = \"files\""
        } else if !(1..=168).contains(&self.session_hours) {
            "session_hours must be 1 to 168"
        } else if !(65_536..=64 << 20).contains(&self.body_bytes_most) {
            "body_bytes_most must be 65536 to 67108864"
        } else if self.signatures_most > 1_000_000 {
            "signatures_most must be 0 to 1000000"
        } else if !(1..=600).contains(&self.request_seconds_most) {
            "request_seconds_most must be 1 to 600"
        } else {
            return self.check_days().and_then(|()| self.check_channels());
        };
        Err(ConfigError::Senseless(complaint))
    }

    /// Each kind of record has a ceiling: no setting makes it a collection (SCOPE-5).
    fn check_days(&self) -> Result<(), ConfigError> {
        let within =
            |record: Record, days: u32| (1..=u32::from(record.ceiling_days())).contains(&days);
        let complaint = if !within(Record::Crossings, self.days_crossings) {
            "days_crossings must be 1 to 180"
        } else if !within(Record::Details, self.days_details)
            || self.days_details > self.days_crossings
        {
            "days_details must be 1 to 60, and no more than days_crossings"
        } else if !within(Record::People, self.days_people) {
            "days_people must be 1 to 180"
        } else if !within(Record::Passes, self.days_passes) {
            "days_passes must be 1 to 365"
        } else if !within(Record::Messages, self.days_messages) {
            "days_messages must be 1 to 180"
        } else if !(30..=1_095).contains(&self.days_audit) {
            "days_audit must be 30 to 1095"
        } else {
            return Ok(());
        };
        Err(ConfigError::Senseless(complaint))
    }

    fn check_channels(&self) -> Result<(), ConfigError> {
        let is_mail_here = self.smtp_server.as_deref().is_none_or(is_here);
        let sms = self.sms_url.as_deref().unwrap_or("https://");
        let plain = sms.strip_prefix("http://");
        let complaint = if self.smtp_server.is_some() && self.smtp_from.is_none() {
            "smtp_server needs smtp_from"
        } else if self.smtp_account.is_some() != self.smtp_password_file.is_some() {
            "smtp_account and smtp_password_file belong together"
        } else if self.smtp_tls == SmtpTls::None && !is_mail_here {
            "smtp_tls = \"none\" is for a server on this machine"
        } else if !sms.starts_with("https://") && !plain.is_some_and(is_here) {
            "sms_url must begin with https://, or be on this machine"
        } else if !(self.sms_body.contains("{phone}") && self.sms_body.contains("{text}")) {
            "sms_body must hold {phone} and {text}"
        } else if (self.webhook_networks.iter()).any(|text| Network::parse(text).is_none()) {
            "webhook_networks are written like 10.1.0.0/16"
        } else {
            return Ok(());
        };
        Err(ConfigError::Senseless(complaint))
    }

    /// Whether browsers reach us over TLS, so that cookies must be `Secure`.
    pub fn is_behind_tls(&self) -> bool {
        match self.tls {
            TlsMode::Files | TlsMode::Local | TlsMode::Proxy => true,
            TlsMode::Auto => !self.listen.ip().is_loopback(),
        }
    }

    /// The PostgreSQL URL, where one is set.
    ///
    /// # Errors
    /// The file that should hold it cannot be read.
    pub fn database_url(&self) -> Result<Option<String>, ConfigError> {
        let Some(path) = &self.database_url_file else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File {
            path: path.display().to_string(),
            reason: error.kind(),
        })?;
        Ok(Some(text.trim().to_owned()))
    }
}

/// Whether `host:port/…` is this machine by its number, which no name server can change.
fn is_here(place: &str) -> bool {
    let host = place.split('/').next().unwrap_or_default();
    let address = host.parse::<SocketAddr>().map(|address| address.ip());
    let address = address.or_else(|_| host.parse::<IpAddr>());
    address.is_ok_and(|address| address.is_loopback())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn file_from_environment() -> Option<PathBuf> {
    std::env::var_os(FILE_VARIABLE).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_example_is_read_and_defaults_are_told_truly() {
        let mut all = String::new();
        for key in KEYS {
            let line = format!("{} = {}\n", key.name, key.example);
            let alone = Config::parse(&line).expect(key.name);
            let is_default = format!("{alone:?}") == format!("{:?}", Config::default());
            assert_eq!(is_default, key.is_default, "{}", key.name);
            all.push_str(&line);
        }
        Config::parse(&all).expect("all keys together");
        let known = format!("{:?}", Config::default()).matches(": ").count();
        assert_eq!(known, KEYS.len(), "each field of the struct has its key");
    }

    #[test]
    fn the_example_file_is_the_one_that_is_written() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../gatehouse.example.toml");
        let file = std::fs::read_to_string(path).expect("the example file");
        assert!(
            file == example(),
            "write it anew: gatehouse serve --print-example > gatehouse.example.toml"
        );
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_place() {
        let unknown = Config::parse("listen = \"127.0.0.1:1\"\nport = 3\n").expect_err("a key");
        assert!(unknown.contains("line 2"), "{unknown}");
        let table = [
            "session_hours = 0",
            "body_bytes_most = 1",
            "request_seconds_most = 0",
            "signatures_most = 1000001",
            "tls = \"files\"",
            "tls_key_file = \"key.pem\"",
            "days_crossings = 0",
            "days_crossings = 181",
            "days_crossings = 10\ndays_details = 11",
            "days_people = 200",
            "days_audit = 29",
            "smtp_server = \"mail.example.invalid:465\"",
            "smtp_account = \"gatehouse\"",
            "smtp_server = \"mail.example.invalid:25\"\nsmtp_from = \"a@b.c\"\nsmtp_tls = \"none\"",
            "sms_url = \"http://sms.example.invalid/send\"",
            "sms_url = \"http://127.0.0.1.example.invalid/send\"",
            "sms_body = \"{text}\"",
            "webhook_networks = [\"10.0.0.0\"]",
        ];
        for text in table {
            let config = Config::parse(text).expect(text);
            assert!(config.check().is_err(), "{text}");
        }
        for text in [
            "listen = 8080",
            "tls = \"none\"",
            "session_hours = -1",
            "listen =",
        ] {
            assert!(Config::parse(text).is_err(), "{text}");
        }
    }
}
