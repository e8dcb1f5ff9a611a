//! Packs a case: what the store, the journal and the settings in force have about it, as one file.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::archive::{self, Members, is_plain};
use super::error::EvidenceError;
use super::key::SigningKey;
use super::manifest::{FORMAT, MANIFEST, Manifest, Marking, SIGNATURE, chained};
use super::reach::{Reach, reach};
use super::sentences::{self, Piece, Row};
use super::sieve::Sieve;
use crate::platform::disk::Disk;
use crate::storage::export::{self, Format};
use crate::storage::journal::{self, Entry};
use crate::storage::store::{self, AlertFile, AuditRow, CaseFile};
use atalaia_core::ais::Line;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::zones::ZoneSet;

/// Where the data of a case comes from.
pub struct Sources<'a> {
    /// File of the store.
    pub store: &'a Path,
    /// Folder of the journal.
    pub journal: &'a Path,
    /// The disk of both.
    pub disk: &'a dyn Disk,
    /// Zones for the map of the report; `None` if they are not known.
    pub zones: Option<&'a ZoneSet>,
}

/// A packed case.
#[derive(Debug)]
pub struct Made {
    /// The bundle.
    pub bytes: Vec<u8>,
    /// The manifest of the bundle.
    pub manifest: Manifest,
    /// Whether the case is under a legal hold.
    pub held: bool,
}

/// Packs a case. `id` may be shortened. `before` is the history to include before each alert; `None` for what its
/// behaviour needs.
///
/// # Errors
/// `Unfit` if none of the alerts is left, or the bundle would be too large; `Store` for an unknown case; `Journal` or `File` if something
/// cannot be read. Damage in the journal is not an error but a remark.
pub fn pack(
    sources: &Sources<'_>,
    id: &str,
    who: &str,
    before: Option<Span>,
    key: Option<&SigningKey>,
    now: Time,
) -> Result<Made, EvidenceError> {
    let case_file = store::case_file(sources.store, id, now)?;
    let unfit = |why: &str| EvidenceError::Unfit(format!("case {id}: {why}"));
    let reach = reach(&case_file, before, now).ok_or_else(|| {
        unfit(match case_file.alerts.is_empty() {
            true => "none of its alerts is stored any more",
            false => "none of its alerts can be read by this version",
        })
    })?;
    let (from, until, vessels) = (reach.from, reach.until, reach.vessels.clone());
    let mut members = Members::new();
    let mut remarks = Vec::new();
    let listed = case_file.case["alerts"].as_array().map_or(0, Vec::len);
    // A purge may have deleted some; the case still lists them.
    if case_file.alerts.len() < listed {
        let gone = listed - case_file.alerts.len();
        remarks.push(format!("{gone} of the {listed} alerts of the case are not stored any more."));
    }
    for id in &reach.unread {
        remarks.push(format!(
            "Alert {id} cannot be read by this version: sentences and history that only it needs are left out."
        ));
    }
    add_files(&case_file, &mut members).map_err(|error| unfit(&error.to_string()))?;
    let taken = sentences_of(sources, reach, &mut remarks)?;
    let lines = taken.pieces.iter().filter(|piece| matches!(piece, Piece::Line(_))).count() as u64;
    sentences::add(taken.pieces, &mut members).map_err(|error| unfit(&error.to_string()))?;
    // Only now: the journal says which settings were in force while its lines were received.
    for key in &taken.in_force {
        add_in_force(sources.journal, key, &mut members, &mut remarks)?;
    }
    if key.is_none() {
        remarks.push(
            "Not signed: the hashes prove integrity only to somebody who recorded the head value independently."
                .to_owned(),
        );
    }
    members.insert("report.html".to_owned(), super::report::of_case(&case_file, sources.zones, now).into_bytes());
    let marking = marking_of(&case_file.case);
    let text = |key: &str| case_file.case[key].as_str().unwrap_or_default().to_owned();
    members.insert("README.txt".to_owned(), readme(&text("id"), &marking).into_bytes());
    // Everything but the manifest and its signature is a member by now, so the chain covers it.
    let (listed, head) = chained(members.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        case: text("id"),
        marking,
        made_at: now.to_string(),
        made_by: who.to_owned(),
        program: concat!("atalaia ", env!("CARGO_PKG_VERSION")).to_owned(),
        from: from.to_string(),
        until: until.to_string(),
        vessels: vessels.into_iter().collect(),
        lines,
        remarks,
        signed: key.is_some(),
        public_key: key.map(|key| key.public().hex()),
        members: listed,
        head,
    };
    // The signature is over this text to the last byte, so it is made once and packed as it is.
    let written = serde_json::to_string_pretty(&manifest).map_err(|error| unfit(&error.to_string()))? + "\n";
    if let Some(key) = key {
        members.insert(SIGNATURE.to_owned(), key.sign(written.as_bytes()).to_vec());
    }
    members.insert(MANIFEST.to_owned(), written.into_bytes());
    let bytes = archive::write(&members).map_err(|error| unfit(&error.to_string()))?;
    // `open` would refuse it.
    if archive::MOST_MEMBERS < members.len() || archive::LARGEST_BUNDLE_BYTES < bytes.len() as u64 {
        return Err(unfit(&format!("{} members of {} bytes are too much for a bundle", members.len(), bytes.len())));
    }
    Ok(Made { bytes, manifest, held: !case_file.case["held"].is_null() })
}

