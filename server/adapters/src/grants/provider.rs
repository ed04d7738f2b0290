//! One provider, by its spec.

use std::{borrow::Cow, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    Scope, TokenUrl,
    basic::BasicClient,
    http::{Method, Request, StatusCode, header},
    url::form_urlencoded,
};
use serde_json::Value;
use studio::{
    accounts::grants::{ClientAuth, Grant, GrantError, Grants, ProviderSpec, Revoked},
    secrets::Secret,
};

use super::{
    answer,
    check::{Problem, check},
    http::Http,
};
use crate::outbound::Failure;

/// Of what an account is known by; longer is no name.
const LONGEST_LABEL: usize = 200;

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

pub struct Provider {
    spec: ProviderSpec,
    oauth: Client,
    http: Http,
}

impl Provider {
    /// `client` must follow no redirects: see [`crate::outbound::client`].
    pub fn new(
        spec: ProviderSpec,
        client: reqwest::Client,
        patience: Duration,
    ) -> Result<Self, Vec<Problem>> {
        let problems = check(&spec);
        if !problems.is_empty() {
            return Err(problems);
        }
        let wrong = |setting| vec![Problem::new(&spec.name, setting, "is no address")];
        let authorize =
            AuthUrl::new(spec.authorize_url.clone()).map_err(|_| wrong("authorize_url"))?;
        let token = TokenUrl::new(spec.token_url.clone()).map_err(|_| wrong("token_url"))?;
        let mut oauth = BasicClient::new(ClientId::new(spec.client_id.clone()))
            .set_auth_uri(authorize)
            .set_token_uri(token)
            .set_auth_type(match spec.client_auth {
                ClientAuth::Basic => AuthType::BasicAuth,
                ClientAuth::Body => AuthType::RequestBody,
            });
        if let Some(secret) = &spec.client_secret {
            oauth = oauth.set_client_secret(ClientSecret::new(secret.reveal().to_owned()));
        }
        Ok(Self {
            spec,
            oauth,
            http: Http::new(client, patience),
        })
    }

    async fn exchanged(
        &self,
        code: &str,
        verifier: &str,
        callback: &str,
    ) -> Result<Grant, GrantError> {
        let asking = self
            .oauth
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(pkce(verifier)?)
            .set_redirect_uri(Cow::Owned(address(callback)?))
            .request_async(&self.http);
        answer::grant(&asking.await.map_err(answer::failure)?, None)
    }

    async fn refreshed(&self, refresh: &Secret) -> Result<Grant, GrantError> {
        let token = RefreshToken::new(refresh.reveal().to_owned());
        let asking = self
            .oauth
            .exchange_refresh_token(&token)
            .request_async(&self.http);
        answer::grant(&asking.await.map_err(answer::failure)?, Some(refresh))
    }

    /// By ourselves: the library revokes over https only, which fakes do not speak.
    async fn revoked(&self, token: &Secret) -> Result<Revoked, GrantError> {
        let Some(address) = &self.spec.revoke_url else {
            return Ok(Revoked::NotOffered);
        };
        let request = self
            .revocation(address, token)
            .map_err(|_| answer::unanswered(Failure::Unsendable))?;
        let told = self.http.send(request).await;
        let told = told.map_err(answer::unanswered)?;
        if told.status().is_success() {
            return Ok(Revoked::Done);
        }
        let failure = match answer::tidy(&told) {
            Ok(told) => answer::error_code(told.body()),
            Err(trouble) => answer::troubled(&trouble),
        };
        match failure {
            // Gone already.
            GrantError::Ended => Ok(Revoked::Done),
            GrantError::Refused(code) if code == "invalid_token" => Ok(Revoked::Done),
            failure => Err(failure),
        }
    }

    fn revocation(&self, address: &str, token: &Secret) -> http::Result<HttpRequest> {
        let id = &self.spec.client_id;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token.reveal());
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match (self.spec.client_auth, &self.spec.client_secret) {
            (ClientAuth::Basic, Some(secret)) => {
                request = request.header(header::AUTHORIZATION, basic(id, secret.reveal()));
            }
            (_, secret) => {
                form.append_pair("client_id", id);
                if let Some(secret) = secret {
                    form.append_pair("client_secret", secret.reveal());
                }
            }
        }
        request.body(form.finish().into_bytes())
    }

    async fn asked_who(&self, access: &Secret) -> Result<Option<String>, GrantError> {
        let Some(address) = &self.spec.profile_url else {
            return Ok(None);
        };
        let request = Request::builder()
            .uri(address)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", access.reveal()))
            .body(Vec::new())
            .map_err(|_| answer::unanswered(Failure::Unsendable))?;
        let told = self.http.send(request).await;
        let told = told.map_err(answer::unanswered)?;
        if told.status() == StatusCode::UNAUTHORIZED {
            return Err(GrantError::Denied);
        }
        if told.status() != StatusCode::OK {
            return Err(answer::troubled(&answer::of_status(&told)));
        }
        let profile: Value =
            serde_json::from_slice(told.body()).map_err(|_| GrantError::Garbled)?;
        Ok(profile.pointer(&self.spec.profile_label).and_then(label))
    }
}

impl Grants for Provider {
    fn spec(&self) -> &ProviderSpec {
        &self.spec
    }

    fn authorize_url(
        &self,
        state: &str,
        verifier: &str,
        callback: &str,
    ) -> Result<String, GrantError> {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&pkce(verifier)?);
        let mut asking = self
            .oauth
            .authorize_url(|| CsrfToken::new(state.to_owned()))
            .set_redirect_uri(Cow::Owned(address(callback)?))
            .set_pkce_challenge(challenge)
            .add_scopes(self.spec.scopes.iter().cloned().map(Scope::new));
        for (name, value) in &self.spec.extra_authorize {
            asking = asking.add_extra_param(name, value);
        }
        Ok(asking.url().0.into())
    }

    fn exchange<'a>(
        &'a self,
        code: &'a str,
        verifier: &'a str,
        callback: &'a str,
    ) -> BoxFuture<'a, Result<Grant, GrantError>> {
        self.exchanged(code, verifier, callback).boxed()
    }

    fn refresh<'a>(&'a self, refresh: &'a Secret) -> BoxFuture<'a, Result<Grant, GrantError>> {
        self.refreshed(refresh).boxed()
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> BoxFuture<'a, Result<Revoked, GrantError>> {
        self.revoked(token).boxed()
    }

    fn who<'a>(&'a self, access: &'a Secret) -> BoxFuture<'a, Result<Option<String>, GrantError>> {
        self.asked_who(access).boxed()
    }
}

/// The library panics over one that is too short or too long.
fn pkce(verifier: &str) -> Result<PkceCodeVerifier, GrantError> {
    if (43..=128).contains(&verifier.len()) {
        Ok(PkceCodeVerifier::new(verifier.to_owned()))
    } else {
        Err(GrantError::Refused("bad_verifier".to_owned()))
    }
}

fn address(callback: &str) -> Result<RedirectUrl, GrantError> {
    RedirectUrl::new(callback.to_owned())
        .map_err(|_| GrantError::Refused("bad_callback".to_owned()))
}

/// Both parts are encoded as in a form before (RFC 6749, 2.3.1), unlike everywhere else.
fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

fn label(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let shown = text.chars().filter(|letter| !letter.is_control());
    let text: String = shown.take(LONGEST_LABEL).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
