//! Conditions without a number as short sentences.
//!
//! A condition that is true or false reads badly as "in calm water: yes, needs no". For the conditions that
//! the behaviours have, the sentences are written here; a condition that is not listed still has the general
//! form of [`words`](super::words).

/// Name of the condition, and how it reads if it is met and if it is not. `{}` is the measured value. An empty text
/// leaves it to the general form.
const SENTENCES: [(&str, &str, &str); 45] = [
    (
        "alongside_another",
        "no vessel lay alongside long enough to explain the stop (longest: {})",
        "another vessel lay alongside: {}",
    ),
    ("anchored", "at anchor: {} (lowers the score; within 12 nm of shore only a fact)", ""),
    ("calm_water", "calm water does not matter here", ""),
    ("destination", "reports the harbour {} as destination", "reports no known harbour as destination"),
    ("destination_before", "reported {} before", "reported no other harbour before"),
    ("draught_metres", "reports a draught of {} m", "reports no draught"),
    ("fixes_out_of_reach", "", "no second position out of reach confirms a jump"),
    ("further_track_began", "", "its track began in interference"),
    ("gear", "not a fishing gear beacon", "probably a fishing gear beacon, so only a fact: {}"),
    ("held", "did not lie in one place for 12 h and the day before", "lay in one place, so only a fact: {}"),
    ("imo", "IMO number {}, received twice", "no IMO number was received twice"),
    ("in_calm_water", "not in calm water", "in calm water"),
    ("in_port_lately", "not in port lately", "in port lately"),
    ("jumped_away_from", "jumped away from {}", ""),
    ("last_carried_by", "its IMO number was last sent by {}", "no other vessel sent its IMO number before"),
    ("latest_at", "the latest of them at {}", ""),
    ("left_calm_water", "left calm water at {}", "was not seen leaving calm water, or was in a port since"),
    ("listed", "on a watchlist: {}", "on no watchlist by MMSI, IMO number, call sign or name"),
    ("one_hull", "two hulls", "one hull: {}"),
    ("other_party", "", "no ship and small craft close to each other"),
    ("outside", "outside the zone", "not outside the zone"),
    (
        "own_record_percent",
        "heard in {} % of the 10-minute slots of the day before; from 95 % on that counts for an hour",
        "",
    ),
    ("pilot_station", "not at a pilot station", "at a pilot station"),
    (
        "places_of_its_number_in_24_h",
        "places that sent its number in 24 h: {}",
        "too many places sent its number in 24 h: {}",
    ),
    ("position", "", "no position is known"),
    ("reception_learned", "reception is learned", "reception is not learned yet"),
    ("relation", "", "did not cross the border since it was first heard; now {} the zone"),
    ("role", "{}", "neither at anchor or moored, nor a small craft"),
    ("runs_here", "", "no zone here lets it run: {}"),
    ("said_again", "", "no second report confirms a change"),
    ("sailed_out_of_reach", "did not sail out of reach", "out of reach of the receivers {}"),
    ("ship_before", "{} was slow or turned near there before", "no ship was slow or turned near there before"),
    ("ship_status", "reports that it is anchored or moored", "does not report that it is anchored or moored"),
    ("ships_known_to_send_it", "one ship is known to send its number", "several ships are known to send its number"),
    ("silence_usual_there", "silence is not usual there", "silence is usual there"),
    ("silences_there", "vessels seldom fall silent there: {}", "vessels often fall silent there: {}"),
    ("silent_since", "silent since {}; reception does not explain it", "no silence that reception does not explain"),
    ("small_craft", "a small craft", "not a small craft"),
    ("slow_legs_and_kinks", "slowed or turned aside: {}", "did not slow or turn aside"),
    ("stopped_at_sea", "stopped at sea since {}", "did not stop at sea below 3 kn for 10 min"),
    ("stopped_since", "stopped at sea since {}", ""),
    ("tracks", "{} ships send its number", "ships that send its number: {}"),
    ("watched", "watched: {}", "not watched: {}"),
    ("watched_and_at_sea", "watched and at sea", "not watched, or not at sea"),
    ("zone", "", "no zone here asks for it: {}"),
];

/// The sentence of a condition; `None` if there is none. `measured` is the value in words, already
/// safe to print.
pub(super) fn sentence(name: &str, met: bool, measured: &str) -> Option<String> {
    let (_, yes, no) = SENTENCES.iter().find(|(known, ..)| *known == name)?;
    let text = if met { yes } else { no };
    (!text.is_empty()).then(|| text.replacen("{}", measured, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_without_numbers_are_sentences() {
        let out = sentence("sailed_out_of_reach", false, "since 2026-03-01 12:40");
        assert_eq!(out.as_deref(), Some("out of reach of the receivers since 2026-03-01 12:40"));
        assert_eq!(sentence("reception_learned", false, "false").as_deref(), Some("reception is not learned yet"));
        assert_eq!(sentence("shore_nm", false, "0.4"), None);
    }
}
