//! One shard of the picture: its slab of tracks, and the path of a report through it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ais::{Body, Class, Position, Report, SourceId, Static, StationId};
use crate::base::slab::Slab;
use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::base::units::{Mmsi, StationClass, knots};
use crate::geo::{LatLon, half_box, wrap_degrees};

use super::accept::{Outcome, Refusal};
use super::blur;
use super::candidates::Candidates;
use super::confirmed::Confirmed;
use super::grid::{self, Grid};
use super::heard::{self, Heard};
use super::identity::{Fields, Learned};
use super::key::TrackIx;
use super::settings::Settings;
use super::shared::Places;
use super::sweep::CONFIRMED_FIXES;
use super::track::{Cold, Fix, Flag, Hot, NO_NEXT, SpeedMadeGood, Vessel};
use super::trail::TrailPoint;
use super::usual::UsualSpeed;

/// Shortest span of a speed made good (SPEC).
const SMG_SHORTEST: Span = Span::from_minutes(5);
/// Longest span of a speed made good within continuous reports (SPEC).
const SMG_LONGEST: Span = Span::from_minutes(20);
/// How far back the trail of a passing vessel reaches.
const KEEP_SHORT: Span = Span::from_minutes(30);
/// How far back the trail of a vessel worth watching reaches.
const KEEP_LONG: Span = Span::from_hours(13);
/// Maximum number of MMSIs counted in a shard: four times the number of ships with AIS.
const MOST_NUMBERS: usize = 2_000_000;
/// A position whose time is more uncertain than this counts only if it is certainly newer than the last one.
const CERTAIN: Span = Span::from_seconds(59);
const STATIONS_KEPT: usize = 8;
const UNDER_WAY_KNOTS: f64 = 3.0;

/// The tracks of the MMSIs of one shard. Inside the shard a `TrackIx` is an index into its own slab. `Shard::outside` converts it to
/// the index in the whole picture.
pub struct Shard {
    number: u32,
    shift: u32,
    pub(super) settings: Settings,
    pub(super) hot: Slab<Hot>,
    pub(super) cold: Slab<Cold>,
    /// Recent transmissions, by the first track of each MMSI.
    pub(super) heard: Slab<Heard>,
    pub(super) free: Vec<TrackIx>,
    pub(super) by_mmsi: FxHashMap<u32, u32>,
    pub(super) confirmed: Confirmed,
    pub(super) grid: Grid,
    pub(super) candidates: Candidates,
    pub(super) places: Places,
    pub(super) forgotten: Vec<TrackIx>,
    pub(super) satellite_sources: Vec<(SourceId, Span)>,
    pub(super) alive: usize,
    pub(super) evicted: u64,
    /// MMSIs seen so far, including forgotten ones.
    pub(super) numbers_seen: FxHashSet<u32>,
}

impl Shard {
    /// An empty shard `number`, of at most `1 << shift`.
    pub(super) fn new(number: u32, shift: u32, settings: Settings, satellite_sources: Vec<(SourceId, Span)>) -> Shard {
        Shard {
            number,
            shift,
            settings,
            hot: Slab::default(),
            cold: Slab::default(),
            heard: Slab::default(),
            free: Vec::new(),
            by_mmsi: FxHashMap::default(),
            confirmed: Confirmed::default(),
            grid: Grid::default(),
            candidates: Candidates::default(),
            places: Places::default(),
            forgotten: Vec::new(),
            satellite_sources,
            alive: 0,
            evicted: 0,
            numbers_seen: FxHashSet::default(),
        }
    }

    /// Index in the whole picture of a track of this shard.
    pub(super) fn outside(&self, ix: TrackIx) -> TrackIx {
        TrackIx(ix.0 << self.shift | self.number)
    }

    /// Takes in one report at its event time.
    pub fn accept(&mut self, report: Report) -> Outcome {
        let outcome = self.take(report);
        match outcome {
            Outcome::Fix { vessel, previous, smg, mut jump } => {
                if let Some(jump) = &mut jump {
                    jump.from.1 = self.outside(jump.from.1);
                }
                Outcome::Fix { vessel: self.outside(vessel), previous, smg, jump }
            }
            Outcome::Identity { vessel, learned } => Outcome::Identity { vessel: self.outside(vessel), learned },
            Outcome::Late { vessel, fix } => Outcome::Late { vessel: self.outside(vessel), fix },
            Outcome::Refused(refusal) => Outcome::Refused(refusal),
        }
    }

