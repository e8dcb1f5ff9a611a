//! Every behaviour against scripts with known truth: clear positives and hard negatives, drawn from fixed seeds.
//!
//! `cargo test --release judged -- --nocapture` prints the table.

mod borders;
mod draw;
mod far;
mod identities;
mod meetings;
mod notices;
mod silence;
mod slow;
mod voyages;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaia::cli::evaluate::{HEADING, Tally, final_alerts, judge, row};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::base::time::Span;
use atalaia_core::behaviours::NAMES;
use atalaia_core::engine::{Engine, Settings, SourceClock};

use crate::harness::shards::{self, Variant};
use draw::{Case, Draw};

/// Positives, and as many hard negatives, of each behaviour required by the gate.
const CASES: u64 = 30;
/// The same in unoptimised builds: enough to see that the generators run.
const CASES_UNOPTIMISED: u64 = 2;
/// Positives, and as many hard negatives, of each behaviour from a fresh seed. They are reported but do not fail the gate.
const FRESH_CASES: u64 = 4;
const LEAST_RECALL: f64 = 0.95;
const LEAST_PRECISION: f64 = 0.90;
/// Maximum number of reports in one case.
const MOST_REPORTS: usize = 40_000;

/// Draws the scripts of one behaviour.
struct Generator {
    behaviour: &'static str,
    positive: fn(&mut Draw) -> Case,
    negative: fn(&mut Draw) -> Case,
}

fn generators() -> Vec<Generator> {
    [slow::GENERATORS, meetings::GENERATORS, silence::GENERATORS, far::GENERATORS, voyages::GENERATORS]
        .into_iter()
        .chain([borders::GENERATORS, identities::GENERATORS, notices::GENERATORS])
        .flatten()
        .map(|(behaviour, positive, negative)| Generator { behaviour, positive: *positive, negative: *negative })
        .collect()
}

/// Result of one case: the tally, and its story if it failed.
struct Outcome {
    behaviour: &'static str,
    tally: Tally,
    wrong: Option<String>,
}

fn play(generator: &Generator, number: u64, seed: u64) -> Outcome {
    let mut draw = Draw::new(generator.behaviour, seed ^ number << 32);
    let positive = number.is_multiple_of(2);
    let case = if positive { (generator.positive)(&mut draw) } else { (generator.negative)(&mut draw) };
    let changes = changes(&case, number / 2);
    let mut judgement = judge(std::slice::from_ref(&case.truth), &final_alerts(&changes));
    let missed_or_unmatched = !judgement.missed.is_empty() || !judgement.unmatched.is_empty();
    let behaviour = generator.behaviour;
    let wrong = missed_or_unmatched.then(|| {
        let kind = if positive { "positive" } else { "negative" };
        let truth = &case.truth;
        let mut text = format!("{behaviour} {kind} {number} of seed {seed}: {}\n", case.story);
        text += &format!("  script: {:?} {} to {}\n", truth.vessels, truth.from, truth.to);
        for change in changes.iter().filter(|change| change.alert.behaviour.name() == behaviour) {
            let kind = serde_json::to_value(change.change).unwrap();
            text += &format!("  {} {kind} {}: {}\n", change.at, change.reason, change.alert.summary);
        }
        text
    });
    Outcome { behaviour, tally: judgement.behaviours.remove(behaviour).unwrap_or_default(), wrong }
}

/// The engine's output for a case, facts included. Asserts that a variant of the run, selected by `choice`, gives the same.
fn changes(case: &Case, choice: u64) -> Vec<atalaia_core::alerts::Change> {
    let changes = run(case, 1, 0);
    for variant in shards::variants(choice) {
        let again = match variant {
            Variant::Shards(count) => run(case, count, 0),
            Variant::Restored => run(case, 1, 5),
        };
        assert_eq!(again, changes, "{variant:?}: {}", case.story);
    }
    changes
}

