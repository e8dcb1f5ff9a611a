//! Accepting connections: the queue of a listening socket, and the loop that survives a failed accept.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Pause after a failed accept, for instance without free file descriptors, so that the loop does not spin.
const PAUSE: Duration = Duration::from_millis(100);
/// Length of the kernel's queue of connections that are not accepted yet. With the usual 128, a burst overflows the queue, and a client
/// then waits one to three seconds before it tries again.
const BACKLOG: i32 = 1024;

/// Lengthens the accept queue of a listening socket so that it survives a burst of connections.
pub fn widen(listener: &impl AsFd) -> io::Result<()> {
    SockRef::from(listener).listen(BACKLOG)
}

/// Waits for the next connection. A failed accept is passed to `log`, and tried again after a pause.
pub async fn accept(listener: &TcpListener, log: impl Fn(&io::Error)) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                log(&error);
                sleep(PAUSE).await;
            }
        }
    }
}
