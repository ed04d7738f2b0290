//! Where a Redis is, and who we are there.

use std::fmt;

use ::redis::{Client, ConnectionAddr, IntoConnectionInfo as _, ProtocolVersion};

/// Its text may hold a password: it is never shown whole.
#[derive(Clone)]
pub struct Address(pub(super) Client);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be an address such as redis://localhost:6379, redis://:PASSWORD@host:6379/1, or rediss://… for TLS"
)]
pub struct NotAnAddress;

impl Address {
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        // After it the library would take orders, such as not to look at certificates.
        if text.contains('#') {
            return Err(NotAnAddress);
        }
        let info = text.into_connection_info().map_err(|_| NotAnAddress)?;
        // One line both asks and hears, which the older protocol does not allow.
        let settings = info.redis_settings().clone();
        let settings = settings.set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings));
        client.map(Self).map_err(|_| NotAnAddress)
    }

    /// What of it may be shown.
    pub fn place(&self) -> String {
        match self.0.get_connection_info().addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
                format!("{host}:{port}")
            }
            ConnectionAddr::Unix(path) => path.display().to_string(),
            _ => "Redis".to_owned(),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_keep_their_password_to_themselves() {
        for (text, place) in [
            ("redis://localhost", "localhost:6379"),
            ("redis://10.0.0.2:6380/3", "10.0.0.2:6380"),
            (
                "rediss://me:hush@redis.example.org:6380",
                "redis.example.org:6380",
            ),
            ("redis+unix:///run/redis.sock", "/run/redis.sock"),
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!(address.place(), place);
            assert!(!format!("{address:?}").contains("hush"));
        }
        for text in [
            "",
            "localhost:6379",
            "http://localhost",
            "redis://",
            "redis://:hush@localhost/first",
            "redis://:hush@localhost:port",
            "rediss://:hush@localhost/#insecure",
        ] {
            let error = Address::parse(text).expect_err(text).to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
