//! Obstacles for the user who runs the daemon: files it cannot write, secrets it cannot read, ports it cannot listen on. Nothing is
//! created.
//!
//! Such an obstacle may be gone by the time the daemon starts, or exist only for the user who checks. So a start does
//! not look for them: it just tries, and reports what fails. `check` lists them as warnings, or as errors where they
//! are certain; `check --as-service` lists them all as errors.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

use rustix::fs::{Access, AtFlags, CWD, accessat};
use serde::Deserialize;
use serde_json::Value;
use socket2::{Domain, Socket, Type};

use super::settings::Config;
use crate::inputs;
use crate::platform::secret::{Secret, SecretError};
use crate::platform::service::{Account, Holder, Protocol, Unit, holder_of_lock, holder_of_port, is_ours};
use crate::platform::tls;
use crate::storage::{evidence, store};
use atalaia_core::base::fault::Fault;

/// Environment variable with the folder of systemd credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// User of the shipped unit.
pub const USUAL_USER: &str = "atalaia";

/// How certain it is that the daemon will meet the obstacle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Weight {
    /// Certain: the current user is the one who runs the daemon.
    Certain,
    /// Possible: another user runs the daemon, or the obstacle may be gone by then.
    Possible,
}

/// The user that checks the settings, and the one that runs the daemon. What either may do decides how certain an obstacle is.
pub(super) struct Asker {
    /// The user of this process.
    own: Account,
    /// User who runs the daemon on this machine; `None` if it is the current user or unknown.
    service: Option<Account>,
    /// The systemd unit; `None` unless the check is for the service.
    unit: Option<Unit>,
    /// Whether the check is for the service.
    strict: bool,
}

impl Asker {
    /// The user of this process; `strict` checks as the service.
    pub(super) fn here(strict: bool) -> Asker {
        let own = Account::own();
        let unit = Unit::installed();
        let user = unit.as_ref().and_then(|unit| unit.user.clone()).unwrap_or_else(|| USUAL_USER.to_owned());
        // Another account matters only if this process is not it. With `strict` this process is taken
        // for the service.
        let service = Account::find(&user).filter(|account| account.uid != own.uid && !strict);
        Asker { own, service, unit: unit.filter(|_| strict), strict }
    }

    /// Weight of an obstacle to this process: certain unless another user will run the daemon.
    fn weight(&self) -> Weight {
        if self.service.is_some() { Weight::Possible } else { Weight::Certain }
    }

    /// The command that lets this user use a file or folder: its mode is at fault if it is the user's own, otherwise its owner.
    fn mend(&self, found: &fs::Metadata, place: &Path, rights: &str) -> String {
        match found.uid() == self.own.uid {
            true => format!("chmod {rights} {}", place.display()),
            false => format!("chown {} {}", self.own.name, place.display()),
        }
    }

    /// Advice for what this user may not do but the service's user may.
    fn advice(&self) -> String {
        match &self.service {
            Some(service) => format!(
                "the daemon runs as {}: sudo atalaia check --as-service says what holds for it",
                service.shown()
            ),
            None => String::new(),
        }
    }
}

/// Lists the obstacles, each once. Empty if there are none.
pub(super) fn hindrances(config: &Config, asker: &Asker) -> Vec<(Weight, Fault)> {
    let mut found = Vec::new();
    for (key, place) in written_places(config) {
        found.extend(closed(&key, &place, asker));
    }
    if config.store.path.as_deref().is_some_and(store::is_foreign) {
        let fault = Fault::new("store.path", "this is a text or compressed file, not a store");
        found.push((Weight::Certain, fault.advise("name another file, or move this one away")));
    }
    found.extend(devices_and_programs(config, asker));
    found.extend(signing_key(config));
    for (path, tls) in all_tls(config) {
        found.extend(certificates(&path, tls, asker));
    }
    for (list, all) in
        [("inputs", serde_json::to_value(&config.inputs)), ("sinks", serde_json::to_value(&config.sinks))]
    {
        secrets(list, &all.unwrap_or_default(), asker, &mut found);
    }
    found.extend(ports(config, asker));
    // The same folder may hold the store and the journal.
    let mut before = BTreeSet::new();
    found.retain(|(_, fault)| before.insert(fault.to_string()));
    found
}

