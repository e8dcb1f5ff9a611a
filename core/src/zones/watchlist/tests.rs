//! Behaviour of watchlists that an operator would notice.

use super::*;

fn lists(text: &str) -> Watchlists {
    Watchlists::parse(&[("customs.csv".to_owned(), text.to_owned())]).expect("a good list")
}

fn faults(text: &str) -> Vec<String> {
    let errors = Watchlists::parse(&[("customs.csv".to_owned(), text.to_owned())]).expect_err("a bad list");
    errors.iter().map(ListError::to_string).collect()
}

const NOW: Time = Time::from_seconds(1_800_000_000);

fn said(mmsi: u32) -> Said<'static> {
    Said { mmsi, imo: None, call_sign: None, name: None }
}

#[test]
fn a_ship_is_found_by_number_exactly_and_by_name_approximately() {
    let lists = lists(
        "mmsi,imo,call_sign,name,list,reason,owner,level\n\
         224000001,,,,,\"tobacco, 2019\",desk 3,high\n\
         ,9074729,,,,,,\n\
         ,,EA1234,,,,,\n\
         ,,,São João II,fleet,,,critical\n",
    );
    let by = |said: Said<'_>| lists.find(said, NOW).map(|found| (found.by, found.fuzzy, found.listed.points));
    assert_eq!(by(said(224_000_001)), Some((MatchedBy::Mmsi, false, 60)));
    assert_eq!(by(said(224_000_002)), None);
    assert_eq!(by(Said { imo: Some(9_074_729), ..said(1) }), Some((MatchedBy::Imo, false, 40)));
    assert_eq!(by(Said { call_sign: Some("EA 1234"), ..said(1) }), Some((MatchedBy::CallSign, false, 40)));
    assert_eq!(by(Said { call_sign: Some("EA1235"), ..said(1) }), Some((MatchedBy::CallSign, true, 40)));
    assert_eq!(by(Said { name: Some("SAO JOAO II"), ..said(1) }), Some((MatchedBy::Name, false, 80)));
    assert_eq!(by(Said { name: Some("SAO JOAO I"), ..said(1) }), Some((MatchedBy::Name, true, 80)));
    assert_eq!(by(Said { name: Some("SAO JOAO"), ..said(1) }), None);
    let row = lists.find(said(224_000_001), NOW).expect("listed").listed;
    assert_eq!((row.list.as_str(), row.reason.as_deref()), ("customs", Some("tobacco, 2019")));
}

#[test]
fn a_short_name_must_match_exactly_and_another_imo_number_means_another_ship() {
    let lists = lists("name,imo\nALFA,\nATLANTIC STAR,9074729\n");
    let named = |name, imo| lists.find(Said { name: Some(name), imo, ..said(1) }, NOW).is_some();
    assert!(named("ALFA", None) && !named("ALFB", None));
    assert!(named("ATLANTIC STAR", None) && named("ATLANTIC STAR", Some(9_074_729)));
    assert!(!named("ATLANTIC STAR", Some(9_319_466)));
}

#[test]
fn a_row_expires_at_the_end_of_its_day() {
    let lists = lists("mmsi;expires\n224000001;2027-01-15\n224000002;2027-01-15T08:00:00Z\n");
    let at = |text: &str| Time::parse(text).expect("a time");
    let seen = |mmsi, time: &str| lists.find(said(mmsi), at(time)).is_some();
    assert!(seen(224_000_001, "2027-01-15T23:59:59Z") && !seen(224_000_001, "2027-01-16T00:00:00Z"));
    assert!(seen(224_000_002, "2027-01-15T07:59:59Z") && !seen(224_000_002, "2027-01-15T08:00:00Z"));
}

#[test]
fn every_fault_is_reported_with_file_line_and_column() {
    assert_eq!(
        faults("mmsi,level,expires\n12,high,\n224000001,urgent,tomorrow\n\n,low,\n224000001,low,,x\n"),
        [
            "customs.csv:2: column mmsi: \"12\" is not a number of 9 digits; write all digits, and nothing else",
            "customs.csv:3: column level: \"urgent\" is not known; write low, medium, high or critical",
            "customs.csv:3: column expires: \"tomorrow\" is not a date; write 2026-11-22 or 2026-11-22T18:00:00Z",
            "customs.csv:5: column mmsi: the row does not identify a ship; write its MMSI, IMO number, call sign or name",
            "customs.csv:6: column 4: is beyond the header; put texts with a separator in quotation marks",
        ]
    );
    assert_eq!(
        faults("name,level\n\"SILVER LUZ,high\nMARIA,low\n"),
        ["customs.csv:2: a quotation mark is not closed, so the rows below belong to this one; \
             write a second quotation mark at the end of the text"]
    );
    let headless = faults("224000001,9592916,EA1234,SILVER LUZ,tobacco,desk 3\n");
    let expected = "customs.csv:1: the first line must be the header, and this one names no column; write a line above it with the names";
    assert!(headless.len() == 1 && headless[0].starts_with(expected), "{headless:?}");
    assert_eq!(
        faults("mmsi,colour\n"),
        [
            "customs.csv:1: column 2: unknown column \"colour\"; write one of: mmsi, imo, call_sign, name, list, reason, owner, level, expires"
        ]
    );
    assert_eq!(
        faults(""),
        ["customs.csv:1: no column of the header identifies a ship; name one of them mmsi, imo, call_sign, name"]
    );
}

