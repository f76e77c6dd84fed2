//! What each setting means, and the example file that is written from it.

use std::fmt::Write as _;

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
    unset(
        "area_codes_folder",
        "\"/srv/area-codes\"",
        "A folder with areas.csv and abandoned-or-old-codes.csv (code,name,…): an ID number whose\n\
         county is no more is then shown as old. Unset: numbers are checked by their form.",
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
        "signatures_most",
        "65536",
        "Signatures of passes that are remembered as good, so that a pass shown again is not\n\
         computed again; 40 bytes of memory each. 0: every time.",
    ),
    key(
        "request_seconds_most",
        "30",
        "Seconds until a request is given up.",
    ),
    key(
        "days_crossings",
        "30",
        "Days that crossings and events of gates are kept, 1 to 180. Their audit days are\n\
         sealed before.",
    ),
    key(
        "days_details",
        "14",
        "Days that what a guard wrote down beside them is kept, 1 to 60.",
    ),
    key(
        "days_people",
        "30",
        "Days until a person is erased after they left, died, or only came by, 1 to 180.",
    ),
    key(
        "days_passes",
        "30",
        "Days that a pass is kept after it expired, 1 to 365.",
    ),
    key(
        "days_messages",
        "30",
        "Days that messages to people are kept, 1 to 180.",
    ),
    key(
        "days_audit",
        "365",
        "Days that entries of the audit chain are kept, 30 to 1095.",
    ),
    unset(
        "smtp_server",
        "\"mail.example.invalid:465\"",
        "Host and port of the server that sends e-mail. Unset: no e-mail is sent.",
    ),
    key(
        "smtp_tls",
        "\"tls\"",
        "tls: from the first byte. starttls: after a plain greeting. none: on this machine only.",
    ),
    unset(
        "smtp_from",
        "\"gatehouse@example.invalid\"",
        "Whom e-mail comes from.",
    ),
    unset(
        "smtp_account",
        "\"gatehouse\"",
        "Account at the mail server, where it asks for one.",
    ),
    unset(
        "smtp_password_file",
        "\"/etc/gatehouse/smtp-password\"",
        "A file that holds its password.",
    ),
    unset(
        "sms_url",
        "\"https://sms.example.invalid/send\"",
        "Address of the gateway that sends SMS, by POST. Unset: no SMS is sent.",
    ),
    key(
        "sms_body",
        "'{\"to\":\"{phone}\",\"text\":\"{text}\"}'",
        "What is posted to it: JSON with {phone}, {text} and, where it belongs there, {secret}.",
    ),
    unset(
        "sms_secret_file",
        "\"/etc/gatehouse/sms-secret\"",
        "A file that holds the secret of the gateway; sent as Authorization: Bearer, or where\n\
         sms_body says {secret}.",
    ),
    key(
        "webhook_networks",
        "[]",
        "Networks inside the house to which webhooks may go, like \"10.1.0.0/16\"; else they go\n\
         to public addresses and to this machine only.",
    ),
    key(
        "log",
        "\"info\"",
        "What is logged: error, warn, info, debug, or filters as in\n\
         \"warn,gatehouse_server=debug\".",
    ),
];

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
