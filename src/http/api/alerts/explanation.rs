//! `GET /alerts/{id}/explanation`: why the alert was raised, what was measured beside which threshold, and what AIS cannot show.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::detail::missing;
use super::headings::{Headings, headings};
use super::limits_then::{beside_reach, in_force};
use super::sources_of::origin;
use super::wording::{beside_band, label, text};
use crate::http::access::Reader;
use crate::http::api::consulted::consulted;
use crate::http::api::personal::known;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::evidence::report::{Measure, Number, WHAT_AIS_CANNOT_SHOW, measures};
use crate::storage::store::Parts;
use crate::storage::store::{Act, Subject};
use atalaia_core::base::unit::Unit;
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::{Behaviour, Comparison};
use atalaia_core::engine::questions::{Answer, Question};

/// Most vessels of an alert whose conditions of this moment are asked for. Each is a question to the main loop.
const VESSELS: usize = 4;

/// Why an alert was raised.
#[derive(Serialize, ToSchema)]
struct Explanation {
    /// Event time of the last change.
    decided_at: Option<String>,
    /// What was measured, beside the thresholds in force then.
    conditions: Vec<ConditionThen>,
    /// Thresholds that no measured value is compared with.
    settings: Vec<Setting>,
    /// The lines that add up to the score.
    score: Vec<ScoreLine>,
    /// What AIS cannot show.
    limits: Vec<&'static str>,
    /// What the behaviour watches; null for a problem of the program itself, as are the next four.
    watches: Option<String>,
    /// Why it watches that.
    why: Option<String>,
    /// When it opens, with the thresholds in force then.
    opens: Option<String>,
    /// When it ends, with the thresholds in force then.
    ends: Option<String>,
    /// What it cannot tell apart or does not see.
    blind_spots: Option<String>,
    /// The conditions of this moment for the vessels of an open alert; null if it is over, or if the main loop has too much to do.
    now: Option<Vec<FormNow>>,
}

/// A measured value beside a threshold. One that is compared with no threshold has none.
#[derive(Serialize, ToSchema)]
struct ConditionThen {
    /// Name of the measured value, which ends in its unit.
    name: String,
    /// The name in words.
    label: String,
    /// The value.
    measured: Value,
    /// The value with its unit.
    measured_text: String,
    /// The threshold; of a lower and an upper one, that which the value is nearer to.
    threshold: Value,
    /// How it is compared, and the threshold with its unit; the range, where there is a lower and an upper one; empty without one.
    threshold_text: String,
    /// Unit of the value: `knots`, `nm`, `metres`, `minutes`, `hours`, `degrees`, ...; null without one.
    unit: Option<&'static str>,
    /// Whether the value meets the threshold; true without one.
    met: bool,
    /// How far beyond the threshold, as a share of it; negative if it is not met; null if they are not numbers.
    margin: Option<f64>,
    /// Whether it rests on what the ship says of itself, beside its position, speed and time.
    own_word: bool,
    /// Where the threshold comes from: `default`, or `settings` for one that the settings or a zone set.
    source: Option<&'static str>,
}

/// A threshold that no value is compared with.
#[derive(Serialize, ToSchema)]
struct Setting {
    /// Its name.
    name: String,
    /// Its name in words.
    label: String,
    /// Its value.
    value: Value,
    /// Its value with its unit.
    text: String,
    /// `default`, or `settings`.
    source: Option<&'static str>,
}

/// A line of the score.
#[derive(Serialize, ToSchema)]
struct ScoreLine {
    /// Stable name.
    code: String,
    /// Points; negative if it lowers the score.
    points: i64,
    /// Explanation.
    text: String,
}

/// One form of the behaviour for one vessel now.
#[derive(Serialize, ToSchema)]
struct FormNow {
    /// The track, as `224123456.1`.
    track: String,
    /// Which form, zone settings or other vessel; empty if there is only one.
    form: String,
    /// Number of conditions that are not met.
    missing: usize,
    /// The conditions, in the order in which the behaviour checks them.
    conditions: Vec<ConditionNow>,
}

