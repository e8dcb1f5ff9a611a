//! One hull with two transponders. Behaviours about pairs ignore such pairs (`rendezvous`, `alongside_at_anchor`,
//! `async_rendezvous` and `dark_rendezvous`).

use crate::base::time::Span;
use crate::picture::tracks::{TrackKey, Vessel};
use crate::zones::imo_check_digit_holds;

use crate::behaviours::shared::names::{is_no_name, is_placeholder_imo};
use crate::behaviours::{End, Scene};

/// Minimum length of a call sign that is not a placeholder. Characters.
const SHORTEST_CALL_SIGN: usize = 3;

/// Why two tracks are known to be one hull, or are treated as one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum OneHull {
    /// They are two tracks of one number. Whatever sends it twice, what the two do together says nothing; `identity_conflict` tells of them.
    Number,
    /// Both report this IMO number.
    Imo(u32),
    /// Both report the same name and call sign.
    Name,
    /// They have never been more than 200 m apart for this long.
    NeverApart(Span),
}

impl OneHull {
    /// Reason for retracting a meeting of the two.
    pub(crate) fn end(self) -> End {
        match self {
            OneHull::Number => End::SameNumber,
            OneHull::Imo(_) => End::SameImo,
            OneHull::Name => End::SameName,
            OneHull::NeverApart(_) => End::NeverApart,
        }
    }

    /// Measured value of the condition, in words.
    pub(crate) fn words(self) -> String {
        match self {
            OneHull::Number => "yes: two tracks of one MMSI".to_owned(),
            OneHull::Imo(imo) => format!("yes: IMO number {imo} on both, never seen apart"),
            OneHull::Name => "yes: name and call sign on both, never seen apart".to_owned(),
            OneHull::NeverApart(lasted) => format!("yes: never more than 200 m apart in {lasted}"),
        }
    }
}

/// Why two tracks are one hull; `None` if they are not.
///
/// SPEC "One hull" asks for the same identity or for never being apart. Here the same identity proves one hull only while the two have
/// never been seen apart: one hull cannot be in two places, so two that were are two ships. A ship that meets its clone, and a boat
/// that sends the name and call sign of its ship and comes back from a trip, are what the pair rules are for.
pub(crate) fn one_hull(scene: &Scene<'_>, a: TrackKey, b: TrackKey) -> Option<OneHull> {
    if a.mmsi == b.mmsi {
        return Some(OneHull::Number);
    }
    let inseparable = &scene.episodes.inseparable;
    if !inseparable.always(a, b) {
        return None;
    }
    let (one, two) = (scene.tracks.find(a)?, scene.tracks.find(b)?);
    same_identity(&one, &two).or_else(|| inseparable.proves_one_hull(a, b).map(OneHull::NeverApart))
}

/// The identity that both report, by IMO number or else by name and call sign; `None` if neither proves one hull.
fn same_identity(a: &Vessel<'_>, b: &Vessel<'_>) -> Option<OneHull> {
    let (a, b) = (a.identity()?, b.identity()?);
    if let Some(imo) = a.imo.filter(|imo| b.imo == Some(*imo) && is_own_imo(*imo)) {
        return Some(OneHull::Imo(imo));
    }
    let sign = a.call_sign.as_deref().filter(|sign| SHORTEST_CALL_SIGN <= sign.len());
    let name = a.name.as_deref().filter(|name| !is_no_name(name));
    let named = name.is_some() && name == b.name.as_deref() && sign.is_some() && sign == b.call_sign.as_deref();
    named.then_some(OneHull::Name)
}

/// Whether a ship may have this number: its check digit is valid, and it is not a placeholder.
fn is_own_imo(imo: u32) -> bool {
    imo_check_digit_holds(imo) && !is_placeholder_imo(imo)
}

#[cfg(test)]
mod tests;
