//! The decoder: takes the lines of all sources, returns reports, and counts everything else.

use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::assemble::{Assembly, Reception, WholeMessage};
use super::bits::Bits;
use super::claims::{Claims, ClockFault, Verdict};
use super::csv::{Reading, Rows};
use super::json::{DecodedMessage, Object, Sentences};
use super::line::Line;
use super::report::{Body, Report, SourceId, StationId, TimeBasis};
use super::station::StationText;
use super::stream::{ReceivedSentence, Scan, Stream};
use super::tally::{Reject, Tally};
use super::{json, message};
use crate::base::state::{Damaged, pack, unpack};
use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::geo::LatLon;

/// Maximum number of station names kept; feeds covering a whole continent have a few thousand.
const MAX_STATIONS: usize = u16::MAX as usize;

/// What the decoder needs to know about an input.
#[derive(Clone, Debug)]
pub struct SourceSettings {
    /// Name of the input.
    pub name: String,
    /// Time zone of `YYYY-MM-DD HH:MM:SS` prefixes; `None` means UTC.
    pub time_zone: Option<TimeZone>,
    /// Whether lines arrive as they are received. If so, a claimed time more than 60 s ahead of receipt or more than 24 h behind it is
    /// replaced by the time of receipt and counted, and the lines of a recording that is played are refused.
    pub live: bool,
}

/// Turns lines into reports. It allocates only for static data and texts, and its memory is bounded.
pub struct Decoder {
    /// By [`SourceId`].
    sources: Vec<Source>,
    /// Counts of everything read or rejected.
    tally: Tally,
    /// Names of stations and their numbers, shared by all inputs.
    stations: Stations,
    /// The message being decoded; reused, and not part of a snapshot.
    bits: Bits,
}

/// What the decoder remembers of one input between its lines.
#[derive(Serialize, Deserialize)]
struct Source {
    /// Whether times are checked against receipt; from the settings.
    live: bool,
    /// NMEA lines: clocks, TAG groups, lag.
    stream: Stream,
    /// Parts of messages that are not complete.
    assembly: Assembly,
    /// CSV rows: layout and static columns.
    rows: Rows,
    /// JSON objects: static data that were reported.
    known: json::LastStatics,
    /// Times of receipt and claimed times, for the check against wrong clocks and recordings.
    claims: Claims,
}

impl Source {
    /// State of an input before its first line.
    fn new(settings: SourceSettings) -> Source {
        Source {
            live: settings.live,
            stream: Stream::new(settings.time_zone),
            assembly: Assembly::new(),
            rows: Rows::new(),
            known: json::LastStatics::default(),
            claims: Claims::default(),
        }
    }
}

impl Decoder {
    /// Creates a decoder for these inputs. A [`SourceId`] is an index into the list.
    pub fn new(sources: Vec<SourceSettings>) -> Decoder {
        Decoder {
            tally: Tally::new(sources.len()),
            stations: Stations::new(),
            bits: Bits::new(),
            sources: sources.into_iter().map(Source::new).collect(),
        }
    }

    /// Applies changed input settings. A [`SourceId`] is an index into the list; new inputs may only be added at its end.
    pub fn inputs(&mut self, sources: Vec<SourceSettings>) {
        self.tally.inputs(sources.len());
        for (place, settings) in sources.into_iter().enumerate() {
            match self.sources.get_mut(place) {
                Some(source) => {
                    source.live = settings.live;
                    source.stream.set_zone(settings.time_zone);
                }
                None => self.sources.push(Source::new(settings)),
            }
        }
    }

    /// Appends the decoder's state to a snapshot.
    pub fn save(&self, into: &mut Vec<u8>) {
        let Decoder { sources, tally, stations, bits: _ } = self;
        pack(sources, into);
        pack(tally, into);
        pack(stations, into);
    }

