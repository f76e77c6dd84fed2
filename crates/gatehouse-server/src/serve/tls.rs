//! Certificates of the running server: from files, or from the local authority.

use super::authority::{Authority, AuthorityError, RENEW_BEFORE_DAYS};
use crate::config::{Config, TlsMode};
use crate::world::SharedWorld;
use gatehouse_core::moment::CivilDay;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::net::{IpAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate or key file that cannot be used.
    #[error("T-FILE: {path}: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    #[error("T-KEY: certificate and key cannot be used together: {0}")]
    Key(String),
    /// The local authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

/// What protects connections.
pub enum Protection {
    /// Nothing here: loopback, or a proxy in front.
    None,
    /// Certificate files.
    Files(Arc<ServerConfig>),
    /// The local authority, with its certificates renewed while we run.
    Local {
        /// For the acceptor.
        config: Arc<ServerConfig>,
        /// For the page that installs it.
        authority: Arc<Authority>,
        /// Renews the certificate.
        renewal: Renewal,
    },
}

/// Works out what the settings ask for.
///
/// # Errors
/// [`TlsError`].
pub fn protection(config: &Config, world: &SharedWorld) -> Result<Protection, TlsError> {
    let is_local = match config.tls {
        TlsMode::Local => true,
        TlsMode::Auto => !config.listen.ip().is_loopback(),
        TlsMode::Proxy => false,
        TlsMode::Files => return Ok(Protection::Files(from_files(config)?)),
    };
    if !is_local {
        return Ok(Protection::None);
    }
    let names = names(config);
    let now = world.now_millis();
    let authority = Arc::new(Authority::open_or_make(&config.data_folder, &names, now)?);
    let renewal = Renewal {
        current: Arc::new(Current::default()),
        authority: authority.clone(),
        names,
    };
    renewal.renew_if_due(now)?;
    let resolver = renewal.current.clone();
    let config = server_config()?.with_cert_resolver(resolver);
    Ok(Protection::Local {
        config: Arc::new(http1_only(config)),
        authority,
        renewal,
    })
}

/// The names and addresses under which phones may reach us.
pub fn names(config: &Config) -> Vec<String> {
    let mut names: Vec<String> = config.public_name.iter().cloned().collect();
    let listen = config.listen.ip();
    if listen.is_unspecified() {
        names.extend(outward_address().map(|address| address.to_string()));
    } else {
        names.push(listen.to_string());
    }
    names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// Our address in the local network, from the routing table: connecting a datagram socket sends
/// nothing.
pub fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified()).then_some(address)
}

type Unresolved = rustls::ConfigBuilder<ServerConfig, rustls::server::WantsServerCert>;

fn server_config() -> Result<Unresolved, TlsError> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_no_client_auth())
        .map_err(|error| TlsError::Key(error.to_string()))
}

fn http1_only(mut config: ServerConfig) -> ServerConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

fn from_files(config: &Config) -> Result<Arc<ServerConfig>, TlsError> {
    let path = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
    let certificate_path = path(&config.tls_certificate_file);
    let key_path = path(&config.tls_key_file);
    let chain: Vec<_> = CertificateDer::pem_file_iter(&certificate_path)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(&certificate_path, &error))?;
    let key = PrivateKeyDer::from_pem_file(&key_path).map_err(|e| unusable(&key_path, &e))?;
    let config = server_config()?
        .with_single_cert(chain, key)
        .map_err(|error| TlsError::Key(error.to_string()))?;
    Ok(Arc::new(http1_only(config)))
}

fn unusable(path: &Path, error: &rustls::pki_types::pem::Error) -> TlsError {
    TlsError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// The certificate that is shown just now.
#[derive(Debug, Default)]
struct Current {
    shown: RwLock<Option<(Arc<CertifiedKey>, CivilDay)>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.as_ref().map(|(key, _)| key.clone())
    }
}

/// Makes a new server certificate when the present one nears its end.
#[derive(Clone)]
pub struct Renewal {
    current: Arc<Current>,
    authority: Arc<Authority>,
    names: Vec<String>,
}

