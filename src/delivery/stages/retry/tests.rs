//! Which deliveries are given up, sent one by one, or tried again.

use super::*;
use crate::delivery::testing::attempt;
use crate::platform::clock::Clock;

fn terms(has_others: bool) -> Terms {
    let backoff = Backoff::listed([5, 30].map(Duration::from_secs));
    Terms { backoff, longest: Duration::from_secs(3600), has_others, now: Clock.moment(), chance: 0.5 }
}

fn refused() -> SendError {
    SendError::Refused { reason: "no".to_owned() }
}

fn later() -> SendError {
    SendError::Later { wait: None, reason: "busy".to_owned() }
}

#[test]
fn one_that_is_refused_is_given_up_and_several_are_sent_one_by_one() {
    let mut health = Health::default();
    let one = decide(refused(), vec![attempt(1, "a", None)], &mut health, &terms(true));
    assert!(matches!(&one, Retry::Never { attempts, reason } if attempts.len() == 1 && reason == "no"), "{one:?}");
    let two = decide(refused(), vec![attempt(1, "a", None), attempt(2, "b", None)], &mut health, &terms(true));
    let Retry::Singly { attempts } = two else { panic!("{two:?}") };
    assert!(attempts.iter().all(|attempt| attempt.alone && attempt.tries == 0));
}

#[test]
fn a_failure_counts_against_the_sink_once_another_delivery_fails_too() {
    let mut health = Health::default();
    let cause = |health: &mut Health, row| match decide(later(), vec![attempt(row, "a", None)], health, &terms(true)) {
        Retry::Later { attempts, wait, cause, .. } => (attempts[0].wait.map(|(_, own)| own), wait.as_secs(), cause),
        other => panic!("{other:?}"),
    };
    let five = Duration::from_secs(5);
    assert_eq!(cause(&mut health, 1), (Some(five), 5, Cause::Delivery));
    assert_eq!(cause(&mut health, 2), (Some(five + ANOTHER_FIRST), 5, Cause::Sink));
    let alone = decide(later(), vec![attempt(3, "a", None)], &mut Health::default(), &terms(false));
    assert!(matches!(alone, Retry::Later { cause: Cause::Sink, .. }), "nothing else shows that the sink is up");
}

#[test]
fn after_410_gone_nothing_is_tried() {
    let mut health = Health::default();
    let gone = SendError::Gone { reason: "410".to_owned() };
    let decided = decide(gone, vec![attempt(1, "a", None)], &mut health, &terms(true));
    assert!(matches!(decided, Retry::Never { .. }));
    assert_eq!(health.state, SinkState::Gone { reason: "410".to_owned() });
}

#[test]
fn what_some_recipients_have_is_retried_by_itself_and_says_nothing_about_the_sink() {
    let mut health = Health::default();
    let partly = SendError::Partly { taken: true, reason: "full".to_owned() };
    let both = vec![attempt(1, "a", None), attempt(2, "b", None)];
    let Retry::Later { attempts, wait, cause, .. } = decide(partly, both, &mut health, &terms(true)) else {
        panic!("they are tried again");
    };
    assert!(attempts.iter().all(|attempt| attempt.partly && attempt.alone && attempt.tries == 1));
    assert_eq!((wait.as_secs(), cause, health.is_down()), (5, Cause::Recipients { any: true }, false));
}
