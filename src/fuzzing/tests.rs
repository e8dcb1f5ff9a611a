//! Runs every target on the kept inputs and on mutations of its seeds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{TARGETS, Target};

/// Number of mutations per target.
const MUTATIONS: usize = 60;

/// The folder of the kept inputs.
fn kept() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/regressions"))
}

fn mutated(seeds: &[Vec<u8>], chance: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = chance.choice(seeds).expect("a target has seeds").clone();
    for _ in 0..chance.usize(1..5) {
        let at = chance.usize(0..=bytes.len());
        let end = (at + chance.usize(1..40)).min(bytes.len());
        match chance.u8(0..7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => bytes[at..end].iter_mut().take(1).for_each(|byte| *byte = chance.u8(..)),
            3 => bytes[at..end].iter_mut().take(1).for_each(|byte| *byte ^= 1 << chance.u8(0..8)),
            4 => {
                let other = chance.choice(seeds).expect("a target has seeds");
                let from = chance.usize(0..=other.len());
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            5 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again).for_each(drop);
            }
            _ => {
                let words: [&[u8]; 8] = [
                    b"\xff\xff\xff\xff\xff\xff\xff\xff",
                    b"-1",
                    b"99999999999999999999",
                    b"1e308",
                    b"\"",
                    b"\n",
                    b"\0",
                    "é".as_bytes(),
                ];
                bytes.splice(at..at, chance.choice(words).expect("a word").iter().copied()).for_each(drop);
            }
        }
    }
    bytes
}

fn seeds_and_mutations(target: &Target) {
    let seeds = (target.seeds)();
    assert!(3 <= seeds.len(), "{}: {} seeds", target.name, seeds.len());
    // Unchanged as well: a seed that is refused at its beginning would not show in its mutations.
    seeds.iter().for_each(|seed| target.check(seed));
    let mut chance = fastrand::Rng::with_seed(19);
    (0..MUTATIONS).for_each(|_| target.check(&mutated(&seeds, &mut chance)));
}

#[test]
fn kept_inputs_and_seeds_pass_the_checks_of_their_target() {
    for target in TARGETS {
        let mut files: Vec<_> = fs::read_dir(kept().join(target.name)).map_or_else(
            |error| panic!("{}: {error}", target.name),
            |entries| entries.map(|entry| entry.expect("a readable folder").path()).collect(),
        );
        files.sort();
        files.iter().for_each(|path| target.check(&fs::read(path).expect("a kept input")));
        seeds_and_mutations(&target);
    }
}

#[test]
fn every_target_has_its_fuzz_target_and_no_other_has() {
    let names: Vec<String> = TARGETS.iter().map(|target| format!("{}.rs", target.name)).collect();
    let folder = kept().parent().expect("a folder").join("fuzz_targets");
    let entries = fs::read_dir(folder).expect("the fuzz targets");
    let mut files: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().into_string().expect("text")).collect();
    files.sort();
    assert_eq!(files, names);
}

/// Names and versions in a lock file.
fn packages(file: &str) -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a lock file");
    let value = |line: Option<&str>| line.and_then(|line| line.split('"').nth(1)).unwrap_or_default().to_owned();
    let packages = text.split("[[package]]").skip(1).map(|package| {
        let mut lines = package.trim_start().lines();
        (value(lines.next()), value(lines.next()))
    });
    packages.collect()
}

#[test]
fn the_fuzzer_is_built_with_the_shipped_versions() {
    let own = ["atalaia-fuzz", "arbitrary", "libfuzzer-sys"];
    let mut fuzzed = packages("fuzz/Cargo.lock");
    fuzzed.retain(|(name, _)| !own.contains(&name.as_str()));
    let others: Vec<_> = fuzzed.difference(&packages("Cargo.lock")).cloned().collect();
    assert!(
        100 < fuzzed.len() && others.is_empty(),
        "{others:?}: cp Cargo.lock fuzz/Cargo.lock, then fuzz/run 1 lines"
    );
}
