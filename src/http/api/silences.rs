//! Silences: deliveries that analysts hold back. Listed, made with a preview of what they would hold back, and lifted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa_axum::routes;

use super::consulted::listed;
use super::item::Item;
use super::keyed::{Keyed, repeated, response, reused};
use super::personal::{known, may_see};
use super::refusals::Refusals;
use super::routes::Routes;
use super::sources::Sources;
use crate::http::access::{Reader, Right};
use crate::http::body::{read, wrong};
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::{
    self, AlertFilter, Clearance, Once, Order, PageRequest, Readers, Silence, SilenceRow, Sorted, StoreError,
};
use atalaia_core::alerts::Status;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::Behaviour;

/// Longest silence that the right `silence` is enough for.
const SHORT: Span = Span::from_hours(24);
/// How far back a preview goes. It shows how many alerts a day the silence would keep from the sinks, also when none is open at the moment.
const SHOWN_BACK: Span = Span::from_hours(24);
/// Most alerts in a preview.
const SHOWN: usize = 50;
/// Largest MMSI.
const MMSI: u32 = 999_999_999;
/// How long the list waits for the names of its vessels.
const PATIENCE: Duration = Duration::from_millis(500);
/// Longest reason in characters.
const REASON: usize = 2_000;

/// All silences.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Silences {
    /// Latest first.
    items: Vec<SilenceItem>,
}

/// A silence.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SilenceItem {
    /// Its number.
    number: i64,
    /// When it was made, by the wall clock.
    made_at: String,
    /// Who made it.
    who: String,
    /// The reason.
    why: String,
    /// The vessel; null for all.
    mmsi: Option<u32>,
    /// Name of the vessel as it was last heard; null if it is not heard now or never sent one.
    name: Option<String>,
    /// Id of the zone; null for everywhere.
    zone: Option<String>,
    /// The behaviour; null for all.
    behaviour: Option<String>,
    /// Its start, in event time.
    from: String,
    /// Its end, in event time, not included.
    until: String,
    /// When it was lifted by hand; null if it was not.
    lifted_at: Option<String>,
    /// Whether it holds anything back now.
    in_force: bool,
    /// Number of open alerts that it covers, as far as you may see them; 0 if it is not in force.
    holds: u32,
}

/// A silence to be made. At least one of `mmsi`, `zone` and `behaviour` is needed.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSilence {
    /// Only this vessel.
    mmsi: Option<u32>,
    /// Only in or near the zone with this id.
    zone: Option<String>,
    /// Only this behaviour.
    behaviour: Option<String>,
    /// Start, in event time; now if absent.
    from: Option<String>,
    /// End, in event time, not included.
    until: String,
    /// The reason.
    why: String,
}

/// A silence that was made or tried.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MadeSilence {
    /// Number of open alerts that it covers, as far as you may see them.
    holds: u32,
    /// Number of the others that it covers: those that ended within the last 24 hours of event time. They bear no mark of it.
    recent: u32,
    /// The first of both, the latest first.
    items: Vec<Item>,
    /// Its number; null for a preview.
    number: Option<i64>,
}

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::Read, routes!(list_silences))
        .add(Right::Silence, routes!(make_silence))
        .add(Right::Silence, routes!(lift_silence))
}

/// All silences.
#[utoipa::path(get, path = "/silences", tag = "silences",
    params(("in_force" = Option<bool>, Query, description = "true for those that hold something back now, false for the others")),
    responses((status = 200, description = "Latest first", body = Silences), Refusals))]
async fn list_silences(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["in_force"])?;
    let wrong = || Problem::parameter("in_force: write true or false");
    let wanted = given.text("in_force").map(|text| text.parse::<bool>().map_err(|_| wrong())).transpose()?;
    let now = sources.clock.now();
    let at = sources.at().unwrap_or(now);
    listed(&sources, &reader, "silences", "").await?;
    let mut rows = sources.read(Readers::silences).await?;
    // A silence for a vessel that the reader may not see would name it.
    if let Some(known) = known(&sources, &reader.clearance).await? {
        rows.retain(|row| row.mmsi.is_none_or(|mmsi| known.contains(&Mmsi(mmsi))));
    }
    let names = names(&sources, &reader.clearance, &rows).await;
    let items = sources.read(move |readers| {
        let rows = rows.into_iter().map(|row| (is_in_force(&row, at), row));
        let rows = rows.filter(|(in_force, _)| wanted.is_none_or(|wanted| wanted == *in_force));
        let named = |row: &SilenceRow| row.mmsi.and_then(|mmsi| names.get(&mmsi).cloned());
        let made = |(in_force, row)| {
            let name = named(&row);
            item(readers, row, name, in_force, &reader.clearance, now)
        };
        rows.map(made).collect::<Result<_, _>>()
    });
    Ok(found(&Silences { items: items.await? }))
}

