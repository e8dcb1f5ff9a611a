//! Expiry of the certificates in a file, and whether the files have changed since they were read.
//!
//! The date is read straight from the DER encoding: rustls checks it during a handshake but does not hand it out.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::certificates::certificates;
use super::settings::Settings;
use atalaia_core::base::time::Time;

/// DER tags (X.690, 8.1.2; X.509, 4.1). `VERSION` is the explicit tag of the first field, which version 1 leaves out.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Expiry of the certificates in one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Validity {
    /// The key of the settings that names the file: `ca` or `certificate`.
    pub key: &'static str,
    /// The file.
    pub file: PathBuf,
    /// For `certificate`, the earliest end of validity in the file. For `ca`, the latest, because a file may contain an old authority next
    /// to its successor.
    pub until: Time,
}

/// State of the files: inode, size and modification time. It differs once a file has been replaced or written to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stamps(Vec<Option<(u64, u64, i64, i64)>>);

impl Settings {
    /// Expiry of the certificates in the configured files. Unreadable files are left out; connecting reports them.
    pub fn validity(&self) -> Vec<Validity> {
        let ends = |file: &Path| -> Vec<Time> {
            let read = certificates(file).unwrap_or_default();
            read.iter().filter_map(|certificate| not_after(certificate)).collect()
        };
        // One date per file. Authorities serve until the last of them expires; our own chain fails with the first.
        let ca = self.ca.iter().filter_map(|file| Some(("ca", file, ends(file).into_iter().max()?)));
        let own = self.certificate.iter().filter_map(|file| Some(("certificate", file, ends(file).into_iter().min()?)));
        ca.chain(own).map(|(key, file, until)| Validity { key, file: file.clone(), until }).collect()
    }

    /// State of the configured files now.
    pub fn stamps(&self) -> Stamps {
        let stamp = |file: &PathBuf| {
            let found = fs::metadata(file).ok()?;
            Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
        };
        Stamps([&self.ca, &self.certificate, &self.key].into_iter().flatten().map(stamp).collect())
    }
}

/// End of a certificate's validity (RFC 5280, 4.1.2.5); `None` if the bytes are not a certificate.
fn not_after(certificate: &[u8]) -> Option<Time> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut fields, _) = element(certificate, SEQUENCE)?;
    if let Some((_, rest)) = element(fields, VERSION) {
        fields = rest;
    }
    // Serial number, signature algorithm and issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, fields) = element(fields, tag)?;
    }
    let (validity, _) = element(fields, SEQUENCE)?;
    let either = |bytes| {
        element(bytes, UTC_TIME)
            .map(|found| (found, true))
            .or_else(|| element(bytes, GENERALIZED_TIME).map(|found| (found, false)))
    };
    let ((_, rest), _) = either(validity)?;
    let ((text, _), is_short) = either(rest)?;
    let text = std::str::from_utf8(text).ok()?;
    // UTCTime has two digits for the year: 50 to 99 are in the twentieth century (RFC 5280, 4.1.2.5.1).
    let century = match (is_short, text.get(..2)?.parse::<u32>().ok()?) {
        (false, _) => "",
        (true, 50..) => "19",
        (true, _) => "20",
    };
    let digits = format!("{century}{text}");
    let part = |from: usize, to: usize| digits.get(from..to);
    let (date, clock) = (part(0, 8)?, part(8, 14)?);
    let [year, month, day] = [date.get(..4)?, date.get(4..6)?, date.get(6..8)?];
    let [hour, minute, second] = [clock.get(..2)?, clock.get(2..4)?, clock.get(4..6)?];
    Time::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

/// Splits off the DER element at the start: its contents and the rest. `None` if the tag differs or the element is cut short.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match usize::from(*length) {
        short @ ..0x80 => (short, rest),
        long => {
            let (digits, rest) = rest.split_at_checked(long & 0x7f).filter(|(digits, _)| digits.len() <= 4)?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wires").join(name)
    }

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let settings =
            Settings { ca: Some(beside("lapsed-ca.pem")), certificate: Some(beside("lapsed.pem")), key: None };
        let told: Vec<String> =
            settings.validity().iter().map(|found| format!("{} {}", found.key, found.until)).collect();
        assert_eq!(told, ["ca 2126-10-29T21:09:32Z", "certificate 2021-01-01T00:00:00Z"]);
    }

    #[test]
    fn bytes_that_are_not_a_certificate_have_no_end() {
        let whole = certificates(&beside("server.pem")).expect("a certificate")[0].to_vec();
        assert!(not_after(&whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(not_after(&whole[..length]), None, "cut to {length} bytes");
        }
        for bad in [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0xff, 0]] {
            assert_eq!(not_after(bad), None);
        }
    }

    #[test]
    fn a_file_that_is_put_in_the_place_of_another_is_noticed() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let file = folder.path().join("own.pem");
        fs::write(&file, "one").expect("written");
        let settings = Settings { certificate: Some(file.clone()), ..Settings::default() };
        let before = settings.stamps();
        assert_eq!(settings.stamps(), before);
        fs::write(folder.path().join("new.pem"), "two").expect("written");
        fs::rename(folder.path().join("new.pem"), &file).expect("renamed");
        assert_ne!(settings.stamps(), before);
        fs::remove_file(&file).expect("removed");
        assert_ne!(settings.stamps(), before);
    }
}
