//! `GET /vessels`: the vessels near a place, in a box, or with an identity, from the picture that the loop publishes.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::http::access::Reader;
use crate::http::answering;
use crate::http::api::bounds::bounds;
use crate::http::api::consulted::consulted;
use crate::http::api::described::query;
use crate::http::api::filter::value;
use crate::http::api::personal::may_see;
use crate::http::api::refusals::Refusals;
use crate::http::api::sources::Sources;
use crate::http::api::vessels::naming::{Naming, naming};
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::Clearance;
use crate::storage::store::{Act, Subject};
use atalaia_core::base::units::{METRES_PER_NM, Mmsi};
use atalaia_core::engine::questions::{Picture, PictureVessel};
use atalaia_core::geo::{Bounds, LatLon};
use atalaia_core::picture::tracks::{TrackKey, flag_of};

/// Vessels of a page if the request names no number, and the largest number it may name.
const LIMIT: (usize, usize) = (100, 1000);
/// The parameters.
const PARAMETERS: [(&str, &str); 12] = [
    ("near", "LAT,LON in any notation; with radius_nm"),
    ("radius_nm", "Above 0 and up to 500"),
    ("bbox", "west,south,east,north in degrees"),
    ("q", "Text in the name or call sign, or the beginning of an MMSI or IMO number"),
    ("mmsi", "Nine digits each"),
    ("imo", "Seven digits each"),
    ("name", "Text in the name"),
    ("call_sign", "The whole call sign"),
    ("type", "Ship type: tanker, 80 or 80-89"),
    ("flag", "Two letters each"),
    ("limit", "1 to 1000; 100 if it is left out"),
    ("cursor", "`next` of the page before; not with near"),
];

/// The parameters, for the description.
pub(super) struct VesselParameters;

impl IntoParams for VesselParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        query(PARAMETERS)
    }
}

/// A page of vessels.
#[derive(Serialize, ToSchema)]
struct VesselList {
    /// The vessels: the nearest first if a place is given, those that `q` names best first if there is a text, else by MMSI.
    items: Vec<VesselItem>,
    /// Vessels that match, on all pages.
    total: usize,
    /// The cursor of the next page; null on the last one and near a place.
    next: Option<String>,
    /// Vessels of the whole picture that you may not see because they count as personal data.
    withheld: usize,
    /// Engine time of the picture; null before the first report.
    at: Option<String>,
}

/// One vessel as it was last heard. What it never sent is null.
#[derive(Serialize, ToSchema)]
struct VesselItem {
    /// MMSI.
    mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    track: u16,
    /// Name.
    name: Option<String>,
    /// Call sign.
    call_sign: Option<String>,
    /// IMO number as it was sent.
    imo: Option<u32>,
    /// Flag state of the MMSI, two letters.
    flag: Option<String>,
    /// Ship type 1-99.
    r#type: Option<u8>,
    /// Country and ship type in words.
    kind: String,
    /// Time of the latest fix.
    at: String,
    /// Latitude in degrees north.
    lat: f64,
    /// Longitude in degrees east.
    lon: f64,
    /// Reported speed over ground.
    sog_knots: Option<f64>,
    /// Reported course over ground.
    cog_degrees: Option<f64>,
    /// Reported heading.
    heading_degrees: Option<f64>,
    /// Speed made good.
    made_good_knots: Option<f64>,
    /// Length overall in metres.
    length: Option<u16>,
    /// Beam in metres.
    beam: Option<u16>,
    /// Whether an open alert that you may see says that it is on a watchlist.
    listed: bool,
    /// Distance from the place in nautical miles; left out without a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    nm: Option<f64>,
}

/// What a request selects.
#[derive(Default)]
struct Selection {
    bbox: Option<Bounds>,
    q: Option<String>,
    name: Option<String>,
    call_sign: Option<String>,
    mmsis: Vec<u32>,
    imos: Vec<u32>,
    types: Vec<u8>,
    flags: Vec<String>,
}

/// The vessels that were heard with a position and match every parameter.
#[utoipa::path(get, path = "/vessels", tag = "vessels", params(VesselParameters),
    responses((status = 200, description = "One page", body = VesselList), Refusals))]
