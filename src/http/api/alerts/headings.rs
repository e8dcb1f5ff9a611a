//! The five headings of each behaviour: what it watches, why, when it opens and ends, and its blind spots.
//!
//! `headings.json` is made from the documentation of the behaviours by the test below, which also compares it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The headings by behaviour.
static ALL: LazyLock<BTreeMap<String, Headings>> = LazyLock::new(|| {
    // The test reads it in the same way.
    serde_json::from_str(include_str!("headings.json")).unwrap_or_default()
});

/// The headings of one behaviour, in plain words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct Headings {
    /// What it watches.
    pub(super) watches: String,
    /// Why.
    pub(super) why: String,
    /// When it opens.
    pub(super) opens: String,
    /// When it ends.
    pub(super) ends: String,
    /// What it cannot tell apart or does not see.
    pub(super) blind_spots: String,
}

/// The headings of a behaviour; `None` for the problems of the program itself.
pub(super) fn headings(behaviour: &str) -> Option<&'static Headings> {
    ALL.get(behaviour)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use atalaia_core::behaviours::NAMES;

    /// The text below a heading of a file's documentation, on one line and without marks.
    fn below(source: &str, heading: &str) -> String {
        let lines = source.lines().filter_map(|line| line.strip_prefix("//!")).map(str::trim);
        let after = lines.skip_while(|line| *line != format!("## {heading}")).skip(1);
        let text: Vec<&str> = after.take_while(|line| !line.starts_with("## ")).filter(|line| !line.is_empty()).collect();
        text.join(" ").replace("**", "").replace('`', "")
    }

    #[test]
    fn the_headings_are_those_of_the_behaviours() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |name: &&str| {
            let path = root.join(format!("core/src/behaviours/{name}/mod.rs"));
            let source = fs::read_to_string(path).expect("a behaviour has a folder");
            let headings = Headings {
                watches: below(&source, "Watches"),
                why: below(&source, "Why"),
                opens: below(&source, "Opens"),
                ends: below(&source, "Ends"),
                blind_spots: below(&source, "Blind spots"),
            };
            ((*name).to_owned(), headings)
        };
        let made: BTreeMap<String, Headings> = NAMES.iter().map(read).collect();
        if std::env::var_os("BLESS").is_some() {
            let text = serde_json::to_string_pretty(&made).expect("plain data");
            fs::write(root.join("src/http/api/alerts/headings.json"), text + "\n").expect("a file");
        }
        assert!(made.values().all(|headings| !headings.blind_spots.is_empty() && !headings.opens.is_empty()));
        assert_eq!(*ALL, made, "BLESS=1 cargo test --release --locked --lib headings writes it");
    }
}
