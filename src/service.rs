//! The service manager: what systemd is told of the daemon, and the sockets it opened for it. Without systemd all of it does nothing.

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

use crate::clock::{Clock, Moment};
use crate::telemetry::Pulse;

/// The variables of the service manager.
const SOCKET: &str = "NOTIFY_SOCKET";
const NAMES: &str = "LISTEN_FDNAMES";
/// The status is told no more often.
const STATUS_EVERY: Duration = Duration::from_secs(5);
/// How often more time is asked for at the start, and how much.
const EXTEND_EVERY: Duration = Duration::from_secs(5);
const EXTENDED: Duration = Duration::from_secs(60);

/// What the service manager knows of the daemon.
#[derive(Debug)]
pub struct Service {
    clock: Clock,
    /// Half of what the watchdog allows; none: there is no watchdog.
    every: Option<Duration>,
    fed: Option<Moment>,
    /// Threads that must get on for the watchdog to be fed, by name, with their counts when it was fed last.
    pulses: Vec<(&'static str, Arc<Pulse>, u64)>,
    /// Whether the log was told who does not get on.
    stuck: bool,
    ready: bool,
    status: (String, Option<Moment>),
}

impl Service {
    /// Reads what the service manager wants (`WATCHDOG_USEC`).
    pub fn new(clock: Clock) -> Service {
        let every = sd_notify::watchdog_enabled().map(|allowed| allowed / 3);
        Service { clock, every, fed: None, pulses: Vec::new(), stuck: false, ready: false, status: Default::default() }
    }

    /// From now on the watchdog is fed only while this thread gets on.
    pub fn watch(&mut self, name: &'static str, pulse: Arc<Pulse>) {
        let count = pulse.count();
        self.pulses.push((name, pulse, count));
    }

    /// The daemon works; told once.
    pub fn ready(&mut self) {
        if !std::mem::replace(&mut self.ready, true) {
            tell(&[NotifyState::Ready]);
        }
    }

    /// Whether it was told so.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Other settings are being read.
    pub fn reloading(&self) {
        if !self.ready {
            return;
        }
        match NotifyState::monotonic_usec_now() {
            Ok(now) => tell(&[NotifyState::Reloading, now]),
            Err(error) => warn!(%error, "cannot notify the service manager of the reload"),
        }
    }

    /// They were taken over, or refused: it works as before either way.
    pub fn reloaded(&self) {
        // Who was never told that it works is told in its time.
        if self.ready {
            tell(&[NotifyState::Ready]);
        }
    }

    /// The daemon is about to end.
    pub fn stopping(&self) {
        tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
    }

    /// To be called by the loop once a second: feeds the watchdog when it is time, if every thread has got on since it was fed last.
    pub fn beat(&mut self) {
        let Some(every) = self.every else {
            return;
        };
        let now = self.clock.moment();
        if self.fed.is_some_and(|fed| now.since(fed) < every) {
            return;
        }
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

    /// One line for people, without anything from the air in it; `line` is asked for it when it is time.
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

/// A start that takes long: as long as it gets on, the service manager is asked for more time. Ends when dropped.
#[derive(Debug)]
pub struct Starting {
    _end: Option<Sender<()>>,
}

impl Starting {
    /// `pulse` beats while the start gets on.
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

/// A file that reaches the limit on its size (`LimitFSIZE=`, `ulimit -f`) is a write that fails, as on a full disk, and not the end of the
/// process. Needs the runtime.
pub fn outlive_full_files() -> io::Result<()> {
    // Once it is caught, the signal does nothing, and the programs we start have it as it was.
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        warn!(%error, "cannot notify the service manager");
    }
}

fn twice(is_twice: bool, name: &str) {
    if is_twice {
        error!(
            name,
            "two sockets of the service manager have the same name and only the last is read; write a unit for each"
        );
    }
}

/// Sockets that systemd opened before the daemon started, by `FileDescriptorName=`; they outlive a restart, with what is in them.
#[derive(Debug, Default)]
pub struct Sockets {
    udp: BTreeMap<String, UdpSocket>,
    tcp: BTreeMap<String, TcpListener>,
}

impl Sockets {
    /// Takes those that were handed to this process. Once only: a second call finds none.
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

    /// The datagram socket of this name, as often as it is asked for.
    pub fn udp(&self, name: &str) -> Option<io::Result<UdpSocket>> {
        let ours = |socket: &UdpSocket| {
            socket.set_nonblocking(true)?;
            socket.try_clone()
        };
        self.udp.get(name).map(ours)
    }

    /// The listener of this name, as often as it is asked for.
    pub fn tcp(&self, name: &str) -> Option<io::Result<TcpListener>> {
        let ours = |listener: &TcpListener| {
            listener.set_nonblocking(true)?;
            listener.try_clone()
        };
        self.tcp.get(name).map(ours)
    }

    /// Says which of them nobody will ask for.
    pub fn tell_unclaimed(&self, udp: &BTreeSet<&str>, tcp: &BTreeSet<&str>) {
        let of_udp = self.udp.keys().filter(|name| !udp.contains(name.as_str()));
        for name in of_udp.chain(self.tcp.keys().filter(|name| !tcp.contains(name.as_str()))) {
            warn!(
                name,
                "a socket of the service manager matches no input: FileDescriptorName= must be the name of an input of its kind, or `http`"
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
    fn the_watchdog_is_fed_only_while_everybody_gets_on() {
        let mut service = service(Duration::ZERO);
        let (one, other) = (Arc::new(Pulse::default()), Arc::new(Pulse::default()));
        service.watch("one", Arc::clone(&one));
        service.watch("other", Arc::clone(&other));
        service.beat();
        let first = service.fed;
        assert!(first.is_some(), "the first time nobody can be stuck");
        one.beat();
        service.beat();
        assert_eq!(service.fed, first, "the other has not got on");
        other.beat();
        service.beat();
        assert!(first < service.fed);
    }

    #[test]
    fn the_watchdog_is_fed_no_more_often_than_it_wants() {
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
