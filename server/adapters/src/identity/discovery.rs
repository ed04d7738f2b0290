//! What an OpenID provider publishes of itself.

use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use serde::Deserialize;
use studio::accounts::identity::IdentityError;
use tokio::time::Instant;

use super::{
    cached::Cached,
    http::Http,
    keys::{Jwks, Keys},
};
use crate::outbound::is_safe_address;

const FRESH_FOR: i64 = 3600;

pub(crate) struct Discovery {
    known: Arc<Cached<Provider>>,
    /// A login begins without the time of day, and what is asked here is only how long ago.
    since: Instant,
}

pub(crate) struct Provider {
    pub(crate) document: Document,
    pub(crate) keys: Arc<Keys>,
}

/// OpenID Connect Discovery 1.0, 3; RFC 8414 and RFC 9207.
#[derive(Deserialize)]
pub(crate) struct Document {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    jwks_uri: String,
    pub(crate) userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

/// How the client shows its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    Basic,
    Body,
}

impl Discovery {
    pub(crate) fn new(http: Http, issuer: String) -> Self {
        let address = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let wanted = Arc::new((http, issuer, address));
        // Of one address, as long as it stays: they have a rhythm of their own.
        let jwks = Arc::new(Mutex::new(None::<(String, Arc<Keys>)>));
        let fetch = move || {
            let (wanted, jwks) = (wanted.clone(), jwks.clone());
            async move {
                let (http, issuer, address) = &*wanted;
                let document: Document = http.get_json(address, None).await?;
                document
                    .check(issuer)
                    .map_err(|reason| http.unreachable_because(reason))?;
                let mut jwks = jwks.lock().unwrap_or_else(PoisonError::into_inner);
                let keys = match &*jwks {
                    Some((address, keys)) if *address == document.jwks_uri => keys.clone(),
                    _ => {
                        let address = document.jwks_uri.clone();
                        let keys = Keys::Jwks(Jwks::new(http.clone(), address.clone()));
                        jwks.insert((address, Arc::new(keys))).1.clone()
                    }
                };
                Ok(Provider { document, keys })
            }
            .boxed()
        };
        Self {
            known: Cached::new(FRESH_FOR, Box::new(fetch)),
            since: Instant::now(),
        }
    }

    pub(crate) async fn provider(&self) -> Result<Arc<Provider>, IdentityError> {
        let at = i64::try_from(self.since.elapsed().as_secs()).unwrap_or(i64::MAX);
        self.known.get(at).await
    }
}

impl Document {
    fn check(&self, issuer: &str) -> Result<(), &'static str> {
        if self.issuer != issuer {
            return Err("its discovery document names another issuer than our settings");
        }
        let addresses = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.jwks_uri,
        ];
        let mut addresses = addresses.into_iter().chain(&self.userinfo_endpoint);
        // Only who is on this machine may send us about on it.
        let is_near = !issuer.starts_with("https:");
        let is_fine = |address: &String| {
            is_safe_address(address) && (is_near || address.starts_with("https:"))
        };
        if !addresses.all(is_fine) {
            return Err("its discovery document has an address that is not https");
        }
        Ok(())
    }

    /// None: by no way of ours.
    pub(crate) fn client_auth(&self) -> Option<ClientAuth> {
        let Some(methods) = &self.token_endpoint_auth_methods_supported else {
            return Some(ClientAuth::Basic);
        };
        let has = |method: &str| methods.iter().any(|one| one == method);
        if has("client_secret_basic") {
            Some(ClientAuth::Basic)
        } else {
            has("client_secret_post").then_some(ClientAuth::Body)
        }
    }

    pub(crate) fn signs_by(&self, algorithm: jsonwebtoken::Algorithm) -> bool {
        let all = self.id_token_signing_alg_values_supported.as_ref();
        // They are named as JOSE does.
        let name = format!("{algorithm:?}");
        all.is_none_or(|all| all.contains(&name))
    }
}