/// Makes a silence, or shows with `dry_run=true` what it covers: the open alerts and those of the last 24 hours of event time. One vessel for up to 24 hours needs the right `silence`,
/// anything else `silence_wide`.
#[utoipa::path(post, path = "/silences", tag = "silences", request_body = NewSilence,
    params(("dry_run" = Option<bool>, Query, description = "true only shows what it would hold back"),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of your own; sent again within 24 hours, no second silence is made")),
    responses((status = 200, description = "What it would hold back", body = MadeSilence),
    (status = 201, description = "Made", body = MadeSilence),
    (status = 409, description = "The key was used for another request"),
    (status = 415, description = "The body is not JSON"), Refusals))]
async fn make_silence(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let wanted: NewSilence = read(&headers, &bytes)?;
    let key = Keyed::of(&headers, "/silences", &bytes)?;
    let given = Parameters::of(given, &["dry_run"])?;
    let is_dry = match given.text("dry_run") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::parameter("dry_run: write true or false")),
    };
    let now = sources.clock.now();
    let silence = subject(&wanted)?;
    // Alerts live in event time: those of a recording may have ended years ago by the wall clock.
    let at = sources.at().unwrap_or(now);
    let open = filter(&silence);
    let all = AlertFilter { statuses: Vec::new(), open_or_since: Some(at - SHOWN_BACK), ..filter(&silence) };
    let from = wanted.from.as_deref().map(|text| time("from", text)).transpose()?;
    let (from, until) = (from.unwrap_or(at), time("until", &wanted.until)?);
    let why = wanted.why.trim().to_owned();
    if until <= from {
        return Err(wrong("until", "must be after the start"));
    }
    if !is_dry && why.is_empty() {
        return Err(wrong("why", "is empty: a silence needs a reason"));
    }
    if REASON < why.chars().count() {
        return Err(wrong("why", format!("is longer than {REASON} characters")));
    }
    if is_wide(&silence, from, until) {
        reader.need(Right::SilenceWide)?;
    }
    let clearance = reader.clearance.clone();
    let order = Order { by: Sorted::LastAt, ascending: false };
    let (holds, page) = sources
        .read(move |readers| {
            let page = |filter: &AlertFilter, limit: usize| {
                readers.page(&PageRequest { filter, clearance: &clearance, order, cursor: None, limit, now })
            };
            Ok((page(&open, 1)?.total, page(&all, SHOWN)?))
        })
        .await?;
    let made = move |number: Option<i64>| {
        let items = page.items.iter().map(Item::from).collect();
        // Plain data always serialises.
        let recent = page.total.saturating_sub(holds);
        let text = serde_json::to_string(&MadeSilence { holds, recent, items, number }).unwrap_or_default();
        format!("{text}\n")
    };
    if is_dry {
        return Ok(response(200, made(None), None));
    }
    let clearance = reader.clearance.clone();
    let make = move |path: &std::path::Path| {
        let (new, key) =
            (store::NewSilence { covers: &silence, from, until, why: &why }, key.as_ref().map(Keyed::stored));
        let answer = |number: &i64| (201, made(Some(*number)));
        let done = store::silence_once(path, &new, reader.actor(), key.as_ref(), now, answer)?;
        Ok((done, made))
    };
    let (done, made) = sources.stored(make).await?;
    match done {
        Once::Done(number) => Ok(response(201, made(Some(number)), None)),
        Once::Repeated { status, body } => {
            let shown = shown_in(&body);
            let count = shown.len();
            let filter = AlertFilter { ids: shown, ..AlertFilter::default() };
            let seen = sources.read(move |readers| readers.ids(&filter, &clearance, count + 1, now)).await?;
            // A marking that was raised since, or a ceiling that was lowered, hides the answer too.
            if 0 < count && seen.len() < count { Err(reused()) } else { repeated(status, body) }
        }
        Once::Reused => Err(reused()),
    }
}

/// Ids of the alerts that an answer shows.
fn shown_in(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let items = body["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
}

/// Lifts a silence. What it held back stays held back. A silence that only `silence_wide` could make needs it here too.
#[utoipa::path(delete, path = "/silences/{number}", tag = "silences",
    params(("number" = i64, Path, description = "Number of the silence"), ("why" = Option<String>, Query, description = "The reason")),
    responses((status = 204, description = "Lifted"), Refusals))]
