//! Whose signature counts: the keys of one issuer, by their address or as a shared secret.
//!
//! A key says which algorithms it is for, never the token: that is what ends `alg: none` and a public
//! RSA key taken for an HMAC secret.

use std::sync::Arc;

use contract::Timestamp;
use futures::FutureExt;
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde::Deserialize;
use serde_json::Value;
use studio::accounts::identity::IdentityError::{self, Refused};

use super::{cached::Cached, claims::Claims, http::Http};

/// Vendors cache theirs as long at their edge, and say not to keep them longer.
const FRESH_FOR: i64 = 10 * 60;
/// More is no key set.
const MOST_KEYS: usize = 100;

pub(crate) enum Keys {
    Jwks(Jwks),
    /// HS256 with this and nothing else.
    Secret(DecodingKey),
}

impl Keys {
    /// The claims, once the signature is proven. What they say is yet to be judged.
    pub(crate) async fn open(&self, token: &str, now: Timestamp) -> Result<Opened, IdentityError> {
        let header = decode_header(token).map_err(|_| Refused("header"))?;
        // RFC 7515: what is critical and not understood makes the token invalid. We understand none.
        if header.crit.is_some() {
            return Err(Refused("crit"));
        }
        let claims = match self {
            Self::Secret(key) => prove(token, key, Algorithm::HS256)?,
            Self::Jwks(jwks) => {
                let key = jwks.key_for(&header, now).await?;
                prove(token, &key, header.alg)?
            }
        };
        Ok(Opened { header, claims })
    }
}

pub(crate) struct Opened {
    pub(crate) header: Header,
    pub(crate) claims: Claims,
}

