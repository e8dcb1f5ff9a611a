//! Settings that have been checked, as the daemon runs with them.
//!
//! A value of [`Checked`] comes from a check only, so its holders rely on it: paths are absolute where a field
//! says so, names are unique, values are in their ranges. It is cloned for each reload, which is why what is large
//! in it is shared.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::chart::{ZoneFiles, ZoneSource, read_zones, zone_doubts};
use super::files::{Files, Texts};
use super::problem::Problem;
use super::profile::Profile;
use super::watchlists::{ListFiles, read_watchlists};
use crate::platform::clock::{Clock, Moment};
use crate::storage::{evidence, journal, store};
use crate::{delivery, http, inputs};
use atalaia_core::base::time::Span;
use atalaia_core::engine::{self, SourceClock};
use atalaia_core::zones::Chart;

/// Settings that have been checked and can be run with.
#[derive(Clone, Debug)]
pub struct Checked {
    /// When the files began to be read. A file written later than this may not be in these settings.
    pub read: Moment,
    /// Settings of the engine, with the number of lanes decided. File names in them are as written, relative to `folder`.
    pub engine: engine::Settings,
    /// Zones, coast, ports, wind and watchlists.
    pub chart: Arc<Chart>,
    /// Where the zones were read from.
    pub zones: ZoneSource,
    /// The inputs, with absolute paths.
    pub inputs: Vec<inputs::Settings>,
    /// The sinks, with absolute paths.
    pub sinks: Vec<delivery::Settings>,
    /// Retry policy of the sinks.
    pub delivery: delivery::DeliverySettings,
    /// Absolute path of the store; `None` for no store.
    pub store: Option<PathBuf>,
    /// How long records in the store are kept.
    pub retention: store::RetentionSettings,
    /// Limits for reading recordings: against files that unpack to far more than they should.
    pub recordings: inputs::RecordingSettings,
    /// The profile whose definitions are the defaults; `None` for Atalaia's own.
    pub profile: Option<Profile>,
    /// Folder of the watchlists; `None` for no watchlists.
    pub watchlists: Option<PathBuf>,
    /// Warnings about settings and zone files that are valid but unusual.
    pub warnings: Vec<Problem>,
    /// Number of those that are about zones that are probably mistakes.
    pub zone_doubts: usize,
    /// How received lines are kept.
    pub journal: journal::Settings,
    /// How evidence bundles are signed; its path is absolute.
    pub evidence: evidence::Settings,
    /// Where metrics and health pages are served.
    pub http: http::Settings,
    /// Where the API and the console are served; its paths are absolute.
    pub api: http::ApiSettings,
    /// Folder that relative paths in the settings refer to.
    pub folder: PathBuf,
    /// Number of `conf.d` files layered over the settings file.
    pub drop_ins: usize,
    /// Names and texts of the zone files, as they were read.
    pub files: Texts,
    /// Paths and texts of the watchlists, as they were read. They are large, so this is `None` once they are stored beside the journal.
    pub list_texts: Option<Arc<Texts>>,
    /// Texts of the coast, ports, anchorages and wind files named in the settings, by path, as they were read.
    pub named: BTreeMap<PathBuf, Arc<str>>,
}

impl Checked {
    /// Number of zones, of every kind, also of those that have expired.
    pub fn zone_count(&self) -> usize {
        self.chart.zones.zones().len()
    }

    /// Reads the zones and watchlists again; unchanged watchlists are reused. On an error nothing changes. Of the files that the settings
    /// name, coast, ports and wind are not read again: a change of those is a change of the settings.
    pub fn read_zones_again(&mut self) -> Result<(), Vec<Problem>> {
        let ZoneFiles { zones, mut warnings, files } = read_zones(&self.zones, &self.engine.behaviours)?;
        let known = Some(&self.chart.watchlists);
        let ListFiles { lists, texts, warnings: of_lists } =
            read_watchlists(self.watchlists.as_deref(), Files::Disk, known)?;
        let doubts = zone_doubts(&self.zones, &zones, &files, &self.chart.coast, Clock.now());
        self.zone_doubts = doubts.len();
        warnings.extend(doubts);
        self.files = files;
        self.list_texts = Some(texts);
        self.chart = Arc::new(Chart { zones, watchlists: lists, ..(*self.chart).clone() });
        warnings.extend(of_lists);
        self.warnings = warnings;
        Ok(())
    }
}

/// Describes an input of the daemon to the engine: its local time zone, whether its times are those of the clock or of a recording, and
/// how late its reports may be. The default for that is `file_lateness_seconds` for recordings, `lateness_seconds` for all others.
pub fn source_clock(input: &inputs::Settings, settings: &Checked) -> SourceClock {
    let usual = match input.kind.is_recording() {
        true => settings.engine.time.file_lateness_seconds,
        false => settings.engine.time.lateness_seconds,
    };
    SourceClock {
        name: input.name.clone(),
        time_zone: input.time_zone.as_deref().and_then(inputs::time_zone),
        live: input.kind.is_live() && !input.recorded,
        recording: input.kind.is_recording() || input.recorded,
        lateness: Span::from_seconds(i64::from(input.lateness_seconds.unwrap_or(usual))),
    }
}
