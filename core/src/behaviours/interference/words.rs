//! The texts of `interference` alerts.

use serde::{Deserialize, Serialize};

use crate::base::text::decimals;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Tense, Who, Words, number};
use crate::zones::Chart;

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }

    fn who(self, of: &Circumstances<'_>) -> Who {
        match of.number("vessels") {
            Some(vessels) => Who { text: format!("{vessels:.0} vessels"), several: true },
            None => Who { several: true, ..Who::vessels(of.vessels) },
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let minutes = number(of.thresholds, "window_minutes").map_or(String::new(), decimals);
        let jumped = if of.tense == Tense::Past { "jumped" } else { "have jumped" };
        format!("{jumped} to one place {}, each within {minutes} min of another", of.since())
    }

    fn caveat(self) -> Caveat {
        Caveat::Alone("The AIS data do not show where they really are")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "many vessels jumped to one place".to_owned()
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        "Many vessels jumped to one place: satellite navigation jammed or spoofed".to_owned()
    }
}
