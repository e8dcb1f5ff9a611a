//! Records what a reader has read, and what left the site.

use std::time::Duration;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::readings::Reading;
use super::sources::Sources;
use crate::http::access::{AskPurpose, Reader};
use crate::http::problem::Problem;
use crate::storage::store::{self, Act, Record, Subject};

/// A reading that is repeated within this time is not counted again: windows ask for what they show every few seconds.
const SAME: Duration = Duration::from_secs(5);
/// The same list with the same filter is recorded once in this time.
const SAME_LIST: Duration = Duration::from_secs(15 * 60);
/// Longest subject in characters: a search for 200 identities fits. Of a longer one the beginning is recorded, and a digest of the whole, so
/// that two of them are never the same.
const LONGEST: usize = 2_500;

/// Parameters that say nothing about what was read.
const PAGING: [&str; 4] = ["cursor", "limit", "sort", "fields"];

/// Records that the reader has read something. `act` is the kind of reading, `subject` what was read. The same again within a quarter of an hour is counted in the same row. An answer is not sent before this has
/// succeeded.
pub(super) async fn consulted(
    sources: &Sources,
    reader: &Reader,
    act: Act,
    subject: Subject,
    why: Option<&str>,
) -> Result<(), Problem> {
    let is_search = matches!(act, Act::IdentitySearched | Act::PlaceSearched);
    asked(sources, reader, if is_search { AskPurpose::Search } else { AskPurpose::Always })?;
    once_in(SAME, sources, reader, act, subject, why).await
}

/// Records that the reader has read a list, with the filter of the request.
pub(super) async fn listed(sources: &Sources, reader: &Reader, list: &str, query: &str) -> Result<(), Problem> {
    let is_page = |pair: &&str| PAGING.contains(&pair.split('=').next().unwrap_or_default());
    let filter = query.split('&').filter(|pair| !is_page(pair));
    let subject = format!("{list} {}", filter.collect::<Vec<_>>().join("&"));
    once_in(SAME_LIST, sources, reader, Act::Listed, Subject::Search(subject.trim().to_owned()), None).await
}

/// Refuses a request without a purpose of its own, if the settings ask for one from `least` on. A token has its purpose.
pub(super) fn asked(sources: &Sources, reader: &Reader, least: AskPurpose) -> Result<(), Problem> {
    let settings = sources.access.settings();
    if reader.is_stated || settings.ask_purpose < least {
        return Ok(());
    }
    let names: Vec<String> = settings.known_purposes().into_iter().map(|purpose| purpose.name()).collect();
    Err(Problem::purpose(format!("send the header X-Atalaia-Purpose with one of {}", names.join(", "))))
}

/// Records a reading, unless the same one was recorded within the last `span`.
async fn once_in(
    span: Duration,
    sources: &Sources,
    reader: &Reader,
    act: Act,
    subject: Subject,
    why: Option<&str>,
) -> Result<(), Problem> {
    let subject = match subject {
        Subject::Search(text) => Subject::Search(bounded(&text)),
        known => known,
    };
    let (session, purpose) = (reader.session.as_deref(), reader.purpose.as_deref());
    let reading = format!("{}\n{session:?}\n{purpose:?}\n{}\n{subject}\n{why:?}", reader.name, act.name());
    let moment = sources.clock.moment();
    if sources.recent.has(&reading, span, moment) {
        return Ok(());
    }
    let reading_of = Reading { reader: reader.clone(), act, subject, why: why.map(str::to_owned) };
    sources.readings.write(sources.clock, reading_of).await?;
    sources.recent.put(reading, moment);
    Ok(())
}

/// The subject, or its beginning with a digest of the whole.
fn bounded(subject: &str) -> String {
    if subject.chars().count() <= LONGEST {
        return subject.to_owned();
    }
    let whole = HEXLOWER.encode(&Sha256::digest(subject));
    let beginning: String = subject.chars().take(LONGEST - whole.len() - "… (sha256 )".chars().count()).collect();
    format!("{beginning}… (sha256 {whole})")
}

/// Records that the reader took data away: `what` is the kind or format, `why` the reason if one was given, `result` how much.
pub(super) async fn disclosed(
    sources: &Sources,
    reader: &Reader,
    what: &str,
    why: Option<&str>,
    result: &str,
) -> Result<(), Problem> {
    let (reader, subject, result) = (reader.clone(), Subject::Export(what.to_owned()), result.to_owned());
    let why = why.map(str::to_owned);
    let now = sources.clock.now();
    let record = move |path: &std::path::Path| {
        let (by, act) = (reader.actor(), Act::Exported);
        let record = Record { by, act, subject: &subject, why: why.as_deref(), result: Some(&result) };
        store::record(path, &record, now)
    };
    sources.stored(record).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_is_cut_still_differs_from_others() {
        let of = |last: &str| bounded(&format!("vessels {}{last}", "224000001 ".repeat(400)));
        let (one, other) = (of("Maria"), of("Carmen"));
        assert!(one.chars().count() <= LONGEST && one.starts_with("vessels 224000001 "), "{one}");
        assert_ne!(one, other);
        assert_eq!(bounded("vessels 224000001"), "vessels 224000001");
    }
}
