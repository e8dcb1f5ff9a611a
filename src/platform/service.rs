//! Service manager: status notifications to systemd, and the sockets it passes to the daemon. Without systemd nothing here has any effect.

mod account;
mod holder;
mod unit;

pub use account::{Account, group, group_name};
pub use holder::{Holder, Protocol, holder_of_lock, holder_of_port, is_ours, with_holder};
pub use unit::Unit;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;
use std::{env, io, thread};

use listenfd::ListenFd;
use rustix::process::Signal;
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, warn};

use crate::platform::clock::{Clock, Moment};
use crate::platform::telemetry::Pulse;

/// Environment variables set by the service manager: where notifications go, and the names of the sockets that it passes.
const SOCKET: &str = "NOTIFY_SOCKET";
const NAMES: &str = "LISTEN_FDNAMES";
/// Minimum time between two status messages: people read them, and each one wakes the service manager.
const STATUS_EVERY: Duration = Duration::from_secs(5);
/// Interval of requests for more start-up time, and the time requested by each. The journal of a long outage can take minutes to replay,
/// which is longer than the manager waits by default.
const EXTEND_EVERY: Duration = Duration::from_secs(5);
const EXTENDED: Duration = Duration::from_secs(60);

/// Notifications to the service manager, with their state.
#[derive(Debug)]
pub struct Service {
    /// Measures the intervals.
    clock: Clock,
    /// Interval of watchdog pings, a third of the watchdog's time-out, so that one late ping is not a failure; `None` without a watchdog.
    every: Option<Duration>,
    /// When the watchdog was last pinged; `None` before the first time.
    fed: Option<Moment>,
    /// Threads that must make progress for the watchdog to be pinged: name, pulse, and its count at the last ping.
    pulses: Vec<(&'static str, Arc<Pulse>, u64)>,
    /// Whether the log has reported a thread without progress.
    stuck: bool,
    /// Whether the daemon was reported as ready.
    ready: bool,
    /// The status line sent last, and when it was last considered.
    status: (String, Option<Moment>),
}

impl Service {
    /// Reads the watchdog's time-out (`WATCHDOG_USEC`).
    pub fn new(clock: Clock) -> Service {
        let every = sd_notify::watchdog_enabled().map(|allowed| allowed / 3);
        Service { clock, every, fed: None, pulses: Vec::new(), stuck: false, ready: false, status: Default::default() }
    }

    /// From now on the watchdog is pinged only while this thread makes progress.
    pub fn watch(&mut self, name: &'static str, pulse: Arc<Pulse>) {
        let count = pulse.count();
        self.pulses.push((name, pulse, count));
    }

    /// Reports once that the daemon is ready.
    pub fn ready(&mut self) {
        if !std::mem::replace(&mut self.ready, true) {
            tell(&[NotifyState::Ready]);
        }
    }

    /// Whether the daemon has been reported as ready.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Reports that the settings are being reloaded.
    pub fn reloading(&self) {
        if !self.ready {
            return;
        }
        match NotifyState::monotonic_usec_now() {
            Ok(now) => tell(&[NotifyState::Reloading, now]),
            Err(error) => warn!(%error, "cannot notify the service manager of the reload"),
        }
    }

    /// Reports the end of a reload, whether the new settings were accepted or refused.
    pub fn reloaded(&self) {
        // If the daemon is not ready yet, `ready` will report it.
        if self.ready {
            tell(&[NotifyState::Ready]);
        }
    }

    /// Reports that the daemon is about to end.
    pub fn stopping(&self) {
        tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
    }

    /// To be called by the main loop once a second. Pings the watchdog when it is due, if every thread has made progress since the last
    /// ping.
    pub fn beat(&mut self) {
        let Some(every) = self.every else {
            return;
        };
        let now = self.clock.moment();
        if self.fed.is_some_and(|fed| now.since(fed) < every) {
            return;
        }
        // The first ping is unconditional: no thread has had the time to make progress.
        let stuck = self.pulses.iter().find(|(_, pulse, count)| pulse.count() == *count);
        if let (Some((name, ..)), true) = (stuck, self.fed.is_some()) {
            if !std::mem::replace(&mut self.stuck, true) {
                error!(thread = name, "no progress; the watchdog is not fed");
            }
            return;
        }
        self.stuck = false;
        self.fed = Some(now);
        for (_, pulse, count) in &mut self.pulses {
            *count = pulse.count();
        }
        tell(&[NotifyState::Watchdog]);
    }

