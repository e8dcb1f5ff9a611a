//! Reads an alert's JSON for the flat formats: texts without hidden characters, valid positions, and tracks cut at the antimeridian.

use serde_json::{Number, Value};

use atalaia_core::ais::hidden;
use atalaia_core::base::time::Time;

/// Separator between the entries of one field. There is one entry per vessel or zone, empty if it has no value.
pub(super) const SEPARATOR: &str = ";";

/// The JSON object of an alert, vessel or zone. Any other value reads as an empty object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Value);

/// Longitude and latitude in degrees, rounded to five decimals.
pub(super) type Place = (f64, f64);

/// The track of one vessel, as one or more lines.
pub(super) struct Track {
    /// MMSI as nine digits.
    pub(super) mmsi: String,
    /// Ordinal of the track under that MMSI.
    pub(super) number: Option<Number>,
    /// Time of its first position.
    pub(super) from: Option<Time>,
    /// Time of its last position.
    pub(super) to: Option<Time>,
    /// The lines, cut at the antimeridian. A part has a single position only if the track has no other.
    pub(super) parts: Vec<Vec<Place>>,
}

impl<'a> Fields<'a> {
    /// The text or number under the key; `None` if it is absent or nothing of it is visible.
    pub(super) fn text(self, key: &str) -> Option<String> {
        let text = match self.0.get(key)? {
            Value::String(text) => visible(text),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// The number under the key.
    pub(super) fn number(self, key: &str) -> Option<Number> {
        self.0.get(key)?.as_number().cloned()
    }

    /// The time under the key; `None` if it is absent or not a time.
    pub(super) fn time(self, key: &str) -> Option<Time> {
        Time::parse(self.0.get(key)?.as_str()?)
    }

    /// The truth value under the key.
    pub(super) fn truth(self, key: &str) -> Option<bool> {
        self.0.get(key)?.as_bool()
    }

    /// The alert's marking; an empty object if there is none.
    pub(super) fn handling(self) -> Fields<'a> {
        Fields(self.0.get("handling").unwrap_or(&Value::Null))
    }

    /// The texts of a list, separated by spaces; `None` if there are none.
    pub(super) fn words(self, list: &str) -> Option<String> {
        let texts = self.0.get(list)?.as_array()?.iter().filter_map(Value::as_str);
        let words: Vec<String> = texts.map(visible).filter(|word| !word.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The objects of a list; empty if there is no list.
    pub(super) fn each(self, list: &str) -> impl Iterator<Item = Fields<'a>> {
        self.0.get(list).and_then(Value::as_array).into_iter().flatten().map(Fields)
    }

    /// One entry per object of the list, in order; `None` if all are empty.
    pub(super) fn joined(self, list: &str, key: &str) -> Option<String> {
        // A separator inside a name would add an entry that belongs to no vessel.
        let entry = |of: Fields<'_>| of.text(key).unwrap_or_default().replace(SEPARATOR, ",");
        let entries: Vec<String> = self.each(list).map(entry).collect();
        entries.iter().any(|entry| !entry.is_empty()).then(|| entries.join(SEPARATOR))
    }

    /// The MMSI, always as nine digits.
    pub(super) fn mmsi(self) -> Option<String> {
        let number = self.0.get("mmsi")?.as_u64()?;
        Some(format!("{number:09}"))
    }

    /// The MMSIs of all vessels.
    pub(super) fn mmsis(self) -> Option<String> {
        let all: Vec<String> = self.each("vessels").filter_map(Fields::mmsi).collect();
        (!all.is_empty()).then(|| all.join(SEPARATOR))
    }

    /// The score terms, for example `loitering+30 anchored-20`.
    pub(super) fn score_reasons(self) -> Option<String> {
        let line = |reason: Fields<'_>| {
            let points = reason.0.get("points").and_then(Value::as_i64).unwrap_or(0);
            format!("{}{points:+}", reason.text("code").unwrap_or_default())
        };
        let lines: Vec<String> = self.each("score_reasons").map(line).collect();
        (!lines.is_empty()).then(|| lines.join(" "))
    }

    /// The notes, each as `2026-03-01T04:10:00Z who: what`.
    pub(super) fn notes(self) -> impl Iterator<Item = String> {
        self.each("notes").map(|note| {
            let part = |key| note.text(key).unwrap_or_default();
            format!("{} {}: {}", part("at"), part("who"), part("text"))
        })
    }

    /// The position of an alert; `None` if it is absent or not on the globe.
    pub(super) fn position(self) -> Option<Place> {
        let position = self.0.get("position")?;
        place(position.get("lon")?, position.get("lat")?)
    }

    /// The tracks of the evidence that have at least one valid position.
    pub(super) fn tracks(self) -> impl Iterator<Item = Track> {
        let evidence = self.0.get("evidence").map(Fields);
        evidence.into_iter().flat_map(|evidence| evidence.each("tracks")).filter_map(track)
    }
}

/// The text on one line, without characters that hide or reorder it.
pub(super) fn visible(text: &str) -> String {
    let shown = text.chars().filter(|c| !hidden(*c));
    shown.map(|c| if c.is_whitespace() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// A track of the evidence; `None` without a valid position.
fn track(of: Fields<'_>) -> Option<Track> {
    let points = of.0.get("points")?.as_array()?;
    let placed = |point: &Value| {
        let place = place(point.get(1)?, point.get(2)?)?;
        Some((point.get(0).and_then(Value::as_str).and_then(Time::parse), place))
    };
    let (times, places): (Vec<Option<Time>>, Vec<Place>) = points.iter().filter_map(placed).unzip();
    Some(Track {
        mmsi: of.mmsi().unwrap_or_default(),
        number: of.number("track"),
        from: *times.first()?,
        to: *times.last()?,
        parts: cut(&places),
    })
}

/// A position; `None` if it is not on the globe.
fn place(lon: &Value, lat: &Value) -> Option<Place> {
    let (lon, lat) = (lon.as_f64()?, lat.as_f64()?);
    let on_globe = (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
    on_globe.then(|| (rounded(lon), rounded(lat)))
}

/// Rounds to five decimals and never returns a negative zero.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5 + 0.0
}

/// Cuts a line where it crosses the antimeridian, at the latitude of the crossing (RFC 7946 section 3.1.9).
fn cut(places: &[Place]) -> Vec<Vec<Place>> {
    let mut parts: Vec<Vec<Place>> = Vec::new();
    let mut part: Vec<Place> = Vec::new();
    for &(lon, lat) in places {
        if let Some(&(before_lon, before_lat)) = part.last()
            && 180.0 < (lon - before_lon).abs()
        {
            let edge = 180.0_f64.copysign(before_lon);
            // Distances from the two points to the antimeridian, in degrees.
            let (to_edge, beyond) = ((edge - before_lon).abs(), (lon + edge).abs());
            // Both positions are on the antimeridian, so there is no distance to divide by.
            let share = if 0.0 < to_edge + beyond { to_edge / (to_edge + beyond) } else { 0.0 };
            let crossing = rounded(before_lat + (lat - before_lat) * share);
            if 0.0 < to_edge {
                part.push((edge, crossing));
            }
            parts.push(std::mem::take(&mut part));
            if 0.0 < beyond {
                part.push((-edge, crossing));
            }
        }
        part.push((lon, lat));
    }
    parts.push(part);
    // A position exactly on the antimeridian may be alone before or after the cut. The other part contains it as well.
    if parts.iter().any(|part| 2 <= part.len()) {
        parts.retain(|part| 2 <= part.len());
    } else {
        parts.truncate(1);
    }
    parts
}

#[cfg(test)]
mod tests;
