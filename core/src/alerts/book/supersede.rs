//! Which behaviour supersedes which: a more specific description of what a vessel does ends the weaker alert. Each behaviour lists in its
//! character those that it supersedes; nothing here names one.

use crate::alerts::alert::Alert;
use crate::alerts::id::Key;
use crate::base::time::Time;
use crate::behaviours::Behaviour;

/// The keys that an alert of `key` may supersede: those of its vessels, alone or together.
pub(super) fn weaker(key: &Key) -> Vec<Key> {
    let mut keys = Vec::new();
    let character = key.behaviour.character();
    for behaviour in Behaviour::ALL.iter().copied().filter(|weaker| character.supersedes(weaker.character())) {
        let of = |tracks| Key { behaviour, tracks, place: String::new() };
        keys.extend(key.tracks.iter().map(|track| of(vec![*track])));
        if 1 < key.tracks.len() {
            keys.push(of(key.tracks.clone()));
        }
    }
    keys
}

/// The behaviours that supersede this one.
pub(super) fn stronger(behaviour: Behaviour) -> impl Iterator<Item = Behaviour> {
    Behaviour::ALL.iter().copied().filter(move |stronger| stronger.character().supersedes(behaviour.character()))
}

/// Whether `strong`, which has held since `since`, supersedes `weak`. Both must be about the same hours, and an announced alert
/// never gives way to a fact.
pub(super) fn supersedes(strong: &Alert, since: Time, weak: &Alert) -> bool {
    since <= weak.last_at && (strong.announced || !weak.announced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::Mmsi;
    use crate::picture::tracks::TrackKey;

    #[test]
    fn a_pair_supersedes_alerts_of_either_vessel_and_of_both() {
        let track = |ordinal| TrackKey { mmsi: Mmsi(224_000_001), ordinal };
        let key = |behaviour, tracks| Key { behaviour, tracks, place: String::new() };
        let keys = weaker(&key(Behaviour::IdentityConflict, vec![track(1), track(2)]));
        let jump = |tracks| key(Behaviour::PositionJump, tracks);
        assert_eq!(keys, [jump(vec![track(1)]), jump(vec![track(2)]), jump(vec![track(1), track(2)])]);
        let same_stop = [key(Behaviour::Slowdown, vec![track(1)]), key(Behaviour::Drift, vec![track(1)])];
        assert_eq!(weaker(&key(Behaviour::Loitering, vec![track(1)])), same_stop);
        assert!(weaker(&key(Behaviour::Slowdown, vec![track(1)])).is_empty());
        assert_eq!(stronger(Behaviour::Slowdown).collect::<Vec<_>>(), [Behaviour::Loitering]);
        assert_eq!(stronger(Behaviour::Loitering).count(), 0);
    }
}