#[test]
fn an_imo_number_with_a_wrong_check_digit_is_kept_and_doubted_with_its_line() {
    let lists = lists("imo,name\n9074729,MARIA\nIMO 9592916,SILVER LUZ\n");
    let doubts: Vec<String> = lists.doubts().iter().map(ListError::to_string).collect();
    let expected = "customs.csv:3: column imo: 9592916 has a wrong check digit, so no ship has this number; compare it with a register";
    assert_eq!(doubts, [expected]);
    assert!(lists.find(Said { imo: Some(9_592_916), ..said(1) }, NOW).is_some());
}

#[test]
fn faults_beyond_the_limit_are_reported_as_a_number() {
    let faults = faults(&format!("mmsi\n{}", "12\n".repeat(250)));
    assert_eq!(faults.len(), 101);
    assert_eq!(
        faults[99],
        "customs.csv:101: column mmsi: \"12\" is not a number of 9 digits; write all digits, and nothing else"
    );
    assert_eq!(faults[100], "customs.csv: 150 more of this kind, in this list and earlier ones");
}

#[test]
fn lists_beyond_the_limits_are_rejected_with_file_and_size() {
    let file = |name: &str, rows: u32| {
        let rows: String = (0..rows).map(|row| format!("{},SHIP {row:05}\n", 224_000_000 + row)).collect();
        (name.to_owned(), format!("mmsi,name\n{rows}"))
    };
    let refused = |bounds: Bounds| {
        let errors = Watchlists::parse_within(&[file("one.csv", 400), file("two.csv", 300)], bounds);
        errors.expect_err("too much").iter().map(ListError::to_string).collect::<Vec<_>>()
    };
    let bounds = Bounds { rows: 700, bytes: 1_000_000 };
    assert!(Watchlists::parse_within(&[file("one.csv", 400), file("two.csv", 300)], bounds).is_ok());
    assert_eq!(
        refused(Bounds { rows: 699, ..bounds }),
        [
            "two.csv: does not fit: its first 300 rows take 0.0 MB, after 400 rows and 0.0 MB of other files; leave rows out: \
          all lists together may have 699 rows and 1.0 MB"
        ]
    );
    assert!(refused(Bounds { bytes: 20_000, ..bounds })[0].starts_with("one.csv: does not fit: its first "));
}

#[test]
fn an_ordinary_row_takes_at_most_120_bytes() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut text = String::from("mmsi,imo,call_sign,name,list,reason,owner,level,expires\n");
    for row in 0..20_000 {
        let mut word = |letters: usize| (0..letters).map(|_| random.uppercase()).collect::<String>();
        let (call_sign, name) = (word(6), format!("{} {} {}", word(5), word(6), row % 1000));
        text += &format!(
            "{},{},{call_sign},{name},fleet {},\"tobacco, {}\",desk {},high,2027-01-{:02}\n",
            200_000_000 + row * 7,
            9_000_000 + row,
            row % 7,
            2000 + row % 20,
            row % 5,
            1 + row % 28
        );
    }
    let lists = lists(&text);
    let each = lists.bytes() / lists.len();
    assert!((60..=120).contains(&each), "{each} bytes a row");
}

/// Points negated, so that the most come first; whether fuzzy; row number; matching column.
type Rank = (i32, bool, usize, MatchedBy);

