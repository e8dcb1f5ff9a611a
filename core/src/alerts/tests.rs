//! The book through its public interface: a sea with ships, signals as behaviours send them, and the resulting lines.

mod book;
mod doubts;
mod facts;
mod interest;
mod lines;
mod marking;
mod rarity;
mod retracted;
mod scores;
mod texts;

use std::sync::{Arc, OnceLock};

use serde_json::json;

use super::{Alert, AlertBook, Change, HandlingSettings, ScoreSettings, Settings, View};
use crate::ais::{Body, Class, Dimensions, Position, Report, SourceId, Static, StationId, TimeBasis};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::behaviours::ZONE_REQUESTS;
use crate::behaviours::{
    Behaviour, End, Holding, Signal, SignalKind, Subject, ais_gap, async_rendezvous, dark_rendezvous, distress,
    loitering, rendezvous, zone_speed,
};
use crate::geo::{Coast, LatLon, Ports};
use crate::picture::coverage::{self, Coverage};
use crate::picture::episodes::Episodes;
use crate::picture::episodes::gap::Gaps;
use crate::picture::tracks::{self, TrackIx, TrackKey, Tracks};
use crate::zones::{Chart, Relation, ZoneSet};

/// A position inside the corridor `c07`.
const HERE: LatLon = LatLon { lat: 21.0, lon: -18.0 };

const ZONES: &str = r#"{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"id":"c07","name":"Western Sahara to Freetown","kind":"corridor","half_width_nm":60},
  "geometry":{"type":"LineString","coordinates":[[-16.5,24.5],[-18.0,21.0],[-18.3,17.5]]}},
 {"type":"Feature","properties":{"id":"c11","name":"Go-fast waiting box","kind":"area","weight":5},
  "geometry":{"type":"Polygon","coordinates":[[[-30,18],[-17,18],[-17,30],[-30,30],[-30,18]]]}},
 {"type":"Feature","properties":{"id":"s06","name":"Panama, Pacific side","kind":"source"},
  "geometry":{"type":"Polygon","coordinates":[[[-80,5],[-78,5],[-78,9],[-80,9],[-80,5]]]}},
 {"type":"Feature","properties":{"id":"s05","name":"Ecuador","kind":"source"},
  "geometry":{"type":"Polygon","coordinates":[[[-83,-4],[-80,-4],[-80,1],[-83,1],[-83,-4]]]}},
 {"type":"Feature","properties":{"id":"banc","name":"Banc d'Arguin fishing ground","kind":"benign"},
  "geometry":{"type":"Polygon","coordinates":[[[-19,20],[-17,20],[-17,22],[-19,22],[-19,20]]]}}]}"#;

const HARBOURS: &str = "latitude,longitude,name,country\n20.9,-17.04,Nouadhibou,Mauritania\n";

/// A sea with ships, and a book that receives signals about them.
struct Sea {
    tracks: Tracks,
    chart: &'static Chart,
    book: AlertBook,
    episodes: Episodes,
    /// Score of the case of every vessel.
    case_score: i32,
    reports: u64,
    /// The station that receives the next report.
    station: u16,
}

/// The static and voyage data that a ship sends.
#[derive(Clone, Copy)]
struct Ship {
    mmsi: u32,
    name: &'static str,
    ship_type: u8,
    class: Class,
    length: u16,
    message_type: u8,
}

const CARGO: Ship =
    Ship { mmsi: 224_000_001, name: "ALFA", ship_type: 70, class: Class::A, length: 120, message_type: 1 };

const FISHING: Ship =
    Ship { mmsi: 263_000_002, name: "BRAVO", ship_type: 30, class: Class::A, length: 40, message_type: 1 };

fn minute(minutes: i64) -> Time {
    time("2026-03-01T12:00:00Z") + Span::from_minutes(minutes)
}

fn time(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

fn key(ship: Ship) -> TrackKey {
    TrackKey { mmsi: Mmsi(ship.mmsi), ordinal: 1 }
}

/// Built once for all tests, because indexing takes longer than any test.
fn chart() -> &'static Chart {
    static CHART: OnceLock<Chart> = OnceLock::new();
    CHART.get_or_init(|| {
        let files = [("test.geojson".to_owned(), ZONES.to_owned())];
        Chart {
            zones: ZoneSet::parse(&files, ZONE_REQUESTS).expect("the test's zones are right"),
            coast: Arc::new(Coast::none()),
            ports: Arc::new(Ports::harbours_from_csv(HARBOURS).expect("a right table")),
            wind: Arc::default(),
            calm_margin_nm: 5.4,
            watchlists: Arc::default(),
        }
    })
}

impl Sea {
    fn new() -> Sea {
        Sea::with(Settings::default())
    }

    fn with(settings: Settings) -> Sea {
        Sea {
            tracks: Tracks::new(tracks::Settings::default(), Vec::new()),
            chart: chart(),
            book: AlertBook::new(settings, ScoreSettings::default(), HandlingSettings::default()),
            episodes: Episodes::default(),
            case_score: 0,
            reports: 0,
            station: 1,
        }
    }

