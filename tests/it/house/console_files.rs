//! The table of the console's files has every file of the folder. `BLESS=1` writes it.

use std::fs;
use std::path::Path;

const FOLDER: &str = "src/http/console/web";
const TABLE: &str = "src/http/console/files.rs";

/// Paths below the folder of everything that is served. Types and notes are for people who work on the console.
fn served(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            served(&path, found);
        } else if !(name.starts_with('.') || name.ends_with(".d.ts") || name.ends_with(".md")) {
            found.push(path.strip_prefix(FOLDER).unwrap().to_string_lossy().into_owned());
        }
    }
}

#[test]
fn the_console_serves_every_file() {
    let mut files = Vec::new();
    served(Path::new(FOLDER), &mut files);
    files.sort();
    let table = fs::read_to_string(TABLE).unwrap();
    let head = &table[..table.find("&[\n").unwrap() + "&[\n".len()];
    let rows: String =
        files.iter().map(|file| format!("    (\"{file}\", include_bytes!(\"web/{file}\")),\n")).collect();
    let wanted = format!("{head}{rows}];\n");
    if std::env::var_os("BLESS").is_some() {
        return fs::write(TABLE, wanted).unwrap();
    }
    assert!(table == wanted, "{TABLE} does not list what is in {FOLDER}: BLESS=1 writes it");
}
