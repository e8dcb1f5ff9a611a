//! Checks whether a server can be reached: its name resolves, it accepts connections and, with TLS, its certificate is trusted. It sends no
//! login and no data.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::fault::describe;
use super::settings::Settings;

/// Time limit of the whole check. It is run by hand, and a silently dropped packet would otherwise take minutes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server's address, and whether its connections are encrypted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Whether the connection starts with TLS.
    pub encrypted: bool,
}

impl Endpoint {
    /// Parses `host:port` or `[v6]:port`. `None` if the port is missing or invalid.
    pub fn at(address: &str, encrypted: bool) -> Option<Endpoint> {
        let (host, port) = address.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Endpoint { host, port: port.parse().ok()?, encrypted })
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
        match has_port {
            true => Endpoint::at(authority, encrypted),
            false => Endpoint::at(&format!("{authority}:{usual}"), encrypted),
        }
    }

    /// Connects and closes the connection without sending anything. `Ok` says what was found, `Err` why the server cannot be reached.
    pub async fn reach(&self, tls: &Settings) -> Result<&'static str, String> {
        match timeout(PATIENCE, self.connect(tls)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    /// Resolves the name, connects to the first address that answers and, if asked for, checks the certificate.
    async fn connect(&self, tls: &Settings) -> Result<&'static str, String> {
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
            return Ok("takes connections");
        }
        let config = tls.client().map_err(|error| error.to_string())?;
        let name = ServerName::try_from(self.host.clone())
            .map_err(|_| "its name cannot appear in a certificate".to_owned())?;
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.map_err(|error| describe(&error))?;
        Ok("takes connections, with a certificate that is trusted")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_from_an_address_or_a_url() {
        let endpoint = |host: &str, port, encrypted| Some(Endpoint { host: host.to_owned(), port, encrypted });
        assert_eq!(Endpoint::at("feed.example:5631", false), endpoint("feed.example", 5631, false));
        assert_eq!(Endpoint::at("[2001:db8::1]:25", false), endpoint("2001:db8::1", 25, false));
        assert_eq!(Endpoint::of_url("https://hooks.example/a?b=c:9", 0), endpoint("hooks.example", 443, true));
        assert_eq!(Endpoint::of_url("wss://[::1]:8443/mqtt", 0), endpoint("::1", 8443, true));
        assert_eq!(Endpoint::of_url("mqtt://broker.example", 1883), endpoint("broker.example", 1883, false));
        assert_eq!(Endpoint::of_url("nowhere", 1), None);
    }

    #[tokio::test]
    async fn a_server_that_listens_is_reached_and_one_that_does_not_is_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let endpoint = Endpoint::at(&address, false).expect("an endpoint");
        assert_eq!(endpoint.reach(&Settings::default()).await, Ok("takes connections"));
        drop(listener);
        let error = endpoint.reach(&Settings::default()).await.expect_err("no listener");
        assert!(error.contains("refused"), "{error}");
    }
}