    /// Restores the decoder's state from a snapshot. Settings are not part of it: call [`Decoder::inputs`] afterwards.
    pub fn restore(&mut self, from: &mut &[u8]) -> Result<(), Damaged> {
        self.sources = unpack(from)?;
        self.tally = unpack(from)?;
        self.stations = unpack(from)?;
        Ok(())
    }

    /// Reads one line and appends the reports it completes to `out`. A line from an unknown source is ignored.
    pub fn line(&mut self, line: Line<'_>, out: &mut Vec<Report>) {
        let index = usize::from(line.source.0);
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        let counts = self.tally.source_mut(index);
        counts.lines += 1;
        if json::claims(line.bytes) {
            return self.object(line, out);
        }
        if source.rows.claims(line.bytes) {
            match source.rows.read(line.bytes) {
                Ok(None) => counts.comments += 1,
                Ok(Some(row)) => self.row(line, row, out),
                Err(reason) => counts.reject(reason),
            }
            return;
        }
        let mut scan = Scan::new(line.bytes);
        loop {
            let source = &mut self.sources[index];
            let counts = self.tally.source_mut(index);
            let Some(heard) = scan.next(&mut source.stream, counts) else {
                return;
            };
            self.sentence(line, &heard, out);
        }
    }

    /// Name of a station as its feed writes it; empty for `StationId(0)`, the unnamed station.
    pub fn station_name(&self, id: StationId) -> &str {
        let name = self.stations.names.get(usize::from(id.0));
        name.map_or("", |name| name)
    }

    /// The names of all stations, by number.
    pub fn station_names(&self) -> &[Box<str>] {
        &self.stations.names
    }

    /// Adds the names of stations that another decoder numbered, in the order of their numbers.
    pub fn name_stations(&mut self, names: Vec<Box<str>>) {
        self.stations.names.extend(names);
    }

    /// Counts of everything read and rejected so far, by source.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What is wrong with the times of an input at `now`, by the clock; `None` if nothing is.
    pub fn clock_fault(&self, source: SourceId, now: Time) -> Option<ClockFault> {
        self.sources.get(usize::from(source.0))?.claims.fault(now)
    }

    /// Last position that this source's own receiver reported (RMC, GGA, GLL); `None` if it never did.
    pub fn own_position(&self, source: SourceId) -> Option<LatLon> {
        let source = self.sources.get(usize::from(source.0))?;
        source.stream.own_position()
    }

    /// Completes a message with this sentence, if it does, and decodes the message.
    fn sentence(&mut self, line: Line<'_>, heard: &ReceivedSentence<'_>, out: &mut Vec<Report>) {
        let index = usize::from(line.source.0);
        let Source { stream, assembly, .. } = &mut self.sources[index];
        let counts = self.tally.source_mut(index);
        let own_clock = || {
            let time = stream.own_clock(&heard.station)?;
            Some((TimeBasis::OwnClock, time))
        };
        // The stream's own clock comes after all claimed times: it may be minutes old.
        let time = heard.time.or_else(own_clock);
        let whole = if heard.vdm.total == 1 {
            WholeMessage {
                payload: heard.vdm.payload,
                fill: heard.vdm.fill,
                reception: Reception { own: heard.vdm.own, time, delivered: heard.delivered, station: heard.station },
            }
        } else {
            match assembly.add(heard, time, counts) {
                Some(whole) => whole,
                None => return,
            }
        };
        let reception = whole.reception;
        let loaded = self.bits.load(whole.payload, whole.fill);
        match loaded.and_then(|()| message::head(&self.bits)) {
            Ok((kind, mmsi)) => self.message(line, kind, mmsi, &reception, out),
            Err(reason) => counts.reject(reason),
        }
    }