/// Text of a system error, without its number, which is of no use in a message about settings.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Key and path of each file or folder the daemon writes; if it does not exist yet, of the folder it would be created in.
///
/// SQLite keeps `-wal` and `-shm` beside the store, and the daemon its lock: files of another user there stop it as well.
fn written_places(config: &Config) -> Vec<(String, PathBuf)> {
    let mut places = Vec::new();
    if let Some(store) = &config.store.path {
        let beside = |ending: &str| {
            let mut name = store.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let files = ["", "-wal", "-shm", ".lock"].map(beside).into_iter();
        places.extend(files.filter(|file| file.exists()).map(|file| ("store.path".to_owned(), file)));
        places.push(("store.path".to_owned(), folder_of(store)));
        if config.journal.enabled {
            let (key, folder) = match &config.journal.path {
                Some(folder) => ("journal.path", folder.clone()),
                None => ("store.path", beside(".journal")),
            };
            places.push((key.to_owned(), nearest(&folder)));
        }
    }
    for (index, sink) in config.sinks.iter().enumerate() {
        if let Some(path) = &sink.path {
            places.push((format!("sinks[{index}].path"), if path.exists() { path.clone() } else { folder_of(path) }));
        }
        places.extend(sink.spool(&format!("sinks[{index}]")).map(|(key, spool)| (key, nearest(spool))));
    }
    places
}

/// The folder of a path; the current one if the path has none.
fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned()
}

/// The path itself if it exists, otherwise its folder.
fn nearest(path: &Path) -> PathBuf {
    if path.exists() { path.to_owned() } else { folder_of(path) }
}

/// Why a file or folder cannot be written; `None` if it can. The sandbox of the unit comes first, because it holds
/// whatever the permissions are. A disk that is mounted read-only is certain for any user.
fn closed(key: &str, place: &Path, asker: &Asker) -> Option<(Weight, Fault)> {
    if let Some(why) = asker.unit.as_ref().and_then(|unit| unit.closes(&absolute(place))) {
        return Some((Weight::Certain, why.below(key)));
    }
    // A missing file or folder is reported elsewhere.
    let found = fs::metadata(place).ok()?;
    let wanted = if found.is_dir() { Access::WRITE_OK | Access::EXEC_OK } else { Access::WRITE_OK };
    let error = io::Error::from(accessat(CWD, place, wanted, AtFlags::EACCESS).err()?);
    let shown = place.display();
    if error.kind() == ErrorKind::ReadOnlyFilesystem {
        return Some((
            Weight::Certain,
            Fault::new(key, format!("{shown} cannot be written: {}", plain(&error)))
                .advise("mount its disk for writing, or write another path"),
        ));
    }
    let advice = match &asker.service {
        Some(_) => asker.advice(),
        None if holds_settings(place) => "write a path in a folder of its own, such as /var/lib/atalaia".to_owned(),
        None => format!(
            "{}, or write another path",
            asker.mend(&found, place, if found.is_dir() { "u+rwx" } else { "u+rw" })
        ),
    };
    Some((
        asker.weight(),
        Fault::new(key, format!("{shown} cannot be written by {}: {}", asker.own.shown(), plain(&error)))
            .advise(advice),
    ))
}

/// Whether a folder has settings in it. Such a folder must not be handed over to the daemon, which could then change its own settings.
pub fn holds_settings(folder: &Path) -> bool {
    let is_toml = |entry: fs::DirEntry| entry.path().extension().is_some_and(|ending| ending == "toml");
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_toml))
}

