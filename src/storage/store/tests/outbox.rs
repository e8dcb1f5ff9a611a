//! Which changes are delivered to which sink: filters, markings, failures and retries.

use super::*;
use atalaia_core::alerts::Status;
use atalaia_core::alerts::handling::{Mark, Reality, Tlp};
use atalaia_core::base::time::{Span, Time};

/// Opens a store with one sink `partner` that accepts everything, except as `edit` says.
fn open_with(place: &Place, edit: impl Fn(&mut Filter)) -> Store {
    let mut filter = Filter::from_severity("partner", Severity::Info);
    edit(&mut filter);
    let orders = Orders { filters: vec![filter, Filter::from_severity("own", Severity::Info)], ..orders(&[]) };
    Store::open(&place.path, orders, noon, |_| {}, |_| {}).expect("it opens")
}

fn told_of(edit: impl Fn(&mut Filter), change: impl Fn(&mut atalaia_core::alerts::Alert)) -> usize {
    let place = place();
    let store = open_with(&place, edit);
    store.changes(vec![with(&distress()[0], 1, change)], 0);
    assert!(store.settle(PATIENCE));
    assert_eq!(place.waiting("own").len(), 1);
    place.waiting("partner").len()
}

#[test]
fn a_sink_receives_what_its_filter_selects() {
    let text = |text: &str| vec![text.to_owned()];
    let nothing = |_: &mut atalaia_core::alerts::Alert| {};
    assert_eq!(told_of(|_| {}, nothing), 1);
    assert_eq!(told_of(|filter| filter.behaviours = text("loitering"), nothing), 0);
    assert_eq!(told_of(|filter| filter.behaviours = text("distress"), nothing), 1);
    assert_eq!(told_of(|filter| filter.zones = text("elsewhere"), nothing), 0);
    assert_eq!(told_of(|filter| filter.min_score = 90, |alert| alert.score = 89), 0);
    assert_eq!(told_of(|filter| filter.min_score = 90, |alert| alert.score = 90), 1);
}

#[test]
fn the_stage_that_stops_a_change_is_recorded_with_its_reason_and_is_no_delivery() {
    let place = place();
    let store = open_with(&place, |filter| filter.min_score = 90);
    let changes = distress();
    let id = changes[0].alert.id.clone();
    let low = with(&changes[0], 1, |alert| alert.score = 89);
    let high = with(&changes[0], 2, |alert| {
        alert.score = 90;
        alert.handling.tlp = Tlp::Red;
    });
    store.changes(vec![low, high], 0);
    assert!(store.settle(PATIENCE));
    tell(&store, &place.waiting("own"));
    assert!(store.settle(PATIENCE));
    let recorded = outcomes(&place.path, &id).expect("read");
    let shown: Vec<(u32, &str, &str, Option<&str>)> = recorded
        .iter()
        .map(|one| (one.revision, one.sink.as_str(), one.stage().name(), one.reason.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            (1, "own", "send", None),
            (1, "partner", "select", Some("89 points are below min_score = 90")),
            (2, "own", "send", None),
            (2, "partner", "pace", None),
        ]
    );
    let count = deliveries(&place.path).expect("read");
    assert_eq!(count.iter().map(|(.., count)| count).sum::<u64>(), 3, "what was not selected is no delivery");
    let rows = |state| {
        let which = DeliveryQuery { sink: Some("partner".to_owned()), state, alert: None };
        delivery_rows(&place.path, &which, 10).expect("read").len()
    };
    assert_eq!((rows(None), rows(Some(DeliveryState::NotSelected))), (1, 1));
    assert_eq!(alert(&place.path, &id, noon()).expect("there").deliveries.len(), 3);
}

