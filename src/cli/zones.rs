//! `atalaia zones`: lists and exports the zones, shows one, and shows what applies at a position.
//!
//! Zones decide what is watched, so a site must be able to see them as the engine does: not the file, but
//! what has become of it, and what applies at a place at this moment.

mod place;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::failure::Failure;
use super::output::print;
use super::place::SettingsArguments;
use super::position::Position;
use super::replay::{Playback, play};
use super::table::{Column, cut, fitted, number, text, width};
use crate::config::Checked;
use crate::platform::clock::Clock;
use atalaia_core::ais::Class;
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Time;
use atalaia_core::engine::Engine;
use atalaia_core::geo::LatLon;
use atalaia_core::picture::coverage::{LEAST_SLOTS, Reception};
use atalaia_core::zones::{Chart, Hit, Hours, Kind, Relation, Zone, ZoneIx, ZoneSet};

/// Arguments of `atalaia zones`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(subcommand)]
    command: Command,
}

/// The subcommands.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List every zone; on a terminal, or with the variable COLUMNS, columns without room are left out
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Show what applies at a position: zones it is in or near, distance from shore, calm water, nearest port
    Test {
        #[command(flatten)]
        position: Position,
        /// Recording from which to estimate how well vessels are received there, by transponder class
        #[arg(long, value_name = "RECORDING")]
        on: Option<PathBuf>,
    },
    /// Show one zone: where it is, and everything its file says
    Show {
        /// Zone id
        id: String,
    },
    /// Export all zones as one GeoJSON file for a map: as drawn, with defaults, extents and the share of land in each
    Export,
}

/// Runs the command on the zones of the settings, as they are at the present moment.
///
/// # Errors
/// The settings or zones are faulty (78), the position or the id is not valid (2), or the recording cannot be
/// used (65).
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let settings = arguments.settings.checked()?;
    let chart = &*settings.chart;
    let now = Clock.now();
    // Collected first: an error in the middle must not leave half a list.
    let mut text = Vec::new();
    let written = match &arguments.command {
        Command::List { json: true } => objects(chart, now, &mut text),
        Command::List { json: false } => list(chart, now, width(), &mut text),
        Command::Test { position, on } => {
            let at = position.read().map_err(Failure::Usage)?;
            let written = test(chart, at, now, &mut text);
            match on {
                Some(recording) => written.and(reception(&learn(&settings, recording)?, at, &mut text)),
                None => written,
            }
        }
        Command::Show { id } => match show(&chart.zones, id, &mut text) {
            Ok(false) => {
                return Err(Failure::Usage(format!("there is no zone `{id}`; `atalaia zones list` names them")));
            }
            Ok(true) => match chart.zones.find(id) {
                Some(zone) => place::lines(chart, zone, &mut text),
                None => Ok(()),
            },
            Err(error) => Err(error),
        },
        Command::Export => place::export(chart, &settings.files, now, &mut text),
    };
    written.map_err(|error| Failure::Other(error.to_string()))?;
    print(&String::from_utf8_lossy(&text))
}

/// The columns of the list. The file is last, because it matters least. On a narrow line whole columns are left out, and only
/// names are cut: a part of a number would be another number.
const COLUMNS: [Column; 10] = [
    text("id").down_to(8),
    text("kind"),
    number("weight"),
    text("active"),
    text("middle").spare(4),
    number("sq nm").spare(3),
    number("land").spare(5),
    text("reviewed").spare(1),
    text("name").down_to(16),
    text("file").down_to(10).spare(2),
];