/// The marking of a case, as the store returns it; RED if it cannot be read.
fn marking_of(case: &Value) -> Marking {
    let codes = case["handling"]["europol"].as_array().into_iter().flatten();
    Marking {
        tlp: case["handling"]["tlp"].as_str().unwrap_or("RED").to_owned(),
        europol: codes.filter_map(|code| code.as_str().map(str::to_owned)).collect(),
    }
}

/// Adds the case, its alerts and their tracks. Alerts carry the notes and findings of analysts, so a bundle can be read
/// without the store.
fn add_files(case_file: &CaseFile, members: &mut Members) -> io::Result<()> {
    let audit = |rows: &[AuditRow]| -> Value { rows.iter().map(AuditRow::value).collect() };
    let case = json!({ "case": case_file.case, "audit": audit(&case_file.audit) });
    members.insert("case.json".to_owned(), pretty(&case)?);
    let mut alerts = Vec::new();
    for AlertFile { told, lines } in &case_file.alerts {
        let alert = told.entry.value(&told.notes);
        let lines: Value =
            lines.iter().map(|line| json!({ "stored_at": line.stored_at.to_string(), "line": line.line })).collect();
        let deliveries: Value = told
            .deliveries
            .iter()
            .map(|sent| {
                let at = sent.at.map(|at| at.to_string());
                json!({ "revision": sent.revision, "sink": sent.sink, "state": sent.state.name(), "at": at, "error": sent.error })
            })
            .collect();
        let file = json!({ "alert": alert, "changes": lines, "audit": audit(&told.audit), "deliveries": deliveries });
        members.insert(format!("alerts/{}.json", told.entry.id), pretty(&file)?);
        alerts.push(alert);
    }
    let mut tracks = Vec::new();
    export::write(Format::GeoJson, &alerts, &mut tracks)?;
    members.insert("tracks.geojson".to_owned(), tracks);
    Ok(())
}

/// JSON with indentation and a final line feed, to be read by people.
fn pretty(value: &Value) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// What is taken from the journal.
#[derive(Default)]
struct FromJournal {
    /// Lines and what lies between them, in order.
    pieces: Vec<Piece>,
    /// Keys of the settings that were in force.
    in_force: BTreeSet<String>,
}

/// Reads the journal and takes what the case needs. What is missing becomes a remark, so that the bundle says so itself.
fn sentences_of(sources: &Sources<'_>, reach: Reach, remarks: &mut Vec<String>) -> Result<FromJournal, EvidenceError> {
    let Reach { vessels, wanted, from, until, witnesses, .. } = reach;
    let start = match sources.journal.is_dir() {
        true => journal::start(sources.disk, sources.journal, from)?,
        false => None,
    };
    let Some(start) = start else {
        remarks.push("There is no journal for that time: the sentences are not in the bundle.".to_owned());
        return Ok(FromJournal::default());
    };
    let mut sieve = Sieve::new(vessels.into_iter(), witnesses);
    sieve.inputs(&start.sources);
    let mut names = start.sources.clone();
    let mut in_force = BTreeSet::from([start.in_force.clone()]);
    let mut between =
        vec![(0, Row::Start { position: start.position.0, sources: start.sources, in_force: start.in_force })];
    let mut clock: Option<Time> = None;
    let mut began: Option<Time> = None;
    let read = journal::read(sources.disk, sources.journal, start.position, None, |position, entry| {
        let position = position.0;
        let at = match entry {
            Entry::Begun { at, .. } | Entry::Tick { received: at } => Some(*at),
            Entry::Lines { received, .. } => *received,
            Entry::Idle { .. } | Entry::Ended | Entry::InForce { .. } => None,
        };
        clock = at.or(clock);
        began = began.or(at);
        // Nothing received later can matter; the rest of the journal may be large.
        if clock.is_some_and(|clock| until < clock) {
            return ControlFlow::Break(());
        }
        // Places this entry between the lines before and after it.
        let order = sieve.count();
        match entry {
            Entry::Begun { at, sources, in_force: key } => {
                sieve.inputs(sources);
                names.clone_from(sources);
                in_force.insert(key.clone());
                let row = Row::Begun { position, at: *at, sources: sources.clone(), in_force: key.clone() };
                between.push((order, row));
            }
            Entry::Lines { source, received, bytes } if clock.is_none_or(|clock| from <= clock) => {
                for bytes in bytes.split(|byte| *byte == b'\n').filter(|bytes| !bytes.is_empty()) {
                    sieve.line(position, Line { source: *source, received: *received, bytes });
                }
            }
            Entry::Idle { source } => {
                let source = names.get(usize::from(source.0)).cloned().unwrap_or_default();
                let row = Row::Idle { position, source };
                between.push((order, row));
            }
            Entry::Ended => between.push((order, Row::Ended { position })),
            Entry::InForce { key } => {
                in_force.insert(key.clone());
                between.push((order, Row::InForce { position, key: key.clone() }));
            }
            Entry::Lines { .. } | Entry::Tick { .. } => {}
        }
        ControlFlow::Continue(())
    })?;
    // Both comparisons use one clock each: the alerts' and the journal's. A late feed, or a recording that is played,
    // reports times long before its receipt.
    let begins = sieve.first_at().filter(|first| wanted < *first && began.is_some_and(|began| from < began));
    if let Some(first) = begins {
        remarks.push(format!("The journal has no sentences from before {first}; history is wanted from {wanted} on."));
    }
    remarks.push(match sieve.witnesses() {
        (0, _) => "Sentences of other vessels are left out: a score that rests on what they did may differ in a replay.".to_owned(),
        (vessels, lines) => format!(
            "{lines} lines are of {vessels} other vessels near the silent ones, one position in ten minutes: they show that the receivers \
             worked, and concern nobody in the case. Everything else from other vessels is left out: a score that rests on what they did \
             may differ in a replay."
        ),
    });
    for hole in &read.holes {
        remarks.push(format!("The journal has a hole from entry {} to {}: {}.", hole.from.0, hole.until.0, hole.why));
    }
    Ok(FromJournal { pieces: woven(sieve, between), in_force })
}

