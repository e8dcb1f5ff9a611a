//! A disk that follows a record, and what it would contain after a loss of power.
//!
//! Synced data are there. For data written to a file since its last sync, every sector has the content of some moment since then, and so
//! does
//! the length; where the file grew without its data, there are zeros or noise. A name created, changed or removed since its folder's last
//! sync
//! may or may not be as it was. This is more than a journalling file system would lose.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::record::{Operation, Step};

/// Which syncs are left out, as a control: the checks must notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forgets {
    Nothing,
    /// Files whose names end like this.
    FilesLike(&'static str),
    Folders,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Node {
    File(usize),
    Folder,
}

#[derive(Clone, Debug)]
enum Naming {
    Given(String, Node),
    Changed(String, String, Node),
    Taken(String),
}

#[derive(Clone, Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Cut(usize),
}

#[derive(Clone, Debug, Default)]
struct File {
    /// Name when it was last opened.
    name: String,
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// Changes since the last sync, with their times.
    pending: Vec<(Duration, Change)>,
}

/// The folder as processes see it, and as it is on the disk.
#[derive(Clone, Debug)]
pub struct Disk {
    forgets: Forgets,
    /// When the process using it began.
    begun: Duration,
    files: Vec<File>,
    /// Open files by the number that the process gave them.
    open: BTreeMap<u32, usize>,
    seen: BTreeMap<String, Node>,
    durable: BTreeMap<String, Node>,
    pending: Vec<Naming>,
}

/// How much of the unsynced data survives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    All,
    /// The first changes, the last of them possibly in part.
    First,
    /// An arbitrary subset.
    Any,
}

impl Left {
    fn draw(chance: &mut fastrand::Rng) -> Left {
        [Left::Nothing, Left::All, Left::First, Left::First, Left::Any, Left::Any, Left::Any][chance.usize(..7)]
    }
}

