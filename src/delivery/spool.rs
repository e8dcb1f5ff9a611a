//! A folder from which another program collects messages. Each file appears complete or not at all.
//!
//! The file is written under another name, synced and renamed, and the folder is synced after it. A program that collects the files
//! therefore never sees half a message, and a message counts as delivered only when it survives a power cut.

use std::path::{Path, PathBuf};

use super::send::{Delivery, SendError};
use crate::platform::disk::{RealDisk, create_folders, write_whole};
use atalaia_core::base::fault::Fault;

/// The spool folder.
#[derive(Debug)]
pub(super) struct Spool {
    /// Absolute.
    folder: PathBuf,
}

impl Spool {
    /// The folder is created with the first message.
    pub(super) fn new(folder: &Path) -> Spool {
        Spool { folder: folder.to_owned() }
    }

    /// Writes the message durably as `<key>.xml`, replacing an earlier file with the same key.
    /// Writing blocks, so it runs on another thread. Every failure is temporary: disks are emptied and mounted again.
    pub(super) async fn put(&self, delivery: &Delivery, text: String) -> Result<(), SendError> {
        // The key is an id and a revision. Anything else could lead out of the folder.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !delivery.key.bytes().all(is_plain) {
            return Err(SendError::Refused { reason: "its id is not a name of a file".to_owned() });
        }
        let (folder, path) = (self.folder.clone(), self.folder.join(format!("{}.xml", delivery.key)));
        let shown = path.display().to_string();
        let written = tokio::task::spawn_blocking(move || {
            create_folders(&RealDisk, &folder)?;
            write_whole(&RealDisk, &path, text.as_bytes())
        });
        let failed = |reason: String| SendError::Later { wait: None, reason: format!("{shown}: {reason}") };
        match written.await {
            Ok(outcome) => outcome.map_err(|error| failed(error.to_string())),
            Err(stopped) => Err(failed(stopped.to_string())),
        }
    }
}

/// Why the folder of the key `spool` cannot be created; `None` if it exists or the folder around it does.
/// A missing folder is created when needed. If the folder around it is missing too, the path is more likely wrong, or a disk not mounted.
pub(super) fn problem(spool: &Path) -> Option<Fault> {
    let around = spool.parent().filter(|around| *around != Path::new(""));
    let is_missing = !spool.is_dir() && around.is_some_and(|around| !around.is_dir());
    let what = || format!("the folder around {} does not exist", spool.display());
    is_missing.then(|| Fault::new("spool", what()).advise("create it, or write another path"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::testing::sample;

    #[tokio::test]
    async fn a_message_is_there_whole_and_nothing_beside_it() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let spool = Spool::new(&folder.path().join("out/cise"));
        let delivery = sample("rendezvous-opened", |_| {});
        for text in ["<a/>", "<b/>"] {
            spool.put(&delivery, text.to_owned()).await.expect("put");
        }
        let names: Vec<String> = std::fs::read_dir(folder.path().join("out/cise"))
            .expect("made")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        assert_eq!(names, [format!("{}.xml", delivery.key)]);
        assert_eq!(std::fs::read_to_string(folder.path().join("out/cise").join(&names[0])).expect("text"), "<b/>");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_created_is_named_and_tried_again() {
        let folder = tempfile::TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("file"), "").expect("written");
        let spool = Spool::new(&folder.path().join("file"));
        let error = spool.put(&sample("rendezvous-opened", |_| {}), "<a/>".to_owned()).await.expect_err("no folder");
        assert!(matches!(&error, SendError::Later { reason, .. } if reason.contains("/file/")), "{error}");
    }

    #[tokio::test]
    async fn an_id_never_leads_out_of_the_folder() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let delivery = sample("rendezvous-opened", |change| change["alert"]["id"] = "../../x".into());
        let outcome = Spool::new(folder.path()).put(&delivery, "<a/>".to_owned()).await;
        assert!(matches!(outcome, Err(SendError::Refused { .. })));
    }
}
