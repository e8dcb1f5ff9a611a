//! The view of a healthy daemon, for the tests of the pages.

use super::{EngineView, Failing, InputView, ReloadView, SinkView, View};
use crate::platform::clock::Clock;
use crate::platform::telemetry::InputCounts;
use crate::storage::store::Clearance;
use atalaia_core::alerts::handling::Tlp;
use atalaia_core::base::time::{Span, Time};

/// Two inputs that are up and an engine that keeps up.
pub(super) fn view() -> View {
    let at = Time::from_seconds(1_800_000_000);
    let input = |name: &str| InputView {
        name: name.to_owned(),
        up: true,
        ended: false,
        live: true,
        lines: 10,
        lines_per_second: 2.5,
        counters: InputCounts { bytes: 1000, connections: 1, ..InputCounts::default() },
        rejects: vec![("checksum_wrong", 3)],
        unused_times: vec![("time_ahead", 7), ("time_behind", 0)],
        clock_fault: None,
        refused_posts: vec![("unauthorised", 5), ("busy", 0)],
        heard: Some(at - Span::from_seconds(2)),
        silent_since: None,
        clients: None,
        lagging: false,
        reported: Some((at - Span::from_seconds(2), Span::from_seconds(4))),
        lateness: Span::from_seconds(30),
        reason: None,
    };
    View {
        seen: Clock.moment(),
        at,
        ready: true,
        inputs: vec![input("coast"), input("hub")],
        sinks: vec![SinkView {
            name: "log".to_owned(),
            delivered: 9,
            failures: 2,
            given_up: 1,
            delayed: 4,
            unrecorded: 0,
            down: false,
            reason: None,
            clearance: Clearance { max_tlp: Tlp::Amber, ..Clearance::everything() },
        }],
        engine: EngineView { time: Some(at - Span::from_seconds(32)), ..EngineView::default() },
        opened: Default::default(),
        ended: Default::default(),
        retracted: Default::default(),
        open: Default::default(),
        store: Some(Failing::default()),
        unstored: 0,
        set_aside: Vec::new(),
        journal: Some(Failing::default()),
        reload: ReloadView {
            ok: true,
            taken_at: at,
            problems: 0,
            unkept: None,
            file: "/etc/atalaia/atalaia.toml".into(),
            waits_for_restart: Vec::new(),
        },
        lapsing: Vec::new(),
        zone_doubts: 0,
    }
}
