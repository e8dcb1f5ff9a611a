//! `GET /map/bounds`: where a map begins.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use crate::http::api::Sources;
use crate::http::page::found;
use crate::http::problem::Problem;
use atalaia_core::zones::ZoneSet;

/// The area shown without any watched zone: all seas.
const EVERYWHERE: [f64; 4] = [-180.0, -60.0, 180.0, 70.0];
/// Width of a map in pixels that the zoom is meant for: a small window.
const WIDTH: f64 = 1000.0;
/// Pixels of the whole Earth at zoom 0.
const EARTH: f64 = 256.0;
/// Largest zoom of a start view.
const NEAREST: f64 = 10.0;

/// Body of the answer.
#[derive(PartialEq, Debug, Serialize, utoipa::ToSchema)]
struct StartView {
    /// West, south, east and north of all watched zones in degrees; east may be beyond 180.
    bbox: [f64; 4],
    /// Longitude and latitude of the middle.
    centre: [f64; 2],
    /// Zoom at which the area fits into a window of 1000 pixels.
    zoom: f64,
}

/// Where a map begins: the area of all watched zones.
#[utoipa::path(get, path = "/map/bounds", tag = "map",
    responses(
        (status = 200, description = "The start view", body = StartView),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The chart is not there yet", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(State(sources): State<Sources>) -> Result<Response, Problem> {
    let chart = sources.asker.chart().await?;
    Ok(found(&body(&chart.zones)))
}

/// The start view for these zones.
fn body(zones: &ZoneSet) -> StartView {
    let watched = zones.iter().filter(|(_, zone)| zone.watched()).map(|(number, _)| zones.extent(number));
    let boxes: Vec<[f64; 4]> =
        watched.map(|extent| [extent.west, extent.south, extent.west + extent.width, extent.north]).collect();
    let bbox = around(&boxes).unwrap_or(EVERYWHERE);
    let [west, south, east, north] = bbox;
    let mercator = |lat: f64| lat.clamp(-85.0, 85.0).to_radians().tan().asinh().to_degrees();
    let middle = (mercator(south) + mercator(north)) / 2.0;
    let size = (east - west).max(mercator(north) - mercator(south)).max(0.01);
    let zoom = (WIDTH / EARTH * 360.0 / size).log2().clamp(0.0, NEAREST);
    let tenths = |value: f64| (value * 10.0).round() / 10.0;
    StartView {
        bbox: bbox.map(|degrees| (degrees * 1e4).round() / 1e4),
        centre: [tenths((west + east) / 2.0), tenths(middle.to_radians().sinh().atan().to_degrees())],
        zoom: (zoom * 10.0).floor() / 10.0,
    }
}

/// The narrowest box around all boxes. Each may be moved by a whole turn, so that zones on both sides of ±180° give a narrow one.
fn around(boxes: &[[f64; 4]]) -> Option<[f64; 4]> {
    let width = |of: &[f64; 4]| of[2] - of[0];
    let united = |first: &[f64; 4]| {
        boxes.iter().fold(*first, |all, one| {
            let turns = ((all[0] - one[0]) / 360.0).ceil() * 360.0;
            // East of the western edge, whatever the turn.
            [all[0], all[1].min(one[1]), all[2].max(one[2] + turns), all[3].max(one[3])]
        })
    };
    let narrowest = boxes.iter().map(united).min_by(|a, b| width(a).total_cmp(&width(b)))?;
    Some(if 360.0 <= width(&narrowest) { [-180.0, narrowest[1], 180.0, narrowest[3]] } else { narrowest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::zones::Requests;

    #[test]
    fn the_start_view_has_all_watched_zones_also_across_the_antimeridian() {
        let zones = ZoneSet::built_in(Requests::NONE);
        let StartView { bbox: [west, south, east, north], centre, zoom } = body(&zones);
        for (number, _) in zones.iter().filter(|(_, zone)| zone.watched()) {
            let extent = zones.extent(number);
            assert!(west <= extent.west + 1e-3 && extent.west + extent.width <= east + 1e-3, "{extent:?}");
            assert!(south <= extent.south + 1e-3 && extent.north <= north + 1e-3, "{extent:?}");
        }
        assert!(west < centre[0] && centre[0] < east && south < centre[1] && centre[1] < north && 1.0 < zoom);
        let fiji = around(&[[177.0, -19.0, 179.0, -16.0], [-179.5, -20.0, -178.0, -17.0]]);
        assert_eq!(fiji, Some([177.0, -20.0, 182.0, -16.0]));
        assert_eq!(body(&ZoneSet::none()).bbox, EVERYWHERE);
    }
}