/// Writes one line per zone below a header, fitted to `width` characters, then the number of zones.
pub fn list(chart: &Chart, now: Time, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let zones = chart.zones.zones();
    let row = |(ix, zone): (ZoneIx, &Zone)| {
        let [middle, area, land] = place::cells(chart, ix);
        vec![
            zone.id.clone(),
            zone.kind.name().to_owned(),
            if zone.watched() { weight(zone) } else { String::new() },
            if zone.active(now) { "yes" } else { "no" }.to_owned(),
            middle,
            area,
            land,
            zone.reviewed.clone().unwrap_or_else(|| "never".to_owned()),
            zone.name.clone(),
            zone.file.clone(),
        ]
    };
    out.write_all(fitted(&COLUMNS, &chart.zones.iter().map(row).collect::<Vec<_>>(), width).as_bytes())?;
    let count = format!(
        "{}, {} active at {now}; {} harbours and anchorage points built in or from files",
        counted(zones.len(), "zone"),
        zones.iter().filter(|zone| zone.active(now)).count(),
        chart.ports.len()
    );
    writeln!(out, "{}", cut(&count, width))
}

/// Writes one JSON object per zone.
fn objects(chart: &Chart, now: Time, out: &mut dyn Write) -> io::Result<()> {
    for (ix, zone) in chart.zones.iter() {
        let object = json!({
            "id": zone.id, "name": zone.name, "kind": zone.kind.name(), "weight": zone.weight, "near_nm": zone.near_nm,
            "active": zone.active(now), "behaviours": zone.behaviours, "source": zone.source, "reviewed": zone.reviewed,
            "file": zone.file, "line": zone.line, "lies": place::object(chart, ix),
        });
        writeln!(out, "{object}")?;
    }
    Ok(())
}

/// Writes what the rules know about a position: zones around it, shore, calm water, nearest port.
pub fn test(chart: &Chart, at: LatLon, time: Time, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} at {time}", degrees(at))?;
    zones_around(chart, at, time, out)?;
    source_regions(chart, at, time, out)?;
    shore(chart, at, out)?;
    calm_water(chart, at, time, out)?;
    match chart.ports.nearest(at) {
        Some((port, nm)) => {
            let bearing = port.at.bearing_to(at);
            let country = match &*port.country {
                "" => String::new(),
                country => format!(", {country}"),
            };
            writeln!(out, "port:   {nm:.1} nm off {}{country} (bearing {bearing:03.0} from it)", port.name)
        }
        None => writeln!(out, "port:   none known"),
    }
}

/// Writes how likely vessels are received at a position, by class: whether a boat could have been there
/// without being heard. The chance that a vessel is heard is learned per ten-minute slot, so that an hour is
/// six of them.
pub fn reception(engine: &Engine, at: LatLon, out: &mut dyn Write) -> io::Result<()> {
    let Some(last) = engine.now() else {
        return writeln!(out, "heard:  the recording has no times, so nothing is learned from it");
    };
    for (class, name) in [(Class::A, "A"), (Class::B, "B")] {
        let Reception { observed, heard } = engine.coverage().reception(at, class);
        let chance = Reception { observed, heard }.chance();
        let slots =
            format!("{heard:.0} of {observed:.0} ten-minute slots in which one was expected within this 0.25° cell");
        match chance {
            _ if observed < 0.5 => writeln!(
                out,
                "heard:  class {name}: no vessel was expected here up to {last}; whether one could have been here without being received is unknown"
            )?,
            0.0 => writeln!(
                out,
                "heard:  class {name}: in {slots}; too few ({LEAST_SLOTS} are needed) to say that one would be received"
            )?,
            _ => writeln!(
                out,
                "heard:  class {name}: in {slots}; a transmitting vessel goes unreceived for an hour with probability {}",
                probability((1.0 - chance).powi(6))
            )?,
        }
    }
    Ok(())
}

/// An engine that has processed a recording.
///
/// # Errors
/// The recording cannot be read.
fn learn(settings: &Checked, recording: &Path) -> Result<Engine, Failure> {
    let playback = Playback { inputs: vec![recording.to_owned()], time_zone: None, pace: None, until: None };
    Ok(play(settings, &playback, &mut |_| {}, &mut |_| Ok(()))?.engine)
}

