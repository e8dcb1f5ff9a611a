//! `atalaia vessel`: everything known about one vessel, on one screen, from the store and the daemon's memory.
//!
//! The store knows alerts and cases, the daemon's memory knows what a vessel did without raising one. The
//! memory is rebuilt by reading the journal from the last snapshot, which does not disturb the daemon.
//! What only one of them knows is shown, with a remark on what is missing.

mod deed;
mod deeds;
mod earlier;
mod identity;
mod page;
mod record;
mod silences;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::access::refused;
use super::failure::Failure;
use super::output::print;
use super::place::{Place, StoreArguments};
use super::source::{MMSI_DIGITS, aside, look_back};
use super::when;
use crate::config::Table;
use crate::daemon::{self, LookBack, LookedBack};
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Extent, Query};
use atalaia_core::alerts::Alert;
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::Engine;
use atalaia_core::engine::questions::kind_of;
use atalaia_core::zones::Said;
use deeds::Deeds;
use identity::{Field, Sayings};
use record::VesselRecord;

/// Maximum number of candidates that are listed on a screen; JSON has all of them.
const MOST_CANDIDATES: usize = 30;

/// Arguments of `atalaia vessel`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// MMSI (9 digits), IMO number (7 digits) or name, or part of the name
    #[arg(value_name = "VESSEL", required = true)]
    vessel: Vec<String>,
    /// Show every stop, silence, port call, meeting, alert and case, not only the latest, and look for earlier
    /// identities in the whole journal, which can take minutes
    #[arg(long)]
    all: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Read the journal from lines received at this time on [default: from the daemon's last saved state,
    /// else from 26 hours before the end of the journal]
    #[arg(long, value_name = "T", value_parser = when::past, allow_hyphen_values = true)]
    read_from: Option<Time>,
}

/// How the vessel is identified on the command line. Whether such a vessel exists shows later.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Designation {
    /// An MMSI. The only one that needs no search, and that may stand for several ships.
    Mmsi(u32),
    /// An IMO number, not checked for its check digit: wrong ones are on the air too.
    Imo(u32),
    /// A name or a part of it, in capitals, as names are sent.
    Name(String),
}

impl Designation {
    /// Reads the words of the command line. Digits are an MMSI or IMO number by their count, unless `imo` or
    /// `mmsi` stands before them; all else is a name.
    fn of(words: &[String]) -> Designation {
        let text = words.join(" ");
        let text = text.trim();
        let digits = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let after = |lead: &str| {
            let (start, rest) = text.split_at_checked(lead.len())?;
            start.eq_ignore_ascii_case(lead).then(|| rest.trim())
        };
        // A shorter number is not an MMSI, even after the word `mmsi`.
        let mmsi = digits(after("mmsi").unwrap_or(text)).filter(|_| after("mmsi").unwrap_or(text).len() == MMSI_DIGITS);
        let imo = digits(after("imo").unwrap_or(text)).filter(|_| after("imo").is_some() || text.len() == 7);
        match (mmsi, imo) {
            (Some(mmsi), _) => Designation::Mmsi(mmsi),
            (None, Some(imo)) => Designation::Imo(imo),
            (None, None) => Designation::Name(text.to_uppercase()),
        }
    }

    /// Whether a vessel with this identity is meant. A name fits if it contains the words, in any case.
    fn fits(&self, mmsi: u32, imo: Option<u32>, name: Option<&str>) -> bool {
        match self {
            Designation::Mmsi(asked) => *asked == mmsi,
            Designation::Imo(asked) => Some(*asked) == imo,
            Designation::Name(asked) => name.is_some_and(|name| name.to_uppercase().contains(asked)),
        }
    }

    /// The designation in messages, safe to print.
    fn words(&self) -> String {
        match self {
            Designation::Mmsi(mmsi) => format!("MMSI {mmsi:09}"),
            Designation::Imo(imo) => format!("IMO {imo}"),
            Designation::Name(name) => format!("\"{}\"", FromAir(name)),
        }
    }
}

