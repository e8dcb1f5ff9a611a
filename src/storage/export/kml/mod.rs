//! KML 2.2 for globe programs: one folder per severity with one point per alert and one line per track.
//!
//! Globe programs treat a description as HTML, so texts in it are escaped twice: as HTML and then as XML. The balloon shows only the
//! description.

use std::io::{self, Write};

use serde_json::Value;

use super::fields::{Fields, Place, Track};
use super::marking;
use atalaia_core::base::time::Time;

/// Severities from highest to lowest, each with its colour in KML order: opacity, blue, green, red. From red over
/// orange, yellow and blue to grey.
const SEVERITIES: [(&str, &str); 5] =
    [("critical", "ff2020d0"), ("high", "ff0078f0"), ("medium", "ff00c8f0"), ("low", "ffd09030"), ("info", "ff909090")];

/// Writes the whole file. Alerts of one severity share a folder, which a globe program can switch off.
pub(super) fn write(alerts: &[Value], out: &mut impl Write) -> io::Result<()> {
    let tlp = marking::highest(alerts).map_or(String::new(), |tlp| format!("{tlp} "));
    let name = format!("{tlp}Atalaia alerts");
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n<name>{name}</name>")?;
    for (severity, colour) in SEVERITIES {
        writeln!(
            out,
            "<Style id=\"{severity}\"><IconStyle><color>{colour}</color></IconStyle><LineStyle><color>{colour}</color><width>2</width>\
             </LineStyle><BalloonStyle><text>$[description]</text></BalloonStyle></Style>"
        )?;
    }
    for (severity, _) in SEVERITIES {
        let mut inside = alerts.iter().map(Fields).filter(|alert| severity_of(*alert) == severity).peekable();
        // An empty folder would look like a fault of the file.
        if inside.peek().is_none() {
            continue;
        }
        writeln!(out, "<Folder>\n<name>{severity}</name>")?;
        for alert in inside {
            placemarks(alert, severity, out)?;
        }
        writeln!(out, "</Folder>")?;
    }
    writeln!(out, "</Document>\n</kml>")
}

