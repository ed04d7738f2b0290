//! Who stands between us and people, whose pages may call us, and where people may send us.

use adapters::outbound::{Private, network};
use anyhow::{Result, bail};
use ipnet::IpNet;

use super::{Environment, list};
use crate::site_url::SiteUrl;

#[derive(Clone, Debug, Default)]
pub struct Network {
    /// `SOUNDSTAGE_TRUSTED_PROXIES`; what holds without it: [`crate::http::proxies`].
    pub proxies: Option<Vec<IpNet>>,
    /// `SOUNDSTAGE_CORS_ORIGINS`, as browsers write them.
    pub origins: Vec<String>,
    /// `SOUNDSTAGE_ALLOW_PRIVATE`.
    pub private: Private,
}

pub(super) fn read(it: &Environment) -> Result<Network> {
    Ok(Network {
        proxies: it
            .get("SOUNDSTAGE_TRUSTED_PROXIES")
            .map(|_| proxies(&list(it, "SOUNDSTAGE_TRUSTED_PROXIES")))
            .transpose()?,
        origins: origins(list(it, "SOUNDSTAGE_CORS_ORIGINS"))?,
        private: private(&list(it, "SOUNDSTAGE_ALLOW_PRIVATE"))?,
    })
}

fn proxies(named: &[String]) -> Result<Vec<IpNet>> {
    let networks = named.iter().map(|one| match network(one) {
        Some(network) if network.prefix_len() == 0 => bail!(
            "SOUNDSTAGE_TRUSTED_PROXIES names {one:?}, which is everybody: then anybody could say to be anybody"
        ),
        Some(network) => Ok(network),
        None => bail!(
            "SOUNDSTAGE_TRUSTED_PROXIES names {one:?}; it must be addresses or networks such as 10.0.0.7 or \
             10.0.0.0/8"
        ),
    });
    networks.collect()
}

/// Exactly as a browser says them, since they are compared with what it says.
fn origins(named: Vec<String>) -> Result<Vec<String>> {
    let is_origin = |one: &&String| {
        SiteUrl::parse(one).is_ok_and(|url| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
            url.to_string() == **one && url.host().chars().all(is_plain)
        })
    };
    match named.iter().find(|one| !is_origin(one)) {
        Some(wrong) => bail!(
            "SOUNDSTAGE_CORS_ORIGINS names {wrong:?}; it must be origins such as https://app.example.com, in small \
             letters, without a path and without *"
        ),
        None => Ok(named),
    }
}

fn private(named: &[String]) -> Result<Private> {
    match Private::parse(named) {
        Ok(private) => Ok(private),
        Err(wrong) => bail!(
            "SOUNDSTAGE_ALLOW_PRIVATE names {wrong:?}; it must be hosts, addresses or networks such as nas.local or \
             192.168.1.0/24"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn with(name: &str, value: &str) -> Result<Network> {
        Ok(Config::read(&[(name, value)].into(), None, None)?.network)
    }

    #[test]
    fn without_a_word_nothing_is_open() {
        let network = read(&Environment::default()).expect("read");
        assert_eq!((network.proxies, network.origins.len()), (None, 0));
        assert_eq!(network.private, Private::default());
    }

    #[test]
    fn lists_are_read_as_people_write_them() {
        let proxies = with(
            "SOUNDSTAGE_TRUSTED_PROXIES",
            "10.0.0.7, 10.1.0.0/16,fd00::/8 ::1",
        );
        let proxies = proxies.expect("read").proxies.expect("named");
        let proxies: Vec<_> = proxies.iter().map(ToString::to_string).collect();
        assert_eq!(
            proxies,
            ["10.0.0.7/32", "10.1.0.0/16", "fd00::/8", "::1/128"]
        );
        let origins = "https://app.example.com,http://localhost:5173, http://[::1]:8080";
        let origins = with("SOUNDSTAGE_CORS_ORIGINS", origins);
        assert_eq!(origins.expect("read").origins.len(), 3);
    }

    #[test]
    fn what_is_wrong_stops_the_start_in_one_line() {
        for (name, wrong) in [
            ("SOUNDSTAGE_TRUSTED_PROXIES", "proxy.example.com"),
            ("SOUNDSTAGE_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("SOUNDSTAGE_TRUSTED_PROXIES", "10.0.0"),
            ("SOUNDSTAGE_TRUSTED_PROXIES", "0.0.0.0/0"),
            ("SOUNDSTAGE_TRUSTED_PROXIES", "::/0"),
            ("SOUNDSTAGE_CORS_ORIGINS", "*"),
            ("SOUNDSTAGE_CORS_ORIGINS", "null"),
            ("SOUNDSTAGE_CORS_ORIGINS", "app.example.com"),
            ("SOUNDSTAGE_CORS_ORIGINS", "https://*.example.com"),
            ("SOUNDSTAGE_CORS_ORIGINS", "https://app.example.com/"),
            ("SOUNDSTAGE_CORS_ORIGINS", "https://app.example.com/x"),
            ("SOUNDSTAGE_CORS_ORIGINS", "https://app.example.com:443"),
            ("SOUNDSTAGE_CORS_ORIGINS", "https://app.example.com:99999"),
            ("SOUNDSTAGE_CORS_ORIGINS", "https://App.example.com"),
            ("SOUNDSTAGE_CORS_ORIGINS", "https://a:b@app.example.com"),
            ("SOUNDSTAGE_ALLOW_PRIVATE", "http://nas.local"),
            ("SOUNDSTAGE_ALLOW_PRIVATE", "nas.local:8080"),
            ("SOUNDSTAGE_ALLOW_PRIVATE", "10.0.0/8"),
        ] {
            let error = format!("{:#}", with(name, wrong).expect_err(wrong));
            assert!(error.contains(name) && error.contains(wrong), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
