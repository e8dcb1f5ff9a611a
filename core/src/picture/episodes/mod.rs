//! Episodes: events in the life of one vessel at one place that are worth remembering, such as halts, slow legs, kinks,
//! port calls, holes, and the source region a vessel came from.
//!
//! Each kind is detected in its own file and kept on a shelf by age, place and vessel. Behaviours read the shelves, and
//! are notified of each episode that begins or ends. Searches over many vessels run then, not at every report.
//!
//! | file | what it is |
//! |---|---|
//! | `store` | all episodes and their detectors, and how they are fed |
//! | `look`, `news` | what a detector receives, and what it reports |
//! | `halt`, `leg`, `kink` | detectors of episodes that are kept on a `shelf` |
//! | `gap` | silences at sea; kept by the engine beside the store, and fed by the reception model |
//! | `hole`, `origin`, `port_call`, `lying`, `gear`, `inseparable` | what is kept by vessel |
//! | `rates`, `craft` | how often comparable craft stop at a place |

mod apex;
mod craft;
pub mod gap;
mod gear;
mod halt;
mod hole;
mod inseparable;
mod kink;
mod leg;
mod look;
mod lying;
mod news;
mod origin;
mod port_call;
mod rates;
mod shelf;
mod store;

pub use craft::Craft;
pub use gear::{Gear, GearSign};
pub use halt::Halt;
pub use hole::{Hole, Holes};
pub use inseparable::{InseparablePairs, ONE_HULL_METRES};
pub use kink::Kink;
pub use leg::SlowLeg;
pub use look::{Look, SHORE_NM};
pub use lying::{ANCHORED_AFTER, CIRCLE_NM, HELD_AFTER, HeldSign, Still, StillVessels};
pub use news::News;
pub use origin::{Origin, Origins, Region};
pub use port_call::{Berth, PortCall, PortCalls, Sailing};
pub use rates::{Kind, Rate};
pub use shelf::{Episode, Shelf};
pub use store::Episodes;

#[cfg(test)]
mod tests;
