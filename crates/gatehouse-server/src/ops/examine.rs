//! What a phone at the gate would meet: can it come in, is the connection one that gives camera
//! and storage, are the app's files there, does the database read and write.

use crate::area_codes::HeldAreaCodes;
use crate::config::{Config, TlsMode};
use crate::console::gate_app;
use crate::serve::authority::AUTHORITY_FILE;
use crate::serve::{authority_address, open_store, origin, tls};
use gatehouse_store::StoreError;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde::Serialize;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Where Debian and its kin keep the authorities that browsers trust.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// How it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// As it should be.
    Good,
    /// It works; somebody should look.
    Look,
    /// Phones will not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it looks.
    pub mark: Mark,
    /// Short, stable, read out on the phone.
    pub code: &'static str,
    /// What was found.
    pub text: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

fn good(code: &'static str, text: impl Into<String>) -> Finding {
    Finding {
        mark: Mark::Good,
        code,
        text: text.into(),
        mend: None,
    }
}

fn found(mark: Mark, code: &'static str, text: impl Into<String>, mend: &str) -> Finding {
    Finding {
        mark,
        code,
        text: text.into(),
        mend: Some(mend.to_owned()),
    }
}

/// Looks at everything.
pub fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![database(config), app_files(), secure_context(config)];
    findings.extend(reach(config));
    findings.push(connection(config));
    findings.extend(area_codes(config));
    findings
}

/// Says nothing where no lists are named: they are a help, not a need.
fn area_codes(config: &Config) -> Option<Finding> {
    let folder = config.area_codes_folder.as_deref()?;
    Some(match HeldAreaCodes::read(Some(folder)) {
        Ok(_) => good("D-CODES", "the lists of county codes are read"),
        Err(error) => found(
            Mark::Look,
            "D-CODES",
            format!("{error:#}"),
            "See to the files in area_codes_folder, or leave the setting out.",
        ),
    })
}

fn database(config: &Config) -> Finding {
    let store = match open_store(config) {
        Ok(store) => store,
        Err(error) => {
            let mend = "See that the database is there, is ours to write, and of this version.";
            return found(Mark::Bad, "D-DATABASE", format!("{error:#}"), mend);
        }
    };
    // A write that changes nothing shows that the disk takes writes.
    let asked = store.write_blocking::<_, StoreError, _>(gatehouse_store::Lane::Jobs, |tx| {
        tx.delete_old_login_failures(0)?;
        tx.count_staff()
    });
    match asked {
        Ok(0) => found(
            Mark::Look,
            "D-DATABASE",
            "the database has no accounts yet",
            "Make the first with: gatehouse init (or gatehouse demo for a trial).",
        ),
        Ok(accounts) => good(
            "D-DATABASE",
            format!("reads and writes; accounts: {accounts}"),
        ),
        Err(error) => found(
            Mark::Bad,
            "D-DATABASE",
            format!("{}: {error}", error.code()),
            "See to the disk and to who may write the file.",
        ),
    }
}

fn app_files() -> Finding {
    if gate_app::is_built_in() {
        good("D-APP", "the gate app is part of this program")
    } else {
        found(
            Mark::Bad,
            "D-APP",
            "this program was built without the gate app",
            "Build it first (script/wasm, script/web), then this program.",
        )
    }
}

/// Camera, service worker and WebCrypto exist only in a secure context.
fn secure_context(config: &Config) -> Finding {
    let origin = origin(config);
    if config.is_behind_tls() {
        good("D-SECURE", format!("phones open {origin}/gate/ over TLS"))
    } else {
        found(
            Mark::Look,
            "D-SECURE",
            format!("{origin} is in reach of this machine only, without TLS"),
            "For phones, set listen to an address of the network; TLS follows by itself.",
        )
    }
}

/// Whether phones can find us, as far as this machine can tell.
fn reach(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(name) = &config.public_name {
        use std::net::ToSocketAddrs;
        let resolved = (name.as_str(), config.listen.port()).to_socket_addrs();
        findings.push(match resolved.map(|mut found| found.next()) {
            Ok(Some(address)) => good("D-NAME", format!("{name} is {}", address.ip())),
            _ => found(
                Mark::Bad,
                "D-NAME",
                format!("{name} leads nowhere from here"),
                "Enter it in the network's DNS, or set public_name to the address.",
            ),
        });
    }
    if config.listen.ip().is_unspecified() && tls::outward_address().is_none() {
        findings.push(found(
            Mark::Bad,
            "D-NETWORK",
            "this machine has no address in a network",
            "Connect it, then look again.",
        ));
    }
    if uses_authority(config) {
        let address = authority_address(config);
        findings.push(match TcpStream::connect_timeout(&near(address), PATIENCE) {
            Ok(_) => good(
                "D-INSTALL",
                format!("phones install from port {}", address.port()),
            ),
            Err(_) => found(
                Mark::Look,
                "D-INSTALL",
                format!("nothing answers on port {}", address.port()),
                "Start gatehouse serve; see that no firewall keeps phones out.",
            ),
        });
    }
    findings
}

