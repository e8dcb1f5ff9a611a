//! How an alert may be handled: who may see it, what it may be used for, how sure it is, how long it may be kept.
//!
//! TLP 2.0 (FIRST), handling codes H0-H3 and the 4x4 grading (Europol; Regulation (EU) 2016/794 Art. 29), purposes of CISE. What a
//! machine says is never graded as certain: AIS is what ships say of themselves. Analysts may say otherwise (`Mark`).

mod words;

pub use words::{Europol, InfoGrade, Purpose, Reality, Scheme, SourceGrade, Tlp};

use serde::{Deserialize, Deserializer, Serialize};

use crate::ais::hidden;
use crate::time::{Span, Time};

/// Longest text of an operator or analyst in a marking, in characters.
const LONGEST: usize = 500;
/// Retention cannot be promised beyond this. Days.
const MOST_DAYS: u32 = 36_500;

/// Which alerts count as data about a natural person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonalData {
    /// Those with a small craft, or one of unknown type: a yacht or fishing boat may stand for its owner.
    #[default]
    SmallCraft,
    /// All.
    Always,
    /// None.
    Never,
}

/// `[handling]`
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HandlingSettings {
    /// `CLEAR`, `GREEN`, `AMBER`, `AMBER+STRICT` or `RED`.
    pub tlp: Tlp,
    /// Any of `H0`, `H1`, `H2`, `H3`.
    pub europol: Vec<Europol>,
    /// What `H3` means here.
    pub handling_text: Option<String>,
    /// Countries or organisations it may go to.
    pub releasable_to: Vec<String>,
    /// `B`, `C` or `X`.
    pub source_grade: SourceGrade,
    /// `2`, `3` or `4`.
    pub info_grade: InfoGrade,
    /// The same where at least two stations heard every vessel of the alert.
    pub corroborated_info_grade: InfoGrade,
    /// A word of CISE.
    pub purpose: Purpose,
    /// `small-craft`, `always` or `never`.
    pub personal_data: PersonalData,
    /// The law it is kept and passed on under.
    pub legal_basis: Option<String>,
    /// How long receivers may keep it, from the day it opened. Days.
    pub retain_days: u32,
    /// `actual`, `exercise` or `test`.
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
    /// All faults, as sentences with the key's path.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.source_grade == SourceGrade::A {
            problems.push(
                "handling.source_grade: no machine grades A (no doubt): AIS is what ships say of themselves; write \"B\", \"C\" or \"X\""
                    .to_owned(),
            );
        }
        let grades =
            [("info_grade", self.info_grade), ("corroborated_info_grade", self.corroborated_info_grade)].into_iter();
        for (key, _) in grades.filter(|(_, grade)| *grade == InfoGrade::One) {
            problems.push(format!(
                "handling.{key}: no machine grades 1 (not in doubt): AIS is what ships say of themselves; write \"2\", \"3\" or \"4\""
            ));
        }
        if self.info_grade != InfoGrade::One && self.info_grade < self.corroborated_info_grade {
            problems.push(
                "handling.corroborated_info_grade: is less sure than info_grade; what two stations heard cannot be"
                    .to_owned(),
            );
        }
        if !(1..=MOST_DAYS).contains(&self.retain_days) {
            problems.push(format!("handling.retain_days must lie between 1 and {MOST_DAYS}, not {}", self.retain_days));
        }
        let may_be_personal = self.personal_data != PersonalData::Never;
        let made = self.of(Time::from_millis(0), true, may_be_personal);
        problems.extend(made.problems().into_iter().map(|(key, text)| format!("handling.{key}: {text}")));
        problems
    }

    /// The marking of an alert opened at this time; whether each of its vessels was heard by two stations, and whether there is a small
    /// craft among them.
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
            personal_data: match self.personal_data {
                PersonalData::SmallCraft => small_craft,
                PersonalData::Always => true,
                PersonalData::Never => false,
            },
            legal_basis: self.legal_basis.clone(),
            retain_until: day_of(opened_at) + Span::from_hours(24 * i64::from(self.retain_days)),
            reality: self.reality,
            marked_by: None,
            marked_at: None,
        }
    }
}

