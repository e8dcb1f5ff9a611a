//! A map shows the open alerts, and reads them again only when something has changed.

use super::*;
use atalaia_core::alerts::handling::{Mark, Tlp};

#[test]
fn open_alerts_are_read_again_after_a_change_an_act_a_marking_and_when_an_acknowledgement_expires() {
    let place = place();
    let changes = distress();
    let (store, _events) = place.open(&[]);
    let mut open = OpenAlerts::open(&place.path).expect("it opens");
    assert_eq!(open.changed(noon()).expect("it can be read"), Some(Vec::new()), "the first reading");
    assert_eq!(open.changed(noon()).expect("it can be read"), None, "nothing has changed");

    store.changes(changes[..1].to_vec(), 0);
    assert!(store.settle(PATIENCE));
    let alerts = open.changed(noon()).expect("it can be read").expect("an alert was stored");
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((alert.severity, alert.is_acknowledged), (changes[0].alert.severity, false));
    assert_eq!(alert.vessels[0].mmsi.0, 970_123_456);
    assert_eq!(alert.handling.tlp, Tlp::Amber);

    let id = changes[0].alert.id.clone();
    let until = noon() + Span::from_minutes(10);
    act(&place.path, &id, &Action::Acknowledge { until: Some(until) }, "ana", None, noon()).expect("acknowledged");
    let read = |open: &mut OpenAlerts, now| open.changed(now).expect("it can be read").map(|alerts| alerts[0].clone());
    assert!(read(&mut open, noon()).expect("an act").is_acknowledged);
    assert_eq!(read(&mut open, until - Span::from_seconds(1)), None);
    assert!(!read(&mut open, until).expect("it has expired").is_acknowledged);
    assert_eq!(read(&mut open, until), None);

    let red = Mark { tlp: Some(Tlp::Red), ..Mark::default() };
    mark(&place.path, &id, &red, "ana", "a source at risk", noon()).expect("marked");
    assert_eq!(read(&mut open, until).expect("a marking").handling.tlp, Tlp::Red);

    store.changes(changes[1..].to_vec(), 0);
    assert!(store.settle(PATIENCE));
    assert_eq!(open.changed(until).expect("it can be read"), Some(Vec::new()), "it has ended");
}
