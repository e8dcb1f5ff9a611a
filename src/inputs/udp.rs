//! UDP listener: datagrams of one or more lines; what the engine has no room for is dropped and counted.

use std::io;
use std::net::SocketAddr;

use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::error::TrySendError;
use tracing::info;

use super::{Batch, InputError, Message, Port, State};
use crate::ais::LineCutter;
use crate::telemetry::InputCounters;

/// Asked of the kernel (it may give less): several seconds of a busy feed.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;
const LARGEST_DATAGRAM: usize = 65_535;
const BATCH_BYTES: usize = 64 * 1024;

/// Ends only with an error, when the address cannot be bound.
pub(super) async fn run(port: &Port) -> Result<(), InputError> {
    let address = port.settings.address.as_deref().unwrap_or_default();
    let socket = UdpSocket::bind(address).await.map_err(InputError::io(format!("bind {address}")))?;
    SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER_BYTES).map_err(InputError::io("set receive buffer"))?;
    let bound: SocketAddr = socket.local_addr().map_err(InputError::io("bind"))?;
    info!(address = %bound, input = %port.settings.name, "listening");
    port.state(State::Up).await;

    // The end of a datagram ends its last line, so senders cannot mix.
    let mut cutter = LineCutter::new();
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    loop {
        socket.readable().await.map_err(InputError::io("receive"))?;
        let mut lines = Vec::new();
        while lines.len() < BATCH_BYTES {
            match socket.try_recv_from(&mut buffer) {
                Ok((length, _)) => {
                    lines.append(&mut port.cut(&mut cutter, &buffer[..length]));
                    lines.append(&mut port.rest(&mut cutter));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(InputError::io("receive")(error)),
            }
        }
        offer(port, lines)?;
        // Other tasks get their turn even while datagrams keep coming.
        tokio::task::yield_now().await;
    }
}

fn offer(port: &Port, lines: Vec<u8>) -> Result<(), InputError> {
    if lines.is_empty() {
        return Ok(());
    }
    let batch = Batch { source: port.source, received: Some(port.clock.now()), lines };
    match port.sender.try_send(Message::Lines(batch)) {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(Message::Lines(batch))) => {
            let count = memchr::memchr_iter(b'\n', &batch.lines).count();
            InputCounters::add(&port.counters.dropped, count as u64);
            Ok(())
        }
        Err(_) => Err(InputError::Closed),
    }
}