#[test]
fn what_the_clearance_does_not_allow_is_withheld_and_audited() {
    let withheld = |edit: fn(&mut Clearance), change: fn(&mut atalaia_core::alerts::Alert)| {
        let place = place();
        let store = open_with(&place, |filter| edit(&mut filter.clearance));
        let changes = distress();
        store.changes((1..=2).map(|revision| with(&changes[0], revision, change)).collect(), 0);
        assert!(store.settle(PATIENCE));
        let audit = alert(&place.path, &changes[0].alert.id, noon()).expect("there").audit;
        let said: Vec<String> =
            audit.into_iter().filter(|row| row.what == "withheld").filter_map(|row| row.why).collect();
        assert_eq!((place.waiting("own").len(), place.waiting("partner").len()), (2, 0));
        assert_eq!(place.count("SELECT count(*) FROM outbox WHERE state = 'withheld'"), 2);
        assert_eq!(said.len(), 1, "once for an alert, not for each of its lines");
        said[0].clone()
    };
    let nothing = |_: &mut atalaia_core::alerts::Alert| {};
    assert_eq!(
        withheld(|clearance| clearance.max_tlp = Tlp::Green, nothing),
        "sink partner: TLP:AMBER is above its max_tlp GREEN"
    );
    let red = |alert: &mut atalaia_core::alerts::Alert| alert.handling.tlp = Tlp::AmberStrict;
    assert!(withheld(|clearance| clearance.max_tlp = Tlp::Amber, red).contains("TLP:AMBER+STRICT"));
    assert!(
        withheld(|clearance| clearance.europol = vec![atalaia_core::alerts::handling::Europol::H0], nothing)
            .contains("H1")
    );
    assert!(
        withheld(|clearance| clearance.personal_data = false, |alert| alert.handling.personal_data = true)
            .contains("personal")
    );
    assert!(withheld(|clearance| clearance.realities = vec![Reality::Exercise], nothing).contains("actual"));
    let released = |alert: &mut atalaia_core::alerts::Alert| alert.handling.releasable_to = vec!["ES".to_owned()];
    assert!(
        withheld(|clearance| clearance.recipients = vec!["PT".to_owned()], released).contains("not releasable to PT")
    );
}

#[test]
fn a_sink_that_knows_an_alert_receives_its_end_without_later_restricted_data() {
    for was_told in [true, false] {
        let place = place();
        let store = open_with(&place, |filter| {
            filter.clearance.max_tlp = Tlp::Amber;
            filter.behaviours = vec!["distress".to_owned()];
        });
        let changes = distress();
        let id = &changes[0].alert.id;
        store.changes(vec![changes[0].clone()], 0);
        assert!(store.settle(PATIENCE));
        if was_told {
            tell(&store, &place.waiting("partner"));
            assert!(store.settle(PATIENCE));
        }
        let red = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
        mark(&place.path, id, &red, "ana", "a source at risk", noon()).expect("there");
        let secret = with(&changes[0], 2, |alert| alert.summary = "a source says so".to_owned());
        let over = with(&changes[0], 3, |alert| {
            alert.status = Status::Retracted;
            alert.summary = "a source says so".to_owned();
        });
        store.changes(vec![secret, Change { change: ChangeKind::Retracted, ..over }], 0);
        assert!(store.settle(PATIENCE));
        assert_eq!(place.waiting("own").len(), 3);
        let waiting = place.waiting("partner");
        if !was_told {
            // The pending change is now RED and will not be sent, so its end is not sent either.
            assert_eq!(waiting.iter().filter(|row| row.closing_notice).count(), 0);
            assert_eq!(waiting.len(), 1, "the first, which is judged when it is to go");
            continue;
        }
        let [told] = &waiting[..] else { panic!("{waiting:#?}") };
        assert!(told.line.contains("\"change\":\"retracted\"") && told.line.contains("\"status\":\"retracted\""));
        assert!(told.line.contains("\"revision\":3") && !told.line.contains("a source says so"), "{}", told.line);
    }
}

