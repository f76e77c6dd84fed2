//! The network address of whoever is calling.

use crate::app::App;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The caller's address: that of the connection, or, behind a proxy that the settings trust, the
/// last one that the proxy itself added.
pub struct Peer(pub String);

/// The address itself; `None` where the connection has none.
pub struct PeerAddress(pub Option<IpAddr>);

impl FromRequestParts<App> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Peer, Infallible> {
        let PeerAddress(address) = PeerAddress::from_request_parts(parts, app).await?;
        Ok(Peer(address.map_or("-".to_owned(), counted)))
    }
}

impl FromRequestParts<App> for PeerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<PeerAddress, Infallible> {
        let connected = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        let forwarded = parts
            .headers
            .get("x-forwarded-for")
            .and_then(|value| value.to_str().ok());
        let trusted = &app.config.trusted_proxies;
        Ok(PeerAddress(peer(connected, forwarded, trusted)))
    }
}

/// The text under which an address is counted. Whoever has an IPv6 network has all of it: 64 bits
/// count as one.
fn counted(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn peer(connected: Option<IpAddr>, forwarded: Option<&str>, trusted: &[IpAddr]) -> Option<IpAddr> {
    let connected = connected?;
    if !trusted.contains(&connected) {
        return Some(connected);
    }
    // From the right: each trusted proxy vouches for the address before it.
    let chain = forwarded
        .unwrap_or_default()
        .rsplit(',')
        .map(|part| part.trim().parse().ok());
    let mut last = connected;
    for address in chain {
        let Some(address) = address else {
            return Some(last);
        };
        last = address;
        if !trusted.contains(&last) {
            break;
        }
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_counts_as_one() {
        let counted = |text: &str| super::counted(text.parse().expect("an address"));
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(counted("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxy: IpAddr = "127.0.0.1".parse().expect("an address");
        let table = [
            ("192.0.2.9", "198.51.100.1", "192.0.2.9"),
            ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "203.0.113.7, 198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "198.51.100.1, 127.0.0.1", "198.51.100.1"),
            ("127.0.0.1", "nonsense", "127.0.0.1"),
            ("127.0.0.1", "", "127.0.0.1"),
        ];
        for (connected, forwarded, expected) in table {
            let found = peer(connected.parse().ok(), Some(forwarded), &[proxy]);
            assert_eq!(found, expected.parse().ok(), "{connected} {forwarded}");
        }
    }
}
