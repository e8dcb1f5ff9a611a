//! BarentsWatch: an endless stream of JSON over HTTP, authorised by a token obtained with client credentials.
//!
//! A token is obtained for each connection and never kept. The client follows no redirects and uses no proxy, so the secret goes only where
//! the settings say.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::inputs::connect::target;
use crate::inputs::error::{InputError, shown};
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::State;
use crate::inputs::port::Port;
use crate::platform::secret::Secret;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::ais::LineCutter;
use atalaia_core::base::fault::{self, Fault};

/// `[inputs.barentswatch]`
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// URL of the stream, with one JSON object per line.
    #[serde(default = "url")]
    pub url: String,
    /// URL that issues tokens.
    #[serde(default = "token_url")]
    pub token_url: String,
    /// Client id, as registered with BarentsWatch.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret,
    /// Whom to trust.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Default of `url`: positions and static data in one stream.
fn url() -> String {
    "https://live.ais.barentswatch.no/v1/combined?modelType=Full&modelFormat=Json".to_owned()
}

/// Default of `token_url`.
fn token_url() -> String {
    "https://id.barentswatch.no/connect/token".to_owned()
}

/// Accepted schemes with their default ports. `http` is only for tests and for gateways on this machine.
const SCHEMES: &[(&str, u16)] = &[("https", 443), ("http", 80)];
/// Time limit for a connection and for the header of a response.
const ANSWER_SECONDS: u64 = 20;
/// Maximum size of a token response, in bytes.
/// A token takes about a kilobyte.
const LONGEST_TOKEN: usize = 64 * 1024;
/// Delay after the credentials were refused, which only the operator can correct.
const UNTIL_MENDED: Duration = Duration::from_secs(300);
/// Delay after the stream was refused in spite of a new token, or because of too many requests.
const PATIENCE: Duration = Duration::from_secs(60);
/// Maximum delay accepted from a server's `Retry-After`.
const LONGEST_PATIENCE: Duration = Duration::from_secs(3600);

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems = fault::below("client_secret", self.client_secret.problems());
        for (key, url) in [("url", &self.url), ("token_url", &self.token_url)] {
            match target(url, SCHEMES) {
                Err(problem) => problems.push(problem.below(key)),
                Ok(target) if target.is_open() => {
                    problems.push(
                        Fault::new(key, "the secret would be sent unencrypted").advise("write an address https://"),
                    );
                }
                Ok(_) => {}
            }
        }
        problems.extend(fault::below("tls", self.tls.problems()));
        if self.client_id.trim().is_empty() {
            problems.push(Fault::new("client_id", "is empty").advise("write the name of the client as registered"));
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.client_secret.within(folder);
        self.tls.within(folder);
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        let of = |key, url: &str| Endpoint::of_url(url, 443).map(|endpoint| (key, endpoint));
        of("token_url", &self.token_url).into_iter().chain(of("url", &self.url)).collect()
    }
}

impl Settings {
    /// A client for one connection. The stream has no time limit as a whole; silence and keep-alive end it.
    fn client(&self) -> Result<Client, InputError> {
        let long = Duration::from_secs(ANSWER_SECONDS);
        Client::builder()
            .tls_backend_preconfigured(self.tls.client()?)
            .connect_timeout(long)
            // A redirect would carry the secret or the token elsewhere.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .tcp_keepalive(Duration::from_secs(20))
            .tcp_keepalive_interval(Duration::from_secs(10))
            .tcp_keepalive_retries(3)
            .user_agent(concat!("atalaia/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(http)
    }

    /// Obtains a new token, as the value of the `Authorization` header.
    /// Errors never quote the body of the answer, which may contain the secret or a token.
    async fn token(&self, client: &Client) -> Result<HeaderValue, InputError> {
        /// The part of the answer that is used. Its lifetime does not matter, because each connection gets a new token.
        #[derive(Deserialize)]
        struct Token {
            access_token: String,
        }
        let secret = self.client_secret.read()?;
        // Only its query is used: the encoding of a form is that of a query.
        let mut form = Url::parse("form:")
            .map_err(|error| InputError::Protocol { what: "HTTP", cause: shown(&error.to_string()) })?;
        form.query_pairs_mut()
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", "ais")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", secret.expose());
        let asked = client
            .post(&self.token_url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        let mut answer = head(asked).await?;
        match answer.status() {
            StatusCode::OK => {}
            // Both are used for wrong client credentials (RFC 6749, section 5.2).
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
                let reason = format!(
                    "{} does not accept client_id and client_secret ({})",
                    self.token_url,
                    answer.status().as_u16()
                );
                return Err(InputError::Refused { reason, wait: UNTIL_MENDED });
            }
            _ => return Err(unwelcome(&self.token_url, &answer)),
        }
        let no_token = || InputError::Protocol { what: "HTTP", cause: format!("{} gave no token", self.token_url) };
        let mut body = Vec::new();
        while let Some(piece) = within(answer.chunk()).await? {
            body.extend_from_slice(&piece);
            if LONGEST_TOKEN < body.len() {
                return Err(no_token());
            }
        }
        // The parser's error may contain part of the token.
        let token: Token = serde_json::from_slice(&body).map_err(|_| no_token())?;
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.access_token)).map_err(|_| no_token())?;
        // Keeps the token out of debug output.
        header.set_sensitive(true);
        Ok(header)
    }
}

