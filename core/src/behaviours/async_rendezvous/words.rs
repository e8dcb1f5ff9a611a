//! The texts of `async_rendezvous` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::text::{decimals, distance};
use crate::behaviours::Holding;
use crate::behaviours::named::{Role, VesselRef};
use crate::behaviours::words::{
    Caveat, Circumstances, Limit, Opening, STOPPED_KNOTS, Tense, Who, Words, number, plain,
};
use crate::zones::Chart;

/// Whether the stop stands out from other stops there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// A stop that chance does not explain.
    Collected,
    /// No more such stops than chance would bring.
    ByChance,
    /// One of many craft that stopped there.
    Crowd,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Collected => &["collected"],
            Form::ByChance => &["by_chance"],
            Form::Crowd => &["crowd"],
        }
    }

    fn who(self, of: &Circumstances<'_>) -> Who {
        // The ship is named in the rest of the sentence.
        Who::vessels(of.vessels.iter().filter(|vessel| vessel.role != Some(Role::Dropper)))
    }

    /// `stopped for 20 min within 0.5 nm of where BIG (Spain, cargo) had slowed to 3 kn (usual 12 kn) for 24 min, 4.5 h earlier`.
    fn deed(self, of: &Circumstances<'_>) -> String {
        let dropper = of.vessels.iter().find(|vessel| vessel.role == Some(Role::Dropper));
        let ship = dropper.map_or_else(|| "a ship".to_owned(), VesselRef::title);
        let minutes = of.minutes("slow_minutes");
        let did = match (of.text("drop"), of.number("slowest_knots")) {
            (Some("kink"), _) => format!("had turned{} off its course and back", of.stated("aside_nm", " ", " nm")),
            (_, Some(knots)) if knots < STOPPED_KNOTS => format!("had lain stopped for {minutes}"),
            (_, knots) => {
                let slowest = knots.map_or_else(String::new, |knots| format!(" to {} kn", decimals(knots)));
                let usual = of.stated("usual_knots", " (usual ", " kn)");
                format!("had slowed{slowest}{usual} for {minutes}")
            }
        };
        let before = of.hours("hours_between", ", ", " earlier");
        let apart = of.number("distance_nm").map_or_else(String::new, |nm| format!("within {} of ", distance(nm)));
        let others = match of.measured.get("other_candidates").and_then(Value::as_array).map(Vec::len) {
            Some(others @ 1..) => format!(" (one of {} ships that slowed or turned there)", others + 1),
            _ => String::new(),
        };
        let craft = match of.number("craft_stopped_there") {
            Some(craft) if 1.0 < craft => format!("; {craft:.0} small craft have stopped there since"),
            Some(_) | None => String::new(),
        };
        let stopped = if of.tense == Tense::Past { "stopped" } else { "has stopped" };
        format!("{stopped} for {} {apart}where {ship} {did}{before}{others}{craft}", of.held())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether anything was dropped or recovered")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        "stopped where another ship had slowed or turned".to_owned()
    }

    fn line(self, code: &str, holding: &Holding, _: &Chart) -> String {
        let measured = |key| number(&holding.measured, key).unwrap_or(0.0);
        match code {
            "late" => format!("{:.1} h later: many other explanations", measured("hours_between")),
            "far" => format!("{:.1} nm away: many other explanations", measured("distance_nm")),
            "by_chance" => {
                let expected = measured("expected_by_chance");
                format!("{expected:.1} such stops expected there in that time by chance alone")
            }
            _ => "Small craft stopped where a ship had slowed or turned hours earlier".to_owned(),
        }
    }

    fn part(self, part: &'static str, _: &Map<String, Value>) -> String {
        match part {
            "by_chance" => "no more than chance would bring".to_owned(),
            "crowd" => "one of many craft that stopped there".to_owned(),
            other => plain(other),
        }
    }

    fn limits(self, holding: &Holding) -> Vec<Limit> {
        let measured = |key| number(&holding.measured, key);
        let text = match self {
            Form::Collected => None,
            Form::ByChance => measured("expected_by_chance")
                .map(|expected| format!("{expected:.1} such stops expected there by chance alone: recorded as a fact")),
            Form::Crowd => measured("craft_stopped_there").map(|craft| {
                format!("{craft:.0} craft stopped there since, too many to single one out: recorded as a fact")
            }),
        };
        text.map(Limit::fact).into_iter().collect()
    }
}
