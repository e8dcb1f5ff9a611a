//! Records what the program does to the files of a folder: every write, sync, rename and removal, in order and with its data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use std::{env, fs, process};

/// An operation on the folder. Paths are relative to it, and `""` is the folder itself. Each process numbers its files again.
#[derive(Clone, PartialEq, Debug)]
pub enum Operation {
    /// A process begins.
    Begun,
    Opened {
        file: u32,
        path: String,
    },
    Made {
        file: u32,
        path: String,
    },
    Written {
        file: u32,
        offset: usize,
        bytes: Vec<u8>,
    },
    /// The file is truncated or extended to a length.
    Cut {
        file: u32,
        length: usize,
    },
    Synced {
        file: u32,
    },
    FolderSynced {
        path: String,
    },
    Renamed {
        from: String,
        to: String,
    },
    Removed {
        path: String,
    },
    FolderMade {
        path: String,
    },
    FolderRemoved {
        path: String,
    },
}

/// An operation and its time, by a clock shared by all processes.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    pub at: Duration,
    pub done: Operation,
}

/// The library preloaded into the program: it suppresses all syncs, and records the operations if `recorded` requests it.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/store/power/recorder.c");
        let (made, library) =
            (folder.join(format!("power-recorder-{}.so", process::id())), folder.join("power-recorder.so"));
        // A C compiler exists wherever SQLite was compiled for these tests.
        let mut compiler = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
        compiler.args(["-std=gnu11", "-O1", "-shared", "-fPIC", "-pthread", "-o"]).arg(&made).arg(source);
        assert!(compiler.status().unwrap().success(), "the recorder cannot be compiled");
        fs::rename(&made, &library).unwrap();
        library
    })
}

/// The program, without syncs.
pub fn unsynced() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.env("LD_PRELOAD", library());
    command
}

/// The program, with its operations on the files of `root` appended to `log`.
pub fn recorded(root: &Path, log: &Path) -> Command {
    let mut command = unsynced();
    command.env("ATALAIA_POWER_ROOT", root).env("ATALAIA_POWER_LOG", log);
    command
}

/// Reads a record.
pub fn steps(log: &Path) -> Vec<Step> {
    let bytes = fs::read(log).unwrap();
    let mut rest = &bytes[..];
    let mut steps = Vec::new();
    while let Some((head, behind)) = rest.split_first_chunk::<32>() {
        let number = |from: usize| u32::from_le_bytes(head[from..from + 4].try_into().unwrap());
        let long = |from: usize| u64::from_le_bytes(head[from..from + 8].try_into().unwrap());
        let (file, offset, at) = (number(4), long(8) as usize, Duration::from_nanos(long(16)));
        let (path, behind) = behind.split_at(number(24) as usize);
        let (data, behind) = behind.split_at(number(28) as usize);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let path = text(path);
        let done = match head[0] {
            b'P' => Operation::Begun,
            b'O' => Operation::Opened { file, path },
            b'C' => Operation::Made { file, path },
            b'W' => Operation::Written { file, offset, bytes: data.to_vec() },
            b'T' => Operation::Cut { file, length: offset },
            b'S' => Operation::Synced { file },
            b'D' => Operation::FolderSynced { path },
            b'R' => Operation::Renamed { from: path, to: text(data) },
            b'U' => Operation::Removed { path },
            b'M' => Operation::FolderMade { path },
            b'X' => Operation::FolderRemoved { path },
            other => panic!("no kind of record: {other}"),
        };
        steps.push(Step { at, done });
        rest = behind;
    }
    assert!(rest.is_empty(), "the last record is cut off");
    steps
}

/// A control with a broken promise: every line of a sink is written before the store's transaction that it belongs to.
pub fn told_before_stored(steps: &[Step], sink: &str, log: &str) -> Vec<Step> {
    let mut names = BTreeMap::new();
    let mut moved: Vec<Step> = Vec::new();
    // Where the latest transaction begins.
    let (mut begins, mut is_open) = (0, false);
    for step in steps {
        match &step.done {
            Operation::Begun => names.clear(),
            Operation::Opened { file, path } | Operation::Made { file, path } => {
                names.insert(*file, path.clone());
                if path == sink {
                    // Not before it exists.
                    begins = moved.len() + 1;
                }
            }
            Operation::Written { file, .. } if names[file] == log && !is_open => {
                (begins, is_open) = (moved.len(), true);
            }
            Operation::Synced { file } if names.get(file).is_some_and(|name| name == log) => is_open = false,
            Operation::Written { file, .. } if names[file] == sink => {
                moved.insert(begins, step.clone());
                continue;
            }
            _ => {}
        }
        moved.push(step.clone());
    }
    moved
}