/// The reference search: compares every row with the ship, one by one.
fn found_by_hand(rows: &[Listed], said: Said<'_>, at: Time) -> Option<Match> {
    let mut best: Option<(Rank, &Listed)> = None;
    for (number, row) in rows.iter().enumerate().filter(|(_, row)| row.expires.is_none_or(|expires| at < expires)) {
        let mut ways = Vec::new();
        if row.mmsi == Some(said.mmsi) {
            ways.push((false, MatchedBy::Mmsi));
        }
        if row.imo.is_some() && row.imo == said.imo {
            ways.push((false, MatchedBy::Imo));
        }
        let other_ship = row.imo.is_some() && said.imo.is_some() && row.imo != said.imo;
        for (by, ours, theirs) in
            [(MatchedBy::Name, &row.name, said.name), (MatchedBy::CallSign, &row.call_sign, said.call_sign)]
                .into_iter()
                .filter(|_| !other_ship)
        {
            let alike = likeness(&fold(ours.as_deref().unwrap_or("")), &fold(theirs.unwrap_or("")));
            if alike != Likeness::Different {
                ways.push((alike == Likeness::OneEdit, by));
            }
        }
        for (fuzzy, by) in ways {
            let rank = (-row.points, fuzzy, number, by);
            if best.is_none_or(|(best, _)| rank < best) {
                best = Some((rank, row));
            }
        }
    }
    best.map(|((_, fuzzy, _, by), listed)| Match { listed: listed.clone(), by, fuzzy })
}

/// Changes one character: inserts, removes, replaces or swaps it.
fn edited(text: &str, letter: char, random: &mut fastrand::Rng) -> String {
    let mut all: Vec<char> = text.chars().collect();
    let at = random.usize(0..all.len());
    match random.u8(0..4) {
        0 => all.insert(at, letter),
        1 => drop(all.remove(at)),
        2 => all[at] = letter,
        _ => all.swap(at, (at + 1) % text.chars().count()),
    }
    all.into_iter().collect()
}

#[test]
fn the_index_finds_the_same_row_as_the_reference_search() {
    let mut random = fastrand::Rng::with_seed(13);
    let (mut met, mut fuzzy) = (0, 0);
    for _ in 0..30 {
        let letters = ['A', 'B', 'é', '1', 'Ж', ' '];
        let word = |random: &mut fastrand::Rng, most: usize| -> Option<String> {
            let text: String = (0..random.usize(0..=most)).map(|_| letters[random.usize(0..letters.len())]).collect();
            let text = text.trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let number = |random: &mut fastrand::Rng, first: u32| random.bool().then(|| first + random.u32(0..40));
        let mut rows = Vec::new();
        while rows.len() < 80 {
            let random = &mut random;
            let (call_sign, name) = (word(random, 7), word(random, 11));
            let row = Listed {
                mmsi: number(random, 224_000_000),
                imo: number(random, 9_000_000),
                list: if random.bool() { "customs".to_owned() } else { "fleet".to_owned() },
                reason: word(random, 3),
                owner: word(random, 2),
                points: 20 * random.i32(1..=4),
                expires: random.bool().then(|| NOW + Span::from_seconds(random.i64(-2..3))),
                call_sign,
                name,
            };
            let named = [&row.call_sign, &row.name]
                .iter()
                .any(|text| text.as_deref().is_some_and(|text| !fold(text).is_empty()));
            if row.mmsi.is_some() || row.imo.is_some() || named {
                rows.push(row);
            }
        }
        let mut text = String::from("mmsi,imo,call_sign,name,list,reason,owner,level,expires\n");
        for row in &rows {
            let shown = |number: Option<u32>| number.map_or(String::new(), |number| number.to_string());
            let said = |text: &Option<String>| text.clone().unwrap_or_default();
            let level = LEVELS.iter().find(|(_, points)| *points == row.points).expect("a level").0;
            let (call_sign, name) = (said(&row.call_sign), said(&row.name));
            let (list, reason, owner) = (&row.list, said(&row.reason), said(&row.owner));
            let expires = row.expires.map_or(String::new(), |at| at.to_string());
            text += &format!(
                "{},{},{call_sign},{name},{list},{reason},{owner},{level},{expires}\n",
                shown(row.mmsi),
                shown(row.imo)
            );
        }
        let lists = lists(&text);
        assert_eq!(lists.len(), rows.len());
        for _ in 0..150 {
            let random = &mut random;
            let near = |text: Option<String>, random: &mut fastrand::Rng| {
                let letter = letters[random.usize(0..letters.len())];
                text.map(|text| if random.u8(0..4) == 0 { text } else { edited(&text, letter, random) })
            };
            let row = &rows[random.usize(0..rows.len())];
            let (name, call_sign) = (near(row.name.clone(), random), near(row.call_sign.clone(), random));
            let imo = number(random, 9_000_000);
            let said = Said {
                mmsi: 224_000_000 + random.u32(0..400),
                imo,
                call_sign: call_sign.as_deref(),
                name: name.as_deref(),
            };
            let found = lists.find(said, NOW);
            assert_eq!(found, found_by_hand(&rows, said, NOW), "{said:?}");
            met += u32::from(found.is_some());
            fuzzy += u32::from(found.is_some_and(|found| found.fuzzy));
        }
    }
    assert!(1000 < met && met < 4400 && 200 < fuzzy, "{met} found, {fuzzy} of them by one edit: too few, or too many");
}
