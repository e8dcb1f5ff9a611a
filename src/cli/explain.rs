//! `atalaia explain`: why there is an alert about a vessel at a time, or what was missing for one.
//!
//! The question behind it is "why did it not raise an alert". Every behaviour states its conditions as
//! numbers with thresholds; the nearest one, by how far its conditions are missed, is probably the one that
//! is meant. The answer is the same from the running daemon, from the journal, and from recordings, except
//! for how far back each of them knows.

mod names;
mod past_alert;
mod plain;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::access::refused;
use super::daemon::Daemon;
use super::failure::Failure;
use super::output::print;
use super::replay::{Outcome, Playback, Stop, play_on};
use super::source::{Reading, Source, aside, look_back, mmsi};
use super::table::{cut, number, short_id, table, text, width};
use super::when;
use crate::daemon::LookBack;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store;
use atalaia_core::alerts::Change;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::base::units::Mmsi;
use atalaia_core::behaviours::{Behaviour, NAMES};
use atalaia_core::engine::Engine;
use atalaia_core::engine::questions::{Conditions, Form, TrackConditions, conditions, nearest};
use atalaia_core::picture::tracks::TrackKey;
use names::Names;
use past_alert::PastAlert;

/// Alerts that open up to this long after the moment are listed as later ones: the vessel may have been about
/// to do what was seen.
const BEYOND: Span = Span::from_hours(6);
/// A question about a moment this recent is one about the present. Such a question can be put to the running
/// daemon.
const PRESENT: Span = Span::from_minutes(1);
/// Number of behaviours in the short answer; further ones miss several conditions as a rule.
const SHOWN: usize = 10;
/// Width of a behaviour's name on a terminal, in characters. The rest of the line is needed for what is missing.
const NAME_WIDTH: usize = 35;
/// Number of alerts shown before the moment, and after it.
const ALERTS_SHOWN: usize = 5;
/// A vessel that is not heard for this long is said to be unheard. Its conditions are then those of its last
/// reports.
const UNHEARD: Span = Span::from_minutes(10);

/// Arguments of `atalaia explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    /// MMSI of the vessel
    #[arg(long, value_name = "MMSI", value_parser = mmsi)]
    mmsi: u32,
    /// Moment, as 02:00, yesterday 02:00, -6h or 2026-03-01T04:10:00Z (UTC)
    #[arg(long, value_name = "T", value_parser = when::past, allow_hyphen_values = true)]
    at: Time,
    /// Show only this behaviour, with all of its conditions
    #[arg(long, value_name = "NAME")]
    behaviour: Option<String>,
    /// Show every condition of every behaviour
    #[arg(long)]
    all: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// The one behaviour that is shown; `None` for all.
    fn only(&self) -> Option<Behaviour> {
        self.behaviour.as_deref().and_then(Behaviour::named)
    }
}

/// Reads up to the moment and prints how far each behaviour is from an alert.
///
/// # Errors
/// There is no behaviour of that name (2), or the recordings, the journal or the store cannot be read.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(name) = arguments.behaviour.as_deref().filter(|name| !NAMES.contains(name)) {
        return Err(Failure::Usage(format!("no behaviour `{name}`; there are {}", NAMES.join(", "))));
    }
    let answer = match of_daemon(arguments)? {
        Some(answer) => answer,
        None => match Source::of(&arguments.reading)? {
            Source::Recordings(inputs) => of_recordings(arguments, inputs)?,
            Source::Journal { folder, store } => of_journal(arguments, folder, store.as_deref())?,
        },
    };
    print(&if arguments.json { format!("{}\n", answer.json()) } else { answer.text() })
}

