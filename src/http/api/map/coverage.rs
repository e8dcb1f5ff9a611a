//! `GET /coverage?bbox`: how well each part of the sea is heard.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;
use tokio::sync::Mutex;

use crate::http::api::Sources;
use crate::http::api::bounds::needed_bounds;
use crate::http::page::found;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::platform::clock::Moment;
use atalaia_core::engine::questions::{Answer, CoverageCell, CoverageMap, Question};
use atalaia_core::geo::Bounds;

/// Maximum age of the copy. The model learns in slots of ten minutes.
const FRESH: Duration = Duration::from_secs(60);
/// Number of cells in an answer; beyond it, neighbours are joined.
const MOST: usize = 4000;
/// Largest number of cells that are joined along a side: eight degrees.
const WIDEST: u32 = 32;

/// A copy of what the engine has learned, shared by all requests, so that the loop makes it at most once a minute.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// `None` before the first request. Locked while a copy is asked for, so that only one request asks.
    last: Mutex<Option<(Moment, Arc<CoverageMap>)>>,
}

/// Body of the answer.
#[derive(Serialize, utoipa::ToSchema)]
struct CoverageCells {
    /// The cells of which something is known, from the south and the west.
    cells: Vec<Cell>,
    /// Length of a side of a cell in degrees.
    step: f64,
}

/// How well a cell is heard.
#[derive(Clone, PartialEq, Debug, Serialize, utoipa::ToSchema)]
struct Cell {
    /// Longitude of its western side in degrees east.
    west: f64,
    /// Latitude of its southern side in degrees north.
    south: f64,
    /// Longitude of its eastern side in degrees east.
    east: f64,
    /// Latitude of its northern side in degrees north.
    north: f64,
    /// Probability, 0-1, that a transmitting vessel of class A is heard there within ten minutes; null if too little is known.
    class_a: Option<f32>,
    /// The same for class B.
    class_b: Option<f32>,
}

/// Reception as the program has learned it: the probability that a transmitting vessel is heard, by cell and class. A large area has larger
/// cells, each with the mean of what it consists of.
#[utoipa::path(get, path = "/coverage", tag = "map",
    params(("bbox" = String, Query, description = "West, south, east, north in degrees")),
    responses(
        (status = 200, description = "The cells", body = CoverageCells),
        (status = 400, description = "A parameter is unknown, missing or wrong", content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", content_type = "application/problem+json"),
        (status = 403, description = "Without the right to read", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", content_type = "application/problem+json"),
        (status = 503, description = "The main loop did not answer in time", content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(sources): State<Sources>,
    Extension(copied): Extension<Arc<Copied>>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let given = Parameters::of(given, &["bbox"])?;
    let area = needed_bounds(&given, "bbox")?;
    let map = copied.get(&sources).await?;
    sources.computed(move || found(&body(&map, &area))).await
}

impl Copied {
    /// A copy that is not older than [`FRESH`].
    async fn get(&self, sources: &Sources) -> Result<Arc<CoverageMap>, Problem> {
        let mut last = self.last.lock().await;
        let now = sources.clock.moment();
        if let Some((_, map)) = last.as_ref().filter(|(seen, _)| now.since(*seen) < FRESH) {
            return Ok(Arc::clone(map));
        }
        let Answer::Coverage(map) = sources.asker.ask(Question::Coverage).await? else {
            return Err(Problem::busy("the main loop answered another question; ask again"));
        };
        let map = Arc::new(map);
        *last = Some((now, Arc::clone(&map)));
        Ok(map)
    }
}

/// The cells within an area, joined until there are not too many.
fn body(map: &CoverageMap, area: &Bounds) -> CoverageCells {
    let within: Vec<&CoverageCell> = map.cells.iter().filter(|cell| area.hold(cell.centre)).collect();
    let mut joined = 1;
    loop {
        let cells = cells(&within, joined);
        if cells.len() <= MOST || WIDEST <= joined {
            return CoverageCells { cells, step: CoverageMap::STEP_DEGREES * f64::from(joined) };
        }
        joined *= 2;
    }
}

/// Sum and count of what is known.
type Mean = (f32, f32);

/// Squares of `joined` by `joined` cells.
fn cells(within: &[&CoverageCell], joined: u32) -> Vec<Cell> {
    let step = CoverageMap::STEP_DEGREES * f64::from(joined);
    let mut squares: BTreeMap<(i32, i32), [Mean; 2]> = BTreeMap::new();
    for cell in within {
        let place = |degrees: f64| (degrees / step).floor() as i32;
        let sums = squares.entry((place(cell.centre.lat), place(cell.centre.lon))).or_default();
        for (sum, known) in sums.iter_mut().zip([cell.class_a, cell.class_b]) {
            *sum = known.map_or(*sum, |chance| (sum.0 + chance, sum.1 + 1.0));
        }
    }
    let mean = |(sum, count): Mean| (0.0 < count).then(|| (sum / count * 1000.0).round() / 1000.0);
    let square = |((row, column), [class_a, class_b]): ((i32, i32), [Mean; 2])| {
        let (south, west) = (f64::from(row) * step, f64::from(column) * step);
        Cell { west, south, east: west + step, north: south + step, class_a: mean(class_a), class_b: mean(class_b) }
    };
    squares.into_iter().map(square).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::geo::LatLon;

    #[test]
    fn a_large_area_has_larger_cells_with_their_mean() {
        let cell = |lat: f64, lon: f64, class_a: Option<f32>| CoverageCell {
            centre: LatLon::new(lat, lon),
            class_a,
            class_b: Some(0.5),
        };
        let near = [cell(36.125, -9.125, Some(0.9)), cell(36.375, -9.125, Some(0.7)), cell(-10.0, 50.0, None)];
        let map = CoverageMap { cells: near.to_vec() };
        let area = Bounds { south: 30.0, west: -12.0, north: 40.0, east: 0.0 };
        let few = body(&map, &area);
        assert_eq!((few.step, few.cells.len()), (0.25, 2));
        assert_eq!((few.cells[0].west, few.cells[0].south, few.cells[0].north), (-9.25, 36.0, 36.25));
        let joined = cells(&[&near[0], &near[1]], 2);
        assert_eq!(joined.len(), 1);
        assert_eq!((joined[0].class_a, joined[0].class_b, joined[0].east), (Some(0.8), Some(0.5), -9.0));
        let everywhere = (0..720).flat_map(|row| {
            (0..400).map(move |column| cell(f64::from(row) / 4.0 - 89.9, f64::from(column) / 4.0 - 99.9, None))
        });
        let all = Bounds { south: -90.0, west: -180.0, north: 90.0, east: 180.0 };
        let many = body(&CoverageMap { cells: everywhere.collect() }, &all);
        assert!(many.cells.len() <= MOST && many.step <= 8.0, "{} {}", many.cells.len(), many.step);
    }
}
