//! The alerts and facts of a vessel as they were at the moment of the question.
//!
//! The store keeps each change of an alert, so that its state at any moment can be distinguished from what
//! became of it later. Both are shown: an alert that was open at the moment and was retracted afterwards is
//! no longer a reason to act.

use serde_json::{Value, json};

use crate::cli::table::short_id;
use crate::platform::telemetry::FromAir;
use crate::storage::store::AsOf;
use atalaia_core::alerts::{Alert, Status};
use atalaia_core::base::time::Time;
use atalaia_core::engine::questions::Form;
use atalaia_core::picture::tracks::TrackKey;

/// Number of score lines that are shown, those with the most points first, whether they raise or
/// lower the score.
const REASONS: usize = 3;

/// An alert or fact about the vessel, as it was at the moment, and its end if that came later.
pub(super) struct PastAlert {
    /// Id of the alert.
    pub(super) id: String,
    /// Name of the behaviour.
    pub(super) behaviour: String,
    /// MMSI and ordinal of the tracks that it is about.
    tracks: Vec<(u64, u64)>,
    /// Whether it is an alert; false for a fact.
    announced: bool,
    /// When the behaviour began.
    started_at: Time,
    /// When the rule was first satisfied. Alerts are sorted by it.
    pub(super) opened_at: Time,
    /// When it ended; `None` if it had not.
    ended_at: Option<Time>,
    /// Whether it had been retracted.
    retracted: bool,
    /// Points, 0 to 100.
    score: i64,
    /// The lines of its score: points and why.
    reasons: Vec<(i64, String)>,
    /// The summary as sent, to be escaped.
    summary: String,
    /// When it ended after the moment, and whether it was then retracted. `None` if that is not known.
    later: Option<(Time, bool)>,
}

impl PastAlert {
    /// An alert after a change. Nothing is known of what comes later.
    pub(super) fn of(alert: &Alert) -> PastAlert {
        let reasons = alert.score_reasons.iter();
        PastAlert {
            id: alert.id.clone(),
            behaviour: alert.behaviour.to_string(),
            tracks: alert.vessels.iter().map(|vessel| (u64::from(vessel.mmsi), u64::from(vessel.track))).collect(),
            announced: alert.announced,
            started_at: alert.started_at,
            opened_at: alert.opened_at,
            ended_at: alert.ended_at,
            retracted: alert.status == Status::Retracted,
            score: i64::from(alert.score),
            reasons: reasons.map(|reason| (i64::from(reason.points), reason.text.clone())).collect(),
            summary: alert.summary.clone(),
            later: None,
        }
    }

    /// An alert of the store. `None` if it lacks a time or an id, as after damage.
    pub(super) fn stored(stored: &AsOf) -> Option<PastAlert> {
        let body = &stored.alert;
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        let time = |key: &str| body[key].as_str().and_then(Time::parse);
        let reasons = body["score_reasons"].as_array().into_iter().flatten();
        let vessels = body["vessels"].as_array().into_iter().flatten();
        Some(PastAlert {
            id: text("id")?,
            behaviour: text("behaviour")?,
            tracks: vessels.filter_map(|vessel| Some((vessel["mmsi"].as_u64()?, vessel["track"].as_u64()?))).collect(),
            announced: body["announced"] == true,
            started_at: time("started_at")?,
            opened_at: time("opened_at")?,
            ended_at: time("ended_at"),
            retracted: body["status"] == "retracted",
            score: body["score"].as_i64().unwrap_or_default(),
            reasons: reasons
                .filter_map(|reason| Some((reason["points"].as_i64()?, reason["text"].as_str()?.to_owned())))
                .collect(),
            summary: text("summary").unwrap_or_default(),
            later: stored.ended_at.filter(|_| body["status"] == "open").map(|at| (at, stored.status == "retracted")),
        })
    }

