//! TCP client: connects to a feed and reads lines until it breaks or falls silent.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tracing::info;

use super::{InputError, Port, State};
use crate::telemetry::InputCounters;

const CONNECT_SECONDS: u64 = 10;

/// Always ends in an error: a feed has no last line.
pub(super) async fn run(port: &Port) -> Result<(), InputError> {
    let address = port.settings.address.as_deref().unwrap_or_default();
    let stream = connect(address).await?;
    watch_for_death(&stream).map_err(InputError::io("set up keep-alive"))?;
    InputCounters::add(&port.counters.connections, 1);
    info!(input = %port.settings.name, address, "connected");
    port.state(State::Up).await;
    port.pump(stream).await
}

/// The first of the host's addresses that answers.
async fn connect(address: &str) -> Result<TcpStream, InputError> {
    let addresses = lookup_host(address).await.map_err(InputError::io(format!("look up {address}")))?;
    let mut last =
        InputError::Io { what: format!("look up {address}"), cause: io::Error::from(io::ErrorKind::NotFound) };
    for one in addresses {
        match timeout(Duration::from_secs(CONNECT_SECONDS), TcpStream::connect(one)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(cause)) => last = InputError::io(format!("connect to {one}"))(cause),
            Err(_) => {
                last = InputError::NoAnswer { seconds: CONNECT_SECONDS };
            }
        }
    }
    Err(last)
}

/// Lets the kernel find out within a minute that the other side is gone, also when it says nothing.
fn watch_for_death(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    let probes =
        TcpKeepalive::new().with_time(Duration::from_secs(20)).with_interval(Duration::from_secs(10)).with_retries(3);
    socket.set_tcp_keepalive(&probes)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(Duration::from_secs(50)))?;
    Ok(())
}