/// The BarentsWatch service.
pub(super) struct Barentswatch;

impl Input for Barentswatch {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "barentswatch",
        about: "BarentsWatch of Norway.",
        table: "`[inputs.barentswatch]`, for `barentswatch`.",
        address: AddressUse::Unused,
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        drains: false,
    };

    /// Always returns an error, because a feed has no regular end.
    async fn run(port: &Port, settings: &Settings) -> Result<(), InputError> {
        let client = settings.client()?;
        let mut tries = 0;
        let mut answer = loop {
            let token = settings.token(&client).await?;
            let asked = client.get(&settings.url).header(AUTHORIZATION, token).header(ACCEPT, "application/x-ndjson");
            let answer = head(asked).await?;
            tries += 1;
            match answer.status() {
                StatusCode::OK => break answer,
                // Retried once: the token may just have been withdrawn.
                StatusCode::UNAUTHORIZED if tries < 2 => {}
                _ => return Err(unwelcome(&settings.url, &answer)),
            }
        };
        port.connected(&settings.url);
        port.state(State::Up).await;

        let seconds = port.settings.idle_timeout_seconds;
        let mut cutter = LineCutter::new();
        loop {
            let piece = timeout(Duration::from_secs(u64::from(seconds)), answer.chunk()).await;
            let piece = piece.map_err(|_| InputError::Silent { seconds })?.map_err(http)?;
            let received = Some(port.clock.now());
            // The server ended the response properly, so a last line without a line end is complete.
            let Some(piece) = piece else {
                port.send(received, port.rest(&mut cutter)).await?;
                return Err(InputError::Closed);
            };
            port.send(received, port.cut(&mut cutter, &piece)).await?;
        }
    }
}

/// Sends a request and waits for the header of the response.
async fn head(asked: reqwest::RequestBuilder) -> Result<Response, InputError> {
    within(asked.send()).await
}

/// Limits the wait for one step of the exchange to [`ANSWER_SECONDS`].
async fn within<T>(answer: impl Future<Output = Result<T, reqwest::Error>>) -> Result<T, InputError> {
    let answer = timeout(Duration::from_secs(ANSWER_SECONDS), answer).await;
    answer.map_err(|_| InputError::NoAnswer { seconds: ANSWER_SECONDS })?.map_err(http)
}

/// The error for a response that is not a stream.
/// `Retry-After` in seconds is followed, up to a limit. Without it, a client error (4xx) waits for [`PATIENCE`], and a server error is
/// retried with the usual back-off.
fn unwelcome(url: &str, answer: &Response) -> InputError {
    let status = answer.status();
    let reason = format!("{} answered {status}", shown(url));
    let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    match (asked.map(Duration::from_secs), status.is_client_error()) {
        (Some(wait), _) => InputError::Refused { reason, wait: wait.min(LONGEST_PATIENCE) },
        (None, true) => InputError::Refused { reason, wait: PATIENCE },
        (None, false) => InputError::Protocol { what: "HTTP", cause: reason },
    }
}

/// The error with its chain of causes; the outermost alone says little.
/// Safe to show: requests carry the secret in the body and the token in a header, neither of which appears in an error.
fn http(error: reqwest::Error) -> InputError {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    InputError::Protocol { what: "HTTP", cause: shown(&text) }
}
