//! Secrets of the settings, given by the place where they are kept, read on demand and never shown.
//!
//! Errors name the place and never quote the content.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io};

use serde::{Deserialize, Serialize};

use atalaia_core::base::fault::Fault;

/// Variable in which systemd passes the folder of `LoadCredential=` files.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Maximum size of a secret file. Bytes. A `.creds` file with its comments has a few kilobytes.
const LONGEST: u64 = 64 * 1024;

/// Where a secret is kept: `{ file = "PATH" }` or `{ credential = "NAME" }` (systemd's `LoadCredential=`).
///
/// Settings never hold the secret itself, so that they can be copied, printed and kept with the evidence.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Secret {
    /// Path of a file that only its owner and group can read.
    File(PathBuf),
    /// Name of a credential passed by systemd.
    Credential(String),
}

/// A secret that has been read; prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Revealed(String);

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file is missing or cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
    /// Not a regular file. Pipes and devices cannot be read twice.
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The file is accessible to other users.
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The file is empty, larger than 64 KiB or not UTF-8 text.
    NoText {
        /// The file.
        path: PathBuf,
    },
    /// systemd passed no credentials to this process.
    NoCredentials {
        /// Name of the credential.
        name: String,
    },
}

impl SecretError {
    /// The same as a fault of the setting that names the secret.
    pub fn fault(&self) -> Fault {
        match self {
            SecretError::File { path, cause } => {
                Fault::new("", format!("{}: {cause}", path.display())).advise("write the path of the secret's file")
            }
            SecretError::NoFile { path } => Fault::new("", format!("{}: is not an ordinary file", path.display()))
                .advise("write the path of the secret's file"),
            SecretError::Open { path } => {
                let what = format!("{}: users other than its owner and group have access", path.display());
                Fault::new("", what).advise("chmod o-rwx it")
            }
            SecretError::NoText { path } => {
                Fault::new("", format!("{}: holds no secret", path.display())).advise("write it as one line of text")
            }
            SecretError::NoCredentials { name } => {
                Fault::new("", format!("credential \"{name}\": systemd has passed no credentials"))
                    .advise(format!("add LoadCredential={name}:PATH to the unit"))
            }
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault().fmt(f)
    }
}

impl Secret {
    /// What is wrong with this setting beyond the ranges of single keys.
    pub fn problems(&self) -> Vec<Fault> {
        match self {
            Secret::Credential(name) if !is_plain(name) => {
                vec![
                    Fault::new("credential", "is not a name of a credential")
                        .advise("write letters, digits, `.`, `_` and `-`"),
                ]
            }
            Secret::File(file) if file.as_os_str().is_empty() => {
                vec![Fault::new("file", "is empty").advise("write a path")]
            }
            _ => Vec::new(),
        }
    }

    /// Resolves a relative file path against `folder`.
    pub fn within(&mut self, folder: &Path) {
        if let Secret::File(file) = self {
            *file = folder.join(&*file);
        }
    }

    /// Reads the secret without surrounding white space.
    ///
    /// # Errors
    /// If the place is missing or unreadable, is not an ordinary file, is open to other users, or holds no text.
    pub fn read(&self) -> Result<Revealed, SecretError> {
        let path = match self {
            Secret::File(path) => path.clone(),
            Secret::Credential(name) => match env::var_os(CREDENTIALS) {
                Some(folder) => Path::new(&folder).join(name),
                None => return Err(SecretError::NoCredentials { name: name.clone() }),
            },
        };
        let failed = |cause| SecretError::File { path: path.clone(), cause };
        let found = fs::metadata(&path).map_err(failed)?;
        if !found.is_file() {
            return Err(SecretError::NoFile { path });
        }
        // systemd protects the folder of its credentials, whatever the mode of the files.
        if matches!(self, Secret::File(_)) && is_open_to_all(&found) {
            return Err(SecretError::Open { path });
        }
        // A mistaken path may lead to a file of gigabytes.
        let text = match found.len() <= LONGEST {
            true => fs::read(&path).map_err(|cause| SecretError::File { path: path.clone(), cause })?,
            false => Vec::new(),
        };
        match String::from_utf8(text).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) {
            Some(text) => Ok(Revealed(text)),
            None => Err(SecretError::NoText { path }),
        }
    }
}

/// Whether this can be the name of a credential: one file name, which leads out of no folder.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.bytes().all(plain) && ![".", ".."].contains(&name)
}

/// Whether users other than the owner and group have any access.
fn is_open_to_all(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o007 != 0
}

impl Revealed {
    /// The secret itself, only for the code that sends it or signs with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn kept(text: &[u8], mode: u32) -> (tempfile::TempDir, Secret) {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("token");
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
        (folder, Secret::File(path))
    }

    #[test]
    fn it_is_read_without_its_line_end_and_prints_as_stars() {
        let (_folder, secret) = kept(b"  hunter2-canary\n", 0o600);
        let revealed = secret.read().expect("a secret");
        assert_eq!(revealed.expose(), "hunter2-canary");
        assert_eq!(format!("{revealed} {revealed:?} {revealed:#?}"), "*** *** ***");
        assert!(!format!("{secret:?} {}", serde_json::to_string(&secret).expect("plain")).contains("hunter2"));
    }

    #[test]
    fn a_world_readable_file_is_refused() {
        let (_folder, secret) = kept(b"hunter2", 0o644);
        let error = secret.read().expect_err("refused").to_string();
        assert!(error.ends_with("chmod o-rwx it") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn an_empty_or_binary_file_is_refused() {
        for text in [&b"  \n"[..], &[0xff, 0xfe], &[b'a'; 70_000]] {
            let (_folder, secret) = kept(text, 0o600);
            assert!(matches!(secret.read(), Err(SecretError::NoText { .. })));
        }
        assert!(matches!(Secret::File("/no/such/token".into()).read(), Err(SecretError::File { .. })));
    }

    #[test]
    fn a_folder_is_refused_as_such_whatever_its_mode() {
        let folder = tempfile::TempDir::new().expect("a folder");
        for mode in [0o700, 0o755] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("set");
            assert!(matches!(Secret::File(folder.path().into()).read(), Err(SecretError::NoFile { .. })));
        }
    }

    #[test]
    fn the_settings_name_a_place_and_no_other_key() {
        let read = |text: &str| toml::from_str::<std::collections::BTreeMap<String, Secret>>(text);
        let secret = read("token = { credential = \"aisstream\" }").expect("a place");
        assert_eq!(secret["token"], Secret::Credential("aisstream".to_owned()));
        assert!(read("token = \"hunter2\"").is_err(), "no secret stands in the settings themselves");
        assert!(read("token = { value = \"hunter2\" }").is_err());
        assert_eq!(Secret::Credential("../etc/passwd".to_owned()).problems().len(), 1);
    }
}
