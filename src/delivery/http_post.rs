//! HTTP POST to a configured URL: limited in time and size, without redirects, and only to permitted addresses.
//!
//! The URL comes from an operator, the answer from anywhere. No answer can make the daemon connect to another host (no redirects, no proxy,
//! checked addresses), cost much memory or time, or place a secret or a control character in a log.

mod guard;
#[cfg(test)]
pub(super) mod testing;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};

use super::send::SendError;
use crate::platform::clock::Clock;
use crate::platform::secret::{Revealed, Secret};
use crate::platform::tls;
use atalaia_core::ais::hidden;
use atalaia_core::base::fault::{self, Fault};
use atalaia_core::base::time::Time;
use guard::Guard;

/// Maximum number of bytes read of an answer.
/// The connection is dropped beyond it.
const MOST_READ: usize = 64 * 1024;
/// Maximum number of characters of an answer quoted in a reason.
const MOST_QUOTED: usize = 200;
/// Length from which a part of a path or query is treated as a secret. Characters.
/// Shorter parts are words such as `api` and `v2`, and replacing them would garble the answer.
const SECRET_PART: usize = 8;
/// Upper bound of the delay a receiver may request.
/// A receiver must not be able to silence a sink for ever. Deliveries are given up after `give_up_hours` in any case.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);
/// Headers the settings may not set: those of the body, of the connection, and those with keys of their own.
const RESERVED: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// A receiver as the settings of a sink describe it.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    /// `https://…`, or `http://…` within a network of `allow`.
    pub(super) url: &'a str,
    /// Trusted certificate authorities and our client certificate.
    pub(super) tls: &'a tls::Settings,
    /// Token sent as `Authorization: Bearer …`.
    pub(super) bearer: Option<&'a Secret>,
    /// Additional headers; their values are secrets.
    pub(super) headers: Option<&'a BTreeMap<String, Secret>>,
    /// Time limit of the whole exchange. Seconds.
    pub(super) timeout_seconds: u64,
    /// Networks outside the public Internet that may be reached, such as `10.0.0.0/8`.
    pub(super) allow: &'a [String],
}

/// Default of `timeout_seconds`.
pub(super) fn timeout_seconds() -> u64 {
    15
}

/// Resolves the relative paths of a target's settings against `folder`.
pub(super) fn within(folder: &Path, tls: &mut tls::Settings, bearer: &mut Option<Secret>) {
    tls.within(folder);
    bearer.iter_mut().for_each(|secret| secret.within(folder));
}

