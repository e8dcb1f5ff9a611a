//! The marking in the body of an act.

use serde::{Deserialize, Deserializer};

use atalaia_core::alerts::handling::{Europol, InfoGrade, Mark, Purpose, Reality, SourceGrade, Tlp};
use atalaia_core::base::time::Time;

/// The parts of a marking that change. What is absent or null stays as it is.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkBody {
    /// CLEAR, GREEN, AMBER, AMBER+STRICT or RED.
    #[schema(value_type = Option<String>)]
    tlp: Option<Tlp>,
    /// Grade of source and information, such as B3.
    #[schema(value_type = Option<String>)]
    grade: Option<Grade>,
    /// Europol handling codes; an empty list for none.
    #[schema(value_type = Option<Vec<String>>)]
    #[serde(alias = "handling")]
    europol: Option<Vec<Europol>>,
    /// Meaning of H3 in this case, or another condition.
    #[serde(alias = "text")]
    handling_text: Option<String>,
    /// Permitted purpose, by its name in CISE.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// Countries or organisations that it may be released to; an empty list for all that TLP and codes allow.
    releasable_to: Option<Vec<String>>,
    /// Whether it contains personal data.
    personal_data: Option<bool>,
    /// Legal basis for keeping and sharing it.
    legal_basis: Option<String>,
    /// Until when it may be kept.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default, deserialize_with = "moment")]
    retain_until: Option<Time>,
    /// actual, exercise or test.
    #[schema(value_type = Option<String>)]
    reality: Option<Reality>,
}

/// Two grades in one text.
#[derive(Clone, Copy, Debug)]
struct Grade(SourceGrade, InfoGrade);

impl<'de> Deserialize<'de> for Grade {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Grade, D::Error> {
        let text = String::deserialize(from)?;
        let parts = text.split_at_checked(1).and_then(|(source, info)| {
            let source = SourceGrade::ALL.into_iter().find(|grade| grade.name() == source)?;
            Some(Grade(source, InfoGrade::ALL.into_iter().find(|grade| grade.name() == info)?))
        });
        parts.ok_or_else(|| {
            serde::de::Error::custom("grade: write a letter of A, B, C, X and a digit from 1 to 4, as B3")
        })
    }
}

impl From<MarkBody> for Mark {
    fn from(body: MarkBody) -> Mark {
        Mark {
            tlp: body.tlp,
            europol: body.europol,
            handling_text: body.handling_text,
            releasable_to: body.releasable_to,
            source_grade: body.grade.map(|grade| grade.0),
            info_grade: body.grade.map(|grade| grade.1),
            purpose: body.purpose,
            personal_data: body.personal_data,
            legal_basis: body.legal_basis,
            retain_until: body.retain_until,
            reality: body.reality,
            marked_by: None,
            marked_at: None,
        }
    }
}

/// A time, or null.
pub(super) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    let wrong = || serde::de::Error::custom("write a time as 2026-03-01T04:10:00Z");
    text.map(|text| Time::parse(&text).ok_or_else(wrong)).transpose()
}