/// Merges the lines with the rows between them, in order. Repeated idle rows of an input are left out until it sends a
/// line again.
fn woven(sieve: Sieve, between: Vec<(u64, Row)>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut between = between.into_iter().peekable();
    let mut idle: BTreeSet<String> = BTreeSet::new();
    let add = |row: Row, idle: &mut BTreeSet<String>, pieces: &mut Vec<Piece>| {
        // An input that stays silent is reported again and again, and only the first time changes the engine.
        let is_news = match &row {
            Row::Idle { source, .. } => idle.insert(source.clone()),
            _ => true,
        };
        pieces.extend(is_news.then_some(Piece::Between(row)));
    };
    for (order, taken) in sieve.taken() {
        while let Some((_, row)) = between.next_if(|(before, _)| *before < order) {
            add(row, &mut idle, &mut pieces);
        }
        idle.remove(&taken.source);
        pieces.push(Piece::Line(taken));
    }
    between.for_each(|(_, row)| add(row, &mut idle, &mut pieces));
    pieces
}

/// Adds the settings that were in force under a key: settings file, zones and lists, as the daemon kept them beside the
/// journal. Without them a replay is not possible, which a remark says.
fn add_in_force(
    journal: &Path,
    key: &str,
    members: &mut Members,
    remarks: &mut Vec<String>,
) -> Result<(), EvidenceError> {
    let folder = journal.join("in-force").join(key);
    let mut todo = vec![(folder.clone(), String::new())];
    let mut found = false;
    while let Some((folder, within)) = todo.pop() {
        let failed = EvidenceError::file(&folder);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            entries => entries.map_err(&failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(&failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().map_err(&failed)?.is_dir() {
                todo.push((entry.path(), format!("{within}{name}/")));
                continue;
            }
            let content = fs::read(entry.path()).map_err(EvidenceError::file(&entry.path()))?;
            // The names are the operator's; those in a bundle must be readable on any system.
            let plain = plain(&format!("in-force/{key}/{within}"), &name);
            if !plain.ends_with(&format!("/{name}")) {
                remarks.push(format!("{within}{name} of the settings in force is packed as {plain}."));
            }
            members.insert(plain, content);
            found = true;
        }
    }
    if !found {
        remarks.push(format!("The settings {key} that were in force are not there any more."));
    }
    Ok(())
}

/// A valid member name: the original one, or its letters and digits with eight hex digits of its hash.
fn plain(folder: &str, name: &str) -> String {
    let whole = format!("{folder}{name}");
    if is_plain(&whole) {
        return whole;
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let letters: String = stem.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let hash = HEXLOWER.encode(&Sha256::digest(name.as_bytes())[..4]);
    format!("{folder}{letters}-{hash}.{ending}")
}

/// The text for a reader who has nothing but the bundle.
fn readme(case: &str, marking: &Marking) -> String {
    include_str!("readme.txt").replace("{case}", case).replace("{marking}", &marking.line())
}
