//! Ceilings as arguments: up to which marking a person or token sees alerts.

use super::failure::Failure;
use super::marking::{europol, purpose, reality, tlp};
use crate::http::ceilings_fault;
use crate::storage::store::{CeilingChange, Ceilings};
use atalaia_core::alerts::handling::{Europol, Purpose, Reality, Tlp};

/// The ceilings. What is not given has no limit in something new, and stays as it is otherwise.
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
    /// What to change; `None` if nothing is given.
    ///
    /// # Errors
    /// A list cannot be a ceiling.
    pub(super) fn change(&self) -> Result<Option<CeilingChange>, Failure> {
        let change = CeilingChange {
            max_tlp: self.max_tlp,
            releasable_to: self.releasable_to.clone().map(Some),
            europol: self.europol.clone().map(Some),
            purposes: self.purposes.clone().map(Some),
            realities: self.realities.clone().map(Some),
            personal_data: self.personal_data,
        };
        match ceilings_fault(&change.over(Ceilings::default())) {
            Some((key, fault)) => Err(Failure::Usage(format!("{key}: {fault}"))),
            None => Ok((change != CeilingChange::default()).then_some(change)),
        }
    }

    /// The ceilings of something new.
    ///
    /// # Errors
    /// A list cannot be a ceiling.
    pub(super) fn ceilings(&self) -> Result<Ceilings, Failure> {
        Ok(self.change()?.unwrap_or_default().over(Ceilings::default()))
    }
}