/// One condition now.
#[derive(Serialize, ToSchema)]
struct ConditionNow {
    /// Name of the measured value, which ends in its unit.
    name: String,
    /// The value; null if it is not known.
    measured: Value,
    /// What is required: `< 2`, `>= 60`.
    threshold: String,
    /// Whether it is met.
    met: bool,
}

/// Why the alert was raised, with the thresholds that were in force then.
#[utoipa::path(get, path = "/alerts/{id}/explanation", tag = "alerts",
    params(("id" = String, Path, description = "Full id of 26 characters")),
    responses((status = 200, description = "The explanation", body = Explanation), Refusals))]
pub(super) async fn explain_alert(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Parameters::of(given, &[])?;
    let (now, clearance, wanted) = (sources.clock.now(), reader.clearance.clone(), id.to_ascii_lowercase());
    let parts = Parts { history: true, ..Parts::default() };
    let detail = sources.read(move |readers| readers.detail(&wanted, &clearance, parts, now)).await?;
    let detail = detail.ok_or_else(|| missing(&id))?;
    consulted(&sources, &reader, Act::ExplanationRead, Subject::alert(&detail.item.id), None).await?;
    let body = detail.item.value();
    let behaviour = body["behaviour"].as_str().unwrap_or_default();
    let about = headings(behaviour);
    let (mut measures, mut settings) = measures(&body);
    beside_band(&mut measures, &mut settings);
    beside_reach(&mut measures, &body);
    let conditions = measures.into_iter().flat_map(|measure| rows(behaviour, &measure));
    let told = |text: fn(&Headings) -> &String| about.map(|about| in_force(text(about), behaviour, &body));
    let decided = detail.history.iter().rev().find(|row| row.revision.is_some());
    let explanation = Explanation {
        decided_at: decided.map(|row| row.at.clone()),
        conditions: conditions.collect(),
        settings: settings.into_iter().map(|number| setting(behaviour, number)).collect(),
        score: serde_json::from_value::<Vec<atalaia_core::alerts::ScoreReason>>(body["score_reasons"].clone())
            .unwrap_or_default()
            .into_iter()
            .map(|line| ScoreLine { code: line.code, points: i64::from(line.points), text: line.text })
            .collect(),
        limits: WHAT_AIS_CANNOT_SHOW.to_vec(),
        watches: told(|about| &about.watches),
        why: told(|about| &about.why),
        opens: told(|about| &about.opens),
        ends: told(|about| &about.ends),
        blind_spots: told(|about| &about.blind_spots),
        now: forms(&sources, &reader, &body).await,
    };
    Ok(found(&explanation))
}

/// A value beside its thresholds: one row for a lower and an upper one, else one for each.
fn rows(behaviour: &str, measure: &Measure) -> Vec<ConditionThen> {
    match measure.beside.as_slice() {
        [] => vec![then(behaviour, measure, None)],
        [low @ (Comparison::AtLeast, lowest), high @ (Comparison::AtMost, highest)] => {
            let ends = [then(behaviour, measure, Some(low)), then(behaviour, measure, Some(high))];
            let met = ends.iter().all(|end| end.met);
            let source = ends.iter().filter_map(|end| end.source).max();
            let nearer = ends.into_iter().min_by(|a, b| {
                let margin = |end: &ConditionThen| end.margin.unwrap_or(f64::INFINITY);
                margin(a).total_cmp(&margin(b))
            });
            let range = format!("{} to {}", text(lowest), text(highest));
            nearer.map(|end| ConditionThen { threshold_text: range, met, source, ..end }).into_iter().collect()
        }
        limits => limits.iter().map(|limit| then(behaviour, measure, Some(limit))).collect(),
    }
}

