//! One mail handed to a server: a connection, the proof of who it is, the login, the envelope, the mail.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, fs, io};

use data_encoding::BASE64;
use lettre::Message;
use lettre::address::Address as Mailed;
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

use super::{Security, Settings};
use crate::delivery::send::SendError;
use crate::delivery::telling::{clean, cut};
use crate::delivery::wire::{Address, Stream, connect};
use crate::secret::{Revealed, Secret};
use crate::tls;

/// For a server to say goodbye.
const LEAVE: Duration = Duration::from_secs(1);
/// Most of what a server said that is worth a line of the log. Bytes.
const LONGEST_REASON: usize = 200;

/// Most that is read of what a server says in one connection, its certificates among it. Bytes.
const MOST_SAID: usize = 1 << 20;

/// Where mail goes, and who may hand it in.
pub(super) struct Server {
    address: Address,
    starttls: Option<TlsParameters>,
    tls: Option<Arc<ClientConfig>>,
    login: Option<(String, Revealed)>,
    /// What must not come back out of an answer: the password, as it is and as it travels.
    secrets: Vec<String>,
    wait: Duration,
}

/// What became of a mail that somebody took.
pub(super) struct Handed {
    /// Who has it now.
    pub(super) taken: Vec<String>,
    /// Why some do not have it yet.
    pub(super) deferred: Option<String>,
}

/// At which point a server said no: only then is it about the mail.
enum Failure {
    /// About us, the way there, or the moment: the mail may be welcome later.
    Way(String),
    /// About this mail.
    Mail(Error),
}

impl Server {
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

    /// What a server said, without what it was shown.
    fn hide(&self, text: &str) -> String {
        let hide = |text: String| self.secrets.iter().fold(text, |text, secret| text.replace(secret, "***"));
        // Once more, for what only characters that nobody sees kept apart.
        hide(clean(&hide(text.to_owned())))
    }

    /// The same, as much of it as is worth telling.
    fn said(&self, text: &str) -> String {
        cut(&self.hide(text), LONGEST_REASON).to_owned()
    }

    /// Hands it in for everybody it is for, but for those who have it.
    pub(super) async fn send(&self, mail: &Message, have: &BTreeSet<String>) -> Result<Handed, SendError> {
        let (host, port) = (&self.address.host, self.address.port);
        let said = |reason: &str| format!("{host}:{port}: {}", self.said(reason));
        let later = |reason: &str| SendError::Later { wait: None, reason: said(reason) };
        let mut connection = None;
        let outcome = timeout(self.wait, self.hand_in(mail, have, &mut connection)).await;
        if let Some(mut connection) = connection {
            // The mail has been taken or not; how the server takes its leave changes nothing.
            drop(timeout(LEAVE, connection.quit()).await);
        }
        match outcome {
            Ok(Ok(handed)) => Ok(Handed { deferred: handed.deferred.map(|reason| said(&reason)), ..handed }),
            Err(_) => Err(later(&format!("not taken within {} s", self.wait.as_secs()))),
            Ok(Err(Failure::Way(reason))) => Err(later(&reason)),
            Ok(Err(Failure::Mail(error))) if error.is_permanent() => {
                Err(SendError::Refused { reason: said(&with_source(&error)) })
            }
            Ok(Err(Failure::Mail(error))) => Err(later(&with_source(&error))),
        }
    }