async fn lift_silence(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<StatusCode, Problem> {
    let given = Parameters::of(given, &["why"])?;
    let why = given.text("why").map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
    if why.as_ref().is_some_and(|why| REASON < why.chars().count()) {
        return Err(Problem::parameter(format!("why: is longer than {REASON} characters")));
    }
    let number: i64 = number.parse().map_err(|_| Problem::not_found("there is no such silence"))?;
    let rows = sources.read(Readers::silences).await?;
    let row = rows.into_iter().find(|row| row.number == number);
    let row = row.ok_or_else(|| Problem::not_found("there is no such silence"))?;
    if is_wide(&row.subject(), row.from, row.until) {
        reader.need(Right::SilenceWide)?;
    }
    let now = sources.clock.now();
    sources.stored(move |path| store::lift_silence(path, number, reader.actor(), why.as_deref(), now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The names of the vessels of some silences, as far as they are heard now and the reader may see them. Without the picture, which a busy engine
/// may not give at once, there are none: the list is worth more than the names in it.
async fn names(sources: &Sources, clearance: &Clearance, rows: &[SilenceRow]) -> BTreeMap<u32, String> {
    let wanted: BTreeSet<u32> = rows.iter().filter_map(|row| row.mmsi).collect();
    if wanted.is_empty() {
        return BTreeMap::new();
    }
    let Ok(Ok(picture)) = timeout(PATIENCE, sources.asker.picture()).await else {
        return BTreeMap::new();
    };
    let known =
        picture.vessels.iter().filter(|vessel| wanted.contains(&vessel.key.mmsi.0) && may_see(clearance, vessel));
    known.filter_map(|vessel| Some((vessel.key.mmsi.0, vessel.name.as_deref()?.to_owned()))).collect()
}

/// Whether a silence needs the right `silence_wide`.
fn is_wide(silence: &Silence, from: Time, until: Time) -> bool {
    silence.mmsi.is_none() || SHORT < until - from
}

/// Whether a silence holds something back at this event time.
fn is_in_force(row: &SilenceRow, at: Time) -> bool {
    row.lifted.is_none() && row.from <= at && at < row.until
}

/// What a silence covers.
fn subject(wanted: &NewSilence) -> Result<Silence, Problem> {
    if wanted.mmsi.is_some_and(|mmsi| MMSI < mmsi) {
        return Err(wrong("mmsi", "has at most nine digits"));
    }
    if wanted.zone.as_ref().is_some_and(|zone| zone.trim().is_empty()) {
        return Err(wrong("zone", "is empty"));
    }
    if wanted.behaviour.as_ref().is_some_and(|name| Behaviour::named(name).is_none()) {
        return Err(wrong("behaviour", "there is no such behaviour"));
    }
    let silence = Silence {
        mmsi: wanted.mmsi,
        zone: wanted.zone.as_ref().map(|zone| zone.trim().to_owned()),
        behaviour: wanted.behaviour.clone(),
    };
    if silence == Silence::default() {
        return Err(wrong("mmsi", "a silence needs a vessel, a zone or a behaviour"));
    }
    Ok(silence)
}

/// The open alerts that a silence covers.
fn filter(silence: &Silence) -> AlertFilter {
    AlertFilter {
        statuses: vec![Status::Open],
        mmsis: silence.mmsi.into_iter().collect(),
        zones: silence.zone.iter().cloned().collect(),
        behaviours: silence.behaviour.as_deref().and_then(Behaviour::named).into_iter().collect(),
        ..AlertFilter::default()
    }
}

/// A moment in the body.
fn time(member: &str, text: &str) -> Result<Time, Problem> {
    Time::parse(text).ok_or_else(|| wrong(member, "write a time as 2026-03-01T04:10:00Z"))
}

/// A silence with what it holds back.
fn item(
    readers: &Readers,
    row: SilenceRow,
    name: Option<String>,
    in_force: bool,
    clearance: &Clearance,
    now: Time,
) -> Result<SilenceItem, StoreError> {
    let holds = match in_force {
        true => {
            let (filter, order) = (filter(&row.subject()), Order::default());
            readers.page(&PageRequest { filter: &filter, clearance, order, cursor: None, limit: 1, now })?.total
        }
        false => 0,
    };
    Ok(SilenceItem {
        number: row.number,
        made_at: row.made.to_string(),
        who: row.who,
        why: row.why,
        mmsi: row.mmsi,
        name,
        zone: row.zone,
        behaviour: row.behaviour,
        from: row.from.to_string(),
        until: row.until.to_string(),
        lifted_at: row.lifted.map(|at| at.to_string()),
        in_force,
        holds,
    })
}
