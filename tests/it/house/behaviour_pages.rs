//! What is written about behaviours outside their folders is generated from them: the tables of `config/atalaia.toml`, the sections of
//! `docs/behaviours.md` and the rows of `README.md`. `BLESS=1` writes them.

use std::fmt::Write as _;
use std::fs;

use atalaia_core::behaviours::{Behaviour, Chapter, NAMES, Settings};
use serde_json::Value;

use super::docs::made;

/// Longest line of a comment in the settings file. Characters.
const WIDTH: usize = 110;

/// A comment, broken into lines.
fn comment(text: &str) -> String {
    let mut lines = String::from("#");
    let mut column = 1;
    for word in text.split_whitespace() {
        if WIDTH < column + 1 + word.chars().count() {
            lines += "\n#";
            column = 1;
        }
        let _ = write!(lines, " {word}");
        column += 1 + word.chars().count();
    }
    lines + "\n"
}

fn behaviours() -> impl Iterator<Item = Behaviour> {
    NAMES.iter().map(|name| Behaviour::named(name).unwrap())
}

/// Every table of a behaviour, with the description and the default of each key.
fn tables() -> String {
    let schema: Value = serde_json::from_str(&atalaia::config::schema()).unwrap();
    let schema = &schema["properties"]["behaviours"]["properties"];
    let mut page = String::new();
    let mut behaviour = "";
    for line in toml::to_string(&Settings::default()).unwrap().lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            behaviour = NAMES.iter().find(|known| **known == name).unwrap();
            let sentence = Behaviour::named(name).unwrap().sentence();
            let _ = write!(page, "\n{}[behaviours.{name}]\n", comment(sentence));
        } else if let Some((key, _)) = line.split_once(" = ") {
            let about = schema[behaviour]["properties"][key]["description"].as_str();
            let _ = writeln!(page, "{}{line}", comment(about.unwrap_or_else(|| panic!("{behaviour}.{key}"))));
        }
    }
    page + "\n"
}

#[test]
fn the_settings_file_has_the_tables_of_the_behaviours() {
    made("config/atalaia.toml", "[behaviours]\n", Some("[recordings]\n"), &tables());
}

#[test]
fn the_page_of_behaviours_is_made_of_theirs() {
    let chapters = [
        (Chapter::AtSea, "at sea"),
        (Chapter::Zones, "where a zone asks"),
        (Chapter::Reported, "what a ship says of itself"),
        (Chapter::Lists, "lists, distress, reception"),
    ];
    for (chapter, title) in chapters {
        let mut page = String::new();
        for behaviour in behaviours().filter(|behaviour| behaviour.character().chapter == chapter) {
            let path = format!("core/src/behaviours/{behaviour}/page.md");
            let own = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            for part in ["- Opens:", "- Ends:", "- Score:"] {
                assert!(own.contains(part), "{path} has no \"{part}\"");
            }
            let _ = write!(page, "\n### `{behaviour}`\n\n{own}");
        }
        let marker = format!("<!-- From page.md of each behaviour: {title} -->\n");
        made("docs/behaviours.md", &marker, Some("\n## "), &page);
    }
}

#[test]
fn the_readme_has_a_row_for_each_behaviour() {
    let mut table = "\n| name | what happens |\n|---|---|\n".to_owned();
    for behaviour in behaviours() {
        let _ = writeln!(table, "| `{behaviour}` | {} |", behaviour.sentence());
    }
    made("README.md", "<!-- From the registry of behaviours -->\n", Some("\n[docs/behaviours.md]"), &table);
}