/// One value beside one threshold.
fn then(behaviour: &str, measure: &Measure, limit: Option<&(Comparison, Number)>) -> ConditionThen {
    let measured = &measure.measured;
    let margin = limit.and_then(|(how, limit)| margin(measured, *how, limit));
    ConditionThen {
        name: measured.key.clone(),
        label: label(measured),
        measured: measured.value.clone(),
        measured_text: text(measured),
        threshold_text: limit.map_or_else(String::new, |(how, limit)| format!("{} {}", how.words(), text(limit))),
        unit: measured.unit.map(Unit::name),
        met: margin.is_none_or(|margin| 0.0 <= margin),
        margin: margin.map(|margin| (margin * 1000.0).round() / 1000.0),
        own_word: measure.is_reported,
        source: limit.and_then(|(_, limit)| origin(behaviour, &limit.key, &limit.value)),
        threshold: limit.map_or(Value::Null, |(_, limit)| limit.value.clone()),
    }
}

/// How far a value is beyond a threshold, as a share of it; `None` if one of them is not a number or the threshold is 0.
fn margin(measured: &Number, how: Comparison, limit: &Number) -> Option<f64> {
    let scaled = |number: &Number| Some(number.value.as_f64()? * number.unit.map_or(1.0, Unit::size));
    let (value, threshold) = (scaled(measured)?, scaled(limit)?);
    let share = (value - threshold) / threshold.abs();
    let share = if how.is_met_by_more() { share } else { -share };
    share.is_finite().then_some(share)
}

/// A threshold that no value is compared with.
fn setting(behaviour: &str, number: Number) -> Setting {
    let source = origin(behaviour, &number.key, &number.value);
    let (label, text) = (label(&number), text(&number));
    Setting { source, name: number.key, label, value: number.value, text }
}

