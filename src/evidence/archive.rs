//! The tar file of a bundle. There is only one way to write it, so any other layout is detected byte for byte.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::EvidenceError;
use super::manifest::{MANIFEST, SIGNATURE};

/// Maximum size of a bundle in bytes. A larger file is refused.
pub const LARGEST_BUNDLE_BYTES: u64 = 2 << 30;
/// Maximum number of members. A file with more is refused.
pub const MOST_MEMBERS: usize = 100_000;
/// Maximum length of a member's name in bytes: the name field of a ustar header.
pub(super) const LONGEST_NAME: usize = 100;

/// Contents of the members, by name.
pub(super) type Members = BTreeMap<String, Vec<u8>>;

/// Writes a tar file with these members: the manifest and its signature first, the others in order of their names.
pub(super) fn write(members: &Members) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    let first = [MANIFEST, SIGNATURE];
    let ahead = first.iter().filter_map(|name| members.get_key_value(*name));
    let others = members.iter().filter(|(name, _)| !first.contains(&name.as_str()));
    for (name, content) in ahead.chain(others) {
        if !is_plain(name) {
            return Err(io::Error::other(format!("{name}: cannot be the name of a member")));
        }
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o444);
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        tar.append_data(&mut header, name, content.as_slice())?;
    }
    tar.into_inner()
}

/// Reads the members of a tar file, and refuses it unless [`write()`] would give the same bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Members, EvidenceError> {
    let damaged = |why: String| Err(EvidenceError::Damaged(why));
    if LARGEST_BUNDLE_BYTES < bytes.len() as u64 {
        return damaged(format!("it has {} bytes; no bundle has more than {LARGEST_BUNDLE_BYTES}", bytes.len()));
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
mod tests {
    use super::*;

    fn members() -> Members {
        let of = |(name, content): (&str, &str)| (name.to_owned(), content.as_bytes().to_vec());
        [("b/c.txt", "two"), (MANIFEST, "{}"), ("a.txt", ""), (SIGNATURE, "s")].into_iter().map(of).collect()
    }

    fn raw(entries: &[(&str, &[u8], tar::EntryType)]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, content, kind) in entries {
            let mut header = tar::Header::new_ustar();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(content.len() as u64);
            header.set_mode(0o444);
            header.set_mtime(0);
            header.set_entry_type(*kind);
            header.set_cksum();
            tar.append(&header, *content).expect("memory takes it");
        }
        tar.into_inner().expect("memory takes it")
    }

    #[track_caller]
    fn refused(bytes: &[u8], part: &str) {
        let error = read(bytes).expect_err("it is refused").to_string();
        assert!(error.contains(part), "{error}");
    }

    #[test]
    fn members_are_read_back_and_written_the_same_every_time() {
        let bytes = write(&members()).expect("plain names");
        assert_eq!(bytes, write(&members()).expect("plain names"));
        assert_eq!(read(&bytes).expect("ours"), members());
        let names: Vec<_> = tar::Archive::new(&bytes[..])
            .entries()
            .expect("a tar")
            .map(|entry| entry.expect("whole").path().expect("a name").display().to_string())
            .collect();
        assert_eq!(names, [MANIFEST, SIGNATURE, "a.txt", "b/c.txt"]);
    }

    #[test]
    fn names_that_lead_elsewhere_links_and_doubles_are_refused() {
        use tar::EntryType;
        for name in ["../x", "/etc/passwd", "a/../../x", "a//b", "./a", "a\\b", "a\nb", ""] {
            refused(&raw(&[(name, b"x", EntryType::Regular)]), "not a valid member name");
        }
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Directory, EntryType::Fifo, EntryType::Char] {
            refused(&raw(&[("a", b"", kind)]), "is not an ordinary file");
        }
        refused(&raw(&[("a", b"1", EntryType::Regular), ("a", b"2", EntryType::Regular)]), "more than once");
    }

    #[test]
    fn false_sizes_cuts_and_hidden_bytes_are_refused() {
        let bytes = write(&members()).expect("plain names");
        let mut huge = raw(&[("a", b"x", tar::EntryType::Regular)]);
        let mut header = tar::Header::from_byte_slice(&huge[..512]).clone();
        header.set_size(1 << 40);
        header.set_cksum();
        huge[..512].copy_from_slice(header.as_bytes());
        refused(&huge, "claims 1099511627776 bytes");
        for cut in [1, 511, 512, 600, 1023, bytes.len() - 1024, bytes.len() - 1] {
            assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        refused(&[&bytes[..], &[0; 512]].concat(), "between or behind");
        refused(&[&bytes[..], b"more"].concat(), "between or behind");
        // Padding between the end of a member and the next header.
        let mut padded = bytes.clone();
        padded[512 + 100] = 1;
        refused(&padded, "between or behind");
        refused(
            &raw(&[("b", b"1", tar::EntryType::Regular), ("a", b"2", tar::EntryType::Regular)]),
            "something between",
        );
        refused(b"", "something between");
    }
}
