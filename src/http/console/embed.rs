//! Build script: writes the table of the console's files, so that a new file of `web` is served without being listed anywhere.
//! Scripts are served without their comments, which are a third of what a browser would load.

mod strip;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The folder that is served, below the package.
const FOLDER: &str = "src/http/console/web";

fn main() -> io::Result<()> {
    // A folder is looked at with all that is in it.
    writeln!(io::stdout(), "cargo::rerun-if-changed={FOLDER}")?;
    writeln!(io::stdout(), "cargo::rerun-if-changed=src/http/console/strip.rs")?;
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut files = Vec::new();
    served(&package.join(FOLDER), &mut files)?;
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut table = "&[\n".to_owned();
    for file in &files {
        let name = file.strip_prefix(package.join(FOLDER)).unwrap_or(file);
        let file = &stripped(file, name, &out)?;
        table.push_str(&format!(
            "    ({:?}, include_bytes!({:?})),\n",
            name.display().to_string(),
            file.display().to_string()
        ));
    }
    table.push_str("]\n");
    fs::write(out.join("console_files.rs"), table)
}

/// The file whose content is served: for a script of our own a copy below `out` without comments, else the file itself. Modules of others
/// have none but their licences.
fn stripped(file: &Path, name: &Path, out: &Path) -> io::Result<PathBuf> {
    if name.starts_with("vendor") || name.extension().is_none_or(|ending| ending != "js") {
        return Ok(file.to_owned());
    }
    let Some(text) = strip::strip(&fs::read_to_string(file)?) else {
        return Ok(file.to_owned());
    };
    let copy = out.join("console").join(name);
    fs::create_dir_all(copy.parent().unwrap_or(out))?;
    fs::write(&copy, text)?;
    Ok(copy)
}

/// Collects the files below a folder. Types and notes are for people who work on the console, and are not served.
fn served(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            served(&path, found)?;
        } else if !(name.starts_with('.') || name.ends_with(".d.ts") || name.ends_with(".md")) {
            found.push(path);
        }
    }
    Ok(())
}