#[test]
fn a_retried_change_does_not_become_the_last_one_received() {
    let place = place();
    let store = open_with(&place, |_| {});
    let first = &distress()[0];
    let revisions = |place: &Place| {
        let lines = place.waiting("partner").into_iter().map(|row| row.line);
        lines
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).ok()?["revision"].as_u64())
            .collect::<Vec<_>>()
    };
    store.changes((1..=3).map(|revision| with(first, revision, |_| {})).collect(), 0);
    assert!(store.settle(PATIENCE));
    let rows: Vec<i64> = place.waiting("partner").iter().map(|row| row.seq).collect();
    // The first was given up, the second is pending, the third was delivered.
    let failed = Outcome::Failed { why: "not taken for 28 h".to_owned() };
    let tried = |seq, outcome| AttemptReport { seq, attempts: 1, outcome };
    store.reporter().tried(vec![tried(rows[0], failed), tried(rows[2], Outcome::Delivered)]);
    assert!(store.settle(PATIENCE));
    assert_eq!(revisions(&place), [2]);
    let all = DeliveryQuery { sink: Some("partner".to_owned()), ..DeliveryQuery::default() };
    assert_eq!(retry(&place.path, &all, None, "ana", None, noon()).expect("written").queued, 1);
    assert_eq!(revisions(&place), [1, 2, 3]);
}

