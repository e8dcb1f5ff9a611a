//! Connections outwards: the first address of a host that answers, watched by the kernel for death.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::InputError;

const CONNECT_SECONDS: u64 = 10;

/// Connects to `host:port`; the kernel finds out within a minute when the other side is gone, also when it says nothing.
pub(super) async fn open_stream(address: &str) -> Result<TcpStream, InputError> {
    let addresses = lookup_host(address).await.map_err(InputError::io(format!("look up {address}")))?;
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

fn watch_for_death(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    let probes =
        TcpKeepalive::new().with_time(Duration::from_secs(20)).with_interval(Duration::from_secs(10)).with_retries(3);
    socket.set_tcp_keepalive(&probes)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(Duration::from_secs(50)))?;
    Ok(())
}
