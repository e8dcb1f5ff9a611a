//! The watchlists: every CSV file of the folder the settings name.

use std::path::Path;

use super::Problem;
use super::files::{Files, Texts};
use super::words::meant;
use crate::zones::{ListError, Watchlists};

/// A list of ships is text; more is a mistake.
const LARGEST_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Reads all lists of a folder, or tells everything that is wrong with them. Without a folder there are none. Also the
/// path and text of each file.
pub(super) fn read_watchlists(folder: Option<&Path>, place: Files<'_>) -> Result<(Watchlists, Texts), Vec<Problem>> {
    let Some(folder) = folder else {
        return Ok((Watchlists::default(), Vec::new()));
    };
    let of_folder = |error: std::io::Error| {
        let text = format!("watchlists.folder: {error}; write the path of a folder of *.csv files, or \"\" for none");
        vec![Problem::of_file(folder.display().to_string(), text)]
    };
    let mut paths = place.list(folder).map_err(of_folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.display().to_string();
        let (_, size) = place.measure(&path);
        let read = match LARGEST_FILE_BYTES < size {
            true => Err(format!("is {} MB large; at most 64 MB are read", size / 1_000_000)),
            false => place.text(&path).map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => "is no UTF-8 text; save it as UTF-8".to_owned(),
                _ => error.to_string(),
            }),
        };
        match read {
            Ok(text) => files.push((name, text)),
            Err(text) => problems.push(Problem::of_file(name, text)),
        }
    }
    let of_error = |error: ListError| {
        let text = meant(format!("column {}: {}", error.column, error.what));
        match files.iter().find(|(name, _)| *name == error.file) {
            Some((name, whole)) => Problem::of_line(name, whole, error.line as usize, text),
            None => Problem::of_file(error.file, text),
        }
    };
    let lists = Watchlists::parse(&files).map_err(|errors| problems.extend(errors.into_iter().map(of_error)));
    match lists {
        Ok(lists) if problems.is_empty() => Ok((lists, files)),
        Ok(_) | Err(()) => Err(problems),
    }
}
