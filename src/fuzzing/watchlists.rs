//! Watchlists as CSV text.

use super::seeds;
use atalaia_core::base::time::Time;
use atalaia_core::zones::{ListError, MatchedBy, Said, Watchlists, fold};

/// Maximum number of ships looked up: more would take too much time.
const MOST_ASKED: usize = 40;

/// Reads a list twice: the rows or faults are the same, and each fault is at an existing line. A ship that is found is
/// one that the list names.
pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let files = [("list.csv".to_owned(), text.to_owned())];
    let lists = match (Watchlists::parse(&files), Watchlists::parse(&files)) {
        (Ok(lists), Ok(again)) => {
            assert_eq!((lists.len(), lists.bytes()), (again.len(), again.bytes()));
            lists
        }
        (Err(faults), Err(again)) => {
            assert!(!faults.is_empty() && faults == again, "{faults:?} and {again:?}");
            return faults.iter().for_each(|fault| at_a_line(fault, text));
        }
        (one, other) => panic!("{} and then {}", one.is_ok(), other.is_ok()),
    };
    assert!(lists.len() <= 1 + text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count());
    for word in text.split([',', ';', '\n', '"']).map(str::trim).take(MOST_ASKED) {
        let number = word.trim_start_matches("IMO").trim().parse::<u32>().ok();
        let said = Said { mmsi: number.unwrap_or(0), imo: number, call_sign: Some(word), name: Some(word) };
        let Some(found) = lists.find(said, Time::MIN) else { continue };
        let listed = &found.listed;
        let is_named = match found.by {
            MatchedBy::Mmsi => listed.mmsi == number,
            MatchedBy::Imo => listed.imo == number,
            MatchedBy::CallSign => found.fuzzy || fold(listed.call_sign.as_deref().unwrap_or_default()) == fold(word),
            MatchedBy::Name => found.fuzzy || fold(listed.name.as_deref().unwrap_or_default()) == fold(word),
        };
        assert!(is_named && (20..=80).contains(&listed.points), "{word:?} is taken for {found:?}");
    }
}

fn at_a_line(fault: &ListError, text: &str) {
    if let Some(line) = fault.line {
        let lines = 1 + text.bytes().filter(|byte| *byte == b'\n').count() as u64;
        assert!((1..=lines).contains(&line), "{fault} of {lines} lines");
    }
    assert!(!fault.to_string().is_empty());
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let lists = [
        "mmsi,imo,call_sign,name,list,reason,owner,level,expires\n224000001,9074729,EA1234,ALFA,iberia,\"seen, twice\",desk,high,2026-11-22\n\
         ,,,BRAVO STAR,,,,low,2026-11-22T18:00:00Z\n",
        "name;level;mmsi\nCHARLIE;critical;224000012\nDelta;;\n\"E;C\"\"HO\";medium;224000013\n",
        "mmsi\n1\n224000001,2\n",
    ];
    let mut all: Vec<Vec<u8>> = lists.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.extend(seeds::files_of("tests/bad-settings/misspelt-column", "csv"));
    all
}