    fn take(&mut self, report: Report) -> Outcome {
        let mmsi = report.mmsi;
        match mmsi.station_class() {
            StationClass::Ship | StationClass::Tender | StationClass::Unassigned | StationClass::Distress => {}
            StationClass::Coast
            | StationClass::Aircraft
            | StationClass::Aid
            | StationClass::Handheld
            | StationClass::Placeholder => {
                return Outcome::Refused(Refusal::NotTracked);
            }
        }
        if let Body::SafetyText(text) = &report.body {
            return self.safety_text(mmsi, text);
        }
        if !matches!(report.body, Body::Position(_) | Body::Static(_)) {
            return Outcome::Refused(Refusal::NotTracked);
        }
        // A message with identity and position (type 19, CSV rows) gives two reports, neither a copy of the other.
        let half = u64::from(matches!(report.body, Body::Static(_)));
        let transmission = report.payload ^ (half << 63);
        let first = self.by_mmsi.get(&mmsi.0).copied();
        let kept = heard::is_kept(&report.body);
        if let Some(first) = first {
            if let Some(apart) = self.heard[first as usize].last(transmission, report.at)
                && (apart <= heard::AT_ONCE || heard::lasts(&report.body) && !self.repeats_itself(first, &report))
            {
                self.note_copy(mmsi, report.station, report.source);
                return Outcome::Refused(Refusal::Copy);
            }
            self.heard[first as usize].remember(transmission, report.at, kept);
            if CERTAIN < report.uncertainty
                && matches!(report.body, Body::Position(_))
                && report.at - report.uncertainty <= self.last_at(first)
            {
                return Outcome::Refused(Refusal::UncertainTime);
            }
        }
        let outcome = match report.body {
            Body::Position(position) => {
                let said = position.within(report.uncertainty);
                self.position(mmsi, first, said, report.at, report.station, report.source)
            }
            Body::Static(said) => self.identity(mmsi, &said, report.at),
            Body::SafetyText(_) | Body::Base(_) | Body::Aid(_) | Body::Other => Outcome::Refused(Refusal::NotTracked),
        };
        if first.is_none()
            && let Some(created) = self.by_mmsi.get(&mmsi.0)
        {
            self.heard[*created as usize].remember(transmission, report.at, kept);
        }
        outcome
    }

