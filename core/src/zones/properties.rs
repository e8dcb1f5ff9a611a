//! The properties of one zone feature, as typed by hand or written by QGIS. Every fault is reported by property.
//!
//! QGIS writes every field of a layer for each feature, with null where it is empty, and lists and objects as text.
//! Both are read like values that are absent or typed. A property that is absent has its default; one that is wrong is
//! a fault and then counts as absent.

use serde_json::{Map, Value};

use super::watchlist::end_of;
use super::zone::{ALL_MONTHS, Hours, Kind};
use crate::base::fault::Fault;
use crate::base::text::advice;
use crate::base::time::Time;
use crate::base::units::conversion;

/// Properties longer than this are not taken for misspelt ones. Bytes.
const LONGEST_SLIP: usize = 40;
/// Every property in the SPEC.
const KNOWN: [&str; 18] = [
    "id",
    "name",
    "kind",
    "half_width_nm",
    "radius_nm",
    "near_nm",
    "weight",
    "behaviours",
    "settings",
    "months",
    "hours_utc",
    "calm",
    "calm_margin_nm",
    "expires",
    "owner",
    "reason",
    "source",
    "reviewed",
];

/// Reads properties and collects their faults.
pub(super) struct Reader<'a> {
    /// The properties as written.
    properties: &'a Map<String, Value>,
    /// All faults so far.
    pub(super) wrong: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Creates a reader for the properties of one feature.
    pub(super) fn new(properties: &'a Map<String, Value>) -> Reader<'a> {
        Reader { properties, wrong: Vec::new() }
    }

    /// Records a fault of a property.
    pub(super) fn fault(&mut self, property: &str, what: impl Into<String>, advice: impl Into<String>) {
        self.wrong.push(Fault::new(property, what).advise(advice));
    }

    /// Whether the property has a value. QGIS writes null for every empty field.
    pub(super) fn given(&self, property: &str) -> bool {
        match self.properties.get(property) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(_) => true,
        }
    }

    /// Reads `id`, or else the feature's own `id` member, where some programs put it.
    /// Ids appear in alerts and commands, so only `[a-z0-9-]` is allowed.
    pub(super) fn id(&mut self, feature_id: Option<&Value>) -> Option<String> {
        let value = match self.given("id") {
            true => self.properties.get("id"),
            false => feature_id.filter(|id| !id.is_null()),
        };
        let (id, shown) = match value {
            Some(Value::String(text)) => (text.trim().to_owned(), format!("{:?}", text.trim())),
            Some(Value::Number(number)) => (number.to_string(), number.to_string()),
            // Neither a list nor true is an id, whatever is in it.
            Some(other) => (String::new(), other.to_string()),
            None => {
                self.fault("id", "is missing", "write a short name such as \"canary-west\"");
                return None;
            }
        };
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(allowed) {
            self.fault("id", format!("{shown} is not an id"), "write a-z, 0-9 and - only, such as \"canary-west\"");
            return None;
        }
        Some(id)
    }

    /// Reads `name`.
    pub(super) fn name(&mut self) -> Option<String> {
        let name = self.text("name");
        if name.is_none() && !self.given("name") {
            self.fault("name", "is missing", "write what people call the zone");
        }
        name
    }

    /// Reads `kind`.
    pub(super) fn kind(&mut self) -> Option<Kind> {
        let text = self.text("kind");
        let kind = Kind::ALL.into_iter().find(|kind| text.as_deref() == Some(kind.name()));
        match text {
            _ if kind.is_some() => {}
            Some(text) => {
                let choices = Kind::ALL.map(Kind::name);
                self.fault("kind", format!("{text:?} is not known"), advice(&text, &choices));
            }
            None if self.given("kind") => {}
            None => self.fault("kind", "is missing", format!("write one of: {}", Kind::ALL.map(Kind::name).join(", "))),
        }
        kind
    }

    /// Reads a free text; `None` if it is absent or empty.
    pub(super) fn text(&mut self, property: &str) -> Option<String> {
        match self.properties.get(property) {
            Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            None | Some(Value::Null) => None,
            Some(other) => {
                let what = format!("{other} is not text");
                self.fault(property, what, "put it in quotation marks");
                None
            }
        }
    }

    /// Reads a number from `least` to `most`; `None` if it is absent or invalid.
    pub(super) fn number(&mut self, property: &str, least: f64, most: f64) -> Option<f64> {
        if !self.given(property) {
            return None;
        }
        let value = self.properties.get(property)?;
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        match number {
            Some(number) if least <= number && number <= most => Some(number),
            _ => {
                self.wrong.push(match number {
                    Some(_) => Fault::new(property, format!("must lie between {least} and {most}, not {value}")),
                    None => Fault::new(property, format!("{value} is not a number"))
                        .advise(format!("write a number from {least} to {most}")),
                });
                None
            }
        }
    }

    /// Reads `weight`: whole points, 0-100.
    pub(super) fn weight(&mut self) -> Option<i32> {
        let weight = self.number("weight", 0.0, 100.0)?;
        if weight.fract() != 0.0 {
            self.fault("weight", format!("{weight} is not a whole number"), "write a whole number from 0 to 100");
            return None;
        }
        Some(weight as i32)
    }

    /// Reads `calm`. QGIS writes Boolean fields, or text fields with `true` or `false`.
    pub(super) fn calm(&mut self) -> Option<bool> {
        if !self.given("calm") {
            return None;
        }
        match self.properties.get("calm")? {
            Value::Bool(calm) => Some(*calm),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            other => {
                let what = format!("{other} is neither true nor false");
                self.fault("calm", what, "write true or false");
                None
            }
        }
    }

    /// Reads `behaviours`.
    /// `None` means all of them. Whether the names exist is checked where the behaviours are known.
    pub(super) fn behaviours(&mut self) -> Option<Vec<String>> {
        let value = self.structure("behaviours")?;
        let names = value.as_array().map(|list| {
            let names = list.iter().map(|name| name.as_str().map(str::to_owned));
            names.collect::<Option<Vec<String>>>()
        });
        match names.flatten() {
            Some(names) if !names.is_empty() => Some(names),
            _ => {
                let advice = "write for instance [\"loitering\",\"rendezvous\"], or leave it out for all";
                self.fault("behaviours", format!("{value} is not a list of names"), advice);
                None
            }
        }
    }

    /// Reads `settings`.
    /// Empty if absent or wrong. The keys and values are checked where the behaviours are known.
    pub(super) fn settings(&mut self) -> Map<String, Value> {
        let Some(value) = self.structure("settings") else {
            return Map::new();
        };
        match value {
            Value::Object(settings) if settings.values().all(Value::is_object) => settings,
            _ => {
                let what = format!("{value} does not give each behaviour its settings");
                self.fault("settings", what, "write for instance {\"loitering\":{\"after_minutes\":120}}");
                Map::new()
            }
        }
    }

    /// Reads `months` as bits, January lowest.
    pub(super) fn months(&mut self) -> u16 {
        let Some(value) = self.structure("months") else {
            return ALL_MONTHS;
        };
        let month = |value: &Value| match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64().filter(|m| m.fract() == 0.0).map(|m| m as i64),
        };
        let months = value.as_array().map(|list| {
            list.iter().try_fold(0_u16, |bits, value| {
                let month = month(value).filter(|month| (1..=12).contains(month))?;
                Some(bits | 1 << (month - 1))
            })
        });
        match months.flatten() {
            Some(bits) if bits != 0 => bits,
            _ => {
                let what = format!("{value} is not a list of months from 1 to 12");
                self.fault("months", what, "write for instance [10,11,12]");
                ALL_MONTHS
            }
        }
    }

    /// Reads `hours_utc`; `None` means the whole day.
    pub(super) fn hours(&mut self) -> Option<Hours> {
        let text = self.text("hours_utc")?;
        let parse = || {
            let (from, to) = text.split_once('-')?;
            Some((minute_of_day(from)?, minute_of_day(to)?))
        };
        match parse() {
            Some((0, 1440)) => None,
            Some((from, to)) if from != to && from < 1440 && 0 < to => Some(Hours { from, to }),
            // Midnight at the end of a span is 24:00.
            Some((from, 0)) if from != 0 && from < 1440 => Some(Hours { from, to: 1440 }),
            _ => {
                let what = format!("{text:?} is not a span of the day");
                self.fault("hours_utc", what, "write for instance \"20:00-05:00\"");
                None
            }
        }
    }

    /// Reads `expires`: a date, until its end, or a moment.
    pub(super) fn expires(&mut self) -> Option<Time> {
        let text = self.text("expires")?;
        let at = end_of(&text.replace('/', "-"));
        if at.is_none() {
            let advice = "write for instance \"2026-11-22\" or \"2026-11-22T18:00:00Z\"";
            self.fault("expires", format!("{text:?} is not a date"), advice);
        }
        at
    }

    /// Reads `reviewed`.
    /// The text is kept even if it is not a date, because the zone is rejected then anyway.
    pub(super) fn reviewed(&mut self) -> Option<String> {
        let text = self.text("reviewed")?.replace('/', "-");
        let date = text.parse::<jiff::civil::Date>();
        if date.is_err() {
            self.fault("reviewed", format!("{text:?} is not a date"), "write for instance \"2026-11-22\"");
        }
        Some(text)
    }

    /// Reports unknown properties that look like misspelt known ones; others are the user's own and ignored.
    pub(super) fn misspelt(&mut self) {
        let mut found = Vec::new();
        for property in self.properties.keys() {
            if KNOWN.contains(&property.as_str()) || LONGEST_SLIP < property.len() {
                continue;
            }
            let absent = || KNOWN.into_iter().filter(|known| !self.given(known));
            let other_unit = absent().find_map(|known| Some((known, conversion(property, known)?)));
            if let Some((known, conversion)) = other_unit {
                found.push((property.clone(), known, format!("did you mean {known}? ({conversion})")));
                continue;
            }
            let near = absent().map(|known| (distance(&plain(property), known), known)).min();
            if let Some((away, known)) = near
                // One edit for each five letters: a property of the user's own is seldom that close.
                && away <= known.len() / 5
            {
                found.push((property.clone(), known, format!("did you mean {known}?")));
            }
        }
        for (property, known, meant) in found {
            // The known property is present after all, under another name, so it is not missing.
            self.wrong.retain(|wrong| wrong.key != known);
            self.fault(&property, "unknown property", meant);
        }
    }

    /// Reads a list or object, also from text that contains JSON, as QGIS writes it.
    fn structure(&mut self, property: &str) -> Option<Value> {
        if !self.given(property) {
            return None;
        }
        match self.properties.get(property)? {
            Value::String(text) => Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))),
            other => Some(other.clone()),
        }
    }
}

