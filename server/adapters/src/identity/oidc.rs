//! Signing in at an OpenID provider: authorization code with PKCE, then everything that the id token
//! must be.

use contract::Timestamp;
use futures::{FutureExt, future::BoxFuture};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, StandardRevocableToken, StandardTokenResponse,
    TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
        BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use studio::accounts::identity::{
    Answer, Dance, Identity,
    IdentityError::{self, Refused},
    LoginFlow,
};
use subtle::ConstantTimeEq;

use super::{
    claims::{self, Claims},
    discovery::{ClientAuth, Discovery, Provider},
    http::{Failure, Http},
    keys::Opened,
    settings::Login,
};

pub(crate) struct OidcLogin {
    name: String,
    label: String,
    login: Login,
    http: Http,
    discovery: Discovery,
}

/// No `Debug` that shows it: errors are printed.
#[derive(Deserialize, Serialize)]
struct WithIdToken {
    id_token: Option<String>,
}

impl std::fmt::Debug for WithIdToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WithIdToken(…)")
    }
}

impl ExtraTokenFields for WithIdToken {}

type Tokens = StandardTokenResponse<WithIdToken, BasicTokenType>;

type OurClient = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl LoginFlow for OidcLogin {
    fn name(&self) -> &str {
        &self.name
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn begin<'a>(&'a self, dance: &'a Dance) -> BoxFuture<'a, Result<String, IdentityError>> {
        async move {
            let provider = self.discovery.provider().await?;
            let verifier = verifier(dance)?;
            let client = self.client(&provider, dance)?;
            let scopes = ["openid", "email", "profile"].into_iter();
            let scopes = scopes.chain(self.login.scopes.iter().map(String::as_str));
            let (address, _) = client
                .authorize_url(|| CsrfToken::new(dance.state.clone()))
                .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
                .add_extra_param("nonce", &dance.nonce)
                .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
                .url();
            Ok(address.into())
        }
        .boxed()
    }

    fn finish<'a>(
        &'a self,
        dance: &'a Dance,
        answer: &'a Answer,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Identity, IdentityError>> {
        async move {
            let provider = self.discovery.provider().await?;
            check_answer(&provider, answer)?;
            let tokens = self.exchange(&provider, dance, answer).await?;
            let id_token = tokens.extra_fields().id_token.as_deref();
            let id_token = id_token.ok_or(Refused("no_id_token"))?;
            let claims = self.claims(&provider, id_token, dance, now).await?;
            let identity = claims.identity(&self.name)?;
            if identity.email.is_some() {
                return Ok(identity);
            }
            let access = tokens.access_token().secret();
            self.with_email(&provider, identity, access).await
        }
        .boxed()
    }
}

