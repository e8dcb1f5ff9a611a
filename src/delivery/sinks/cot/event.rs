//! One alert as one event: a marker while it is open, an order to delete the marker once it is over.
//!
//! The event of an alert keeps its `uid`, so an update moves the marker. The end is an event with a `uid` of its own, which links to the
//! marker and deletes it.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::delivery::digest::Digest;
use crate::delivery::fields::{id, is_over, marking, mmsis, nine_digits};
use crate::delivery::send::SendError;
use crate::delivery::text::clean;
use atalaia_core::alerts::{Change, Severity};
use atalaia_core::base::time::{Span, Time};

/// The format's value for "unknown", for heights and position errors. Metres.
const UNKNOWN: &str = "9999999.0";
/// Event type of a marker placed on the map.
const MARKER: &str = "b-m-p-s-m";
/// Event type that deletes another event.
const DELETE: &str = "t-x-d-d";
/// Event type of a merchant vessel at sea with unknown affiliation.
const VESSEL: &str = "a-u-S-X-M";

/// Writes the alert's event as an XML document in UTF-8. `stale` is how long a marker stays without an update.
pub(super) fn event(change: &Change, stale: Span) -> Result<Vec<u8>, SendError> {
    let id = id(&change.alert)?;
    let mut writer = Writer::new(Vec::new());
    // Writing to memory cannot fail.
    write(change, id, stale, &mut writer).map_err(|error| SendError::Refused { reason: error.to_string() })?;
    Ok(writer.into_inner())
}

/// The whole document. `id` was checked to be a plain token.
fn write(change: &Change, id: &str, stale: Span, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let uid = format!("atalaia.alert.{id}");
    let (own, kind) = match is_over(change) {
        true => (format!("{uid}.over"), DELETE),
        false => (uid.clone(), MARKER),
    };
    let at = change.at;
    // TAK clients do not draw an event that starts after its own time.
    let start = Some(change.alert.started_at).filter(|start| *start <= at && !is_over(change)).unwrap_or(at);
    let (time, start, stale) = (moment(at), moment(start), moment(at + stale));
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), Some("yes"))))?;
    let attributes = [
        ("version", "2.0"),
        ("uid", own.as_str()),
        ("type", kind),
        // Machine, fused: derived from other data.
        ("how", "m-f"),
        ("time", time.as_str()),
        ("start", start.as_str()),
        ("stale", stale.as_str()),
        ("access", "Undefined"),
    ];
    writer.create_element("event").with_attributes(attributes).write_inner_content(|writer| {
        point(change, writer)?;
        writer.create_element("detail").write_inner_content(|writer| detail(change, &uid, id, &time, writer))?;
        Ok(())
    })?;
    Ok(())
}

/// Position of the alert. Without one the event is at 0, 0 with unknown error, as the format requires, and its text says so.
fn point(change: &Change, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let (lat, lon) = change.alert.position.map_or((0.0, 0.0), |at| (at.lat, at.lon));
    let (lat, lon) = (format!("{lat:.5}"), format!("{lon:.5}"));
    let height = if change.alert.position.is_some() { "0.0" } else { UNKNOWN };
    let attributes = [("lat", lat.as_str()), ("lon", &lon), ("hae", height), ("ce", UNKNOWN), ("le", UNKNOWN)];
    writer.create_element("point").with_attributes(attributes).write_empty().map(drop)
}

/// The element `detail`: links and colour of a marker or the order to delete it, then text and our own fields.
fn detail(change: &Change, uid: &str, id: &str, time: &str, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    if is_over(change) {
        let link = [("uid", uid), ("type", "none"), ("relation", "none")];
        writer.create_element("link").with_attributes(link).write_empty()?;
        writer.create_element("__forcedelete").write_empty()?;
    } else {
        let who = Digest::of(&change.alert).map_or_else(|| mmsis(&change.alert, "/"), |digest| digest.name());
        let sign = format!("{} {who}", change.alert.behaviour.name().to_uppercase());
        writer.create_element("contact").with_attribute(("callsign", sign.trim_end())).write_empty()?;
        // Links the marker to the tracks that TAK may show for the same vessels.
        for vessel in &change.alert.vessels {
            let uid = format!("MMSI-{}", nine_digits(vessel));
            let link = [("uid", uid.as_str()), ("type", VESSEL), ("relation", "p-p")];
            writer.create_element("link").with_attributes(link).write_empty()?;
        }
        writer.create_element("color").with_attribute(("argb", colour(change.alert.severity))).write_empty()?;
    }
    // The point is at 0, 0 then, which looks like a place.
    let nowhere = if change.alert.position.is_some() { "" } else { " Position unknown." };
    let mut remarks =
        format!("{}.{nowhere} {} ({})", marking(&change.alert), clean(&change.alert.summary), change.change.name());
    for (name, ids) in Digest::of(&change.alert).iter().flat_map(|digest| digest.texts()) {
        remarks += &format!(" {name}: {ids}.");
    }
    let source = [("source", "atalaia"), ("time", time)];
    writer.create_element("remarks").with_attributes(source).write_text_content(BytesText::new(&remarks))?;
    let revision = change.revision.to_string();
    let own = [
        ("alert", id),
        // The name of the attribute is kept for receivers that read it.
        ("rule", change.alert.behaviour.name()),
        ("revision", &revision),
        ("state", change.change.name()),
        ("severity", change.alert.severity.name()),
        ("tlp", change.alert.handling.tlp.name()),
    ];
    writer.create_element("__atalaia").with_attributes(own).write_empty().map(drop)
}

/// Time with milliseconds, as TAK writes it.
fn moment(at: Time) -> String {
    let text = at.to_string();
    match text.split_once('.') {
        Some(_) => text,
        None => text.replace('Z', ".000Z"),
    }
}

/// Colour as a signed 32-bit number: alpha, red, green, blue.
fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "-65536",
        Severity::High => "-23296",
        Severity::Medium => "-256",
        Severity::Low => "-16711681",
        Severity::Info => "-1",
    }
}
