//! Markings: who may see an alert, for what purpose, how reliable it is, and how long it may be kept.
//!
//! Sources: TLP 2.0 (FIRST); handling codes H0-H3 and the 4x4 grading (Europol; Regulation (EU) 2016/794 Art. 29); purposes of
//! CISE. The daemon never grades an alert as certain, because AIS is what ships report about themselves. An analyst may
//! ([`Mark`]).

mod words;

pub use words::{Europol, InfoGrade, Purpose, Reality, Scheme, SourceGrade, Tlp};

use serde::{Deserialize, Deserializer, Serialize};

use crate::ais::hidden;
use crate::base::fault::{self, Fault};
use crate::base::time::{Span, Time};

/// Maximum length of a text in a marking. Characters.
const LONGEST: usize = 500;
/// Maximum retention time. Days.
const MOST_DAYS: u32 = 36_500;

/// Which alerts count as data about a natural person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonalData {
    /// Alerts with a small craft or one of unknown type: a yacht or fishing boat may identify its owner.
    #[default]
    SmallCraft,
    /// All alerts.
    Always,
    /// No alerts.
    Never,
}

/// `[handling]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HandlingSettings {
    /// How far alerts may be passed on: `CLEAR`, `GREEN`, `AMBER`, `AMBER+STRICT` or `RED` (TLP 2.0).
    pub tlp: Tlp,
    /// Europol handling codes, any of `H0`, `H1`, `H2` and `H3`.
    pub europol: Vec<Europol>,
    /// The restrictions that `H3` stands for; required with `H3`.
    pub handling_text: Option<String>,
    /// Countries or organisations that alerts may be released to.
    pub releasable_to: Vec<String>,
    /// Reliability of the source: `B`, `C` or `X`.
    pub source_grade: SourceGrade,
    /// Accuracy of the information: `2`, `3` or `4`.
    pub info_grade: InfoGrade,
    /// Accuracy of the information if at least two stations heard every vessel of the alert: `2`, `3` or `4`.
    pub corroborated_info_grade: InfoGrade,
    /// What alerts may be used for; one of the purposes of CISE.
    pub purpose: Purpose,
    /// Which alerts count as personal data: `small-craft`, `always` or `never`.
    pub personal_data: PersonalData,
    /// The law under which alerts are kept and passed on.
    pub legal_basis: Option<String>,
    /// How long receivers may keep an alert, counted from the day it opened. Days.
    #[schemars(range(min = 1, max = MOST_DAYS))]
    pub retain_days: u32,
    /// Whether the events are real: `actual`, `exercise` or `test`.
    pub reality: Reality,
}

impl Default for HandlingSettings {
    fn default() -> HandlingSettings {
        HandlingSettings {
            tlp: Tlp::Amber,
            europol: vec![Europol::H1],
            handling_text: None,
            releasable_to: Vec::new(),
            source_grade: SourceGrade::B,
            info_grade: InfoGrade::Four,
            corroborated_info_grade: InfoGrade::Three,
            purpose: Purpose::LawEnforcementMonitoring,
            personal_data: PersonalData::SmallCraft,
            legal_basis: None,
            retain_days: 365,
            reality: Reality::Actual,
        }
    }
}

impl HandlingSettings {
    /// What is wrong with the values beyond their ranges; keys with their table.
    pub fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        // What a ship says of itself is never beyond doubt, however many stations hear it.
        let own_words = "AIS is reported by the ships themselves";
        if self.source_grade == SourceGrade::A {
            let what = format!("cannot be A (no doubt): {own_words}");
            problems.push(Fault::new("source_grade", what).advise("write \"B\", \"C\" or \"X\""));
        }
        let grades =
            [("info_grade", self.info_grade), ("corroborated_info_grade", self.corroborated_info_grade)].into_iter();
        for (key, _) in grades.filter(|(_, grade)| *grade == InfoGrade::One) {
            let what = format!("cannot be 1 (not in doubt): {own_words}");
            problems.push(Fault::new(key, what).advise("write \"2\", \"3\" or \"4\""));
        }
        if self.info_grade != InfoGrade::One && self.info_grade < self.corroborated_info_grade {
            let what = "is less certain than info_grade, although two stations heard the vessels";
            problems.push(
                Fault::new("corroborated_info_grade", what).advise("write the grade of info_grade or a lower number"),
            );
        }
        let may_be_personal = self.personal_data != PersonalData::Never;
        // The rest is checked on the marking that the settings produce; the time has no effect on it.
        problems.extend(self.of(Time::from_millis(0), true, may_be_personal).problems());
        fault::below("handling", problems)
    }

    /// Whether what is known of a vessel counts as personal data.
    pub fn is_personal(&self, small_craft: bool) -> bool {
        match self.personal_data {
            PersonalData::SmallCraft => small_craft,
            PersonalData::Always => true,
            PersonalData::Never => false,
        }
    }

    /// The marking of an alert that opened at `opened_at`. `corroborated` means that at least two stations heard each of its vessels,
    /// `small_craft` that at least one of these is a small craft.
    pub fn of(&self, opened_at: Time, corroborated: bool, small_craft: bool) -> Handling {
        Handling {
            tlp: self.tlp,
            europol: self.europol.clone(),
            handling_text: self.handling_text.clone(),
            releasable_to: self.releasable_to.clone(),
            source_grade: self.source_grade,
            info_grade: if corroborated { self.corroborated_info_grade } else { self.info_grade },
            scheme: Scheme::FourByFour,
            purpose: self.purpose,
            personal_data: self.is_personal(small_craft),
            legal_basis: self.legal_basis.clone(),
            retain_until: day_of(opened_at) + Span::from_hours(24 * i64::from(self.retain_days)),
            reality: self.reality,
            marked_by: None,
            marked_at: None,
        }
    }
}

