//! Position of the sun: day, twilight or night at a place.

use super::position::LatLon;
use crate::base::time::Time;

/// The sun's altitude above the horizon in degrees, without refraction; below -6 counts as night for the behaviours.
///
/// From the low-precision formulas of the Astronomical Almanac, accurate to about 0.02° from 1950 to 2050.
pub fn sun_altitude_degrees(at: LatLon, time: Time) -> f64 {
    let (declination, hour) = declination_and_hour(at, time);
    let lat = at.lat.to_radians();
    let sine = lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour.cos();
    sine.clamp(-1.0, 1.0).asin().to_degrees()
}

/// The sun's hour angle in degrees, 0 to below 360: 0 when it is at its highest, 180 when it is at its lowest.
pub fn sun_hour_degrees(at: LatLon, time: Time) -> f64 {
    declination_and_hour(at, time).1.to_degrees().rem_euclid(360.0)
}

/// The sun's declination and hour angle. Radians.
fn declination_and_hour(at: LatLon, time: Time) -> (f64, f64) {
    // Days since 2000-01-01T12:00.
    let days = time.millis() as f64 / 86_400_000.0 - 10_957.5;
    // Mean anomaly and mean longitude of the sun, then its ecliptic longitude, all in degrees before conversion.
    let anomaly = (357.528 + 0.985_600_3 * days).to_radians();
    let mean = 280.460 + 0.985_647_4 * days;
    let longitude = (mean + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin()).to_radians();
    // Obliquity of the ecliptic.
    let tilt = (23.439 - 0.000_000_4 * days).to_radians();
    let ascension = (tilt.cos() * longitude.sin()).atan2(longitude.cos());
    // Local sidereal time in degrees; with the right ascension it gives the hour angle.
    let sidereal = 280.460_618_37 + 360.985_647_366_29 * days + at.lon;
    ((tilt.sin() * longitude.sin()).asin(), sidereal.rem_euclid(360.0).to_radians() - ascension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn altitude(lat: f64, lon: f64, time: &str) -> f64 {
        sun_altitude_degrees(LatLon::new(lat, lon), Time::parse(time).expect("a time"))
    }

    #[test]
    fn altitude_at_noon_follows_the_season() {
        // Solar noon at Greenwich: 90 - latitude ± the tilt of 23.44.
        assert!((altitude(38.7, 0.0, "2026-06-21T12:02:00Z") - 74.74).abs() < 0.05);
        assert!((altitude(38.7, 0.0, "2026-12-21T11:58:00Z") - 27.86).abs() < 0.05);
        assert!((altitude(0.0, 0.0, "2026-03-20T12:07:30Z") - 90.0).abs() < 0.3);
    }

    #[test]
    fn agrees_with_an_independent_ephemeris() {
        // PyEphem 4.2, without refraction.
        for (lat, lon, time, want) in [
            (38.72, -9.14, "2026-03-20T06:38:00Z", -1.2686),
            (38.72, -9.14, "2026-03-20T18:47:00Z", -0.563),
            (28.1, -15.4, "2026-11-03T19:05:00Z", -11.3896),
            (60.0, 5.0, "2026-07-01T23:30:00Z", -6.9022),
            (-33.0, 151.0, "2026-01-15T18:00:00Z", -12.2509),
            (-17.0, 179.9, "2049-05-05T22:00:00Z", 45.7391),
            (8.0, -13.0, "2020-02-29T05:40:00Z", -21.8667),
        ] {
            assert!((altitude(lat, lon, time) - want).abs() < 0.03, "{time}");
        }
    }

    #[test]
    fn polar_day_and_night_and_both_sides_of_the_antimeridian() {
        assert!(20.0 < altitude(80.0, 10.0, "2026-06-21T00:00:00Z") + 7.0);
        assert!(altitude(80.0, 10.0, "2026-12-21T12:00:00Z") < -6.0);
        let (west, east) =
            (altitude(-17.0, -179.99, "2026-05-05T22:00:00Z"), altitude(-17.0, 179.99, "2026-05-05T22:00:00Z"));
        assert!((west - east).abs() < 0.05);
    }
}
