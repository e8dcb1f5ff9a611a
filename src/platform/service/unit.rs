//! The installed systemd unit, as far as it limits the daemon: user, credentials and writable folders.

use std::fs;
use std::path::{Path, PathBuf};

use atalaia_core::base::fault::Fault;

/// Folders of systemd units, highest priority first. Drop-ins are read from all of them.
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// Name of the daemon's unit.
const NAME: &str = "atalaia.service";

/// Relevant settings of the unit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unit {
    /// Unit file.
    pub file: PathBuf,
    /// `User=`; `None` if unset.
    pub user: Option<String>,
    /// `Group=`; `None` if unset.
    pub group: Option<String>,
    /// `SupplementaryGroups=`.
    pub groups: Vec<String>,
    /// `LoadCredential=` and `LoadCredentialEncrypted=`: name, and file if one is given.
    pub credentials: Vec<(String, Option<PathBuf>)>,
    /// Whether `ProtectSystem=strict` makes everything read-only except `writable`.
    pub strict: bool,
    /// Whether `ProtectHome=` makes home directories inaccessible or read-only.
    pub home: bool,
    /// Folders the daemon may write: state, cache, log and runtime directories, and `ReadWritePaths=`.
    pub writable: Vec<PathBuf>,
}

impl Unit {
    /// The unit of this machine with its drop-ins; `None` if none is installed.
    pub fn installed() -> Option<Unit> {
        let file = FOLDERS.iter().map(|folder| Path::new(folder).join(NAME)).find(|file| file.is_file())?;
        let mut drop_ins: Vec<PathBuf> = Vec::new();
        for folder in FOLDERS {
            let entries = fs::read_dir(Path::new(folder).join(format!("{NAME}.d"))).into_iter().flatten().flatten();
            let found =
                entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "conf"));
            for path in found {
                // A drop-in overrides one of the same name in a folder of lower priority.
                if !drop_ins.iter().any(|other| other.file_name() == path.file_name()) {
                    drop_ins.push(path);
                }
            }
        }
        // systemd applies them in order of their names, whatever folder they are in.
        drop_ins.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        let texts = std::iter::once(&file).chain(&drop_ins).map(|path| fs::read_to_string(path).unwrap_or_default());
        let unit = Unit::parse(texts);
        Some(Unit { file, ..unit })
    }

    /// Parses the texts of the unit and its drop-ins, in the order in which systemd applies them.
    pub fn parse(texts: impl Iterator<Item = String>) -> Unit {
        let mut unit = Unit::default();
        for text in texts {
            // A backslash at the end of a line continues it.
            let text = text.replace("\\\n", " ");
            let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']));
            lines.filter_map(|line| line.split_once('=')).for_each(|(key, value)| unit.take(key.trim(), value.trim()));
        }
        unit
    }

    /// Takes one assignment of the unit. Keys that do not limit the daemon are ignored.
    fn take(&mut self, key: &str, value: &str) {
        let words = || value.split_whitespace().map(str::to_owned);
        let named = || Some(value.to_owned()).filter(|value| !value.is_empty());
        let folders = |base: &str| {
            let below = words().map(|word| Path::new(base).join(word.split(':').next().unwrap_or_default()));
            below.collect::<Vec<_>>()
        };
        match key {
            "User" => self.user = named(),
            "Group" => self.group = named(),
            // An empty value resets the list.
            "SupplementaryGroups" if value.is_empty() => self.groups.clear(),
            "SupplementaryGroups" => self.groups.extend(words()),
            "LoadCredential" | "LoadCredentialEncrypted" if value.is_empty() => self.credentials.clear(),
            "LoadCredential" | "LoadCredentialEncrypted" => {
                let (name, file) =
                    value.split_once(':').map_or((value, None), |(name, file)| (name, Some(file.into())));
                self.credentials.push((name.to_owned(), file));
            }
            "ProtectSystem" => self.strict = value == "strict",
            "ProtectHome" => self.home = !["no", "false", "off", "0", ""].contains(&value),
            "StateDirectory" => self.writable.extend(folders("/var/lib")),
            "LogsDirectory" => self.writable.extend(folders("/var/log")),
            "CacheDirectory" => self.writable.extend(folders("/var/cache")),
            "RuntimeDirectory" => self.writable.extend(folders("/run")),
            "ReadWritePaths" => {
                let plain = words().map(|word| PathBuf::from(word.trim_start_matches(['-', '+'])));
                self.writable.extend(plain);
            }
            _ => {}
        }
    }

    /// Why the unit makes a path read-only or inaccessible, whatever the file permissions; `None` if it does not. The remedy follows the
    /// semicolon.
    pub fn closes(&self, path: &Path) -> Option<Fault> {
        let of_homes = ["/home", "/root", "/run/user"].iter().any(|home| path.starts_with(home));
        if of_homes && self.home {
            let what =
                format!("{} is closed to the service by ProtectHome= of {}", path.display(), self.file.display());
            return Some(Fault::new("", what).advise("write a path elsewhere, for instance below /var/lib/atalaia"));
        }
        // Directories that `ProtectSystem=strict` leaves alone (systemd.exec(5)), and the private /tmp of the service.
        let is_free = ["/tmp", "/var/tmp", "/dev", "/proc", "/sys"].iter().any(|free| path.starts_with(free));
        let is_writable = self.writable.iter().any(|folder| path.starts_with(folder));
        (self.strict && !is_free && !is_writable).then(|| {
            let folder = path.parent().unwrap_or(path).display();
            let (path, file) = (path.display(), self.file.display());
            let what = format!("{path} is read-only to the service by ProtectSystem=strict of {file}");
            let advice = format!("add ReadWritePaths={folder} below [Service] with: systemctl edit atalaia");
            Fault::new("", what).advise(advice)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../systemd/atalaia.service");

    #[test]
    fn the_unit_says_who_the_daemon_is_and_what_it_may_write() {
        let unit = Unit::parse([SHIPPED.to_owned()].into_iter());
        assert_eq!((unit.user.as_deref(), unit.group.as_deref()), (Some("atalaia"), Some("atalaia")));
        assert!(unit.strict && unit.home && unit.credentials.is_empty() && unit.groups.is_empty());
        assert_eq!(unit.closes(Path::new("/var/lib/atalaia/atalaia.sqlite")), None);
        let closed = unit.closes(Path::new("/srv/ais/atalaia.sqlite")).expect("closed");
        assert!(closed.to_string().contains("; add ReadWritePaths=/srv/ais below [Service]"), "{closed}");
        assert!(
            unit.closes(Path::new("/home/maria/alerts.jsonl")).is_some_and(|why| why.what.contains("ProtectHome="))
        );
    }

    #[test]
    fn a_drop_in_adds_to_the_unit_or_takes_back_what_it_says() {
        let drop_in = "[Service]\nUser=watch\nSupplementaryGroups=dialout \\\n  ssl-cert\nReadWritePaths=-/srv/ais\n\
                       LoadCredential=hook:/etc/atalaia/hook\nLoadCredentialEncrypted=smtp\n";
        let unit = Unit::parse([SHIPPED.to_owned(), drop_in.to_owned()].into_iter());
        assert_eq!((unit.user.as_deref(), unit.groups.join(" ")), (Some("watch"), "dialout ssl-cert".to_owned()));
        let credentials = [("hook".to_owned(), Some("/etc/atalaia/hook".into())), ("smtp".to_owned(), None)];
        assert_eq!(unit.credentials, credentials);
        assert_eq!(unit.closes(Path::new("/srv/ais/atalaia.sqlite")), None);
        let back = "[Service]\nSupplementaryGroups=\nLoadCredential=\nProtectSystem=full\n";
        let unit = Unit::parse([SHIPPED.to_owned(), drop_in.to_owned(), back.to_owned()].into_iter());
        assert!(unit.groups.is_empty() && unit.credentials.is_empty() && unit.closes(Path::new("/srv/x")).is_none());
    }
}
