//! Returns: a number that jumped away and is then heard again where only the ship at the old place can be.
//!
//! Ships that are heard seldom, by satellite or every half hour, are never heard side by side: when one is heard, the track of the other
//! has been given up. So the places that a number left are kept for a day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi};
use crate::picture::tracks::{Fix, Jump};

/// How long a place that was left is kept. Without a return in this time the two places are taken for one ship's.
pub(super) const RETURN_WITHIN: Span = Span::from_hours(24);
/// Maximum number of places kept of one number. Beyond it those that were left first are dropped.
const MOST_PLACES: usize = 8;

/// The places that each number left within a day.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Returns {
    numbers: BTreeMap<Mmsi, Places>,
    /// When old places were last dropped; `None` before the first time.
    cleared_at: Option<Time>,
}

/// The places that one number left, the latest last.
#[derive(Default, Serialize, Deserialize)]
struct Places {
    left: Vec<Left>,
    /// When it last returned to a place that it had left, and since when it had been heard elsewhere; `None` if it never did.
    returned: Option<(Time, Time)>,
}

/// A place that a number left.
#[derive(Serialize, Deserialize)]
struct Left {
    /// The last fix there.
    last: Fix,
    /// When the number was first heard elsewhere.
    since: Time,
}

/// Whether a ship that makes `knots` at most can have made both fixes. `blur_nm` is what positions err by. Nautical miles.
pub(super) fn fits(from: &Fix, to: &Fix, knots: f64, blur_nm: f64) -> bool {
    let hours = (to.at - from.at).abs().hours();
    from.position.metres_to(to.position) / METRES_PER_NM <= knots * hours + blur_nm
}

impl Returns {
    /// Keeps the last fix at a place that the number left, `since` it was heard elsewhere.
    pub(super) fn leaves(&mut self, mmsi: Mmsi, last: Fix, since: Time) {
        let left = &mut self.numbers.entry(mmsi).or_default().left;
        left.push(Left { last, since });
        if MOST_PLACES < left.len() {
            left.remove(0);
        }
    }

    /// Drops what was left more than a day before `now`. Once an hour is enough.
    pub(super) fn expire(&mut self, now: Time) {
        if self.cleared_at.is_some_and(|at| now - at < Span::from_hours(1)) {
            return;
        }
        self.cleared_at = Some(now);
        self.numbers.retain(|_, places| {
            places.left.retain(|left| now - left.last.at <= RETURN_WITHIN);
            !places.left.is_empty()
        });
    }

    /// Takes in a jump. If it proves two ships, returns since when the number has been heard in two places.
    ///
    /// It does if its first fix fits a place that the number left, for the second time within a day. Once, a ship whose positions were
    /// disturbed for a while comes back as well. Two places count as the same if they are less than `min_nm` apart.
    pub(super) fn proved_by(&mut self, mmsi: Mmsi, jump: &Jump, jump_knots: f64, min_nm: f64) -> Option<Time> {
        let places = self.numbers.get_mut(&mmsi)?;
        let first = &jump.first;
        let within = |left: &&Left| left.last.at < first.at && first.at - left.last.at <= RETURN_WITHIN;
        let fits = |left: &&Left| fits(&left.last, first, jump_knots, min_nm);
        let nearest = |left: &&Left| left.last.position.metres_to(first.position);
        let back = places.left.iter().filter(within).filter(fits);
        let back = back.min_by(|a, b| nearest(a).total_cmp(&nearest(b)))?;
        let before = places.returned.filter(|(at, _)| first.at - *at <= RETURN_WITHIN);
        let since = before.map_or(back.since, |(_, since)| since.min(back.since));
        places.returned = Some((first.at, since));
        before.map(|_| since)
    }
}
