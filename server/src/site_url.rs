//! The address that people type: it decides links, the kind of cookie, and which origins are ours.

use std::{fmt, net::IpAddr};

use anyhow::{Result, bail};
use http::Uri;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteUrl {
    https: bool,
    host: String,
    /// Only where it is not the scheme's own.
    port: Option<u16>,
}

impl SiteUrl {
    /// `https://studio.example.com` or `http://localhost:3000`; no path, since cookies and the app live
    /// at the root.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || format!("{text:?} must be like https://studio.example.com, without a path");
        let Ok(uri) = text.trim_end_matches('/').parse::<Uri>() else {
            bail!(wrong())
        };
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => bail!(wrong()),
        };
        let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
            bail!(wrong())
        };
        let has_user = uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'));
        if has_user || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            bail!(wrong());
        }
        let usual = if https { 443 } else { 80 };
        let port = uri.port_u16().filter(|port| *port != usual);
        Ok(Self {
            https,
            host: host.to_lowercase(),
            port,
        })
    }

    pub fn local(port: u16) -> Self {
        Self {
            https: false,
            host: "localhost".to_owned(),
            port: Some(port).filter(|port| *port != 80),
        }
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// As in a `Host` header.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl fmt::Display for SiteUrl {
    /// As in an `Origin` header; links are made by appending a path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}",
            if self.https { "https" } else { "http" },
            self.authority()
        )
    }
}

/// The name without the port of an authority: `[::1]:3000` gives `[::1]`.
pub fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}

/// This machine, by any name that no name server has a say in.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || ip(host).is_some_and(|ip| ip.is_loopback())
}

/// An address written out, as it stands in a URL.
pub fn ip(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_what_is_none() {
        let url = SiteUrl::parse("https://Studio.Example.com:443/").expect("a URL");
        assert_eq!(
            (url.to_string().as_str(), url.is_https()),
            ("https://studio.example.com", true)
        );
        assert_eq!(
            SiteUrl::parse("http://[::1]:3000")
                .expect("a URL")
                .to_string(),
            "http://[::1]:3000"
        );
        for wrong in [
            "",
            "studio",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u:p@a",
        ] {
            assert!(SiteUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn loopback_is_only_what_surely_is() {
        for yes in [
            "localhost",
            "LOCALHOST",
            "app.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ] {
            assert!(is_loopback(yes), "{yes}");
        }
        for no in [
            "localhost.example.com",
            "example.com",
            "10.0.0.1",
            "127.0.0.1.example.com",
            "",
        ] {
            assert!(!is_loopback(no), "{no}");
        }
        assert_eq!(
            (
                host_of("[::1]:3000"),
                host_of("[::1]"),
                host_of("a:1"),
                host_of("a")
            ),
            ("[::1]", "[::1]", "a", "a")
        );
    }
}
