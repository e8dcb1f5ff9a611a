//! What the stages decide about a change, in order: the first one that stops it gives the reason.

use super::filter::Filter;
use super::select;
use atalaia_core::alerts::Alert;

/// What a sink knows of an alert that ends or is retracted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::storage::store) enum Knowledge {
    /// Nothing, or the alert goes on.
    Nothing,
    /// It is in a digest.
    ByDigest,
    /// It has received a change of it, or is about to.
    Singly,
}

/// What becomes of a change on its way to a sink.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::storage::store) enum Decision {
    /// The filter does not ask for it.
    NotSelected {
        /// The first condition that is not met.
        because: String,
    },
    /// An analyst has asked that it be held back.
    Silenced {
        /// The silence.
        by: String,
    },
    /// The sink may not receive its marking.
    Withheld {
        /// The first limit that is exceeded.
        because: String,
    },
    /// The sink must receive the end of the alert, but may not receive this change: the last change that it has received is sent
    /// again, as ended.
    ClosingNotice {
        /// The first limit that is exceeded.
        because: String,
    },
    /// It is to be delivered.
    Due,
}

/// Takes a change through the stages. `silence` is the one that covers the alert, if any. Pure: what it needs from the store is passed in.
pub(in crate::storage::store) fn decide(
    filter: &Filter,
    alert: &Alert,
    silence: Option<&str>,
    knowledge: Knowledge,
) -> Decision {
    let unselected = select::unselected(filter, alert);
    let refusal = filter.clearance.refusal(&alert.handling);
    match (knowledge, unselected, silence, refusal) {
        (Knowledge::Nothing, Some(because), ..) => Decision::NotSelected { because },
        (Knowledge::Nothing, None, Some(silence), _) => Decision::Silenced { by: silence.to_owned() },
        (Knowledge::Nothing, None, None, Some(because)) => Decision::Withheld { because },
        // A sink that received the opening must also receive the end, whatever has changed since. One that knows the alert from a digest
        // only receives the end by id.
        (Knowledge::Singly, _, _, Some(because)) => Decision::ClosingNotice { because },
        _ => Decision::Due,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::store::tests::distress;
    use atalaia_core::alerts::Severity;
    use atalaia_core::alerts::handling::Tlp;

    #[test]
    fn the_first_stage_that_stops_a_change_decides_but_an_end_reaches_a_sink_that_knows_the_alert() {
        let alert = &distress()[0].alert;
        let selects = Filter::from_severity("mail", Severity::Info);
        let mut narrow = selects.clone();
        narrow.min_score = 101;
        let mut strict = selects.clone();
        strict.clearance.max_tlp = Tlp::Green;
        let mut neither = narrow.clone();
        neither.clearance.max_tlp = Tlp::Green;
        let because = "TLP:AMBER is above its max_tlp GREEN".to_owned();
        let unmet = format!("{} points are below min_score = 101", alert.score);
        let silence = Some("silence 1 (ana: a buoy)");
        let silenced = Decision::Silenced { by: "silence 1 (ana: a buoy)".to_owned() };
        for (filter, silence, knowledge, decision) in [
            (&selects, None, Knowledge::Nothing, Decision::Due),
            (&neither, silence, Knowledge::Nothing, Decision::NotSelected { because: unmet }),
            (&strict, silence, Knowledge::Nothing, silenced.clone()),
            (&strict, None, Knowledge::Nothing, Decision::Withheld { because: because.clone() }),
            (&selects, silence, Knowledge::Nothing, silenced),
            (&selects, silence, Knowledge::Singly, Decision::Due),
            (&narrow, silence, Knowledge::Singly, Decision::Due),
            (&strict, silence, Knowledge::Singly, Decision::ClosingNotice { because: because.clone() }),
            (&neither, None, Knowledge::Singly, Decision::ClosingNotice { because }),
            (&strict, silence, Knowledge::ByDigest, Decision::Due),
        ] {
            assert_eq!(decide(filter, alert, silence, knowledge), decision);
        }
    }
}
