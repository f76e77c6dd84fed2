//! The local certificate authority: made at the first start, kept in the data folder, installed
//! on phones once. It can vouch for private addresses and names of local networks only, so that
//! nobody who steals its key can stand in for a bank or a shop.

use data_encoding::HEXUPPER;
use gatehouse_core::moment::CivilDay;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, SanType, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Days for which the authority holds: ten years, so that phones are set up once.
const AUTHORITY_DAYS: i32 = 3_652;
/// Days for which a server certificate holds; phones refuse more than 825.
const CERTIFICATE_DAYS: i32 = 397;
/// A certificate is made anew when fewer days are left.
pub const RENEW_BEFORE_DAYS: i32 = 60;
const MILLIS_A_DAY: i64 = 86_400_000;
/// Name of the file that holds the certificate of the authority.
pub const AUTHORITY_FILE: &str = "authority.pem";
const KEY_FILE: &str = "authority-key.pem";

/// Why there is no local authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file that cannot be read or written.
    #[error("T-FILE: {path}: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system says.
        reason: std::io::ErrorKind,
    },
    /// A file that is not what it should be.
    #[error("T-FORM: {0} is damaged; restore it, or remove both files and set the phones up anew")]
    Form(PathBuf),
    /// What the library said.
    #[error("T-MAKE: {0}")]
    Make(String),
}

impl From<rcgen::Error> for AuthorityError {
    fn from(error: rcgen::Error) -> AuthorityError {
        AuthorityError::Make(error.to_string())
    }
}

/// The authority, ready to sign.
pub struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A server certificate with its key.
pub struct Leaf {
    /// The certificate; phones have the authority's own.
    pub certificate: CertificateDer<'static>,
    /// Its key, in memory only.
    pub key: PrivateKeyDer<'static>,
    /// Last day on which it holds.
    pub until: CivilDay,
}

impl Authority {
    /// Reads the authority from a folder, or makes one there. `own_names` are names of ours
    /// outside the usual local ones; they are fixed when it is made.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn open_or_make(
        folder: &Path,
        own_names: &[String],
        now_millis: i64,
    ) -> Result<Authority, AuthorityError> {
        let (certificate_path, key_path) = (folder.join(AUTHORITY_FILE), folder.join(KEY_FILE));
        if !key_path.exists() {
            make(&certificate_path, &key_path, own_names, now_millis)?;
        }
        let certificate = CertificateDer::from_pem_file(&certificate_path)
            .map_err(|_| AuthorityError::Form(certificate_path))?;
        let text = std::fs::read_to_string(&key_path).map_err(|error| AuthorityError::File {
            path: key_path.clone(),
            reason: error.kind(),
        })?;
        let key = KeyPair::from_pem(&text).map_err(|_| AuthorityError::Form(key_path))?;
        // Name, usages and key are all that signing needs of it; the certificate stays as made.
        let issuer = Issuer::new(authority_params(own_names, now_millis), key);
        Ok(Authority {
            certificate,
            issuer,
        })
    }

    /// The file that phones install.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// SHA-256 of the certificate, as phones show it: AB:CD:….
    pub fn fingerprint(&self) -> String {
        let hex = HEXUPPER.encode(&Sha256::digest(&self.certificate));
        let pairs: Vec<&str> = (0..hex.len())
            .step_by(2)
            .map(|at| &hex[at..at + 2])
            .collect();
        pairs.join(":")
    }

    /// A server certificate for these names and addresses.
    ///
    /// # Errors
    /// [`AuthorityError::Make`].
    pub fn leaf(&self, names: &[String], now_millis: i64) -> Result<Leaf, AuthorityError> {
        let key = KeyPair::generate()?;
        let today = today(now_millis);
        let until = CivilDay(today.0 + CERTIFICATE_DAYS);
        let mut params = CertificateParams::new(Vec::new())?;
        params.subject_alt_names = names
            .iter()
            .map(|name| subject_name(name))
            .collect::<Result<_, _>>()?;
        params.distinguished_name = named(names.first().map_or("gatehouse", String::as_str));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        set_span(&mut params, today, until);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Leaf {
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            until,
        })
    }
}

