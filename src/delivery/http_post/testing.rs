//! HTTP receiver for tests: returns prepared answers in order and records the requests.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::delivery::testing::beside;

/// A recorded request.
#[derive(Clone, Debug, Default)]
pub(in crate::delivery) struct Request {
    /// Request line: `POST /path HTTP/1.1`.
    pub(in crate::delivery) first: String,
    headers: Vec<(String, String)>,
    pub(in crate::delivery) body: Vec<u8>,
}

impl Request {
    /// Value of a header; the name must be in lower case.
    pub(in crate::delivery) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(in crate::delivery) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// A receiver on a local port.
pub(in crate::delivery) struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    came: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    /// Starts a receiver with raw answers. After the last one it accepts requests and never answers.
    pub(in crate::delivery) async fn answering(answers: &[&str]) -> Receiver {
        Receiver::open(answers, None).await
    }

    /// The same over TLS, with a certificate of `tests/wires`.
    pub(in crate::delivery) async fn by_tls(certificate: &str, answers: &[&str]) -> Receiver {
        let place = |end: &str| beside("tests/wires").join(format!("{certificate}.{end}"));
        let chain = CertificateDer::pem_file_iter(place("pem")).expect("read").map(|one| one.expect("PEM")).collect();
        let key = PrivateKeyDer::from_pem_file(place("key")).expect("a key");
        let versions = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions();
        let config = versions.expect("versions").with_no_client_auth().with_single_cert(chain, key).expect("a pair");
        Receiver::open(answers, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn open(answers: &[&str], tls: Option<TlsAcceptor>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let came = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut answers) =
            (came.clone(), answers.iter().map(|text| (*text).to_owned()).collect::<VecDeque<_>>());
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream: Box<dyn Stream> = match &tls {
                    None => Box::new(stream),
                    // The client did not trust the certificate.
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => Box::new(stream),
                        Err(_) => continue,
                    },
                };
                let Some(request) = read(&mut stream).await else { continue };
                kept.lock().expect("no panic").push(request);
                match answers.pop_front() {
                    Some(answer) => {
                        // The client may close before it has read the whole answer.
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                    None => silent.push(stream),
                }
            }
        });
        Receiver { address, scheme, came }
    }

    /// URL of a path on this receiver: `http://127.0.0.1:PORT/path`, or `https://`.
    pub(in crate::delivery) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The requests received so far.
    pub(in crate::delivery) fn came(&self) -> Vec<Request> {
        self.came.lock().expect("no panic").clone()
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn read(stream: &mut impl Stream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        more(stream, &mut bytes).await?;
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.split("\r\n");
    let first = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request { first, headers, body: Vec::new() };
    let length: usize = request.header("content-length").unwrap_or("0").parse().ok()?;
    while bytes.len() < head + 4 + length {
        more(stream, &mut bytes).await?;
    }
    request.body = bytes[head + 4..].to_vec();
    Some(request)
}

async fn more(stream: &mut impl Stream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).await.ok().filter(|count| 0 < *count)?;
    bytes.extend_from_slice(&buffer[..count]);
    Some(())
}
