//! A bundle's tar file is written one way, and read only if it was.

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
    refused(&raw(&[("b", b"1", tar::EntryType::Regular), ("a", b"2", tar::EntryType::Regular)]), "something between");
    refused(b"", "something between");
}