/// The severity of an alert; the lowest if it has none.
fn severity_of(alert: Fields<'_>) -> &'static str {
    let said = alert.text("severity").unwrap_or_default();
    let known = SEVERITIES.iter().map(|(severity, _)| *severity).find(|severity| *severity == said);
    known.unwrap_or("info")
}

/// Writes the placemark of an alert and those of its tracks.
fn placemarks(alert: Fields<'_>, severity: &str, out: &mut impl Write) -> io::Result<()> {
    let behaviour = alert.text("behaviour").unwrap_or_default().replace('_', " ");
    let names: Vec<String> = alert.each("vessels").filter_map(name).collect();
    let text = |key| alert.text(key).unwrap_or_default();
    let data = [
        ("alert", text("id")),
        ("behaviour", text("behaviour")),
        ("severity", text("severity")),
        ("score", text("score")),
        ("status", text("status")),
        ("state", text("state")),
        ("mmsi", alert.mmsis().unwrap_or_default()),
        ("handling", marking::line(alert).unwrap_or_default()),
    ];
    Placemark {
        name: format!("{behaviour} {}", names.join(", ")).trim().to_owned(),
        description: description(alert),
        from: alert.time("started_at"),
        // An alert without an end is still ongoing.
        to: alert.time("ended_at").or(alert.time("last_at").filter(|_| text("status") != "open")),
        severity,
        data: data.to_vec(),
        geometry: alert.position().map(|place| point(&place)).unwrap_or_default(),
    }
    .write(out)?;
    for track in alert.tracks() {
        line(alert, severity, &track).write(out)?;
    }
    Ok(())
}

/// The placemark of a track, named after its vessel.
fn line<'a>(alert: Fields<'_>, severity: &'a str, track: &Track) -> Placemark<'a> {
    let number = track.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let is_its =
        |vessel: &Fields<'_>| vessel.mmsi().as_ref() == Some(&track.mmsi) && vessel.number("track") == track.number;
    let vessel = alert.each("vessels").find(is_its);
    let named = vessel.and_then(name).unwrap_or_else(|| track.mmsi.clone());
    Placemark {
        name: format!("track of {named}"),
        description: std::iter::once(format!("{named}, MMSI {}", track.mmsi)).chain(marking::line(alert)).collect(),
        from: track.from,
        to: track.to,
        severity,
        data: vec![("alert", alert.text("id").unwrap_or_default()), ("mmsi", track.mmsi.clone()), ("track", number)],
        geometry: geometry(&track.parts),
    }
}

/// Name of the vessel, or else its MMSI.
fn name(vessel: Fields<'_>) -> Option<String> {
    vessel.text("name").or_else(|| vessel.mmsi())
}

/// The lines of the description: what happened, the score and what analysts did. One paragraph each.
fn description(alert: Fields<'_>) -> Vec<String> {
    let text = |key: &str| alert.text(key);
    let mut lines: Vec<String> = text("summary").into_iter().collect();
    lines.extend(marking::line(alert));
    lines.push(format!("Score {}: {}", text("score").unwrap_or_default(), text("severity").unwrap_or_default()));
    for reason in alert.each("score_reasons") {
        let points = reason.0.get("points").and_then(Value::as_i64).unwrap_or(0);
        lines.push(format!("{points:+} {}", reason.text("text").or(reason.text("code")).unwrap_or_default()));
    }
    for (title, key) in [
        ("State", "state"),
        ("Assigned to", "assignee"),
        ("Finding", "finding"),
        ("Because", "finding_reason"),
        ("Case", "case_id"),
    ] {
        lines.extend(text(key).map(|value| format!("{title}: {value}")));
    }
    lines.extend(alert.notes());
    lines
}

/// A placemark. Its elements are written in the order that the schema requires.
struct Placemark<'a> {
    /// Shown beside the mark.
    name: String,
    /// Plain text lines.
    description: Vec<String>,
    /// When it begins; `None` for always.
    from: Option<Time>,
    /// When it ends; `None` for going on.
    to: Option<Time>,
    /// Severity of the alert, which is the id of its style.
    severity: &'a str,
    /// Values for tables of the globe program; empty ones are left out.
    data: Vec<(&'static str, String)>,
    /// KML geometry; empty without a position.
    geometry: String,
}

impl Placemark<'_> {
    /// Writes the placemark. The schema of KML fixes the order of its elements.
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "<Placemark>\n<name>{}</name>", xml(&self.name))?;
        // Without this, a globe program shows the beginning of the description including its HTML tags.
        writeln!(out, "<Snippet maxLines=\"0\"></Snippet>")?;
        let lines: Vec<String> = self.description.iter().map(|line| html(line)).collect();
        writeln!(out, "<description>{}</description>", xml(&lines.join("<br>")))?;
        if self.from.is_some() || self.to.is_some() {
            let begin = self.from.map(|time| format!("<begin>{time}</begin>")).unwrap_or_default();
            let end = self.to.map(|time| format!("<end>{time}</end>")).unwrap_or_default();
            writeln!(out, "<TimeSpan>{begin}{end}</TimeSpan>")?;
        }
        writeln!(out, "<styleUrl>#{}</styleUrl>", self.severity)?;
        let data = |(key, value): &(&str, String)| format!("<Data name=\"{key}\"><value>{}</value></Data>", xml(value));
        let data: Vec<String> = self.data.iter().filter(|(_, value)| !value.is_empty()).map(data).collect();
        writeln!(out, "<ExtendedData>{}</ExtendedData>", data.concat())?;
        writeln!(out, "{}</Placemark>", self.geometry)
    }
}

/// The KML of a position.
fn point((lon, lat): &Place) -> String {
    format!("<Point><coordinates>{lon},{lat}</coordinates></Point>\n")
}

/// The KML of a track.
fn geometry(parts: &[Vec<Place>]) -> String {
    let line = |part: &Vec<Place>| {
        let places: Vec<String> = part.iter().map(|(lon, lat)| format!("{lon},{lat}")).collect();
        format!("<LineString><tessellate>1</tessellate><coordinates>{}</coordinates></LineString>\n", places.join(" "))
    };
    match parts {
        [part] if part.len() == 1 => point(&part[0]),
        [part] => line(part),
        parts => format!("<MultiGeometry>\n{}</MultiGeometry>\n", parts.iter().map(line).collect::<String>()),
    }
}

/// Escapes a text for XML and drops the characters that XML 1.0 forbids.
fn xml(text: &str) -> String {
    let is_allowed =
        |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let allowed: String = text.chars().filter(is_allowed).collect();
    quick_xml::escape::escape(allowed).into_owned()
}

/// Escapes a text for HTML between tags, where quotes are plain. `$[` would be replaced by another field of the placemark.
fn html(text: &str) -> String {
    xml(text).replace("&apos;", "'").replace("&quot;", "\"").replace("$[", "&#36;[")
}

#[cfg(test)]
mod tests;
