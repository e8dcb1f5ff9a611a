//! One shard of the picture: the tracks of some MMSIs, in a slab. What happens to them is in the files that import it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ais::SourceId;
use crate::base::account::Account;
use crate::base::slab::Slab;
use crate::base::state::remembers;
use crate::base::time::Span;
use crate::base::units::Mmsi;
use crate::geo::{LatLon, half_box, wrap_degrees};

use super::candidates::Candidates;
use super::clocks::Clocks;
use super::confirmed::{CONFIRMED_FIXES, Confirmed};
use super::grid::Grid;
use super::heard::Heard;
use super::identity::Identity;
use super::key::TrackIx;
use super::names::Names;
use super::places::Places;
use super::settings::Settings;
use super::track::{Cold, Flag, Hot, NO_NEXT, Vessel};
use super::usual::UsualSpeed;

/// Maximum number of MMSIs counted in a shard: four times the number of ships with AIS.
const MOST_NUMBERS: usize = 2_000_000;

/// The tracks of the MMSIs of one shard. Inside the shard a `TrackIx` is an index into its own slab. `Shard::outside` converts it to
/// the index in the whole picture.
pub struct Shard {
    /// Index of the shard in the picture.
    number: u32,
    /// Number of low bits of an index in the whole picture that hold the number of the shard.
    shift: u32,
    pub(super) settings: Settings,
    /// The three slabs have one item for each index, in use or free.
    pub(super) hot: Slab<Hot>,
    pub(super) cold: Slab<Cold>,
    /// Recent transmissions, by the first track of each MMSI. Empty for its other tracks.
    pub(super) heard: Slab<Heard>,
    /// Indices of dropped tracks that nothing reads any more; the last is used first.
    pub(super) free: Vec<TrackIx>,
    /// The first track of each MMSI, which is its youngest. The others follow by `Hot::next`.
    pub(super) by_mmsi: FxHashMap<u32, u32>,
    /// Not saved in a snapshot, but made again from the tracks.
    pub(super) confirmed: Confirmed,
    pub(super) grid: Grid,
    pub(super) candidates: Candidates,
    pub(super) clocks: Clocks,
    pub(super) places: Places,
    pub(super) names: Names,
    /// Tracks dropped since the last `Tracks::take_forgotten`. Behaviours still have to end what they hold of them.
    pub(super) forgotten: Vec<TrackIx>,
    /// The inputs whose reports arrive more than 15 min late, and how late.
    pub(super) satellite_sources: Vec<(SourceId, Span)>,
    /// Number of tracks in use.
    pub(super) alive: usize,
    /// Number of tracks dropped because there were too many.
    pub(super) evicted: u64,
    /// MMSIs seen so far, including forgotten ones.
    pub(super) numbers_seen: FxHashSet<u32>,
}

impl Shard {
    /// An empty shard with this index, in a picture of at most `1 << shift` shards.
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
            clocks: Clocks::default(),
            places: Places::default(),
            names: Names::default(),
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

    /// Adds what is kept of the tracks.
    pub(super) fn account(&self, account: &mut Account) {
        let tracks = self.hot.len();
        account.add("tracks", tracks * (size_of::<Hot>() + size_of::<Cold>() + size_of::<Heard>()));
        for cold in self.cold.iter() {
            account.add("trails", cold.trail.bytes());
            account.add("usual speeds", cold.usual.as_ref().map_or(0, UsualSpeed::bytes));
            account.add("static data and stations", cold.told.bytes());
        }
        account.add("earlier transmissions", self.heard.iter().map(Heard::bytes).sum());
        account.add_map::<u32, u32>("numbers", self.by_mmsi.capacity());
        account.add_map::<u32, ()>("numbers", self.numbers_seen.capacity());
        self.grid.account(account);
    }

    /// Creates a track. A further track of an MMSI takes over the identity and recent transmissions of the first, because static data
    /// and copies name only the MMSI.
    pub(super) fn create(&mut self, mmsi: Mmsi, ordinal: u16) -> TrackIx {
        let mut hot = Hot::new(mmsi, ordinal);
        let mut cold = Cold::new();
        let mut heard = Heard::default();
        if let Some(first) = self.by_mmsi.get(&mmsi.0).copied() {
            heard = std::mem::take(&mut self.heard[first as usize]);
            hot.next = first;
            hot.set_class(self.hot[first as usize].class());
            hot.mark(Flag::Shared, self.hot[first as usize].is(Flag::Shared));
            hot.mark(Flag::Several, self.hot[first as usize].is(Flag::Several));
            if let Some(known) = self.cold[first as usize].told.identity() {
                *cold.told.identity_or_new() = Identity { own_name: None, ..known.clone() };
            }
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

    /// Marks an MMSI whose track has just been confirmed.
    pub(super) fn mark_confirmed(&mut self, mmsi: Mmsi) {
        if !self.confirmed.mark(mmsi) {
            self.mark_all_confirmed();
        }
    }

    /// Rebuilds the filter without the MMSIs that no longer have a confirmed track.
    pub(super) fn mark_all_confirmed(&mut self) {
        let is_confirmed = |hot: &&Hot| hot.is(Flag::Alive) && CONFIRMED_FIXES <= hot.fixes;
        let confirmed = || self.hot.iter().filter(is_confirmed).map(|hot| Mmsi(hot.mmsi));
        self.confirmed = Confirmed::of(confirmed().count(), confirmed());
    }

    remembers! {
        pub(super) kept { free, by_mmsi, grid, candidates, clocks, places, names, forgotten, alive, evicted, numbers_seen }
        parts {}
        built { number, shift, settings, satellite_sources, confirmed, hot, cold, heard }
    }
}
