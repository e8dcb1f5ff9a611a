//! Reads the watchlists: every CSV file in the folder named in the settings.
//!
//! A folder is taken whole or not at all: half of the lists would watch fewer ships, and nothing would show it.

use std::path::Path;
use std::sync::Arc;

use super::files::{Files, Texts, text_of};
use super::problem::Problem;
use atalaia_core::base::fault::Fault;
use atalaia_core::zones::{ListError, Watchlists};

/// Maximum size of all lists together, in bytes of text: 268 MB. During a reload they must fit into memory beside those in force.
const MOST_BYTES: u64 = 256 << 20;

/// Watchlists as read.
pub(super) struct ListFiles {
    /// The rows of all files, ready to be looked up.
    pub(super) lists: Arc<Watchlists>,
    /// Path and text of each file.
    pub(super) texts: Arc<Texts>,
    /// Rows that are probably mistaken.
    pub(super) warnings: Vec<Problem>,
}

/// Reads all lists of a folder, or reports every error in them. `known` is reused if the files are unchanged. Without a folder there are
/// no lists.
///
/// # Errors
/// Every file that cannot be read or does not fit, otherwise every faulty row, with its line.
pub(super) fn read_watchlists(
    folder: Option<&Path>,
    place: Files<'_>,
    known: Option<&Arc<Watchlists>>,
) -> Result<ListFiles, Vec<Problem>> {
    let Some(folder) = folder else {
        return Ok(ListFiles { lists: Arc::default(), texts: Arc::default(), warnings: Vec::new() });
    };
    let files = read_texts(folder, place)?;
    let of_error = |ListError { file, line, fault }: ListError| {
        let whole = files.iter().find(|(name, _)| *name == file).zip(line);
        match whole {
            Some(((name, whole), line)) => Problem::of_line(name, whole, line as usize, fault),
            None => Problem::of_file(file, fault),
        }
    };
    // Large lists take time to parse, and most reloads do not change them.
    let lists = match known.filter(|known| known.digest() == Watchlists::digest_of(&files)) {
        Some(known) => Arc::clone(known),
        None => {
            let parsed = Watchlists::parse(&files);
            Arc::new(parsed.map_err(|errors| errors.into_iter().map(of_error).collect::<Vec<_>>())?)
        }
    };
    let warnings = lists.doubts().iter().cloned().map(of_error).collect();
    Ok(ListFiles { lists, texts: Arc::new(files), warnings })
}

/// Reads the `*.csv` files of a folder in order of their paths, or reports every one that cannot be read. A folder
/// without any is sound.
fn read_texts(folder: &Path, place: Files<'_>) -> Result<Texts, Vec<Problem>> {
    let of_folder = |error: std::io::Error| {
        let fault = Fault::new("watchlists.folder", error.to_string());
        let fault = fault.advise("write the path of a folder of *.csv files, or \"\" for none");
        vec![Problem::of_file(folder.display().to_string(), fault)]
    };
    let mut paths = place.list(folder).map_err(of_folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    let (mut files, mut problems, mut all) = (Vec::new(), Vec::new(), 0);
    for path in paths {
        let name = path.display().to_string();
        let (_, size) = place.measure(&path);
        let before = all;
        // A list that does not fit counts too: it is reported, and so are all after it.
        all += size;
        let read = match MOST_BYTES < all {
            true => {
                let (size, before) = (size as f64 / 1e6, before as f64 / 1e6);
                let what = format!("does not fit: it is {size:.1} MB large, after {before:.1} MB of other lists");
                let most = MOST_BYTES / 1_000_000;
                let advice = format!("leave rows or columns out: all lists together may have {most} MB");
                Err(Fault::new("", what).advise(advice))
            }
            false => place.bytes(&path).map_err(|error| error.to_string().into()).and_then(text_of),
        };
        match read {
            Ok(text) => files.push((name, text)),
            Err(fault) => problems.push(Problem::of_file(name, fault)),
        }
    }
    match problems.is_empty() {
        true => Ok(files),
        false => Err(problems),
    }
}
