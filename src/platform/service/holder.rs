//! Finds the process that holds a port or a file lock, from /proc, as far as permissions allow. For messages only: by the time it is shown,
//! the process may be gone.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// State of a listening TCP socket in /proc/net/tcp.
const LISTENS: &str = "0A";

/// A process that holds a port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    /// Process id; `None` if only the process's own user may see it.
    pub pid: Option<u32>,
    /// Program name; `None` if it is not visible.
    pub program: Option<String>,
    /// Id of the user it runs as.
    pub uid: u32,
}

impl Holder {
    /// Short text for messages: `nginx (pid 812)`, or `a process of uid 33`.
    pub fn shown(&self) -> String {
        match (self.pid, &self.program) {
            (Some(pid), Some(program)) => format!("{program} (pid {pid})"),
            (Some(pid), None) => format!("pid {pid}"),
            (None, _) => format!("a process of uid {}", self.uid),
        }
    }
}

/// Protocol of a port; TCP and UDP ports are separate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// Command that lists listening processes.
    pub fn listing(self) -> &'static str {
        match self {
            Protocol::Tcp => "ss -ltnp",
            Protocol::Udp => "ss -lunp",
        }
    }
}

/// The process that listens at an address; `None` if there is none or the system does not say.
pub fn holder_of_port(address: SocketAddr, protocol: Protocol) -> Option<Holder> {
    let tables = match protocol {
        Protocol::Tcp => ["/proc/self/net/tcp", "/proc/self/net/tcp6"],
        Protocol::Udp => ["/proc/self/net/udp", "/proc/self/net/udp6"],
    };
    let read = |table: &&str| socket_in(&fs::read_to_string(table).ok()?, address, protocol);
    let (inode, uid) = tables.iter().find_map(read)?;
    let pid = process_with(&format!("socket:[{inode}]"));
    Some(Holder { pid, program: pid.and_then(program), uid })
}

/// Adds the current holder to an "address in use" error. Other errors are returned unchanged.
pub fn with_holder(error: io::Error, address: &str, protocol: Protocol) -> io::Error {
    if error.kind() != io::ErrorKind::AddrInUse {
        return error;
    }
    let at = address.to_socket_addrs().ok().and_then(|mut all| all.next());
    let command = protocol.listing();
    let who = match at.and_then(|at| holder_of_port(at, protocol)) {
        Some(holder) => format!("held by {}", holder.shown()),
        None => "held by another process".to_owned(),
    };
    io::Error::new(error.kind(), format!("{error}, {who} ({command} lists them)"))
}

/// Maximum number of times the list of locks is read before the file counts as unlocked.
const READINGS: usize = 5;

/// Id of the process that holds the lock of a file (`flock`); `None` if there is none or the system does not say.
pub fn holder_of_lock(path: &Path) -> Option<u32> {
    let found = fs::metadata(path).ok()?;
    let (device, inode) = (found.dev(), found.ino());
    // The kernel prints a device as major and minor number in hexadecimal.
    let place = format!("{:02x}:{:02x}:{inode}", rustix::fs::major(device), rustix::fs::minor(device));
    // The list arrives in pieces. While other locks come and go, one that stays can be missing from a single reading.
    (0..READINGS).find_map(|_| {
        let locks = fs::read_to_string("/proc/locks").ok()?;
        locks.lines().find_map(|line| lock_in(line, &place)).filter(|pid| *pid != 0)
    })
}

/// Whether a process runs Atalaia, possibly under another name.
pub fn is_ours(pid: u32) -> bool {
    // By name or by file: a package may install the program under another name.
    let of = |pid: &str| fs::read_link(format!("/proc/{pid}/exe")).ok();
    program(pid).as_deref() == Some("atalaia") || of(&pid.to_string()).is_some_and(|theirs| Some(theirs) == of("self"))
}

/// Process id in a line of /proc/locks, if the line is a `flock` lock of the file at `place` (major:minor:inode).
fn lock_in(line: &str, place: &str) -> Option<u32> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let at = fields.iter().position(|field| *field == place)?;
    (fields.get(1) == Some(&"FLOCK")).then_some(())?;
    fields.get(at.checked_sub(1)?)?.parse().ok()
}