impl Renewal {
    /// To be called at start and daily.
    ///
    /// # Errors
    /// [`TlsError`]; the present certificate stays.
    pub fn renew_if_due(&self, now_millis: i64) -> Result<(), TlsError> {
        let today = i32::try_from(now_millis.div_euclid(86_400_000)).unwrap_or(0);
        let is_due = {
            let shown = self.current.shown.read();
            let shown = shown.unwrap_or_else(PoisonError::into_inner);
            shown
                .as_ref()
                .is_none_or(|(_, until)| until.0 - today < RENEW_BEFORE_DAYS)
        };
        if !is_due {
            return Ok(());
        }
        let leaf = self.authority.leaf(&self.names, now_millis)?;
        let key = ring::sign::any_supported_type(&leaf.key)
            .map_err(|error| TlsError::Key(error.to_string()))?;
        let certified = CertifiedKey::new(vec![leaf.certificate], key);
        let mut shown = self
            .current
            .shown
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *shown = Some((Arc::new(certified), leaf.until));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Computer;
    use rustls::{ClientConfig, RootCertStore};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    fn local(folder: &Path) -> Config {
        Config {
            tls: TlsMode::Local,
            data_folder: folder.to_owned(),
            public_name: Some("gatehouse.example".to_owned()),
            ..Config::default()
        }
    }

    /// Shakes hands as a phone would that has installed only that authority.
    async fn handshake(
        server: Arc<ServerConfig>,
        root: CertificateDer<'static>,
        name: &'static str,
    ) -> Result<(), String> {
        let mut roots = RootCertStore::empty();
        roots.add(root).expect("an authority");
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (near, far) = tokio::io::duplex(1 << 16);
        let accept = TlsAcceptor::from(server).accept(far);
        let name = name.try_into().expect("a name");
        let connect = TlsConnector::from(Arc::new(client)).connect(name, near);
        let (_, connected) = tokio::join!(accept, connect);
        connected.map(|_| ()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_phone_with_the_authority_reaches_our_names_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let world: SharedWorld = Arc::new(Computer);
        let protection = protection(&local(folder.path()), &world).expect("protection");
        let Protection::Local {
            config, authority, ..
        } = protection
        else {
            panic!("a local authority");
        };
        let root = authority.certificate().clone();
        for name in ["gatehouse.example", "127.0.0.1", "localhost"] {
            let done = handshake(config.clone(), root.clone(), name).await;
            assert_eq!(done, Ok(()), "{name}");
        }
        let wrong = handshake(config, root, "elsewhere.example").await;
        assert!(wrong.is_err());
    }

    #[tokio::test]
    async fn the_authority_cannot_vouch_for_names_outside() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = crate::world::World::now_millis(&Computer);
        let bank = ["bank.example".to_owned()];
        let other = tempfile::tempdir().expect("a folder");
        let authority = Authority::open_or_make(folder.path(), &[], now).expect("made");
        // Whoever steals the key is not held by our own check: signed with it all the same.
        Authority::open_or_make(other.path(), &bank, now).expect("made");
        let key = "authority-key.pem";
        std::fs::copy(folder.path().join(key), other.path().join(key)).expect("stolen");
        let thief = Authority::open_or_make(other.path(), &bank, now).expect("read");
        let leaf = thief.leaf(&bank, now).expect("a leaf");
        let config = server_config()
            .expect("a builder")
            .with_single_cert(vec![leaf.certificate], leaf.key)
            .expect("a pair");
        let root = authority.certificate().clone();
        let done = handshake(Arc::new(config), root, "bank.example").await;
        assert!(done.expect_err("refused").contains("NameConstraint"));
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chain.pem");
        let config = Config {
            tls: TlsMode::Files,
            tls_certificate_file: Some(path.clone()),
            tls_key_file: Some(folder.path().join("key.pem")),
            ..Config::default()
        };
        let error = from_files(&config).expect_err("no file").to_string();
        assert!(
            error.starts_with("T-FILE") && error.contains("chain.pem"),
            "{error}"
        );
        std::fs::write(&path, "nothing here").expect("writes");
        assert!(from_files(&config).is_err());
    }

    #[test]
    fn a_certificate_is_renewed_before_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = 1_582_066_800_000;
        let authority = Authority::open_or_make(folder.path(), &[], now).expect("made");
        let renewal = Renewal {
            current: Arc::default(),
            authority: Arc::new(authority),
            names: vec!["127.0.0.1".to_owned()],
        };
        let until = || {
            let shown = renewal.current.shown.read().expect("not poisoned");
            shown.as_ref().map(|(_, until)| *until)
        };
        let after = |days: i64| now + days * 86_400_000;
        renewal.renew_if_due(now).expect("made");
        let first = until();
        renewal.renew_if_due(after(300)).expect("kept");
        assert_eq!(until(), first);
        renewal.renew_if_due(after(340)).expect("renewed");
        assert!(until() > first);
    }
}