/// The answer of the running daemon, if the question is about the present. It is the same as that of the
/// journal, without reading it. `None` if the question is about another time or another source, or if the
/// daemon does not answer.
///
/// # Errors
/// The store cannot be read.
fn of_daemon(arguments: &Arguments) -> Result<Option<Answer<'_>>, Failure> {
    let Reading { config, read_from, inputs, .. } = &arguments.reading;
    let is_now = Clock.now() - arguments.at < PRESENT && inputs.is_empty() && read_from.is_none();
    let Some(daemon) = is_now.then(|| Daemon::of(config.as_deref())).flatten() else {
        return Ok(None);
    };
    // The alerts are in the store, so there is no whole answer without one.
    let Some(store) = &daemon.store else {
        return Ok(None);
    };
    let only = arguments.only().map_or(String::new(), |only| format!("?behaviour={only}"));
    let Some(conditions) =
        daemon.ask_if_own::<Conditions>(&format!("vessels/{:09}/explanations{only}", arguments.mmsi))
    else {
        return Ok(None);
    };
    aside(&format!("answered by the running daemon at {}, for {}", daemon.address, conditions.at));
    let all = store::as_of(store, arguments.mmsi, arguments.at).map_err(refused)?;
    let mut answer = Answer::new(arguments, true);
    answer.conditions = conditions;
    answer.stored = true;
    answer.alerts(all.iter().filter_map(PastAlert::stored));
    Ok(Some(answer))
}

/// The answer from recordings, with the settings of today. Reading goes on for [`BEYOND`] after the moment,
/// for later alerts.
fn of_recordings(arguments: &Arguments, inputs: Vec<PathBuf>) -> Result<Answer<'_>, Failure> {
    let settings = arguments.reading.checked()?;
    let playback = Playback { inputs, time_zone: None, pace: None, until: Some(arguments.at) };
    let mut said: BTreeMap<String, PastAlert> = BTreeMap::new();
    let mut answer = Answer::new(arguments, false);
    let mut ask = |engine: &mut Engine| answer.ask(engine);
    let stop = Stop { at: &mut ask, beyond: BEYOND };
    let Outcome { engine, .. } = play_on(&settings, &playback, Some(stop), &mut |_| {}, &mut |changes| {
        let about = |change: &&Change| change.alert.vessels.iter().any(|vessel| vessel.mmsi == arguments.mmsi);
        for change in changes.iter().filter(about) {
            // Later changes must not alter the state that an alert had at the moment.
            let known = PastAlert::of(&change.alert);
            match said.get(&known.id).is_some_and(|said| said.opened_at <= arguments.at) && arguments.at < change.at {
                true => {}
                false => drop(said.insert(known.id.clone(), known)),
            }
        }
        Ok(())
    })?;
    if engine.summary().last_at.is_none() || engine.now().is_none() {
        answer.timeless = true;
    }
    answer.alerts(said.into_values());
    Ok(answer)
}

/// The answer from the journal of a daemon, with the settings of that time. Alerts come from the store if
/// there is one.
fn of_journal<'a>(arguments: &'a Arguments, folder: PathBuf, store: Option<&Path>) -> Result<Answer<'a>, Failure> {
    let at = Some(arguments.at);
    let wanted = LookBack { folder, asked: at, until: at, read_from: arguments.reading.read_from };
    let mut said: BTreeMap<String, PastAlert> = BTreeMap::new();
    let looked = look_back(&wanted, &mut |_, _| {}, &mut |changes| {
        let about = |change: &&Change| change.alert.vessels.iter().any(|vessel| vessel.mmsi == arguments.mmsi);
        said.extend(changes.iter().filter(about).map(|change| (change.alert.id.clone(), PastAlert::of(&change.alert))));
    })?;
    let mut answer = Answer::new(arguments, true);
    answer.ask(&looked.engine);
    answer.since = looked.since();
    match store {
        // The store has the alerts that were raised. A journal read from the middle may lead to others.
        Some(store) => {
            let all = store::as_of(store, arguments.mmsi, arguments.at).map_err(refused)?;
            answer.alerts(all.iter().filter_map(PastAlert::stored));
            answer.stored = true;
        }
        None => answer.alerts(said.into_values()),
    }
    Ok(answer)
}

