//! The pages users read: short, with valid links, existing commands, and keys and alerts that match the program.
//!
//! With `BLESS=1` the generated parts are written again: the keys in `docs/settings.md`, the alert in `README.md`; for
//! behaviours, their tables in `config/atalaia.toml`, their sections in `docs/behaviours.md` and their rows in `README.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Limits of the README: lines, words, characters per line.
const WALLS: (usize, usize, usize) = (200, 1500, 100);

fn pages() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).into();
    paths.extend(fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn atalaia(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(arguments).env_clear().output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Compares the text between a marker line and `end` with the expected text, or with `BLESS` writes it.
pub fn made(path: &str, marker: &str, end: Option<&str>, wanted: &str) {
    let text = fs::read_to_string(path).unwrap();
    let start = text.find(marker).unwrap_or_else(|| panic!("{path} has no {marker}"));
    let start = start + text[start..].find('\n').unwrap() + 1;
    let end = end.map_or(text.len(), |end| start + text[start..].find(end).unwrap());
    if std::env::var_os("BLESS").is_some() {
        return fs::write(path, format!("{}{wanted}{}", &text[..start], &text[end..])).unwrap();
    }
    assert!(&text[start..end] == wanted, "{path} is not as the program has it: BLESS=1 writes\n{wanted}");
}

#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert!(readme.lines().count() <= WALLS.0, "{} lines", readme.lines().count());
    let words = readme.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    assert!(words <= WALLS.1, "{words} words");
    let long: Vec<&str> = readme.lines().filter(|line| WALLS.2 < line.chars().count()).collect();
    assert!(long.is_empty(), "longer than {} characters:\n{}", WALLS.2, long.join("\n"));
}

#[test]
fn links_are_valid() {
    let anchor = |heading: &str| -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
    };
    let mut checked = 0;
    for (page, text) in pages() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            checked += 1;
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            assert!(target.exists(), "{}: {link} leads nowhere", page.display());
            if place.is_empty() {
                // It may be a picture.
                continue;
            }
            let headings = fs::read_to_string(&target).unwrap();
            let mut headings =
                headings.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#'));
            assert!(headings.any(|heading| anchor(heading) == place), "{}: {link}", page.display());
        }
    }
    assert!(30 < checked, "only {checked} links found");
}

/// The commands listed by a `--help`.
fn commands(help: &str) -> Vec<&str> {
    let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default();
    let names = listed
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   ")));
    names.filter(|name| *name != "help").collect()
}

#[test]
fn every_command_is_on_the_page_of_commands() {
    let page = fs::read_to_string("docs/commands.md").unwrap();
    let headings: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let help = atalaia(&["--help"]);
    let commands = commands(&help);
    assert!(10 < commands.len(), "{help}");
    for command in &commands {
        assert!(headings.contains(command), "docs/commands.md has no \"## {command}\"");
        assert!(page.contains(&format!("[{command}](#{command})")), "its table does not name {command}");
    }
    let old: Vec<_> = headings.iter().filter(|heading| !commands.contains(heading)).collect();
    assert!(old.is_empty(), "docs/commands.md has commands that there are not: {old:?}");
}

