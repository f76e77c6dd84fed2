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
/// Names and addresses outside local networks for which the authority was made, one a line.
const NAMES_FILE: &str = "authority-names.txt";
/// Names that local networks use: this machine, home and office networks (RFC 6762, RFC 8375).
const LOCAL_NAMES: [&str; 5] = ["localhost", "lan", "local", "internal", "home.arpa"];

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
    /// A name or address for which the authority cannot vouch.
    #[error(
        "T-NAME: the local authority was not made for {0}; move authority*.pem out of the data \
         folder, start again and set the phones up anew, or use certificate files"
    )]
    Name(String),
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
    own_names: Vec<String>,
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
    /// Reads the authority from a folder, or makes one there. Of `names` those that lie outside
    /// local networks are fixed when it is made.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn open_or_make(
        folder: &Path,
        names: &[String],
        now_millis: i64,
    ) -> Result<Authority, AuthorityError> {
        let path = |file| folder.join(file);
        if !path(KEY_FILE).exists() {
            make(folder, names, now_millis)?;
        }
        let certificate = CertificateDer::from_pem_file(path(AUTHORITY_FILE))
            .map_err(|_| AuthorityError::Form(path(AUTHORITY_FILE)))?;
        let read = |file| {
            let path = path(file);
            std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))
        };
        let own_names: Vec<String> = read(NAMES_FILE)?.lines().map(str::to_owned).collect();
        let key = KeyPair::from_pem(&read(KEY_FILE)?);
        let key = key.map_err(|_| AuthorityError::Form(path(KEY_FILE)))?;
        // Name, usages and key are all that signing needs of it; the certificate stays as made.
        let issuer = Issuer::new(authority_params(&own_names, now_millis), key);
        Ok(Authority {
            certificate,
            issuer,
            own_names,
        })
    }

    /// Whether it can vouch for a name or address.
    pub fn vouches_for(&self, name: &str) -> bool {
        is_local(name) || self.own_names.iter().any(|own| own == name)
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
    /// [`AuthorityError::Name`] for one that the authority cannot vouch for: phones would refuse
    /// the whole certificate.
    pub fn leaf(&self, names: &[String], now_millis: i64) -> Result<Leaf, AuthorityError> {
        if let Some(name) = names.iter().find(|name| !self.vouches_for(name)) {
            return Err(AuthorityError::Name(name.clone()));
        }
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

fn make(folder: &Path, names: &[String], now_millis: i64) -> Result<(), AuthorityError> {
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let own_names: Vec<String> = names.iter().filter(|n| !is_local(n)).cloned().collect();
    let key = KeyPair::generate()?;
    let certificate = authority_params(&own_names, now_millis).self_signed(&key)?;
    write(&folder.join(AUTHORITY_FILE), &certificate.pem(), 0o644)?;
    write(&folder.join(NAMES_FILE), &own_names.join("\n"), 0o644)?;
    // Last: the key's file says that the authority is complete.
    write(&folder.join(KEY_FILE), &key.serialize_pem(), 0o600)
}

fn failed(path: &Path, error: &std::io::Error) -> AuthorityError {
    AuthorityError::File {
        path: path.to_owned(),
        reason: error.kind(),
    }
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), AuthorityError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .map_err(|error| failed(path, &error))
}

/// Networks that anybody may use within their walls: RFC 1918, RFC 3927, RFC 4193, RFC 4291, and
/// this machine; as first bytes and length of the prefix.
const LOCAL_NETWORKS: [(&[u8], u8, bool); 8] = [
    (&[10], 8, true),
    (&[172, 16], 12, true),
    (&[192, 168], 16, true),
    (&[127], 8, true),
    (&[169, 254], 16, true),
    (&[0xfc], 7, false),
    (&[0xfe, 0x80], 10, false),
    (
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        128,
        false,
    ),
];

fn padded<const N: usize>(start: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[..start.len()].copy_from_slice(start);
    bytes
}

/// Whether a name or address belongs to local networks.
fn is_local(name: &str) -> bool {
    let within = |bytes: &[u8], start: &[u8], bits: u8| {
        (0..usize::from(bits)).all(|bit| {
            let of = |bytes: &[u8]| bytes.get(bit / 8).map_or(0, |byte| byte >> (7 - bit % 8)) & 1;
            of(bytes) == of(start)
        })
    };
    match name.parse::<IpAddr>() {
        Ok(address) => LOCAL_NETWORKS
            .iter()
            .any(|(start, bits, is_v4)| match address {
                IpAddr::V4(address) => *is_v4 && within(&address.octets(), start, *bits),
                IpAddr::V6(address) => !*is_v4 && within(&address.octets(), start, *bits),
            }),
        Err(_) => LOCAL_NAMES.iter().any(|local| {
            let rest = name.strip_suffix(local);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        }),
    }
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

fn permitted(own_names: &[String]) -> Vec<GeneralSubtree> {
    let networks = LOCAL_NETWORKS.iter().map(|(start, bits, is_v4)| {
        GeneralSubtree::IpAddress(if *is_v4 {
            CidrSubnet::from_v4_prefix(padded(start), *bits)
        } else {
            CidrSubnet::from_v6_prefix(padded(start), *bits)
        })
    });
    let names = LOCAL_NAMES.map(|name| GeneralSubtree::DnsName(name.to_owned()));
    let own = own_names.iter().map(|name| match name.parse::<IpAddr>() {
        Ok(address) => {
            let prefix = if address.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))
        }
        Err(_) => GeneralSubtree::DnsName(name.clone()),
    });
    networks.chain(names).chain(own).collect()
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
    fn local_names_and_addresses_are_told_from_others() {
        for local in [
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.9",
            "127.0.0.1",
            "fd00::7",
            "::1",
        ] {
            assert!(is_local(local), "{local}");
        }
        for local in ["localhost", "gatehouse.lan", "a.b.home.arpa"] {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "172.32.0.1",
            "192.0.2.2",
            "2001:db8::1",
            "plan",
            "bank.example",
            "",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }

    #[test]
    fn a_name_that_it_was_not_made_for_is_said_at_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = ["192.0.2.2".to_owned()];
        let authority = Authority::open_or_make(folder.path(), &own, NOW).expect("made");
        assert!(authority.leaf(&own, NOW).is_ok());
        let later = Authority::open_or_make(folder.path(), &[], NOW).expect("read");
        assert!(later.leaf(&own, NOW).is_ok(), "its names last");
        let error = later.leaf(&["198.51.100.1".to_owned()], NOW);
        let error = error.err().expect("refused").to_string();
        assert!(error.starts_with("T-NAME"), "{error}");
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
