//! Which addresses belong to the public internet, and which others the owner lets us reach.
//!
//! By IANA's registries of special-purpose addresses (RFC 6890):
//! <https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>. Where part of a block is said to be
//! reachable (two anycast addresses of 192.0.0.0/24, parts of 2001::/23), all of it is refused: nobody
//! serves people from there. (What the standard library knows of this is not stable yet.)

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const NOT_PUBLIC_V4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),        // this network (RFC 791)
    v4([10, 0, 0, 0], 8),       // private (RFC 1918)
    v4([100, 64, 0, 0], 10),    // behind a provider's NAT (RFC 6598); metadata of Alibaba's cloud
    v4([127, 0, 0, 0], 8),      // loopback (RFC 1122)
    v4([168, 63, 129, 16], 32), // in no registry: Azure answers its own machines there
    v4([169, 254, 0, 0], 16),   // link-local (RFC 3927); metadata of most clouds
    v4([172, 16, 0, 0], 12),    // private (RFC 1918)
    v4([192, 0, 0, 0], 24),     // protocol assignments (RFC 6890); metadata of Oracle's cloud
    v4([192, 0, 2, 0], 24),     // documentation (RFC 5737)
    v4([192, 88, 99, 0], 24),   // 6to4 relays, gone (RFC 7526)
    v4([192, 168, 0, 0], 16),   // private (RFC 1918)
    v4([198, 18, 0, 0], 15),    // benchmarks (RFC 2544)
    v4([198, 51, 100, 0], 24),  // documentation (RFC 5737)
    v4([203, 0, 113, 0], 24),   // documentation (RFC 5737)
    v4([224, 0, 0, 0], 4),      // multicast (RFC 5771)
    v4([240, 0, 0, 0], 4),      // reserved, and broadcast (RFC 1112, RFC 919)
];

/// All that is given out as global unicast; loopback, link-local, unique local, multicast and the
/// embeddings of IPv4 in `::/96` lie outside of it (RFC 4291).
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0, 0], 23), // protocol assignments (RFC 2928), with Teredo (RFC 4380)
    v6([0x2001, 0xdb8, 0, 0], 32), // documentation (RFC 3849)
    v6([0x2002, 0, 0, 0], 16), // 6to4: an IPv4 address inside (RFC 3056)
    v6([0x3fff, 0, 0, 0], 20), // documentation (RFC 9637)
];
/// Where a network has IPv6 only, this is how it reaches IPv4 (RFC 6052): judged by what is inside.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0], 96);

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6([a, b, c, d]: [u16; 4], bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), bits)
}

pub(super) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !NOT_PUBLIC_V4.iter().any(|network| network.contains(&v4)),
        IpAddr::V6(v6) if NAT64.contains(&v6) => {
            is_public(Ipv4Addr::from_bits(v6.to_bits() as u32).into())
        }
        IpAddr::V6(v6) => {
            GLOBAL_V6.contains(&v6) && !NOT_PUBLIC_V6.iter().any(|network| network.contains(&v6))
        }
    }
}

/// What the owner lets people send us to beside the public internet: by name, or by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    hosts: Vec<String>,
    networks: Vec<IpNet>,
}

impl Private {
    /// Or the entry that is neither a host nor an address nor a network.
    pub fn parse(entries: &[String]) -> Result<Self, &str> {
        let mut private = Self::default();
        for entry in entries {
            match network(entry) {
                Some(network) => private.networks.push(network),
                None if is_host(entry) => private.hosts.push(plain(entry)),
                None => return Err(entry),
            }
        }
        Ok(private)
    }

    pub(super) fn permits(&self, host: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address)
            || self
                .networks
                .iter()
                .any(|network| network.contains(&address))
            || self.hosts.contains(&plain(host))
    }
}

/// An address or a network, as people write it.
pub fn network(text: &str) -> Option<IpNet> {
    let alone = || Some(text.parse::<IpAddr>().ok()?.to_canonical().into());
    text.parse().ok().or_else(alone)
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        !label.is_empty() && label.chars().all(is_fine)
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    // `10.0.0` is an address with something missing, and no name.
    text.split('.').all(is_label) && !last.starts_with(|c: char| c.is_ascii_digit())
}

fn plain(host: &str) -> String {
    host.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn only_the_public_internet_is_public() {
        for yes in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2600::1",
            "2001:200::1",
            "2a00:1450:4001::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(ip(yes)), "{yes}");
        }
        for no in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::1.1.1.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ffff::1",
        ] {
            assert!(!is_public(ip(no)), "{no}");
        }
    }

    #[test]
    fn what_the_owner_exempts_is_reached_and_nothing_beside_it() {
        let entries = ["NAS.local", "10.1.0.0/16", "192.168.1.20", "fd00::/8"];
        let private = Private::parse(&entries.map(str::to_owned)).expect("entries");
        for (host, address, expected) in [
            ("nas.local", "192.168.7.7", true),
            ("Nas.Local.", "127.0.0.1", true),
            ("other.local", "192.168.7.7", false),
            ("other.local", "10.1.2.3", true),
            ("other.local", "::ffff:10.1.2.3", true),
            ("10.2.0.1", "10.2.0.1", false),
            ("192.168.1.20", "192.168.1.20", true),
            ("192.168.1.21", "192.168.1.21", false),
            ("[fd00::1]", "fd00::1", true),
            ("x.nas.local", "192.168.7.7", false),
            ("example.com", "1.1.1.1", true),
        ] {
            assert_eq!(
                private.permits(host, ip(address)),
                expected,
                "{host} {address}"
            );
        }
        for wrong in [
            "",
            "http://nas",
            "nas:80",
            "10.0.0",
            "10.0.0/8",
            "*.local",
            "a b",
        ] {
            let entries = [wrong.to_owned()];
            assert_eq!(Private::parse(&entries), Err(wrong));
        }
    }
}
