//! The files that make up the settings: one file, or that of a folder, and the drop-ins in `conf.d` beside it.
//!
//! Drop-ins let a package, a fleet and a site each have a file of their own. Their names decide which comes last and
//! wins, so they begin with numbers by custom.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::files::text_of;
use super::layers::Layer;
use super::problem::Problem;
use super::watch::{FileSet, Names};
use atalaia_core::base::fault::Fault;

/// Name of the settings file in a folder that holds one: that of the operator, or a record of settings in force.
pub const SETTINGS_FILE: &str = "atalaia.toml";
/// Name of the folder of drop-ins, beside the settings file. It need not exist.
const DROP_INS: &str = "conf.d";
/// Maximum size of a settings file, in bytes. Settings are written by hand, so a larger file is a mistake.
const LARGEST_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// The settings file, which also determines the folder of its drop-ins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    /// The settings file itself. It need not exist.
    file: PathBuf,
}

impl Places {
    /// The settings named on the command line: a file, or a folder with an `atalaia.toml`.
    pub fn of(given: &Path) -> Places {
        match given.is_dir() {
            true => Places { file: given.join(SETTINGS_FILE) },
            false => Places { file: given.to_owned() },
        }
    }

    /// Folder that relative paths in the settings and drop-ins refer to.
    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// Reads the settings file, then the drop-ins in order of name.
    ///
    /// # Errors
    /// Every file that cannot be read, is too large or is not UTF-8. A missing settings file is an error; a missing `conf.d` is not.
    pub(super) fn read(&self) -> Result<Vec<Layer>, Vec<Problem>> {
        let (mut layers, mut problems) = (Vec::new(), Vec::new());
        let drop_ins = self.drop_ins().unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        for path in std::iter::once(self.file.clone()).chain(drop_ins) {
            let file = path.display().to_string();
            match read_text(&path) {
                Ok(text) => layers.push(Layer { file, text }),
                Err(fault) => problems.push(Problem::of_file(file, fault)),
            }
        }
        if problems.is_empty() { Ok(layers) } else { Err(problems) }
    }

    /// The drop-ins in order of name. Hidden files are skipped, because editors create them while saving.
    fn drop_ins(&self) -> Result<Vec<PathBuf>, Problem> {
        let folder = self.folder().join(DROP_INS);
        let of_folder = |error: io::Error| Problem::of_file(folder.display().to_string(), error.to_string());
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(of_folder(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(of_folder)?.path();
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if !hidden && path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// What to watch for changes of the settings: the files, the folders they are in, and the targets of links.
    pub fn watched(&self) -> Vec<FileSet> {
        let named = |path: &Path, others: &[&str]| {
            let names = path.file_name().map(OsString::from).into_iter().chain(others.iter().map(OsString::from));
            let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
            FileSet { folder: folder.to_owned(), names: Names::Any(names.collect()), settings: true }
        };
        // Kubernetes updates mounted settings by switching the link `..data`.
        let mut all = vec![named(&self.file, &[DROP_INS, "..data"])];
        if let Ok(end) = fs::canonicalize(&self.file) {
            all.push(named(&end, &[]));
        }
        let drop_ins = self.folder().join(DROP_INS);
        if drop_ins.is_dir() {
            all.push(FileSet { folder: drop_ins, names: Names::Ending("toml"), settings: true });
        }
        if let Some(folder) = self.file.parent().filter(|folder| folder.file_name().is_some()) {
            all.push(named(folder, &[]));
        }
        all
    }
}

/// Reads one settings file; the fault does not name it.
fn read_text(path: &Path) -> Result<String, Fault> {
    let unreadable = |error: io::Error| Fault::from(error.to_string());
    let not_a_file = |what: &str| Err(Fault::new("", what).advise("write the path of a settings file"));
    // Reading a pipe or device might never begin or end.
    let found = fs::metadata(path).map_err(unreadable)?;
    if found.is_dir() {
        return not_a_file("is a folder");
    }
    if !found.is_file() {
        return not_a_file("is not an ordinary file");
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if LARGEST_FILE_BYTES < bytes.len() as u64 {
        let megabytes = found.len().max(LARGEST_FILE_BYTES + 1) / 1_000_000;
        return Err(
            Fault::new("", format!("is {megabytes} MB large")).advise("leave something out: at most 4 MB are read")
        );
    }
    text_of(bytes)
}