/// The conditions of this moment for the vessels of an open alert.
async fn forms(sources: &Sources, reader: &Reader, body: &Value) -> Option<Vec<FormNow>> {
    let behaviour = body["behaviour"].as_str().and_then(Behaviour::named).filter(|_| body["status"] == "open")?;
    let known = known(sources, &reader.clearance).await.ok()?;
    let mut all = Vec::new();
    for vessel in body["vessels"].as_array().into_iter().flatten().take(VESSELS) {
        let mmsi = vessel["mmsi"].as_u64().and_then(|mmsi| u32::try_from(mmsi).ok())?;
        if !sources.explanations.take(sources.clock.moment()) {
            return None;
        }
        let answer = sources.asker.ask(Question::Explain(Mmsi(mmsi), Some(behaviour))).await.ok()?;
        let Answer::Explain(Some(mut found)) = answer else {
            continue;
        };
        if let Some(known) = &known {
            found.retain(|other| known.contains(&other));
        }
        let own = found.tracks.into_iter().filter(|track| vessel["track"] == track.track);
        for (track, form) in own.flat_map(|track| track.behaviours.into_iter().map(move |form| (track.track, form))) {
            let conditions = form.conditions.into_iter().map(|one| ConditionNow {
                name: one.name,
                measured: one.measured,
                threshold: one.threshold,
                met: one.met,
            });
            let track = format!("{mmsi:09}.{track}");
            all.push(FormNow { track, form: form.form, missing: form.missing, conditions: conditions.collect() });
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The rows of an alert of this behaviour, by the measured value.
    fn row(behaviour: &str, evidence: Value, key: &str) -> (ConditionThen, Vec<Number>) {
        let (found, others) = measures(&json!({"behaviour": behaviour, "evidence": evidence}));
        let one = found.iter().find(|one| one.measured.key == key).expect("it was measured");
        (then(behaviour, one, one.beside.first()), others)
    }

    #[test]
    fn a_margin_counts_in_the_unit_of_both_and_is_negative_when_a_condition_is_not_met() {
        let loitering = json!({
            "measured": {"counted_minutes": 90.0, "speed_made_good_knots": 1.5, "shore_nm": 2.0, "anchored_by": "status"},
            "thresholds": {"after_minutes": 60.0, "slow_knots": 2.0, "min_shore_nm": 3.0, "end_minutes": 15.0},
        });
        let of = |key: &str| row("loitering", loitering.clone(), key).0;
        let (time, speed, shore, anchor) =
            (of("counted_minutes"), of("speed_made_good_knots"), of("shore_nm"), of("anchored_by"));
        assert_eq!((time.margin, time.met, time.threshold_text.as_str()), (Some(0.5), true, "at least 1 h 00 min"));
        assert_eq!((speed.margin, speed.met, speed.unit), (Some(0.25), true, Some("knots")));
        assert_eq!((shore.margin, shore.met), (Some(-0.333), false));
        assert_eq!((anchor.margin, anchor.own_word, anchor.threshold), (None, true, Value::Null));
        let others = row("loitering", loitering.clone(), "shore_nm").1;
        assert_eq!(others.iter().map(|other| other.key.as_str()).collect::<Vec<_>>(), ["end_minutes"]);
        assert_eq!((time.source, setting("loitering", others[0].clone()).source), (Some("default"), Some("default")));
        let out = json!({"measured": {"stop_hours": 2.0}, "thresholds": {"stop_minutes": 60.0}});
        assert_eq!(row("out_and_back", out, "stop_hours").0.margin, Some(1.0), "hours against minutes");
        let dropped = json!({"measured": {"hours_between": 2.5}, "thresholds": {"min_hours": 0.5}});
        let between = row("async_rendezvous", dropped, "hours_between").0;
        assert_eq!((between.margin, between.measured_text.as_str(), between.unit), (Some(4.0), "2.5 h", Some("hours")));
    }

    #[test]
    fn a_value_between_two_thresholds_is_one_row_and_what_decides_a_drop_has_its_thresholds() {
        let body = json!({"behaviour": "async_rendezvous", "evidence": {
            "measured": {"hours_between": 2.6, "distance_nm": 0.4, "stopped_minutes": 36},
            "thresholds": {"min_hours": 0.5, "max_hours": 48.0, "reach_nm": 1.0, "drift_knots": 0.7, "max_reach_nm": 6.0},
        }});
        let (mut found, _) = measures(&body);
        beside_reach(&mut found, &body);
        let rows: Vec<_> = found.iter().flat_map(|measure| rows("async_rendezvous", measure)).collect();
        let told: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.threshold_text.as_str(), row.met)).collect();
        let wanted = [
            ("hours_between", "0.5 h to 48 h", true),
            ("distance_nm", "at most 2.9 nm", true),
            ("stopped_minutes", "at least 10 min", true),
        ];
        assert_eq!(told, wanted);
        assert_eq!((rows[0].margin, rows[0].source, rows[1].source), (Some(0.946), Some("default"), None));
    }

    #[test]
    fn a_speed_outside_a_band_stands_beside_the_end_that_it_is_beyond() {
        let row = |speed: f64, low: f64| {
            let alert = json!({"behaviour": "zone_speed", "evidence": {
                "measured": {"extreme_knots": speed}, "thresholds": {"min_knots": low, "max_knots": 25.0, "margin_knots": 0.5},
            }});
            let (mut found, mut others) = measures(&alert);
            beside_band(&mut found, &mut others);
            let row = then("zone_speed", &found[0], found[0].beside.first());
            (row.threshold_text, row.margin, others.into_iter().map(|other| other.key).collect::<Vec<_>>())
        };
        assert_eq!(row(30.0, 0.0), ("above 25 kn".to_owned(), Some(0.2), vec!["margin_knots".to_owned()]));
        assert_eq!(row(3.0, 6.0).0, "below 6 kn");
        assert_eq!(row(24.0, 6.0).1, Some(-0.04), "back in the band");
    }
}
