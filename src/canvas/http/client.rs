//! One installation, one token, and the way there.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls_platform_verifier::Verifier;
use ureq::config::AutoHeaderValue;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body, Error, http};

use super::super::base::Base;
use super::super::calls::MOST_IN_FLIGHT;
use super::super::request::{Method, Request};
use super::super::response::{Outcome, Response};
use super::loss::loss;
use super::token::Token;

/// How long and how much a [`Client`] waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Until there is a connection, for the look-up of the name and for the rest each.
    pub connect: Duration,
    /// From the end of the request to the end of the answer's head.
    pub first_byte: Duration,
    /// For the whole request.
    pub whole: Duration,
    /// So many bytes a body has at most.
    pub largest_body: u64,
    /// The token may travel unencrypted to another machine.
    pub insecure: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            whole: Duration::from_secs(120),
            largest_body: 64 << 20,
            insecure: false,
        }
    }
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadClient {
    /// The address is plain http, of another machine.
    #[error("everybody on the way could read the token, for the address begins with http://")]
    Insecure,
    /// The system names no authority whose certificates could be trusted.
    #[error(
        "no certificate authority is known, so no server can be trusted; install the system's list, such as the package ca-certificates, or name a file of them in SSL_CERT_FILE"
    )]
    NoAuthorities,
}

/// A blocking client, which several threads may share.
#[derive(Clone)]
pub struct Client {
    base: Base,
    token: Token,
    limits: Limits,
    agent: Agent,
}

/// A connection that was idle for longer is not used again: the server may be about to close it, and then it would not be known
/// whether a request on it was done.
const LONGEST_IDLE: Duration = Duration::from_secs(5);

impl Client {
    /// A client for an installation. Certificates are judged as the system judges them. Proxies are those that the environment names;
    /// there is none on the way to this very machine.
    ///
    /// # Errors
    /// Where the token would travel unencrypted, or no certificate could be judged.
    pub fn new(base: Base, token: Token, limits: Limits) -> Result<Self, BadClient> {
        if !base.is_secure() && !base.is_loopback() && !limits.insecure {
            return Err(BadClient::Insecure);
        }
        // Later on this would look as if the certificate were at fault.
        if base.is_secure() && Verifier::new(Arc::new(ring::default_provider())).is_err() {
            return Err(BadClient::NoAuthorities);
        }
        let tls = TlsConfig::builder().provider(TlsProvider::Rustls).root_certs(RootCerts::PlatformVerifier).build();
        let mut config = Agent::config_builder()
            .tls_config(tls)
            .https_only(base.is_secure())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("peerplan/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .accept_encoding(AutoHeaderValue::None)
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_recv_response(Some(limits.first_byte))
            .timeout_global(Some(limits.whole))
            .max_idle_connections_per_host(MOST_IN_FLIGHT)
            .max_idle_age(LONGEST_IDLE);
        if base.is_loopback() {
            config = config.proxy(None);
        }
        let agent = config.build().new_agent();
        Ok(Self { base, token, limits, agent })
    }

    /// Where the installation is.
    #[must_use]
    pub const fn base(&self) -> &Base {
        &self.base
    }

    /// Sends a request, once, and waits for what becomes of it.
    #[must_use]
    pub fn send(&self, request: &Request) -> Outcome {
        match self.ask(request) {
            Ok(answer) => Outcome::Answer(answer),
            Err(error) => Outcome::Lost(loss(&error, request.method)),
        }
    }

    fn ask(&self, request: &Request) -> Result<Response, Error> {
        let (url, token) = (request.url(&self.base), self.token.header());
        let answer = match request.method {
            Method::Get => self.agent.get(url).header(AUTHORIZATION, token).call(),
            Method::Delete => self.agent.delete(url).header(AUTHORIZATION, token).call(),
            Method::Post if request.form.is_empty() => self.agent.post(url).header(AUTHORIZATION, token).send_empty(),
            Method::Post => {
                let post = self.agent.post(url).header(AUTHORIZATION, token).header(CONTENT_TYPE, FORM);
                post.send(request.form.as_bytes())
            }
        };
        self.read(answer?)
    }

    fn read(&self, answer: http::Response<Body>) -> Result<Response, Error> {
        let (head, mut body) = answer.into_parts();
        let mut body = body.with_config().limit(self.limits.largest_body.saturating_add(1)).read_to_vec()?;
        self.token.blot(&mut body);
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            let mut value = value.as_bytes().to_vec();
            self.token.blot(&mut value);
            (name.as_str().to_owned(), String::from_utf8_lossy(&value).into_owned())
        };
        let headers = head.headers.iter().map(header).collect();
        Ok(Response { status: head.status.as_u16(), headers, body })
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base).field("limits", &self.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_travels_unencrypted_only_where_that_is_asked_for() {
        let client = |base: &str, insecure| {
            let limits = Limits { insecure, ..Limits::default() };
            Client::new(Base::parse(base).unwrap(), Token::new("7~secret").unwrap(), limits)
        };
        assert_eq!(client("http://c.edu", false).unwrap_err(), BadClient::Insecure);
        assert!(client("http://c.edu", true).is_ok());
        let local = client("http://127.0.0.1:9", false).unwrap();
        assert!(!format!("{local:?}").contains("secret"));
    }
}
