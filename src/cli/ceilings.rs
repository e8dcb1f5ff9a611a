//! Ceilings as arguments: up to which marking a person or token sees alerts.

use super::marking::{europol, purpose, reality, tlp};
use crate::storage::store::Ceilings;
use atalaia_core::alerts::handling::{Europol, Purpose, Reality, Tlp};

/// The ceilings. If any is given, the others have no limit.
#[derive(Debug, clap::Args)]
pub(super) struct CeilingArguments {
    /// Strictest TLP that is visible [default: RED]
    #[arg(long, value_parser = tlp)]
    max_tlp: Option<Tlp>,
    /// Countries or organisations the reader belongs to; an alert for listed recipients is visible only to those
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    releasable_to: Option<Vec<String>>,
    /// Europol handling codes that are visible, such as H0,H1 [default: all]
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = europol)]
    europol: Option<Vec<Europol>>,
    /// Purposes of alerts that are visible, by their names in CISE [default: all]
    #[arg(long, value_name = "PURPOSES", value_delimiter = ',', value_parser = purpose)]
    purposes: Option<Vec<Purpose>>,
    /// actual, exercise or test, as far as visible [default: all]
    #[arg(long, value_name = "REALITIES", value_delimiter = ',', value_parser = reality)]
    realities: Option<Vec<Reality>>,
    /// Whether alerts with personal data are visible [default: true]
    #[arg(long, value_name = "BOOL")]
    personal_data: Option<bool>,
}

impl CeilingArguments {
    /// The ceilings; `None` if none is given.
    pub(super) fn ceilings(&self) -> Option<Ceilings> {
        let ceilings = Ceilings {
            max_tlp: self.max_tlp.unwrap_or(Tlp::Red),
            releasable_to: self.releasable_to.clone(),
            europol: self.europol.clone(),
            purposes: self.purposes.clone(),
            realities: self.realities.clone(),
            personal_data: self.personal_data.unwrap_or(true),
        };
        let is_given = ceilings != Ceilings::default() || self.max_tlp.is_some() || self.personal_data.is_some();
        is_given.then_some(ceilings)
    }
}
