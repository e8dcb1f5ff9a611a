//! Settings that a reload cannot change: inputs, store, journal, HTTP pages and API stay as they were at the start.
//!
//! Inputs hold connections, and the engine knows them by number; the store and the journal hold locks and open files;
//! the pages and the API hold their ports. Until the restart the settings in force keep the old tables, so what is archived is
//! what lines are processed with.

use super::checked::Checked;

impl Checked {
    /// The changed tables of `wanted` that take effect at the next start, as an operator writes them, such as
    /// `[http]`; for inputs, with the names of those that differ. Empty if nothing waits.
    pub fn waits_for_restart(&self, wanted: &Checked) -> Vec<String> {
        let mut tables = Vec::new();
        if self.inputs != wanted.inputs {
            // An input counts as changed if it is not found as it is on the other side: new, removed or altered.
            let both = self.inputs.iter().chain(&wanted.inputs);
            let changed = both.filter(|input| !(self.inputs.contains(input) && wanted.inputs.contains(input)));
            let mut names: Vec<&str> = changed.map(|input| input.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let named = if names.is_empty() { "their order".to_owned() } else { names.join(", ") };
            tables.push(format!("[[inputs]] ({named})"));
        }
        let others = [
            ("[store]", self.store != wanted.store),
            ("[journal]", self.journal != wanted.journal),
            ("[http]", self.http != wanted.http),
            ("[api]", self.api != wanted.api),
        ];
        tables.extend(others.into_iter().filter(|(_, differs)| *differs).map(|(table, _)| table.to_owned()));
        tables
    }

    /// These settings, with those tables as they are in `started`: what a reload puts in force.
    pub fn until_restart(self, started: &Checked) -> Checked {
        let (inputs, store) = (started.inputs.clone(), started.store.clone());
        let (journal, http, api) = (started.journal.clone(), started.http.clone(), started.api.clone());
        Checked { inputs, store, journal, http, api, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::config::{Checked, Purpose, check};

    fn checked(text: &str) -> Checked {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("atalaia.toml");
        fs::write(&path, text).expect("written");
        let mut checked = check(Some(&path), None, Purpose::Replay).expect("sound");
        // The folders differ.
        checked.store = None;
        checked
    }

    #[test]
    fn only_tables_that_wait_for_a_restart_are_named() {
        let input = |name: &str, port: u16| {
            format!("[[inputs]]\nkind = \"udp\"\nname = \"{name}\"\naddress = \"127.0.0.1:{port}\"\n")
        };
        let before = checked(&[input("coast", 1), input("hub", 2)].concat());
        let after = |text: String| before.waits_for_restart(&checked(&text));
        let same = [input("coast", 1), input("hub", 2)].concat();
        assert_eq!(after(format!("[alerts]\nalert_from = 30\n{same}")), [""; 0]);
        assert_eq!(after([input("coast", 1), input("hub", 3), input("new", 4)].concat()), ["[[inputs]] (hub, new)"]);
        assert_eq!(after([input("hub", 2), input("coast", 1)].concat()), ["[[inputs]] (their order)"]);
        let others = format!("[http]\naddress = \"127.0.0.1:1\"\n[journal]\nsnapshot_minutes = 5\n{same}");
        assert_eq!(after(others.clone()), ["[journal]", "[http]"]);
        assert_eq!(before.waits_for_restart(&checked(&others).until_restart(&before)), [""; 0]);
    }
}