#[test]
fn a_withheld_change_is_sent_by_hand_once_the_marking_allows_it() {
    let place = place();
    let green = |filter: &mut Filter| filter.clearance.max_tlp = Tlp::Green;
    let store = open_with(&place, green);
    let mut partner = Filter::from_severity("partner", Severity::Info);
    green(&mut partner);
    let known = [partner, Filter::from_severity("own", Severity::Info)];
    let changes = distress();
    let id = &changes[0].alert.id;
    store.changes((1..=2).map(|revision| with(&changes[0], revision, |_| {})).collect(), 0);
    assert!(store.settle(PATIENCE));
    let named = DeliveryQuery { alert: Some(id[..8].to_owned()), ..DeliveryQuery::default() };
    let again = |which: &DeliveryQuery| retry(&place.path, which, Some(&known), "ana", None, noon()).expect("written");
    let still = again(&named);
    let because = ("partner".to_owned(), "TLP:AMBER is above its max_tlp GREEN".to_owned());
    assert_eq!((still.queued, still.withheld), (0, [(because, 2)].into()));
    let mark = |tlp| mark(&place.path, id, &Mark { tlp: Some(tlp), ..Mark::default() }, "ana", "agreed", noon());
    mark(Tlp::Green).expect("marked");
    assert_eq!(place.waiting("partner").len(), 0, "the marking alone sends nothing");
    assert_eq!(again(&DeliveryQuery::default()).queued, 0, "only if the alert is named");
    assert_eq!(again(&named).queued, 2);
    let waiting = place.waiting("partner");
    let revision =
        |row: &OutboxRow| serde_json::from_str::<serde_json::Value>(&row.line).expect("JSON")["revision"].clone();
    assert_eq!(waiting.iter().map(revision).collect::<Vec<_>>(), [1, 2]);
    assert!(waiting.iter().all(|row| row.line.contains(r#""tlp":"GREEN""#)));
    let recorded = outcomes(&place.path, id).expect("read");
    assert!(recorded.iter().all(|one| one.reason.is_none()), "{recorded:?}");
    assert_eq!(again(&named), RetryReport::default(), "they wait now");
}

#[test]
fn unknown_sinks_and_alerts_cannot_be_retried() {
    let place = place();
    let store = open_with(&place, |_| {});
    let again = |sink: Option<&str>, alert: Option<&str>| {
        let [sink, alert] = [sink, alert].map(|word| word.map(str::to_owned));
        retry(&place.path, &DeliveryQuery { sink, alert, state: None }, None, "ana", None, noon())
            .map(|done| done.queued)
            .map_err(|error| error.to_string())
    };
    assert_eq!(again(Some("own"), None), Err("no deliveries for sink `own`, nor for any".to_owned()));
    let first = &distress()[0];
    store.changes(vec![with(first, 1, |_| {})], 0);
    assert!(store.settle(PATIENCE));
    assert_eq!(again(Some("partnr"), None), Err("no deliveries for sink `partnr`; did you mean `partner`?".to_owned()));
    assert_eq!(again(Some("own"), Some("zzzz")), Err("no alert zzzz".to_owned()));
    assert!(again(None, Some("zz")).is_err_and(|error| error.contains("at least the first four")));
    assert_eq!(again(Some("own"), Some(&first.alert.id[..4])), Ok(0), "known, and none has failed");
    assert_eq!(again(None, None), Ok(0));
}

#[test]
fn a_pending_change_is_sent_with_the_marking_of_that_time() {
    let place = place();
    let store = open_with(&place, |_| {});
    let changes = distress();
    store.changes(changes[..1].to_vec(), 0);
    assert!(store.settle(PATIENCE));
    let red = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
    mark(&place.path, &changes[0].alert.id, &red, "ana", "a source at risk", noon()).expect("there");
    let waiting = place.waiting("partner");
    assert!(waiting[0].line.contains(r#""tlp":"RED""#) && !waiting[0].closing_notice);
    let why = "TLP:RED is above its max_tlp AMBER".to_owned();
    store.reporter().tried(vec![AttemptReport {
        seq: waiting[0].seq,
        attempts: 0,
        outcome: Outcome::Withheld { why },
    }]);
    // The alert is abandoned. A sink that did not receive it does not receive its end.
    store.open_are(std::collections::BTreeSet::new());
    assert!(store.settle(PATIENCE));
    assert_eq!((place.waiting("partner").len(), place.waiting("own").len()), (0, 2));
    let audit = alert(&place.path, &changes[0].alert.id, noon()).expect("there").audit;
    assert!(audit.iter().any(|row| row.what == "withheld"));
}

#[test]
fn failed_deliveries_are_an_alert_for_other_sinks_until_they_are_delivered() {
    let place = place();
    let store = open_with(&place, |_| {});
    let changes = distress();
    store.changes(changes[..1].to_vec(), 0);
    assert!(store.settle(PATIENCE));
    let seq = place.waiting("partner")[0].seq;
    let failed = || Outcome::Failed { why: "403 Forbidden".to_owned() };
    store.reporter().tried(vec![AttemptReport { seq, attempts: 1, outcome: failed() }]);
    assert!(store.settle(PATIENCE));
    let notice = place.waiting("own").pop().expect("a notice");
    assert!(notice.line.contains("\"delivery_failed\"") && !notice.line.contains("403 Forbidden"), "{}", notice.line);
    assert!(place.waiting("partner").is_empty(), "it receives no notice about itself");
    // Twice as many failures are sent at once, one more within half an hour is not. A restart does not end the notice.
    store.changes(vec![with(&changes[0], 2, |_| {})], 0);
    assert!(store.settle(PATIENCE));
    let seq = place.waiting("partner")[0].seq;
    store.reporter().tried(vec![AttemptReport { seq, attempts: 1, outcome: failed() }]);
    store.open_are([changes[0].alert.id.clone()].into());
    assert!(store.settle(PATIENCE));
    let notices = |state: &str| {
        place.count(&format!("SELECT count(*) FROM alerts WHERE behaviour = 'delivery_failed' AND status = '{state}'"))
    };
    assert_eq!((notices("open"), place.waiting("own").len()), (1, 4));
    let again = place.waiting("own").pop().expect("a notice");
    assert!(
        again.line.contains("\"kind\":\"system\"") && again.line.contains("refused 2 alert messages"),
        "{}",
        again.line
    );

    let listed = delivery_rows(
        &place.path,
        &DeliveryQuery { state: Some(DeliveryState::Failed), ..DeliveryQuery::default() },
        10,
    );
    let listed = listed.expect("a list");
    assert_eq!((listed.len(), listed[0].error.as_deref()), (2, Some("403 Forbidden")));
    let all = DeliveryQuery { sink: Some("partner".to_owned()), ..DeliveryQuery::default() };
    assert_eq!(retry(&place.path, &all, None, "ana", Some("mended"), noon()).expect("written").queued, 2);
    assert_eq!(
        retry(&place.path, &all, None, "ana", None, noon()).expect("written").queued,
        0,
        "none is failed any more"
    );
    let again = place.waiting("partner");
    assert_eq!((again.len(), again[0].attempts), (2, 0));
    tell(&store, &again);
    assert!(store.settle(PATIENCE));
    assert_eq!((notices("open"), notices("ended")), (0, 1));
    let audit = alert(&place.path, &changes[0].alert.id, noon()).expect("there").audit;
    let count = |what: &str| audit.iter().filter(|row| row.what == what).count();
    assert_eq!((count("undelivered"), count("retried")), (2, 2));
}

#[test]
fn deliveries_of_a_removed_sink_are_not_retried_and_nobody_says_that_it_refused_them() {
    let place = place();
    let (store, events) = place.open(&["partner", "own"]);
    let changes = distress();
    store.changes(changes[..1].to_vec(), 0);
    stored(&events);
    // One delivery is on its way while the sink is removed, and fails afterwards.
    let seq = place.waiting("partner")[0].seq;
    store.changes(vec![with(&changes[0], 2, |_| {})], 0);
    store.orders(orders(&["own"]));
    let why = "403 Forbidden".to_owned();
    store.reporter().tried(vec![AttemptReport { seq, attempts: 1, outcome: Outcome::Failed { why } }]);
    assert!(store.settle(PATIENCE));
    let summary = || place.waiting("own").pop().expect("a notice").line;
    assert!(
        summary().contains("did not get 2 alert messages: it refused 1, and was not in the settings for 1;"),
        "{}",
        summary()
    );
    let all = DeliveryQuery::default();
    let known = filter(&["own"]);
    let done = retry(&place.path, &all, Some(&known), "ana", None, noon()).expect("written");
    assert_eq!((done.queued, done.removed), (0, [("partner".to_owned(), 2)].into()));
    assert!(place.waiting("partner").is_empty());
    let known = filter(&["own", "partner"]);
    let done = retry(&place.path, &all, Some(&known), "ana", None, noon()).expect("written");
    assert_eq!((done.queued, done.removed.len()), (2, 0));
}

#[test]
fn an_ongoing_notice_is_sent_again_after_half_an_hour() {
    use atalaia_core::alerts::{Notice, NoticeFacts, VesselFlood};
    use std::sync::atomic::{AtomicI64, Ordering};
    static MINUTES: AtomicI64 = AtomicI64::new(0);
    let place = place();
    let now = || noon() + Span::from_minutes(MINUTES.load(Ordering::Relaxed));
    let store = Store::open(&place.path, orders(&["own"]), now, |_| {}, |_| {}).expect("it opens");
    let mut revisions = Vec::new();
    for (minute, holds) in [(0, false), (1, true), (20, true), (31, true), (40, false), (41, false), (42, true)] {
        MINUTES.store(minute, Ordering::Relaxed);
        let summary = "More vessels than there is room for.".to_owned();
        let facts = NoticeFacts::VesselFlood(VesselFlood { tracks: 300_000, evicted: 10 });
        store.notice(Notice { facts, holds, summary });
        assert!(store.settle(PATIENCE));
        revisions.push(place.waiting("own").len());
    }
    assert_eq!(revisions, [0, 1, 1, 2, 3, 3, 4]);
    assert_eq!(place.count("SELECT count(DISTINCT id) FROM alerts"), 2, "what comes again is another alert");
}

#[test]
fn receivers_that_have_an_alert_receive_its_end_though_others_never_get_it() {
    for (partly, told) in [(true, 1), (false, 0)] {
        let place = place();
        let store = open_with(&place, |filter| filter.clearance.max_tlp = Tlp::Amber);
        let changes = distress();
        store.changes(changes[..1].to_vec(), 0);
        assert!(store.settle(PATIENCE));
        let seq = place.waiting("partner")[0].seq;
        let tried = |outcome| store.reporter().tried(vec![AttemptReport { seq, attempts: 1, outcome }]);
        tried(Outcome::Later { due_at: noon(), why: "one does not take it yet".to_owned(), partly });
        assert!(store.settle(PATIENCE));
        let red = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
        mark(&place.path, &changes[0].alert.id, &red, "ana", "a source at risk", noon()).expect("there");
        tried(Outcome::Withheld { why: "TLP:RED is above its max_tlp AMBER".to_owned() });
        store.open_are(std::collections::BTreeSet::new());
        assert!(store.settle(PATIENCE));
        let waiting = place.waiting("partner");
        assert_eq!(waiting.len(), told, "{partly}: {waiting:#?}");
        for end in waiting {
            assert!(end.closing_notice && end.line.contains("\"change\":\"ended\""), "{}", end.line);
            assert!(end.line.contains("No longer followed after a restart; it may still go on. "), "{}", end.line);
            assert!(!end.line.contains("RED"), "{}", end.line);
        }
        // So does a sink that may receive everything.
        let line: serde_json::Value =
            serde_json::from_str(&place.waiting("own").pop().expect("an end").line).expect("JSON");
        let summary = line["alert"]["summary"].as_str().expect("a text");
        assert_eq!(line["change"], "ended");
        assert_eq!(
            summary,
            format!("No longer followed after a restart; it may still go on. Last known: {}", changes[0].alert.summary)
        );
        let audit = alert(&place.path, &changes[0].alert.id, noon()).expect("there").audit;
        assert!(audit.iter().any(|row| row.what == "withheld"));
    }
}

#[test]
fn only_what_the_clearance_allows_is_repeated_to_a_sink() {
    let place = place();
    let store = open_with(&place, |filter| filter.clearance.max_tlp = Tlp::Amber);
    let changes = distress();
    store.changes(changes[..1].to_vec(), 0);
    assert!(store.settle(PATIENCE));
    let seq = place.waiting("partner")[0].seq;
    store.reporter().tried(vec![AttemptReport { seq, attempts: 1, outcome: Outcome::Delivered }]);
    assert!(store.settle(PATIENCE));
    let outbox = Outbox::open(&place.path).expect("it opens");
    let amber = Clearance { max_tlp: Tlp::Amber, ..Clearance::everything() };
    let repeated = |clearance: &Clearance| {
        let open = outbox.open_alerts("partner", clearance).expect("it can be read");
        open.into_iter().map(|(_, line)| line.to_string()).collect::<Vec<_>>()
    };
    let before = repeated(&amber);
    assert!(before[0].contains(r#""tlp":"AMBER""#), "{before:?}");
    let red = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
    mark(&place.path, &changes[0].alert.id, &red, "ana", "a source at risk", noon()).expect("there");
    assert_eq!(repeated(&amber), before, "as it was delivered");
    assert!(repeated(&Clearance::everything())[0].contains(r#""tlp":"RED""#));
    assert_eq!(repeated(&Clearance { max_tlp: Tlp::Green, ..Clearance::everything() }), [""; 0]);
}

#[test]
fn delivery_times_are_known_after_a_restart() {
    let place = place();
    let store = open_with(&place, |filter| filter.clearance.max_tlp = Tlp::Amber);
    store.changes((1..=3).map(|revision| with(&distress()[0], revision, |_| {})).collect(), 0);
    assert!(store.settle(PATIENCE));
    let told = |row: &OutboxRow| AttemptReport { seq: row.seq, attempts: 1, outcome: Outcome::Delivered };
    store.reporter().tried(place.waiting("partner").iter().take(2).map(told).collect());
    assert!(store.settle(PATIENCE));
    let outbox = Outbox::open(&place.path).expect("it opens");
    let since = |since: Time| outbox.delivered_since("partner", since).expect("it can be read");
    assert_eq!(since(noon() - Span::from_hours(1)), [noon()], "both in one go");
    assert!(since(noon()).is_empty());
}
