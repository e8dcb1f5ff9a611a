//! `GET /zones/at?lat&lon`: what a place is: zones, distance from shore, calm water, nearest harbour.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use crate::http::api::Sources;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use atalaia_core::base::time::Time;
use atalaia_core::geo::LatLon;
use atalaia_core::zones::{Chart, Relation};

/// Body of the answer.
#[derive(Serialize, utoipa::ToSchema)]
struct PlaceThere {
    /// Latitude in degrees north, as understood.
    lat: f64,
    /// Longitude in degrees east, as understood.
    lon: f64,
    /// The time for which zones count as active: now.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// The zones that contain the place or have it in their near band.
    zones: Vec<ZoneThere>,
    /// Nautical miles to the nearest shore: 0 on land and inland water; null without a coastline.
    shore_nm: Option<f64>,
    /// Calm water, in which behaviours at sea do not begin.
    calm: CalmThere,
    /// The nearest harbour; null without any.
    port: Option<PortThere>,
}

/// A zone at a place.
#[derive(Serialize, utoipa::ToSchema)]
struct ZoneThere {
    /// Its id.
    id: String,
    /// Its name, as written in its file.
    name: String,
    /// Its kind.
    kind: &'static str,
    /// `in` or `near`.
    relation: &'static str,
    /// Nautical miles beyond its border, negative inside.
    edge_nm: f64,
    /// Whether it is active now by its months, hours and expiry.
    active: bool,
}

/// Calm water at a place.
#[derive(Serialize, utoipa::ToSchema)]
struct CalmThere {
    /// Whether the place is in calm water.
    inside: bool,
    /// Nautical miles to the nearest calm water; null beyond 30.
    nearest_nm: Option<f64>,
    /// Name of the calm water that contains the place; null outside, or if it has none.
    name: Option<String>,
}

/// A harbour near a place.
#[derive(Serialize, utoipa::ToSchema)]
struct PortThere {
    /// Its name, as in the source.
    name: String,
    /// Its country, as in the source.
    country: String,
    /// Nautical miles to it.
    nm: f64,
}

/// What holds at a place now: the zones that contain it or are near, shore, calm water, nearest harbour.
#[utoipa::path(get, path = "/zones/at", tag = "zones",
    params(
        ("lat" = f64, Query, description = "Degrees north"),
        ("lon" = f64, Query, description = "Degrees east"),
    ),
    responses(
        (status = 200, description = "What holds there", body = PlaceThere),
        (status = 400, description = "A parameter is unknown, missing or wrong", content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The chart is not there yet", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(sources): State<Sources>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["lat", "lon"])?;
    let degrees = |name: &str, most: f64| {
        let number = given.text(name).and_then(|text| text.trim().parse::<f64>().ok());
        let wrong = || Problem::parameter(format!("{name}: write degrees from -{most} to {most}"));
        number.filter(|number| number.abs() <= most).ok_or_else(wrong)
    };
    let at = LatLon::new(degrees("lat", 90.0)?, degrees("lon", 180.0)?);
    let chart = sources.asker.chart().await?;
    // A look-up takes microseconds; no other thread is needed.
    Ok(found(&body(&chart, at, sources.clock.now())))
}

/// What holds at a place.
fn body(chart: &Chart, at: LatLon, now: Time) -> PlaceThere {
    let mut hits = Vec::new();
    chart.zones.at(at, &mut hits);
    let zones = hits.iter().filter(|hit| hit.relation != Relation::Outside).map(|hit| {
        let zone = chart.zones.get(hit.zone);
        let (id, name) = (zone.id.clone(), zone.name.clone());
        let edge_nm = hundredths(chart.zones.edge_nm(hit.zone, at));
        let (kind, relation) = (zone.kind.name(), hit.relation.name());
        ZoneThere { id, name, kind, relation, edge_nm, active: zone.active(now) }
    });
    let calm = chart.calm(at, now);
    let nearest = chart.ports.nearest(at);
    let known = |nm: f64| Some(hundredths(nm)).filter(|nm| nm.is_finite());
    PlaceThere {
        lat: at.lat,
        lon: at.lon,
        at: now,
        zones: zones.collect(),
        shore_nm: known(chart.shore_nm(at)),
        calm: CalmThere {
            inside: calm.inside,
            nearest_nm: known(calm.nearest_nm),
            name: chart.calm_name(at, now).map(|name| name.to_string()),
        },
        port: nearest.map(|(port, nm)| PortThere {
            name: port.name.to_string(),
            country: port.country.to_string(),
            nm: hundredths(nm),
        }),
    }
}

/// Rounded to hundredths.
fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
