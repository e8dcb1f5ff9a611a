//! The texts of `interference` alerts.
//!
//! The text counts the vessels and does not name them, since there may be hundreds; the alert lists them. Score line: `interference`.

use crate::base::text::decimals;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Tense, Who, Words};

use super::facts::Facts;

impl Words for Facts {
    fn who(&self, _: &Circumstances<'_>) -> Who {
        Who { text: format!("{} vessels", self.measured.vessels), several: true }
    }

    fn deed(&self, of: &Circumstances<'_>) -> String {
        let minutes = decimals(self.thresholds.window_minutes);
        let jumped = if of.tense == Tense::Past { "jumped" } else { "have jumped" };
        format!("{jumped} to one place {}, each within {minutes} min of another", of.since())
    }

    fn caveat(&self) -> Caveat {
        Caveat::Alone("The AIS data do not show where they really are")
    }

    fn opened(&self, _: &Opening) -> String {
        "many vessels jumped to one place".to_owned()
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        "Many vessels jumped to one place: satellite navigation jammed or spoofed".to_owned()
    }
}