/// Prints one vessel, or the candidates if several match.
///
/// # Errors
/// No vessel matches, or nothing is known of it (2); the store or the journal cannot be read.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let asked = Designation::of(&arguments.vessel);
    let Place { store, settings } = arguments.store.place(&[Table::Journal])?;
    // With `--store`, the journal can only be where it is by default: beside the store.
    let folder = match &settings {
        Some(settings) => daemon::journal_folder_of(&store, &settings.journal),
        None => Some(daemon::journal_beside(&store)),
    };
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        aside("there is no journal: positions, stops and port calls are not known here");
    }
    // The silences of a vessel are watched while the journal is read, so it must be known beforehand.
    let mut candidates = of_store(&store, &asked)?;
    let mut known = match candidates.len() {
        1 => candidates.keys().next().copied(),
        _ => None,
    };
    if let Designation::Mmsi(mmsi) = asked {
        known = Some(mmsi);
    }
    let (mut sayings, mut watch) = (Sayings::default(), silences::Watch::default());
    let looked = match folder.clone() {
        Some(folder) => look(arguments, folder, known, &mut sayings, &mut watch)?,
        None => None,
    };
    if let Some(looked) = &looked {
        of_engine(&looked.engine, &asked, &mut candidates);
    }
    let mmsi = match (asked, candidates.len()) {
        (Designation::Mmsi(mmsi), _) => mmsi,
        (_, 1) => candidates.keys().next().copied().unwrap_or_default(),
        (asked, 0) => return Err(Failure::Usage(format!("no vessel {} is known", asked.words()))),
        (asked, _) => return print(&list(&asked, &candidates, arguments.json)),
    };
    // Tracks are most of the data, and only JSON shows them.
    let extent = if arguments.json { Extent::Whole } else { Extent::WithoutTracks };
    let reach = match &folder {
        Some(folder) => earlier::add(folder, mmsi, arguments.all, &mut sayings)?,
        None => None,
    };
    let mut known = gather(&store, mmsi, extent, Clock.now(), looked, sayings, &watch)?;
    known.reach = reach;
    if known.deeds.last.is_none() && known.alerts.is_empty() {
        let since = known.since.map_or_else(String::new, |since| format!(" since {}", since.minute()));
        return Err(Failure::Usage(format!("MMSI {mmsi:09} was not heard{since}, and the store has no alert of it")));
    }
    print(&match arguments.json {
        true => format!("{}\n", known.json()),
        false => page::page(&known, arguments.all),
    })
}

/// Reads to the end of the journal, and collects what the vessel said about itself on the way. Collects
/// nothing if `mmsi` is `None`, as for a name that several vessels carry. The silences are watched too.
fn look(
    arguments: &Arguments,
    folder: PathBuf,
    mmsi: Option<u32>,
    sayings: &mut Sayings,
    silences: &mut silences::Watch,
) -> Result<Option<LookedBack>, Failure> {
    let wanted = LookBack { folder, asked: None, until: None, read_from: arguments.read_from };
    let mut said_at = None;
    let mut watch = |engine: &Engine| {
        let Some(mmsi) = mmsi else {
            return;
        };
        silences.look(engine, Mmsi(mmsi));
        for identity in engine.tracks().under(Mmsi(mmsi)).filter_map(|vessel| vessel.identity()) {
            // The engine shows itself after every line; only a new static report can say something new.
            if let Some(at) = identity.said_at.filter(|at| said_at < Some(*at)) {
                said_at = Some(at);
                sayings.identity(identity, at);
            }
        }
    };
    look_back(&wanted, &mut |engine, _| watch(engine), &mut |_| {}).map(Some)
}

/// Candidates by MMSI: the name as it was sent, and country and ship type to tell them apart. `no name`
/// stands for a name that was never sent.
type Candidates = BTreeMap<u32, (String, String)>;

/// Adds the vessels of stored alerts that fit. An MMSI needs no candidates.
fn of_store(store: &Path, asked: &Designation) -> Result<Candidates, Failure> {
    let mut found = Candidates::new();
    if matches!(asked, Designation::Mmsi(_)) {
        return Ok(found);
    }
    let mut take = |vessel: &Value| {
        let number = |key: &str| vessel[key].as_u64().and_then(|number| u32::try_from(number).ok());
        let name = vessel["name"].as_str();
        if let Some(mmsi) = number("mmsi").filter(|mmsi| asked.fits(*mmsi, number("imo"), name)) {
            let kind = vessel["ship_type"].as_u64().and_then(|kind| u8::try_from(kind).ok());
            let named = name.unwrap_or("no name").to_owned();
            found.entry(mmsi).or_insert_with(|| (named, kind_of(Mmsi(mmsi), kind)));
        }
    };
    store::vessels(store, &mut take).map_err(refused)?;
    Ok(found)
}

/// Adds the vessels that the engine remembers. They replace those of the store, whose names may be older.
fn of_engine(engine: &Engine, asked: &Designation, found: &mut Candidates) {
    for vessel in engine.tracks().iter() {
        let identity = vessel.identity();
        let name = identity.and_then(|identity| identity.name.as_deref());
        let mmsi = vessel.mmsi();
        if asked.fits(mmsi.0, identity.and_then(|identity| identity.imo), name) {
            let named = name.unwrap_or("no name").to_owned();
            found.insert(mmsi.0, (named, kind_of(mmsi, vessel.ship_type())));
        }
    }
}