    /// A vessel of this shard, by its index in the whole picture.
    pub fn vessel(&self, ix: TrackIx) -> Vessel<'_> {
        self.inside(TrackIx(ix.0 >> self.shift))
    }

    /// A vessel by its index within the shard.
    pub(super) fn inside(&self, ix: TrackIx) -> Vessel<'_> {
        Vessel { ix: self.outside(ix), hot: &self.hot[ix.0 as usize], cold: &self.cold[ix.0 as usize] }
    }

    /// All tracks in slab order, which must not affect results.
    pub(super) fn iter(&self) -> impl Iterator<Item = Vessel<'_>> {
        (0..self.hot.len() as u32)
            .filter(|ix| self.hot[*ix as usize].is(Flag::Alive))
            .map(|ix| self.inside(TrackIx(ix)))
    }

    /// See [`Tracks::near`](super::Tracks::near).
    pub(super) fn near(&self, at: LatLon, metres: f64, found: &mut impl FnMut(Vessel<'_>, f64)) {
        let (high, wide) = half_box(at, metres);
        self.grid.around(at, metres, |ix| {
            let position = self.hot[ix.0 as usize].position();
            if high < (position.lat - at.lat).abs() || wide < wrap_degrees(position.lon - at.lon).abs() {
                return;
            }
            let distance = position.metres_to(at);
            if distance <= metres {
                found(self.inside(ix), distance);
            }
        });
    }

    /// Heap and slab memory of the tracks in bytes, without the map.
    pub(super) fn bytes(&self) -> usize {
        let trails: usize = self.cold.iter().map(|cold| cold.trail.bytes()).sum();
        let heard: usize = self.heard.iter().map(Heard::bytes).sum();
        trails + heard + self.hot.capacity() * (size_of::<Hot>() + size_of::<Cold>() + size_of::<Heard>())
    }

    /// Takes in a position. `first` is the first track of this MMSI, if any.
    fn position(
        &mut self,
        mmsi: Mmsi,
        first: Option<u32>,
        said: Position,
        at: Time,
        station: StationId,
        source: SourceId,
    ) -> Outcome {
        let Some(position) = said.lat_lon() else {
            return self.without_position(mmsi, said);
        };
        let fix = Fix { at, position, said, station, source };
        let Some(first) = first else {
            let ix = self.create(mmsi, 1);
            return self.move_on(ix, fix);
        };
        let head = &self.hot[first as usize];
        if head.next == NO_NEXT && head.fixes == 0 {
            return self.move_on(TrackIx(first), fix);
        }
        match self.likeliest(mmsi, first, &fix) {
            Some(ix) if self.knows_better(ix, &fix) => Outcome::Refused(Refusal::Coarse),
            Some(ix) => self.known(ix, first, fix),
            None => self.jump(mmsi, fix),
        }
    }

    /// A report without a position is refused, unless it is from a distress device.
    fn without_position(&mut self, mmsi: Mmsi, said: Position) -> Outcome {
        if mmsi.station_class() != StationClass::Distress {
            return Outcome::Refused(Refusal::NoPosition);
        }
        let vessel = match self.by_mmsi.get(&mmsi.0) {
            Some(ix) => TrackIx(*ix),
            None => self.create(mmsi, 1),
        };
        let hot = &mut self.hot[vessel.0 as usize];
        hot.said = said.or_where(&hot.said);
        Outcome::Identity { vessel, learned: None }
    }

    fn known(&mut self, ix: TrackIx, first: u32, fix: Fix) -> Outcome {
        let last_at = self.hot[ix.0 as usize].last_at;
        if fix.at < last_at {
            let added = self.cold[ix.0 as usize].trail.insert_late(&trail_point(&fix));
            return match added {
                true => Outcome::Late { vessel: ix, fix },
                false => Outcome::Refused(Refusal::TooLate),
            };
        }
        if fix.at == last_at {
            return Outcome::Refused(Refusal::SameMoment);
        }
        if first != ix.0 || self.hot[first as usize].next != NO_NEXT {
            self.note_beside(ix, fix.at);
            self.retire_silent_siblings(ix, fix.at);
        }
        self.move_on(ix, fix)
    }

    /// Adds a fix to a track.
    pub(super) fn move_on(&mut self, ix: TrackIx, fix: Fix) -> Outcome {
        let satellite = fix.said.message_type == 27 || self.lateness(fix.source).is_some();
        let hot = &mut self.hot[ix.0 as usize];
        let cold = &mut self.cold[ix.0 as usize];
        let previous = hot.last();
        if !satellite {
            hot.mark(Flag::SatelliteOnly, false);
        }
        let max_hole = self.settings.max_hole(hot.is(Flag::SatelliteOnly));
        let smg = previous.and_then(|previous| speed_made_good(cold, &mut hot.smg_place, &previous, &fix, max_hole));
        if hot.fixes == 0 {
            cold.first_at = fix.at;
        }
        hot.last_at = fix.at;
        hot.said = fix.said.or_where(&hot.said);
        hot.source = fix.source;
        hot.fixes = hot.fixes.saturating_add(1);
        match fix.said.class {
            Class::A if fix.said.message_type == 27 && hot.class() != Class::Unknown => {}
            Class::Unknown => {}
            class => hot.set_class(class),
        }
        hot.smg = smg.map_or(f32::NAN, |smg| smg.knots as f32);
        hot.smg_span = smg.map_or(0, |smg| (fix.at - smg.since).millis().clamp(0, i64::from(u32::MAX)) as u32);
        hot.mark(Flag::OverHole, smg.is_some_and(|smg| smg.over_hole));
        let keep = if hot.is(Flag::KeepLong) { KEEP_LONG } else { KEEP_SHORT };
        cold.trail.push(&trail_point(&fix), keep);
        let new_minute = previous.is_none_or(|previous| previous.at.floor_minute() != fix.at.floor_minute());
        if let Some(smg) = smg.filter(|smg| new_minute && !smg.over_hole) {
            match &mut cold.usual {
                Some(usual) => usual.sample(fix.at, smg.knots),
                None if UNDER_WAY_KNOTS <= smg.knots => {
                    let mut usual = Box::new(UsualSpeed::new(fix.at));
                    usual.sample(fix.at, smg.knots);
                    cold.usual = Some(usual);
                }
                None => {}
            }
        }
        if fix.station != hot.station {
            hot.station = fix.station;
            note_station(cold, fix.station);
        }
        let cell = grid::cell_of(fix.position);
        if cell != hot.cell {
            self.grid.remove(hot.cell, ix);
            self.grid.insert(cell, ix);
            hot.cell = cell;
        }
        if hot.fixes == CONFIRMED_FIXES {
            let mmsi = Mmsi(hot.mmsi);
            self.mark_confirmed(mmsi);
        }
        Outcome::Fix { vessel: ix, previous, smg, jump: None }
    }

    /// Merges static data into every track of an MMSI, because a message names its MMSI but not its position.
    fn identity(&mut self, mmsi: Mmsi, said: &Static, at: Time) -> Outcome {
        if !self.by_mmsi.contains_key(&mmsi.0) {
            self.create(mmsi, 1);
        }
        let first = self.by_mmsi.get(&mmsi.0).copied().unwrap_or(NO_NEXT);
        let shared = self.hot[first as usize].next != NO_NEXT;
        let heard_last =
            |ix: &TrackIx| (self.hot[ix.0 as usize].last_at, std::cmp::Reverse(self.hot[ix.0 as usize].ordinal));
        let vessel = self.chain(mmsi).max_by_key(heard_last).unwrap_or(TrackIx(first));
        let known = self.cold[vessel.0 as usize].identity.as_deref();
        let before = known.is_none_or(|known| known.teaches(said)).then(|| known.cloned().unwrap_or_default());
        let class = said.class.filter(|class| *class != Class::Unknown);
        let (mut changed, mut repeated) = (Fields::default(), Fields::default());
        let mut next = first;
        while next != NO_NEXT {
            let hot = &mut self.hot[next as usize];
            if let Some(class) = class {
                hot.set_class(class);
            }
            let identity = self.cold[next as usize].identity.get_or_insert_default();
            let news = identity.fuse(said, at);
            if next == vessel.0 {
                (changed, repeated) = news;
            }
            next = hot.next;
        }
        if changed.and(repeated).is_empty() {
            return Outcome::Refused(Refusal::NothingNew);
        }
        let (changed, repeated) = (changed.without(Fields::ETA), repeated.without(Fields::ETA));
        let learned = before
            .filter(|_| !changed.and(repeated).is_empty())
            .map(|before| Box::new(Learned { before, changed, repeated, shared }));
        Outcome::Identity { vessel, learned }
    }

    /// Notes a copy. It is not a fix, but its station heard the vessel. If that is on shore, the vessel is not heard only by satellite.
    fn note_copy(&mut self, mmsi: Mmsi, station: StationId, source: SourceId) {
        let Some(ix) = self.by_mmsi.get(&mmsi.0).copied() else {
            return;
        };
        // With several ships under one MMSI the copy may be from any of them.
        if self.hot[ix as usize].next != NO_NEXT {
            return;
        }
        if self.lateness(source).is_none() && self.hot[ix as usize].said.message_type != 27 {
            self.hot[ix as usize].mark(Flag::SatelliteOnly, false);
        }
        if station != self.hot[ix as usize].station {
            note_station(&mut self.cold[ix as usize], station);
        }
    }

    /// Creates a track. A further track of an MMSI takes over the identity and recent transmissions of the first.
    pub(super) fn create(&mut self, mmsi: Mmsi, ordinal: u16) -> TrackIx {
        let mut hot = Hot::new(mmsi, ordinal);
        let mut cold = Cold::new();
        let mut heard = Heard::default();
        if let Some(first) = self.by_mmsi.get(&mmsi.0).copied() {
            heard = std::mem::take(&mut self.heard[first as usize]);
            hot.next = first;
            hot.set_class(self.hot[first as usize].class());
            hot.mark(Flag::Shared, self.hot[first as usize].is(Flag::Shared));
            cold.identity = self.cold[first as usize].identity.clone();
        }
        let ix = match self.free.pop() {
            Some(ix) => {
                self.hot[ix.0 as usize] = hot;
                self.cold[ix.0 as usize] = cold;
                self.heard[ix.0 as usize] = heard;
                ix
            }
            None => {
                self.hot.push(hot);
                self.cold.push(cold);
                self.heard.push(heard);
                TrackIx(self.hot.len() as u32 - 1)
            }
        };
        self.by_mmsi.insert(mmsi.0, ix.0);
        self.alive += 1;
        if self.numbers_seen.len() < MOST_NUMBERS {
            self.numbers_seen.insert(mmsi.0);
        }
        ix
    }

    /// How late an input's reports may be; `None` if the input holds time back.
    pub(super) fn lateness(&self, source: SourceId) -> Option<Span> {
        self.satellite_sources.iter().find(|(late, _)| *late == source).map(|(_, lateness)| *lateness)
    }

    /// The tracks of an MMSI, the youngest first.
    pub(super) fn chain(&self, mmsi: Mmsi) -> impl Iterator<Item = TrackIx> + '_ {
        self.chain_from(self.by_mmsi.get(&mmsi.0).copied().unwrap_or(NO_NEXT))
    }

    /// The track `first` and those after it in its chain; none for `NO_NEXT`.
    pub(super) fn chain_from(&self, first: u32) -> impl Iterator<Item = TrackIx> + '_ {
        let mut next = first;
        std::iter::from_fn(move || {
            let ix = (next != NO_NEXT).then_some(TrackIx(next))?;
            next = self.hot[next as usize].next;
            Some(ix)
        })
    }

    remembers! { pub(super) kept { free, by_mmsi, grid, candidates, places, forgotten, alive, evicted, numbers_seen } parts {} built { number, shift, settings, satellite_sources, confirmed, hot, cold, heard } }
}

