//! The map of a report, drawn as SVG: coast, zones, graticule, scale, tracks with times, and numbered marks.
//!
//! Equirectangular projection, true to scale at the middle latitude.

mod room;
mod shapes;
mod view;
mod zones;

use std::f64::consts::FRAC_1_SQRT_2;

use super::html::{Element, element, text};
use super::words::degrees_minutes_short;
use room::{Rect, Room};
use shapes::{circle, clip, path, rectangle, round, thinned};
use view::View;
pub(super) use zones::Charted;
use zones::{caption, outlines};

use atalaia_core::base::time::{Span, Time};
use atalaia_core::geo::{Bounds, LatLon, Ports, Vertex, land_within, wrap_degrees};

/// Size of the drawing in its own units. The page scales it.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 560.0;
/// Size of the inset, a small map of the region around the large one.
const INSET_WIDTH: f64 = 190.0;
const INSET_HEIGHT: f64 = 140.0;
/// Reach of the inset to the north and south of its middle, in degrees.
const INSET_REACH: f64 = 7.0;
/// Intervals of the graticule in minutes of arc.
const STEPS_MINUTES: [f64; 16] =
    [0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 2700.0];
/// Lengths of the scale bar in nautical miles.
const BARS_NM: [f64; 14] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0];
/// Intervals of the times along a track in minutes.
const TICKS_MINUTES: [i64; 10] = [10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880];
/// Maximum number of times along one track.
const MOST_TICKS: i64 = 8;
/// Maximum number of harbours that are named.
const MOST_HARBOURS: usize = 6;
/// Radius of a mark's circle in units.
const MARK: f64 = 10.0;
/// Colours of tracks (Okabe and Ito, distinguishable by the colour-blind), each with its own dashes for black-and-white
/// prints.
pub(super) const TRACK_STYLES: [(&str, &str); 6] = [
    ("#0072b2", "none"),
    ("#d55e00", "9 4"),
    ("#117733", "3 3"),
    ("#882255", "12 4 3 4"),
    ("#8a6d00", "6 2 2 2 2 2"),
    ("#444444", "2 5"),
];

/// The track of a vessel.
pub(super) struct Line {
    /// Name of the vessel.
    pub(super) name: String,
    /// Its MMSI; 0 if the alert does not state it.
    pub(super) mmsi: u64,
    /// Times and positions, oldest first.
    pub(super) points: Vec<(Time, LatLon)>,
    /// Index into `TRACK_STYLES`, modulo its length.
    pub(super) style: usize,
}

/// A numbered place.
pub(super) struct Mark {
    /// Number in the text of the report.
    pub(super) number: usize,
    /// Position of the place.
    pub(super) at: LatLon,
}

/// What a map shows.
pub(super) struct Map<'a> {
    /// Description for readers who cannot see the map.
    pub(super) title: String,
    /// Tracks, drawn in this order.
    pub(super) lines: Vec<Line>,
    /// Numbered places, drawn above the tracks.
    pub(super) marks: Vec<Mark>,
    /// The period of the map. Tracks and marks within it set its extent, and times are drawn along tracks within it.
    pub(super) from: Time,
    /// End of that period, inclusive.
    pub(super) until: Time,
    /// The zones; `None` if they are not known.
    pub(super) charted: Option<Charted<'a>>,
}

/// A map, and the text below it.
pub(super) struct Drawn {
    /// The drawing.
    pub(super) svg: Element,
    /// Which zones it shows; `None` if there are none.
    pub(super) zones: Option<String>,
}

