//! Which alerts belong to one case: those of a vessel that are linked in time. A *stretch* is a run of such alerts of one vessel.

use std::collections::{BTreeMap, BTreeSet};

use super::links::Links;
use super::member::{self, Member, near_in_time, tied};

/// Links alerts that share a vessel within 72 h. A fact joins the earliest such alert but links no other vessel to it: otherwise
/// the facts of a fishing fleet would join a whole sea into one case.
pub(super) fn tie(alerts: &[&Member], links: &mut Links) {
    let mut by_vessel: BTreeMap<(u32, u16), Vec<usize>> = BTreeMap::new();
    for (index, alert) in alerts.iter().enumerate() {
        for vessel in tied(alert) {
            by_vessel.entry(vessel).or_default().push(index);
        }
    }
    // Facts that have joined an alert. A fact of two vessels must not link the cases of both.
    let mut joined: BTreeSet<usize> = BTreeSet::new();
    for indices in by_vessel.values() {
        let (heavy, light): (Vec<usize>, Vec<usize>) = indices.iter().partition(|index| member::links(alerts[**index]));
        for stretch in stretches(heavy.iter().copied(), |index| alerts[index]) {
            stretch.windows(2).for_each(|pair| links.join(pair[0], pair[1]));
        }
        for fact in light {
            let mut near = heavy.iter().filter(|other| near_in_time(alerts[**other], alerts[fact]));
            if let Some(first) = near.next()
                && joined.insert(fact)
            {
                links.join(*first, fact);
            }
        }
    }
}

/// Splits the alerts that link one vessel, ordered by start, into stretches linked in time. Each alert is compared with the
/// earlier one that lasted longest, so that a short alert in between does not split a stretch.
pub(super) fn stretches<'a, T: Copy>(
    by_start: impl IntoIterator<Item = T>,
    alert: impl Fn(T) -> &'a Member,
) -> Vec<Vec<T>> {
    let mut stretches: Vec<Vec<T>> = Vec::new();
    let mut longest: Option<&Member> = None;
    for one in by_start {
        let now = alert(one);
        match (longest, stretches.last_mut()) {
            (Some(before), Some(stretch)) if near_in_time(before, now) => stretch.push(one),
            _ => stretches.push(vec![one]),
        }
        longest = longest.filter(|before| now.last_at < before.last_at).or(Some(now));
    }
    stretches
}
