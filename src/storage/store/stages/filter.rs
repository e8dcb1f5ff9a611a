//! What a sink asks for: which alerts it selects, which markings it may receive, and from when on it gets digests.

use super::clear::Clearance;
use atalaia_core::alerts::{Class, Severity};

/// The filter and clearance of one sink, from its table in the settings. A reload replaces it; changes that are already in the outbox
/// keep their outcome.
#[derive(Clone, PartialEq, Debug)]
pub struct Filter {
    /// Name of the sink.
    pub sink: String,
    /// Minimum severity.
    pub min_severity: Severity,
    /// Minimum score.
    pub min_score: i32,
    /// Accepted kinds of alert; empty for all.
    pub kinds: Vec<Class>,
    /// Accepted behaviours; empty for all.
    pub behaviours: Vec<String>,
    /// Only alerts in or near these zones; empty for all alerts.
    pub zones: Vec<String>,
    /// Markings that the sink may receive.
    pub clearance: Clearance,
    /// Maximum number of single changes per behaviour and hour. Further ones are sent as digests. `None` for no limit.
    pub digest_after: Option<u32>,
}

impl Filter {
    /// Selects everything from this severity, with any marking.
    pub fn from_severity(sink: &str, min_severity: Severity) -> Filter {
        Filter {
            sink: sink.to_owned(),
            min_severity,
            min_score: 0,
            kinds: Vec::new(),
            behaviours: Vec::new(),
            zones: Vec::new(),
            clearance: Clearance::everything(),
            digest_after: None,
        }
    }
}
