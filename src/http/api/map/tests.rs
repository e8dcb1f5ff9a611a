//! What a page gets of the chart, with a decoder as a page has one.

use std::sync::Arc;

use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::sync::watch;

use super::tile::encode;
use super::under::Under;
use super::{calm, coverage, land, place, start, zones};
use crate::http::api::Sources;
use crate::http::ask::{QuestionQueue, asking};
use crate::http::problem::Problem;
use crate::http::tests::view;
use crate::platform::clock::Clock;
use crate::testing::{AREA, chart};
use atalaia_core::behaviours::ZONE_REQUESTS;
use atalaia_core::engine::questions::{Answer, CoverageCell, CoverageMap};
use atalaia_core::geo::LatLon;
use atalaia_core::zones::{Chart, ZoneSet};

/// A listener's sources over a chart that the loop has published, and the loop's end.
fn sources(chart: Chart) -> (Sources, QuestionQueue) {
    let (asker, queue) = asking(Clock);
    queue.publish_chart(&Arc::new(chart));
    let (_, view) = watch::channel(Arc::new(view()));
    (Sources::new("none".into(), asker, view, Clock), queue)
}

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test)
}

fn query(pairs: &[(&str, &str)]) -> Query<Vec<(String, String)>> {
    Query(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

/// Status, `ETag` and body.
fn read(answer: Result<Response, Problem>) -> (StatusCode, String, Vec<u8>) {
    let response = answer.into_response();
    let etag = response.headers().get(ETAG).map(|etag| etag.to_str().expect("text").to_owned());
    let status = response.status();
    let body = run(to_bytes(response.into_body(), 1 << 24)).expect("a body");
    (status, etag.unwrap_or_default(), body.to_vec())
}

fn json(answer: Result<Response, Problem>) -> (StatusCode, Value) {
    let (status, _, body) = read(answer);
    (status, serde_json::from_slice(&body).expect("JSON"))
}

#[test]
fn a_tile_is_read_back_as_it_was_cut() {
    let rings = vec![vec![[0, 0], [4096, -64], [4160, 4160], [0, 0]], vec![[5, 6], [7, 8], [9, 6], [5, 6]]];
    let bytes = encode(&rings);
    let number = |at: usize| i16::from_le_bytes([bytes[at], bytes[at + 1]]);
    assert_eq!((&bytes[..4], number(4), number(6)), (&b"ATLD"[..], 1, 2));
    let (mut offset, mut decoded) = (8, Vec::new());
    for _ in 0..number(6) {
        let count = number(offset) as usize;
        assert_eq!(number(offset + 2), 0);
        let point = |i: usize| [number(offset + 4 + 4 * i), number(offset + 6 + 4 * i)];
        decoded.push((0..count).map(point).collect::<Vec<_>>());
        offset += 4 + 4 * count;
    }
    assert_eq!((decoded, offset), (rings, bytes.len()));
}

#[test]
fn a_tile_is_sent_once_and_a_tile_that_does_not_exist_is_not_found() {
    let (sources, _queue) = sources(Chart::with_built_in(ZoneSet::none()));
    let under = Extension(Arc::new(Under::default()));
    let ask = |headers: &HeaderMap, place| {
        let place = Ok(Path(place));
        read(run(land::show(State(sources.clone()), under.clone(), headers.clone(), place)))
    };
    let (status, etag, body) = ask(&HeaderMap::new(), (5, 15, 12));
    assert!(status == StatusCode::OK && body.starts_with(b"ATLD") && body.len() < 60_000, "{status} {}", body.len());
    let mut has = HeaderMap::new();
    has.insert(IF_NONE_MATCH, format!("\"other\", W/{etag}").parse().expect("a header"));
    let (status, again, body) = ask(&has, (5, 15, 12));
    assert!(status == StatusCode::NOT_MODIFIED && again == etag && body.is_empty());
    for place in [(3, 0, 0), (5, 32, 0), (255, 0, 0)] {
        assert_eq!(ask(&HeaderMap::new(), place).0, StatusCode::NOT_FOUND, "{place:?}");
    }
}

#[test]
fn zones_come_with_outline_and_near_band_and_again_only_after_a_reload() {
    let (sources, queue) = sources(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let under = Extension(Arc::new(Under::default()));
    let ask = |headers: HeaderMap| read(run(zones::show(State(sources.clone()), under.clone(), headers, query(&[]))));
    let (_, etag, body) = ask(HeaderMap::new());
    let all: Value = serde_json::from_slice(&body).expect("JSON");
    let features = all["features"].as_array().expect("features");
    assert_eq!(features.len(), ZoneSet::built_in(ZONE_REQUESTS).zones().len());
    let corridor = features.iter().find(|feature| feature["properties"]["kind"] == "corridor").expect("a corridor");
    assert_eq!(corridor["geometry"]["type"], "MultiPolygon");
    assert_eq!(corridor["properties"]["near"]["type"], "MultiPolygon");
    assert!(body.len() < 1_000_000, "{} bytes", body.len());
    let mut has = HeaderMap::new();
    has.insert(IF_NONE_MATCH, etag.parse().expect("a header"));
    assert_eq!(ask(has.clone()).0, StatusCode::NOT_MODIFIED);
    let hostile = AREA.replace("Watch area", "<script>alert(1)</script>");
    queue.publish_chart(&Arc::new(chart(&hostile)));
    let (status, other, body) = ask(has);
    assert!(status == StatusCode::OK && other != etag);
    let all: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(all["features"][0]["properties"]["name"], "<script>alert(1)</script>", "text stays text");
}

#[test]
fn a_place_tells_its_zones_shore_and_calm_water() {
    let zones = ZoneSet::parse(&[("a.geojson".to_owned(), AREA.to_owned())], ZONE_REQUESTS).expect("sound zones");
    let (sources, _queue) = sources(Chart::with_built_in(zones));
    let ask = |pairs: &[(&str, &str)]| json(run(place::show(State(sources.clone()), query(pairs))));
    let (status, sea) = ask(&[("lat", "28.5"), ("lon", "-19.5")]);
    assert_eq!(
        (status, &sea["zones"][0]["id"], &sea["zones"][0]["relation"]),
        (StatusCode::OK, &"watch".into(), &"in".into())
    );
    assert!(sea["shore_nm"].as_f64().is_some_and(|nm| 20.0 < nm) && sea["calm"]["inside"] == false, "{sea}");
    let (_, port) = ask(&[("lat", "28.14"), ("lon", "-15.415")]);
    assert!(port["calm"]["inside"] == true && port["port"]["nm"].as_f64().is_some_and(|nm| nm < 3.0), "{port}");
    for pairs in [
        vec![],
        vec![("lat", "91"), ("lon", "0")],
        vec![("lat", "1"), ("lon", "x")],
        vec![("lat", "NaN"), ("lon", "0")],
    ] {
        let (status, problem) = ask(&pairs);
        assert_eq!((status, &problem["type"]), (StatusCode::BAD_REQUEST, &"/problems/parameter".into()), "{pairs:?}");
    }
    let (status, _) = ask(&[("lat", "1"), ("lon", "1"), ("radius", "5")]);
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[test]
fn calm_water_and_the_start_view_come_from_the_chart_in_force() {
    let (sources, _queue) = sources(Chart::with_built_in(ZoneSet::built_in(ZONE_REQUESTS)));
    let (_, calm) = json(run(calm::show(State(sources.clone()), query(&[("bbox", "-18.5,27,-13,29.5")]))));
    let items = calm["items"].as_array().expect("a list");
    assert!(
        items.iter().any(|item| item[3].as_str().is_some_and(|name| name.to_lowercase().contains("palmas"))),
        "{calm}"
    );
    assert_eq!(calm["left_off"], 0);
    let (status, _) = json(run(calm::show(State(sources.clone()), query(&[]))));
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, start) = json(run(start::show(State(sources))));
    assert!(start["zoom"].as_f64().is_some_and(|zoom| (1.0..10.0).contains(&zoom)), "{start}");
}

#[test]
fn the_loop_is_asked_once_for_the_reception_of_all_pages() {
    let (sources, mut queue) = sources(chart(AREA));
    let copied = Extension(Arc::new(coverage::Copied::default()));
    run(async {
        let asked = tokio::spawn(async move {
            let ask = queue.next().await.expect("a question");
            let centre = LatLon::new(28.125, -17.125);
            let cell = CoverageCell { centre, class_a: Some(0.97), class_b: None };
            ask.answer(Answer::Coverage(CoverageMap { cells: vec![cell] }));
            queue
        });
        for _ in 0..3 {
            let area = query(&[("bbox", "-18,27,-17,29")]);
            let answer = coverage::show(State(sources.clone()), copied.clone(), area).await.into_response();
            let body = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
            let answer: Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!(answer["cells"][0]["class_b"], Value::Null);
            assert_eq!((&answer["cells"][0]["west"], &answer["step"]), (&(-17.25).into(), &0.25.into()));
        }
        let mut queue = asked.await.expect("a task");
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), queue.next()).await.is_err(), "asked again");
    });
}
