//! The body of an act: each kind of act has its own members, and no others.

use serde::{Deserialize, Deserializer};

use super::mark::{MarkBody, moment};
use crate::http::body::wrong;
use crate::http::problem::Problem;
use crate::storage::store::{Action, Deed, Finding};
use atalaia_core::alerts::handling::Mark;
use atalaia_core::base::time::Time;

/// Longest note in characters.
const NOTE: usize = 10_000;
/// Longest reason in characters.
const REASON: usize = 2_000;
/// Longest name of a person in characters.
const NAME: usize = 64;
/// Most alerts of one request.
pub(super) const ALERTS: usize = 200;

/// The kinds of act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Set aside until it becomes graver, or until `until`.
    Acknowledge,
    /// Assign to `to`, or to nobody with null.
    Assign,
    /// Add the note `text`.
    Note,
    /// Change the marking as `mark` says; needs `why`.
    Mark,
    /// Close with `finding`; needs `why`.
    Close,
    /// Make a closed or acknowledged alert new again.
    Reopen,
}

/// The findings.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FindingBody {
    /// It was what it appeared to be.
    Confirmed,
    /// It happened but is harmless.
    Benign,
    /// It did not happen.
    False,
}

/// An act.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActBody {
    /// What to do.
    pub(super) act: Kind,
    /// Full ids of the alerts, for acts on several.
    pub(super) ids: Option<Vec<String>>,
    /// When an acknowledgement expires, by the wall clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default, deserialize_with = "moment")]
    until: Option<Time>,
    /// The person to whom it is assigned; null removes the assignment.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "given")]
    to: Option<Option<String>>,
    /// Text of a note.
    text: Option<String>,
    /// The finding with which it is closed.
    finding: Option<FindingBody>,
    /// What changes in the marking.
    mark: Option<MarkBody>,
    /// The reason.
    why: Option<String>,
}

/// A member that may be null, and is known to be given.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl ActBody {
    /// The act and its reason.
    ///
    /// # Errors
    /// `body` for a member that is missing, too long, empty or belongs to another act.
    pub(super) fn deed(self) -> Result<(Deed, Option<String>), Problem> {
        let ActBody { act, ids: _, until, to, text, finding, mark, why } = self;
        let why = why.map(|why| plain("why", why, REASON)).transpose()?;
        let members = [
            ("until", until.is_some(), Kind::Acknowledge),
            ("to", to.is_some(), Kind::Assign),
            ("text", text.is_some(), Kind::Note),
            ("finding", finding.is_some(), Kind::Close),
            ("mark", mark.is_some(), Kind::Mark),
        ];
        if let Some((name, ..)) = members.iter().find(|(_, given, of)| *given && *of != act) {
            return Err(wrong(name, "does not belong to this act"));
        }
        let reason = || why.clone().ok_or_else(|| wrong("why", "is missing: this act needs a reason"));
        let deed = match act {
            Kind::Acknowledge => Deed::Action(Action::Acknowledge { until }),
            Kind::Assign => {
                let to = to.ok_or_else(|| wrong("to", "is missing: write a name, or null for nobody"))?;
                Deed::Action(Action::Assign(to.map(|to| plain("to", to, NAME)).transpose()?))
            }
            Kind::Note => {
                let text = text.ok_or_else(|| wrong("text", "is missing"))?;
                Deed::Action(Action::Note(plain("text", text, NOTE)?))
            }
            Kind::Mark => {
                let mark = Mark::from(mark.ok_or_else(|| wrong("mark", "is missing"))?);
                if mark == Mark::default() {
                    return Err(wrong("mark", "changes nothing"));
                }
                reason()?;
                Deed::Mark(Box::new(mark))
            }
            Kind::Close => {
                reason()?;
                Deed::Action(Action::Close(match finding.ok_or_else(|| wrong("finding", "is missing"))? {
                    FindingBody::Confirmed => Finding::Confirmed,
                    FindingBody::Benign => Finding::Benign,
                    FindingBody::False => Finding::False,
                }))
            }
            Kind::Reopen => Deed::Action(Action::Reopen),
        };
        Ok((deed, why))
    }
}

/// A text that is not empty and not longer than `most` characters, without the blanks around it.
fn plain(member: &str, text: String, most: usize) -> Result<String, Problem> {
    match text.trim() {
        "" => Err(wrong(member, "is empty")),
        trimmed if most < trimmed.chars().count() => Err(wrong(member, format!("is longer than {most} characters"))),
        trimmed => Ok(trimmed.to_owned()),
    }
}
