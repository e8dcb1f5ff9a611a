//! What is learned about reception from slots in which vessels were heard and missed.

use super::*;
use crate::base::time::Time;

const MOST: u32 = 1000;

fn slot(number: i64) -> Slot {
    Slot::of(Time::from_seconds(number * 600))
}

#[test]
fn reception_is_unknown_before_24_slots_and_then_heard_over_observed_plus_two() {
    let mut cells = Cells::default();
    let cell = Cell::of(LatLon::new(28.1, -17.1));
    for number in 0..23 {
        cells.count(cell, Class::A, slot(number), Hearing::Yes, MOST);
    }
    assert_eq!(cells.reception(cell, Class::A, slot(23)).chance(), 0.0);
    cells.count(cell, Class::A, slot(23), Hearing::Yes, MOST);
    let chance = cells.reception(cell, Class::A, slot(23)).chance();
    assert!((chance - 24.0 / 26.0).abs() < 0.005, "{chance}");
    assert_eq!(cells.reception(cell, Class::B, slot(23)).chance(), 0.0);
}

#[test]
fn missed_slots_lower_reception_and_old_counts_fade() {
    let mut cells = Cells::default();
    let cell = Cell::of(LatLon::new(28.1, -17.1));
    for number in 0..200 {
        let heard = if number % 2 == 0 { Hearing::Yes } else { Hearing::No };
        cells.count(cell, Class::B, slot(number), heard, MOST);
    }
    let chance = cells.reception(cell, Class::B, slot(200)).chance();
    assert!((0.47..0.51).contains(&chance), "{chance}");
    let later = cells.reception(cell, Class::B, slot(200 + 2016));
    assert!((60.0..75.0).contains(&later.observed), "{later:?}");
    assert_eq!(cells.reception(cell, Class::B, slot(200 + 6 * 2016)).chance(), 0.0);
}

#[test]
fn excess_cells_with_the_least_data_are_dropped_and_counted() {
    let mut cells = Cells::default();
    let at = |number: i64| Cell::of(LatLon::new(-80.0 + number as f64 * 0.25, 10.0));
    for number in 0..100 {
        for _ in 0..=number {
            cells.count(at(number), Class::A, slot(0), Hearing::Yes, 100);
        }
    }
    cells.count(at(100), Class::A, slot(0), Hearing::Yes, 100);
    assert_eq!((cells.len(), cells.evicted()), (91, 10));
    assert_eq!(cells.reception(at(9), Class::A, slot(0)).observed, 0.0);
    assert_eq!(cells.reception(at(10), Class::A, slot(0)).observed, 11.0);
}

#[test]
fn blocks_reach_across_the_date_line_and_stop_at_the_poles() {
    let cell = Cell::of(LatLon::new(10.1, 179.9));
    let block: Vec<Cell> = cell.block().collect();
    assert_eq!(block.len(), 9);
    assert!(block.contains(&Cell::of(LatLon::new(10.1, -179.9))));
    assert_eq!(Cell::of(LatLon::new(90.0, 0.0)).block().count(), 6);
    let centre = cell.centre();
    assert_eq!(Cell::of(centre), cell);
}

#[test]
fn sixteenths_show_where_in_a_cell_vessels_were_heard_for_14_to_28_days() {
    let mut cells = Cells::default();
    let (here, aside) = (LatLon::new(28.01, -17.01), LatLon::new(28.01, -17.08));
    let heard = |cells: &mut Cells, at: LatLon, number: i64| {
        cells.count(Cell::of(at), Class::A, slot(number), Hearing::Yes, MOST);
        cells.heard_at(at, StationId(0), slot(number));
    };
    heard(&mut cells, here, 0);
    assert!(cells.is_heard_at(here) && !cells.is_heard_at(aside));
    heard(&mut cells, aside, 2016);
    assert!(cells.is_heard_at(here) && cells.is_heard_at(aside));
    heard(&mut cells, aside, 2 * 2016);
    assert!(!cells.is_heard_at(here) && cells.is_heard_at(aside));
    assert!(!cells.is_heard_at(LatLon::new(-28.01, 17.01)));
}

#[test]
fn a_cell_knows_since_when_vessels_are_heard_around_it() {
    let mut cells = Cells::default();
    let (here, beside) = (LatLon::new(28.1, -17.1), LatLon::new(28.3, -17.1));
    cells.count(Cell::of(here), Class::A, slot(0), Hearing::No, MOST);
    assert_eq!(cells.heard_since(here, 15.0, slot(0)), None, "expected, but not heard");
    cells.count(Cell::of(beside), Class::B, slot(5), Hearing::Yes, MOST);
    cells.count(Cell::of(here), Class::A, slot(9), Hearing::Yes, MOST);
    assert_eq!(cells.heard_since(here, 15.0, slot(9)), Some(slot(5)));
    assert_eq!(cells.heard_since(LatLon::new(29.1, -17.1), 15.0, slot(9)), None, "a degree away");
    // Nothing for two weeks: what was heard before is forgotten, also in the cell in which nothing has been heard since.
    cells.count(Cell::of(here), Class::B, slot(3010), Hearing::Yes, MOST);
    assert_eq!(cells.heard_since(here, 15.0, slot(3010)), Some(slot(3010)));
    assert_eq!(cells.heard_since(here, 15.0, slot(6000)), None, "not heard for weeks");
}

#[test]
fn a_cell_in_which_vessels_are_expected_and_not_heard_for_two_weeks_starts_over() {
    let mut cells = Cells::default();
    let here = LatLon::new(28.1, -17.1);
    cells.count(Cell::of(here), Class::A, slot(0), Hearing::Yes, MOST);
    for number in 1..=3000 {
        cells.count(Cell::of(here), Class::A, slot(number), Hearing::No, MOST);
    }
    cells.count(Cell::of(here), Class::A, slot(3001), Hearing::Yes, MOST);
    assert_eq!(cells.heard_since(here, 15.0, slot(3001)), Some(slot(3001)));
}

#[test]
fn vessels_that_fall_silent_count_by_cell_and_the_same_one_in_a_row_once() {
    let mut cells = Cells::default();
    let cell = Cell::of(LatLon::new(28.1, -17.1));
    let key = |mmsi| TrackKey { mmsi: crate::base::units::Mmsi(mmsi), ordinal: 1 };
    assert!(!cells.fell_silent(cell, Class::A, true, key(1), slot(0)), "no vessel was heard there");
    for number in 0..12 {
        cells.count(cell, Class::A, slot(number), Hearing::Yes, MOST);
    }
    for mmsi in [1, 1, 2] {
        cells.fell_silent(cell, Class::A, true, key(mmsi), slot(12));
    }
    let (silences, heard) = cells.silences(cell, Class::A, true, slot(12));
    assert!((silences - 2.0).abs() < 0.01 && (heard - 12.0).abs() < 0.1, "{silences} {heard}");
    assert_eq!(cells.silences(cell, Class::A, false, slot(12)).0, 0.0);
    // One vessel for two hours, 7 nm away; outside the search from 40 nm away.
    assert!((cells.heard_near(LatLon::new(28.2, -17.2), 15.0, slot(12)) - 12.0).abs() < 0.1);
    assert_eq!(cells.heard_near(LatLon::new(28.8, -17.1), 30.0, slot(12)), 0.0);
}