/// A probability with three decimals; smaller values are not known.
fn probability(of: f64) -> String {
    if of < 0.001 { "below 0.001".to_owned() } else { format!("{of:.3}") }
}

/// Writes everything a zone file says about one zone. Returns false if there is no such zone; similar ids are then
/// listed.
pub fn show(zones: &ZoneSet, id: &str, out: &mut dyn Write) -> io::Result<bool> {
    let Some(zone) = zones.find(id).map(|number| zones.get(number)) else {
        writeln!(out, "no zone {id:?}")?;
        let similar = zones.zones().iter().filter(|zone| zone.id.contains(id) || id.contains(&zone.id));
        for zone in similar {
            writeln!(out, "  perhaps {} ({})", zone.id, zone.name)?;
        }
        return Ok(false);
    };
    writeln!(out, "{}  {}", zone.id, zone.name)?;
    let mut line = |what: &str, value: String| writeln!(out, "  {what:<14} {value}");
    line("kind", kind(zone).to_owned())?;
    if !zone.source_region() {
        line("near", format!("{} nm beyond the border", zone.near_nm))?;
        line("weight", weight(zone))?;
        line("behaviours", zone.behaviours.as_ref().map_or("all".to_owned(), |names| names.join(", ")))?;
    }
    for (behaviour, settings) in &zone.settings {
        line("settings", format!("{behaviour}: {settings}"))?;
    }
    if zone.watched() {
        let margin = match zone.calm_margin_nm {
            Some(nm) => format!("{nm} nm instead of the default margin"),
            None => "default margin".to_owned(),
        };
        let calm = if zone.calm { "sea behaviours do not run in it" } else { "sea behaviours run in it too" };
        line("calm water", format!("{calm}; {margin}"))?;
    }
    line("active", when(zone))?;
    line("source", zone.source.clone().unwrap_or("not given".to_owned()))?;
    line("reviewed", zone.reviewed.clone().unwrap_or("never".to_owned()))?;
    line("file", format!("{}, line {}", zone.file, zone.line))?;
    Ok(true)
}

/// Writes the zones that the position is in or near, active or not.
fn zones_around(chart: &Chart, at: LatLon, time: Time, out: &mut dyn Write) -> io::Result<()> {
    let mut hits: Vec<Hit> = Vec::new();
    chart.zones.at(at, &mut hits);
    hits.retain(|hit| hit.relation != Relation::Outside);
    if hits.is_empty() {
        writeln!(out, "zones:  in none, near none")?;
    }
    for hit in hits {
        let zone = chart.zones.get(hit.zone);
        let edge_nm = chart.zones.edge_nm(hit.zone, at);
        let place = match hit.relation {
            Relation::In => format!("in, {:.2} nm inside the border", -edge_nm),
            _ => format!("near, {edge_nm:.2} nm outside the border"),
        };
        let active = match zone.active(time) {
            true => String::new(),
            false => format!("; not active now ({})", when(zone)),
        };
        writeln!(out, "zones:  {} ({}, {}): {place}{active}", zone.id, zone.name, zone.kind.name())?;
    }
    Ok(())
}

/// Writes every source region that contains the position. The first active one is remembered for a vessel there.
fn source_regions(chart: &Chart, at: LatLon, time: Time, out: &mut dyn Write) -> io::Result<()> {
    let remembered = chart.zones.source_at(at, time);
    for (number, zone) in chart.zones.iter().filter(|(_, zone)| zone.source_region()) {
        let edge_nm = chart.zones.edge_nm(number, at);
        if edge_nm > 0.0 {
            continue;
        }
        let note = match zone.active(time) {
            true if remembered == Some(number) => String::new(),
            true => "; another one, listed before it, is remembered".to_owned(),
            false => format!("; not active now ({})", when(zone)),
        };
        writeln!(out, "source: {} ({}): in, {:.2} nm inside the border{note}", zone.id, zone.name, -edge_nm)?;
    }
    Ok(())
}