/// The path from the root, as a unit states its folders; unchanged if that cannot be determined.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Serial receivers that cannot be opened and programs that cannot be run.
fn devices_and_programs(config: &Config, asker: &Asker) -> Vec<(Weight, Fault)> {
    let may = |path: &Path, wanted: Access| accessat(CWD, path, wanted, AtFlags::EACCESS).is_ok() || !path.exists();
    let mut found = Vec::new();
    for (index, input) in
        config.inputs.iter().enumerate().filter(|(_, input)| input.kind.character().path == inputs::PathUse::Device)
    {
        if let Some(path) = input.path.as_ref().filter(|path| !may(path, Access::READ_OK | Access::WRITE_OK)) {
            let advice = "add SupplementaryGroups=dialout, or the group of the device, below [Service] with: systemctl edit atalaia";
            let what = format!("{} may not be opened by {}", path.display(), asker.own.shown());
            found.push((asker.weight(), Fault::new(format!("inputs[{index}].path"), what).advise(advice)));
        }
    }
    for (index, sink) in config.sinks.iter().enumerate() {
        let program = sink.program(&format!("sinks[{index}]"));
        if let Some((key, program)) = program.filter(|(_, program)| !may(Path::new(program), Access::EXEC_OK)) {
            let fault = Fault::new(key, format!("{program} may not be run by {}", asker.own.shown()));
            found.push((asker.weight(), fault.advise("let that user or everybody run it (chmod)")));
        }
    }
    found
}

/// Why the key that signs bundles cannot be used. The daemon runs without it, and the user who packs bundles may be another one, so
/// permissions are left to that command.
fn signing_key(config: &Config) -> Option<(Weight, Fault)> {
    let fault = evidence::key_fault(config.evidence.key.as_deref()?)?;
    Some((Weight::Possible, fault.below("evidence.key")))
}

/// The TLS settings of inputs and sinks, each with the path of its table.
fn all_tls(config: &Config) -> Vec<(String, &tls::Settings)> {
    let inputs = config.inputs.iter().map(|input| (input.kind.name(), input.tls())).enumerate();
    let sinks = config.sinks.iter().map(|sink| (sink.kind.name(), sink.tls())).enumerate();
    let path = |list: &str, index: usize, kind: &str| format!("{list}[{index}].{}.tls", kind.replace('-', "_"));
    let inputs = inputs.filter_map(|(index, (kind, tls))| Some((path("inputs", index, kind), tls?)));
    inputs.chain(sinks.filter_map(|(index, (kind, tls))| Some((path("sinks", index, kind), tls?)))).collect()
}

/// Certificate files that are missing, unreadable or invalid.
fn certificates(path: &str, tls: &tls::Settings, asker: &Asker) -> Vec<(Weight, Fault)> {
    let mut found = Vec::new();
    for (key, file) in [("ca", &tls.ca), ("certificate", &tls.certificate), ("key", &tls.key)] {
        let Some(file) = file else { continue };
        let key = format!("{path}.{key}");
        match fs::File::open(file) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                found.push((asker.weight(), unreadable(&key, file, asker)));
            }
            Err(error) => {
                found.push((
                    Weight::Certain,
                    Fault::new(key, format!("{}: {}", file.display(), plain(&error)))
                        .advise("write the path of a PEM file"),
                ));
            }
            Ok(_) => {}
        }
    }
    if found.is_empty()
        && *tls != tls::Settings::default()
        && let Err(error) = tls.client()
    {
        found.push((Weight::Certain, Fault::new(path, error.to_string())));
    }
    found
}

/// The fault of a file that exists and may not be read.
fn unreadable(key: &str, file: &Path, asker: &Asker) -> Fault {
    let advice = match &asker.service {
        Some(_) => asker.advice(),
        None => {
            // Without its metadata, a folder above it is closed, and the file may be anyone's.
            let mend = match fs::metadata(file) {
                Ok(found) => asker.mend(&found, file, "u+r"),
                Err(_) => format!("let {} into its folder", asker.own.name),
            };
            format!("{mend}, or hand it over with LoadCredential= of the unit")
        }
    };
    Fault::new(key, format!("{} cannot be read by {}", file.display(), asker.own.shown())).advise(advice)
}

