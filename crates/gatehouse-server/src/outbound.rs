//! One POST to another server, and the rule where it may go: public addresses over TLS, this
//! machine, and networks inside the house that the settings name. Redirects are not followed:
//! what is told goes where somebody who may decide it said, or nowhere.
//!
//! The name is looked up once and the connection goes to the very address that was checked.

use axum::body::Body;
use axum::http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A server that takes longer over everything together is given up for now.
const WHOLE_MOST: Duration = Duration::from_secs(10);
/// No more of an answer is read.
const ANSWER_BYTES_MOST: usize = 64 << 10;
/// Longest address that is taken.
const URL_BYTES_MOST: usize = 500;

/// Where something may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    is_tls: bool,
    host: String,
    port: u16,
    path: String,
}

/// A network, like `10.1.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Which addresses inside the house are allowed.
#[derive(Clone, Copy, Debug)]
pub enum Inside<'a> {
    /// Whatever the operator wrote into the settings.
    Trusted,
    /// These networks.
    Networks(&'a [Network]),
}

/// Why nothing was sent, or not taken: a word that names nobody.
pub type NotSent = &'static str;

impl Target {
    /// Reads an address: `https://…`, or `http://` on this machine by number.
    pub fn parse(url: &str) -> Option<Target> {
        if url.len() > URL_BYTES_MOST {
            return None;
        }
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']');
        // An account in an address would be a secret in a list.
        if host.is_empty() || authority.as_str().contains('@') {
            return None;
        }
        let is_tls = match uri.scheme_str()? {
            "https" => true,
            "http" if host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) => false,
            _ => return None,
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Some(Target {
            is_tls,
            host: host.to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if is_tls { 443 } else { 80 }),
            path: path.to_owned(),
        })
    }
}

impl Network {
    /// Reads `10.1.0.0/16`.
    pub fn parse(text: &str) -> Option<Network> {
        let (address, bits) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let bits: u8 = bits.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Network { address, bits })
    }

    fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.bits);
                let cut = |ip: Ipv4Addr| u64::from(ip.to_bits()) >> shift;
                cut(own) == cut(other)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.bits);
                let cut = |ip: Ipv6Addr| ip.to_bits().checked_shr(shift).unwrap_or(0);
                cut(own) == cut(other)
            }
            _ => false,
        }
    }
}

/// Whether something may be sent to an address.
fn may_go(address: IpAddr, is_tls: bool, inside: Inside<'_>) -> bool {
    let address = address.to_canonical();
    if address.is_loopback() {
        return true;
    }
    if !is_tls || address.is_unspecified() || address.is_multicast() {
        return false;
    }
    let (is_link, is_private) = match address {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_carrier = first == 100 && (64..128).contains(&second);
            let is_link = ip.is_link_local() || ip.is_broadcast() || first == 0;
            (is_link, ip.is_private() || is_carrier)
        }
        IpAddr::V6(ip) => (ip.is_unicast_link_local(), ip.is_unique_local()),
    };
    match inside {
        // A machine's own services (metadata of clouds) answer there.
        _ if is_link => false,
        _ if !is_private => true,
        Inside::Trusted => true,
        Inside::Networks(networks) => networks.iter().any(|network| network.holds(address)),
    }
}

/// Posts a body.
///
/// # Errors
/// A word for what went wrong.
pub async fn post(
    target: &Target,
    inside: Inside<'_>,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Result<(), NotSent> {
    let sent = tokio::time::timeout(WHOLE_MOST, send(target, inside, headers, body));
    sent.await.unwrap_or(Err("slow"))
}