fn make(
    certificate_path: &Path,
    key_path: &Path,
    own_names: &[String],
    now_millis: i64,
) -> Result<(), AuthorityError> {
    if let Some(folder) = key_path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| AuthorityError::File {
            path: folder.to_owned(),
            reason: error.kind(),
        })?;
    }
    let key = KeyPair::generate()?;
    let certificate = authority_params(own_names, now_millis).self_signed(&key)?;
    write_new(certificate_path, &certificate.pem(), 0o644)?;
    // Last: the key's file says that the authority is complete.
    write_new(key_path, &key.serialize_pem(), 0o600)
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), AuthorityError> {
    let failed = |error: std::io::Error| AuthorityError::File {
        path: path.to_owned(),
        reason: error.kind(),
    };
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
        .map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

fn authority_params(own_names: &[String], now_millis: i64) -> CertificateParams {
    let mut params = CertificateParams::default();
    let today = today(now_millis);
    params.distinguished_name = named("Gatehouse local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted(own_names),
        excluded_subtrees: Vec::new(),
    });
    set_span(&mut params, today, CivilDay(today.0 + AUTHORITY_DAYS));
    params
}

/// Private networks (RFC 1918, RFC 4193), this machine, and the names that local networks use.
fn permitted(own_names: &[String]) -> Vec<GeneralSubtree> {
    let networks = [
        CidrSubnet::from_v4_prefix([10, 0, 0, 0], 8),
        CidrSubnet::from_v4_prefix([172, 16, 0, 0], 12),
        CidrSubnet::from_v4_prefix([192, 168, 0, 0], 16),
        CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8),
        CidrSubnet::from_v4_prefix([169, 254, 0, 0], 16),
        CidrSubnet::from_v6_prefix(v6(&[0xfc]), 7),
        CidrSubnet::from_v6_prefix(v6(&[0xfe, 0x80]), 10),
        CidrSubnet::from_v6_prefix(std::net::Ipv6Addr::LOCALHOST.octets(), 128),
    ];
    let names = ["localhost", "lan", "local", "internal", "home.arpa"];
    let names = names.map(|name| GeneralSubtree::DnsName(name.to_owned()));
    let own = own_names.iter().map(|name| match name.parse::<IpAddr>() {
        Ok(address) => {
            let prefix = if address.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))
        }
        Err(_) => GeneralSubtree::DnsName(name.clone()),
    });
    let networks = networks.map(GeneralSubtree::IpAddress);
    networks.into_iter().chain(names).chain(own).collect()
}

fn v6(start: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..start.len()].copy_from_slice(start);
    bytes
}

fn subject_name(name: &str) -> Result<SanType, AuthorityError> {
    Ok(match name.parse::<IpAddr>() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(name.try_into()?),
    })
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn today(now_millis: i64) -> CivilDay {
    let day = now_millis.div_euclid(MILLIS_A_DAY);
    CivilDay(i32::try_from(day).unwrap_or(0))
}

/// From two days ago, since a phone's clock may be behind.
fn set_span(params: &mut CertificateParams, today: CivilDay, until: CivilDay) {
    let (from, until) = (CivilDay(today.0 - 2).date(), until.date());
    params.not_before = date_time_ymd(from.year, from.month, from.day);
    params.not_after = date_time_ymd(until.year, until.month, until.day);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_582_066_800_000;

    #[test]
    fn it_is_made_once_and_its_key_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let names = ["gatehouse.example".to_owned()];
        let first = Authority::open_or_make(folder.path(), &names, NOW).expect("made");
        let again = Authority::open_or_make(folder.path(), &names, NOW + 5).expect("read");
        assert_eq!(first.certificate(), again.certificate());
        assert_eq!(first.fingerprint().len(), 95);
        let key = std::fs::metadata(folder.path().join(KEY_FILE)).expect("a file");
        assert_eq!(key.permissions().mode() & 0o077, 0);
    }

    #[test]
    fn damaged_files_say_so() {
        let folder = tempfile::tempdir().expect("a folder");
        Authority::open_or_make(folder.path(), &[], NOW).expect("made");
        std::fs::write(folder.path().join(KEY_FILE), "nothing").expect("writes");
        let error = Authority::open_or_make(folder.path(), &[], NOW);
        let error = error.err().expect("refused").to_string();
        assert!(error.starts_with("T-FORM"), "{error}");
    }
}
