//! What is known of every vessel: its track, where it is heard, and what it did.
//!
//! `tracks` comes first, then `coverage`, then `episodes`: none imports what comes later. None of them knows behaviours or alerts, reads a
//! clock, or depends on the number of lanes: the same reports give the same picture.
//!
//! | module | what it is |
//! |---|---|
//! | [`tracks`] | the picture: fixes, trails, speed made good, identities, neighbours |
//! | [`coverage`] | where vessels are usually heard, and how unlikely a silence is |
//! | [`episodes`] | halts, slow legs, kinks, port calls, vessels lying still: found once, kept by place, vessel and age |

pub mod coverage;
pub mod episodes;
pub mod tracks;
