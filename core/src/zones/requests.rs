//! The behaviours that zones must know by name.

/// The behaviours whose request by a zone means more than that they run there. Zones are read and indexed below the behaviours, so the
/// caller names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Requests {
    /// Requested by a temporary watch, that is a watched zone with `expires`, if its settings name no behaviour.
    pub by_temporary_watch: &'static str,
    /// About the waters outside a border: where a polygon requests it, distances are known up to [`super::BELT_NM`] outside.
    pub about_belt: &'static str,
}

impl Requests {
    /// No behaviour at all, for sets that no behaviour reads.
    pub const NONE: Requests = Requests { by_temporary_watch: "", about_belt: "" };
}