    /// Turns a complete message into reports. Works out its event time first: without any, it is counted and dropped.
    fn message(&mut self, line: Line<'_>, kind: u8, mmsi: Mmsi, reception: &Reception, out: &mut Vec<Report>) {
        let index = usize::from(line.source.0);
        let source = &mut self.sources[index];
        self.tally.source_mut(index).reports_by_type[usize::from(kind)] += 1;
        let mut time = reception.time;
        // A base station report sets the clock only if it is about the station that relays it. Others are heard over
        // the air, from stations whose clocks are not ours to trust.
        if kind == 4
            && (reception.own || reception.station.names(mmsi.0))
            && let Some(clock) = message::base_station_clock(&self.bits)
            && let Some(clock) = super::moment::believable(clock)
        {
            source.stream.set_clock(&reception.station, clock);
            time = time.filter(|(basis, _)| *basis != TimeBasis::OwnClock).or(Some((TimeBasis::OwnClock, clock)));
        }
        let mut uncertainty = Span::ZERO;
        if let (Some((TimeBasis::Receiver, at)), Some(delivered)) = (time, reception.delivered) {
            let (at, unsure) = source.stream.lag.resolve(at, delivered, message::utc_second(&self.bits, kind));
            (time, uncertainty) = (Some((TimeBasis::Receiver, at)), unsure);
        }
        let Some((basis, at)) = self.event_time(line, kind, time) else {
            return;
        };
        if basis == TimeBasis::Receipt {
            uncertainty = Span::ZERO;
        }
        let report = |body, station, payload| Report {
            at,
            basis,
            uncertainty,
            source: line.source,
            station,
            mmsi,
            payload,
            body,
        };
        let station = self.station(index, &reception.station);
        let payload = self.bits.hash();
        message::read(&self.bits, kind, mmsi, |body| {
            out.push(report(body, station, payload));
        });
    }

    /// Turns a CSV row into one report, or two if its static columns are new.
    fn row(&mut self, line: Line<'_>, row: Reading, out: &mut Vec<Report>) {
        let index = usize::from(line.source.0);
        let counts = self.tally.source_mut(index);
        counts.csv_rows += 1;
        counts.reports_by_type[0] += 1;
        let claimed = Some((TimeBasis::Column, row.at));
        let Some((basis, at)) = self.event_time(line, 0, claimed) else {
            return;
        };
        let report = |body| Report {
            at,
            basis,
            uncertainty: Span::ZERO,
            source: line.source,
            station: StationId(0),
            mmsi: row.mmsi,
            payload: row.hash,
            body,
        };
        out.push(report(row.body));
        out.extend(row.said.map(|said| report(Body::Static(said))));
    }

    /// Turns a JSON object into reports.
    fn object(&mut self, line: Line<'_>, out: &mut Vec<Report>) {
        let index = usize::from(line.source.0);
        let object = json::read(line.bytes);
        let counts = self.tally.source_mut(index);
        counts.objects += u64::from(matches!(object, Ok(Object::Sentences(_) | Object::Message(_))));
        match object {
            Err(reason) => counts.reject(reason),
            Ok(Object::Other) => counts.other_sentences += 1,
            Ok(Object::Sentences(heard)) => self.relayed(line, &heard, out),
            Ok(Object::Message(said)) => self.said(line, *said, out),
        }
    }

    /// Decodes the sentences of a JSON object. They are one message in one part or several, and its parts never join with those of other
    /// lines.
    fn relayed(&mut self, line: Line<'_>, object: &Sentences<'_>, out: &mut Vec<Report>) {
        let index = usize::from(line.source.0);
        let mut others = None;
        for sentence in &object.sentences {
            let mut scan = Scan::new(sentence.as_bytes());
            loop {
                let counts = self.tally.source_mut(index);
                let Some(mut heard) = scan.next(&mut self.sources[index].stream, counts) else {
                    break;
                };
                heard.time = object.time.or(heard.time);
                heard.delivered = heard.delivered.filter(|_| object.time.is_none());
                heard.station = object.station.or(heard.station);
                heard.group = None;
                if 1 < heard.vdm.total && others.is_none() {
                    others = Some(std::mem::replace(&mut self.sources[index].assembly, Assembly::new()));
                }
                self.sentence(line, &heard, out);
            }
        }
        let Some(others) = others else {
            return;
        };
        let own = std::mem::replace(&mut self.sources[index].assembly, others);
        for _ in 0..own.incomplete() {
            self.tally.source_mut(index).reject(Reject::PartMissing);
        }
    }