/// The output with this many shards, by an engine that is restored from its snapshot this many times.
fn run(case: &Case, count: u32, restores: usize) -> Vec<atalaia_core::alerts::Change> {
    let settings = shards::settings(&Settings::default(), count);
    let sentences: usize = case.feed.sent.len();
    assert!(sentences <= MOST_REPORTS, "{} reports: {}", sentences, case.story);
    // A live case has one input per station; a recording is a single input that names its stations.
    let names: BTreeSet<&str> = case.feed.sent.iter().map(|sent| sent.station.as_str()).collect();
    let names: Vec<&str> = if case.live { names.into_iter().collect() } else { vec!["recording"] };
    let lateness = Span::from_seconds(if case.live { 30 } else { 120 });
    let clock = |name: &&str| SourceClock {
        name: (*name).to_owned(),
        time_zone: None,
        live: case.live,
        recording: !case.live,
        lateness,
    };
    let make = || Engine::new(&settings, draw::chart(), names.iter().map(clock).collect());
    let mut engine = make();
    let mut changes = Vec::new();
    let mut now = case.feed.sent.first().map(|sent| sent.at);
    let mut chance = fastrand::Rng::with_seed(sentences as u64);
    let restores: BTreeSet<usize> = (0..restores).map(|_| chance.usize(0..sentences)).collect();
    for (number, sent) in case.feed.sent.iter().enumerate() {
        if restores.contains(&number) {
            let snapshot = engine.save();
            engine = make();
            engine.restore(&snapshot).expect("a snapshot of the same program");
        }
        while let Some(tick) = now.filter(|tick| case.live && *tick < sent.at) {
            engine.tick(tick, &mut changes);
            now = Some(tick + Span::from_seconds(1));
        }
        let source = names.iter().position(|name| *name == sent.station).unwrap_or(0);
        for line in sent.lines().lines() {
            let received = case.live.then_some(sent.at);
            let line = Line { source: SourceId(source as u16), received, bytes: line.as_bytes() };
            engine.line(line, &mut changes);
        }
    }
    engine.finish(&mut changes);
    changes
}

/// Tallies by behaviour, and stories of the failures, for this many positives and as many negatives each.
fn evaluate(generators: &[Generator], cases: u64, seed: u64) -> (BTreeMap<&'static str, Tally>, Vec<String>) {
    let jobs: Vec<(usize, u64)> =
        (0..generators.len()).flat_map(|place| (0..2 * cases).map(move |number| (place, number))).collect();
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(1, |workers| workers.get().min(8));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((place, number)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = play(&generators[*place], *number, seed);
                    outcomes.lock().unwrap().push((*place, *number, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by_key(|(place, number, _)| (*place, *number));
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (_, _, outcome) in outcomes {
        tallies.entry(outcome.behaviour).or_default().add(&outcome.tally);
        wrong.extend(outcome.wrong);
    }
    (tallies, wrong)
}

fn table(tallies: &BTreeMap<&'static str, Tally>) -> String {
    let rows: Vec<String> = tallies.iter().map(|(name, tally)| row(name, tally)).collect();
    format!("{HEADING}\n{}\n", rows.join("\n"))
}

#[test]
fn every_behaviour_finds_clear_cases_and_resists_hard_negatives() {
    let only = std::env::var("ATALAIA_JUDGE").unwrap_or_default();
    let mut generators = generators();
    let covered: BTreeSet<&str> = generators.iter().map(|generator| generator.behaviour).collect();
    assert_eq!(covered, NAMES.iter().copied().collect(), "every behaviour of the catalogue has its generators");
    generators.retain(|generator| only.is_empty() || only.split(',').any(|name| name == generator.behaviour));
    let cases = if cfg!(debug_assertions) { CASES_UNOPTIMISED } else { CASES };
    let (tallies, wrong) = evaluate(&generators, cases, 1);
    say(&format!("{}\n{}\n", wrong.join("\n"), table(&tallies)));
    let fresh = fastrand::u64(..) >> 32;
    let (fresh_tallies, fresh_wrong) = evaluate(&generators, FRESH_CASES.min(cases), fresh);
    say(&format!("fresh seed {fresh}, not gating:\n{}\n{}\n", fresh_wrong.join("\n"), table(&fresh_tallies)));
    for (name, tally) in &tallies {
        let (recall, precision) = (tally.recall().unwrap_or(0.0), tally.precision().unwrap_or(0.0));
        assert!(LEAST_RECALL <= recall, "{name}: recall {recall:.3}\n{}", wrong.join("\n"));
        assert!(LEAST_PRECISION <= precision, "{name}: precision {precision:.3}\n{}", wrong.join("\n"));
    }
}

/// Prints for runs with `--nocapture`.
#[allow(clippy::print_stdout)]
fn say(text: &str) {
    println!("{text}");
}

#[test]
fn the_same_seed_draws_the_same_case() {
    for generator in generators() {
        for draw_one in [generator.positive, generator.negative] {
            let draw = |seed| draw_one(&mut Draw::new(generator.behaviour, seed)).feed;
            assert_eq!(draw(3), draw(3), "{}", generator.behaviour);
            assert_ne!(draw(3), draw(4), "{}", generator.behaviour);
        }
    }
}
