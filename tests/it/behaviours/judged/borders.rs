//! Zones with border behaviours: vessels that enter, leave, or are too slow or too fast.

use atalaia_core::scenario::{Vessel, away};

use super::draw::{Case, DEAF_MIDDLE, Draw, GATE, GATE_MIDDLE};
use super::slow::Generators;

pub(super) const GENERATORS: Generators = &[
    ("zone_entry", comes_in, does_not_come_in),
    ("zone_exit", goes_out, does_not_go_out),
    ("zone_speed", breaks_the_band, keeps_the_band),
];

/// The bearing out over one side, and a position on that side's border, which is straight in degrees.
fn border(draw: &mut Draw, middle: (f64, f64)) -> (f64, (f64, f64)) {
    let out = draw.pick(&[0.0, 90.0, 180.0, 270.0]);
    let along = draw.between(-0.6, 0.6) * GATE;
    let (north, east) = match out as u32 {
        0 => (GATE, along),
        90 => (along, GATE),
        180 => (-GATE, along),
        _ => (along, -GATE),
    };
    (out, (middle.0 + north, middle.1 + east))
}

fn anybody(draw: &mut Draw) -> Vessel {
    let kind = draw.pick(&[70, 80, 30, 60, 0]);
    if draw.chance(0.3) { draw.boat(37) } else { draw.ship(kind) }
}

fn comes_in(draw: &mut Draw) -> Case {
    crossing(draw, -1.0)
}

fn goes_out(draw: &mut Draw) -> Case {
    crossing(draw, 1.0)
}

/// A ship that crosses the border, outward (1) or inward (-1).
fn crossing(draw: &mut Draw, way: f64) -> Case {
    let (out, at) = border(draw, GATE_MIDDLE);
    let (before, after) = (draw.between(5.0, 15.0), draw.between(5.0, 15.0));
    let knots = draw.between(6.0, 18.0);
    let slant = draw.between(-30.0, 30.0);
    let bearing = if 0.0 < way { out + slant } else { out + 180.0 + slant };
    let (lat, lon) = away(at.0, at.1, bearing + 180.0, before);
    let ship = anybody(draw).at(lat, lon).leg(bearing, before, knots);
    let (mmsi, from) = (ship.mmsi(), ship.minute());
    let ship = ship.leg(bearing, after, knots);
    let to = ship.minute();
    let story = format!("{before:.1} nm before, {after:.1} nm after, {knots:.0} kn");
    Case::new(story, &draw.scenario().vessel(ship), draw.does(&[mmsi], from, to))
}

fn does_not_come_in(draw: &mut Draw) -> Case {
    no_crossing(draw, 1.0)
}

fn does_not_go_out(draw: &mut Draw) -> Case {
    no_crossing(draw, -1.0)
}

/// A ship that stays on one side of the border: outside (1) or inside (-1).
fn no_crossing(draw: &mut Draw, side: f64) -> Case {
    let variant = draw.variant(4);
    let middle = if variant == 3 { DEAF_MIDDLE } else { GATE_MIDDLE };
    let (out, at) = border(draw, middle);
    let (knots, nm) = (draw.between(6.0, 16.0), draw.between(8.0, 20.0));
    // Away from the border, on the side it stays on.
    let off = if 0.0 < side { out } else { out + 180.0 };
    let ship = anybody(draw);
    let ship = match variant {
        // Along the border, at most a mile off.
        0 => {
            let (lat, lon) = away(at.0, at.1, off, draw.between(0.3, 1.0));
            ship.at(lat, lon).leg(out + 90.0, nm.min(12.0), knots)
        }
        // Straight towards it, and back just before.
        1 => {
            let least = draw.between(0.3, 0.8);
            let (lat, lon) = away(at.0, at.1, off, nm + least);
            ship.at(lat, lon).leg(off + 180.0, nm, knots).leg(off, nm, knots)
        }
        // First seen on the other side, then over to this one: the opposite crossing.
        2 => {
            let (lat, lon) = away(at.0, at.1, off + 180.0, nm);
            ship.at(lat, lon).leg(off, 2.0 * nm, knots)
        }
        // Over the border of a zone without border behaviours.
        _ => {
            let (lat, lon) = away(at.0, at.1, off, nm);
            ship.at(lat, lon).leg(off + 180.0, 2.0 * nm, knots)
        }
    };
    Case::new(format!("variant {variant}: {nm:.1} nm, {knots:.0} kn"), &draw.scenario().vessel(ship), draw.nobody())
}

fn breaks_the_band(draw: &mut Draw) -> Case {
    let (lat, lon) = away(GATE_MIDDLE.0, GATE_MIDDLE.1, draw.course(), draw.between(0.0, 15.0));
    let (bearing, fast) = (draw.course(), draw.chance(0.5));
    let (knots, minutes) = match fast {
        true => (draw.between(28.0, 35.0), draw.between(32.0, 50.0)),
        false => (draw.between(0.2, 2.2), draw.between(35.0, 120.0)),
    };
    let ship = anybody(draw).at(lat, lon);
    let ship = ship.leg(bearing, 7.0, 10.0);
    let (mmsi, from) = (ship.mmsi(), ship.minute());
    let ship = ship.drift_minutes(bearing + 120.0, knots, minutes);
    let to = ship.minute();
    let ship = ship.leg(bearing + 240.0, 10.0, 10.0);
    Case::new(
        format!("{knots:.1} kn for {minutes:.0} min"),
        &draw.scenario().vessel(ship),
        draw.does(&[mmsi], from, to),
    )
}

fn keeps_the_band(draw: &mut Draw) -> Case {
    let variant = draw.variant(4);
    let middle = if variant == 3 { DEAF_MIDDLE } else { GATE_MIDDLE };
    let (lat, lon) = away(middle.0, middle.1, draw.course(), draw.between(0.0, 15.0));
    let (knots, minutes) = match variant {
        0 => (draw.between(0.2, 2.2), draw.between(5.0, 10.0)),
        1 => (draw.between(3.4, 5.0), draw.between(60.0, 120.0)),
        2 => (draw.between(22.0, 24.5), draw.between(30.0, 50.0)),
        _ => (draw.between(0.2, 2.2), draw.between(40.0, 120.0)),
    };
    let bearing = draw.course();
    let ship = anybody(draw).at(lat, lon).leg(bearing, 7.0, 10.0).drift_minutes(bearing + 120.0, knots, minutes);
    let ship = ship.leg(bearing + 240.0, 10.0, 10.0);
    let story = format!("variant {variant}: {knots:.1} kn for {minutes:.0} min");
    Case::new(story, &draw.scenario().vessel(ship), draw.nobody())
}
