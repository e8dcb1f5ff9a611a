//! Problems of the daemon itself. They have no rule: the daemon reports them in the form of alerts.

pub(super) mod delivery_failed;
pub(super) mod delivery_test;
pub(super) mod vessel_flood;