/// The answer: tracks and alerts of the vessel at the moment.
struct Answer<'a> {
    /// The question.
    arguments: &'a Arguments,
    /// Whether the answer comes from a daemon's journal rather than from recordings.
    of_journal: bool,
    /// Event time of the first report that was read. `None` if the daemon's saved state was restored, so that nothing is missing.
    since: Option<Time>,
    /// How long a silent vessel is remembered.
    memory: Span,
    /// The tracks under the MMSI, each with the conditions of every behaviour; no tracks if it was not heard.
    conditions: Conditions,
    /// The track that reports under this number belong to because the number was damaged in transmission, and how many
    /// there were.
    damaged: Option<(TrackKey, u64)>,
    /// The last report of any vessel that was read; `None` without reports, and from the daemon.
    last_at: Option<Time>,
    /// Whether the recordings have no times, so that no behaviour can be judged.
    timeless: bool,
    /// Whether the alerts are those of the store, which reach back further than what was read.
    stored: bool,
    /// Alerts and facts that had opened by the moment, the latest first.
    before: Vec<PastAlert>,
    /// Those that opened up to [`BEYOND`] after it, the earliest first.
    later: Vec<PastAlert>,
}

impl Answer<'_> {
    /// An answer that knows nothing yet.
    fn new<'a>(arguments: &'a Arguments, of_journal: bool) -> Answer<'a> {
        Answer {
            arguments,
            of_journal,
            since: None,
            memory: Span::ZERO,
            conditions: Conditions {
                mmsi: arguments.mmsi,
                at: arguments.at,
                tracks: Vec::new(),
                names: BTreeMap::new(),
            },
            damaged: None,
            last_at: None,
            timeless: false,
            stored: false,
            before: Vec::new(),
            later: Vec::new(),
        }
    }

    /// Takes the answer from the engine, which is at the moment itself. Must be called at that moment: the
    /// engine does not keep the past.
    fn ask(&mut self, engine: &Engine) {
        let mmsi = Mmsi(self.arguments.mmsi);
        self.conditions = conditions(engine, mmsi, self.arguments.only(), self.arguments.at);
        self.damaged = engine.tracks().damaged(mmsi).map(|(of, reports)| (of, u64::from(reports)));
        self.last_at = engine.summary().last_at;
        self.memory = Span::from_hours(i64::from(engine.tracks().settings().forget_after_hours));
    }

    /// Sorts the alerts into those before and those soon after the moment; all others are dropped.
    fn alerts(&mut self, known: impl Iterator<Item = PastAlert>) {
        let at = self.arguments.at;
        let (mut before, mut later): (Vec<PastAlert>, Vec<PastAlert>) = known.partition(|known| known.opened_at <= at);
        later.retain(|known| known.opened_at <= at + BEYOND);
        let order = |known: &PastAlert| (known.opened_at, known.id.clone());
        before.sort_by_key(|known| std::cmp::Reverse(order(known)));
        later.sort_by_key(order);
        (self.before, self.later) = (before, later);
    }

    /// The answer for people.
    fn text(&self) -> String {
        let (at, mmsi) = (self.arguments.at, self.arguments.mmsi);
        if self.timeless {
            return "the recordings have no times, so behaviours could not be judged\n".to_owned();
        }
        let mut page = String::new();
        if self.conditions.tracks.is_empty() {
            page += &match &self.damaged {
                Some((of, reports)) => format!(
                    "MMSI {mmsi:09} is not a vessel: {reports} reports under it belong to the track of {of}, whose MMSI was damaged in \
                     transmission\n"
                ),
                None => format!("MMSI {mmsi:09} was not heard {}\n", unheard(self.since, self.memory, at)),
            };
        }
        if let Some(last_at) = self.last_at.filter(|last_at| *last_at < at) {
            page += &match (self.of_journal, self.arguments.reading.inputs.is_empty()) {
                (true, true) => format!("the last report came for {last_at}, before {at}\n"),
                (true, false) => format!("the journal ends at {last_at}, before {at}\n"),
                (false, _) => format!("the recordings end at {last_at}, before {at}\n"),
            };
        }
        let width = width();
        let names = Names::of(&self.conditions);
        for (place, track) in self.conditions.tracks.iter().enumerate() {
            page += &head(&self.conditions, track);
            // Alerts are listed once, under the first track: they are about the MMSI, whichever ship sent it.
            if place == 0 {
                self.known(width, &mut page);
            }
            self.behaviours(track, &names, width, &mut page);
        }
        if self.conditions.tracks.is_empty() && !(self.before.is_empty() && self.later.is_empty()) {
            self.known(width, &mut page);
        }
        page
    }

    /// The behaviours of one track: the nearest in short, and all conditions if they are asked for.
    fn behaviours(&self, track: &TrackConditions, names: &Names, width: Option<usize>, page: &mut String) {
        let only = self.arguments.only();
        let forms = &track.behaviours;
        let me = TrackKey { mmsi: Mmsi(self.conditions.mmsi), ordinal: track.track };
        let closest = nearest(forms);
        let open = self.before.iter().filter_map(|known| known.met_before(me, &closest, self.conditions.at));
        let open: Vec<String> = open.map(|line| format!("\n{}", cut(&line, width))).collect();
        if !open.is_empty() {
            page.push_str(&format!("{}\n", open.concat()));
        }
        if only.is_none() {
            page.push('\n');
            page.push_str(&self.short(&closest, me, track, names, width));
        }
        if self.arguments.all || only.is_some() {
            let heard = silent_since(track, self.conditions.at);
            forms.iter().for_each(|form| words::table(form, names, heard, page));
            // A behaviour that is switched off has no conditions, which must not look as if it were far away.
            let on = |name: &str| track.on.iter().any(|other| other.name() == name);
            let wanted = |name: &&&str| only.is_none_or(|only| only.name() == **name);
            for name in NAMES.iter().filter(wanted).filter(|name| !on(name)) {
                page.push_str(&format!("\n{name}: switched off\n"));
            }
        }
    }

    /// The behaviours in order of how near they are to an alert.
    fn short(
        &self,
        nearest: &[&Form],
        me: TrackKey,
        track: &TrackConditions,
        names: &Names,
        width: Option<usize>,
    ) -> String {
        let shown = if self.arguments.all { nearest.len() } else { SHOWN };
        let heard = silent_since(track, self.conditions.at);
        let row = |form: &&Form| {
            let name = words::name_for(form, me, names);
            let missing = words::missing(form, names, heard);
            vec![cut(&name, width.map(|_| NAME_WIDTH)), words::count(form), missing]
        };
        let rows: Vec<Vec<String>> = nearest.iter().take(shown).map(row).collect();
        let mut page = table(&[text("nearest to an alert"), number("missing"), text("what")], &rows, width);
        if shown < nearest.len() {
            page += &format!(
                "{} more are further away; --all shows every condition, --behaviour NAME those of one\n",
                nearest.len() - shown
            );
        }
        page
    }

    /// Alerts about the vessel up to the moment, and those that opened soon after it.
    fn known(&self, width: Option<usize>, page: &mut String) {
        let at = self.arguments.at;
        // The store knows all alerts; a reading only those since it began.
        let up_to_then = match self.since.filter(|_| !self.stored) {
            Some(since) => format!("from {} to then", since.minute()),
            None => "up to then".to_owned(),
        };
        page.push_str(&match self.before.len() {
            0 => format!("\nno alert or fact of it {up_to_then}\n"),
            _ => format!("\nalerts and facts of it {up_to_then}\n"),
        });
        for known in self.before.iter().take(ALERTS_SHOWN) {
            for line in known.lines(at) {
                page.push_str(&cut(&line, width));
                page.push('\n');
            }
        }
        if ALERTS_SHOWN < self.before.len() {
            page.push_str(&format!("  and {} earlier\n", self.before.len() - ALERTS_SHOWN));
        }
        for known in self.later.iter().take(ALERTS_SHOWN) {
            let line = format!(
                "later: {} {} opened {}, at {} (alert {})",
                known.kind(),
                known.behaviour,
                after(known.opened_at - at),
                known.opened_at.minute(),
                short_id(&known.id)
            );
            page.push_str(&cut(&line, width));
            page.push('\n');
        }
    }

    /// The answer as one JSON object, with every condition, the nearest behaviour first.
    fn json(&self) -> Value {
        let mut tracks = self.conditions.tracks.clone();
        tracks.iter_mut().for_each(|track| track.behaviours.sort_by(Form::nearer));
        json!({
            "mmsi": self.arguments.mmsi, "at": self.arguments.at.to_string(),
            "read_since": self.since.map(|since| since.to_string()),
            "last_report_at": self.last_at.map(|last_at| last_at.to_string()),
            "tracks": tracks,
            "alerts": self.before.iter().map(PastAlert::json).collect::<Vec<_>>(),
            "later": self.later.iter().map(PastAlert::json).collect::<Vec<_>>(),
        })
    }
}