/// Minutes since midnight of `HH:MM`, up to `24:00`.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    // A number may be parsed with a sign, but an hour has none.
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 1440).then_some(total)
}

/// A property name in lower case without separators: `halfWidth NM` becomes `halfwidthnm`.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Number of letters to change, add, drop or swap to turn a plain name into a known one; the unit may be left out.
fn distance(name: &str, known: &str) -> usize {
    let unit = ["_nm", "_utc"].iter().find_map(|unit| known.strip_suffix(unit));
    match unit.is_some_and(|bare| plain(bare) == name) {
        true => 0,
        false => strsim::damerau_levenshtein(name, &plain(known)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misspelt(properties: &str) -> Vec<String> {
        let map: Map<String, Value> = serde_json::from_str(properties).expect("an object");
        let mut reader = Reader::new(&map);
        reader.misspelt();
        reader.wrong.into_iter().filter_map(|wrong| wrong.advice).collect()
    }

    #[test]
    fn hours_are_two_digits_without_a_sign() {
        for (hours, is_right) in
            [("01:00-05:00", true), ("+1:00-05:00", false), ("01:00-05:+5", false), ("1:00-05:00", false)]
        {
            let map: Map<String, Value> = [("hours_utc".to_owned(), Value::from(hours))].into_iter().collect();
            let mut reader = Reader::new(&map);
            assert_eq!((reader.hours().is_some(), reader.wrong.is_empty()), (is_right, is_right), "{hours}");
        }
    }

    #[test]
    fn a_misspelt_property_is_reported_and_a_foreign_one_is_ignored() {
        assert_eq!(misspelt(r#"{"id":"a","half_widht_nm":15}"#), ["did you mean half_width_nm?"]);
        assert_eq!(misspelt(r#"{"Calm_Margin_NM":2}"#).len(), 1);
        assert_eq!(misspelt(r#"{"wieght":5}"#), ["did you mean weight?"]);
        assert_eq!(misspelt(r#"{"radius":5}"#), ["did you mean radius_nm?"]);
        assert_eq!(misspelt(r#"{"half_width":5,"HalfWidth":5}"#).len(), 2);
        for (property, conversion) in [("half_width_km", "10 km is 5.4 nm"), ("half_width_metres", "metres ÷ 1852")] {
            let found = misspelt(&format!(r#"{{"{property}":10}}"#));
            assert_eq!(found, [format!("did you mean half_width_nm? ({conversion})")]);
        }
        assert!(misspelt(r#"{"width":1,"length":2,"weather":"fair","date":"x","kinds":"?","hour":1}"#).is_empty());
        assert!(misspelt(r#"{"fid":1,"layer":"x","stroke":"red","notes":"?","ID_0":3,"path":null}"#).is_empty());
        assert!(misspelt(r#"{"id":"a","name":"b","names":"both"}"#).is_empty());
    }
}
