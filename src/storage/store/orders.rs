//! What the writer applies to each change it stores: the filters of the sinks, and the marking of the daemon's own alerts.

use super::stages::filter::Filter;
use atalaia_core::alerts::HandlingSettings;

/// What the store needs to know about sinks and markings. The writer owns a copy; a reload of the settings sends another one.
#[derive(Clone, PartialEq, Debug)]
pub struct Orders {
    /// Filter of each sink.
    pub filters: Vec<Filter>,
    /// Marking of the alerts about the daemon itself.
    pub handling: HandlingSettings,
}

impl Orders {
    /// The filters of all sinks except one; of all with `None`.
    pub(super) fn without(&self, sink: Option<&str>) -> Vec<Filter> {
        self.filters.iter().filter(|filter| Some(filter.sink.as_str()) != sink).cloned().collect()
    }
}
