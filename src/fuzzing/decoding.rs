//! What must hold for every report of the decoder, and for the decoder itself, whatever lines it reads.

use atalaia_core::ais::{
    Aid, Body, Decoder, Dimensions, Line, MAX_LINE, Position, Report, SourceId, SourceSettings, Static, Tally,
};
use atalaia_core::base::time::{Span, Time};

/// A sentence of a vessel that is in no seed, to be inserted between others.
pub(super) const STRANGER: &[u8] = b"!AIVDM,1,1,,B,15MgK45P3@G?fl0E`JbR0OwT0@MS,0*4D";
/// A reported time further ahead of receipt than this is replaced by the time of receipt.
const MAX_AHEAD: Span = Span::from_seconds(60);

/// The result of decoding lines.
pub(super) struct Decoded {
    pub(super) reports: Vec<Report>,
    pub(super) tally: Tally,
}

/// A fixed time of receipt.
pub(super) fn receipt() -> Time {
    Time::from_utc(2026, 3, 1, 12, 0, 0).expect("a date that exists")
}

pub(super) fn decoder(live: bool) -> Decoder {
    Decoder::new(vec![SourceSettings { name: "feed".to_owned(), time_zone: None, live }])
}

/// Decodes lines of one source, all received at one time or, with `None`, read from a recording.
pub(super) fn decode<L: AsRef<[u8]>>(lines: &[L], received: Option<Time>) -> Decoded {
    let mut decoder = decoder(received.is_some());
    let mut reports = Vec::new();
    for line in lines {
        decoder.line(Line { source: SourceId(0), received, bytes: line.as_ref() }, &mut reports);
    }
    assert!(reports.iter().all(|report| is_named(decoder.station_name(report.station))), "a station's name");
    Decoded { reports, tally: decoder.tally().clone() }
}

/// Checks lines of a recording and of a live source: every report is possible, every line is counted, and a decoder
/// restored in the middle gives the same reports.
pub(super) fn check<L: AsRef<[u8]>>(lines: &[L]) -> Decoded {
    let recorded = decode(lines, None);
    assert_eq!(recorded.tally.total().lines, lines.len() as u64);
    recorded.reports.iter().for_each(possible);
    assert_eq!(taken_over(lines), recorded.reports, "from the state of another decoder");
    let live = decode(lines, Some(receipt()));
    for report in &live.reports {
        possible(report);
        assert!(report.at <= receipt() + MAX_AHEAD, "from the future: {report:?}");
    }
    recorded
}

fn taken_over<L: AsRef<[u8]>>(lines: &[L]) -> Vec<Report> {
    let (first, second) = lines.split_at(lines.len() / 2);
    let mut reports = Vec::new();
    let mut read = |decoder: &mut Decoder, lines: &[L]| {
        for line in lines {
            decoder.line(Line { source: SourceId(0), received: None, bytes: line.as_ref() }, &mut reports);
        }
    };
    let mut one = decoder(false);
    read(&mut one, first);
    let mut state = Vec::new();
    one.save(&mut state);
    let mut other = decoder(false);
    other.restore(&mut state.as_slice()).expect("the state of a decoder");
    read(&mut other, second);
    reports
}

/// Whether this can be the name of a station. Empty means none.
fn is_named(station: &str) -> bool {
    station.len() <= 23 && station.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Panics unless everything in the report is physically possible and within the documented ranges of its fields.
pub(super) fn possible(report: &Report) {
    let years = (2000..=2050).contains(&report.at.civil().0);
    let is_possible = years
        && report.mmsi.0 <= 999_999_999
        && Span::ZERO <= report.uncertainty
        && match &report.body {
            Body::Position(position) | Body::Base(position) => position_is(position),
            Body::Static(said) => static_is(said),
            Body::Aid(aid) => aid_is(aid),
            Body::SafetyText(text) => is_text(text),
            Body::Other => true,
        };
    assert!(is_possible, "{report:?}");
}

fn position_is(position: &Position) -> bool {
    let circle = |degrees: Option<f64>| degrees.is_none_or(|degrees| (0.0..360.0).contains(&degrees));
    let most_knots = if position.message_type == 9 { 1022.0 } else { 102.2 };
    position.lat_lon().is_none_or(|at| (-90.0..=90.0).contains(&at.lat) && (-180.0..=180.0).contains(&at.lon))
        && position.units().is_none_or(|units| units != (0, 0))
        && position.sog_knots().is_none_or(|knots| (0.0..=most_knots).contains(&knots))
        && circle(position.cog_degrees())
        && circle(position.heading_degrees())
        && position.status().is_none_or(|status| status <= 14)
        && position.message_type <= 27
        && (0.0..=70_000.0).contains(&position.resolution_metres())
}

fn static_is(said: &Static) -> bool {
    let texts = [&said.name, &said.call_sign, &said.destination];
    texts.into_iter().flatten().all(|text| is_text(text))
        && said.imo.is_none_or(|imo| (1..=9_999_999).contains(&imo))
        && said.ship_type.is_none_or(|kind| (1..=99).contains(&kind))
        && said.draught_dm != Some(0)
        && said.dimensions.is_none_or(hull_is)
        && said.eta.is_none_or(|(month, day, hour, minute)| {
            Time::from_utc(2024, month.into(), day.into(), hour.into(), minute.into(), 0).is_some()
        })
}

fn aid_is(aid: &Aid) -> bool {
    position_is(&aid.position)
        && aid.kind.is_none_or(|kind| (1..=31).contains(&kind))
        && aid.name.as_ref().is_none_or(|name| is_text(name))
        && aid.dimensions.is_none_or(hull_is)
}

fn hull_is(hull: Dimensions) -> bool {
    hull != Dimensions::default() && hull.length() <= 1022 && hull.beam() <= 126
}

/// A text is trimmed, not empty, without the filler `@`, and not longer than a line.
fn is_text(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains('@') && text.len() <= 3 * MAX_LINE
}

/// The checksum of a sentence or a TAG block.
pub(super) fn sum(content: &[u8]) -> u8 {
    content.iter().fold(0, |sum, byte| sum ^ byte)
}
