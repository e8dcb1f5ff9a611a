//! One SMTP session: connect, verify the server, log in, send the envelope and the mail.
//!
//! Each mail has a connection of its own, because mails are rare and servers close idle connections. The reply to each recipient is kept
//! apart: some may accept a mail that others refuse. The server may send what it likes, so the number of bytes read is limited, and secrets
//! are removed from what is quoted.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, fs, io};

use data_encoding::BASE64;
use lettre::Message;
use lettre::address::Address as MailAddress;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, Identity, TlsParameters, TlsVersion,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tracing::warn;

use super::settings::{Security, Settings};
use crate::delivery::send::SendError;
use crate::delivery::text::{clean, cut};
use crate::delivery::wire::{Address, Stream, connect};
use crate::platform::secret::{Revealed, Secret};
use crate::platform::tls;

/// Time allowed for the server's reply to QUIT.
const LEAVE: Duration = Duration::from_secs(1);
/// Maximum length of a server's answer in the log. Bytes.
const LONGEST_REASON: usize = 200;

/// Maximum number of bytes read from the server in one connection, including its certificates.
const MOST_READ: usize = 1 << 20;

/// A mail server with our login.
pub(super) struct Server {
    /// Host and port of the server.
    address: Address,
    /// With `starttls`: for the change to TLS after the greeting. `None` otherwise.
    starttls: Option<TlsParameters>,
    /// With `tls`: for the connection itself. `None` otherwise.
    tls: Option<Arc<ClientConfig>>,
    /// User name and password; `None` without a login.
    login: Option<(String, Revealed)>,
    /// Texts to remove from the server's answers: the password, plain and as encoded in the protocol.
    secrets: Vec<String>,
    /// Time limit for the whole session but QUIT.
    wait: Duration,
}

/// Outcome of a mail that at least one recipient accepted, now or before.
pub(super) struct MailOutcome {
    /// Recipients that accepted it this time.
    pub(super) taken: Vec<String>,
    /// Why some recipients have not accepted it yet; `None` if all have.
    pub(super) deferred: Option<String>,
}

/// Whether a refusal concerns the mail itself.
enum Failure {
    /// A fault of the connection, of our login or of the server's state. The mail may be accepted later.
    Way(String),
    /// The server's answer to this mail.
    Mail(Error),
}

impl Server {
    /// Reads the password and certificates; does not connect yet.
    pub(super) fn new(settings: &Settings) -> Result<Server, String> {
        let address: Address = settings.address.parse().map_err(|()| format!("{}: no address", settings.address))?;
        let (mut starttls, mut tls) = (None, None);
        match settings.security {
            Security::None => {}
            Security::Starttls => starttls = Some(parameters(&settings.tls, &address.host)?),
            Security::Tls => tls = Some(Arc::new(settings.tls.client().map_err(|error| error.to_string())?)),
        }
        let password = settings.password.as_ref().map(Secret::read).transpose().map_err(|error| error.to_string())?;
        let login = settings.user.clone().zip(password);
        let secrets = login.iter().flat_map(|(user, password)| {
            let password = password.expose();
            [
                password.to_owned(),
                BASE64.encode(password.as_bytes()),
                BASE64.encode(format!("\0{user}\0{password}").as_bytes()),
            ]
        });
        let secrets = secrets.collect();
        let wait = Duration::from_secs(settings.timeout_seconds.into());
        Ok(Server { address, starttls, tls, login, secrets, wait })
    }

    /// A server's text without our secrets.
    fn hide(&self, text: &str) -> String {
        let hide = |text: String| self.secrets.iter().fold(text, |text, secret| text.replace(secret, "***"));
        // Again, because hidden characters may have split a secret.
        hide(clean(&hide(text.to_owned())))
    }

    /// The same, cut for the log.
    fn masked(&self, text: &str) -> String {
        cut(&self.hide(text), LONGEST_REASON).to_owned()
    }

    /// Sends the mail to all its recipients except those that already have it.
    pub(super) async fn send(&self, mail: &Message, have: &BTreeSet<String>) -> Result<MailOutcome, SendError> {
        let (host, port) = (&self.address.host, self.address.port);
        let quoted = |reason: &str| format!("{host}:{port}: {}", self.masked(reason));
        let later = |reason: &str| SendError::Later { wait: None, reason: quoted(reason) };
        let mut connection = None;
        let outcome = timeout(self.wait, self.hand_in(mail, have, &mut connection)).await;
        if let Some(mut connection) = connection {
            // The outcome is already known; the answer to QUIT does not change it.
            drop(timeout(LEAVE, connection.quit()).await);
        }
        match outcome {
            Ok(Ok(handed)) => Ok(MailOutcome { deferred: handed.deferred.map(|reason| quoted(&reason)), ..handed }),
            Err(_) => Err(later(&format!("not taken within {} s", self.wait.as_secs()))),
            Ok(Err(Failure::Way(reason))) => Err(later(&reason)),
            Ok(Err(Failure::Mail(error))) if error.is_permanent() => {
                Err(SendError::Refused { reason: quoted(&with_source(&error)) })
            }
            Ok(Err(Failure::Mail(error))) => Err(later(&with_source(&error))),
        }
    }

