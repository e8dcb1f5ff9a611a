//! How a change of an alert is published, alone or with its group.
//!
//! A pair belongs to at most one group. A group keeps its id while pairs join and leave; when two groups merge, the smaller id stays and
//! the alerts of the other group are published again with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::alerts::alert::{Change, ChangeKind};
use crate::alerts::id::Key;
use crate::alerts::view::View;
use crate::base::time::Time;

use super::alert_book::AlertBook;
use super::context::Context;
use super::entry::Entry;
use super::group::can_group;
use super::lifecycle::{Action, Observation, Transition, transition};

impl AlertBook {
    /// Publishes a change, and one for every other alert whose group changes with it: first that of `key`, then the others in order of key.
    pub(super) fn publish(
        &mut self,
        at: Time,
        key: &Key,
        change: ChangeKind,
        reason: String,
        view: &View<'_>,
        out: &mut Vec<Change>,
    ) {
        let context = Context::new(&self.policy, &self.memory, view);
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        // A line about an end does not move the alert to another group.
        let over = matches!(change, ChangeKind::Ended | ChangeKind::Retracted);
        let joins = can_group(key) && entry.alert.announced && !over;
        if !joins {
            return entry.publish(change, at, reason, key, &context, out);
        }
        self.groups.add(key);
        // Usually the pair is already in its group, or joins that of its neighbours. The whole group need not be walked then.
        let known = self.groups.linked(key).filter_map(|pair| self.entries.get(pair)?.alert.group_id.as_deref());
        let known: BTreeSet<&str> = known.collect();
        let own = self.entries.get(key).and_then(|entry| entry.alert.group_id.as_deref());
        if let Some(group) =
            known.first().copied().filter(|group| known.len() == 1 && own.is_none_or(|own| own == *group))
        {
            let group = group.to_owned();
            if let Some(entry) = self.entries.get_mut(key) {
                entry.join(&group);
                entry.publish(change, at, reason, key, &context, out);
            }
            return;
        }
        let members = self.groups.around(key);
        let group = group_id(&members, &self.entries);
        for member in std::iter::once(key).chain(members.iter().filter(|member| *member != key)) {
            let Some(entry) = self.entries.get_mut(member) else {
                continue;
            };
            // `group` is `None` while the pairs are too few; a pair that is alone again keeps the id it had.
            let moved = group.is_some() && entry.alert.group_id != group;
            if let Some(group) = group.as_deref().filter(|_| moved) {
                entry.join(group);
            }
            if member == key {
                entry.publish(change, at, reason.clone(), key, &context, out);
            } else if moved
                && let Transition { act: Action::Publish(change), why, .. } =
                    transition(entry.state, Observation::Grouped)
            {
                entry.publish(change, at, why.to_owned(), member, &context, out);
            }
        }
    }
}

/// The id of a group: the smallest that its members already have, otherwise the smallest alert id among them.
fn group_id(members: &BTreeSet<Key>, entries: &BTreeMap<Key, Entry>) -> Option<String> {
    let alerts = || members.iter().filter_map(|key| entries.get(key)).map(|entry| &entry.alert);
    let had = alerts().filter_map(|alert| alert.group_id.clone()).min();
    had.or_else(|| alerts().map(|alert| alert.id.clone()).min())
}