impl OidcLogin {
    pub(crate) fn new(name: &str, label: &str, login: Login, http: Http) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            discovery: Discovery::new(http.clone(), login.issuer.clone()),
            login,
            http,
        }
    }

    fn client(&self, provider: &Provider, dance: &Dance) -> Result<OurClient, IdentityError> {
        // They have been looked at; what our parser likes and oauth2's does not is of no provider.
        let document = &provider.document;
        let authorize = AuthUrl::new(document.authorization_endpoint.clone());
        let token = TokenUrl::new(document.token_endpoint.clone());
        let callback = RedirectUrl::new(dance.callback.clone());
        let (Ok(authorize), Ok(token), Ok(callback)) = (authorize, token, callback) else {
            return Err(Refused("address"));
        };
        let client = Client::new(ClientId::new(self.login.client_id.clone()))
            .set_auth_uri(authorize)
            .set_token_uri(token)
            .set_redirect_uri(callback);
        let Some(secret) = &self.login.client_secret else {
            return Ok(client.set_auth_type(AuthType::RequestBody));
        };
        let auth = match document.client_auth().ok_or(Refused("client_auth"))? {
            ClientAuth::Basic => AuthType::BasicAuth,
            ClientAuth::Body => AuthType::RequestBody,
        };
        let secret = ClientSecret::new(secret.reveal().to_owned());
        Ok(client.set_client_secret(secret).set_auth_type(auth))
    }

    async fn exchange(
        &self,
        provider: &Provider,
        dance: &Dance,
        answer: &Answer,
    ) -> Result<Tokens, IdentityError> {
        let asked = self
            .client(provider, dance)?
            .exchange_code(AuthorizationCode::new(answer.code.clone()))
            .set_pkce_verifier(verifier(dance)?)
            .request_async(&self.http)
            .await;
        // Its own errors hold the body, with tokens in it.
        asked.map_err(|error| match error {
            RequestTokenError::Request(failure) => self.http.unreachable(&failure),
            RequestTokenError::ServerResponse(said) => match said.error() {
                BasicErrorResponseType::InvalidGrant => Refused("code"),
                BasicErrorResponseType::InvalidClient
                | BasicErrorResponseType::UnauthorizedClient => Refused("client"),
                _ => Refused("token_request"),
            },
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                self.http.unreachable(&Failure::Garbled)
            }
        })
    }

    /// OpenID Connect Core, 3.1.3.7.
    async fn claims(
        &self,
        provider: &Provider,
        id_token: &str,
        dance: &Dance,
        now: Timestamp,
    ) -> Result<Claims, IdentityError> {
        let Opened { header, claims } = provider.keys.open(id_token, now).await?;
        if !provider.document.signs_by(header.alg) {
            return Err(Refused("algorithm"));
        }
        let typ = header.typ.as_deref().unwrap_or("JWT");
        if !typ.eq_ignore_ascii_case("JWT") {
            return Err(Refused("type"));
        }
        let issuers = [&self.login.issuer].into_iter();
        let issuers = issuers.chain(&self.login.also_issued_by);
        claims.check_issuer(issuers.map(String::as_str))?;
        let client_id = &self.login.client_id;
        claims.check_audience(client_id)?;
        let several = claims.audience().len() > 1;
        match &claims.azp {
            Some(azp) if azp != client_id => return Err(Refused("azp")),
            None if several => return Err(Refused("azp")),
            _ => {}
        }
        claims.check_time(now)?;
        let nonce = claims.nonce.as_deref().unwrap_or_default();
        if !bool::from(nonce.as_bytes().ct_eq(dance.nonce.as_bytes())) {
            return Err(Refused("nonce"));
        }
        Ok(claims)
    }

    /// Many put no more into the id token than who it is.
    async fn with_email(
        &self,
        provider: &Provider,
        mut identity: Identity,
        access_token: &str,
    ) -> Result<Identity, IdentityError> {
        let Some(address) = &provider.document.userinfo_endpoint else {
            return Ok(identity);
        };
        let info: Map<String, Value> = self.http.get_json(address, Some(access_token)).await?;
        // OpenID Connect Core, 5.3.2: else it may be somebody else's.
        if info.get("sub").and_then(Value::as_str) != Some(&identity.subject) {
            return Err(Refused("userinfo_subject"));
        }
        identity.email = claims::email(&info);
        identity.email_verified = identity.email.is_some() && claims::email_verified(&info);
        identity.name = identity.name.or_else(|| claims::name(&info));
        Ok(identity)
    }
}

/// RFC 9207: an answer of one provider must not be taken to another.
fn check_answer(provider: &Provider, answer: &Answer) -> Result<(), IdentityError> {
    let document = &provider.document;
    match &answer.issuer {
        Some(issuer) if *issuer != document.issuer => Err(Refused("answer_issuer")),
        None if document.authorization_response_iss_parameter_supported => {
            Err(Refused("answer_issuer"))
        }
        _ => Ok(()),
    }
}

/// RFC 7636, 4.1; oauth2 panics over others.
fn verifier(dance: &Dance) -> Result<PkceCodeVerifier, IdentityError> {
    let unreserved = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
    let fits = (43..=128).contains(&dance.verifier.len());
    if fits && dance.verifier.bytes().all(unreserved) && !dance.nonce.is_empty() {
        Ok(PkceCodeVerifier::new(dance.verifier.clone()))
    } else {
        Err(Refused("dance"))
    }
}