impl Map<'_> {
    /// The drawing; `None` if there is nothing to show.
    pub(super) fn drawn(&self) -> Option<Drawn> {
        let middle = self.marks.first().map(|mark| mark.at);
        let middle = middle.or_else(|| self.lines.iter().find_map(|line| line.points.last().map(|(_, at)| *at)))?;
        let view = View::around(&self.shown(middle.lon), WIDTH, HEIGHT);
        let outlines = self.charted.map_or(Vec::new(), |charted| outlines(charted, &view, self.from, self.until));
        let mut room = Room::new(WIDTH, HEIGHT);
        let mut inside = element("g").with("clip-path", "url(#map)").add(rectangle(WIDTH, HEIGHT).class("sea"));
        inside = inside.all(land(&view)).all(outlines.iter().flat_map(|outline| outline.drawn()));
        inside = inside.all(graticule(&view)).all(harbours(&view, &mut room));
        // Marks go on top of everything, so times keep away from them.
        let mut busy: Vec<(f64, f64)> = self.marks.iter().map(|mark| view.place(mark.at)).collect();
        for line in &self.lines {
            inside = inside.all(self.track(line, &view, &mut busy, &mut room));
        }
        inside = inside.all(marks(&self.marks, &view, &mut room));
        let around = [frame(&view, &mut room), vec![scale_bar(&view, &mut room), inset(&view, &mut room)]].concat();
        // Zones are named where room is left.
        let names: Vec<Element> = outlines.iter().filter_map(|outline| outline.named(&mut room)).collect();
        let svg = element("svg")
            .with("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
            .with("role", "img")
            .with("aria-label", &self.title)
            .add(text("title", &self.title))
            .add(clip("map", WIDTH, HEIGHT));
        Some(Drawn { svg: svg.add(inside).all(names).all(around), zones: caption(&outlines) })
    }

    /// The vertices that must be on the map. Longitudes are continuous around `middle`, also across the antimeridian.
    fn shown(&self, middle: f64) -> Vec<Vertex> {
        let of_time = |line: &'_ Line| -> Vec<LatLon> {
            let inside = |(at, _): &&(Time, LatLon)| (self.from..=self.until).contains(at);
            let inside: Vec<LatLon> = line.points.iter().filter(inside).map(|(_, place)| *place).collect();
            // A vessel that was silent all the while is shown where it was last.
            match inside.is_empty() {
                true => line.points.last().map(|(_, place)| *place).into_iter().collect(),
                false => inside,
            }
        };
        let tracks = self.lines.iter().flat_map(of_time);
        let places = self.marks.iter().map(|mark| mark.at).chain(tracks);
        places.map(|at| (middle + wrap_degrees(at.lon - middle), at.lat)).collect()
    }

    /// A track with times beside it. `busy` has the places of labels so far; a time that would cover one is left out.
    fn track(&self, line: &Line, view: &View, busy: &mut Vec<(f64, f64)>, room: &mut Room) -> Vec<Element> {
        let (colour, dashes) = TRACK_STYLES[line.style % TRACK_STYLES.len()];
        let points = thinned(line.points.iter().map(|(_, at)| view.place(*at)));
        room.take_line(&points);
        let path = element("path")
            .class("track")
            .with("d", path(&points, false))
            .with("stroke", colour)
            .with("stroke-dasharray", dashes);
        let mut drawn = vec![path];
        // On a map of several days a clock time alone does not say which day.
        let is_long = self.from.date() != self.until.date();
        let length = if is_long { 70.0 } else { 40.0 };
        for (at, place) in self.ticks(line) {
            let (x, y) = view.place(place);
            let clear =
                busy.iter().all(|(other_x, other_y)| length + 6.0 < (x - other_x).abs() || 16.0 < (y - other_y).abs());
            let inside = (20.0..WIDTH - length - 10.0).contains(&x) && (20.0..HEIGHT - 20.0).contains(&y);
            if clear && inside {
                busy.push((x, y));
                room.take(Rect { left: x - 3.0, top: y - 17.0, right: x + length, bottom: y + 3.0 });
                drawn.push(circle(x, y, 2.6).with("fill", colour));
                let (_, month, day, ..) = at.civil();
                let clock = if is_long { format!("{month:02}-{day:02} {}", at.clock()) } else { at.clock() };
                drawn.push(text("text", clock).class("time").with("x", round(x + 6.0)).with("y", round(y - 5.0)));
            }
        }
        drawn
    }

    /// Round times along a track, each with the position at that time.
    fn ticks(&self, line: &Line) -> Vec<(Time, LatLon)> {
        let (Some((first, _)), Some((last, _))) = (line.points.first(), line.points.last()) else {
            return Vec::new();
        };
        let (first, last) = ((*first).max(self.from), (*last).min(self.until));
        let long = (last - first).millis();
        // The finest step that leaves the track readable.
        let step = TICKS_MINUTES.into_iter().map(Span::from_minutes).find(|step| long / step.millis() < MOST_TICKS);
        let step = step.unwrap_or(Span::from_hours(96)).millis();
        let mut at = Time::from_millis((first.millis() / step + 1) * step);
        let mut ticks = Vec::new();
        while at <= last {
            let place = line.points.windows(2).find(|pair| pair[0].0 <= at && at <= pair[1].0).map(|pair| {
                let long = (pair[1].0 - pair[0].0).seconds();
                let share = if 0.0 < long { (at - pair[0].0).seconds() / long } else { 0.0 };
                pair[0].1.between(pair[1].1, share)
            });
            ticks.extend(place.map(|place| (at, place)));
            at = at + Span::from_millis(step);
        }
        ticks
    }
}

