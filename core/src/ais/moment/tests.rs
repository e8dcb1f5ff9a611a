//! Times in every format that feeds and recordings use.

use super::*;

fn at(text: &str) -> Option<Time> {
    Time::parse(text)
}

#[test]
fn prefixes_are_read_in_the_zone_of_the_receiver() {
    let paris = TimeZone::get("Europe/Paris").expect("the zone is bundled");
    let mut clock = LocalClock::new(Some(paris));
    assert_eq!(clock.prefix(b"2016-03-31 00:00:01, "), at("2016-03-30T22:00:01Z"));
    assert_eq!(clock.prefix(b"1490075479,"), at("2017-03-21T05:51:19Z"));
    assert_eq!(clock.prefix(b"2016-03-31T00:00:01.5Z "), at("2016-03-31T00:00:01.5Z"));
    assert_eq!(clock.prefix(b"[2016-03-31T00:00:01+05:30] "), at("2016-03-30T18:30:01Z"));
    assert_eq!(clock.prefix(b"2016-02-30 00:00:01, "), None);
    assert_eq!(clock.prefix(b"station 7: "), None);
    assert_eq!(LocalClock::new(None).prefix(b"2016-03-31 00:00:01,"), at("2016-03-31T00:00:01Z"));
}

#[test]
fn stamps_of_feeds_are_read_with_their_offset() {
    assert_eq!(stamp(b"2026-04-25 09:47:25.26746452 +0000 UTC"), at("2026-04-25T09:47:25.267Z"));
    assert_eq!(stamp(b"2026-04-25 09:47:25 +0000 UTC m=+0.1"), at("2026-04-25T09:47:25Z"));
    assert_eq!(stamp(b"2026-10-09T12:00:00+02:00"), at("2026-10-09T10:00:00Z"));
    assert_eq!(stamp(b"2026-10-09T12:00:00.5Z"), at("2026-10-09T12:00:00.5Z"));
    assert_eq!(stamp(b"2026-10-09T12:00:00 yesterday"), None);
    assert_eq!(stamp(b"1999-10-09T12:00:00Z"), None);
    assert_eq!(compact(b"20221102171324"), at("2022-11-02T17:13:24Z"));
    assert_eq!(compact(b"20221302171324"), None);
    assert_eq!(compact(b"2022110217132"), None);
}

#[test]
fn the_hour_repeated_in_autumn_continues() {
    let paris = TimeZone::get("Europe/Paris").expect("the zone is bundled");
    let mut clock = LocalClock::new(Some(paris));
    let mut read = |text: &[u8]| clock.prefix(text).map(|time| time.clock());
    let clocks = [
        (&b"2016-10-30 01:59:50"[..], "23:59"),
        (b"2016-10-30 02:30:00", "00:30"),
        (b"2016-10-30 02:59:59", "00:59"),
        (b"2016-10-30 02:00:02", "01:00"),
        (b"2016-10-30 02:00:01", "01:00"),
        (b"2016-10-30 02:31:00", "01:31"),
        (b"2016-10-30 02:59:59", "01:59"),
        (b"2016-10-30 03:00:00", "02:00"),
    ];
    for (local, utc) in clocks {
        assert_eq!(read(local).as_deref(), Some(utc));
    }
}

#[test]
fn suffixes_give_station_and_time_but_sample_counters_do_not() {
    let suffix = Suffix::read(b",s1234,d-119,T12.34567123,r003669958,1085889680");
    assert_eq!(suffix.station.as_str(), "r003669958");
    assert_eq!(suffix.time, at("2004-05-30T04:01:20Z"));
    let suffix = Suffix::read(b",1630526404,1630526406");
    assert_eq!(suffix.time, at("2021-09-01T20:00:04Z"));
    assert!(!suffix.counter);
    let suffix = Suffix::read(b",4800123");
    assert!(suffix.counter && suffix.time.is_none());
    let suffix = Suffix::read(b",r08ACERDC,1429287223");
    assert_eq!(suffix.station.as_str(), "r08ACERDC");
    assert_eq!(Suffix::read(b" trailing words"), Suffix::default());
}

#[test]
fn gatehouse_lines_give_time_and_base_station() {
    let (time, station) = gatehouse(b"PGHP,1,2013,11,12,12,0,0,11,219,,2190067,1,62").expect("a good line");
    assert_eq!(Some(time), at("2013-11-12T12:00:00.011Z"));
    assert_eq!(station.as_str(), "2190067");
    assert_eq!(gatehouse(b"PGHP,1,2013,13,12,12,0,0,11,219,,2190067,1,62"), None);
    assert_eq!(gatehouse(b"PGHP,1,2013"), None);
}
