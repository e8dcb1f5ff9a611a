//! The lifecycle of alerts: a table from state and observation to next state, action and reason.
//!
//! The table is complete, so that a new state or observation does not compile until every cell is decided. It holds no data: the book
//! applies what it says.

use serde::{Deserialize, Serialize};

use crate::alerts::alert::ChangeKind;

/// State of an alert inside the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum State {
    /// Not in the book: never opened, or ended.
    Absent,
    /// The behaviour holds.
    Open,
    /// The behaviour stopped, and the merge window is running. Outside the book the alert is still open.
    Pending,
}

/// What the book learns about an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Observation {
    /// The behaviour holds; nothing else is new.
    Holds,
    /// The behaviour holds, and the last line is `update_minutes` old.
    HoldsLong,
    /// The behaviour holds, and something an analyst would act on is new.
    HoldsWithNews,
    /// The behaviour stopped and may resume.
    Stopped,
    /// The behaviour stopped and cannot resume: its zone is gone, or the merge window has already passed.
    StoppedForGood,
    /// The merge window closed.
    WindowClosed,
    /// The pair joined a group, or its group merged with another.
    Grouped,
    /// A stronger behaviour about the same hours superseded it.
    Superseded,
    /// Later evidence shows that the behaviour never happened.
    Disproved,
}

/// What the book does about an observation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Publish a change.
    Publish(ChangeKind),
    /// Store it in the entry, without publishing a change.
    Note,
    /// Do nothing.
    Ignore,
}

/// One cell of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Transition {
    /// State after the observation; `Absent` means that the entry leaves the book.
    pub(super) next: State,
    /// What the book does.
    pub(super) act: Action,
    /// Reason for the change, in a few words.
    pub(super) why: &'static str,
}

/// What happens to an alert in `state` on `observation`.
pub(super) fn transition(state: State, observation: Observation) -> Transition {
    use ChangeKind::{Ended, Opened, Retracted, Updated};
    let (next, act, why) = match (state, observation) {
        (State::Absent, Observation::Holds | Observation::HoldsLong | Observation::HoldsWithNews) => {
            (State::Open, Action::Publish(Opened), "the rule is satisfied")
        }
        (State::Absent, Observation::Stopped | Observation::StoppedForGood) => {
            (State::Absent, Action::Ignore, "never opened")
        }
        (State::Absent, Observation::WindowClosed | Observation::Grouped | Observation::Superseded) => {
            (State::Absent, Action::Ignore, "already over")
        }
        (State::Absent, Observation::Disproved) => (State::Absent, Action::Ignore, "never opened, or long over"),
        (State::Open | State::Pending, Observation::Disproved) => {
            (State::Absent, Action::Publish(Retracted), "later evidence disproves it")
        }

        (State::Open, Observation::Holds) => (State::Open, Action::Note, "nothing to act on is new"),
        (State::Open, Observation::HoldsLong) => (State::Open, Action::Publish(Updated), "still going on"),
        (State::Open, Observation::HoldsWithNews) => {
            (State::Open, Action::Publish(Updated), "something to act on is new")
        }
        (State::Open, Observation::Stopped) => {
            (State::Pending, Action::Note, "it may come back within the merge window")
        }
        (State::Open, Observation::StoppedForGood) => (State::Absent, Action::Publish(Ended), "it cannot come back"),
        (State::Open, Observation::WindowClosed) => (State::Open, Action::Ignore, "it came back before"),
        (State::Open, Observation::Grouped) => {
            (State::Open, Action::Publish(Updated), "joined a group of linked pairs")
        }
        (State::Open, Observation::Superseded) => {
            (State::Absent, Action::Publish(Ended), "superseded by another alert")
        }

        (State::Pending, Observation::Holds) => (State::Open, Action::Note, "it came back"),
        (State::Pending, Observation::HoldsLong) => (State::Open, Action::Publish(Updated), "it came back and goes on"),
        (State::Pending, Observation::HoldsWithNews) => {
            (State::Open, Action::Publish(Updated), "it came back with something to act on")
        }
        (State::Pending, Observation::Stopped) => (State::Pending, Action::Ignore, "it had already stopped"),
        (State::Pending, Observation::StoppedForGood) => {
            (State::Absent, Action::Publish(Ended), "it cannot come back any more")
        }
        (State::Pending, Observation::WindowClosed) => (State::Absent, Action::Publish(Ended), "it did not come back"),
        (State::Pending, Observation::Grouped) => {
            (State::Pending, Action::Publish(Updated), "joined a group of linked pairs")
        }
        (State::Pending, Observation::Superseded) => {
            (State::Absent, Action::Publish(Ended), "superseded by another alert")
        }
    };
    Transition { next, act, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_of_the_table_is_as_specified() {
        use Action::{Ignore, Note, Publish};
        use ChangeKind::{Ended, Opened, Retracted, Updated};
        use Observation::*;
        use State::{Absent, Open, Pending};
        let table = [
            (Absent, Holds, Open, Publish(Opened)),
            (Absent, HoldsLong, Open, Publish(Opened)),
            (Absent, HoldsWithNews, Open, Publish(Opened)),
            (Absent, Stopped, Absent, Ignore),
            (Absent, StoppedForGood, Absent, Ignore),
            (Absent, WindowClosed, Absent, Ignore),
            (Absent, Grouped, Absent, Ignore),
            (Absent, Superseded, Absent, Ignore),
            (Absent, Disproved, Absent, Ignore),
            (Open, Disproved, Absent, Publish(Retracted)),
            (Pending, Disproved, Absent, Publish(Retracted)),
            (Open, Holds, Open, Note),
            (Open, HoldsLong, Open, Publish(Updated)),
            (Open, HoldsWithNews, Open, Publish(Updated)),
            (Open, Stopped, Pending, Note),
            (Open, StoppedForGood, Absent, Publish(Ended)),
            (Open, WindowClosed, Open, Ignore),
            (Open, Grouped, Open, Publish(Updated)),
            (Open, Superseded, Absent, Publish(Ended)),
            (Pending, Holds, Open, Note),
            (Pending, HoldsLong, Open, Publish(Updated)),
            (Pending, HoldsWithNews, Open, Publish(Updated)),
            (Pending, Stopped, Pending, Ignore),
            (Pending, StoppedForGood, Absent, Publish(Ended)),
            (Pending, WindowClosed, Absent, Publish(Ended)),
            (Pending, Grouped, Pending, Publish(Updated)),
            (Pending, Superseded, Absent, Publish(Ended)),
        ];
        for (state, observation, next, act) in table {
            let cell = transition(state, observation);
            assert_eq!((cell.next, cell.act), (next, act), "{state:?} {observation:?}");
            assert!(!cell.why.is_empty());
        }
    }

    #[test]
    fn only_an_opening_leaves_absent_and_only_an_end_returns_to_it() {
        use Observation::*;
        for state in [State::Absent, State::Open, State::Pending] {
            for observation in
                [Holds, HoldsLong, HoldsWithNews, Stopped, StoppedForGood, WindowClosed, Grouped, Superseded, Disproved]
            {
                let cell = transition(state, observation);
                let opened = cell.act == Action::Publish(ChangeKind::Opened);
                let ended = matches!(cell.act, Action::Publish(ChangeKind::Ended | ChangeKind::Retracted));
                assert_eq!(opened, state == State::Absent && cell.next != State::Absent);
                assert_eq!(ended, state != State::Absent && cell.next == State::Absent);
            }
        }
    }
}
