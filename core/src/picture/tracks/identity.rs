//! Identity of a vessel: static data merged from types 5, 19 and 24 and from CSV columns, and what each message changed.

use serde::{Deserialize, Serialize};

use crate::ais::{Dimensions, Static};
use crate::base::time::Time;

/// Static and voyage data of one track; each field is the latest non-empty value, from any message. `None` if never received.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Identity {
    /// IMO number as sent, not checked.
    pub imo: Option<u32>,
    /// Name of the vessel.
    pub name: Option<Box<str>>,
    /// The name that the ship of this track most likely sent, if several ships send its MMSI. `None` if nothing shows it.
    pub(super) own_name: Option<Box<str>>,
    /// Call sign.
    pub call_sign: Option<Box<str>>,
    /// Ship and cargo type, 1-99.
    pub ship_type: Option<u8>,
    /// Distances from the antenna to the sides of the hull.
    pub dimensions: Option<Dimensions>,
    /// Draught in decimetres.
    pub draught_dm: Option<u8>,
    /// Whether the last text of a distress device reported a test.
    pub is_test: bool,
    /// Destination as sent.
    pub destination: Option<Box<str>>,
    /// Estimated time of arrival: month, day, hour, minute.
    pub eta: Option<(u8, u8, u8, u8)>,
    /// Fields whose present value was received only once, so that it may be a bit error or a typing error.
    pub once: Fields,
    /// Time of the newest message; `None` before the first.
    pub said_at: Option<Time>,
}

/// A set of static data fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Fields(u8);

impl Fields {
    /// IMO number.
    pub const IMO: Fields = Fields(1);
    /// Name.
    pub const NAME: Fields = Fields(2);
    /// Call sign.
    pub const CALL_SIGN: Fields = Fields(4);
    /// Ship type.
    pub const SHIP_TYPE: Fields = Fields(8);
    /// Dimensions.
    pub const DIMENSIONS: Fields = Fields(16);
    /// Draught.
    pub const DRAUGHT: Fields = Fields(32);
    /// Destination.
    pub const DESTINATION: Fields = Fields(64);
    /// Estimated time of arrival.
    pub const ETA: Fields = Fields(128);

    /// The union of both sets.
    pub const fn and(self, other: Fields) -> Fields {
        Fields(self.0 | other.0)
    }

    /// The fields of this set that are not in the other.
    pub const fn without(self, other: Fields) -> Fields {
        Fields(self.0 & !other.0)
    }

    /// Whether the two sets have a field in common.
    pub const fn meets(self, other: Fields) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What one static message showed about a vessel for the first or second time, apart from the estimated time of arrival.
#[derive(Clone, PartialEq, Debug)]
pub struct Learned {
    /// Data known before the message; the track holds the data known after it.
    pub before: Identity,
    /// Fields with a new value, or with one for the first time.
    pub changed: Fields,
    /// Fields that an earlier message changed and that this one confirms.
    pub repeated: Fields,
    /// Whether several ships use this MMSI at present, so that the message may be from any of them.
    pub shared: bool,
}

impl Identity {
    /// Heap memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts = [&self.name, &self.own_name, &self.call_sign, &self.destination];
        texts.into_iter().flatten().map(|text| text.len()).sum()
    }