impl File {
    fn apply(bytes: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Write { offset, bytes: written } => {
                if bytes.len() < offset + written.len() {
                    bytes.resize(offset + written.len(), 0);
                }
                bytes[*offset..offset + written.len()].copy_from_slice(written);
            }
            Change::Cut(length) => bytes.resize(*length, 0),
        }
    }

    fn change(&mut self, at: Duration, change: Change) {
        File::apply(&mut self.seen, &change);
        self.pending.push((at, change));
    }

    fn sync(&mut self) {
        self.pending.clear();
        self.durable = self.seen.clone();
    }

    /// Content that survives.
    fn lose(&self, sector: usize, chance: &mut fastrand::Rng) -> Vec<u8> {
        let count = self.pending.len();
        let changes = || self.pending.iter().map(|(_, change)| change);
        let after = |kept: usize| {
            let mut bytes = self.durable.clone();
            changes().take(kept).for_each(|change| File::apply(&mut bytes, change));
            bytes
        };
        match Left::draw(chance) {
            Left::Nothing => self.durable.clone(),
            Left::All => self.seen.clone(),
            Left::First => {
                let kept = chance.usize(..=count);
                let mut bytes = after(kept);
                if let Some(Change::Write { offset, bytes: written }) = changes().nth(kept) {
                    // Up to the end of a sector.
                    let end = (offset + chance.usize(..=written.len())) / sector * sector;
                    let part = end.clamp(*offset, offset + written.len()) - offset;
                    File::apply(&mut bytes, &Change::Write { offset: *offset, bytes: written[..part].to_vec() });
                }
                bytes
            }
            Left::Any => {
                let kept = chance.usize(..=count);
                let length = after(kept).len();
                let mut cuts: BTreeMap<usize, usize> = BTreeMap::new();
                let mut bytes = self.durable.clone();
                for (place, change) in changes().enumerate() {
                    match change {
                        Change::Cut(_) if kept <= place => {}
                        Change::Cut(_) => File::apply(&mut bytes, change),
                        Change::Write { offset, bytes: written } => {
                            let mut from = *offset;
                            while from < offset + written.len() {
                                let number = from / sector;
                                let until = ((number + 1) * sector).min(offset + written.len());
                                // The moment that the sector is from; many are the latest.
                                let moment = *cuts.entry(number).or_insert_with(|| {
                                    if chance.u8(..3) == 0 { count } else { chance.usize(..=count) }
                                });
                                if place < moment {
                                    let part = written[from - offset..until - offset].to_vec();
                                    File::apply(&mut bytes, &Change::Write { offset: from, bytes: part });
                                }
                                from = until;
                            }
                        }
                    }
                }
                let (there, is_noise) = (bytes.len(), chance.u8(..4) == 0);
                bytes.resize(length, 0);
                if is_noise && there < length {
                    chance.fill(&mut bytes[there..]);
                }
                bytes
            }
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

impl Naming {
    fn touches(&self, folder: &str) -> bool {
        match self {
            Naming::Given(path, _) | Naming::Taken(path) => parent(path) == folder,
            Naming::Changed(from, to, _) => parent(from) == folder || parent(to) == folder,
        }
    }

    fn apply(&self, names: &mut BTreeMap<String, Node>) {
        match self {
            Naming::Given(path, node) => drop(names.insert(path.clone(), *node)),
            Naming::Changed(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
            Naming::Taken(path) => drop(names.remove(path)),
        }
    }
}

impl Disk {
    /// An existing folder, fully durable.
    pub fn of(folder: &Path, forgets: Forgets) -> Disk {
        let (files, open) = (Vec::new(), BTreeMap::new());
        let (seen, durable) = (BTreeMap::new(), BTreeMap::new());
        let begun = Duration::ZERO;
        let mut disk = Disk { forgets, begun, files, open, seen, durable, pending: Vec::new() };
        disk.read(folder, "");
        disk.durable = disk.seen.clone();
        disk
    }

    fn read(&mut self, folder: &Path, under: &str) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{under}{}", entry.file_name().into_string().unwrap());
            let node = if entry.path().is_dir() {
                self.read(&entry.path(), &format!("{path}/"));
                Node::Folder
            } else {
                let bytes = fs::read(entry.path()).unwrap();
                self.files.push(File { durable: bytes.clone(), seen: bytes, ..File::default() });
                Node::File(self.files.len() - 1)
            };
            self.seen.insert(path, node);
        }
    }

    pub fn apply(&mut self, step: &Step) {
        match &step.done {
            Operation::Begun => {
                self.open.clear();
                self.begun = step.at;
            }
            Operation::Opened { file, path } => {
                let Some(Node::File(index)) = self.seen.get(path) else {
                    panic!("{path} is opened and was never made");
                };
                self.open.insert(*file, *index);
                self.files[*index].name.clone_from(path);
            }
            Operation::Made { file, path } => {
                self.files.push(File { name: path.clone(), ..File::default() });
                self.open.insert(*file, self.files.len() - 1);
                self.name(Naming::Given(path.clone(), Node::File(self.files.len() - 1)));
            }
            Operation::Written { file, offset, bytes } => {
                self.files[self.open[file]].change(step.at, Change::Write { offset: *offset, bytes: bytes.clone() });
            }
            Operation::Cut { file, length } => self.files[self.open[file]].change(step.at, Change::Cut(*length)),
            Operation::Synced { file } => {
                let forgets = self.forgets;
                let file = &mut self.files[self.open[file]];
                if !matches!(forgets, Forgets::FilesLike(ending) if file.name.ends_with(ending)) {
                    file.sync();
                }
            }
            Operation::FolderSynced { .. } if self.forgets == Forgets::Folders => {}
            Operation::FolderSynced { path } => {
                let durable = &mut self.durable;
                self.pending.retain(|naming| {
                    let is_synced = naming.touches(path);
                    if is_synced {
                        naming.apply(durable);
                    }
                    !is_synced
                });
            }
            Operation::Renamed { from, to } => {
                let node = self.seen[from];
                self.name(Naming::Changed(from.clone(), to.clone(), node));
            }
            Operation::FolderMade { path } => self.name(Naming::Given(path.clone(), Node::Folder)),
            Operation::Removed { path } | Operation::FolderRemoved { path } => self.name(Naming::Taken(path.clone())),
        }
    }

    fn name(&mut self, naming: Naming) {
        naming.apply(&mut self.seen);
        self.pending.push(naming);
    }

    /// When the process using it began.
    pub fn begun(&self) -> Duration {
        self.begun
    }

    /// Content of a file as processes see it.
    pub fn seen(&self, path: &str) -> Option<&[u8]> {
        match self.seen.get(path) {
            Some(Node::File(index)) => Some(&self.files[*index].seen),
            _ => None,
        }
    }

    /// Files that a loss of power may change and names that it may undo; the flag is true for names.
    pub fn unsynced(&self) -> impl Iterator<Item = (&str, bool)> {
        let files = self.seen.iter().filter_map(|(path, node)| match node {
            Node::File(index) if !self.files[*index].pending.is_empty() => Some((path.as_str(), false)),
            _ => None,
        });
        let names = self.pending.iter().flat_map(|naming| match naming {
            Naming::Given(path, _) | Naming::Taken(path) => [path.as_str(), path.as_str()],
            Naming::Changed(from, to, _) => [from.as_str(), to.as_str()],
        });
        files.chain(names.map(|path| (path, true)))
    }

    /// When the oldest unsynced data of files with this ending was written.
    pub fn oldest_unsynced(&self, ending: &str) -> Option<Duration> {
        let files = self.seen.iter().filter(|(path, _)| path.ends_with(ending));
        let firsts = files.filter_map(|(_, node)| match node {
            Node::File(index) => self.files[*index].pending.first().map(|(at, _)| *at),
            Node::Folder => None,
        });
        firsts.min()
    }

    /// Writes what survives a loss of power now into an empty folder.
    pub fn lose(&self, chance: &mut fastrand::Rng, into: &Path) {
        let sector = if chance.bool() { 512 } else { 4096 };
        let mut names = self.durable.clone();
        let left = Left::draw(chance);
        let first = chance.usize(..=self.pending.len());
        for (place, naming) in self.pending.iter().enumerate() {
            let is_kept = match left {
                Left::Nothing => false,
                Left::All => true,
                Left::First => place < first,
                Left::Any => chance.bool(),
            };
            if is_kept {
                naming.apply(&mut names);
            }
        }
        self.put(&names, into, |file| file.lose(sector, chance));
    }

    /// Writes what processes see below one of its folders.
    pub fn put_seen(&self, below: &str, into: &Path) {
        self.put(&self.seen.iter().filter(|(path, _)| path.starts_with(below)).map(owned).collect(), into, |file| {
            file.seen.clone()
        });
    }

    /// Writes what is durable below one of its folders.
    pub fn put_durable(&self, below: &str, into: &Path) {
        self.put(&self.durable.iter().filter(|(path, _)| path.starts_with(below)).map(owned).collect(), into, |file| {
            file.durable.clone()
        });
    }

    fn put(&self, names: &BTreeMap<String, Node>, into: &Path, mut content: impl FnMut(&File) -> Vec<u8>) {
        for (path, node) in names {
            let mut above = path.as_str();
            let is_there = loop {
                above = parent(above);
                if above.is_empty() {
                    break true;
                }
                if names.get(above) != Some(&Node::Folder) {
                    break false;
                }
            };
            match node {
                _ if !is_there => {}
                Node::Folder => fs::create_dir(into.join(path)).unwrap(),
                // Shared memory, which the first process to open the store recreates.
                Node::File(_) if path.ends_with("-shm") => fs::write(into.join(path), [0xa5; 32768]).unwrap(),
                Node::File(index) => fs::write(into.join(path), content(&self.files[*index])).unwrap(),
            }
        }
    }
}

fn owned((path, node): (&String, &Node)) -> (String, Node) {
    (path.clone(), *node)
}
