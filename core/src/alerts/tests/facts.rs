//! Facts as rules would report them, for tests of what follows from them.

use crate::base::units::Mmsi;
use crate::behaviours::{
    AnyFacts, Behaviour, ais_gap, async_rendezvous, dark_rendezvous, distress, draught_change, drift, feed_silent,
    fishing_out_of_place, identity_change, identity_conflict, interference, loitering, position_jump, rendezvous,
    slowdown, small_craft_stop, zone_entry, zone_speed,
};

use super::minute;

/// A vessel that loiters, and was slow for `minutes`.
pub(super) fn loiters(form: loitering::Form, minutes: i64) -> loitering::Facts {
    use loitering::facts::{Measured, Slow, Thresholds};
    let slow = Slow { counted_minutes: (minutes as f64).into(), swing_nm: 0.3.into(), max_knots: 1.5.into() };
    let measured = Measured {
        slow: (form != loitering::Form::Circling).then_some(slow),
        speed_made_good_knots: Some(0.8.into()),
        round: None,
        at_anchor: None,
        shore_nm: 30.0.into(),
    };
    let thresholds = Thresholds::of(form, &loitering::Settings::default());
    loitering::Facts { form, measured, thresholds }
}

/// A meeting of which `minutes` counted, with this greatest distance. Metres.
pub(super) fn meets(form: rendezvous::Form, minutes: u32, metres: f64) -> rendezvous::Facts {
    use rendezvous::facts::{Measured, Thresholds, TierThresholds};
    let measured = Measured {
        counted_minutes: minutes.into(),
        distance_metres: metres.into(),
        min_distance_metres: 50.0.into(),
        max_distance_metres: metres.into(),
        median_knots: 1.1.into(),
        shore_nm: 60.0.into(),
        earlier_meetings_14_days: None,
        gear: None,
    };
    let tier = TierThresholds::of(form, &rendezvous::Settings::default());
    rendezvous::Facts { form, measured, thresholds: Thresholds { tier, habitual_meetings: None, gear_minutes: None } }
}

/// A slowdown over a hole of `minutes`.
pub(super) fn slows_over_hole(minutes: u32) -> slowdown::Facts {
    let measured = slowdown::facts::OverHole {
        hole_minutes: minutes.into(),
        made_good_nm: 1.0.into(),
        implied_knots: 0.7.into(),
        usual_knots: 12.0.into(),
        shore_nm: 30.0.into(),
    };
    slowdown::Facts::Hole { measured, thresholds: (&slowdown::Settings::default()).into() }
}

/// A silence of `minutes` that has not ended.
pub(super) fn falls_silent(form: ais_gap::Form, minutes: u32) -> ais_gap::Facts {
    let measured = ais_gap::facts::Measured {
        silent_minutes: minutes.into(),
        required_minutes: 90.0.into(),
        unheard_probability: Some(0.001.into()),
        usual_knots: 12.0.into(),
        feed_missed_minutes: None,
        own_record_percent: None,
        heard_at_most_percent: None,
        only_vessel_of_its_input: None,
        out_of_reach_minutes: None,
        usual_silence: None,
        heading_for: None,
        reappeared: None,
    };
    ais_gap::Facts { form, measured, thresholds: (&ais_gap::Settings::default()).into() }
}

/// A silence that ended 0.1 nm from where it began.
pub(super) fn heard_again(form: ais_gap::Form) -> ais_gap::Facts {
    let mut facts = falls_silent(form, 180);
    let back =
        ais_gap::facts::Reappearance { distance_nm: 0.1.into(), implied_knots: 0.0.into(), slack_hours: 3.0.into() };
    facts.measured.reappeared = Some(back);
    facts
}

/// A stop within reach of `possible` silent vessels, the first of which could have reached `stops` stops.
pub(super) fn may_have_met(form: dark_rendezvous::Form, possible: usize, stops: usize) -> dark_rendezvous::Facts {
    let measured = dark_rendezvous::facts::Measured {
        dark_mmsi: Mmsi(0),
        silent_since: minute(-120),
        slack_hours: 3.0.into(),
        usual_knots: 12.0.into(),
        distance_nm: 5.0.into(),
        stopped_minutes: 40.0.into(),
        there_minutes: 30.0.into(),
        possible,
        stops_within_reach: stops,
        other_candidates: None,
    };
    dark_rendezvous::Facts { form, measured, thresholds: (&dark_rendezvous::Settings::default()).into() }
}