/// The land within the view, as one path; `None` at sea.
fn land(view: &View) -> Option<Element> {
    let rings: Vec<String> = land_within(&view.wider())
        .iter()
        .filter_map(|ring| {
            let points = thinned(ring.iter().map(|vertex| view.vertex(*vertex)));
            (3 <= points.len()).then(|| path(&points, true))
        })
        .collect();
    (!rings.is_empty()).then(|| element("path").class("land").with("fill-rule", "evenodd").with("d", rings.concat()))
}

/// Meridians and parallels. Their labels are on the frame.
fn graticule(view: &View) -> Vec<Element> {
    let line = |x1: f64, y1: f64, x2: f64, y2: f64| {
        element("path").class("grid").with("d", path(&[(x1, y1), (x2, y2)], false))
    };
    let (lons, lats) = grid(view);
    let meridians = lons.iter().map(|lon| view.vertex((*lon, 0.0)).0).map(|x| line(x, 0.0, x, view.height));
    let parallels = lats.iter().map(|lat| view.vertex((0.0, *lat)).1).map(|y| line(0.0, y, view.width, y));
    meridians.chain(parallels).collect()
}

/// The longitudes and latitudes of the graticule.
fn grid(view: &View) -> (Vec<f64>, Vec<f64>) {
    let lines = |low: f64, high: f64, most: f64| -> Vec<f64> {
        let step = STEPS_MINUTES.into_iter().map(|minutes| minutes / 60.0).find(|step| (high - low) / step <= most);
        let step = step.unwrap_or(60.0);
        let first = (low / step).ceil() as i64;
        (first..).map(|number| number as f64 * step).take_while(|degrees| *degrees <= high).collect()
    };
    let Bounds { south, west, north, east } = view.bounds;
    (lines(west, east, 7.0), lines(south.max(-90.0), north.min(90.0), 6.0))
}

/// The border, with the labels of the graticule inside it.
fn frame(view: &View, room: &mut Room) -> Vec<Element> {
    let mut drawn = vec![rectangle(view.width, view.height).class("frame")];
    let (lons, lats) = grid(view);
    for lon in lons {
        let x = view.vertex((lon, 0.0)).0;
        room.take(Rect::around((x, 9.0), 56.0, 18.0));
        if (40.0..view.width - 40.0).contains(&x) {
            let label = degrees_minutes_short(wrap_degrees(lon), ['E', 'W']);
            let label = text("text", label).class("label").with("text-anchor", "middle");
            drawn.push(label.with("x", round(x)).with("y", 13));
        }
    }
    for lat in lats {
        let y = view.vertex((0.0, lat)).1;
        room.take(Rect { left: 0.0, top: y - 15.0, right: 56.0, bottom: y });
        if (26.0..view.height - 30.0).contains(&y) {
            let label = text("text", degrees_minutes_short(lat, ['N', 'S'])).class("label");
            drawn.push(label.with("x", 5).with("y", round(y - 3.0)));
        }
    }
    drawn
}

/// The largest harbours on the map.
fn harbours(view: &View, room: &mut Room) -> Vec<Element> {
    let ports = Ports::built_in_harbours();
    let mut named: Vec<(f64, f64)> = Vec::new();
    let mut drawn = Vec::new();
    for port in ports.harbours_within(&view.bounds) {
        let (x, y) = view.place(port.at);
        // About the size of a name in the font of the style sheet.
        let clear = named.iter().all(|(other_x, other_y)| 110.0 < (x - other_x).abs() || 18.0 < (y - other_y).abs());
        if named.len() < MOST_HARBOURS && clear {
            named.push((x, y));
            drawn.push(
                element("path").class("harbour").with("d", format!("M{} {}h5v5h-5z", round(x - 2.5), round(y - 2.5))),
            );
            let right = x < view.width - 120.0;
            let (x, anchor) = if right { (x + 6.0, "start") } else { (x - 6.0, "end") };
            let name = title_case(&port.name);
            let wide = name.chars().count() as f64 * 7.0;
            room.take(Rect::around((if right { x + wide / 2.0 } else { x - wide / 2.0 }, y), wide, 15.0));
            let label = text("text", name).class("place").with("text-anchor", anchor);
            drawn.push(label.with("x", round(x)).with("y", round(y + 4.0)));
        }
    }
    drawn
}