    /// Sends the identity of the ship and one position, `HERE` at noon.
    fn ship(&mut self, ship: Ship) -> (TrackKey, TrackIx) {
        self.says(ship);
        self.heard(ship, minute(0))
    }

    fn says(&mut self, ship: Ship) {
        let said = Static {
            class: Some(ship.class).filter(|class| *class != Class::Unknown),
            name: (!ship.name.is_empty()).then(|| ship.name.into()),
            ship_type: Some(ship.ship_type).filter(|kind| *kind != 0),
            dimensions: Some(Dimensions { bow: ship.length, ..Dimensions::default() }),
            ..Static::default()
        };
        self.report(ship, minute(0), Body::Static(Box::new(said)));
    }

    fn heard(&mut self, ship: Ship, at: Time) -> (TrackKey, TrackIx) {
        let drift = (at - minute(0)).hours() * 0.001;
        let position = Position::new(
            ship.class,
            ship.message_type,
            Some((HERE.lat + drift, HERE.lon)),
            Some(0.8),
            Some(90.0),
            None,
            None,
        );
        self.report(ship, at, Body::Position(position));
        let vessel = self.tracks.find(key(ship)).expect("just heard");
        (vessel.key(), vessel.ix())
    }

    fn report(&mut self, ship: Ship, at: Time, body: Body) {
        self.reports += 1;
        self.tracks.accept(Report {
            at,
            basis: TimeBasis::Tag,
            uncertainty: Span::ZERO,
            source: SourceId(0),
            station: StationId(self.station),
            mmsi: Mmsi(ship.mmsi),
            payload: self.reports,
            body,
        });
    }

    fn take(&mut self, now: Time, signals: Vec<Signal>) -> Vec<Change> {
        let mut out = Vec::new();
        let station_name = |station: StationId| format!("station {}", station.0);
        let gaps = Gaps::default();
        let coverage = Coverage::new(coverage::Settings::default());
        let view = View {
            tracks: &self.tracks,
            chart: self.chart,
            episodes: &self.episodes,
            coverage: &coverage,
            gaps: &gaps,
            station_name: &station_name,
            case_score: &|_| self.case_score,
        };
        self.book.take(now, signals, &view, &mut out);
        out
    }

    fn wake(&mut self, now: Time) -> Vec<Change> {
        self.take(now, Vec::new())
    }

    /// The alert of the first change that a holding makes.
    fn opens(&mut self, behaviour: Behaviour, subject: Subject, holding: Holding) -> Arc<Alert> {
        let now = holding.last_at;
        let changes = self.take(now, vec![holds(behaviour, subject, holding)]);
        let change = changes.first().expect("a line");
        Arc::clone(&change.alert)
    }

    fn zone(&self, id: &str) -> crate::zones::ZoneIx {
        self.chart.zones.find(id).expect("a zone of the test")
    }

    /// The same holding inside the corridor `c07`.
    fn in_c07(&self, mut holding: Holding) -> Holding {
        holding.zones.push((self.zone("c07"), Relation::In));
        holding
    }
}

/// A slow vessel since `from` minutes after noon; satisfied an hour later, last seen at `until`.
fn slow(from: i64, until: i64) -> Holding {
    Holding {
        started_at: minute(from),
        satisfied_at: minute(from + 60),
        last_at: minute(until),
        facts: facts::loiters(loitering::Form::Slow, 60.max(until - from)).into(),
        position: Some(HERE),
        shore_nm: Some(30.0),
        zones: Vec::new(),
        base: vec![("loitering", 30)],
        asked: None,
        anchored: false,
    }
}

/// Two vessels together from noon on for 40 minutes, 60 nm off the coast.
fn near() -> Holding {
    let mut holding = slow(0, 40);
    holding.satisfied_at = minute(30);
    holding.facts = facts::meets(rendezvous::Form::Near, 40, 180.0).into();
    holding.base = vec![("near", 35)];
    holding.shore_nm = Some(60.0);
    holding
}

fn holds(behaviour: Behaviour, subject: Subject, mut holding: Holding) -> Signal {
    if holding.facts.form().behaviour() != behaviour {
        holding.facts = facts::usual(behaviour);
    }
    Signal { behaviour, subject, kind: SignalKind::Holds(Box::new(holding)) }
}

fn over(behaviour: Behaviour, subject: Subject, ended_at: Time, reason: End) -> Signal {
    Signal { behaviour, subject, kind: SignalKind::Over { ended_at, reason } }
}

/// `CODE POINTS` of every line of the score.
fn lines_of(alert: &Alert) -> Vec<String> {
    let sum: i32 = alert.score_reasons.iter().map(|reason| reason.points).sum();
    assert_eq!(sum, alert.score, "the lines add up");
    let line = |reason: &super::ScoreReason| format!("{} {}", reason.code, reason.points);
    alert.score_reasons.iter().map(line).collect()
}
