//! What came in by the feeds is in the audit trail, also after a daemon was killed.

use super::*;

#[test]
fn what_a_killed_daemon_had_counted_is_in_the_trail_after_the_next_start() {
    let place = place();
    let rows = || place.count("SELECT count(*) FROM audit WHERE subject = 'feed coast' AND verb = 'collection'");
    let counted = |lines, minutes| Collected {
        feed: "coast".to_owned(),
        lines,
        from: noon(),
        until: noon() + Span::from_minutes(minutes),
    };
    let (store, _events) = place.open(&[]);
    store.collecting(vec![counted(100, 1)]);
    store.collecting(vec![counted(250, 2)]);
    assert!(store.settle(PATIENCE));
    assert_eq!(rows(), 0, "no row a minute");
    // Nothing is written when it ends, as if it had been killed.
    drop(store);
    let (store, _events) = place.open(&[]);
    assert_eq!(rows(), 1);
    let why = format!("250 lines from {} to {}", noon(), noon() + Span::from_minutes(2));
    let said = format!("SELECT count(*) FROM audit WHERE why = '{why}'");
    assert_eq!(place.count(&said), 1);
    store.collecting(vec![counted(7, 3)]);
    store.collected(vec![counted(9, 4)]);
    assert!(store.settle(PATIENCE));
    drop(store);
    drop(place.open(&[]));
    assert_eq!(rows(), 2, "what has its row is not counted again");
}