/// Whether a behaviour follows a vessel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// It follows the vessel from now on.
    Keeps,
    /// It no longer follows the vessel.
    Done,
}

/// How far back a vessel's trail is worth keeping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interest {
    /// Watched, or slow at sea: half a day.
    Watch,
    /// Passing: half an hour.
    Pass,
}

fn speed_made_good(cold: &Cold, place: &mut u16, previous: &Fix, fix: &Fix, max_hole: Span) -> Option<SpeedMadeGood> {
    let speed = |from: Time, position: LatLon, over_hole: bool| SpeedMadeGood {
        knots: knots(position.metres_to(fix.position), (fix.at - from).seconds()),
        since: from,
        over_hole,
    };
    let hole = fix.at - previous.at;
    let shortest = blur::shortest_span(previous, fix, SMG_SHORTEST);
    if SMG_LONGEST < hole {
        return (shortest <= hole).then(|| speed(previous.at, previous.position, max_hole < hole));
    }
    if shortest <= hole {
        return Some(speed(previous.at, previous.position, false));
    }
    let start = cold.trail.at_or_before_from(place, fix.at - shortest)?;
    (fix.at - start.at <= SMG_LONGEST).then(|| speed(start.at, start.position, false))
}

fn trail_point(fix: &Fix) -> TrailPoint {
    TrailPoint {
        at: fix.at,
        position: fix.position,
        sog_knots: fix.said.sog_knots(),
        cog_degrees: fix.said.cog_degrees(),
    }
}

fn note_station(cold: &mut Cold, station: StationId) {
    if station == StationId(0) {
        return;
    }
    let stations = cold.stations.get_or_insert_default();
    if stations.first() == Some(&station) {
        return;
    }
    match stations.iter().position(|other| *other == station) {
        Some(place) => stations[..=place].rotate_right(1),
        None => {
            stations.truncate(STATIONS_KEPT - 1);
            stations.insert(0, station);
        }
    }
}