fn uses_authority(config: &Config) -> bool {
    match config.tls {
        TlsMode::Local => true,
        TlsMode::Auto => !config.listen.ip().is_loopback(),
        TlsMode::Files | TlsMode::Proxy => false,
    }
}

/// The address to connect to from this machine.
fn near(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let ip = tls::outward_address().unwrap_or([127, 0, 0, 1].into());
        SocketAddr::new(ip, address.port())
    } else {
        address
    }
}

/// Asks the running server for its health, as a phone that trusts what phones trust.
fn connection(config: &Config) -> Finding {
    let address = near(config.listen);
    let Ok(stream) = TcpStream::connect_timeout(&address, PATIENCE) else {
        return found(
            Mark::Look,
            "D-RUNNING",
            format!("nothing answers on {address}"),
            "Start gatehouse serve, then look again.",
        );
    };
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let is_plain = !config.is_behind_tls() || config.tls == TlsMode::Proxy;
    let asked = if is_plain {
        ask(stream)
    } else {
        over_tls(config, stream, address).and_then(ask)
    };
    match asked {
        Ok(answer) if answer.starts_with("HTTP/1.1 200") => good(
            "D-RUNNING",
            format!("answers on {address} as phones will ask"),
        ),
        Ok(answer) => found(
            Mark::Bad,
            "D-RUNNING",
            format!("answers: {}", answer.lines().next().unwrap_or_default()),
            "Look into its log.",
        ),
        Err(why) => found(
            Mark::Bad,
            "D-TLS",
            format!("a phone would not connect: {why}"),
            "See certificate, name (public_name) and, on phones, the local authority.",
        ),
    }
}

fn ask(mut stream: impl Read + Write) -> Result<String, String> {
    let request = "GET /healthz HTTP/1.1\r\nHost: doctor\r\nConnection: close\r\n\r\n";
    let mut answer = String::new();
    stream
        .write_all(request.as_bytes())
        .and_then(|()| stream.flush())
        .and_then(|()| stream.take(64 << 10).read_to_string(&mut answer))
        .map_err(|error| error.to_string())?;
    Ok(answer)
}

fn over_tls(
    config: &Config,
    stream: TcpStream,
    address: SocketAddr,
) -> Result<impl Read + Write, String> {
    let file = if uses_authority(config) {
        config.data_folder.join(AUTHORITY_FILE)
    } else {
        Path::new(SYSTEM_ROOTS).to_owned()
    };
    let mut roots = RootCertStore::empty();
    let read = CertificateDer::pem_file_iter(&file).map_err(|_| no_roots(&file))?;
    roots.add_parsable_certificates(read.flatten());
    if roots.is_empty() {
        return Err(no_roots(&file));
    }
    let host = config.public_name.clone();
    let host = host.unwrap_or_else(|| address.ip().to_string());
    let name = ServerName::try_from(host).map_err(|_| "public_name is no name".to_owned())?;
    let provider = rustls::crypto::ring::default_provider();
    let client = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(client), name);
    let connection = connection.map_err(|error| error.to_string())?;
    Ok(StreamOwned::new(connection, stream))
}

fn no_roots(file: &Path) -> String {
    format!("no authorities in {}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_that_is_not_running_is_told_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            database: folder.path().join("town.db"),
            data_folder: folder.path().to_owned(),
            listen: ([127, 0, 0, 1], 1).into(),
            ..Config::default()
        };
        let findings = examine(&config);
        let of = |code: &str| {
            let mut all = findings.iter();
            all.find(|finding| finding.code == code)
                .expect("a finding")
                .clone()
        };
        assert_eq!(of("D-DATABASE").mark, Mark::Look, "no accounts yet");
        assert_eq!(of("D-RUNNING").mark, Mark::Look);
        assert_eq!(of("D-SECURE").mark, Mark::Look);
        assert!(
            findings
                .iter()
                .all(|f| f.mark == Mark::Good || f.mend.is_some())
        );
    }

    #[test]
    fn a_broken_database_is_bad() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("letter.txt");
        std::fs::write(&database, "this is a letter and no database").expect("writes");
        let config = Config {
            database,
            ..Config::default()
        };
        assert_eq!(super::database(&config).mark, Mark::Bad);
    }
}
