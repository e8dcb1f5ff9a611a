//! The part of the Earth that a map shows, and where its positions are on the drawing.

use atalaia_core::geo::{Bounds, LatLon, Vertex, wrap_degrees};

/// Minimum height of a map in degrees of latitude.
const LEAST_HEIGHT: f64 = 4.0 / 60.0;
/// Margin between what is shown and the frame, as a share of the size.
const MARGIN: f64 = 0.14;

/// The projection from degrees to units of the drawing.
pub(super) struct View {
    /// What is visible, in degrees. Longitudes may lie beyond 180.
    pub(super) bounds: Bounds,
    /// Size of the drawing in its own units.
    pub(super) width: f64,
    pub(super) height: f64,
    /// Units per degree of latitude, and of longitude.
    pub(super) per_lat: f64,
    /// Smaller by the cosine of the middle latitude, so that a circle stays round there.
    pub(super) per_lon: f64,
}

impl View {
    /// A view that contains all these places and a margin.
    pub(super) fn around(places: &[Vertex], width: f64, height: f64) -> View {
        let span = |part: fn(&Vertex) -> f64| {
            let all = places.iter().map(part);
            all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
        };
        let ((west, east), (south, north)) = (span(|place| place.0), span(|place| place.1));
        let (lon, lat) = ((west + east) / 2.0, (south + north) / 2.0);
        let narrow = lat.to_radians().cos().max(0.05);
        let tall =
            (north - south).max((east - west) * narrow * height / width).max(LEAST_HEIGHT) * (1.0 + 2.0 * MARGIN);
        // Higher than that, nothing of the globe would be left out.
        View::of(lon, lat, tall.min(170.0), width, height)
    }

    /// A view around a middle, `tall` degrees of latitude high.
    pub(super) fn of(lon: f64, lat: f64, tall: f64, width: f64, height: f64) -> View {
        let narrow = lat.to_radians().cos().max(0.05);
        let per_lat = height / tall;
        let per_lon = per_lat * narrow;
        let wide = (width / per_lon).min(360.0);
        let bounds =
            Bounds { south: lat - tall / 2.0, west: lon - wide / 2.0, north: lat + tall / 2.0, east: lon + wide / 2.0 };
        View { bounds, width, height, per_lat, per_lon }
    }

    /// Where a position is on the drawing, on the near side of the antimeridian.
    pub(super) fn place(&self, at: LatLon) -> (f64, f64) {
        let middle = (self.bounds.west + self.bounds.east) / 2.0;
        self.vertex((middle + wrap_degrees(at.lon - middle), at.lat))
    }

    /// Where a longitude and latitude are on the drawing.
    pub(super) fn vertex(&self, (lon, lat): Vertex) -> (f64, f64) {
        ((lon - self.bounds.west) * self.per_lon, (self.bounds.north - lat) * self.per_lat)
    }

    /// Bounds a little beyond the frame, so that no coast is drawn along it.
    pub(super) fn wider(&self) -> Bounds {
        let Bounds { south, west, north, east } = self.bounds;
        let (lon, lat) = (4.0 / self.per_lon, 4.0 / self.per_lat);
        Bounds { south: (south - lat).max(-90.0), west: west - lon, north: (north + lat).min(90.0), east: east + lon }
    }
}