/// The period before `at` in which a vessel without a track was not heard: since the beginning of the reading, or for
/// as long as a silent vessel is remembered.
fn unheard(since: Option<Time>, memory: Span, at: Time) -> String {
    match since.filter(|since| at - memory <= *since) {
        Some(since) => format!("from {} to {} UTC; what came before was not read", since.minute(), at.minute()),
        None => format!(
            "in the {:.0} days before {} UTC; a vessel that is silent for longer is forgotten",
            memory.hours() / 24.0,
            at.minute()
        ),
    }
}

/// `9 minutes later`, `1 h 05 min later`
fn after(span: Span) -> String {
    match span.minutes() as i64 {
        0 => "in the same minute".to_owned(),
        1 => "1 minute later".to_owned(),
        minutes @ 2..60 => format!("{minutes} minutes later"),
        _ => format!("{span} later"),
    }
}

/// The last report with a position, if the vessel was not heard for a while at that time.
fn silent_since(track: &TrackConditions, at: Time) -> Option<Time> {
    track.last_fix.as_ref().map(|fix| fix.at).filter(|heard| UNHEARD <= at - *heard)
}

/// The head of a track: identity, position, speed, distance from shore.
fn head(conditions: &Conditions, track: &TrackConditions) -> String {
    let name = track.name.as_deref().unwrap_or("no name");
    let of = if track.track == 1 { String::new() } else { format!(", track {}", track.track) };
    let (kind, at) = (&track.kind, conditions.at);
    let mut head = format!("{}, MMSI {:09}{of} ({kind}) at {} UTC\n", FromAir(name), conditions.mmsi, at.minute());
    if let Some(heard) = silent_since(track, at) {
        head += &format!(
            "  not heard for {} at that time; the conditions go by its last reports\n",
            when::lasting(at - heard)
        );
    }
    let Some(fix) = &track.last_fix else {
        return head + "  has not reported a position\n";
    };
    let knots = track
        .made_good_knots
        .map_or("speed made good not known".to_owned(), |knots| format!("{knots:.1} kn made good"));
    head += &format!("  last fix {} at {:.4} {:.4}, {knots}", fix.at, fix.lat, fix.lon);
    if let Some(shore_nm) = fix.shore_nm {
        head += &format!(", {shore_nm:.1} nm off the coast");
    }
    if fix.in_calm_water {
        head += ", in calm water";
    }
    head + "\n"
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::storage::store::AsOf;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    #[test]
    fn alerts_of_a_forgotten_vessel_are_shown() {
        let line = ["explain", "--mmsi", "224000001", "--at", "2026-03-20T12:00:00Z"];
        let arguments = Line::parse_from(line).arguments;
        let mut answer = Answer::new(&arguments, true);
        answer.memory = Span::from_hours(168);
        let body = json!({
            "id": "abcdefgh", "behaviour": "loitering", "announced": true, "score": 45, "status": "ended", "summary": "Was slow.",
            "started_at": "2026-03-01T10:00:00Z", "opened_at": "2026-03-01T11:00:00Z", "ended_at": "2026-03-01T15:00:00Z",
        });
        let ended_at = Time::parse("2026-03-01T15:00:00Z");
        let stored = AsOf { alert: body, status: "ended".to_owned(), ended_at };
        answer.alerts(PastAlert::stored(&stored).into_iter());
        let text = answer.text();
        assert!(text.starts_with("MMSI 224000001 was not heard in the 7 days before 2026-03-20 12:00 UTC;"), "{text}");
        assert!(text.contains("  alert loitering since 2026-03-01 10:00, ended 2026-03-01 15:00"), "{text}");
    }

    #[test]
    fn the_answer_does_not_cover_the_time_before_the_reading() {
        let time = |text: &str| Time::parse(text).expect("a time");
        let (since, at) = (time("2026-03-18T12:00:00Z"), time("2026-03-20T12:00:00Z"));
        let words = unheard(Some(since), Span::from_hours(168), at);
        assert_eq!(words, "from 2026-03-18 12:00 to 2026-03-20 12:00 UTC; what came before was not read");
    }
}
