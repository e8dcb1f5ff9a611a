//! The texts of `watchlist` alerts.
//!
//! Rows are written by users of the lists, so their text is cleaned before it is printed. Score line: `watchlist`.

use crate::ais::clean;
use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, plain};
use crate::zones::{Characters, Difference, Edit, MatchedBy};

use super::facts::{Facts, Form, Measured};

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let (entered, takes_part) = ("; has entered a watched zone", "; part of another alert");
        let so_far = match self.form {
            Form::Heard => String::new(),
            Form::Entered => entered.to_owned(),
            Form::TakesPart => takes_part.to_owned(),
            Form::TakesPartAndEntered => format!("{entered}{takes_part}"),
        };
        // A call sign or a name may be received, or listed, long after the ship was first heard.
        let recognised = of.clock(of.started_at);
        let first = self.measured.first_heard_at.map(|at| of.clock(at)).filter(|first| *first != recognised);
        let since = match first {
            Some(first) => format!("this MMSI first heard at {first} UTC; recognised at {recognised} UTC"),
            None => format!("first heard at {recognised} UTC"),
        };
        // Place and night follow in the sentence, and belong to the latest position. The sentence does not call it the last one: the ship may
        // have been heard since, also after the row expired or the ship came back.
        let last = self.measured.last_heard_at.map(|at| of.clock(at));
        let last = last.filter(|last| *last != recognised || !so_far.is_empty());
        let last = last.map_or_else(String::new, |last| format!("; heard at {last} UTC"));
        format!("is on {}; {since}{so_far}{last}", self.measured.row())
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("craft without AIS would not be seen")
    }

    /// The moment of the latest position.
    fn stated(&self, _: Time, to: Time) -> (Time, Time) {
        let at = self.measured.last_heard_at.unwrap_or(to);
        (at, at)
    }

    fn opened(&self, _: &Opening) -> String {
        match self.form {
            Form::Entered => "a listed vessel entered a watched zone".to_owned(),
            Form::Heard | Form::TakesPart | Form::TakesPartAndEntered => "a listed vessel was heard".to_owned(),
        }
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        format!("On {}", self.measured.row())
    }

    fn part(&self, part: &'static str) -> String {
        match part {
            "entered" => "in a watched zone".to_owned(),
            "takes_part" => "part of another alert".to_owned(),
            other => plain(other),
        }
    }
}

impl Measured {
    /// `watchlist "customs" (reason: tobacco run; owner: desk 3; matched by name, listed as "RAIDER", one digit more)`.
    fn row(&self) -> String {
        let said = |text: &Option<String>| text.as_deref().and_then(clean);
        let reason = said(&self.reason).map(|reason| format!("reason: {reason}; ")).unwrap_or_default();
        let owner = said(&self.owner).map(|owner| format!("owner: {owner}; ")).unwrap_or_default();
        let by = match self.matched_by {
            MatchedBy::Imo => "IMO number",
            MatchedBy::CallSign => "call sign",
            MatchedBy::Name => "name",
            MatchedBy::Mmsi => "MMSI",
        };
        let nearly = self.difference.zip(said(&self.listed_as));
        let nearly = nearly.map(|(difference, listed)| format!(", listed as \"{listed}\", {}", in_words(difference)));
        let list = clean(&self.list).unwrap_or_default();
        format!("watchlist \"{list}\" ({reason}{owner}matched by {by}{})", nearly.unwrap_or_default())
    }
}

/// `one digit more`, `two letters swapped`.
fn in_words(Difference { edit, edited }: Difference) -> String {
    let of = match edited {
        Characters::Letter => "letter",
        Characters::Digit => "digit",
        Characters::Mixed => "character",
    };
    match edit {
        Edit::More => format!("one {of} more"),
        Edit::Less => format!("one {of} less"),
        Edit::Other => format!("one {of} different"),
        Edit::Swapped => format!("two {of}s swapped"),
    }
}