    /// Sets the status line shown by `systemctl status`. It must not contain text received over the air; `line` is called only when a
    /// message is due.
    pub fn status(&mut self, line: impl FnOnce() -> String) {
        let now = self.clock.moment();
        let (told, at) = &self.status;
        if env::var_os(SOCKET).is_none() || at.is_some_and(|at| now.since(at) < STATUS_EVERY) {
            return;
        }
        let line = line();
        if *told != line {
            tell(&[NotifyState::Status(&line)]);
        }
        self.status = (line, Some(now));
    }
}

/// Requests more start-up time from the service manager while the start makes progress. Ends when dropped.
#[derive(Debug)]
pub struct Starting {
    /// Ends the thread when dropped; `None` if no service manager listens.
    _end: Option<Sender<()>>,
}

impl Starting {
    /// Starts the requests. `pulse` must beat while the start makes progress.
    pub fn begin(pulse: Arc<Pulse>) -> Starting {
        if env::var_os(SOCKET).is_none() {
            return Starting { _end: None };
        }
        tell(&[NotifyState::Status("restoring the state")]);
        let (end, ended) = channel::<()>();
        let extend = move || {
            let mut count = pulse.count();
            while ended.recv_timeout(EXTEND_EVERY) == Err(RecvTimeoutError::Timeout) {
                if std::mem::replace(&mut count, pulse.count()) != pulse.count() {
                    tell(&[NotifyState::ExtendTimeoutUsec(EXTENDED.as_micros() as u32)]);
                }
            }
        };
        match thread::Builder::new().name("starting".to_owned()).spawn(extend) {
            Ok(_) => Starting { _end: Some(end) },
            Err(error) => {
                warn!(%error, "could not start a thread to ask the service manager for more time");
                Starting { _end: None }
            }
        }
    }
}

/// Makes a write beyond the file size limit (`LimitFSIZE=`, `ulimit -f`) fail like a write to a full disk, instead of ending the process.
/// Needs the Tokio runtime.
///
/// # Errors
/// If the signal cannot be caught; a full file then ends the process.
pub fn outlive_full_files() -> io::Result<()> {
    // A caught signal has no effect. Child processes get the default action again.
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

/// Sends a notification. A failure is logged only: the daemon works without a service manager.
fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        warn!(%error, "cannot notify the service manager");
    }
}

/// Logs that a name was given to two sockets.
fn twice(is_twice: bool, name: &str) {
    if is_twice {
        error!(
            name,
            "two sockets of the service manager have the same name and only the last is read; write a unit for each"
        );
    }
}

/// Sockets opened by systemd before the daemon started, by `FileDescriptorName=`. They survive a restart together with their unread data.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Datagram sockets by name.
    udp: BTreeMap<String, UdpSocket>,
    /// Listeners by name.
    tcp: BTreeMap<String, TcpListener>,
}

impl Sockets {
    /// Takes the sockets passed to this process. Works only once: a second call finds none.
    pub fn take_over() -> Sockets {
        let names = env::var(NAMES).unwrap_or_default();
        let mut handed = ListenFd::from_env();
        let mut sockets = Sockets::default();
        let mut names = names.split(':');
        for place in 0..handed.len() {
            let name = names.next().filter(|name| !name.is_empty()).unwrap_or("unknown").to_owned();
            if let Ok(Some(socket)) = handed.take_udp_socket(place) {
                twice(sockets.udp.insert(name.clone(), socket).is_some(), &name);
            } else if let Ok(Some(socket)) = handed.take_tcp_listener(place) {
                twice(sockets.tcp.insert(name.clone(), socket).is_some(), &name);
            } else {
                warn!(name, "a socket of the service manager is neither UDP nor TCP and is ignored");
            }
        }
        sockets
    }

    /// A handle to the datagram socket of this name, each time it is called; `None` if there is none.
    pub fn udp(&self, name: &str) -> Option<io::Result<UdpSocket>> {
        let ours = |socket: &UdpSocket| {
            // The async runtime requires it; systemd passes blocking sockets.
            socket.set_nonblocking(true)?;
            socket.try_clone()
        };
        self.udp.get(name).map(ours)
    }

    /// A handle to the listener of this name, each time it is called; `None` if there is none.
    pub fn tcp(&self, name: &str) -> Option<io::Result<TcpListener>> {
        let ours = |listener: &TcpListener| {
            listener.set_nonblocking(true)?;
            listener.try_clone()
        };
        self.tcp.get(name).map(ours)
    }

    /// Warns about sockets that no input uses.
    pub fn tell_unclaimed(&self, udp: &BTreeSet<&str>, tcp: &BTreeSet<&str>) {
        let of_udp = self.udp.keys().filter(|name| !udp.contains(name.as_str()));
        for name in of_udp.chain(self.tcp.keys().filter(|name| !tcp.contains(name.as_str()))) {
            warn!(
                name,
                "a socket of the service manager matches no input: FileDescriptorName= must be the name of an input of its kind, `http` or `api`"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(every: Duration) -> Service {
        let (fed, status) = (None, Default::default());
        Service { clock: Clock, every: Some(every), fed, pulses: Vec::new(), stuck: false, ready: false, status }
    }

    #[test]
    fn the_watchdog_is_pinged_only_while_every_thread_makes_progress() {
        let mut service = service(Duration::ZERO);
        let (one, other) = (Arc::new(Pulse::default()), Arc::new(Pulse::default()));
        service.watch("one", Arc::clone(&one));
        service.watch("other", Arc::clone(&other));
        service.beat();
        let first = service.fed;
        assert!(first.is_some(), "the first ping is unconditional");
        one.beat();
        service.beat();
        assert_eq!(service.fed, first, "the other made no progress");
        other.beat();
        service.beat();
        assert!(first < service.fed);
    }

    #[test]
    fn the_watchdog_is_pinged_no_more_often_than_needed() {
        let mut service = service(Duration::from_secs(3600));
        service.beat();
        let first = service.fed;
        service.beat();
        assert_eq!(service.fed, first);
    }

    #[test]
    fn a_socket_is_given_as_often_as_it_is_asked_for() {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        let address = socket.local_addr().expect("an address");
        let sockets = Sockets { udp: [("receivers".to_owned(), socket)].into(), ..Sockets::default() };
        for _ in 0..2 {
            let again = sockets.udp("receivers").expect("there").expect("cloned");
            assert_eq!(again.local_addr().expect("an address"), address);
        }
        assert!(sockets.udp("others").is_none());
        assert!(sockets.tcp("receivers").is_none());
    }
}