#[test]
fn commands_shown_on_the_pages_exist_with_their_options() {
    let top = atalaia(&["--help"]);
    let mut shown = 0;
    for (page, text) in pages() {
        let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
        let lines: Vec<String> = blocks
            .flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        for line in lines {
            let line = line
                .split(" # ")
                .next()
                .unwrap()
                .split(['|', '>'])
                .find(|part| part.contains("atalaia "))
                .unwrap_or_default();
            // The name of the program, not of a user or a service.
            let Some(words) = line
                .trim()
                .strip_prefix("atalaia ")
                .or_else(|| line.split_once(" atalaia atalaia ").map(|(_, rest)| rest))
            else {
                continue;
            };
            let words: Vec<&str> = words.split_whitespace().collect();
            let command = words[0];
            assert!(commands(&top).contains(&command), "{}: there is no `atalaia {command}`", page.display());
            let mut help = atalaia(&[command, "--help"]);
            if let Some(below) = words.get(1).filter(|below| commands(&help).contains(*below)) {
                help = atalaia(&[command, below, "--help"]);
            } else {
                // Some commands work both alone and with another one below them.
                let alone = commands(&help).is_empty() || help.contains(&format!("atalaia {command} [OPTIONS]\n"));
                assert!(alone, "{}: {line}: which of {:?}?", page.display(), commands(&help));
            }
            for option in words.iter().filter(|word| word.starts_with("--")) {
                let is_known = help.split_whitespace().any(|word| word.trim_end_matches(',') == *option);
                assert!(is_known, "{}: {line}: there is no {option}", page.display());
            }
            shown += 1;
        }
    }
    assert!(30 < shown, "only {shown} commands found");
}

/// A table of keys per settings table, from the shipped file, which has all of them with a comment.
fn keys() -> String {
    let mut page = String::new();
    let mut comment: Vec<&str> = Vec::new();
    let mut within = false;
    let row = |key: &str, value: &str, comment: &mut Vec<&str>| {
        let about = match (comment.is_empty(), key) {
            (true, "enabled") => "Whether it is on.".to_owned(),
            (true, _) => "as above".to_owned(),
            (false, _) => comment.join(" "),
        };
        comment.clear();
        format!("| `{key}` | {value} | {} |\n", about.replace('|', "\\|"))
    };
    for line in fs::read_to_string("config/atalaia.toml").unwrap().leak().lines() {
        if line.starts_with("#[[") || line.starts_with("[[") {
            within = false;
        } else if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let about = comment.join(" ");
            comment.clear();
            within = true;
            let _ = write!(page, "\n## `[{table}]`\n\n{about}{}", if about.is_empty() { "" } else { "\n\n" });
            page += "| key | default | meaning |\n|---|---|---|\n";
        } else if line.is_empty() {
            comment.clear();
        } else if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if within && let Some((key, value)) = line.split_once(" = ") {
            page += &match key.strip_prefix('#') {
                Some(key) => row(key, &format!("none; for instance `{value}`"), &mut comment),
                None => row(key, &format!("`{value}`"), &mut comment),
            };
        }
    }
    // A table that only contains tables.
    page.replace("| key | default | meaning |\n|---|---|---|\n\n##", "##")
}

#[test]
fn the_settings_page_has_every_key_of_the_shipped_file() {
    let keys = keys();
    assert!(200 < keys.lines().filter(|line| line.starts_with("| `")).count(), "{keys}");
    made("docs/settings.md", "<!-- From config/atalaia.toml", None, &keys);
}

/// The first alert of the demo, with its lines broken for a page.
fn alert_of_the_demo() -> String {
    let told = atalaia(&["demo"]);
    let first = told.split("\n\n").find(|block| block.contains(" opened: ")).expect("an alert");
    let mut text = "```text\n".to_owned();
    for line in first.lines() {
        let indent = line.len() - line.trim_start().len();
        // Lines that fit keep their columns.
        if line.chars().count() <= WALLS.2 {
            let _ = writeln!(text, "{line}");
            continue;
        }
        let mut column = 0;
        for word in line.split_whitespace() {
            let wanted = word.chars().count();
            if column != 0 && WALLS.2 < column + 1 + wanted {
                text.push('\n');
                column = 0;
            }
            let space = if column == 0 { " ".repeat(indent) } else { " ".to_owned() };
            column += space.len() + wanted;
            let _ = write!(text, "{space}{word}");
        }
        text.push('\n');
    }
    text + "```\n"
}

#[test]
fn the_alert_in_the_readme_is_from_the_demo() {
    made("README.md", "<!-- From the demo", Some("\nThe first lines"), &alert_of_the_demo());
}
