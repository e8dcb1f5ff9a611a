//! How much memory the engine holds, by what it is for.

use crate::base::account::Account;

use super::machine::Engine;

impl Engine {
    /// Memory held for vessels. The state of the rules, alerts and cases is not in it: it depends on what vessels do, not on how many there
    /// are.
    pub fn account(&self) -> Account {
        let mut account = Account::default();
        self.world.tracks.account(&mut account);
        self.places.account(&mut account);
        self.world.episodes.account(&mut account);
        self.world.coverage.account(&mut account);
        account.add("gaps", self.world.gaps.bytes());
        account
    }
}