    /// Connects, logs in and sends. `open` holds the connection afterwards, so that it can be closed even if this future was dropped.
    async fn hand_in(
        &self,
        mail: &Message,
        have: &BTreeSet<String>,
        open: &mut Option<AsyncSmtpConnection>,
    ) -> Result<MailOutcome, Failure> {
        let connection = self.connect().await.map_err(Failure::Way)?;
        let connection = open.insert(connection);
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            // Never a refusal of the mail: a login may be corrected.
            let refused = |error: Error| match error.status() {
                // Any other text of the server's answer could repeat part of the credentials.
                Some(code) => Failure::Way(format!("the login was refused: {code}")),
                None => Failure::Way("the login was not understood".to_owned()),
            };
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(refused)?;
        }
        self.envelope(connection, mail, have).await
    }

    /// Connects and greets, with TLS as the settings ask for it. STARTTLS that the server does not offer is an error.
    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let stream =
            BoundedStream { stream: connect(&self.address, self.tls.as_ref(), self.wait).await?, left: MOST_READ };
        let text = |error: Error| with_source(&error);
        let hello = ClientId::default();
        let mut connection =
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await.map_err(text)?;
        if let Some(tls) = self.starttls.clone() {
            connection.starttls(tls, &hello).await.map_err(text)?;
        }
        Ok(connection)
    }

    /// Sends the envelope, then the mail. A recipient that is refused, permanently or for now, does not keep the mail from the others.
    async fn envelope(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &Message,
        have: &BTreeSet<String>,
    ) -> Result<MailOutcome, Failure> {
        let envelope = mail.envelope();
        let bytes = mail.formatted();
        command(connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await)?;
        let mut taken = Vec::new();
        let mut refused: Vec<(&MailAddress, Error)> = Vec::new();
        let mut deferred: Vec<(&MailAddress, Error)> = Vec::new();
        for to in envelope.to().iter().filter(|to| !have.contains(&to.to_string())) {
            match connection.command(Rcpt::new(to.clone(), Vec::new())).await {
                Ok(_) => taken.push(to.to_string()),
                Err(error) if error.is_permanent() => refused.push((to, error)),
                // With a status the answer concerns this address. Without one the connection is broken.
                Err(error) if error.status().is_some() => deferred.push((to, error)),
                Err(error) => return Err(Failure::Mail(error)),
            }
        }
        if !taken.is_empty() {
            command(connection.command(Data).await)?;
            command(connection.message(&bytes).await)?;
        // If other recipients have the mail already, it is partially delivered and not refused.
        } else if have.is_empty() {
            return match deferred.pop().or(refused.pop()) {
                Some((_, error)) => Err(Failure::Mail(error)),
                None => Err(Failure::Way("no recipients".to_owned())),
            };
        }
        for (to, error) in refused {
            warn!(%to, server = %self.address.host, error = self.masked(&with_source(&error)), "address refused; the others were served");
        }
        let reason =
            |(to, error): &(&MailAddress, Error)| format!("{to} does not accept it yet: {}", with_source(error));
        Ok(MailOutcome { taken, deferred: deferred.first().map(reason) })
    }
}

/// An answer that is neither positive nor an error of the library is unexpected, so it says nothing about the mail.
fn command(answer: Result<Response, Error>) -> Result<(), Failure> {
    let answer = answer.map_err(Failure::Mail)?;
    match answer.code().severity {
        Severity::PositiveCompletion | Severity::PositiveIntermediate => Ok(()),
        _ => Err(Failure::Way(format!("answered {}", answer.code()))),
    }
}

/// Connection that fails once the server has sent too much. The SMTP client reads a line to its end, however long it is.
struct BoundedStream {
    /// The connection, with TLS or before STARTTLS.
    stream: Box<dyn Stream>,
    /// Number of bytes the server may still send.
    left: usize,
}

impl AsyncRead for BoundedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        match self.left.checked_sub(into.filled().len() - before) {
            Some(left) => self.left = left,
            None => return Poll::Ready(Err(io::Error::other("the server sends too much"))),
        }
        read
    }
}

impl AsyncWrite for BoundedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl fmt::Debug for BoundedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedStream").field("left", &self.left).finish_non_exhaustive()
    }
}

impl AsyncTokioStream for BoundedStream {
    /// Not used for mail.
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The settings of `[sinks.email.tls]` as the SMTP library expects them.
fn parameters(settings: &tls::Settings, host: &str) -> Result<TlsParameters, String> {
    // Gives an error that names the file if one is missing or invalid.
    settings.client().map_err(|error| error.to_string())?;
    let read = |path: &std::path::Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let text = |error: Error| with_source(&error);
    let mut builder = TlsParameters::builder(host.to_owned()).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(ca) = &settings.ca {
        let certificate = Certificate::from_pem(&read(ca)?).map_err(text)?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    if let (Some(certificate), Some(key)) = (&settings.certificate, &settings.key) {
        // The library takes the contents of a PEM file for the DER certificate (lettre 0.11.23), so it is given DER. It has no room for
        // intermediate certificates; servers must already know them.
        let own = CertificateDer::from_pem_file(certificate)
            .map_err(|error| format!("{}: {error}", certificate.display()))?;
        builder = builder.identify_with(Identity::from_pem(&own, &read(key)?).map_err(text)?);
    }
    builder.build().map_err(text)
}

/// An error with its cause.
fn with_source(error: &Error) -> String {
    if let Some(fault) = tls::certificate_fault(error) {
        return fault;
    }
    match std::error::Error::source(error) {
        Some(source) if !error.to_string().contains(&source.to_string()) => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}
