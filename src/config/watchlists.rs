//! Reads the watchlists: every CSV file in the folder named in the settings.

use std::path::Path;
use std::sync::Arc;

use super::files::{Files, Texts};
use super::problem::Problem;
use atalaia_core::zones::{ListError, Watchlists};

/// Maximum size of all lists together, in bytes of text. During a reload they must fit into memory beside those in force.
const MOST_BYTES: u64 = 256 << 20;

/// Watchlists as read.
pub(super) struct ListsRead {
    pub(super) lists: Arc<Watchlists>,
    /// Path and text of each file.
    pub(super) texts: Arc<Texts>,
}

/// Reads all lists of a folder, or reports every error in them. `known` is reused if the files are unchanged. Without a folder there are
/// no lists.
pub(super) fn read_watchlists(
    folder: Option<&Path>,
    place: Files<'_>,
    known: Option<&Arc<Watchlists>>,
) -> Result<ListsRead, Vec<Problem>> {
    let Some(folder) = folder else {
        return Ok(ListsRead { lists: Arc::default(), texts: Arc::default() });
    };
    let files = read_texts(folder, place)?;
    if let Some(known) = known.filter(|known| known.digest() == Watchlists::digest_of(&files)) {
        return Ok(ListsRead { lists: Arc::clone(known), texts: Arc::new(files) });
    }
    let of_error = |error: ListError| match error {
        ListError::File { file, what } => Problem::of_file(file, what),
        ListError::Row { file, line, column, what } => {
            let text = format!("column {column}: {what}");
            match files.iter().find(|(name, _)| *name == file) {
                Some((name, whole)) => Problem::of_line(name, whole, line as usize, text),
                None => Problem::of_file(file, text),
            }
        }
    };
    let lists = Watchlists::parse(&files).map_err(|errors| errors.into_iter().map(of_error).collect::<Vec<_>>())?;
    Ok(ListsRead { lists: Arc::new(lists), texts: Arc::new(files) })
}

fn read_texts(folder: &Path, place: Files<'_>) -> Result<Texts, Vec<Problem>> {
    let of_folder = |error: std::io::Error| {
        let text = format!("watchlists.folder: {error}; write the path of a folder of *.csv files, or \"\" for none");
        vec![Problem::of_file(folder.display().to_string(), text)]
    };
    let mut paths = place.list(folder).map_err(of_folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    let (mut files, mut problems, mut all) = (Vec::new(), Vec::new(), 0);
    for path in paths {
        let name = path.display().to_string();
        let (_, size) = place.measure(&path);
        let before = all;
        all += size;
        let read = match MOST_BYTES < all {
            true => Err(format!(
                "does not fit: it is {:.1} MB large, after {:.1} MB of other lists; all lists together may have {} MB: leave rows or \
                 columns out",
                size as f64 / 1e6,
                before as f64 / 1e6,
                MOST_BYTES / 1_000_000
            )),
            false => place.text(&path).map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => "is not UTF-8 text; save it as UTF-8".to_owned(),
                _ => error.to_string(),
            }),
        };
        match read {
            Ok(text) => files.push((name, text)),
            Err(text) => problems.push(Problem::of_file(name, text)),
        }
    }
    match problems.is_empty() {
        true => Ok(files),
        false => Err(problems),
    }
}
