//! What an installation may set: one file, one struct. Unknown keys are refused; secrets are
//! paths of files; the environment is read here and nowhere else. [`KEYS`] says what each key
//! means, and `gatehouse.example.toml` is written from it (`gatehouse serve --print-example`).

use serde::Deserialize;
use std::fmt::Write as _;
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
    /// Hours until a session ends.
    pub session_hours: u32,
    /// Largest body of a request in bytes.
    pub body_bytes_most: usize,
    /// Seconds until a request is given up.
    pub request_seconds_most: u64,
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
            session_hours: 12,
            body_bytes_most: 2 << 20,
            request_seconds_most: 30,
            log: "info".to_owned(),
        }
    }
}

/// A key of the file: its name, what an example sets, and what it means.
pub struct Key {
    /// As it is written in the file.
    pub name: &'static str,
    /// A value in TOML; the default, or an example where there is none.
    pub example: &'static str,
    /// Whether the example is the default.
    pub is_default: bool,
    /// What it means.
    pub meaning: &'static str,
}

const fn key(name: &'static str, example: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        example,
        is_default: true,
        meaning,
    }
}

const fn unset(name: &'static str, example: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        example,
        is_default: false,
        meaning,
    }
}

/// Every key, in the order of the example file.
pub const KEYS: &[Key] = &[
    key(
        "listen",
        "\"127.0.0.1:8080\"",
        "Address and port to listen on.",
    ),
    unset(
        "public_name",
        "\"gatehouse.lan\"",
        "The name (or address) under which phones and browsers reach this server; it goes\n\
         into certificates and codes. Unset: the address listened on.",
    ),
    key(
        "database",
        "\"gatehouse.db\"",
        "The SQLite file; made if it is not there.",
    ),
    unset(
        "database_url_file",
        "\"/etc/gatehouse/database-url\"",
        "A file that holds a PostgreSQL URL (postgres://…); then `database` is not used.",
    ),
    key(
        "data_folder",
        "\"gatehouse-data\"",
        "Folder for what is kept beside the database: the local certificate authority.",
    ),
    key(
        "tls",
        "\"auto\"",
        "auto: plain on a loopback address, a local authority elsewhere. files: the two files\n\
         below. local: a local authority. proxy: a proxy in front of us does it.",
    ),
    unset(
        "tls_certificate_file",
        "\"/etc/gatehouse/chain.pem\"",
        "Certificate chain in PEM, for tls = \"files\".",
    ),
    unset(
        "tls_key_file",
        "\"/etc/gatehouse/key.pem\"",
        "Private key in PEM, for tls = \"files\".",
    ),
    unset(
        "authority_listen",
        "\"0.0.0.0:8081\"",
        "Where the plain page lies that installs the local authority on phones. Unset: the\n\
         port after `listen`.",
    ),
    key(
        "trusted_proxies",
        "[]",
        "Addresses of proxies whose X-Forwarded-For is believed; nobody else's is.",
    ),
    key(
        "metrics_from",
        "[]",
        "Addresses besides this machine's own that may read /metrics.",
    ),
    unset(
        "font_file",
        "\"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc\"",
        "The font of cards and posters: a file with Chinese characters; -Bold beside -Regular\n\
         is used for names. Unset: where Debian's fonts-noto-cjk and others put it.",
    ),
    key(
        "session_hours",
        "12",
        "Hours until a session ends, 1 to 168.",
    ),
    key(
        "body_bytes_most",
        "2097152",
        "Largest body of a request in bytes.",
    ),
    key(
        "request_seconds_most",
        "30",
        "Seconds until a request is given up.",
    ),
    key(
        "log",
        "\"info\"",
        "What is logged: error, warn, info, debug, or filters as in\n\
         \"warn,gatehouse_server=debug\".",
    ),
];

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
        } else if !(1..=600).contains(&self.request_seconds_most) {
            "request_seconds_most must be 1 to 600"
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

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn file_from_environment() -> Option<PathBuf> {
    std::env::var_os(FILE_VARIABLE).map(PathBuf::from)
}

/// The example file: every key with its meaning; defaults as comments.
pub fn example() -> String {
    let mut text = String::from(
        "# Gatehouse: settings. Everything has a default; lines that begin with # show it\n\
         # or an example. Unknown keys are refused. Secrets are files, named here.\n",
    );
    for key in KEYS {
        text.push('\n');
        for line in key.meaning.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let mark = if key.is_default { "#" } else { "# example:" };
        let _ = writeln!(text, "{mark} {} = {}", key.name, key.example);
    }
    text
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
            "tls = \"files\"",
            "tls_key_file = \"key.pem\"",
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