fn prove(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Result<Claims, IdentityError> {
    let mut rules = Validation::new(algorithm);
    // Of the claims it would check some only where they are, and by the machine's clock.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    use jsonwebtoken::errors::ErrorKind;
    match decode::<Claims>(token, key, &rules) {
        Ok(proven) => Ok(proven.claims),
        Err(error) => Err(Refused(match error.kind() {
            ErrorKind::InvalidAlgorithm => "algorithm",
            ErrorKind::InvalidSignature | ErrorKind::InvalidKeyFormat => "signature",
            _ => "claims",
        })),
    }
}

/// The published keys of one address.
pub(crate) struct Jwks {
    set: Arc<Cached<KeySet>>,
}

impl Jwks {
    pub(crate) fn new(http: Http, address: String) -> Self {
        let fetch = move || {
            let (http, address) = (http.clone(), address.clone());
            async move {
                Ok(KeySet::from(
                    http.get_json::<Published>(&address, None).await?,
                ))
            }
            .boxed()
        };
        Self {
            set: Cached::new(FRESH_FOR, Box::new(fetch)),
        }
    }

    async fn key_for(&self, header: &Header, now: Timestamp) -> Result<DecodingKey, IdentityError> {
        // No address publishes secrets: nothing to fetch for it.
        if !ASYMMETRIC.contains(&header.alg) {
            return Err(Refused("algorithm"));
        }
        let at = now.seconds();
        let set = self.set.get(at).await?;
        match set.find(header) {
            Err(Missing::Key) => {}
            found => return found.map_err(Missing::refused),
        }
        let set = self.set.newer_than(&set, at).await?;
        set.find(header).map_err(Missing::refused)
    }
}

const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

const ASYMMETRIC: [Algorithm; 9] = {
    let [a, b, c, d, e, f] = RSA;
    use Algorithm::{ES256, ES384, EdDSA};
    [a, b, c, d, e, f, ES256, ES384, EdDSA]
};

/// Each key by itself: one that we cannot read must not hide its neighbours.
#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

struct KeySet(Vec<Key>);

struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

enum Missing {
    /// A newer set may have it.
    Key,
    /// There is one of this name, for something else.
    Algorithm,
}

impl Missing {
    fn refused(self) -> IdentityError {
        Refused(match self {
            Self::Key => "unknown_key",
            Self::Algorithm => "algorithm",
        })
    }
}

impl From<Published> for KeySet {
    fn from(published: Published) -> Self {
        let keys = published.keys.into_iter().take(MOST_KEYS);
        Self(keys.filter_map(Key::read).collect())
    }
}

impl KeySet {
    fn find(&self, header: &Header) -> Result<DecodingKey, Missing> {
        let fits = |key: &&Key| key.algorithms.contains(&header.alg);
        let Some(id) = header.kid.as_deref() else {
            // Who publishes one key need not name it; among several we do not guess.
            let mut fitting = self.0.iter().filter(fits);
            return match (fitting.next(), fitting.next()) {
                (Some(only), None) => Ok(only.key.clone()),
                _ => Err(Missing::Key),
            };
        };
        let mut named = self.0.iter().filter(|key| key.id.as_deref() == Some(id));
        match named.clone().find(fits) {
            Some(key) => Ok(key.key.clone()),
            None if named.next().is_some() => Err(Missing::Algorithm),
            None => Err(Missing::Key),
        }
    }
}

impl Key {
    /// None for what does not sign, or by no algorithm of ours.
    fn read(value: Value) -> Option<Self> {
        let signs = value.get("use").is_none_or(|use_| use_ == "sig");
        let operations = value.get("key_ops").and_then(Value::as_array);
        let verifies = operations.is_none_or(|all| all.iter().any(|one| one == "verify"));
        if !signs || !verifies {
            return None;
        }
        let only = value.get("alg").cloned();
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        let mut algorithms = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => RSA.to_vec(),
            AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
                EllipticCurve::P256 => vec![Algorithm::ES256],
                EllipticCurve::P384 => vec![Algorithm::ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                vec![Algorithm::EdDSA]
            }
            // A secret that is published is none.
            _ => return None,
        };
        if let Some(only) = only {
            let only: Algorithm = serde_json::from_value(only).ok()?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        let id = jwk.common.key_id;
        (!algorithms.is_empty()).then_some(Self {
            id,
            algorithms,
            key,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn algorithms(key: Value) -> Option<Vec<Algorithm>> {
        Some(Key::read(key)?.algorithms)
    }

    #[test]
    fn a_key_says_what_it_is_for() {
        let rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
        assert_eq!(algorithms(rsa.clone()), Some(RSA.to_vec()));
        let with = |name: &str, value: Value| {
            let mut key = rsa.clone();
            key[name] = value;
            algorithms(key)
        };
        assert_eq!(with("alg", json!("PS384")), Some(vec![Algorithm::PS384]));
        assert_eq!(with("use", json!("sig")), Some(RSA.to_vec()));
        assert_eq!(with("key_ops", json!(["verify"])), Some(RSA.to_vec()));
        for (name, value) in [
            ("alg", json!("HS256")),
            ("alg", json!("ES256")),
            ("alg", json!("RSA-OAEP-256")),
            ("alg", json!("something-new")),
            ("use", json!("enc")),
            ("use", json!("other")),
            ("key_ops", json!(["encrypt"])),
            ("key_ops", json!([])),
        ] {
            assert_eq!(with(name, value.clone()), None, "{name} {value}");
        }
    }

    #[test]
    fn a_curve_has_one_algorithm() {
        let ec = |curve: &str| json!({"kty": "EC", "crv": curve, "x": "AQAB", "y": "AQAB"});
        assert_eq!(algorithms(ec("P-256")), Some(vec![Algorithm::ES256]));
        assert_eq!(algorithms(ec("P-384")), Some(vec![Algorithm::ES384]));
        assert_eq!(algorithms(ec("P-521")), None);
        assert_eq!(algorithms(ec("Ed25519")), None);
        assert_eq!(algorithms(ec("secp256k1")), None);
        let okp = |curve: &str| json!({"kty": "OKP", "crv": curve, "x": "AQAB"});
        assert_eq!(algorithms(okp("Ed25519")), Some(vec![Algorithm::EdDSA]));
        assert_eq!(algorithms(okp("X25519")), None);
        assert_eq!(algorithms(okp("P-256")), None);
        assert_eq!(algorithms(json!({"kty": "oct", "k": "c2VjcmV0"})), None);
        assert_eq!(
            algorithms(json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"})),
            None
        );
        assert_eq!(algorithms(json!("no object")), None);
    }

    #[test]
    fn a_nameless_token_takes_the_only_key() {
        let rsa = json!({"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"});
        let ec = json!({"kty": "EC", "kid": "b", "crv": "P-256", "x": "AQAB", "y": "AQAB"});
        let set = |keys: Vec<Value>| KeySet::from(Published { keys });
        let nameless = Header::new(Algorithm::RS256);
        assert!(set(vec![rsa.clone(), ec]).find(&nameless).is_ok());
        assert!(set(vec![rsa.clone(), rsa]).find(&nameless).is_err());
    }
}