async fn send(
    target: &Target,
    inside: Inside<'_>,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Result<(), NotSent> {
    let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
    let found: Vec<SocketAddr> = found.map_err(|_| "no_such_host")?.collect();
    let allowed = found.iter();
    let mut allowed = allowed.filter(|address| may_go(address.ip(), target.is_tls, inside));
    let address = allowed.next().ok_or("inside_the_house")?;
    let stream = TcpStream::connect(address).await.map_err(|_| "no_answer")?;
    let request = request(target, headers, body).ok_or("unsendable")?;
    if !target.is_tls {
        return exchange(stream, request).await;
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|_| "no_such_host")?;
    let connector = TlsConnector::from(believed());
    let stream = connector.connect(name, stream).await;
    exchange(stream.map_err(|_| "certificate")?, request).await
}

fn request(
    target: &Target,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Option<Request<Body>> {
    let host = match target.host.contains(':') {
        true => format!("[{}]:{}", target.host, target.port),
        false => format!("{}:{}", target.host, target.port),
    };
    let mut request = Request::post(&target.path)
        .header(header::HOST, host)
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::CONNECTION, "close")
        .header(header::USER_AGENT, "gatehouse");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Body::from(body)).ok()
}

async fn exchange<S>(stream: S, request: Request<Body>) -> Result<(), NotSent>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| "no_answer")?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    let answer = answer.map_err(|_| "no_answer")?;
    let status = answer.status();
    // Read, so that the other side has finished; what it says is of no use to us.
    let _ = axum::body::to_bytes(Body::new(answer.into_body()), ANSWER_BYTES_MOST).await;
    connection.abort();
    if status.is_success() {
        return Ok(());
    }
    Err(match status {
        StatusCode::GONE => "gone",
        StatusCode::TOO_MANY_REQUESTS => "too_many",
        status if status.is_redirection() => "redirected",
        status if status.is_client_error() => "not_taken",
        _ => "receiver_fault",
    })
}

fn believed() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the versions that rustls takes")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    });
    Arc::clone(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_or_this_machine_is_an_address() {
        for good in [
            "https://example.invalid/told?x=1",
            "https://example.invalid:8443",
            "http://127.0.0.1:9000/told",
            "http://[::1]:9000/",
        ] {
            assert!(Target::parse(good).is_some(), "{good}");
        }
        let long = format!("https://example.invalid/{}", "x".repeat(500));
        for bad in [
            "",
            "/told",
            "ftp://example.invalid/",
            "http://example.invalid/",
            "http://localhost/",
            "http://127.0.0.1.example.invalid/",
            "https://somebody:secret@example.invalid/",
            "https:///told",
            "https://example.invalid/\n",
            long.as_str(),
        ] {
            assert!(Target::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn addresses_inside_the_house_are_reached_only_where_the_settings_say_so() {
        let networks = [Network::parse("10.1.0.0/16"), Network::parse("fd00:1::/32")];
        let networks = networks.map(|network| network.expect("a network"));
        let table = [
            ("93.184.216.34", true, true),
            ("2606:4700::1111", true, true),
            ("127.0.0.1", true, true),
            ("::ffff:127.0.0.1", true, true),
            ("10.2.0.1", false, false),
            ("10.1.255.255", false, true),
            ("172.16.0.1", false, false),
            ("192.168.1.1", false, false),
            ("100.64.0.1", false, false),
            ("::ffff:10.2.0.1", false, false),
            ("fd00:1::7", false, true),
            ("fd00:2::7", false, false),
            ("169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
            ("224.0.0.1", false, false),
            ("255.255.255.255", false, false),
        ];
        for (address, alone, named) in table {
            let ip: IpAddr = address.parse().expect("an address");
            let may = |networks| may_go(ip, true, Inside::Networks(networks));
            assert_eq!((may(&[]), may(&networks)), (alone, named), "{address}");
            let plainly = may_go(ip, false, Inside::Networks(&networks));
            assert_eq!(plainly, ip.to_canonical().is_loopback(), "{address}");
        }
        assert!(Network::parse("0.0.0.0/0").is_some_and(|all| all.holds([9, 9, 9, 9].into())));
        for bad in ["10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/-1"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
