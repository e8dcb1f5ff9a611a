//! Outgoing connections: tries each address of a host in turn and enables TCP keep-alive.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::error::InputError;
use atalaia_core::base::fault::Fault;

/// Time limit for a connection to one address of a host, in seconds. Without it the kernel would try for two minutes.
const CONNECT_SECONDS: u64 = 10;

/// Connects to `host:port`. Keep-alive probes detect within a minute that the other side is gone, even if it sends nothing.
/// The error is that of the last address tried.
pub(super) async fn open_stream(address: &str) -> Result<TcpStream, InputError> {
    let addresses = lookup_host(address).await.map_err(InputError::io(format!("look up {address}")))?;
    // Remains only if the name resolves to no address at all.
    let mut last =
        InputError::Io { what: format!("look up {address}"), cause: io::Error::from(io::ErrorKind::NotFound) };
    for one in addresses {
        match timeout(Duration::from_secs(CONNECT_SECONDS), TcpStream::connect(one)).await {
            Ok(Ok(stream)) => {
                watch_for_death(&stream).map_err(InputError::io("set up keep-alive"))?;
                return Ok(stream);
            }
            Ok(Err(cause)) => last = InputError::io(format!("connect to {one}"))(cause),
            Err(_) => last = InputError::NoAnswer { seconds: CONNECT_SECONDS },
        }
    }
    Err(last)
}

/// Probes after 20 s of silence, then every 10 s; three without an answer end the connection, after 50 s in all.
fn watch_for_death(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    let probes =
        TcpKeepalive::new().with_time(Duration::from_secs(20)).with_interval(Duration::from_secs(10)).with_retries(3);
    socket.set_tcp_keepalive(&probes)?;
    // Data that is not acknowledged suspends the probes; this limit covers it with the same 50 s.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(Duration::from_secs(50)))?;
    Ok(())
}

/// A parsed server URL.
/// Made only from URLs without user and password, so it is safe to show.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// In lower case.
    pub(super) scheme: String,
    /// `host:port`.
    /// The port is the default of the scheme if the URL names none.
    pub(super) address: String,
}

impl Target {
    /// Whether data would leave the machine unencrypted.
    /// Connections to this machine count as safe, whatever their scheme.
    pub(super) fn is_open(&self) -> bool {
        let host = self.address.rsplit_once(':').map_or(&*self.address, |(host, _)| host);
        let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let here = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
        !here && !["tls", "mqtts", "wss", "https"].contains(&&*self.scheme)
    }
}

/// Parses a URL. `schemes` lists the accepted schemes with their default ports. The error message says what to write instead.
pub(super) fn target(url: &str, schemes: &[(&str, u16)]) -> Result<Target, Fault> {
    let wanted = || schemes.iter().map(|(scheme, _)| format!("{scheme}://")).collect::<Vec<_>>().join(" or ");
    // The URL is shown in errors only once it is known not to contain a password.
    let wrong = |what: String, advice: String| Fault::new("", what).advise(advice);
    // The text of a parse error does not contain the URL.
    let parsed = reqwest::Url::parse(url)
        .map_err(|error| wrong(format!("is not a URL ({error})"), format!("write {}host:port", wanted())))?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(wrong("names a user or a password".to_owned(), "write them under keys of their own".to_owned()));
    }
    let Some((scheme, usual)) = schemes.iter().find(|(scheme, _)| *scheme == parsed.scheme()) else {
        return Err(wrong(format!("\"{url}\" begins with {}://", parsed.scheme()), format!("write {}", wanted())));
    };
    let Some(host) = parsed.host_str().filter(|host| !host.is_empty()) else {
        return Err(wrong(format!("\"{url}\" has no host"), format!("write {}host:port", wanted())));
    };
    let port = parsed.port_or_known_default().unwrap_or(*usual);
    Ok(Target { scheme: (*scheme).to_owned(), address: format!("{host}:{port}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unencrypted_connections_to_other_machines_are_open() {
        let schemes = [("nats", 4222), ("tls", 4222)];
        let open = |url| target(url, &schemes).expect(url).is_open();
        assert!(open("nats://feed.example.org") && open("nats://192.0.2.1:4222") && open("nats://[2001:db8::1]:4222"));
        assert!(
            !open("tls://feed.example.org")
                && !open("nats://127.0.0.2")
                && !open("nats://[::1]:1")
                && !open("nats://localhost")
        );
    }

    #[test]
    fn a_url_names_a_scheme_a_host_and_a_port_and_no_password() {
        let schemes = [("mqtt", 1883), ("wss", 443)];
        let address = |url| target(url, &schemes).map(|target| target.address);
        assert_eq!(address("mqtt://broker.example.org"), Ok("broker.example.org:1883".to_owned()));
        assert_eq!(address("wss://[::1]:8443/mqtt"), Ok("[::1]:8443".to_owned()));
        assert_eq!(address("wss://meri.example/mqtt"), Ok("meri.example:443".to_owned()));
        for bad in ["http://broker", "broker:1883", "mqtt://", "mqtt://me:canary@broker", "http://me:canary@broker"] {
            let error = address(bad).expect_err(bad);
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}