    async fn hand_in(
        &self,
        mail: &Message,
        have: &BTreeSet<String>,
        open: &mut Option<AsyncSmtpConnection>,
    ) -> Result<Handed, Failure> {
        let connection = self.connect().await.map_err(Failure::Way)?;
        let connection = open.insert(connection);
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let refused = |error: Error| match error.status() {
                // Whatever else the server says of a login could hold some of it.
                Some(code) => Failure::Way(format!("the login was refused: {code}")),
                None => Failure::Way("the login was not understood".to_owned()),
            };
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(refused)?;
        }
        self.envelope(connection, mail, have).await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let stream = Bounded { stream: connect(&self.address, self.tls.as_ref(), self.wait).await?, left: MOST_SAID };
        let told = |error: Error| with_source(&error);
        let hello = ClientId::default();
        let mut connection =
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await.map_err(told)?;
        if let Some(tls) = self.starttls.clone() {
            connection.starttls(tls, &hello).await.map_err(told)?;
        }
        Ok(connection)
    }

    /// Names sender and receivers, then hands the mail over. An address that is refused, for good or for now, keeps the mail from nobody
    /// else.
    async fn envelope(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &Message,
        have: &BTreeSet<String>,
    ) -> Result<Handed, Failure> {
        let envelope = mail.envelope();
        let bytes = mail.formatted();
        command(connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await)?;
        let mut taken = Vec::new();
        let mut refused: Vec<(&Mailed, Error)> = Vec::new();
        let mut deferred: Vec<(&Mailed, Error)> = Vec::new();
        for to in envelope.to().iter().filter(|to| !have.contains(&to.to_string())) {
            match connection.command(Rcpt::new(to.clone(), Vec::new())).await {
                Ok(_) => taken.push(to.to_string()),
                Err(error) if error.is_permanent() => refused.push((to, error)),
                // A word about the address; without one the way is gone.
                Err(error) if error.status().is_some() => deferred.push((to, error)),
                Err(error) => return Err(Failure::Mail(error)),
            }
        }
        if !taken.is_empty() {
            command(connection.command(Data).await)?;
            command(connection.message(&bytes).await)?;
        } else if have.is_empty() {
            return match deferred.pop().or(refused.pop()) {
                Some((_, error)) => Err(Failure::Mail(error)),
                None => Err(Failure::Way("no recipients".to_owned())),
            };
        }
        for (to, error) in refused {
            warn!(%to, server = %self.address.host, error = self.said(&with_source(&error)), "address refused; the others were served");
        }
        let told = |(to, error): &(&Mailed, Error)| format!("{to} does not accept it yet: {}", with_source(error));
        Ok(Handed { taken, deferred: deferred.first().map(told) })
    }
}

fn command(answer: Result<Response, Error>) -> Result<(), Failure> {
    let answer = answer.map_err(Failure::Mail)?;
    match answer.code().severity {
        Severity::PositiveCompletion | Severity::PositiveIntermediate => Ok(()),
        _ => Err(Failure::Way(format!("answered {}", answer.code()))),
    }
}

/// The way to a server, which ends once the server has said too much: a line is read until its end, wherever that is.
struct Bounded {
    stream: Box<dyn Stream>,
    /// Bytes.
    left: usize,
}

impl AsyncRead for Bounded {
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

impl AsyncWrite for Bounded {
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

impl fmt::Debug for Bounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounded").field("left", &self.left).finish_non_exhaustive()
    }
}

impl AsyncTokioStream for Bounded {
    /// Of interest to nobody here.
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The trust of `[sinks.email.tls]` in the words of the library.
fn parameters(settings: &tls::Settings, host: &str) -> Result<TlsParameters, String> {
    // Names the file, where one is missing or no PEM.
    settings.client().map_err(|error| error.to_string())?;
    let read = |path: &std::path::Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let told = |error: Error| with_source(&error);
    let mut builder = TlsParameters::builder(host.to_owned()).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(ca) = &settings.ca {
        let certificate = Certificate::from_pem(&read(ca)?).map_err(told)?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    if let (Some(certificate), Some(key)) = (&settings.certificate, &settings.key) {
        // The library takes the bytes of a PEM file for those of the certificate in it (lettre 0.11.23), so it is given these. It has no
        // room for certificates above ours: servers have to know them.
        let own = CertificateDer::from_pem_file(certificate)
            .map_err(|error| format!("{}: {error}", certificate.display()))?;
        builder = builder.identify_with(Identity::from_pem(&own, &read(key)?).map_err(told)?);
    }
    builder.build().map_err(told)
}

/// An error with what is behind it.
fn with_source(error: &Error) -> String {
    if let Some(fault) = tls::certificate_fault(error) {
        return fault;
    }
    match std::error::Error::source(error) {
        Some(source) if !error.to_string().contains(&source.to_string()) => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}
