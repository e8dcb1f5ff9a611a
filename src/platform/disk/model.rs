//! A file system in memory that models what a loss of power leaves behind, and that fails where a test asks it to.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::operations::{Disk, Identity, Listed, Reading, Writing};

/// A model disk. Clones share the same files.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModelDisk(Arc<Mutex<State>>);

/// Which error an injected fault returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// No space left on the device.
    Full,
    /// Input/output error.
    Broken,
}

/// Number of operations that an injected fault affects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lasting {
    /// One operation.
    Once,
    /// This number of consecutive operations.
    For(u64),
    /// All from the first one on.
    Forever,
}

/// Syncs to leave out. A control: the tests must notice the loss.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Forgets {
    /// Syncs of files.
    FileSyncs,
    /// Syncs of folders.
    FolderSyncs,
}

/// What the disk holds, as a running process sees it and as a loss of power would leave it.
#[derive(Clone, Debug, Default)]
struct State {
    /// Content of each file, by a number that stands for its inode. Removed files stay, because they may be open.
    files: BTreeMap<u64, Content>,
    /// Names as a process sees them.
    names: BTreeMap<PathBuf, u64>,
    /// Names that survive a loss of power.
    durable_names: BTreeMap<PathBuf, u64>,
    /// Folders as a process sees them.
    folders: BTreeSet<PathBuf>,
    /// Folders that survive a loss of power.
    durable_folders: BTreeSet<PathBuf>,
    /// Changes of names that no folder sync has made durable yet.
    pending: Vec<Naming>,
    next_file: u64,
    /// Number of operations so far, by which a fault is placed.
    operations: u64,
    /// The injected fault, with the operation at which it begins; `None` for a healthy disk.
    fault: Option<(u64, Fault, Lasting)>,
    /// Number of operations that have failed.
    fired: u64,
    /// Syncs that are ignored; `None` for an honest disk.
    forgets: Option<Forgets>,
    /// Folders that were moved away.
    away: BTreeSet<PathBuf>,
    /// Whether the disk reports itself as mounted read-only.
    read_only: bool,
}

/// The content of a file.
#[derive(Clone, Debug, Default)]
struct Content {
    /// As a process reads it.
    seen: Vec<u8>,
    /// As a loss of power leaves it, but for `pending`.
    durable: Vec<u8>,
    /// Written but unsynced bytes, each with its offset.
    pending: Vec<(usize, Vec<u8>)>,
}

/// A change of a name. A sync of the folder makes it durable; before that, each may or may not survive.
#[derive(Clone, Debug)]
enum Naming {
    Made(PathBuf, u64),
    Renamed(PathBuf, PathBuf, u64),
    Removed(PathBuf),
    Folder(PathBuf),
}

impl Naming {
    /// Whether a sync of this folder makes the change durable.
    fn touches(&self, folder: &Path) -> bool {
        match self {
            Naming::Made(path, _) | Naming::Removed(path) | Naming::Folder(path) => path.parent() == Some(folder),
            Naming::Renamed(from, to, _) => from.parent() == Some(folder) || to.parent() == Some(folder),
        }
    }
}