/// The midnight at the start of the day (UTC). Retention ends at midnight, so that alerts of one day expire together.
fn day_of(at: Time) -> Time {
    Time::from_millis(at.millis().div_euclid(86_400_000) * 86_400_000)
}

/// The marking of one alert; the fields are in reading order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Handling {
    /// How far the alert may be passed on.
    pub tlp: Tlp,
    /// What a receiver must not do with the alert without asking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub europol: Vec<Europol>,
    /// The restrictions that `H3` stands for, or other conditions; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_text: Option<String>,
    /// Countries or organisations that the alert may be released to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub releasable_to: Vec<String>,
    /// Reliability of the source.
    pub source_grade: SourceGrade,
    /// Accuracy of the information.
    pub info_grade: InfoGrade,
    /// The grading scheme of the two grades.
    pub scheme: Scheme,
    /// What the alert may be used for.
    pub purpose: Purpose,
    /// Whether the alert counts as data about a natural person.
    pub personal_data: bool,
    /// The law under which the alert is kept and passed on; `None` if not configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// Time until which receivers may keep the alert.
    #[serde(deserialize_with = "time")]
    pub retain_until: Time,
    /// Whether the events are real, an exercise or a test.
    pub reality: Reality,
    /// The analyst who last marked the alert; `None` while the marking is automatic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked_by: Option<String>,
    /// When the analyst marked it, by the wall clock; `None` while the marking is automatic.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "maybe_time")]
    pub marked_at: Option<Time>,
}

impl Handling {
    /// What is wrong with the values.
    pub fn problems(&self) -> Vec<Fault> {
        let mut problems = Vec::new();
        let text = self.handling_text.as_deref();
        if self.europol.contains(&Europol::H3) && text.is_none_or(|text| text.trim().is_empty()) {
            problems.push(
                Fault::new("handling_text", "is missing, and H3 needs it").advise("state which restrictions apply"),
            );
        }
        if self.europol.iter().enumerate().any(|(index, code)| self.europol[..index].contains(code)) {
            problems.push(Fault::new("europol", "contains a code twice").advise("write each code once"));
        }
        if self.personal_data && self.purpose == Purpose::NonSpecified {
            let what = "NonSpecified is not enough for personal data";
            problems.push(Fault::new("purpose", what).advise("name a purpose"));
        }
        let one = |key, text: &str| match () {
            () if text.trim().is_empty() => Some(Fault::new(key, "is empty").advise("write a text or leave it out")),
            () if text.chars().any(|c| hidden(c) || c.is_control()) => {
                Some(Fault::new(key, "holds a control character").advise("write plain text"))
            }
            () if LONGEST < text.chars().count() => {
                Some(Fault::new(key, format!("is longer than {LONGEST} characters")).advise("shorten it"))
            }
            () => None,
        };
        // An empty text with `H3` is reported above already.
        let empty_h3 = |text: &&str| !(self.europol.contains(&Europol::H3) && text.trim().is_empty());
        problems.extend(text.filter(empty_h3).and_then(|text| one("handling_text", text)));
        problems.extend(self.legal_basis.as_deref().and_then(|text| one("legal_basis", text)));
        problems.extend(self.releasable_to.iter().find_map(|text| one("releasable_to", text)));
        problems
    }

