//! Requests to addresses that people choose: to the public internet, and to what the owner exempts.
//!
//! Four walls, since each can be walked around alone. An address that is written out is looked at before
//! anything is sent, and so is that of every redirect. A name is looked up once, all of its addresses are
//! looked at, and the connection goes to exactly those: a name that means something else a moment later
//! is asked nothing. And an answer whose other end is not what we looked at is thrown away.

use std::{net::SocketAddr, sync::Arc};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};

use super::{Failure, PATIENCE, Private, USER_AGENT};

const MOST_REDIRECTS: usize = 5;

/// The only way to an address that a person has typed, or that came from where such an address led.
#[derive(Clone)]
pub struct Public {
    client: reqwest::Client,
    private: Arc<Private>,
}

impl Public {
    pub fn new(private: Private) -> Result<Self, reqwest::Error> {
        Self::with_names(private, System)
    }

    /// `names` knows where they lead.
    pub fn with_names(
        private: Private,
        names: impl Resolve + 'static,
    ) -> Result<Self, reqwest::Error> {
        let private = Arc::new(private);
        let at_redirects = Arc::clone(&private);
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .timeout(PATIENCE)
            // A proxy would look names up again, behind our back.
            .no_proxy()
            // What is asked may hold a secret, and is nobody's business further on.
            .referer(false)
            .redirect(redirect::Policy::custom(move |attempt| {
                match redirected(&at_redirects, attempt.previous(), attempt.url()) {
                    Ok(()) => attempt.follow(),
                    Err(failure) => attempt.error(failure),
                }
            }))
            .dns_resolver(Checked {
                names,
                private: Arc::clone(&private),
            })
            .build()?;
        Ok(Self { client, private })
    }

    /// Bounded in time, unless the request has a bound of its own; how much of the answer is read is for
    /// who asks.
    pub async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, Failure> {
        look_at(&self.private, request.url())?;
        let answer = self.client.execute(request).await.map_err(Failure::of)?;
        let host = answer.url().host_str().unwrap_or_default();
        match answer.remote_addr() {
            Some(other) if self.private.permits(host, other.ip()) => Ok(answer),
            _ => Err(Failure::NotPublic),
        }
    }
}

/// (The address is written out, or the name will be looked at where it is looked up.)
fn look_at(private: &Private, url: &Url) -> Result<(), Failure> {
    let host = url.host_str().unwrap_or_default();
    if !matches!(url.scheme(), "http" | "https") || host.is_empty() {
        return Err(Failure::Unsendable);
    }
    let written = host.trim_start_matches('[').trim_end_matches(']').parse();
    match written {
        Ok(address) if !private.permits(host, address) => Err(Failure::NotPublic),
        _ => Ok(()),
    }
}

fn redirected(private: &Private, before: &[Url], next: &Url) -> Result<(), Failure> {
    // What was encrypted stays so.
    let is_opened =
        next.scheme() == "http" && before.last().is_some_and(|url| url.scheme() == "https");
    if before.len() > MOST_REDIRECTS || is_opened {
        return Err(Failure::Redirected);
    }
    look_at(private, next)
}

/// Names whose addresses have been looked at. What it gives is what is connected to.
struct Checked<R> {
    names: R,
    private: Arc<Private>,
}

impl<R: Resolve> Resolve for Checked<R> {
    fn resolve(&self, name: Name) -> Resolving {
        let (private, host) = (Arc::clone(&self.private), name.as_str().to_owned());
        let found = self.names.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            // One that is not public spoils all: whoever mixes them is up to something.
            if found.iter().all(|one| private.permits(&host, one.ip())) {
                Ok(Box::new(found.into_iter()) as Addrs)
            } else {
                Err(Failure::NotPublic.into())
            }
        })
    }
}

/// As every program of this machine looks names up.
struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            // (They borrow the name.)
            let found: Vec<SocketAddr> = found.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