/// Secrets that exist and cannot be read, found by their form anywhere below `path`. Those that do not exist are
/// errors of their own, also at a start.
fn secrets(path: &str, value: &Value, asker: &Asker, found: &mut Vec<(Weight, Fault)>) {
    if let Ok(secret) = Secret::deserialize(value) {
        return found.extend(kept_secret(path, &secret, asker));
    }
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| {
            secrets(&format!("{path}[{index}]"), value, asker, found);
        }),
        Value::Object(table) => {
            table.iter().for_each(|(key, value)| secrets(&format!("{path}.{key}"), value, asker, found));
        }
        _ => {}
    }
}

/// Why one secret cannot be read. Of a credential, also whether the unit hands it over, and whether its file is
/// there: outside the service no credential can be read, so the unit file is all there is to go by.
fn kept_secret(path: &str, secret: &Secret, asker: &Asker) -> Option<(Weight, Fault)> {
    match (secret, secret.read().err()?) {
        (Secret::File(file), SecretError::File { cause, .. }) if cause.kind() == ErrorKind::PermissionDenied => {
            Some((asker.weight(), unreadable(&format!("{path}.file"), file, asker)))
        }
        (Secret::Credential(name), _) if env::var_os(CREDENTIALS).is_none() => {
            let unit = asker.unit.as_ref()?;
            let shown = unit.file.display();
            let file = match unit.credentials.iter().find(|(known, _)| known == name) {
                None => {
                    let what = Fault::new(format!("{path}.credential"), format!("{shown} hands over no \"{name}\""))
                        .advise(format!("add LoadCredential={name}:PATH below [Service] with: systemctl edit atalaia"));
                    return Some((Weight::Certain, what));
                }
                Some((_, file)) => file.as_ref()?,
            };
            // The service manager reads the file; the current user may not be able to see whether it exists.
            let is_missing = fs::metadata(file).is_err_and(|error| error.kind() == ErrorKind::NotFound);
            let what = || {
                Fault::new(
                    format!("{path}.credential"),
                    format!("{} of LoadCredential={name} is not there", file.display()),
                )
                .advise("write it")
            };
            is_missing.then(|| (Weight::Certain, what()))
        }
        _ => None,
    }
}

/// Addresses that cannot be listened on, except those the running daemon already uses.
fn ports(config: &Config, asker: &Asker) -> Vec<(Weight, Fault)> {
    let mut wanted: Vec<(String, String, Protocol)> = Vec::new();
    for (index, input) in config.inputs.iter().enumerate() {
        let Some(protocol) = input.kind.listens() else { continue };
        wanted.extend(
            input.address.iter().map(|address| (format!("inputs[{index}].address"), address.clone(), protocol)),
        );
    }
    wanted
        .extend(config.http.address.iter().map(|address| ("http.address".to_owned(), address.clone(), Protocol::Tcp)));
    wanted.extend(config.api.address.iter().map(|address| ("api.address".to_owned(), address.clone(), Protocol::Tcp)));
    // A port in use does not matter if the daemon that is to use the settings has it.
    let daemon = Running::find(config.store.path.as_deref(), asker);
    let of = |(key, address, protocol): (String, String, Protocol)| {
        let what = unlistened(&address, protocol, &daemon)?;
        // Another program may have left the port by the time the daemon starts.
        let weight = if asker.strict { Weight::Certain } else { Weight::Possible };
        Some((weight, what.below(&key)))
    };
    wanted.into_iter().filter_map(of).collect()
}

