//! The tar file of a bundle. There is only one way to write it, so any other layout is detected byte for byte.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::error::EvidenceError;
use super::manifest::{MANIFEST, SIGNATURE};

/// Maximum size of a bundle in bytes. A larger file is refused.
pub const LARGEST_BUNDLE_BYTES: u64 = 2 << 30;
/// Maximum number of members. A file with more is refused.
pub const MOST_MEMBERS: usize = 100_000;
/// Maximum length of a member's name in bytes: the name field of a ustar header.
pub(super) const LONGEST_NAME: usize = 100;

/// What every header of a tar file contains (POSIX.1-1988), and where.
const TAR_MARK: &[u8] = b"ustar";
const TAR_MARK_AT: usize = 257;

/// Contents of the members, by name.
pub(super) type Members = BTreeMap<String, Vec<u8>>;

/// Writes a tar file with these members: the manifest and its signature first, the others in order of their names.
pub(super) fn write(members: &Members) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    let first = [MANIFEST, SIGNATURE];
    // First, so that a reader of the beginning alone can tell what the file is.
    let ahead = first.iter().filter_map(|name| members.get_key_value(*name));
    let others = members.iter().filter(|(name, _)| !first.contains(&name.as_str()));
    for (name, content) in ahead.chain(others) {
        if !is_plain(name) {
            return Err(io::Error::other(format!("{name}: cannot be the name of a member")));
        }
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        // No time, no owner and one mode: the same content gives the same bytes, at any time and for any user.
        header.set_mode(0o444);
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        tar.append_data(&mut header, name, content.as_slice())?;
    }
    tar.into_inner()
}

/// Reads the members of a tar file, and refuses it unless [`write()`] would give the same bytes.
///
/// # Errors
/// `NotABundle` for a file of another kind; `Damaged` for any other that [`write()`] did not make.
pub(super) fn read(bytes: &[u8]) -> Result<Members, EvidenceError> {
    let damaged = |why: String| Err(EvidenceError::Damaged(why));
    if LARGEST_BUNDLE_BYTES < bytes.len() as u64 {
        return damaged(format!("it has {} bytes; no bundle has more than {LARGEST_BUNDLE_BYTES}", bytes.len()));
    }
    // A change of a single byte cannot take both the name of the first member and the mark of a tar file away.
    // An empty file may be all that is left of a bundle.
    let is_tar = bytes.get(TAR_MARK_AT..TAR_MARK_AT + TAR_MARK.len()) == Some(TAR_MARK);
    if !bytes.is_empty() && !is_tar && !bytes.starts_with(MANIFEST.as_bytes()) {
        return Err(EvidenceError::NotABundle);
    }
    let no_tar = |error: io::Error| EvidenceError::Damaged(format!("it is not a complete tar file: {error}"));
    let mut members = Members::new();
    let mut tar = tar::Archive::new(bytes);
    for entry in tar.entries().map_err(no_tar)? {
        // Raw entries: a long name, a sparse file or an extended header must show up as a member of another type.
        let mut entry = entry.map_err(no_tar)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != tar::EntryType::Regular {
            return damaged(format!("{name} is not an ordinary file but {:?}", entry.header().entry_type()));
        }
        if !is_plain(&name) {
            return damaged(format!("{name} is not a valid member name"));
        }
        if MOST_MEMBERS <= members.len() {
            return damaged(format!("it has more than {MOST_MEMBERS} members"));
        }
        let claimed = entry.size();
        // A claimed size may be any number; memory is reserved only for bytes that are there.
        if (bytes.len() as u64) < claimed {
            return damaged(format!("{name} claims {claimed} bytes, more than the whole file has"));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(no_tar)?;
        if content.len() as u64 != claimed {
            return damaged(format!("{name} is cut off: {} of {claimed} bytes", content.len()));
        }
        if members.insert(name.clone(), content).is_some() {
            return damaged(format!("{name} is in it more than once"));
        }
    }
    match write(&members) {
        Ok(again) if again == bytes => Ok(members),
        _ => damaged(
            "its layout is not that of this program: there is something between or behind its members".to_owned(),
        ),
    }
}

/// Whether this can be the name of a member: at most 100 bytes of letters, digits, `.`, `-`, `_`, `+` and spaces, in
/// parts that are not empty, `.` or `..`.
pub(super) fn is_plain(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+ ".contains(&byte);
    name.len() <= LONGEST_NAME
        && name.split('/').all(|part| !matches!(part, "" | "." | "..") && part.bytes().all(letter))
}

#[cfg(test)]
mod tests;