impl Content {
    /// Writes bytes at an offset. A gap before it reads as zeros, as in a real file.
    fn place(into: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
        if into.len() < offset + bytes.len() {
            into.resize(offset + bytes.len(), 0);
        }
        into[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    /// Appends bytes, which are not durable yet.
    fn write(&mut self, bytes: &[u8]) {
        self.pending.push((self.seen.len(), bytes.to_vec()));
        self.seen.extend_from_slice(bytes);
    }

    /// Makes all bytes written so far durable.
    fn sync(&mut self) {
        for (offset, bytes) in self.pending.drain(..) {
            Content::place(&mut self.durable, offset, &bytes);
        }
    }

    /// Content after a loss of power. Either a prefix of the unsynced bytes is kept or, because the kernel may write pages in any order,
    /// arbitrary pieces of them with zeros between.
    fn crash(&self, chance: &mut fastrand::Rng) -> Content {
        let mut left = self.durable.clone();
        // Mostly in order, as file systems do, but a journal must also survive the rest.
        let in_order = chance.f64() < 0.7;
        let kept = chance.usize(..=self.pending.len());
        for (place, (offset, bytes)) in self.pending.iter().enumerate() {
            let part = match (in_order, place < kept) {
                (true, true) => bytes.len(),
                (true, false) if place == kept => chance.usize(..=bytes.len()),
                (true, false) => break,
                (false, _) if chance.bool() => continue,
                (false, _) => chance.usize(..=bytes.len()),
            };
            Content::place(&mut left, *offset, &bytes[..part]);
            // Blocks that were allocated but not written read as zeros.
            if chance.f64() < 0.2 {
                Content::place(&mut left, offset + part, &vec![0; bytes.len() - part]);
            }
        }
        Content { seen: left.clone(), durable: left, pending: Vec::new() }
    }
}

impl State {
    /// Makes a change of a name durable.
    fn apply(&mut self, naming: Naming) {
        match naming {
            Naming::Made(path, file) => {
                self.durable_names.insert(path, file);
            }
            Naming::Renamed(from, to, file) => {
                self.durable_names.remove(&from);
                self.durable_names.insert(to, file);
            }
            Naming::Removed(path) => {
                self.durable_names.remove(&path);
            }
            Naming::Folder(path) => {
                self.durable_folders.insert(path);
            }
        }
    }

    /// Counts an operation. Fails if a fault applies to it.
    fn operation(&mut self) -> io::Result<()> {
        self.operations += 1;
        let Some((first, fault, lasting)) = self.fault else {
            return Ok(());
        };
        let fails = match lasting {
            Lasting::Once => self.operations == first,
            Lasting::For(count) => (first..first + count).contains(&self.operations),
            Lasting::Forever => first <= self.operations,
        };
        if !fails {
            return Ok(());
        }
        self.fired += 1;
        Err(match fault {
            Fault::Full => io::Error::from(io::ErrorKind::StorageFull),
            Fault::Broken => io::Error::other("input/output error"),
        })
    }

    /// Number of the file with this name; an error if there is none.
    fn file(&self, path: &Path) -> io::Result<u64> {
        self.names.get(path).copied().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    /// An error if there is no such folder, or it was moved away.
    fn folder(&self, folder: &Path) -> io::Result<()> {
        match self.folders.contains(folder) && !self.away.contains(folder) {
            true => Ok(()),
            false => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}

impl ModelDisk {
    /// Locks the disk.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A disk that ignores the given kind of sync.
    pub(crate) fn forgetting(forgets: Forgets) -> ModelDisk {
        let disk = ModelDisk::default();
        disk.state().forgets = Some(forgets);
        disk
    }

    /// Makes the `operation`-th operation from now (counted from 1) fail.
    pub(crate) fn fail_at(&self, operation: u64, fault: Fault, lasting: Lasting) {
        let mut state = self.state();
        state.fault = Some((state.operations + operation, fault, lasting));
        state.fired = 0;
    }

    /// Removes the fault and returns the number of operations that failed.
    pub(crate) fn heal(&self) -> u64 {
        let mut state = self.state();
        state.fault = None;
        state.fired
    }

    /// Number of operations that have failed since the fault was set.
    pub(crate) fn fired(&self) -> u64 {
        self.state().fired
    }

    /// Blocks every operation until the returned guard is dropped.
    pub(crate) fn hold(&self) -> impl Drop + '_ {
        Hold(self.state())
    }

    /// Moves a folder away. Its open files can still be written.
    pub(crate) fn take_away(&self, folder: &Path) {
        self.state().away.insert(folder.to_owned());
    }

    /// Moves the folder back.
    pub(crate) fn bring_back(&self, folder: &Path) {
        self.state().away.remove(folder);
    }

    /// Makes the disk report itself as read-only.
    pub(crate) fn mount_read_only(&self) {
        self.state().read_only = true;
    }

    /// Makes the disk report itself as writable again.
    pub(crate) fn mount_writable(&self) {
        self.state().read_only = false;
    }

    /// Number of operations so far.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// A new disk with what a loss of power would leave now.
    pub(crate) fn crash(&self, chance: &mut fastrand::Rng) -> ModelDisk {
        let mut state = self.state().clone();
        for naming in std::mem::take(&mut state.pending) {
            // A file system may write names before it is asked to, in any order.
            if chance.bool() {
                state.apply(naming);
            }
        }
        for content in state.files.values_mut() {
            *content = content.crash(chance);
        }
        state.folders = state.durable_folders.clone();
        let folders = &state.folders;
        // A name in a folder that did not survive is lost with it.
        state.durable_names.retain(|path, _| path.parent().is_some_and(|parent| folders.contains(parent)));
        state.names = state.durable_names.clone();
        // The machine starts again with a healthy disk.
        (state.fault, state.fired, state.operations) = (None, 0, 0);
        ModelDisk(Arc::new(Mutex::new(state)))
    }

    /// A new disk with the same files and without faults.
    pub(crate) fn copy(&self) -> ModelDisk {
        let state = State { fault: None, fired: 0, ..self.state().clone() };
        ModelDisk(Arc::new(Mutex::new(state)))
    }

    /// Content of a file; empty if the file does not exist.
    pub(crate) fn content(&self, path: &Path) -> Vec<u8> {
        let state = self.state();
        state.names.get(path).and_then(|file| state.files.get(file)).map(|file| file.seen.clone()).unwrap_or_default()
    }

    /// Creates a durable file without counting an operation.
    pub(crate) fn put(&self, path: &Path, bytes: Vec<u8>) {
        let mut state = self.state();
        let file = state.next_file;
        state.next_file += 1;
        state.files.insert(file, Content { seen: bytes.clone(), durable: bytes, pending: Vec::new() });
        state.names.insert(path.to_owned(), file);
        state.durable_names.insert(path.to_owned(), file);
        for folder in path.ancestors().skip(1) {
            state.folders.insert(folder.to_owned());
            state.durable_folders.insert(folder.to_owned());
        }
    }
}

/// Holds the lock, so that every other operation waits.
struct Hold<'a>(#[expect(dead_code, reason = "held, never read")] MutexGuard<'a, State>);

impl Drop for Hold<'_> {
    fn drop(&mut self) {}
}

impl Disk for ModelDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        let mut state = self.state();
        state.operation()?;
        state.folder(path.parent().unwrap_or(path))?;
        if state.names.contains_key(path) {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        let file = state.next_file;
        state.next_file += 1;
        state.files.insert(file, Content::default());
        state.names.insert(path.to_owned(), file);
        state.pending.push(Naming::Made(path.to_owned(), file));
        Ok(Box::new(ModelFile { disk: self.clone(), file }))
    }

    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        let mut state = self.state();
        state.operation()?;
        let file = state.file(path)?;
        Ok(Box::new(ModelFile { disk: self.clone(), file }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Reading>> {
        let mut state = self.state();
        state.operation()?;
        let file = state.file(path)?;
        Ok(Box::new(ModelFile { disk: self.clone(), file }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation()?;
        let file = state.file(from)?;
        state.names.remove(from);
        state.names.insert(to.to_owned(), file);
        state.pending.push(Naming::Renamed(from.to_owned(), to.to_owned(), file));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation()?;
        state.file(path)?;
        state.names.remove(path);
        state.pending.push(Naming::Removed(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation()?;
        if state.forgets == Some(Forgets::FolderSyncs) {
            return Ok(());
        }
        let (synced, left) = std::mem::take(&mut state.pending).into_iter().partition(|naming| naming.touches(folder));
        state.pending = left;
        let synced: Vec<Naming> = synced;
        synced.into_iter().for_each(|naming| state.apply(naming));
        Ok(())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        let mut state = self.state();
        state.operation()?;
        state.folder(folder)?;
        let inside = state.names.iter().filter(|(path, _)| path.parent() == Some(folder));
        let listed = inside.filter_map(|(path, file)| {
            let name = path.file_name()?.to_str()?.to_owned();
            Some(Listed { name, length: state.files.get(file)?.seen.len() as u64 })
        });
        Ok(listed.collect())
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operation()?;
        if state.folders.insert(folder.to_owned()) {
            state.pending.push(Naming::Folder(folder.to_owned()));
        }
        Ok(())
    }

    /// Not counted as an operation: a lookup changes nothing that a loss of power could take.
    fn identify(&self, path: &Path) -> io::Result<Identity> {
        let state = self.state();
        match state.names.get(path) {
            Some(file) => Ok(Identity { device: 1, inode: *file }),
            None => state.folder(path).map(|()| Identity { device: 0, inode: 0 }),
        }
    }

    fn is_read_only(&self, _: &Path) -> io::Result<bool> {
        Ok(self.state().read_only)
    }
}

/// A file open for appending or reading. It stays the same file when its name is removed or given to another.
#[derive(Debug)]
struct ModelFile {
    disk: ModelDisk,
    file: u64,
}

/// Cannot happen: files are never forgotten.
fn gone() -> io::Error {
    io::Error::other("the model lost a file")
}

impl Writing for ModelFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        let outcome = state.operation();
        let content = state.files.get_mut(&self.file).ok_or_else(gone)?;
        match outcome {
            Ok(()) => content.write(bytes),
            // The disk takes a part before the write fails.
            Err(_) => content.write(&bytes[..bytes.len() / 2]),
        }
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        let outcome = state.operation();
        let forgets = state.forgets;
        let content = state.files.get_mut(&self.file).ok_or_else(gone)?;
        match outcome {
            Ok(()) if forgets == Some(Forgets::FileSyncs) => {}
            Ok(()) => content.sync(),
            // The kernel marks the pages as clean, so no later sync writes them.
            Err(_) => content.pending.clear(),
        }
        outcome
    }
}

impl Reading for ModelFile {
    fn length(&self) -> io::Result<u64> {
        let mut state = self.disk.state();
        state.operation()?;
        Ok(state.files.get(&self.file).ok_or_else(gone)?.seen.len() as u64)
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut state = self.disk.state();
        state.operation()?;
        let seen = &state.files.get(&self.file).ok_or_else(gone)?.seen;
        let start = seen.len().min(usize::try_from(offset).unwrap_or(usize::MAX));
        let end = seen.len().min(start.saturating_add(length));
        Ok(seen[start..end].to_vec())
    }
}