/// The candidates: one per line, or as JSON lines.
fn list(asked: &Designation, candidates: &Candidates, json: bool) -> String {
    if json {
        let one = |(mmsi, (name, kind)): (&u32, &(String, String))| {
            format!("{}\n", json!({ "mmsi": mmsi, "name": name, "kind": kind }))
        };
        return candidates.iter().map(one).collect();
    }
    let mut text = format!("{} vessels fit {}; name one by its MMSI\n", candidates.len(), asked.words());
    for (mmsi, (name, kind)) in candidates.iter().take(MOST_CANDIDATES) {
        text += &format!("{mmsi:09}  {}  ({kind})\n", FromAir(name));
    }
    if MOST_CANDIDATES < candidates.len() {
        text += &format!("and {} more\n", candidates.len() - MOST_CANDIDATES);
    }
    text
}

/// Puts together what store, journal and watchlists know of one vessel. `looked` is `None` without a journal.
fn gather(
    store: &Path,
    mmsi: u32,
    extent: Extent,
    now: Time,
    looked: Option<LookedBack>,
    mut sayings: Sayings,
    watch: &silences::Watch,
) -> Result<VesselRecord, Failure> {
    let query = Query { facts: true, mmsi: Some(mmsi), ..Query::default() };
    let alerts = match extent {
        Extent::Whole => store::alerts(store, &query, now).map_err(refused)?,
        Extent::WithoutTracks => {
            store::listed(store, &query, now).map_err(refused)?.into_iter().map(|one| one.entry).collect()
        }
    };
    // An alert of a version whose lines cannot be read any more says nothing about the identity; it is still listed.
    let readable = alerts.iter().filter_map(|entry| serde_json::from_value::<Alert>(entry.body.clone()).ok());
    readable.for_each(|alert| sayings.alert(mmsi, &alert));
    let cases = store::cases(store).map_err(refused)?.into_iter().filter(|case| {
        let vessels = case["vessels"].as_array().into_iter().flatten();
        vessels.into_iter().any(|vessel| vessel["mmsi"].as_u64() == Some(u64::from(mmsi)))
    });
    let cases = cases.collect();
    let standings = store::case_states(store).map_err(refused)?;
    // After a snapshot nothing is missing, so there is no first moment to mention.
    let since = looked.as_ref().and_then(LookedBack::since);
    let journal = looked.is_some();
    // By the clock, a stop that goes on would seem to last while no report came in.
    let read_to = looked.as_ref().and_then(|looked| looked.engine.now()).unwrap_or(now);
    let mut deeds = Deeds::default();
    let mut listed = None;
    if let Some(LookedBack { engine, settings, .. }) = &looked {
        deeds = Deeds::of(engine, &settings.chart, Mmsi(mmsi), watch, read_to);
        let vessels = engine.tracks().under(Mmsi(mmsi));
        for (identity, at) in vessels.filter_map(|vessel| Some((vessel.identity()?, vessel.identity()?.said_at?))) {
            sayings.identity(identity, at);
        }
        // Watchlists are compared with what the vessel calls itself now, as the engine does.
        let word = |field: Field| sayings.now(field).map(|saying| saying.value.as_str());
        let imo = word(Field::Imo).and_then(|imo| imo.parse().ok());
        let said = Said { mmsi, imo, call_sign: word(Field::CallSign), name: word(Field::Name) };
        listed = settings.chart.watchlists.find(said, now);
    }
    Ok(VesselRecord {
        mmsi,
        now,
        read_to,
        since,
        journal,
        deeds,
        sayings,
        reach: None,
        listed,
        alerts,
        cases,
        standings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vessel_is_identified_by_number_or_name() {
        let asked = |text: &str| Designation::of(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(asked("224000001"), Designation::Mmsi(224_000_001));
        assert_eq!(asked("MMSI 002240001"), Designation::Mmsi(2_240_001));
        assert_eq!(asked("9074729"), Designation::Imo(9_074_729));
        assert_eq!(asked("imo 9074729"), Designation::Imo(9_074_729));
        assert_eq!(asked("silver luz"), Designation::Name("SILVER LUZ".to_owned()));
        assert_eq!(asked("12"), Designation::Name("12".to_owned()));
        assert_eq!(asked("MMSI 12345"), Designation::Name("MMSI 12345".to_owned()));
        assert!(asked("luz").fits(1, None, Some("SILVER LUZ")) && !asked("luz").fits(1, None, None));
    }
}