pub(super) async fn list_vessels(
    State(sources): State<Sources>,
    Extension(reader): Extension<Reader>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &PARAMETERS.map(|(name, _)| name))?;
    let selection = Selection::of(&given)?;
    let limit = given.count("limit", LIMIT.0, LIMIT.1)?;
    let place = match given.text("near").or(given.text("radius_nm")) {
        Some(_) => Some(answering::circle(&given)?),
        None => None,
    };
    let after = cursor(&given, place.is_some())?;
    if let Some(identity) = selection.identity() {
        consulted(&sources, &reader, Act::IdentitySearched, Subject::Search(identity), None).await?;
    }
    let picture = sources.asker.picture().await?;
    let (now, clearance) = (sources.clock.now(), reader.clearance.clone());
    let listed = match clearance == Clearance::everything() {
        true => None,
        false => Some(sources.read(move |readers| readers.listed(&clearance, now)).await?),
    };
    let sight = Sight { clearance: reader.clearance, listed };
    // A scan of hundreds of thousands of vessels must not hold up other requests.
    sources.computed(move || list(&picture, &sight, &selection, place, after, limit).map(|page| found(&page))).await?
}

/// What a reader may know of the vessels.
struct Sight {
    clearance: Clearance,
    /// The vessels that it may know to be on a watchlist; `None` for all that are.
    listed: Option<BTreeSet<TrackKey>>,
}

/// The page of a picture.
///
/// # Errors
///
/// If the vessel of the cursor has left the picture, and nothing says where the page begins.
fn list(
    picture: &Picture,
    sight: &Sight,
    selection: &Selection,
    place: Option<(LatLon, f64)>,
    after: Option<TrackKey>,
    limit: usize,
) -> Result<VesselList, Problem> {
    let seen = || picture.vessels.iter().filter(|vessel| may_see(&sight.clearance, vessel));
    let withheld = picture.vessels.len() - seen().count();
    let matching = seen().filter(|vessel| selection.matches(vessel));
    let away = |vessel: &PictureVessel| place.map(|(place, _)| vessel.position().metres_to(place) / METRES_PER_NM);
    let mut found: Vec<(Option<f64>, &PictureVessel)> = matching.map(|vessel| (away(vessel), vessel)).collect();
    if let Some((_, radius)) = place {
        found.retain(|(nm, _)| nm.is_some_and(|nm| nm <= radius));
    }
    let total = found.len();
    let key = |vessel: &PictureVessel| (vessel.key.mmsi, vessel.key.ordinal);
    match (&selection.q, place) {
        (Some(q), None) => {
            let begin = match after {
                None => None,
                Some(after) => {
                    let before = seen().find(|vessel| key(vessel) == (after.mmsi, after.ordinal));
                    Some(before.map(|vessel| naming(q, vessel)).ok_or_else(unknown_cursor)?)
                }
            };
            let mut named: Vec<(Naming, &PictureVessel)> =
                found.iter().map(|(_, vessel)| (naming(q, vessel), *vessel)).collect();
            named.retain(|(naming, _)| begin.as_ref().is_none_or(|begin| begin < naming));
            named.sort_by(|one, other| one.0.cmp(&other.0));
            found = named.into_iter().map(|(_, vessel)| (None, vessel)).collect();
        }
        _ => {
            let after = after.map(|after| (after.mmsi, after.ordinal));
            found.retain(|(_, vessel)| after.is_none_or(|after| after < key(vessel)));
            found.sort_by(|one, other| {
                let nearer = one.0.unwrap_or(0.0).total_cmp(&other.0.unwrap_or(0.0));
                nearer.then(key(one.1).cmp(&key(other.1)))
            });
        }
    }
    let more = limit < found.len() && place.is_none();
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(_, vessel)| vessel.key.to_string());
    let items = found.into_iter().map(|(nm, vessel)| VesselItem::of(vessel, nm, sight)).collect();
    Ok(VesselList { items, total, next, withheld, at: picture.at.map(|at| at.to_string()) })
}