/// The midnight before.
fn day_of(at: Time) -> Time {
    Time::from_millis(at.millis().div_euclid(86_400_000) * 86_400_000)
}

/// The marking of one alert, in the order it is read in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Handling {
    /// How far it may be passed on.
    pub tlp: Tlp,
    /// What a receiver must not do with it without asking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub europol: Vec<Europol>,
    /// What `H3` means here; other conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_text: Option<String>,
    /// Countries or organisations it may go to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub releasable_to: Vec<String>,
    /// How far the source is trusted.
    pub source_grade: SourceGrade,
    /// How sure the information is.
    pub info_grade: InfoGrade,
    /// What the two grades are.
    pub scheme: Scheme,
    /// What it may be used for.
    pub purpose: Purpose,
    /// Whether it counts as data about a natural person.
    pub personal_data: bool,
    /// The law it is kept and passed on under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// No receiver may keep it beyond this.
    #[serde(deserialize_with = "time")]
    pub retain_until: Time,
    /// Whether anything of it happened.
    pub reality: Reality,
    /// The analyst who marked it last; absent while it is the machine's marking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked_by: Option<String>,
    /// When, by the wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "maybe_time")]
    pub marked_at: Option<Time>,
}

impl Handling {
    /// What cannot be so: key and sentence.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let text = self.handling_text.as_deref();
        if self.europol.contains(&Europol::H3) && text.is_none_or(|text| text.trim().is_empty()) {
            problems.push(("handling_text", "H3 needs it: say which restrictions hold".to_owned()));
        }
        if self.europol.iter().enumerate().any(|(index, code)| self.europol[..index].contains(code)) {
            problems.push(("europol", "holds a code twice; write each once".to_owned()));
        }
        if self.personal_data && self.purpose == Purpose::NonSpecified {
            problems.push(("purpose", "NonSpecified is not enough for personal data; name a purpose".to_owned()));
        }
        let one = |key, text: &str| {
            let fault = match () {
                () if text.trim().is_empty() => "is empty; write a text or leave it out".to_owned(),
                () if text.chars().any(|c| hidden(c) || c.is_control()) => "holds a control character".to_owned(),
                () if LONGEST < text.chars().count() => format!("is longer than {LONGEST} characters"),
                () => return None,
            };
            Some((key, fault))
        };
        let empty_h3 = |text: &&str| !(self.europol.contains(&Europol::H3) && text.trim().is_empty());
        problems.extend(text.filter(empty_h3).and_then(|text| one("handling_text", text)));
        problems.extend(self.legal_basis.as_deref().and_then(|text| one("legal_basis", text)));
        problems.extend(self.releasable_to.iter().find_map(|text| one("releasable_to", text)));
        problems
    }

    /// The same as an analyst marked it; what the mark does not say stays the machine's.
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

    /// Whether one marking can stand for both: whom they may go to, what for, whether they happened, and what their texts say.
    pub fn goes_with(&self, other: &Handling) -> bool {
        self.releasable_to == other.releasable_to
            && self.purpose == other.purpose
            && self.reality == other.reality
            && self.handling_text == other.handling_text
            && self.legal_basis == other.legal_basis
    }

    /// The marking of two things together, where one can stand for both: the stricter, the less sure and the shorter of each.
    pub fn joined(mut self, other: Handling) -> Handling {
        self.tlp = self.tlp.max(other.tlp);
        self.europol.extend(other.europol);
        self.europol.sort_unstable();
        self.europol.dedup();
        self.source_grade = self.source_grade.max(other.source_grade);
        self.info_grade = self.info_grade.max(other.info_grade);
        self.personal_data |= other.personal_data;
        self.retain_until = self.retain_until.min(other.retain_until);
        (self.marked_by, self.marked_at) = (None, None);
        self
    }

    /// `TLP:AMBER H1 B4, LawEnforcementMonitoring, keep until 2027-03-14`, as a person reads it.
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

/// What an analyst says of the handling; what is `None` is left as it is.
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
    /// This mark, and what an earlier one said that this one does not speak of.
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

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    Time::parse(&text).ok_or_else(|| serde::de::Error::custom("no time"))
}

fn maybe_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| Time::parse(&text)))
}

#[cfg(test)]
mod tests;
