//! What an audit row is about.

use std::fmt;

use atalaia_core::base::units::Mmsi;

/// What an audit row is about. Its display is the form in which it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// An alert, by its full id.
    Alert(String),
    /// A case, by its full id.
    Case(String),
    /// A silence, by its number.
    Silence(i64),
    /// A person, by name.
    Person(String),
    /// A token, by name.
    Token(String),
    /// An input, by name.
    Feed(String),
    /// The settings.
    Settings,
    /// The zones.
    Zones,
    /// The watchlists.
    Lists,
    /// A deletion of what is past its retention, by its number.
    Purge(i64),
    /// A file for other programs: what it contains, or its format.
    Export(String),
    /// A vessel, by its MMSI.
    Vessel(Mmsi),
    /// The audit trail itself.
    Trail,
    /// A list with its filter, or a search, in words: `alerts state=new`.
    Search(String),
}

/// What kind of thing a stored subject is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SubjectKind {
    /// A silence.
    Silence,
    /// A person or a token.
    Person,
    /// Settings, zones or lists.
    Settings,
    /// A purge or an export.
    Files,
    /// An alert or a case, whose id alone is stored, or what is only read.
    Other,
}

impl Subject {
    /// An alert, by its full id.
    pub fn alert(id: &str) -> Subject {
        Subject::Alert(id.to_owned())
    }

    /// A case, by its full id.
    pub fn case(id: &str) -> Subject {
        Subject::Case(id.to_owned())
    }

    /// A person, by name.
    pub(super) fn person(name: &str) -> Subject {
        Subject::Person(name.to_owned())
    }

    /// A token, by name.
    pub(super) fn token(name: &str) -> Subject {
        Subject::Token(name.to_owned())
    }
}

impl SubjectKind {
    /// The kind of a subject as it is stored. The word before the first space tells it; ids have none.
    pub(super) fn of(stored: &str) -> SubjectKind {
        match stored.split(' ').next().unwrap_or_default() {
            "silence" => SubjectKind::Silence,
            "person" | "token" => SubjectKind::Person,
            "settings" | "zones" | "lists" => SubjectKind::Settings,
            "purge" | "export" => SubjectKind::Files,
            _ => SubjectKind::Other,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Alert(text) | Subject::Case(text) | Subject::Search(text) => f.write_str(text),
            Subject::Silence(number) => write!(f, "silence {number}"),
            Subject::Person(name) => write!(f, "person {name}"),
            Subject::Token(name) => write!(f, "token {name}"),
            Subject::Feed(name) => write!(f, "feed {name}"),
            Subject::Settings => f.write_str("settings"),
            Subject::Zones => f.write_str("zones"),
            Subject::Lists => f.write_str("lists"),
            Subject::Purge(number) => write!(f, "purge {number}"),
            Subject::Export(what) => write!(f, "export {what}"),
            Subject::Vessel(mmsi) => write!(f, "vessel {mmsi}"),
            Subject::Trail => f.write_str("audit"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_stored_subject_is_the_one_that_it_was_written_with() {
        let kinds = [
            (Subject::Silence(3), "silence 3", SubjectKind::Silence),
            (Subject::person("ana lima"), "person ana lima", SubjectKind::Person),
            (Subject::token("qgis"), "token qgis", SubjectKind::Person),
            (Subject::Settings, "settings", SubjectKind::Settings),
            (Subject::Zones, "zones", SubjectKind::Settings),
            (Subject::Lists, "lists", SubjectKind::Settings),
            (Subject::Purge(2), "purge 2", SubjectKind::Files),
            (Subject::Export("csv".to_owned()), "export csv", SubjectKind::Files),
            (Subject::alert("abcdefghijklmnopqrstuvwxyz"), "abcdefghijklmnopqrstuvwxyz", SubjectKind::Other),
        ];
        for (subject, text, kind) in kinds {
            assert_eq!((subject.to_string().as_str(), SubjectKind::of(text)), (text, kind));
        }
    }
}
