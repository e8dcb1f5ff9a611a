//! CSV that spreadsheets open without running anything.

use serde_json::json;

use super::*;

fn rows(alerts: &[Value]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    write(Dialect::Standard, alerts, &mut out).expect("memory takes it");
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice());
    let row = |row: Result<::csv::StringRecord, _>| row.expect("CSV").iter().map(str::to_owned).collect();
    reader.records().map(row).collect()
}

fn named(name: &str) -> String {
    let rows = rows(&[json!({"vessels": [{"name": name}]})]);
    assert_eq!((rows.len(), rows[1].len()), (2, 1 + COLUMNS.len() + marking::COLUMNS.len()), "{name:?}");
    rows[1][15].clone()
}

#[test]
fn no_text_begins_a_formula() {
    for (name, shown) in [
        ("=HYPERLINK(\"http://x\",\"A\")", "'=HYPERLINK(\"http://x\",\"A\")"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("   =1", "'=1"),
        ("\u{200b}=1", "'=1"),
        ("\u{a0}\u{202e}=1", "'=1"),
        ("\u{feff}＝1", "'＝1"),
        ("\"=1\"", "'\"=1\""),
        ("A=1", "A=1"),
        ("A-1", "A-1"),
        ("", ""),
    ] {
        assert_eq!(named(name), shown, "{name:?}");
    }
}

#[test]
fn no_part_that_a_reader_of_semicolons_sees_begins_one() {
    let rows =
        rows(&[json!({"vessels": [{"name": "A"}, {"name": "=1"}], "summary": "x; \"=1+1\";y", "finding": "a;b"})]);
    assert_eq!((rows[1][15].as_str(), rows[1][23].as_str()), ("A;'=1", "x;' \"=1+1\";y"));
    assert_eq!(rows[1][22], "a;b");
    assert_eq!(quoted("a;b".to_owned()), "\"a;b\"", "a reader that splits at commas and semicolons sees one cell");
}

#[test]
fn whatever_a_text_holds_the_row_keeps_its_cells() {
    assert_eq!(named("A,\"B\"\r\nC\0\n\"\",D"), "A,\"B\"  C \"\",D");
    assert_eq!(named("]]><script>"), "]]><script>");
}

#[test]
fn excel_gets_its_mark_semicolons_decimal_commas_and_times_it_reads() {
    let alert = json!({"id": "a", "score": 40, "started_at": "2026-03-01T04:10:00.250Z", "ended_at": null,
        "position": {"lat": -18.25, "lon": 4.5}, "vessels": [{"mmsi": 1}, {"mmsi": 2}]});
    let mut out = Vec::new();
    write(Dialect::Excel, std::slice::from_ref(&alert), &mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.starts_with("\u{feff}file_tlp;id;behaviour;"), "{text}");
    assert!(
        text.contains("\r\nTLP:RED;a;;;40;;;2026-03-01 04:10:00;;;;-18,25;4,5;;\"000000001;000000002\";"),
        "{text}"
    );
    let rows = rows(&[alert]);
    assert_eq!(rows[1][7], "2026-03-01T04:10:00Z", "to the second, as in every other row");
}

#[test]
fn numbers_stay_numbers_and_what_is_absent_is_empty() {
    let south = json!({"score": 40, "position": {"lat": -18.2, "lon": -0.5}, "vessels": [{"mmsi": 1, "imo": 9_074_729}], "notes": 7,
        "score_reasons": [{"code": "a", "points": 5}, {"code": "b", "points": -3}]});
    let rows = rows(&[south, json!(null), json!({"position": null, "score": "=1"})]);
    assert_eq!((rows[1][4].as_str(), rows[1][11].as_str(), rows[1][12].as_str()), ("40", "-18.2", "-0.5"));
    assert_eq!((rows[1][14].as_str(), rows[1][18].as_str(), rows[1][24].as_str()), ("000000001", "9074729", "a+5 b-3"));
    assert!(rows[2..].iter().all(|row| row[0] == "TLP:RED" && row[1..].iter().all(String::is_empty)), "{rows:?}");
}