/// What is known about a daemon that runs with these settings.
struct Running {
    /// The process that has locked the store.
    pid: Option<u32>,
    /// Users other than the current one that the daemon may run as: that of the service and the owner of the store.
    uids: Vec<u32>,
}

impl Running {
    /// Looks for a running daemon: by the lock of the store, and by the users it may run as.
    fn find(store: Option<&Path>, asker: &Asker) -> Running {
        let lock = |store: &Path| {
            let mut name = store.as_os_str().to_owned();
            name.push(".lock");
            holder_of_lock(Path::new(&name))
        };
        let owner = store.and_then(|store| Some(fs::metadata(store).ok()?.uid()));
        let service = asker.service.as_ref().map(|service| service.uid);
        // Root runs many other programs.
        let uids = service.into_iter().chain(owner).filter(|uid| *uid != 0 && *uid != asker.own.uid);
        Running { pid: store.and_then(lock), uids: uids.collect() }
    }

    /// Describes what listens at an address in use. `None` if it is certain that the daemon or the service manager does so.
    fn taken(&self, address: &str, holder: Option<&Holder>, listing: &str) -> Option<Fault> {
        match holder.and_then(|holder| holder.pid) {
            // The service manager may have opened the sockets.
            Some(pid) if pid == 1 || self.pid.map_or_else(|| is_ours(pid), |daemon| daemon == pid) => return None,
            None if self.pid.is_some() => return None,
            _ => {}
        }
        let who = holder.map_or_else(|| "another process".to_owned(), Holder::shown);
        // Only the daemon's own user and root may see its process id.
        Some(match holder.filter(|holder| holder.pid.is_none() && self.uids.contains(&holder.uid)) {
            Some(holder) => format!("{address} is held by the running daemon (uid {})", holder.uid).into(),
            None => Fault::new("", format!("{address} is taken by {who}"))
                .advise(format!("stop it or write another port ({listing} lists them)")),
        })
    }
}

/// Why the address cannot be listened on; `None` if it can, or if the running daemon or the service manager does so.
fn unlistened(address: &str, protocol: Protocol, daemon: &Running) -> Option<Fault> {
    let wrong = |what: String, advice: &str| Some(Fault::new("", format!("{address} {what}")).advise(advice));
    let at = match address.to_socket_addrs().map(|mut all| all.next()) {
        Ok(Some(at)) => at,
        Ok(None) => {
            return wrong("is not an address of this machine".to_owned(), "write one, or 0.0.0.0 for all of them");
        }
        Err(error) => return wrong(format!("cannot be looked up ({})", plain(&error)), "write the IP address"),
    };
    // Only the kernel knows whether an address can be used, so it is asked.
    let error = bind(at, protocol).err()?;
    match error.kind() {
        ErrorKind::AddrInUse => daemon.taken(address, holder_of_port(at, protocol).as_ref(), protocol.listing()),
        ErrorKind::PermissionDenied => wrong(
            format!("may not be listened on ({})", plain(&error)),
            "write a port above 1023, or let a .socket unit open it",
        ),
        ErrorKind::AddrNotAvailable => wrong(
            "is not an address of this machine".to_owned(),
            "write one that `ip address` lists, or 0.0.0.0 for all",
        ),
        _ => wrong(format!("cannot be listened on ({})", plain(&error)), "write another address"),
    }
}

/// Binds the address for a moment without listening, so that no client can connect. Port 0 can always be had.
fn bind(at: SocketAddr, protocol: Protocol) -> io::Result<()> {
    if at.port() == 0 {
        return Ok(());
    }
    let kind = if protocol == Protocol::Udp { Type::DGRAM } else { Type::STREAM };
    let socket = Socket::new(Domain::for_address(at), kind, None)?;
    if protocol == Protocol::Tcp {
        // As a listener does: lingering connections of an earlier process are not an obstacle.
        socket.set_reuse_address(true)?;
    }
    socket.bind(&at.into())
}

#[cfg(test)]
mod tests;
