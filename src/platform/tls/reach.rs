//! Checks whether a server can be reached: its name resolves, it accepts connections, with TLS its certificate is trusted, and a server of
//! HTTP answers a question that changes nothing (`OPTIONS`, RFC 9110 9.3.7). It sends no login and no data.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::fault::describe;
use super::settings::Settings;

/// Time limit of the whole check. It is run by hand, and a silently dropped packet would otherwise take minutes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Maximum length of a status line that is read, in bytes.
const LONGEST_STATUS: usize = 200;
/// Statuses with which a proxy says that the server behind it does not answer (RFC 9110 15.6).
const NO_SERVER_BEHIND: [u16; 3] = [502, 503, 504];

/// A server's address, and whether its connections are encrypted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Whether the connection starts with TLS.
    pub encrypted: bool,
    /// Path and query of a URL of HTTP or WebSocket, as they are sent; `None` for other protocols.
    pub path: Option<String>,
}

impl Endpoint {
    /// Parses `host:port` or `[v6]:port`. `None` if the port is missing or invalid.
    pub fn at(address: &str, encrypted: bool) -> Option<Endpoint> {
        let (host, port) = address.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Endpoint { host, port: port.parse().ok()?, encrypted, path: None })
    }

    /// Parses a URL. A missing port is the scheme's default, or `usual_port`. `https`, `wss`, `mqtts` and `tls` are encrypted.
    pub fn of_url(url: &str, usual_port: u16) -> Option<Endpoint> {
        let (scheme, rest) = url.split_once("://")?;
        let encrypted = ["https", "wss", "mqtts", "tls"].contains(&scheme);
        let authority = rest.split(['/', '?', '#']).next()?;
        // A URL may carry a user name and password.
        let authority = authority.rsplit_once('@').map_or(authority, |(_, authority)| authority);
        let usual = match scheme {
            "https" | "wss" => 443,
            "http" | "ws" => 80,
            _ => usual_port,
        };
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let endpoint = match has_port {
            true => Endpoint::at(authority, encrypted),
            false => Endpoint::at(&format!("{authority}:{usual}"), encrypted),
        }?;
        let path = ["http", "https", "ws", "wss"].contains(&scheme).then(|| path_of(rest));
        Some(Endpoint { path, ..endpoint })
    }

    /// Connects, asks a server of HTTP for its options, and closes the connection. `Ok` says what was found, `Err` why the server cannot be
    /// reached.
    pub async fn reach(&self, tls: &Settings) -> Result<String, String> {
        match timeout(PATIENCE, self.connect(tls)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    /// Resolves the name, connects to the first address that answers and, if asked for, checks the certificate.
    async fn connect(&self, tls: &Settings) -> Result<String, String> {
        let named = (self.host.as_str(), self.port);
        let addresses = lookup_host(named).await.map_err(|error| format!("its name is not found ({error})"))?;
        let mut last = "its name has no address".to_owned();
        let mut stream = None;
        // As clients do: a host whose IPv6 address does not answer may have an IPv4 address that does.
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(connected) => {
                    stream = Some(connected);
                    break;
                }
                Err(error) => last = format!("{address}: {error}"),
            }
        }
        let stream = stream.ok_or(last)?;
        if !self.encrypted {
            return Ok(format!("takes connections{}", self.answer(stream).await?));
        }
        let config = tls.client().map_err(|error| error.to_string())?;
        let name = ServerName::try_from(self.host.clone())
            .map_err(|_| "its name cannot appear in a certificate".to_owned())?;
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name, stream).await.map_err(|error| describe(&error))?;
        Ok(format!("takes connections, with a certificate that is trusted{}", self.answer(stream).await?))
    }

    /// How a server of HTTP answers a request for its options: any status shows that it is there. Empty for other protocols.
    async fn answer(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<String, String> {
        let Some(path) = &self.path else {
            return Ok(String::new());
        };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let request = format!(
            "OPTIONS {path} HTTP/1.1\r\nHost: {host}:{}\r\nUser-Agent: atalaia/{}\r\nConnection: close\r\n\r\n",
            self.port,
            env!("CARGO_PKG_VERSION")
        );
        let failed = |error: std::io::Error| format!("it takes connections, but does not answer HTTP ({error})");
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        let mut line = Vec::new();
        while !line.contains(&b'\n') && line.len() < LONGEST_STATUS {
            let mut byte = [0];
            if stream.read(&mut byte).await.map_err(failed)? == 0 {
                break;
            }
            line.push(byte[0]);
        }
        status(&line)
    }
}

/// Path and query of a URL, from what follows its scheme. Characters that cannot stand in a request line are escaped.
fn path_of(rest: &str) -> String {
    let start = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let path = rest[start..].split('#').next().unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    let escape = |byte: u8| if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    slash.to_owned() + &path.bytes().map(escape).collect::<String>()
}