    /// Merges the fields of `said`. A message older than the newest only fills gaps. Returns the fields that changed, and those
    /// confirmed for the first time.
    pub(super) fn fuse(&mut self, said: &Static, at: Time) -> (Fields, Fields) {
        let late = self.said_at.is_some_and(|newest| at < newest);
        self.said_at = self.said_at.max(Some(at));
        let news = [
            (Fields::IMO, take(&mut self.imo, &said.imo, late)),
            (Fields::NAME, take(&mut self.name, &said.name, late)),
            (Fields::CALL_SIGN, take(&mut self.call_sign, &said.call_sign, late)),
            (Fields::SHIP_TYPE, take(&mut self.ship_type, &said.ship_type, late)),
            (Fields::DIMENSIONS, take(&mut self.dimensions, &said.dimensions, late)),
            (Fields::DRAUGHT, take(&mut self.draught_dm, &said.draught_dm, late)),
            (Fields::DESTINATION, take(&mut self.destination, &said.destination, late)),
            (Fields::ETA, take(&mut self.eta, &said.eta, late)),
        ];
        let mut changed = Fields::default();
        let mut same = Fields::default();
        for (field, news) in news {
            match news {
                News::Silent => {}
                News::Same => same = same.and(field),
                News::Changed => changed = changed.and(field),
            }
        }
        let repeated = Fields(same.0 & self.once.0);
        self.once = self.once.without(repeated).and(changed);
        (changed, repeated)
    }

    /// Whether a message would change or confirm any field except the estimated time of arrival.
    pub(super) fn teaches(&self, said: &Static) -> bool {
        fn other<T: PartialEq>(known: &Option<T>, said: &Option<T>) -> bool {
            said.is_some() && known != said
        }
        !self.once.without(Fields::ETA).is_empty()
            || other(&self.imo, &said.imo)
            || other(&self.name, &said.name)
            || other(&self.call_sign, &said.call_sign)
            || other(&self.ship_type, &said.ship_type)
            || other(&self.dimensions, &said.dimensions)
            || other(&self.draught_dm, &said.draught_dm)
            || other(&self.destination, &said.destination)
    }

    /// Length overall in metres; `None` if unknown.
    pub fn length(&self) -> Option<u16> {
        self.dimensions.map(|hull| hull.length()).filter(|length| 0 < *length)
    }
}

/// What a message says about one field.
enum News {
    /// Nothing that counts: the field is absent, or the message is late and the field is known.
    Silent,
    /// The known value.
    Same,
    /// Another value, which is taken over.
    Changed,
}

/// Takes over a field of a message, except from a late message if the field is known.
fn take<T: PartialEq + Clone>(field: &mut Option<T>, said: &Option<T>, late: bool) -> News {
    if said.is_none() {
        return News::Silent;
    }
    if field == said {
        return News::Same;
    }
    if late && field.is_some() {
        return News::Silent;
    }
    field.clone_from(said);
    News::Changed
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Time = Time::from_seconds(1000);

    fn named(name: &str) -> Static {
        Static { name: Some(name.into()), ..Static::default() }
    }

    #[test]
    fn halves_of_type_24_make_one_identity() {
        let mut identity = Identity::default();
        let call_sign = Static { call_sign: Some("EA1234".into()), ship_type: Some(36), ..Static::default() };
        assert_eq!(identity.fuse(&named("ALFA"), AT), (Fields::NAME, Fields::default()));
        assert_eq!(identity.fuse(&call_sign, AT).0, Fields::CALL_SIGN.and(Fields::SHIP_TYPE));
        // The other half does not contain the name, so it does not confirm it either.
        assert_eq!(identity.once, Fields::NAME.and(Fields::CALL_SIGN).and(Fields::SHIP_TYPE));
        assert_eq!(identity.fuse(&named("ALFA"), AT), (Fields::default(), Fields::NAME));
        assert_eq!(identity.fuse(&named("ALFA"), AT), (Fields::default(), Fields::default()));
        assert_eq!(identity.name.as_deref(), Some("ALFA"));
        assert_eq!(identity.ship_type, Some(36));
    }

    #[test]
    fn a_late_message_fills_gaps_and_replaces_nothing() {
        let mut identity = Identity::default();
        identity.fuse(&named("BRAVO"), AT);
        let late = Static { imo: Some(9_074_729), ..named("ALFA") };
        assert_eq!(identity.fuse(&late, Time::from_seconds(999)).0, Fields::IMO);
        assert_eq!(identity.name.as_deref(), Some("BRAVO"));
    }
}
