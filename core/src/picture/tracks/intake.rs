//! The path of a report through a shard: from the report to the fix, the identity, or the reason why it is refused.
//!
//! In this order: stations that are not tracked, copies of a known transmission, times that may be older than the last fix, and then the
//! content. Static data go to every track of the MMSI. A position goes to the track that could have made it.

use crate::ais::{Body, Class, Position, Report, SourceId, Static, StationId};
use crate::base::time::{Span, Time};
use crate::base::units::{Mmsi, StationClass, knots};
use crate::geo::LatLon;

use super::accept::{Outcome, Refusal};
use super::blur;
use super::confirmed::CONFIRMED_FIXES;
use super::grid;
use super::heard;
use super::identity::{Fields, Learned};
use super::key::TrackIx;
use super::shard::Shard;
use super::track::{Cold, Fix, Flag, NO_NEXT, SpeedMadeGood};
use super::trail::TrailPoint;
use super::usual::UsualSpeed;

/// Shortest span of a speed made good (SPEC). Over less, the rounding of positions and times is too large a part of it.
const SMG_SHORTEST: Span = Span::from_minutes(5);
/// Longest span of a speed made good within continuous reports (SPEC). After a longer silence it spans the whole hole.
const SMG_LONGEST: Span = Span::from_minutes(20);
/// How far back the trail of a passing vessel reaches at least.
const KEEP_SHORT: Span = Span::from_minutes(30);
/// How far back the trail of a vessel worth watching reaches at least: the 12 h in which circling is looked for, and an hour before.
const KEEP_LONG: Span = Span::from_hours(13);
/// A position whose time is more uncertain than this counts only if it is certainly newer than the last one.
const CERTAIN: Span = Span::from_seconds(59);
/// Speed made good from which a vessel has a record of its usual speed. Knots. Many moored vessels never reach it.
const UNDER_WAY_KNOTS: f64 = 3.0;

impl Shard {
    /// Takes in one report at its event time. The result names tracks by their index in the whole picture.
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

