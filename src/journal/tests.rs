//! The journal as a whole: round trips, crashes, failing disks, damage.
