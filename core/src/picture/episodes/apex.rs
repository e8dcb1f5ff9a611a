//! The apex of a kink: the point that is farthest from the straight way before.
//!
//! Older fixes are kept about five minutes apart, so none of them need be at the apex. It is where the way out and the way back meet.

use crate::base::time::{Span, Time};
use crate::geo::LatLon;

/// How much longer or shorter the way over the corner may take than the vessel took. A vessel that went round in a bend took less time than
/// the way over its corner would take.
const AT_MOST_OFF: Span = Span::from_seconds(90);

/// The point of a kink that is farthest aside.
pub(super) struct Apex {
    /// When the vessel was there.
    pub(super) at: Time,
    /// Where it is.
    pub(super) position: LatLon,
    /// Distance from the straight way before. Metres.
    pub(super) metres: f64,
}

impl Apex {
    /// The apex of a kink off the straight way through `from`, on the course `before` in degrees. `fixes` are those of the kink, oldest first;
    /// `None` if there are none.
    pub(super) fn find(from: LatLon, before: f64, fixes: impl Iterator<Item = (Time, LatLon)>) -> Option<Apex> {
        let (along_east, along_north) = before.to_radians().sin_cos();
        let apex = |(at, position): (Time, LatLon)| {
            let (east, north) = from.plane(position);
            Apex { at, position, metres: (east * along_north - north * along_east).abs() }
        };
        let fixes: Vec<(Time, LatLon)> = fixes.collect();
        let asides = fixes.iter().map(|fix| apex(*fix)).enumerate();
        let (farthest, seen) = asides.max_by(|(_, a), (_, b)| a.metres.total_cmp(&b.metres))?;
        // The apex is just before the farthest fix or just after it.
        let corners = [farthest.checked_sub(1), Some(farthest)].into_iter().flatten();
        let corners = corners.filter_map(|last_out| corner(fixes.get(last_out.checked_sub(1)?..last_out + 3)?));
        let best = corners.min_by_key(|(off, _)| *off).map(|(_, corner)| apex(corner));
        Some(best.filter(|best| seen.metres <= best.metres).unwrap_or(seen))
    }
}

/// Where the way over the first two of four fixes and the way over the last two meet, when the vessel was there, and by how much its time
/// differs from the time along the two ways; `None` if they do not meet between the second fix and the third.
fn corner(fixes: &[(Time, LatLon)]) -> Option<(Span, (Time, LatLon))> {
    let [a, b, c, d] = *fixes else {
        return None;
    };
    let leg = |from: (Time, LatLon), to: (Time, LatLon)| from.1.plane(to.1);
    let ((out_east, out_north), (back_east, back_north), (east, north)) = (leg(a, b), leg(d, c), leg(b, c));
    let across = back_east * out_north - out_east * back_north;
    // How far beyond `b`, as a share of the leg from `a`; and how far before `c`, as a share of the leg to `d`.
    let out = (back_east * north - back_north * east) / across;
    let back = (out_east * north - out_north * east) / across;
    let along = |share: f64, leg: Span| Span::from_millis((share * leg.millis() as f64) as i64);
    let (after, until) = (along(out, b.0 - a.0), along(back, d.0 - c.0));
    let off = (after + until - (c.0 - b.0)).abs();
    let meets = 0.0 <= out && 0.0 <= back && off <= AT_MOST_OFF;
    meets.then(|| (off, (b.0 + after, a.1.between(b.1, 1.0 + out))))
}
