//! Whose word is taken on where a request comes from.
//!
//! We do not speak TLS, so where people type https there is a proxy in front, and `X-Forwarded-For` says
//! whom it saw. This is the only reader of that header, and of no other of its kind: what `Forwarded`,
//! `X-Forwarded-Host` and `X-Forwarded-Proto` say, anybody may have written.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::site_url::SiteUrl;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// There is none.
    Nobody,
    /// One, on this machine or its own network.
    Near,
    /// Those that the owner names; one may stand behind the other.
    Named(Vec<IpNet>),
}

impl Proxies {
    pub fn new(named: Option<Vec<IpNet>>, url: &SiteUrl) -> Self {
        match named {
            Some(named) => Self::Named(named),
            None if url.is_https() => Self::Near,
            None => Self::Nobody,
        }
    }

    /// Whose request it is. Each proxy writes on the right whom it saw; what stands to the left of that
    /// the client may have made up.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.believes(peer) {
            return peer;
        }
        self.seen(headers)
            // No proxy sees this machine as its client; who says so wants to be let past the limits.
            .filter(|address| !address.is_loopback())
            .unwrap_or(peer)
    }

    fn believes(&self, peer: IpAddr) -> bool {
        match self {
            Self::Nobody => false,
            Self::Near => is_near(peer),
            Self::Named(named) => named.iter().any(|network| network.contains(&peer)),
        }
    }

    /// None where it is not said, or not in addresses.
    fn seen(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let mut furthest = None;
        for line in headers.get_all(FORWARDED_FOR).iter().rev() {
            for entry in line.to_str().ok()?.rsplit(',') {
                let address = entry.trim().parse::<IpAddr>().ok()?.to_canonical();
                // Of a near one we do not know who stands in front of it.
                if *self == Self::Near || !self.believes(address) {
                    return Some(address);
                }
                furthest = Some(address);
            }
        }
        furthest
    }
}

/// This machine or its own network, where a proxy would be.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &Proxies, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().expect("a value"));
        }
        let peer = peer.parse().expect("an address");
        proxies.client(peer, &headers).to_string()
    }

    #[test]
    fn without_the_setting_a_near_peer_of_an_https_site_is_believed() {
        let https = SiteUrl::parse("https://studio.example.com").expect("a URL");
        let near = Proxies::new(None, &https);
        for (peer, lines, expected) in [
            ("127.0.0.1", &["203.0.113.9"] as &[_], "203.0.113.9"),
            ("10.0.0.7", &["203.0.113.9"], "203.0.113.9"),
            ("fd00::7", &["2001:db8::9"], "2001:db8::9"),
            // The last entry alone, whoever that is.
            ("10.0.0.7", &["203.0.113.9, 10.0.0.8"], "10.0.0.8"),
            ("10.0.0.7", &["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("198.51.100.7", &["203.0.113.9"], "198.51.100.7"),
            ("127.0.0.1", &["127.0.0.1"], "127.0.0.1"),
            ("10.0.0.7", &["127.0.0.1"], "10.0.0.7"),
            ("10.0.0.7", &["203.0.113.9, unknown"], "10.0.0.7"),
            ("10.0.0.7", &[], "10.0.0.7"),
        ] {
            assert_eq!(client(&near, peer, lines), expected, "{peer} {lines:?}");
        }
        let http = Proxies::new(None, &SiteUrl::local(3000));
        assert_eq!(client(&http, "127.0.0.1", &["203.0.113.9"]), "127.0.0.1");
    }

    #[test]
    fn with_the_setting_those_are_believed_that_it_names_one_behind_the_other() {
        let networks = ["10.0.0.0/8", "192.0.2.1/32", "2001:db8:1::/48"];
        let named = networks.map(|text| text.parse().expect("a network"));
        // Whatever people type.
        let named = Proxies::new(Some(named.to_vec()), &SiteUrl::local(3000));
        for (peer, lines, expected) in [
            ("10.0.0.7", &["203.0.113.9"] as &[_], "203.0.113.9"),
            ("192.0.2.1", &["203.0.113.9"], "203.0.113.9"),
            ("2001:db8:1::7", &["2001:db8:2::9"], "2001:db8:2::9"),
            // Near, but not named.
            ("127.0.0.1", &["203.0.113.9"], "127.0.0.1"),
            ("192.168.0.1", &["203.0.113.9"], "192.168.0.1"),
            ("192.0.2.2", &["203.0.113.9"], "192.0.2.2"),
            // Several hops, in one line or in several.
            (
                "10.0.0.7",
                &["203.0.113.9, 192.0.2.1 ,10.1.2.3"],
                "203.0.113.9",
            ),
            (
                "10.0.0.7",
                &["203.0.113.9", "192.0.2.1", "10.1.2.3"],
                "203.0.113.9",
            ),
            ("10.0.0.7", &["203.0.113.9,::ffff:10.1.2.3"], "203.0.113.9"),
            // What the client made up stands further left.
            (
                "10.0.0.7",
                &["10.9.9.9, 203.0.113.9, 192.0.2.1"],
                "203.0.113.9",
            ),
            ("10.0.0.7", &["<script>, 203.0.113.9"], "203.0.113.9"),
            // All of them trusted: the one that is furthest away.
            ("10.0.0.7", &["10.0.0.9, 192.0.2.1"], "10.0.0.9"),
            // Nonsense where a proxy should have written.
            ("10.0.0.7", &["203.0.113.9, "], "10.0.0.7"),
            ("10.0.0.7", &["203.0.113.9, unknown, 10.1.2.3"], "10.0.0.7"),
            ("10.0.0.7", &["203.0.113.9:443"], "10.0.0.7"),
            ("10.0.0.7", &["203.0.113.9", "\u{fc}"], "10.0.0.7"),
            ("10.0.0.7", &["127.0.0.1"], "10.0.0.7"),
            ("10.0.0.7", &["::1, 10.1.2.3"], "10.0.0.7"),
            ("10.0.0.7", &[], "10.0.0.7"),
        ] {
            assert_eq!(client(&named, peer, lines), expected, "{peer} {lines:?}");
        }
    }
}
