//! `atalaia replay` in a folder with the zones of the scenes.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::scenes;

/// A folder with the scenes' zones and settings that start fast.
pub fn desk() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("zones/scenes.geojson"), scenes::zones(0.0)).unwrap();
    let settings = "[zones]\nfolder = \"zones\"\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n";
    fs::write(folder.path().join("atalaia.toml"), settings).unwrap();
    folder
}

/// The output of `atalaia replay`.
pub fn replayed(folder: &TempDir, arguments: &[String]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.current_dir(folder).args(["replay", "--config", "atalaia.toml"]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
