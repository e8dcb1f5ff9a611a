//! Zone files: from the folder of the settings, or the ones built into the program.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use super::Problem;
use crate::engine::Chart;

/// Where zones come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ZoneSource {
    /// Every `*.geojson` of a folder.
    Folder(PathBuf),
    /// The zones shipped with the program.
    BuiltIn,
}

impl fmt::Display for ZoneSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ZoneSource::Folder(folder) => write!(f, "{}", folder.display()),
            ZoneSource::BuiltIn => f.write_str("built in"),
        }
    }
}

/// A zone file is text drawn by hand; more is a mistake.
const LARGEST_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Reads all zones, or tells everything that is wrong with their files.
pub fn read_zones(source: &ZoneSource) -> Result<Chart, Vec<Problem>> {
    match source {
        ZoneSource::BuiltIn => Ok(Chart::default()),
        ZoneSource::Folder(folder) => {
            let files = read_folder(folder)?;
            Chart::parse(&files).map_err(|errors| {
                let of_file = |error: String| Problem::of_file(folder.display().to_string(), error);
                errors.into_iter().map(of_file).collect()
            })
        }
    }
}

/// Name and text of every zone file, in order of name. Hidden files are what editors leave while saving.
fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Vec<Problem>> {
    let shown = folder.display().to_string();
    let failed = |error: std::io::Error| {
        vec![Problem::of_file(
            shown.clone(),
            format!("zones.folder: {error}; create it, or write the folder of the *.geojson files"),
        )]
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden
            && path
                .extension()
                .is_some_and(|extension| extension == "geojson")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if LARGEST_FILE_BYTES < size {
            problems.push(Problem::of_file(
                path.display().to_string(),
                format!("is {} MB large; at most 64 MB are read", size / 1_000_000),
            ));
            continue;
        }
        match fs::read_to_string(&path) {
            Ok(text) => files.push((name, text)),
            Err(error) => problems.push(Problem::of_file(
                path.display().to_string(),
                error.to_string(),
            )),
        }
    }
    if files.is_empty() && problems.is_empty() {
        problems.push(Problem::of_file(
            folder.display().to_string(),
            "zones.folder: holds no *.geojson file; add one, or write another folder",
        ));
    }
    match problems.is_empty() {
        true => Ok(files),
        false => Err(problems),
    }
}