/// What the first line of an answer says.
fn status(line: &[u8]) -> Result<String, String> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    let rest = text.strip_prefix("HTTP/1.").and_then(|rest| rest.split_once(' ')).map(|(_, rest)| rest.trim());
    let number: Option<u16> = rest.and_then(|rest| rest.split(' ').next()?.parse().ok());
    match (rest, number) {
        (Some(rest), Some(number)) if NO_SERVER_BEHIND.contains(&number) => {
            Err(format!("it takes connections, but answers {rest}: the server behind it does not"))
        }
        (Some(rest), Some(301 | 302 | 303 | 307 | 308)) => {
            Ok(format!(" and answers {rest}: it names another address, which is not followed"))
        }
        (Some(rest), Some(_)) => Ok(format!(" and answers OPTIONS with {rest}")),
        _ if text.is_empty() => Err("it takes connections, but closes them without an answer".to_owned()),
        _ => Err(format!("it takes connections, but does not speak HTTP: \"{text}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_from_an_address_or_a_url() {
        let endpoint = |host: &str, port, encrypted, path: &str| {
            let path = (!path.is_empty()).then(|| path.to_owned());
            Some(Endpoint { host: host.to_owned(), port, encrypted, path })
        };
        assert_eq!(Endpoint::at("feed.example:5631", false), endpoint("feed.example", 5631, false, ""));
        assert_eq!(Endpoint::at("[2001:db8::1]:25", false), endpoint("2001:db8::1", 25, false, ""));
        assert_eq!(
            Endpoint::of_url("https://hooks.example/a?b=c:9", 0),
            endpoint("hooks.example", 443, true, "/a?b=c:9")
        );
        assert_eq!(Endpoint::of_url("wss://[::1]:8443/mqtt", 0), endpoint("::1", 8443, true, "/mqtt"));
        assert_eq!(Endpoint::of_url("mqtt://broker.example", 1883), endpoint("broker.example", 1883, false, ""));
        assert_eq!(Endpoint::of_url("nowhere", 1), None);
        let path = |url: &str| Endpoint::of_url(url, 0).and_then(|endpoint| endpoint.path);
        assert_eq!(path("https://me:secret@hooks.example?a=b#c").as_deref(), Some("/?a=b"));
        assert_eq!(path("http://hooks.example/a b\r\nX: y").as_deref(), Some("/a%20b%0D%0AX:%20y"));
    }

    /// What is said of a server that sends this answer to whatever it is asked, and what it was asked.
    async fn answered(answer: &'static str) -> (Result<String, String>, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook?key=1", listener.local_addr().expect("bound"));
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut asked = vec![0; 1000];
            let count = stream.read(&mut asked).await.expect("a request");
            stream.write_all(answer.as_bytes()).await.expect("sent");
            String::from_utf8_lossy(&asked[..count]).into_owned()
        });
        let outcome = Endpoint::of_url(&url, 0).expect("an endpoint").reach(&Settings::default()).await;
        (outcome, server.await.expect("it ended"))
    }

    #[tokio::test]
    async fn a_server_of_http_is_asked_for_its_options_and_nothing_else() {
        let (outcome, asked) = answered("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(outcome.as_deref(), Ok("takes connections and answers OPTIONS with 405 Method Not Allowed"));
        assert!(asked.starts_with("OPTIONS /hook?key=1 HTTP/1.1\r\nHost: 127.0.0.1:"), "{asked}");
        assert!(asked.ends_with("\r\n\r\n") && !asked.contains("Content-Length"), "{asked}");
        for (answer, said) in [
            ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "answers 502 Bad Gateway: the server behind it does not"),
            ("220 mail.example ESMTP\r\n", "does not speak HTTP: \"220 mail.example ESMTP\""),
            ("", "closes them without an answer"),
        ] {
            let (outcome, _) = answered(answer).await;
            assert!(outcome.as_ref().is_err_and(|error| error.contains(said)), "{said}: {outcome:?}");
        }
        let (outcome, _) = answered("HTTP/1.1 301 Moved Permanently\r\nLocation: http://other/\r\n\r\n").await;
        assert!(outcome.as_ref().is_ok_and(|said| said.ends_with("which is not followed")), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_server_that_listens_is_reached_and_one_that_does_not_is_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let endpoint = Endpoint::at(&address, false).expect("an endpoint");
        assert_eq!(endpoint.reach(&Settings::default()).await.as_deref(), Ok("takes connections"));
        drop(listener);
        let error = endpoint.reach(&Settings::default()).await.expect_err("no listener");
        assert!(error.contains("refused"), "{error}");
    }
}