    /// Turns a message that the feed has decoded into one report, or two if it brings static data that are new.
    fn said(&mut self, line: Line<'_>, said: DecodedMessage, out: &mut Vec<Report>) {
        let index = usize::from(line.source.0);
        self.tally.source_mut(index).reports_by_type[usize::from(said.kind)] += 1;
        let Some((basis, at)) = self.event_time(line, said.kind, said.time) else {
            return;
        };
        let (station, mmsi, payload) = (self.station(index, &said.station), said.mmsi, said.payload);
        let report =
            |body| Report { at, basis, uncertainty: Span::ZERO, source: line.source, station, mmsi, payload, body };
        out.push(report(said.body));
        let known = &mut self.sources[index].known;
        let news = said.more.filter(|more| !said.repeated || known.is_news(mmsi, more));
        out.extend(news.map(|more| report(Body::Static(more))));
    }

    /// Event time of a message of type `kind`: the claimed time, or the time of receipt if there is none or it cannot be used. `None`, and
    /// counted, without either, and for a message of a recording that is played into a live input.
    fn event_time(
        &mut self,
        line: Line<'_>,
        kind: u8,
        claimed: Option<(TimeBasis, Time)>,
    ) -> Option<(TimeBasis, Time)> {
        let index = usize::from(line.source.0);
        let counts = self.tally.source_mut(index);
        let receipt = line.received.map(|received| (TimeBasis::Receipt, received));
        let (Some((basis, at)), Some((_, received))) = (claimed, receipt) else {
            let time = claimed.or(receipt);
            counts.untimed[usize::from(kind)] += u64::from(time.is_none());
            return time;
        };
        let Source { live, claims, .. } = &mut self.sources[index];
        // A column time may legitimately be old, because it is when a database last heard of the vessel.
        match claims.judge(*live, basis != TimeBasis::Column, at, received) {
            Verdict::Used => claimed,
            Verdict::Unused(why) => {
                counts.time_unused(why);
                receipt
            }
            Verdict::Recording => {
                counts.reject(Reject::Recording);
                None
            }
        }
    }

    /// Number of a station name; the unnamed station, counted, if the table is full.
    fn station(&mut self, index: usize, name: &StationText) -> StationId {
        match self.stations.id(name) {
            Some(id) => id,
            None => {
                self.tally.source_mut(index).reject(Reject::StationsFull);
                StationId(0)
            }
        }
    }
}

/// Station names by number; 0 is the unnamed station.
#[derive(Serialize, Deserialize)]
struct Stations {
    /// Number of each name.
    ids: FxHashMap<StationText, u16>,
    /// Name of each number; the first is empty.
    names: Vec<Box<str>>,
    /// The name looked up last: neighbouring lines often come from one station.
    last: (StationText, StationId),
}

impl Stations {
    /// A table with the unnamed station only.
    fn new() -> Stations {
        Stations { ids: FxHashMap::default(), names: vec!["".into()], last: (StationText::default(), StationId(0)) }
    }

    /// Number of a name, assigned on first use; `None` for a new name once the table is full.
    fn id(&mut self, name: &StationText) -> Option<StationId> {
        if name.is_empty() {
            return Some(StationId(0));
        }
        if self.last.0 == *name {
            return Some(self.last.1);
        }
        let id = match self.ids.get(name) {
            Some(id) => *id,
            None if self.names.len() < MAX_STATIONS => {
                let id = self.names.len() as u16;
                self.names.push(name.as_str().into());
                self.ids.insert(*name, id);
                id
            }
            None => return None,
        };
        self.last = (*name, StationId(id));
        Some(StationId(id))
    }
}
