//! Who a vessel says it is: static data fused from types 5, 19 and 24, and from CSV columns.

use crate::ais::{Dimensions, Static};

/// Static and voyage data of one track; a field is the latest non-empty value received, from whichever message.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Identity {
    /// IMO number as sent.
    pub imo: Option<u32>,
    /// Name.
    pub name: Option<Box<str>>,
    /// Call sign.
    pub call_sign: Option<Box<str>>,
    /// Ship and cargo type, 1-99.
    pub ship_type: Option<u8>,
    /// Hull around the antenna.
    pub dimensions: Option<Dimensions>,
    /// Draught in decimetres.
    pub draught_dm: Option<u8>,
    /// Destination.
    pub destination: Option<Box<str>>,
    /// Estimated arrival: month, day, hour, minute.
    pub eta: Option<(u8, u8, u8, u8)>,
}

impl Identity {
    /// Takes over what `said` carries; true when anything changed.
    pub(super) fn fuse(&mut self, said: Static) -> bool {
        let mut changed = take(&mut self.imo, said.imo);
        changed |= take(&mut self.name, said.name);
        changed |= take(&mut self.call_sign, said.call_sign);
        changed |= take(&mut self.ship_type, said.ship_type);
        changed |= take(&mut self.dimensions, said.dimensions);
        changed |= take(&mut self.draught_dm, said.draught_dm);
        changed |= take(&mut self.destination, said.destination);
        changed | take(&mut self.eta, said.eta)
    }

    /// Length over all in metres, where known.
    pub fn length(&self) -> Option<u16> {
        self.dimensions.map(|hull| hull.length()).filter(|length| 0 < *length)
    }
}

fn take<T: PartialEq>(field: &mut Option<T>, said: Option<T>) -> bool {
    if said.is_none() || *field == said {
        return false;
    }
    *field = said;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_type_24_make_one_identity() {
        let mut identity = Identity::default();
        let name = Static { name: Some("ALFA".into()), ..Static::default() };
        let call_sign = Static { call_sign: Some("EA1234".into()), ship_type: Some(36), ..Static::default() };
        assert!(identity.fuse(name.clone()));
        assert!(identity.fuse(call_sign));
        assert!(!identity.fuse(name));
        assert_eq!(identity.name.as_deref(), Some("ALFA"));
        assert_eq!(identity.ship_type, Some(36));
    }
}
