//! Drop-ins: `conf.d` overrides the settings file, wherever that is named, and the settings in force include both.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use atalaia::config::{self, Checked, Problem, Purpose};
use tempfile::TempDir;

const MAIN: &str = "\
[zones]
coast = \"off\"
ports = \"off\"
anchorages = \"off\"

[behaviours.loitering]
score = 31

[[inputs]]
kind = \"udp\"
name = \"receivers\"
address = \"127.0.0.1:10110\"
";

/// A folder of settings with these drop-ins.
fn folder(drop_ins: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("atalaia.toml"), MAIN).unwrap();
    fs::create_dir(folder.path().join("conf.d")).unwrap();
    for (name, text) in drop_ins {
        fs::write(folder.path().join("conf.d").join(name), text).unwrap();
    }
    folder
}

fn check(path: &Path) -> Result<Checked, Vec<Problem>> {
    config::check(Some(path), None, Purpose::Run)
}

fn told(folder: &TempDir) -> Vec<String> {
    let root = format!("{}/", folder.path().display());
    let problems = check(folder.path()).unwrap_err();
    problems.iter().map(|problem| problem.to_string().replace(&root, "").replace("\n    ", " | ")).collect()
}

#[test]
fn the_last_name_in_order_wins_whether_the_file_or_the_folder_is_given() {
    let folder = folder(&[
        ("20-b.toml", "behaviours.loitering.score = 33\n"),
        ("10-a.toml", "[behaviours.loitering]\nscore = 32\nafter_minutes = 90\n"),
        (".30-c.toml", "behaviours.loitering.score = 34\n"),
        ("40-d.toml~", "behaviours.loitering.score = 35\n"),
        ("50-e.txt", "nonsense\n"),
        ("60-sink.toml", "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n"),
    ]);
    // An Emacs lock file.
    symlink("somebody@host.1", folder.path().join("conf.d/.#70.toml")).unwrap();
    for given in [folder.path().to_owned(), folder.path().join("atalaia.toml")] {
        let checked = check(&given).unwrap();
        let loitering = &checked.engine.behaviours.loitering;
        assert_eq!((loitering.score, loitering.after_minutes, checked.drop_ins), (33, 90.0, 3));
        // Paths are always relative to the settings file's folder.
        assert_eq!(checked.sinks[0].path, Some(folder.path().join("alerts.jsonl")));
        let output =
            Command::new(env!("CARGO_BIN_EXE_atalaia")).args(["check", "--config"]).arg(&given).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("1 input, 1 sink, 3 drop-ins\n"), "{said}");
    }
}

#[test]
fn a_fault_is_reported_for_the_drop_in_that_has_it() {
    let folder = folder(&[
        ("10-a.toml", "# a\n[behaviours.loitering]\nscore = 500\n"),
        (
            "20-b.toml",
            "[[inputs]]\nname = \"receivers\"\nport = 3\n[[sinks]]\nkind = \"log\"\nname = \"log\"\npath = \"x\"\n",
        ),
    ]);
    let told = told(&folder);
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(told[0].starts_with("conf.d/10-a.toml:3: behaviours.loitering.score: "), "{told:#?}");
    assert!(told[1].starts_with("conf.d/20-b.toml:3: inputs[0].port: unknown key"), "{told:#?}");
    assert!(told[2].starts_with("conf.d/20-b.toml:7: sinks[0].path: "), "{told:#?}");
}

#[test]
fn unreadable_files_are_all_reported_at_once() {
    let folder = folder(&[("10-a.toml", "a = \"\u{0}\"")]);
    fs::create_dir(folder.path().join("conf.d/20-b.toml")).unwrap();
    symlink("nowhere", folder.path().join("conf.d/30-c.toml")).unwrap();
    fs::write(folder.path().join("conf.d/40-d.toml"), b"# caf\xe9\n").unwrap();
    fs::remove_file(folder.path().join("atalaia.toml")).unwrap();
    let told = told(&folder);
    let starts = [
        "atalaia.toml: No such file",
        "conf.d/10-a.toml: is UTF-16 text",
        "conf.d/20-b.toml: is a folder; ",
        "conf.d/30-c.toml: No such file",
        "conf.d/40-d.toml: is not UTF-8 text from line 1 on",
    ];
    assert_eq!(told.len(), starts.len(), "{told:#?}");
    assert!(told.iter().zip(starts).all(|(told, start)| told.starts_with(start)), "{told:#?}");

    fs::remove_dir_all(folder.path().join("conf.d")).unwrap();
    fs::write(folder.path().join("conf.d"), "").unwrap();
    assert!(self::told(&folder)[0].starts_with("conf.d: Not a directory"));
}

#[test]
fn the_settings_in_force_equal_one_file_with_everything() {
    let drop_in = "[behaviours.loitering]\nscore = 40\n[[inputs]]\nkind = \"stdin\"\nname = \"console\"\n";
    let layered = folder(&[("10-a.toml", drop_in)]);
    let whole = folder(&[]);
    let text = MAIN.replace("score = 31", "score = 40");
    let second = "[[inputs]]\nkind = \"stdin\"\nname = \"console\"\n";
    fs::write(whole.path().join("atalaia.toml"), format!("{text}{second}")).unwrap();
    let (layered, whole) = (check(layered.path()).unwrap(), check(whole.path()).unwrap());
    let in_force = layered.in_force().unwrap();
    assert_eq!(in_force, whole.in_force().unwrap());
    // They also load without any other file.
    let files: BTreeMap<PathBuf, Vec<u8>> =
        in_force.files.iter().map(|(path, content)| (path.clone(), content.to_vec())).collect();
    let again = config::check_given(&files).unwrap();
    assert_eq!(again.engine.behaviours, layered.engine.behaviours);
    assert_eq!(again.inputs, layered.inputs);
    assert_ne!(in_force.key, check(folder(&[]).path()).unwrap().in_force().unwrap().key, "the control");
}
