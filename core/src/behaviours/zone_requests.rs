//! What zones must know of the behaviours that they request.

use super::behaviour::Behaviour;
use crate::zones::Requests;

/// The behaviours whose request changes how a zone is read or indexed.
pub const ZONE_REQUESTS: Requests =
    Requests { by_temporary_watch: Behaviour::ZoneEntry.name(), about_belt: Behaviour::LimitHugging.name() };