    /// Like `accept`, but with indices within the shard. Checks that the report is new before its content is looked at.
    fn take(&mut self, mut report: Report) -> Outcome {
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
            return self.safety_text(mmsi, text, report.at);
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
                && (apart.abs() <= heard::AT_ONCE
                    || heard::lasts(&report.body) && !self.repeats_itself(first, &report, transmission, apart))
            {
                self.note_clock(first, &report, apart);
                self.note_copy(mmsi, report.station, report.source);
                return Outcome::Refused(Refusal::Copy);
            }
            // Remembered even if it is refused below, so that its copies count as copies and not as refused positions.
            self.heard[first as usize].remember(transmission, report.at, kept);
            let error = self.clocks.error(mmsi, (report.source, report.station));
            if (CERTAIN < report.uncertainty || Span::ZERO < error)
                && matches!(report.body, Body::Position(_))
                && report.at - report.uncertainty.max(error) <= self.last_at(first)
            {
                return Outcome::Refused(Refusal::UncertainTime);
            }
            report.uncertainty = report.uncertainty.max(error);
        }
        let outcome = match report.body {
            Body::Position(position) => {
                let said = position.within(report.uncertainty);
                self.position(mmsi, first, said, report.at, report.station, report.source)
            }
            Body::Static(ref said) => self.identity(&report, said),
            Body::SafetyText(_) | Body::Base(_) | Body::Aid(_) | Body::Other => Outcome::Refused(Refusal::NotTracked),
        };
        if let (Outcome::Fix { vessel, .. }, Some(first)) = (&outcome, first)
            && self.may_be_of_several(first)
        {
            self.settle_name(mmsi, report.payload, *vessel);
        }
        if let Some(first) = first
            && matches!(outcome, Outcome::Late { .. } | Outcome::Refused(Refusal::TooLate))
        {
            self.heard[first as usize].remember_late(transmission, report.at, kept);
        }
        // The first report of an MMSI has just created the track that remembers it.
        if first.is_none()
            && let Some(created) = self.by_mmsi.get(&mmsi.0)
        {
            self.heard[*created as usize].remember(transmission, report.at, kept);
        }
        outcome
    }

    /// Takes in a position. `first` is the first track of this MMSI; `None` if it has none. Station and input are those that the
    /// report came from.
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
        // A track that only static data have created takes any position.
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

    /// A report without a position is refused, unless it is from a distress device, whose signal alone is an emergency.
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

    /// Adds a fix to the track that it belongs to, by its time: at the end, or among the past positions if it is late.
    fn known(&mut self, ix: TrackIx, first: u32, fix: Fix) -> Outcome {
        let last_at = self.hot[ix.0 as usize].last_at;
        if fix.at < last_at {
            let added = self.cold[ix.0 as usize].trail.insert_late(&trail_point(&fix));
            return match added {
                true => Outcome::Late { vessel: ix, fix },
                false => Outcome::Refused(Refusal::TooLate),
            };
        }
        // Two stations may give one transmission different bits, or two ships may share the MMSI; neither moves the track.
        if fix.at == last_at {
            return Outcome::Refused(Refusal::SameMoment);
        }
        if first != ix.0 || self.hot[first as usize].next != NO_NEXT {
            self.note_beside(ix, fix.at);
            self.retire_silent_siblings(ix, fix.at);
        }
        self.move_on(ix, fix)
    }

    /// Adds a fix to a track, as its latest: updates the speed made good, the trail, the usual speed, the stations and the grid. The
    /// fix must not be older than the latest one of the track.
    pub(super) fn move_on(&mut self, ix: TrackIx, fix: Fix) -> Outcome {
        let satellite = fix.said.message_type == 27 || self.lateness(fix.source).is_some();
        let hot = &mut self.hot[ix.0 as usize];
        let cold = &mut self.cold[ix.0 as usize];
        let previous = hot.last();
        // Heard once from the shore, a vessel counts as heard from the shore for good.
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
            // Type 27 is taken for class A, but it does not override what another message showed.
            Class::A if fix.said.message_type == 27 && hot.class() != Class::Unknown => {}
            Class::Unknown => {}
            class => hot.set_class(class),
        }
        hot.smg = smg.map_or(f32::NAN, |smg| smg.knots as f32);
        hot.smg_span = smg.map_or(0, |smg| (fix.at - smg.since).millis().clamp(0, i64::from(u32::MAX)) as u32);
        hot.mark(Flag::OverHole, smg.is_some_and(|smg| smg.over_hole));
        let keep = if hot.is(Flag::KeepLong) { KEEP_LONG } else { KEEP_SHORT };
        cold.trail.push(&trail_point(&fix), keep);
        // One sample a minute, so that a vessel that reports often does not weigh more than its slot.
        let new_minute = previous.is_none_or(|previous| previous.at.floor_minute() != fix.at.floor_minute());
        if let Some(smg) = smg.filter(|smg| new_minute && !smg.over_hole) {
            match &mut cold.usual {
                Some(usual) => usual.sample(fix.at, smg.knots),
                None if UNDER_WAY_KNOTS <= smg.knots => {
                    let mut usual = UsualSpeed::new(fix.at);
                    usual.sample(fix.at, smg.knots);
                    cold.usual = Some(usual);
                }
                None => {}
            }
        }
        if fix.station != hot.station {
            hot.station = fix.station;
            cold.told.note_station(fix.station);
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

    /// Merges static data into every track of an MMSI, because a message names its MMSI but not its position. Creates a track if there is
    /// none. The result names the track heard last, with what was known before.
    fn identity(&mut self, report: &Report, said: &Static) -> Outcome {
        let (mmsi, at) = (report.mmsi, report.at);
        if !self.by_mmsi.contains_key(&mmsi.0) {
            self.create(mmsi, 1);
        }
        let first = self.by_mmsi.get(&mmsi.0).copied().unwrap_or(NO_NEXT);
        let shared = self.hot[first as usize].next != NO_NEXT;
        let heard_last =
            |ix: &TrackIx| (self.hot[ix.0 as usize].last_at, std::cmp::Reverse(self.hot[ix.0 as usize].ordinal));
        let vessel = self.chain(mmsi).max_by_key(heard_last).unwrap_or(TrackIx(first));
        let known = self.cold[vessel.0 as usize].told.identity();
        let before = known.is_none_or(|known| known.teaches(said)).then(|| known.cloned().unwrap_or_default());
        let class = said.class.filter(|class| *class != Class::Unknown);
        let of_several = self.may_be_of_several(first);
        let sender = if of_several { self.note_name(report, said) } else { None };
        // The class and the data are set on all tracks; what was new is reported for the one heard last.
        let (mut changed, mut repeated) = (Fields::default(), Fields::default());
        let mut next = first;
        while next != NO_NEXT {
            let hot = &mut self.hot[next as usize];
            let is_sender = sender == Some(TrackIx(next));
            if let Some(class) = class.filter(|_| is_sender || !of_several) {
                hot.set_class(class);
            }
            let identity = self.cold[next as usize].told.identity_or_new();
            if is_sender {
                identity.own_name = said.name.clone().or(identity.own_name.take());
            }
            let news = identity.fuse(said, at);
            if next == vessel.0 {
                (changed, repeated) = news;
            }
            next = hot.next;
        }
        if changed.and(repeated).is_empty() {
            return Outcome::Refused(Refusal::NothingNew);
        }
        // An estimated time of arrival is corrected all through a voyage, so a change of it alone is not news.
        let (changed, repeated) = (changed.without(Fields::ETA), repeated.without(Fields::ETA));
        let learned = before
            .filter(|_| !changed.and(repeated).is_empty())
            .map(|before| Box::new(Learned { before, changed, repeated, shared }));
        Outcome::Identity { vessel, learned }
    }

    /// Whether an MMSI has several tracks, or is known to be sent by several ships. `first` is its first track.
    fn may_be_of_several(&self, first: u32) -> bool {
        let hot = &self.hot[first as usize];
        hot.next != NO_NEXT || hot.is(Flag::Several)
    }

    /// Records whether a distress device reports a test in its text.
    fn safety_text(&mut self, mmsi: Mmsi, text: &str, at: Time) -> Outcome {
        if mmsi.station_class() != StationClass::Distress {
            return Outcome::Refused(Refusal::NotTracked);
        }
        let vessel = match self.by_mmsi.get(&mmsi.0) {
            Some(ix) => TrackIx(*ix),
            None => self.create(mmsi, 1),
        };
        let is_test = text.to_ascii_uppercase().contains("TEST");
        let identity = self.cold[vessel.0 as usize].told.identity_or_new();
        identity.is_test = is_test;
        identity.said_at = identity.said_at.max(Some(at));
        Outcome::Identity { vessel, learned: None }
    }
}

/// The speed made good at `fix`, over the last five minutes or more; `None` if the trail has no fix to measure it from. `place` is the
/// place in the trail where the last measurement began.
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

/// A fix as the trail keeps it.
fn trail_point(fix: &Fix) -> TrailPoint {
    TrailPoint {
        at: fix.at,
        position: fix.position,
        sog_knots: fix.said.sog_knots(),
        cog_degrees: fix.said.cog_degrees(),
    }
}
