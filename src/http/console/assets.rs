//! The files of the console, made ready once at the start: named by their hash and compressed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use axum::body::Bytes;
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::files::FILES;

/// Placeholder in `index.html` for the folder of the files.
const BASE: &str = "{base}";
/// Name of the page that all addresses of the console show.
const INDEX: &str = "index.html";
/// Number of bytes of the hash that addresses contain. 64 bits: it tells versions apart and protects nothing.
const HASH_BYTES: usize = 8;

/// One file.
#[derive(Clone, Debug)]
pub(super) struct Asset {
    /// Content type.
    pub(super) kind: &'static str,
    /// The content.
    pub(super) plain: Bytes,
    /// The content compressed by gzip; `None` if that makes it no smaller.
    pub(super) zipped: Option<Bytes>,
}

/// All files.
#[derive(Debug)]
pub(super) struct Assets {
    /// Hash over names and contents, 16 hexadecimal digits.
    pub(super) hash: String,
    /// The page of all addresses.
    pub(super) index: Asset,
    /// Other files by their path in `web`.
    files: BTreeMap<&'static str, Asset>,
}

impl Assets {
    /// Makes all files ready.
    ///
    /// # Errors
    /// Compression into memory does not fail; the error type is that of `Write`.
    pub(super) fn new() -> io::Result<Assets> {
        let mut digest = Sha256::new();
        for (name, content) in FILES {
            digest.update((name.len() as u64).to_le_bytes());
            digest.update(name);
            digest.update((content.len() as u64).to_le_bytes());
            digest.update(content);
        }
        let hash: String = HEXLOWER.encode(&digest.finalize()[..HASH_BYTES]);
        let mut files = BTreeMap::new();
        let mut index = Bytes::new();
        for (name, content) in FILES {
            match *name == INDEX {
                true => {
                    let text = String::from_utf8_lossy(content).replace(BASE, &format!("/console/{hash}"));
                    index = Bytes::from(text);
                }
                false => drop(files.insert(*name, asset(name, Bytes::from_static(content))?)),
            }
        }
        Ok(Assets { hash, index: asset(INDEX, index)?, files })
    }

    /// The file at a path in `web`.
    pub(super) fn file(&self, path: &str) -> Option<&Asset> {
        self.files.get(path)
    }
}

/// A file with its content type and compressed form.
fn asset(name: &str, plain: Bytes) -> io::Result<Asset> {
    let kind = kind(name);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&plain)?;
    let zipped = encoder.finish()?;
    let zipped = (zipped.len() < plain.len()).then(|| Bytes::from(zipped));
    Ok(Asset { kind, plain, zipped })
}

/// The content type of a file, by the end of its name.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_page_names_its_files_by_the_hash() {
        let assets = Assets::new().expect("compressed");
        let index = String::from_utf8(assets.index.plain.to_vec()).expect("text");
        assert!(!index.contains(BASE), "{index}");
        let base = format!("/console/{}/", assets.hash);
        let named: Vec<&str> = index.split('"').filter_map(|part| part.strip_prefix(base.as_str())).collect();
        assert!(3 < named.len(), "{index}");
        for file in named {
            assert!(assets.file(file).is_some(), "{file} is named by the page and is not there");
        }
    }

    #[test]
    fn the_compressed_form_is_the_same_content() {
        let assets = Assets::new().expect("compressed");
        let main = assets.file("main.js").expect("there");
        let mut text = Vec::new();
        let zipped = main.zipped.as_ref().expect("smaller");
        flate2::read::GzDecoder::new(&zipped[..]).read_to_end(&mut text).expect("gzip");
        assert_eq!(text, main.plain);
        assert_eq!(main.kind, "text/javascript; charset=utf-8");
        assert!(assets.file("../mod.rs").is_none() && assets.file("index.html").is_none());
    }
}