    /// `alert` or `fact`.
    pub(super) fn kind(&self) -> &'static str {
        if self.announced { "alert" } else { "fact" }
    }

    /// Its state at that time, in words.
    fn state(&self, at: Time) -> String {
        // Its end may lie after the moment in two ways: the change is that of the moment and the end came
        // later, or there was no change by the moment and the first one is shown instead.
        match (self.ended_at, self.later) {
            (Some(ended), _) if ended <= at && self.retracted => format!("retracted, held until {}", ended.minute()),
            (Some(ended), _) if ended <= at => format!("ended {}", ended.minute()),
            (Some(_), _) if self.retracted => "open then, retracted later".to_owned(),
            (_, Some((_, true))) => "open then, retracted later".to_owned(),
            (Some(ended), _) | (_, Some((ended, false))) => format!("open then, ended {}", ended.minute()),
            (None, None) => "open".to_owned(),
        }
    }

    /// Whether it was open at a moment: it had opened and not ended, and was not retracted.
    fn is_open(&self, at: Time) -> bool {
        let ended = self.ended_at.or(self.later.map(|(ended, _)| ended));
        self.opened_at <= at && ended.is_none_or(|ended| at <= ended) && !self.retracted
    }

    /// Says when its conditions were met, if it is open about the track although no form of its behaviour meets them now: an alert stays
    /// open until its end is reached. `None` for all others. `nearest` has the nearest form of each behaviour.
    pub(super) fn met_before(&self, track: TrackKey, nearest: &[&Form], at: Time) -> Option<String> {
        let is_about = self.tracks.contains(&(u64::from(track.mmsi.0), u64::from(track.ordinal)));
        let form = nearest.iter().find(|form| form.behaviour.name() == self.behaviour)?;
        (is_about && self.is_open(at) && 0 < form.missing).then(|| {
            format!(
                "{} {} ({}) is open; its conditions were met at {}, not all of them now",
                self.kind(),
                short_id(&self.id),
                self.behaviour,
                self.opened_at.minute()
            )
        })
    }

    /// What it was at that time, and below it the lines that made most of its score.
    pub(super) fn lines(&self, at: Time) -> Vec<String> {
        let mut lines = vec![format!(
            "  {} {} since {}, {}, {} points: {}",
            self.kind(),
            self.behaviour,
            self.started_at.minute(),
            self.state(at),
            self.score,
            FromAir(&self.summary)
        )];
        let mut reasons: Vec<&(i64, String)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(points, _)| std::cmp::Reverse(points.abs()));
        let words: Vec<String> =
            reasons.iter().take(REASONS).map(|(points, why)| format!("{points:+} {}", FromAir(why))).collect();
        let more = match reasons.len().saturating_sub(REASONS) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        if !words.is_empty() {
            lines.push(format!("    {}{more}", words.join("; ")));
        }
        lines
    }

    /// The alert as a JSON object, without what came later.
    pub(super) fn json(&self) -> Value {
        let at = |time: Time| time.to_string();
        let reason = |(points, text): &(i64, String)| json!({ "points": points, "text": text });
        json!({
            "id": self.id, "behaviour": self.behaviour, "announced": self.announced, "score": self.score,
            "started_at": at(self.started_at), "opened_at": at(self.opened_at), "ended_at": self.ended_at.map(at),
            "summary": self.summary, "score_reasons": self.reasons.iter().map(reason).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::base::units::Mmsi;
    use atalaia_core::behaviours::Behaviour;

    #[test]
    fn an_alert_is_shown_as_it_was_with_what_made_its_score() {
        let reason = |points: i64, text: &str| json!({ "points": points, "text": text });
        let alert = json!({
            "id": "abcdefgh", "behaviour": "loitering", "announced": true, "score": 75, "status": "open", "summary": "It is slow.",
            "started_at": "2026-03-01T19:21:00Z", "opened_at": "2026-03-01T19:50:00Z", "ended_at": null,
            "score_reasons": [reason(10, "at night"), reason(50, "slow"), reason(5, "small"), reason(20, "far from land"),
                reason(-10, "usual")],
        });
        let time = |text: &str| Time::parse(text).expect("a time");
        let ended_at = Some(time("2026-03-01T22:30:00Z"));
        let stored = AsOf { alert, status: "ended".to_owned(), ended_at };
        let known = PastAlert::stored(&stored).expect("an alert");
        assert_eq!(
            known.lines(time("2026-03-01T20:00:00Z")),
            [
                "  alert loitering since 2026-03-01 19:21, open then, ended 2026-03-01 22:30, 75 points: It is slow.",
                "    +50 slow; +20 far from land; +10 at night; and 2 more",
            ]
        );
    }

    #[test]
    fn an_alert_is_open_from_its_opening_to_its_end_unless_it_was_retracted() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let of = |change: &str, ended: Option<&str>| {
            let alert = json!({
                "id": "abcdefghij", "behaviour": "loitering", "announced": true, "score": 75, "status": change, "summary": "It is slow.",
                "started_at": "2026-03-01T19:21:00Z", "opened_at": "2026-03-01T20:21:00Z", "ended_at": null, "score_reasons": [],
            });
            let ended_at = ended.map(time);
            PastAlert::stored(&AsOf { alert, status: "ended".to_owned(), ended_at }).expect("an alert")
        };
        let open = of("open", Some("2026-03-01T22:30:00Z"));
        assert!(open.is_open(time("2026-03-01T22:00:00Z")));
        let outside = ["2026-03-01T20:00:00Z", "2026-03-01T23:00:00Z"].map(time);
        assert!(outside.iter().all(|at| !open.is_open(*at)), "before it opened, and after its end");
        assert!(of("open", None).is_open(time("2026-03-02T23:00:00Z")));
        assert!(!of("retracted", None).is_open(time("2026-03-01T22:00:00Z")));
    }

    #[test]
    fn each_open_alert_says_when_its_conditions_were_met_if_no_form_of_its_behaviour_meets_them_now() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let of = |id: &str, opened: &str| {
            let alert = json!({
                "id": id, "behaviour": "rendezvous", "announced": true, "score": 75, "status": "open", "summary": "They met.",
                "started_at": opened, "opened_at": opened, "ended_at": null, "score_reasons": [],
                "vessels": [{ "mmsi": 224_000_001, "track": 2 }, { "mmsi": 224_000_009, "track": 1 }],
            });
            PastAlert::stored(&AsOf { alert, status: "open".to_owned(), ended_at: None }).expect("an alert")
        };
        let known = [of("abcdefghij", "2026-03-01T20:21:00Z"), of("bcdefghijk", "2026-03-01T21:00:00Z")];
        let form = |name: &str, missing: usize| Form {
            behaviour: Behaviour::named(name).expect("a behaviour"),
            form: "with 224000009.1".to_owned(),
            missing,
            away: missing as f64,
            asked_for: true,
            conditions: Vec::new(),
        };
        let said = |ordinal: u16, forms: &[&Form]| -> Vec<String> {
            let track = TrackKey { mmsi: Mmsi(224_000_001), ordinal };
            known.iter().filter_map(|known| known.met_before(track, forms, time("2026-03-01T22:00:00Z"))).collect()
        };
        assert_eq!(
            said(2, &[&form("loitering", 0), &form("rendezvous", 1)]),
            [
                "alert abcdefgh (rendezvous) is open; its conditions were met at 2026-03-01 20:21, not all of them now",
                "alert bcdefghi (rendezvous) is open; its conditions were met at 2026-03-01 21:00, not all of them now",
            ]
        );
        assert_eq!(said(2, &[&form("rendezvous", 0)]), [""; 0], "met now, perhaps with another ship");
        assert_eq!(said(1, &[&form("rendezvous", 1)]), [""; 0], "the other ship that sends this number");
    }
}