/// Numbers in circles beside the places, each in the nearest free spot.
fn marks(marks: &[Mark], view: &View, room: &mut Room) -> Vec<Element> {
    const AWAY: [(f64, f64); 8] = [
        (FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
        (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
        (-FRAC_1_SQRT_2, FRAC_1_SQRT_2),
        (-FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
        (1.0, 0.0),
        (0.0, 1.0),
        (-1.0, 0.0),
        (0.0, -1.0),
    ];
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut drawn = Vec::new();
    for mark in marks {
        let (x, y) = view.place(mark.at);
        let rings =
            [24.0, 46.0, 70.0, 96.0].into_iter().flat_map(|far| AWAY.map(|(east, south)| (far * east, far * south)));
        let spots: Vec<(f64, f64)> = rings.map(|(east, south)| (x + east, y + south)).collect();
        let fits = |(x, y): &&(f64, f64)| {
            let inside = (MARK..view.width - MARK).contains(x) && (MARK..view.height - MARK).contains(y);
            let clear = taken.iter().all(|(other_x, other_y)| 2.2 * MARK < (x - other_x).hypot(y - other_y));
            inside && clear
        };
        let (label_x, label_y) = spots.iter().find(fits).copied().unwrap_or((x, y));
        taken.push((label_x, label_y));
        room.take(Rect::around((label_x, label_y), 2.4 * MARK, 2.4 * MARK));
        room.take_line(&[(x, y), (label_x, label_y)]);
        drawn.push(element("path").class("leader").with("d", path(&[(x, y), (label_x, label_y)], false)));
        drawn.push(circle(x, y, 3.2).class("spot"));
        drawn.push(circle(label_x, label_y, MARK).class("mark"));
        let label = text("text", mark.number.to_string()).class("number").with("text-anchor", "middle");
        drawn.push(label.with("x", round(label_x)).with("y", round(label_y + 4.0)));
    }
    drawn
}

/// A bar of a round length, at the scale of the middle latitude.
fn scale_bar(view: &View, room: &mut Room) -> Element {
    let per_nm = view.per_lat / 60.0;
    let nm = BARS_NM.into_iter().rev().find(|nm| nm * per_nm <= view.width * 0.22).unwrap_or(BARS_NM[0]);
    let (left, y, long) = (16.0, view.height - 16.0, nm * per_nm);
    room.take(Rect { left: 0.0, top: y - 24.0, right: (left + long).max(left + 120.0), bottom: view.height });
    let bar = [(left, y - 6.0), (left, y), (left + long, y), (left + long, y - 6.0)];
    let label = text("text", format!("{nm} nautical mile{}", if nm == 1.0 { "" } else { "s" })).class("scale");
    element("g")
        .add(element("path").class("halo").with("d", path(&bar, false)))
        .add(element("path").class("bar-line").with("d", path(&bar, false)))
        .add(label.with("x", round(left + 4.0)).with("y", round(y - 9.0)))
}

/// The inset in the corner, which shows where the map is.
fn inset(view: &View, room: &mut Room) -> Element {
    let Bounds { south, west, north, east } = view.bounds;
    // Never smaller than the map itself, or it would show less.
    let reach = INSET_REACH.max((north - south) * 1.6);
    let (lon, lat) = ((west + east) / 2.0, (south + north) / 2.0);
    let small = View::of(lon, lat, (2.0 * reach).min(160.0), INSET_WIDTH, INSET_HEIGHT);
    let (left, top) = small.vertex((west, north));
    let (right, bottom) = small.vertex((east, south));
    // A frame smaller than this would be a dot; a ring can be seen.
    let here = if right - left < 8.0 {
        circle((left + right) / 2.0, (top + bottom) / 2.0, 5.0).class("here")
    } else {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        element("path").class("here").with("d", path(&corners, true))
    };
    let (corner_x, corner_y) = (WIDTH - INSET_WIDTH - 8.0, HEIGHT - INSET_HEIGHT - 8.0);
    room.take(Rect { left: corner_x - 4.0, top: corner_y - 4.0, right: WIDTH, bottom: HEIGHT });
    let corner = format!("translate({corner_x} {corner_y})");
    let inside = element("g").with("clip-path", "url(#inset)").add(rectangle(INSET_WIDTH, INSET_HEIGHT).class("sea"));
    element("g")
        .with("transform", corner)
        .add(clip("inset", INSET_WIDTH, INSET_HEIGHT))
        .add(inside.all(land(&small)).add(here))
        .add(rectangle(INSET_WIDTH, INSET_HEIGHT).class("frame"))
}

/// `LAS PALMAS` as `Las Palmas`.
fn title_case(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map_or(String::new(), |first| first.to_uppercase().to_string());
        first + &letters.as_str().to_lowercase()
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
