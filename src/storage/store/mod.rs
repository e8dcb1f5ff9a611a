//! The store: one SQLite file with every alert the engine raised, its changes, its deliveries and what analysts did with it.
//!
//! What it guarantees: an alert is stored before it is delivered. A stored alert is delivered at least once to every sink that selects it,
//! or shown as failed. Every repetition carries the same key, `<id>-<revision>`. One transaction contains a change, one outbox row per sink
//! and the audit row. A single thread writes (`writer`). Other processes that read or act open the same file; thanks to the write-ahead
//! log, readers never wait for the writer.
//!
//! A loss of power at any moment loses no change that a sink has received and no delivery that is shown as made. A transaction is synced
//! before its changes are delivered, the file of a sink is synced before the delivery is recorded, and what a killed daemon had not synced
//! is made durable before the next run reads it. The file is either complete and intact or absent. This requires disks that honour a flush.
//!
//! Deliveries form an outbox. A row is pending until its sink accepts the delivery (`told` in the database) or it is given up (`failed`,
//! with an alert of its own). A delivery that the clearance of a sink does not allow is withheld. After a crash, pending rows are delivered
//! again under the same key. Changes of a behaviour beyond the hourly limit of a sink are gathered into digests (`digests`).

mod abandoned;
mod act;
mod acting;
mod action;
mod actions;
mod attempts;
mod audit_rows;
mod backlog;
mod backup;
mod case_file;
mod case_states;
mod chain;
mod changes;
mod collected;
mod columns;
mod connect;
mod consulted;
mod delivery_page;
mod delivery_state;
mod digests;
mod done_before;
mod error;
mod handle;
mod handover;
mod holds;
mod ids;
mod integrity;
mod items;
mod lists;
mod log;
mod mark;
mod markings;
mod migration;
mod offer;
mod once;
mod open_alerts;
mod orders;
mod outbox;
mod outcomes;
mod people;
mod premises;
mod read;
mod readers;
mod remark;
mod resumed;
mod retention;
mod rows;
mod schema;
mod settings;
mod sign_in;
mod stages;
mod subject;
mod system_alerts;
mod trail;
mod undelivered;
mod verb;
mod work_state;
mod writer;

pub use abandoned::{reached, revisions};
pub use act::Act;
pub use acting::{ActOutcome, ActRequest, Deed, Expected, Outcomes, act_once};
pub use action::{Action, Finding};
pub use actions::{ActReport, NewSilence, Silence, act, lift_silence, silence, silence_once};
pub use attempts::{AttemptReport, Outcome};
pub use audit_rows::{AuditQuery, FullRow, each_row};
pub use backlog::{Backlog, backlog};
pub use backup::backup;
pub use case_file::{AlertFile, CaseFile, Line, alert_file, bundled, case_file};
pub use case_states::{CaseState, case_states};
pub use chain::{Fault as ChainFault, Head, Verified, head, verify, verify_in_pieces};
pub use collected::Collected;
pub use columns::stored_severity;
pub use consulted::{Consultation, Recorder};
pub use delivery_page::{Backlogged, DeliveryFilter, DeliveryPage};
pub use delivery_state::DeliveryState;
pub use digests::{IN_DIGEST, WITHDRAWN};
pub use error::StoreError;
pub use handle::{Reporter, Store};
pub use handover::{Done, Extent, Handover, handover};
pub use holds::{held_spans, hold, release};
pub use ids::{Kind, kind_of};
pub use integrity::{SetAside, is_foreign, set_aside};
pub use items::{
    AlertDetail, AlertFilter, AlertItem, AlertPage, AlertSummary, CasePage, CaseQuery, Cursor, HistoryRow, Order,
    PageRequest, Parts, Range, SimilarAlerts, Sorted, StoredTimes, ZoneCount, item,
};
pub use lists::{
    ActionRow, AsOf, Before, Bodies, ChangeRow, Listed, Machine, actions, as_of, changes, history, listed, vessels,
};
pub use log::{LogEntry, LogPage, Topic};
pub use mark::{Lowering, mark};
pub use once::{Once, RequestKey};
pub use open_alerts::{OpenAlert, OpenAlerts};
pub use orders::Orders;
pub use outbox::{Outbox, OutboxRow};
pub use outcomes::{Stage, StageOutcome, outcomes};
pub use people::{
    Alteration, Bootstrap, CeilingChange, Ceilings, Link, NewSession, Person, Right, Rights, Role, Session, Token,
    add_person, add_person_once, add_token, add_token_once, alter_person, begin_session, bootstrap, end_sessions,
    end_token, first, has_people, make_link, people, person, redeem, remove_person, session, sessions, set_preferences,
    set_purpose, set_seen, tokens, use_session, use_token,
};
pub use read::{Entry, Note, Query, Sent, SilenceRow, Told, alert, alerts, all_notes, case, cases, silences};
pub use readers::Readers;
pub use retention::{Purged, RetentionSettings, purge};
pub use settings::Settings;
pub use sign_in::SignIn;
pub use stages::clear::Clearance;
pub use stages::filter::Filter;
pub use subject::Subject;
pub use trail::{Actor, AuditRow, OURSELVES, OwnRecord, Record, folded, is_same_name, record, trail};
pub use undelivered::{
    DeliveryQuery, DeliveryRow, RetryReport, deliveries, delivery_rows, knows_sink, next_tries, retry,
};
pub use verb::Verb;
pub use work_state::WorkState;
pub use writer::Event;

#[cfg(test)]
mod tests;