/// Writes the distance from shore, and where the nearest shore is.
fn shore(chart: &Chart, at: LatLon, out: &mut dyn Write) -> io::Result<()> {
    if chart.coast.on_land(at) {
        return writeln!(out, "shore:  0 nm: land or inland water");
    }
    match chart.coast.nearest_shore(at) {
        Some(shore) => writeln!(
            out,
            "shore:  {:.2} nm, nearest at {} (bearing {:03.0})",
            chart.shore_nm(at),
            degrees(shore),
            at.bearing_to(shore)
        ),
        None => writeln!(out, "shore:  no coast loaded"),
    }
}

/// The margin around it matters too: behaviours of the open sea do not open there.
fn calm_water(chart: &Chart, at: LatLon, time: Time, out: &mut dyn Write) -> io::Result<()> {
    let calm = chart.calm(at, time);
    if calm.inside {
        let mut hits = Vec::new();
        chart.zones.at(at, &mut hits);
        let inside = hits.iter().filter(|hit| hit.relation == Relation::In).map(|hit| chart.zones.get(hit.zone));
        for zone in inside.filter(|zone| zone.calm_water() && zone.active(time)) {
            writeln!(out, "calm:   yes, in the {} zone {} ({})", zone.kind.name(), zone.id, zone.name)?;
        }
        if let Some(port) = chart.ports.calm_round(at) {
            let nm = at.nm_to(port.at);
            let name = if port.name.is_empty() { "an anchorage point" } else { &port.name };
            writeln!(out, "calm:   yes, {nm:.1} nm from {name}, whose circle is {} nm", port.radius_nm)?;
        }
        return Ok(());
    }
    let margin = chart.calm_margin_nm;
    match calm.nearest_nm <= margin {
        true => writeln!(
            out,
            "calm:   no, but {:.1} nm from calm water: inside the margin of {margin} nm, where sea behaviours do not open \
             unless a zone says so",
            calm.nearest_nm
        ),
        false if calm.nearest_nm.is_finite() => {
            writeln!(out, "calm:   no, {:.1} nm from calm water", calm.nearest_nm)
        }
        false => writeln!(out, "calm:   no, none within 30 nm"),
    }
}

/// A position with hemispheres, to 4 decimals (about 10 m).
fn degrees(at: LatLon) -> String {
    let north = if at.lat < 0.0 { 'S' } else { 'N' };
    let east = if at.lon < 0.0 { 'W' } else { 'E' };
    format!("{:.4} {north} {:.4} {east}", at.lat.abs(), at.lon.abs())
}

/// The kind of a zone, with what it means for the behaviours.
fn kind(zone: &Zone) -> &'static str {
    match zone.kind {
        Kind::Corridor => "corridor (watched)",
        Kind::Area => "area (watched)",
        Kind::Port => "port (calm water)",
        Kind::Anchorage => "anchorage (calm water)",
        Kind::Benign => "benign (watched, lowers the score)",
        Kind::Source => "source (remembered for vessels that were there)",
    }
}

/// What the zone adds to a score; `none` for kinds that add nothing.
fn weight(zone: &Zone) -> String {
    match zone.kind {
        Kind::Corridor | Kind::Area => format!("+{}", zone.weight),
        Kind::Benign => format!("-{}", zone.weight),
        Kind::Port | Kind::Anchorage | Kind::Source => "none".to_owned(),
    }
}

/// When the zone is active, in words.
fn when(zone: &Zone) -> String {
    let hours = match zone.hours {
        Some(Hours { from, to }) => format!("{:02}:{:02} to {:02}:{:02} UTC", from / 60, from % 60, to / 60, to % 60),
        None => "all day".to_owned(),
    };
    // Bit 0 of `months` is January.
    let months: Vec<String> =
        (1..=12).filter(|month| zone.months >> (month - 1) & 1 == 1).map(|month: u16| month.to_string()).collect();
    match months.len() {
        12 => hours,
        _ => format!("{hours}, in the months {}", months.join(", ")),
    }
}