impl Target<'_> {
    /// What is wrong with these settings beyond the ranges of single keys.
    pub(super) fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        if let Err(fault) = self.url() {
            problems.push(fault.below("url"));
        }
        for network in self.allow {
            problems.extend(guard::network(network).err().map(|fault| fault.below("allow")));
        }
        for (name, secret) in self.headers.into_iter().flatten() {
            problems.extend(header_name(name).err().map(|fault| fault.below("headers")));
            problems.extend(fault::below(&format!("headers.{name}"), secret.problems()));
        }
        problems.extend(self.bearer.iter().flat_map(|secret| fault::below("bearer", secret.problems())));
        problems.extend(fault::below("tls", self.tls.problems()));
        problems
    }

    /// Parses the URL. The error says why nothing may be posted to it.
    fn url(&self) -> Result<Url, Fault> {
        let wrong = |what: String, advice: &str| Fault::new("", what).advise(advice);
        let usual = "write https://HOST/PATH";
        let url = Url::parse(self.url).map_err(|error| wrong(format!("is not an address ({error})"), usual))?;
        if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
            return Err(wrong("is not an address of HTTP".to_owned(), usual));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let advice = "write bearer = { file = \"PATH\" } or [headers]";
            return Err(wrong("holds a user or a password".to_owned(), advice));
        }
        // Faults in `allow` are reported separately.
        let allow: Vec<_> = self.allow.iter().filter_map(|network| guard::network(network).ok()).collect();
        if url.scheme() == "http" && allow.is_empty() {
            return Err(wrong("is not https".to_owned(), "write https://, or name the receiver's network in allow"));
        }
        Guard::new(url.scheme() == "http", allow).host(&url)?;
        Ok(url)
    }

    /// Reads the secrets and certificates and builds the client.
    pub(super) fn open(&self) -> Result<Post, String> {
        let url = self.url()?;
        let allow = self.allow.iter().map(|network| guard::network(network)).collect::<Result<Vec<_>, _>>()?;
        let guard = Guard::new(url.scheme() == "http", allow);
        let mut headers = HeaderMap::new();
        let mut secrets = Vec::new();
        // Marked as sensitive, so debug output of the client does not show it.
        let mut put = |name: HeaderName, before: &str, secret: &Secret| -> Result<(), String> {
            let revealed = secret.read().map_err(|error| error.to_string())?;
            let mut value = HeaderValue::from_str(&format!("{before}{}", revealed.expose()))
                .map_err(|_| format!("the secret of header {name} contains characters not allowed in a header"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
            secrets.push(revealed);
            Ok(())
        };
        if let Some(secret) = self.bearer {
            put(AUTHORIZATION, "Bearer ", secret)?;
        }
        for (name, secret) in self.headers.into_iter().flatten() {
            put(header_name(name)?, "", secret)?;
        }
        let client = Client::builder()
            .tls_backend_preconfigured(self.tls.client().map_err(|error| error.to_string())?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            // An answer is only quoted, so it need not be unpacked, which a bomb could abuse.
            .no_gzip()
            .user_agent(concat!("atalaia/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_secs(self.timeout_seconds))
            // Checks each address between resolution and connection.
            .dns_resolver(guard)
            .build()
            .map_err(|error| chain(&error.without_url()))?;
        Ok(Post { client, url, headers, secrets, now: || Clock.now() })
    }
}

/// The parsed name, or why the settings may not set it.
fn header_name(name: &str) -> Result<HeaderName, Fault> {
    let wrong =
        |_| Fault::new("", format!("{name:?} is not a name of a header")).advise("write letters, digits and `-`");
    let named = HeaderName::try_from(name).map_err(wrong)?;
    match RESERVED.contains(&named.as_str()) {
        true => Err(Fault::new("", format!("`{named}` is set by the program")).advise("leave it out")),
        false => Ok(named),
    }
}

/// A URL to post to, with its client and headers.
pub(super) struct Post {
    /// Keeps connections between posts.
    client: Client,
    /// Checked; without user and password.
    url: Url,
    /// Bearer token and additional headers, marked as sensitive.
    headers: HeaderMap,
    /// Secrets to remove from quoted answers.
    secrets: Vec<Revealed>,
    /// The clock, for `Retry-After` with a date; tests set it.
    now: fn() -> Time,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Show only the origin, because paths and queries of webhooks are often as good as a password.
        f.debug_struct("Post").field("origin", &self.url.origin().ascii_serialization()).finish_non_exhaustive()
    }
}

impl Post {
    /// The same receiver with `path` appended to its URL.
    pub(super) fn at(mut self, path: &str) -> Post {
        let base = self.url.path().trim_end_matches('/').to_owned();
        self.url.set_path(&format!("{base}/{path}"));
        self
    }

    /// Posts one body, without retries.
    /// `more` are headers of this body, such as a signature. Every failure of the connection is temporary.
    pub(super) async fn post(
        &self,
        body: Vec<u8>,
        media_type: &'static str,
        more: &[(&'static str, String)],
    ) -> Result<(), SendError> {
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        for (name, value) in more {
            let value = HeaderValue::from_str(value).map_err(|_| SendError::Refused {
                reason: format!("{name}: contains characters not allowed in a header"),
            })?;
            headers.insert(*name, value);
        }
        let sent = self.client.post(self.url.clone()).headers(headers).body(body).send().await;
        match sent {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(self.failed(response).await),
            Err(error) => Err(SendError::Later { wait: None, reason: self.with_url(&chain(&error.without_url())) }),
        }
    }

    /// The error for an answer other than 2xx. Only a client error that concerns the body is a refusal.
    async fn failed(&self, response: Response) -> SendError {
        let status = response.status();
        let answer = in_words(status);
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| self.retry_after(value.to_str().ok()?));
        let excerpt = self.excerpt(response).await;
        let excerpt = if excerpt.is_empty() { excerpt } else { format!(": {excerpt}") };
        match status {
            // Standard Webhooks: the receiver asks to be sent nothing more.
            StatusCode::GONE => SendError::Gone {
                reason: self.with_url(&format!("410 Gone: the receiver accepts nothing more{excerpt}")),
            },
            // Temporary: a redirect often comes from a proxy or a log-in page that is there for a while.
            _ if status.is_redirection() => {
                let reason = self.with_url(&format!("{answer}: redirects are not followed"));
                SendError::Later { wait, reason }
            }
            // The receiver itself says that a repeat may succeed.
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                SendError::Later { wait, reason: self.with_url(&format!("{answer}{excerpt}")) }
            }
            // Temporary: the receiver may have changed a key or a path, or may be in the middle of a new set-up.
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                SendError::Later { wait, reason: self.with_url(&format!("{answer}{excerpt}")) }
            }
            _ if status.is_client_error() => {
                SendError::Refused { reason: self.with_url(&format!("refused ({answer}){excerpt}")) }
            }
            _ => SendError::Later { wait, reason: self.with_url(&format!("{answer}{excerpt}")) },
        }
    }

    /// Prefixes a reason with the URL's origin, the only part that is never secret.
    fn with_url(&self, what: &str) -> String {
        format!("{}: {what}", self.url.origin().ascii_serialization())
    }

    /// Reads `Retry-After`: seconds or an HTTP date, capped at one day. `None` if it is neither.
    fn retry_after(&self, value: &str) -> Option<Duration> {
        let wait = match value.trim().parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let at = rfc2822::parse(value.trim()).ok()?.timestamp().as_millisecond();
                Duration::from_millis(u64::try_from(at - (self.now)().millis()).unwrap_or(0))
            }
        };
        Some(wait.min(LONGEST_WAIT))
    }

    /// The start of the answer on one line, without our secrets.
    async fn excerpt(&self, mut response: Response) -> String {
        let mut bytes = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            bytes.extend_from_slice(&chunk[..chunk.len().min(MOST_READ - bytes.len())]);
            if MOST_READ <= bytes.len() {
                break;
            }
        }
        // A receiver may echo the request, with its headers and its path.
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        for secret in &self.secrets {
            text = text.replace(secret.expose(), "***");
        }
        // The path or query of a webhook is often as good as a password.
        let query = self.url.query().unwrap_or_default();
        let parts = self.url.path().split('/').chain(query.split(['&', '=']));
        for part in [self.url.path(), query].into_iter().chain(parts).filter(|part| SECRET_PART <= part.len()) {
            text = text.replace(part, "***");
        }
        one_line(&text)
    }
}

/// Status code with its standard reason phrase, not the receiver's: `400 Bad Request`.
fn in_words(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(words) => format!("{} {words}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// The start of a third-party text on one line, at most 200 characters.
pub(super) fn one_line(text: &str) -> String {
    let shown = |c: char| if c.is_control() || hidden(c) { ' ' } else { c };
    let mut words = String::new();
    for word in text.chars().take(4 * MOST_QUOTED).map(shown).collect::<String>().split_whitespace() {
        words += if words.is_empty() { "" } else { " " };
        words += word;
    }
    words.chars().take(MOST_QUOTED).collect()
}

/// An error and its causes on one line. A cause already contained in the text before it is left out.
fn chain(error: &(dyn Error + 'static)) -> String {
    if let Some(fault) = tls::certificate_fault(error) {
        return fault;
    }
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(inner) = source {
        let text = inner.to_string();
        if !texts.iter().any(|before| before.contains(&text)) {
            texts.push(text);
        }
        source = inner.source();
    }
    one_line(&texts.join(": "))
}

#[cfg(test)]
mod tests;
