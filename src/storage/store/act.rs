//! What an audit row says was done.

use super::verb::Verb;
use atalaia_core::alerts::ChangeKind;

/// What an audit row says was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// The program opened an alert.
    Opened,
    /// The program changed an alert.
    Updated,
    /// The program ended an alert.
    Ended,
    /// The program took an alert back.
    Retracted,
    /// The program made an acknowledged alert new, because it became graver.
    Unacknowledged,
    /// A delivery was withheld, because its sink may not receive the marking.
    Withheld,
    /// A delivery was given up.
    Undelivered,
    /// A delivery that was given up was queued again.
    Retried,
    /// Somebody acknowledged an alert.
    Acknowledged,
    /// Somebody assigned an alert, or took the assignment away.
    Assigned,
    /// Somebody wrote a note.
    Noted,
    /// Somebody closed an alert with a finding.
    Closed,
    /// Somebody made a closed or acknowledged alert new.
    Reopened,
    /// Somebody changed the marking of an alert.
    Marked,
    /// Somebody held a case back from deletion.
    Held,
    /// Somebody ended the hold of a case.
    Released,
    /// Somebody made a silence.
    Silenced,
    /// Somebody lifted a silence.
    Lifted,
    /// Somebody added a person or a token.
    Added,
    /// Somebody changed a person.
    Altered,
    /// Somebody removed a person or ended a token.
    Removed,
    /// Somebody made a one-time link.
    Linked,
    /// A person signed in.
    SignedIn,
    /// Sessions of a person ended.
    SignedOut,
    /// A person stated what the data are used for in a session.
    PurposeStated,
    /// The program took over other settings, zones or lists.
    Reloaded,
    /// What was past its retention was deleted.
    Purged,
    /// Somebody made a bundle of a case.
    Bundled,
    /// Somebody exported data.
    Exported,
    /// Lines of a feed came in.
    Collected,
    /// Somebody read a list.
    Listed,
    /// Somebody read an alert.
    AlertRead,
    /// Somebody read the explanation of an alert.
    ExplanationRead,
    /// Somebody read the raw sentences behind an alert.
    SentencesRead,
    /// Somebody read a case.
    CaseRead,
    /// Somebody read the page of a vessel.
    VesselRead,
    /// Somebody read the alerts of a vessel.
    AlertsOfVesselRead,
    /// Somebody read the track of a vessel.
    TrackRead,
    /// Somebody read the conditions of a vessel.
    ExplanationsRead,
    /// Somebody searched for a vessel by its identity.
    IdentitySearched,
    /// Somebody searched for the vessels that were at a place.
    PlaceSearched,
    /// Somebody read the audit trail.
    TrailRead,
    /// Somebody verified the audit trail.
    TrailVerified,
}

impl Act {
    /// Its name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Act::Opened => "opened",
            Act::Updated => "updated",
            Act::Ended => "ended",
            Act::Retracted => "retracted",
            Act::Unacknowledged => "unacknowledged",
            Act::Withheld => "withheld",
            Act::Undelivered => "undelivered",
            Act::Retried => "retried",
            Act::Acknowledged => "acknowledged",
            Act::Assigned => "assigned",
            Act::Noted => "noted",
            Act::Closed => "closed",
            Act::Reopened => "reopened",
            Act::Marked => "marked",
            Act::Held => "held",
            Act::Released => "released",
            Act::Silenced => "silenced",
            Act::Lifted => "lifted",
            Act::Added => "added",
            Act::Altered => "altered",
            Act::Removed => "removed",
            Act::Linked => "linked",
            Act::SignedIn => "signed in",
            Act::SignedOut => "signed out",
            Act::PurposeStated => "purpose",
            Act::Reloaded => "reloaded",
            Act::Purged => "purged",
            Act::Bundled => "bundled",
            Act::Exported => "exported",
            Act::Collected => "collected",
            Act::Listed => "list",
            Act::AlertRead => "alert",
            Act::ExplanationRead => "explanation",
            Act::SentencesRead => "sentences",
            Act::CaseRead => "case",
            Act::VesselRead => "vessel",
            Act::AlertsOfVesselRead => "alerts",
            Act::TrackRead => "track",
            Act::ExplanationsRead => "explanations",
            Act::IdentitySearched => "identity",
            Act::PlaceSearched => "who",
            Act::TrailRead => "read",
            Act::TrailVerified => "verified",
        }
    }

    /// What it does to data.
    pub const fn verb(self) -> Verb {
        match self {
            Act::Collected => Verb::Collection,
            Act::Listed
            | Act::AlertRead
            | Act::ExplanationRead
            | Act::SentencesRead
            | Act::CaseRead
            | Act::VesselRead
            | Act::AlertsOfVesselRead
            | Act::TrackRead
            | Act::ExplanationsRead
            | Act::IdentitySearched
            | Act::PlaceSearched
            | Act::TrailRead
            | Act::TrailVerified => Verb::Consultation,
            Act::Withheld | Act::Undelivered | Act::Retried | Act::Bundled | Act::Exported => Verb::Disclosure,
            Act::Purged => Verb::Erasure,
            Act::Opened
            | Act::Updated
            | Act::Ended
            | Act::Retracted
            | Act::Unacknowledged
            | Act::Acknowledged
            | Act::Assigned
            | Act::Noted
            | Act::Closed
            | Act::Reopened
            | Act::Marked
            | Act::Held
            | Act::Released
            | Act::Silenced
            | Act::Lifted
            | Act::Added
            | Act::Altered
            | Act::Removed
            | Act::Linked
            | Act::SignedIn
            | Act::SignedOut
            | Act::PurposeStated
            | Act::Reloaded => Verb::Alteration,
        }
    }
}

impl From<ChangeKind> for Act {
    fn from(change: ChangeKind) -> Act {
        match change {
            ChangeKind::Opened => Act::Opened,
            ChangeKind::Updated => Act::Updated,
            ChangeKind::Ended => Act::Ended,
            ChangeKind::Retracted => Act::Retracted,
        }
    }
}