/// Inode and user id of the first socket in a table that occupies the address.
fn socket_in(table: &str, address: SocketAddr, protocol: Protocol) -> Option<(u64, u32)> {
    let of_line = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (host, port) = fields.get(1)?.split_once(':')?;
        // UDP has no listening state: every socket in its table receives.
        let is_open = protocol == Protocol::Udp || *fields.get(3)? == LISTENS;
        let is_port = u16::from_str_radix(port, 16).ok()? == address.port();
        let theirs = host_of(host)?;
        // A wildcard address collides with every address of the machine.
        let meet = theirs == address.ip() || theirs.is_unspecified() || address.ip().is_unspecified();
        (is_open && is_port && meet).then_some(())?;
        Some((fields.get(9)?.parse().ok()?, fields.get(7)?.parse().ok()?))
    };
    table.lines().skip(1).find_map(of_line)
}

/// Parses an address as the kernel prints it: 32-bit words in hexadecimal, in the machine's byte order.
fn host_of(text: &str) -> Option<IpAddr> {
    let words: Option<Vec<[u8; 4]>> = (0..text.len() / 8)
        .map(|word| u32::from_str_radix(text.get(8 * word..8 * word + 8)?, 16).ok().map(u32::to_ne_bytes))
        .collect();
    match words?.as_slice() {
        [v4] => Some(IpAddr::from(*v4)),
        [a, b, c, d] => {
            let mut bytes = [0; 16];
            for (at, word) in [a, b, c, d].into_iter().enumerate() {
                bytes[4 * at..4 * at + 4].copy_from_slice(word);
            }
            let address = std::net::Ipv6Addr::from(bytes);
            Some(address.to_ipv4_mapped().map_or(IpAddr::from(address), IpAddr::from))
        }
        _ => None,
    }
}

/// The process with an open file that links to `target`. Only root and the process's own user may look; others get `None`.
fn process_with(target: &str) -> Option<u32> {
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let holds = |pid: &u32| {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        files.filter_map(|file| fs::read_link(file.path()).ok()).any(|link: PathBuf| link.as_os_str() == target)
    };
    numbers.into_iter().find(holds)
}

/// Name of the program that a process runs, at most 15 characters as the kernel keeps it.
fn program(pid: u32) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
        \x20  0: 0100007F:2505 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 4711 1 0 100 0 0 10 0\n\
        \x20  1: 0100007F:2506 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0\n\
        \x20  2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 4713 1 0 100 0 0 10 0\n";

    #[test]
    fn the_socket_that_listens_at_an_address_is_found_in_the_table_of_the_kernel() {
        let find = |address: &str| socket_in(TABLE, address.parse().expect("an address"), Protocol::Tcp);
        if cfg!(target_endian = "little") {
            assert_eq!(find("127.0.0.1:9477"), Some((4711, 999)));
            assert_eq!(find("0.0.0.0:9477"), Some((4711, 999)), "all addresses of the machine are this one too");
            assert_eq!(find("192.0.2.1:9477"), None);
        }
        assert_eq!(find("127.0.0.1:9478"), None, "a connection does not listen");
        assert_eq!(find("192.0.2.1:80"), Some((4713, 33)));
        assert_eq!(host_of("00000000000000000000000000000000"), Some("::".parse().expect("an address")));
    }

    #[test]
    fn the_holder_of_our_own_port_is_this_process() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let holder = holder_of_port(address, Protocol::Tcp).expect("somebody");
        assert_eq!((holder.pid, holder.uid), (Some(std::process::id()), rustix::process::geteuid().as_raw()));
        assert!(is_ours(std::process::id()));
        let error = std::net::TcpListener::bind(address).expect_err("taken");
        let told = with_holder(error, &address.to_string(), Protocol::Tcp).to_string();
        assert!(
            told.contains("Address already in use") && told.contains(&format!("(pid {})", std::process::id())),
            "{told}"
        );
        drop(listener);
        assert_eq!(holder_of_port(address, Protocol::Tcp), None);
    }

    #[test]
    fn the_holder_of_a_lock_is_named_by_the_kernel() {
        let place = "fd:01:1234";
        let line = |kind: &str| format!("1: {kind}  ADVISORY  WRITE 812 {place} 0 EOF");
        assert_eq!(lock_in(&line("FLOCK"), place), Some(812));
        assert_eq!(lock_in(&line("POSIX"), place), None);
        assert_eq!(lock_in(&line("FLOCK"), "fd:01:1235"), None);
        let folder = tempfile::TempDir::new().expect("a folder");
        let file = fs::File::create(folder.path().join("lock")).expect("made");
        assert_eq!(holder_of_lock(&folder.path().join("lock")), None);
        file.lock().expect("locked");
        // On an overlay file system the device number may differ. The holder is then not found, which is not an error.
        let holder = holder_of_lock(&folder.path().join("lock"));
        assert!(holder.is_none_or(|pid| pid == std::process::id()), "{holder:?}");
    }
}
