//! What the daemon keeps, and what it gives away of it: the journal, the store, exports, evidence.
//!
//! Journal and store come first, then exports, then evidence: none imports what comes later.
//!
//! | module | what it is |
//! |---|---|
//! | [`journal`] | every line taken in, written before the engine uses it; snapshots of the engine beside it |
//! | [`store`] | every alert, its deliveries, and what analysts did with it: one SQLite file |
//! | [`evidence`] | a case and everything behind it as one signed file, packed and checked |
//! | [`export`] | alerts as CSV, GeoJSON, KML and JSON lines |

pub mod evidence;
pub mod export;
pub mod journal;
pub mod store;