    /// This marking with an analyst's mark applied; fields that the mark leaves out keep their value.
    pub fn marked(mut self, mark: &Mark) -> Handling {
        fn put<T: Clone>(field: &mut T, said: &Option<T>) {
            if let Some(said) = said {
                field.clone_from(said);
            }
        }
        put(&mut self.tlp, &mark.tlp);
        put(&mut self.europol, &mark.europol);
        put(&mut self.releasable_to, &mark.releasable_to);
        put(&mut self.source_grade, &mark.source_grade);
        put(&mut self.info_grade, &mark.info_grade);
        put(&mut self.purpose, &mark.purpose);
        put(&mut self.personal_data, &mark.personal_data);
        put(&mut self.retain_until, &mark.retain_until);
        put(&mut self.reality, &mark.reality);
        self.handling_text = mark.handling_text.clone().or(self.handling_text);
        self.legal_basis = mark.legal_basis.clone().or(self.legal_basis);
        self.marked_by = mark.marked_by.clone().or(self.marked_by);
        self.marked_at = mark.marked_at.or(self.marked_at);
        self
    }

    /// Whether one marking can stand for both: same recipients, purpose, reality and texts.
    pub fn goes_with(&self, other: &Handling) -> bool {
        self.releasable_to == other.releasable_to
            && self.purpose == other.purpose
            && self.reality == other.reality
            && self.handling_text == other.handling_text
            && self.legal_basis == other.legal_basis
    }

    /// The marking of two things together: for each field the stricter, less certain or shorter value. Only for markings for which
    /// [`goes_with`](Handling::goes_with) is true.
    pub fn joined(mut self, other: Handling) -> Handling {
        self.tlp = self.tlp.max(other.tlp);
        self.europol.extend(other.europol);
        self.europol.sort_unstable();
        self.europol.dedup();
        self.source_grade = self.source_grade.max(other.source_grade);
        self.info_grade = self.info_grade.max(other.info_grade);
        self.personal_data |= other.personal_data;
        self.retain_until = self.retain_until.min(other.retain_until);
        // No analyst marked the two together.
        (self.marked_by, self.marked_at) = (None, None);
        self
    }

    /// One line for people to read: `TLP:AMBER H1 B4, LawEnforcementMonitoring, keep until 2027-03-14`.
    pub fn line(&self) -> String {
        let mut line = format!("TLP:{}", self.tlp.name());
        self.europol.iter().for_each(|code| line.extend([" ", code.name()]));
        line += &format!(" {}{}, {}", self.source_grade.name(), self.info_grade.name(), self.purpose.name());
        if !self.releasable_to.is_empty() {
            line += &format!(", releasable to {}", self.releasable_to.join(" "));
        }
        if self.personal_data {
            line += ", personal data";
        }
        line += &format!(", keep until {}", self.retain_until.date());
        if self.reality != Reality::Actual {
            line += &format!(", {}", self.reality.name().to_uppercase());
        }
        for text in [&self.legal_basis, &self.handling_text].into_iter().flatten() {
            line += &format!(", {text}");
        }
        line
    }
}

/// An analyst's changes to a marking; a field that is `None` stays as it is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // The fields of `Handling`.
pub struct Mark {
    pub tlp: Option<Tlp>,
    pub europol: Option<Vec<Europol>>,
    pub handling_text: Option<String>,
    pub releasable_to: Option<Vec<String>>,
    pub source_grade: Option<SourceGrade>,
    pub info_grade: Option<InfoGrade>,
    pub purpose: Option<Purpose>,
    pub personal_data: Option<bool>,
    pub legal_basis: Option<String>,
    #[serde(deserialize_with = "maybe_time")]
    pub retain_until: Option<Time>,
    pub reality: Option<Reality>,
    pub marked_by: Option<String>,
    #[serde(deserialize_with = "maybe_time")]
    pub marked_at: Option<Time>,
}

impl Mark {
    /// This mark, completed from an earlier one where it leaves fields out.
    pub fn over(self, earlier: Mark) -> Mark {
        Mark {
            tlp: self.tlp.or(earlier.tlp),
            europol: self.europol.or(earlier.europol),
            handling_text: self.handling_text.or(earlier.handling_text),
            releasable_to: self.releasable_to.or(earlier.releasable_to),
            source_grade: self.source_grade.or(earlier.source_grade),
            info_grade: self.info_grade.or(earlier.info_grade),
            purpose: self.purpose.or(earlier.purpose),
            personal_data: self.personal_data.or(earlier.personal_data),
            legal_basis: self.legal_basis.or(earlier.legal_basis),
            retain_until: self.retain_until.or(earlier.retain_until),
            reality: self.reality.or(earlier.reality),
            marked_by: self.marked_by.or(earlier.marked_by),
            marked_at: self.marked_at.or(earlier.marked_at),
        }
    }
}

/// Reads a time; anything else is an error.
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    Time::parse(&text).ok_or_else(|| serde::de::Error::custom("not a time"))
}

/// Reads a time that may be absent. A text that is not a time counts as absent.
fn maybe_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| Time::parse(&text)))
}

#[cfg(test)]
mod tests;