/// A stop of this boat where a ship had slowed; 2.4 such stops were expected, and `craft` have stopped there.
pub(super) fn collects(form: async_rendezvous::Form, craft: usize, boat: Mmsi) -> async_rendezvous::Facts {
    use async_rendezvous::facts::{Dropped, Measured};
    let measured = Measured {
        drop: Dropped::SlowLeg {
            dropped_at: minute(-300),
            slow_until: minute(-276),
            slow_minutes: 24.0.into(),
            slowest_knots: 3.0.into(),
            usual_knots: 12.0.into(),
        },
        passed_at: minute(-290),
        hours_between: 4.5.into(),
        distance_nm: 0.5.into(),
        dropper_mmsi: Mmsi(0),
        collector_mmsi: boat,
        such_stops_per_day: 1.0.into(),
        expected_by_chance: 2.4.into(),
        craft_stopped_there: craft,
        craft: None,
        stopped_minutes: 20.0.into(),
        ships_there: None,
        other_candidates: None,
    };
    async_rendezvous::Facts { form, measured, thresholds: (&async_rendezvous::Settings::default()).into() }
}

/// A vessel beyond a limit of its zone, with this speed. Knots.
pub(super) fn speeds(form: zone_speed::Form, knots: f64) -> zone_speed::Facts {
    let settings = zone_speed::Settings { max_knots: 25.0, ..zone_speed::Settings::default() };
    let measured = zone_speed::facts::Measured {
        counted_minutes: 20.0.into(),
        extreme_knots: 28.9.into(),
        speed_made_good_knots: knots.into(),
    };
    zone_speed::Facts { form, measured, thresholds: (&settings).into() }
}

/// A distress device.
pub(super) fn calls(form: distress::Form) -> distress::Facts {
    let measured = distress::facts::Measured { made_good_knots: None };
    distress::Facts { form, measured, thresholds: (&distress::Settings::default()).into() }
}

/// A border crossed inward.
pub(super) fn enters() -> zone_entry::Facts {
    let measured = crate::behaviours::Crossed { speed_made_good_knots: None, unheard_since: None };
    zone_entry::Facts { form: zone_entry::Form, measured, thresholds: () }
}

/// Behaviours that have usual facts.
const USUAL: [Behaviour; 16] = [
    Behaviour::Loitering,
    Behaviour::Rendezvous,
    Behaviour::Slowdown,
    Behaviour::Drift,
    Behaviour::AisGap,
    Behaviour::DarkRendezvous,
    Behaviour::AsyncRendezvous,
    Behaviour::IdentityChange,
    Behaviour::DraughtChange,
    Behaviour::PositionJump,
    Behaviour::IdentityConflict,
    Behaviour::Interference,
    Behaviour::ZoneEntry,
    Behaviour::SmallCraftStop,
    Behaviour::FishingOutOfPlace,
    Behaviour::FeedSilent,
];

#[test]
fn a_snapshot_gives_back_the_facts_that_were_saved() {
    let mut silent = falls_silent(ais_gap::Form::Silent, 180);
    silent.measured.usual_knots = f64::INFINITY.into();
    let usual = USUAL.iter().map(|behaviour| usual(*behaviour));
    for facts in usual.chain([silent.into(), slows_over_hole(90).into()]) {
        let saved = serde_json::to_string(&facts).expect("plain data");
        let restored: AnyFacts = serde_json::from_str(&saved).expect(&saved);
        // Numbers that are not finite differ from themselves.
        assert_eq!(format!("{restored:?}"), format!("{facts:?}").replace("inf", "NaN"));
        assert_eq!((restored.measured(), restored.thresholds()), (facts.measured(), facts.thresholds()));
    }
}

/// Facts of the behaviour, for tests that do not state their own.
pub(super) fn usual(behaviour: Behaviour) -> AnyFacts {
    match behaviour {
        Behaviour::Loitering => loiters(loitering::Form::Slow, 60).into(),
        Behaviour::Rendezvous => meets(rendezvous::Form::Near, 40, 180.0).into(),
        Behaviour::Slowdown => slows().into(),
        Behaviour::Drift => drifts().into(),
        Behaviour::AisGap => falls_silent(ais_gap::Form::LongSilent, 180).into(),
        Behaviour::DarkRendezvous => may_have_met(dark_rendezvous::Form::Possible, 1, 1).into(),
        Behaviour::AsyncRendezvous => collects(async_rendezvous::Form::Collected, 1, Mmsi(0)).into(),
        Behaviour::IdentityChange => changes_number().into(),
        Behaviour::DraughtChange => changes_draught().into(),
        Behaviour::PositionJump => jumps().into(),
        Behaviour::IdentityConflict => shares_number().into(),
        Behaviour::Interference => is_disturbed().into(),
        Behaviour::ZoneEntry => enters().into(),
        Behaviour::SmallCraftStop => stops_in_mid_ocean().into(),
        Behaviour::FishingOutOfPlace => stops_far_out().into(),
        Behaviour::FeedSilent => feed_stops().into(),
        other => panic!("state the facts of {other}"),
    }
}

