//! What is new about an alert since its last line, as far as an analyst would act on it.

use std::sync::Arc;

use crate::alerts::alert::Severity;
use crate::alerts::score::Score;
use crate::alerts::settings::Settings;
use crate::base::text::counted;
use crate::behaviours::{VesselRef, ZoneRef};
use crate::zones::Relation;

use super::entry::Entry;
use super::summary::form_words;

impl Entry {
    /// Adopts the new score. Returns the news that an analyst would act on. While the alert is open, score and severity fall only if
    /// what is known of the vessels was `corrected`, or if the behaviour now calls for a limit below the score.
    pub(super) fn news(&mut self, score: Option<Score>, corrected: bool, settings: &Settings) -> Vec<String> {
        // A score that is lower only because less is measured is not adopted, line by line either: the lines must add up to the score.
        let mut news = Vec::new();
        let alert = Arc::make_mut(&mut self.alert);
        if let Some(score) = score.filter(|score| corrected || alert.score <= score.points || score.limits(alert.score))
        {
            let severity = Severity::of(score.points);
            if !alert.announced && settings.alert_from <= score.points {
                alert.announced = true;
                news.push(format!("score reached {}", settings.alert_from));
            }
            if alert.severity < severity {
                news.push(format!("severity rose to {}", severity.name()));
            }
            if severity < alert.severity {
                news.push(format!("corrected: severity fell to {}", severity.name()));
                // What limits it is the last line of the score.
                let limit = score.reasons.last().filter(|_| score.limits(alert.score));
                news.extend(limit.map(|limit| limit.text.clone()));
            }
            alert.severity = severity;
            alert.score = score.points;
            alert.score_reasons = score.reasons;
        }
        if std::mem::take(&mut self.moved) {
            news.push("a late report shows a later start".to_owned());
        }
        // A part that ceased to hold is not news; one that was not published is.
        let before = self.published_form.parts();
        if !self.inputs.form.parts().iter().all(|part| before.contains(part)) {
            news.push(format!("now {}", form_words(&self.facts)));
        }
        // Leaving a zone is not news; coming from near to inside is.
        for zone in &self.inputs.zones {
            let known = |known: &ZoneRef| {
                known.id == zone.id && (known.relation == zone.relation || known.relation == Relation::In)
            };
            if !alert.zones.iter().any(known) {
                news.push(format!(
                    "now {} {}",
                    if zone.relation == Relation::In { "inside" } else { "near" },
                    zone.name
                ));
            }
        }
        let further = self.inputs.vessels.len().saturating_sub(alert.vessels.len());
        if 0 < further {
            news.push(counted(further, "more vessel"));
            // With further vessels the two lists no longer correspond.
            return news;
        }
        for (before, now) in alert.vessels.iter().zip(&self.inputs.vessels) {
            if learned(before, now) {
                news.push(format!("identity received from {:09}", now.mmsi));
            }
        }
        news
    }
}

/// Whether a vessel now sends an identity detail that it had not sent at the last line. A detail that changed is not meant: that is a
/// matter of `identity_change`.
fn learned(before: &VesselRef, now: &VesselRef) -> bool {
    fn first<T>(before: &Option<T>, now: &Option<T>) -> bool {
        before.is_none() && now.is_some()
    }
    first(&before.name, &now.name)
        || first(&before.call_sign, &now.call_sign)
        || first(&before.ship_type, &now.ship_type)
        || first(&before.imo, &now.imo)
}
