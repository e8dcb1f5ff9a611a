//! Ceilings: up to which marking a person or machine may see alerts.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::storage::store::stages::clear::Clearance;
use atalaia_core::alerts::handling::{Europol, Purpose, Reality, Tlp};

/// The ceilings of a reader, in the words of a sink. A list that is null sets no limit. What is above a ceiling is not listed, opened,
/// counted by name or streamed. Every member must be there when they are read: a limit that is missing must not become no limit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ceilings {
    /// Strictest TLP that is visible.
    #[schema(value_type = String, example = "AMBER")]
    pub max_tlp: Tlp,
    /// Countries or organisations the reader belongs to. An alert that lists whom it may be released to is visible only if one of them is
    /// listed.
    #[serde(deserialize_with = "limit")]
    pub releasable_to: Option<Vec<String>>,
    /// Europol handling codes that are visible.
    #[serde(deserialize_with = "limit")]
    #[schema(value_type = Option<Vec<String>>)]
    pub europol: Option<Vec<Europol>>,
    /// Purposes of alerts that are visible, by their names in CISE.
    #[serde(deserialize_with = "limit")]
    #[schema(value_type = Option<Vec<String>>)]
    pub purposes: Option<Vec<Purpose>>,
    /// `actual`, `exercise` and `test`, as far as visible.
    #[serde(deserialize_with = "limit")]
    #[schema(value_type = Option<Vec<String>>)]
    pub realities: Option<Vec<Reality>>,
    /// Whether alerts with data about natural persons are visible.
    pub personal_data: bool,
}

/// What to change of ceilings. A member that is left out stays as it is; a list that is null sets no limit.
#[derive(Clone, PartialEq, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CeilingChange {
    /// Strictest TLP that is visible.
    #[schema(value_type = Option<String>, example = "AMBER")]
    pub max_tlp: Option<Tlp>,
    /// Countries or organisations the reader belongs to.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    pub releasable_to: Option<Option<Vec<String>>>,
    /// Europol handling codes that are visible.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    pub europol: Option<Option<Vec<Europol>>>,
    /// Purposes of alerts that are visible, by their names in CISE.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    pub purposes: Option<Option<Vec<Purpose>>>,
    /// `actual`, `exercise` and `test`, as far as visible.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    pub realities: Option<Option<Vec<Reality>>>,
    /// Whether alerts with data about natural persons are visible.
    pub personal_data: Option<bool>,
}

impl CeilingChange {
    /// The ceilings after this change.
    pub fn over(&self, before: Ceilings) -> Ceilings {
        Ceilings {
            max_tlp: self.max_tlp.unwrap_or(before.max_tlp),
            releasable_to: self.releasable_to.clone().unwrap_or(before.releasable_to),
            europol: self.europol.clone().unwrap_or(before.europol),
            purposes: self.purposes.clone().unwrap_or(before.purposes),
            realities: self.realities.clone().unwrap_or(before.realities),
            personal_data: self.personal_data.unwrap_or(before.personal_data),
        }
    }
}

/// Reads a member that may be null, so that null differs from a member that is left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Reads a list that limits something. An empty one would allow nothing, but a [`Clearance`] takes it for no limit.
fn limit<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Vec<T>>, D::Error> {
    match Option::<Vec<T>>::deserialize(from)? {
        Some(list) if list.is_empty() => Err(D::Error::custom("a limit without values")),
        list => Ok(list),
    }
}

impl Default for Ceilings {
    /// Sees everything.
    fn default() -> Ceilings {
        let (europol, purposes, realities) = (None, None, None);
        Ceilings { max_tlp: Tlp::Red, releasable_to: None, europol, purposes, realities, personal_data: true }
    }
}

impl Ceilings {
    /// The same as the clearance of a sink.
    pub fn clearance(&self) -> Clearance {
        Clearance {
            max_tlp: self.max_tlp,
            europol: self.europol.clone().unwrap_or_default(),
            purposes: self.purposes.clone().unwrap_or_default(),
            realities: self.realities.clone().unwrap_or_default(),
            personal_data: self.personal_data,
            recipients: self.releasable_to.clone().unwrap_or_default(),
        }
    }

    /// Names of lists that are empty: those would mean "no limit" to a sink and "nothing" to a person who writes them.
    pub fn empty_lists(&self) -> Vec<&'static str> {
        let lists = [
            ("releasable_to", self.releasable_to.as_ref().is_some_and(Vec::is_empty)),
            ("europol", self.europol.as_ref().is_some_and(Vec::is_empty)),
            ("purposes", self.purposes.as_ref().is_some_and(Vec::is_empty)),
            ("realities", self.realities.as_ref().is_some_and(Vec::is_empty)),
        ];
        lists.into_iter().filter(|(_, is_empty)| *is_empty).map(|(name, _)| name).collect()
    }
}
