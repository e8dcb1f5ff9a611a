//! Delivery of alert changes to the configured sinks, each filtered by that sink's settings.
//!
//! A change goes through six stages. `select`, `silence` and `clear` are asked when the store queues it (`store::stages`), `pace`, `send`
//! and `retry` by the worker (`stages`). The outbox keeps the outcome.
//!
//! Each kind of sink is a file of `sinks` that implements the trait of `sink`, and one line of the registry there. Every sink has its own
//! worker (`worker`). All workers share one thread, separate from the engine's. A worker reads the sink's rows of the store's outbox
//! (`queue`), keeps some of them in flight (`in_flight`), follows the state of the sink (`sink_state`) and reports each outcome to the
//! store. A slow or faulty sink delays only its own deliveries. After two failed deliveries in a row the sink counts as down: the worker
//! backs off, then tries the oldest other delivery. A delivery that is refused, or not taken within `give_up_hours`, is given up, and the
//! store raises an alert.
//!
//! Delivery is at least once. The store writes a change and its deliveries in one transaction, and a delivery stays pending until its
//! outcome is stored; a crash between the two repeats it. Its key is the same every time, so a receiver can recognise the repeat. The
//! changes of one alert reach a sink in order; different alerts may overtake one another.
//!
//! What a sink writes is a pure function of the change: `payload` for formats of other systems, `fields`, `text` and `sheet` for texts,
//! `digest` for the ids that a digest lists. How it is sent is shared too: `wire` and `broker` for connections, `http_post` for URLs,
//! `spool` and `outlet` for folders.

mod broker;
mod certificates;
mod common;
mod digest;
mod dispatcher;
mod entry;
mod fields;
mod http_post;
mod in_flight;
mod outlet;
mod payload;
mod queue;
mod registry;
mod send;
mod settings;
mod sheet;
mod sink;
mod sink_state;
mod sinks;
mod spool;
mod stages;
mod test_alert;
#[cfg(test)]
mod testing;
mod text;
mod wire;
mod worker;

pub use common::Level;
pub use dispatcher::{Dispatcher, StoreLink, Wake};
pub use settings::DeliverySettings;
pub use sheet::{CAVEAT, Row, sheet};
pub use sink::Character;
pub use sinks::{Kind, Settings};
pub use test_alert::send_test;
