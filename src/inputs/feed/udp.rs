//! UDP listener: datagrams of one or more lines. Lines that the engine has no room for are dropped and counted.
//!
//! A sender of datagrams cannot be slowed. While the engine is busy, the kernel buffers up to its limit; beyond it the kernel drops, which
//! is counted too. The sender of a datagram is not checked, as its address can be forged.

use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::time::Duration;
use std::{fs, io};

use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::error::TrySendError;
use tracing::{info, warn};

use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::{Batch, Message, State};
use crate::inputs::port::Port;
use crate::platform::clock::Moment;
use crate::platform::service::{Protocol, with_holder};
use crate::platform::table::NoTable;
use crate::platform::telemetry::InputCounters;
use atalaia_core::ais::LineCutter;

/// Receive buffer requested from the kernel, which may grant less: several seconds of a busy feed.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;
/// Maximum length of a datagram, from its 16-bit length field, in bytes.
const LARGEST_DATAGRAM: usize = 65_535;
/// Size in bytes after which the lines at hand are sent as one batch, though more datagrams wait.
const BATCH_BYTES: usize = 64 * 1024;
/// Minimum interval between two reads of the kernel's drop counter.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// A UDP listener.
pub(super) struct Udp;

impl Input for Udp {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "udp",
        about: "Receives datagrams of one or more lines.",
        table: "",
        address: AddressUse::Listener { protocol: Protocol::Udp, example: "0.0.0.0:10110" },
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        drains: false,
    };

    /// Ends only with an error, for instance if the address cannot be bound.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        let socket = open(port).await?;
        let options = SockRef::from(&socket);
        // The service manager may have set a larger buffer than an unprivileged process may request.
        if options.recv_buffer_size().map_err(InputError::io("ask for the receive buffer"))? < RECEIVE_BUFFER_BYTES {
            options.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).map_err(InputError::io("set receive buffer"))?;
        }
        let bound: SocketAddr = socket.local_addr().map_err(InputError::io("bind"))?;
        info!(address = %bound, input = %port.settings.name, "listening");
        port.state(State::Up).await;

        // The end of a datagram ends its last line, so lines of different senders cannot mix.
        let mut cutter = LineCutter::new();
        let mut buffer = vec![0; LARGEST_DATAGRAM];
        let mut kernel = Kernel { inode: inode_of(&socket), lost: 0, asked: None };
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
            kernel.ask(port);
            // Lets other tasks run even while datagrams keep coming.
            tokio::task::yield_now().await;
        }
    }
}

/// The socket that the service manager opened for this input, otherwise a new one at the configured address.
async fn open(port: &Port) -> Result<UdpSocket, InputError> {
    match port.sockets.udp(&port.settings.name) {
        Some(handed) => {
            handed.and_then(UdpSocket::from_std).map_err(InputError::io("take the socket of the service manager"))
        }
        None => {
            let address = port.settings.address.as_deref().unwrap_or_default();
            let failed = |error| InputError::io(format!("bind {address}"))(with_holder(error, address, Protocol::Udp));
            UdpSocket::bind(address).await.map_err(failed)
        }
    }
}

/// Hands lines to the main loop without waiting. An error once the loop has ended.
fn offer(port: &Port, lines: Vec<u8>) -> Result<(), InputError> {
    if lines.is_empty() {
        return Ok(());
    }
    let batch = Batch { source: port.source, received: Some(port.clock.now()), lines, acknowledge: None };
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

/// The kernel's drop counter for the socket.
struct Kernel {
    /// `None` if `/proc` does not show it; nothing is counted then.
    inode: Option<String>,
    /// Value of the counter when it was last read.
    lost: u64,
    /// When it was last read; `None` before the first time.
    asked: Option<Moment>,
}

impl Kernel {
    /// Counts the datagrams lost to a full receive buffer since the last call.
    fn ask(&mut self, port: &Port) {
        let now = port.clock.moment();
        if self.asked.is_some_and(|asked| now.since(asked) < ASK_EVERY) {
            return;
        }
        self.asked = Some(now);
        let table = |name: &str| fs::read_to_string(format!("/proc/self/net/{name}")).unwrap_or_default();
        let Some(inode) = &self.inode else { return };
        // A socket is in one of the two tables, depending on its address.
        let Some(lost) = ["udp", "udp6"].iter().find_map(|name| drops(&table(name), inode)) else {
            return;
        };
        if self.lost < lost {
            InputCounters::add(&port.counters.lost_datagrams, lost - self.lost);
            warn!(input = %port.settings.name, lost = lost - self.lost, "datagrams lost: the receive buffer was full");
            self.lost = lost;
        }
    }
}

/// Inode of the socket, the NUMBER in `socket:[NUMBER]`, by which the kernel's socket table lists it.
fn inode_of(socket: &UdpSocket) -> Option<String> {
    let link = fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok()?;
    Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
}

/// The `drops` column, the last one, of the socket's row; the tenth column is the inode.
/// `None` if the table does not list the socket.
fn drops(table: &str, inode: &str) -> Option<u64> {
    let mut rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.find(|row| row.get(9) == Some(&inode))?.last()?.parse().ok()
}