fn slows() -> slowdown::Facts {
    let measured = slowdown::facts::Followed {
        counted_minutes: 60.0.into(),
        median_knots: Some(0.8.into()),
        usual_knots: 12.0.into(),
        under_way_hours: 6.0.into(),
        swing_nm: 0.3.into(),
        shore_nm: 30.0.into(),
        at_anchor: None,
    };
    slowdown::Facts::Followed { measured, thresholds: (&slowdown::Settings::default()).into() }
}

fn drifts() -> drift::Facts {
    let measured = drift::facts::Measured {
        counted_minutes: 60.0.into(),
        drift_metres: 1500.0.into(),
        greatest_degrees: 90.0.into(),
        median_degrees: None,
        median_knots: Some(0.8.into()),
        shore_nm: 30.0.into(),
        at_anchor: None,
    };
    drift::Facts { form: drift::Form, measured, thresholds: (&drift::Settings::default()).into() }
}

fn changes_number() -> identity_change::Facts {
    let measured = identity_change::facts::Measured { imo: Some(9_074_729), ..Default::default() };
    let thresholds = (&identity_change::Settings::default()).into();
    identity_change::Facts { form: identity_change::Form::NewMmsi, measured, thresholds }
}

fn changes_draught() -> draught_change::Facts {
    let measured = draught_change::facts::Measured {
        draught_before_metres: 6.0.into(),
        draught_after_metres: 9.0.into(),
        change_metres: 3.0.into(),
        silent_hours: None,
    };
    let thresholds = (&draught_change::Settings::default()).into();
    draught_change::Facts { form: draught_change::Form::Deeper, measured, thresholds }
}

fn jump() -> crate::behaviours::JumpFacts {
    crate::behaviours::JumpFacts {
        distance_nm: 80.0.into(),
        from_lat: 21.0.into(),
        from_lon: (-18.0).into(),
        pace: None,
    }
}

fn jumps() -> position_jump::Facts {
    let thresholds = (&position_jump::Settings::default()).into();
    position_jump::Facts { form: position_jump::Form, measured: jump(), thresholds }
}

fn shares_number() -> identity_conflict::Facts {
    let measured = identity_conflict::facts::Measured { jump: jump(), places: 2, names: Vec::new() };
    let thresholds = (&identity_conflict::Settings::default()).into();
    identity_conflict::Facts { form: identity_conflict::Form::Conflict, measured, thresholds }
}

fn is_disturbed() -> interference::Facts {
    let measured = interference::facts::Measured { vessels: 2, mmsis: vec![Mmsi(1), Mmsi(2)] };
    let thresholds = (&interference::Settings::default()).into();
    interference::Facts { form: interference::Form, measured, thresholds }
}

fn stops_in_mid_ocean() -> small_craft_stop::Facts {
    let measured = small_craft_stop::facts::Measured {
        counted_minutes: 60.0.into(),
        median_knots: Some(0.8.into()),
        implied_hours: None,
        wind_knots: None,
        swing_nm: 0.3.into(),
        shore_nm: 300.0.into(),
    };
    let thresholds = (&small_craft_stop::Settings::default()).into();
    small_craft_stop::Facts { form: small_craft_stop::Form, measured, thresholds }
}

fn stops_far_out() -> fishing_out_of_place::Facts {
    let measured = fishing_out_of_place::facts::Measured {
        counted_minutes: 60.0.into(),
        passage_hours: 40.0.into(),
        passage_nm: 400.0.into(),
        passage_straight_share: 0.98.into(),
        passage_knots: 10.0.into(),
        median_knots: Some(0.8.into()),
        shore_nm: 300.0.into(),
    };
    let thresholds = (&fishing_out_of_place::Settings::default()).into();
    fishing_out_of_place::Facts { form: fishing_out_of_place::Form, measured, thresholds }
}

fn feed_stops() -> feed_silent::Facts {
    let measured = feed_silent::facts::Measured::Input { input: "shore".to_owned() };
    feed_silent::Facts { measured, earlier: None, thresholds: (&feed_silent::Settings::default()).into() }
}