impl Selection {
    /// What the parameters select.
    fn of(given: &Parameters) -> Result<Selection, Problem> {
        let wrong = |name: &'static str| move |detail: String| Problem::parameter(format!("{name}: {detail}"));
        let text = |name: &'static str| given.text(name).map(value::words).transpose().map_err(wrong(name));
        let small = |text: Option<String>| text.map(|text| text.to_lowercase());
        let numbers = |name: &'static str, read: fn(&str) -> Result<u32, String>| match given.text(name) {
            Some(text) => value::list(text, read).map_err(wrong(name)),
            None => Ok(Vec::new()),
        };
        let types = given.text("type").map(|text| value::list(text, value::types)).transpose();
        let flags = given.text("flag").map(|text| value::list(text, value::flag)).transpose();
        Ok(Selection {
            bbox: bounds(given, "bbox")?,
            q: small(text("q")?),
            name: small(text("name")?),
            call_sign: small(text("call_sign")?),
            mmsis: numbers("mmsi", value::mmsi)?,
            imos: numbers("imo", value::imo)?,
            types: types.map_err(wrong("type"))?.unwrap_or_default().into_iter().flatten().collect(),
            flags: flags.map_err(wrong("flag"))?.unwrap_or_default(),
        })
    }

    /// What is searched for, if that is an identity: such a search is a consultation.
    fn identity(&self) -> Option<String> {
        let numbers = self.mmsis.iter().chain(&self.imos).map(|number| number.to_string());
        let texts = [&self.q, &self.name, &self.call_sign].into_iter().flatten().cloned();
        let all: Vec<String> = numbers.chain(texts).collect();
        (!all.is_empty()).then(|| format!("vessels {}", all.join(" ")))
    }

    /// Whether a vessel matches everything.
    fn matches(&self, vessel: &PictureVessel) -> bool {
        let has = |text: &Option<Box<str>>, wanted: &str| {
            text.as_deref().is_some_and(|text| text.to_lowercase().contains(wanted))
        };
        let mmsi = vessel.key.mmsi;
        let any = |q: &str| {
            let begins = format!("{:09}", mmsi.0).starts_with(q);
            let imo = vessel.imo.is_some_and(|imo| imo.to_string().starts_with(q));
            begins || imo || has(&vessel.name, q) || has(&vessel.call_sign, q)
        };
        let call_sign =
            |wanted: &str| vessel.call_sign.as_deref().is_some_and(|sign| sign.eq_ignore_ascii_case(wanted));
        self.bbox.is_none_or(|bbox| bbox.hold(vessel.position()))
            && (self.mmsis.is_empty() || self.mmsis.contains(&mmsi.0))
            && (self.imos.is_empty() || vessel.imo.is_some_and(|imo| self.imos.contains(&imo)))
            && (self.types.is_empty() || vessel.ship_type.is_some_and(|kind| self.types.contains(&kind)))
            && (self.flags.is_empty() || flag(mmsi).is_some_and(|flag| self.flags.contains(&flag)))
            && self.q.as_deref().is_none_or(any)
            && self.name.as_deref().is_none_or(|name| has(&vessel.name, name))
            && self.call_sign.as_deref().is_none_or(call_sign)
    }
}

impl VesselItem {
    fn of(vessel: &PictureVessel, nm: Option<f64>, sight: &Sight) -> VesselItem {
        let (said, position) = (&vessel.fix.said, vessel.position());
        let hundredths = |value: f64| (value * 100.0).round() / 100.0;
        VesselItem {
            mmsi: vessel.key.mmsi.0,
            track: vessel.key.ordinal,
            name: vessel.name.as_deref().map(str::to_owned),
            call_sign: vessel.call_sign.as_deref().map(str::to_owned),
            imo: vessel.imo,
            flag: flag(vessel.key.mmsi),
            r#type: vessel.ship_type,
            kind: vessel.kind(),
            at: vessel.fix.at.to_string(),
            lat: position.lat,
            lon: position.lon,
            sog_knots: said.sog_knots(),
            cog_degrees: said.cog_degrees(),
            heading_degrees: said.heading_degrees(),
            made_good_knots: vessel.made_good_knots.map(hundredths),
            length: vessel.length(),
            beam: vessel.beam(),
            listed: sight.listed.as_ref().map_or(vessel.traits.listed, |listed| listed.contains(&vessel.key)),
            nm: nm.map(hundredths),
        }
    }
}

/// Flag state of an MMSI, two letters; `None` if it belongs to no country.
fn flag(mmsi: Mmsi) -> Option<String> {
    flag_of(mmsi).map(|flag| flag.code().to_owned())
}

/// The track after which the page begins; `None` for the first page.
fn cursor(given: &Parameters, is_near: bool) -> Result<Option<TrackKey>, Problem> {
    match given.text("cursor") {
        None => Ok(None),
        Some(_) if is_near => Err(Problem::parameter("cursor: does not go with near; narrow the radius")),
        Some(text) => {
            let key = atalaia_core::engine::questions::track_key(text);
            key.map(Some).ok_or_else(unknown_cursor)
        }
    }
}

/// The answer to a cursor that leads nowhere.
fn unknown_cursor() -> Problem {
    Problem::parameter("cursor: is not one that a list gave; begin without it")
}
