//! Which received lines belong to a case.

use super::*;
use crate::testing::lines;

fn sifted(all: &[&[u8]], vessels: &[u32]) -> Vec<String> {
    let mut sieve = Sieve::new(vessels.iter().copied(), Witnesses::default());
    sieve.inputs(&["feed".to_owned()]);
    for bytes in all {
        sieve.line(7, Line { source: SourceId(0), received: None, bytes });
    }
    sieve.taken().map(|(_, taken)| String::from_utf8_lossy(&taken.bytes).into_owned()).collect()
}

#[test]
fn the_lines_of_the_vessels_are_taken_with_all_parts_and_no_others() {
    // The static data of both vessels are in two parts with the same sequence number.
    let one = lines("ALFA 224000001 type=70\n 12:00 28 -17\n stop 3");
    let other = lines("BRAVO 224000011 type=70\n 12:00 28 -17.1\n stop 3");
    let (one_said, other_said): (Vec<&[u8]>, Vec<&[u8]>) =
        (one.iter().map(String::as_bytes).collect(), other.iter().map(String::as_bytes).collect());
    assert!(one.iter().any(|line| line.contains("VDM,2,1,1,")));
    let together = [&one_said[..], &other_said[..]].concat();
    assert_eq!(sifted(&together, &[224_000_001]), one);
    assert_eq!(sifted(&together, &[224_000_011]), other);
    assert_eq!(sifted(&together, &[224_000_001, 224_000_011]).len(), together.len());
    assert!(sifted(&together, &[224_000_002]).is_empty());
}

#[test]
fn of_witnesses_near_by_one_line_in_ten_minutes_is_taken() {
    let near = lines("BRAVO 224000011 type=70\n 12:00 28 -17.1\n stop 60");
    let far = lines("CHARLIE 224000003 type=70\n 12:00 26 -17.1\n stop 60");
    let witnesses = Witnesses::around([atalaia_core::geo::LatLon::new(28.0, -17.0)].into_iter());
    let mut sieve = Sieve::new([224_000_001].into_iter(), witnesses);
    sieve.inputs(&["feed".to_owned()]);
    for line in near.iter().chain(&far) {
        sieve.line(7, Line { source: SourceId(0), received: None, bytes: line.as_bytes() });
    }
    let (vessels, lines) = sieve.witnesses();
    assert!(vessels == 1 && (6..=7).contains(&lines), "{vessels}, {lines}");
    let all = near.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>();
    assert!(sieve.taken().all(|(_, taken)| all.contains(&taken.bytes)));
}

#[test]
fn an_object_goes_alone() {
    let part: &[u8] = b"!AIVDM,2,1,7,A,577b5L02>8WMI8=3R210tTq@F0AF0@T4l4qB220<EhhD:4r40K1l4548,0*49";
    let ours = sentences_as_object("13u?etPv2;0n:dDPwUM1U1Cb069D", "24");
    let other = sentences_as_object("177KQJ5000G?tO`K>RA1wUbN0TKH", "5C").replace(",A,", ",B,");
    let broken = "{\"class\":\"AIS\",\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}".to_owned();
    let all: Vec<&[u8]> = vec![part, broken.as_bytes(), other.as_bytes(), ours.as_bytes()];
    assert_eq!(sifted(&all, &[265_547_250]), [ours]);
}

fn sentences_as_object(payload: &str, sum: &str) -> String {
    let time = "\"rxuxtime\":1490075479";
    format!("{{\"class\":\"AIS\",{time},\"nmea\":[\"!AIVDM,1,1,,A,{payload},0*{sum}\"]}}")
}

#[test]
fn lines_that_give_the_time_of_a_line_go_with_it() {
    let wrapper: &[u8] = b"$PGHP,1,2015,2,1,0,0,0,31,230,,,1,25*22";
    let ours: &[u8] = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24";
    let other: &[u8] = b"!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C";
    let vessel = 265_547_250;
    assert_eq!(sifted(&[wrapper, ours], &[vessel]).len(), 2);
    assert_eq!(sifted(&[wrapper, other, wrapper, other], &[vessel]).len(), 0);
    // The wrapper of another vessel's sentence is not needed.
    let told = sifted(&[wrapper, other, ours], &[vessel]);
    assert!(told.is_empty() || told.len() == 1, "{told:?}");
    // Without any other time, the station's own clock is used.
    let clock: &[u8] = b"$GPZDA,160012.71,11,03,2004,-1,00*7D";
    assert_eq!(sifted(&[clock, other, ours], &[vessel]).len(), 2);
    assert_eq!(sifted(&[clock, other], &[vessel]).len(), 0);
}
