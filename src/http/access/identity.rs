//! Finds out who asks: from the token or the cookie of a request to a [`Reader`].
//!
//! What the store says is used for at most [`FRESH`], so that reading it does not cost every request, and a change by another process is
//! noticed all the same. A change through the API empties the cache at once; what was read before the change is not put into it later.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use tracing::warn;

use super::cookie::secret;
use super::origin::is_foreign;
use super::reader::Reader;
use super::secret::{digest, is_equal};
use super::settings::Settings;
use crate::http::problem::Problem;
use crate::platform::clock::{Clock, Moment};
use crate::storage::store::{self, Person, Readers, Role, Session, SignIn, StoreError, Token};
use atalaia_core::alerts::handling::Purpose;
use atalaia_core::base::time::{Span, Time};

/// Maximum age of what is known about a credential. Below the second within which a revocation must work.
const FRESH: Duration = Duration::from_millis(800);
/// Number of credentials from which those that are no longer fresh are forgotten.
const MANY: usize = 1024;
/// Number of credentials that are read at the same time. When all consoles come back at once, a read of each on a thread of its own would
/// take far more memory than time.
const AT_ONCE: usize = 2;
/// Use is noted to this precision: one write a minute for each reader.
const USE_EVERY: Span = Span::from_seconds(60);
/// Header that proves that a change comes from the console.
const CSRF: &str = "x-atalaia-csrf";
/// Header of a request that a page makes on its own, with the value 1.
const BACKGROUND: &str = "x-atalaia-background";

/// Who causes the requests to a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::http) enum Cause {
    /// The reader: each request counts as use of the session, unless its header says that the page made it on its own.
    Reader,
    /// The page: reading does not keep a session from idling.
    Page,
}

/// What of a request says who asks.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Asking<'a> {
    /// Its method: one that changes something needs more from a browser.
    pub(in crate::http) method: &'a Method,
    /// Who causes requests to its route.
    pub(in crate::http) cause: Cause,
    /// Its headers.
    pub(in crate::http) headers: &'a HeaderMap,
    /// Host and port of its URI, which HTTP/2 has in place of the header `Host`.
    pub(in crate::http) authority: Option<&'a str>,
    /// Address of the client.
    pub(in crate::http) address: IpAddr,
}

impl Asking<'_> {
    /// Whether the request counts as use of a session. A change always does.
    fn is_use(&self) -> bool {
        let is_marked = self.headers.get(BACKGROUND).is_some_and(|value| value == "1");
        self.method != Method::GET || (self.cause == Cause::Reader && !is_marked)
    }
}

/// What a reader was identified by.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::http) enum Credential {
    /// A session and its person.
    Session(Box<(Session, Person)>),
    /// A token.
    Token(Box<Token>),
}

/// An identified reader, with the way to ask again.
#[derive(Clone, Debug)]
pub(in crate::http) struct Identity {
    /// The reader, as handlers see it.
    pub(in crate::http) reader: Reader,
    /// What the reader was identified by.
    pub(in crate::http) credential: Credential,
    /// Digest of the secret.
    key: [u8; 32],
}

/// What is known about credentials, by the digest of the secret.
#[derive(Debug)]
pub(super) struct Identities {
    /// Connections to the store that are kept open: opening one would cost more than what is read.
    readers: Readers,
    /// Wall clock and steady clock.
    clock: Clock,
    /// Lifetimes of sessions.
    settings: Arc<Settings>,
    /// Whether the listener has TLS, which decides the name of the cookie.
    secure: bool,
    /// A permit for each read that may run.
    places: Arc<Semaphore>,
    /// What was read.
    known: Mutex<Known>,
}

/// What was read from the store.
#[derive(Debug, Default)]
struct Known {
    /// How often everything was forgotten. What was read before the last time may be out of date.
    generation: u64,
    /// By the digest of the secret, each with when it was read. Credentials that do not exist are not in it.
    credentials: BTreeMap<[u8; 32], (Moment, Credential)>,
}

impl Known {
    /// Forgets everything.
    fn forget(&mut self) {
        self.generation += 1;
        self.credentials.clear();
    }

    /// Keeps what was read when everything had been forgotten `generation` times, unless that has happened again since.
    fn keep(&mut self, generation: u64, key: [u8; 32], read: Moment, credential: Credential) {
        if generation != self.generation {
            return;
        }
        if MANY < self.credentials.len() {
            self.credentials.retain(|_, (earlier, _)| read.since(*earlier) < FRESH);
        }
        self.credentials.insert(key, (read, credential));
    }

    /// Raises the time of the last use of a credential, and nothing else of it.
    fn use_at(&mut self, key: &[u8; 32], now: Time) {
        match self.credentials.get_mut(key) {
            Some((_, Credential::Session(held))) => held.0.used_at = now,
            Some((_, Credential::Token(token))) => token.used_at = Some(now),
            None => {}
        }
    }
}

impl Identities {
    /// Nothing is known yet.
    pub(super) fn new(path: &Path, clock: Clock, settings: Arc<Settings>, secure: bool) -> Identities {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Identities { readers: Readers::new(path.to_owned()), clock, settings, secure, places, known: Mutex::default() }
    }

    /// The reader of a request.
    ///
    /// # Errors
    /// `unauthenticated` without a token or session, or with one that is unknown, over or barred; `csrf` for a request by cookie that another
    /// site has caused.
    pub(super) async fn identify(&self, asking: &Asking<'_>) -> Result<Identity, Problem> {
        let (key, is_token) = match asking.headers.get(AUTHORIZATION) {
            Some(header) => {
                let text = header.to_str().unwrap_or_default();
                let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
                let (_, token) = token.ok_or_else(|| Problem::unauthenticated("write Authorization: Bearer atl_…"))?;
                (digest(token.trim()), true)
            }
            None => {
                let own = secret(asking.headers, self.secure);
                let own = own.ok_or_else(|| Problem::unauthenticated("sign in, or send a token"))?;
                (digest(&own), false)
            }
        };
        let identity = self.of(key, is_token, asking.address).await?;
        if let Credential::Session(held) = &identity.credential {
            from_console(asking, &held.0)?;
        }
        if asking.is_use() {
            self.note_use(&identity);
        }
        Ok(identity)
    }

    /// The same reader again, as the store has it now. This does not count as use.
    ///
    /// # Errors
    /// `unauthenticated` once the session or token is over.
    pub(super) async fn again(&self, identity: &Identity) -> Result<Identity, Problem> {
        let is_token = matches!(identity.credential, Credential::Token(_));
        self.of(identity.key, is_token, identity.reader.address).await
    }

    /// Forgets everything, because something has changed.
    pub(super) fn forget(&self) {
        self.known().forget();
    }

    /// The reader with this key, checked.
    async fn of(&self, key: [u8; 32], is_token: bool, address: IpAddr) -> Result<Identity, Problem> {
        let credential = self.credential(key, is_token).await?;
        let now = self.clock.now();
        let reader = match &credential {
            Credential::Session(held) => self.of_session(&held.0, &held.1, address, now),
            Credential::Token(token) => of_token(token, address, now),
        };
        reader.map(|reader| Identity { reader, credential, key })
    }

    /// What the store says about this key, or has said a moment ago.
    async fn credential(&self, key: [u8; 32], is_token: bool) -> Result<Credential, Problem> {
        if let Some(found) = self.fresh(&key, is_token) {
            return Ok(found);
        }
        let busy = || Problem::busy("the store cannot be used; the log says why");
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| busy())?;
        // Another request with the same secret may have read it meanwhile.
        if let Some(found) = self.fresh(&key, is_token) {
            return Ok(found);
        }
        let (now, generation) = (self.clock.moment(), self.known().generation);
        let readers = self.readers.clone();
        let read = move || -> Result<Option<Credential>, StoreError> {
            // The read keeps its place until it ends, even if the request has been given up.
            let _place = place;
            Ok(match is_token {
                true => readers.token(&key)?.map(|token| Credential::Token(Box::new(token))),
                false => readers.session(&key)?.map(|held| Credential::Session(Box::new(held))),
            })
        };
        let found = tokio::task::spawn_blocking(read).await.map_err(|_| busy())?;
        let found = found.map_err(|error| {
            warn!(%error, "the store cannot be used to identify a reader");
            busy()
        })?;
        let unknown = if is_token { "the token is unknown or over" } else { "the session is over; sign in again" };
        let found = found.ok_or_else(|| Problem::unauthenticated(unknown))?;
        self.known().keep(generation, key, now, found.clone());
        Ok(found)
    }

    /// What the store said about this key a moment ago; `None` if that is too long ago, or of the other kind.
    fn fresh(&self, key: &[u8; 32], is_token: bool) -> Option<Credential> {
        let now = self.clock.moment();
        let known = self.known();
        let (read, found) = known.credentials.get(key)?;
        let is_fresh = now.since(*read) < FRESH && matches!(found, Credential::Token(_)) == is_token;
        is_fresh.then(|| found.clone())
    }

    /// The reader of a session in force.
    fn of_session(&self, session: &Session, person: &Person, address: IpAddr, now: Time) -> Result<Reader, Problem> {
        let over = || Problem::unauthenticated("the session is over; sign in again");
        if session.ended_at.is_some() || session.ends_at <= now || self.idle_until(session) <= now {
            return Err(over());
        }
        if person.disabled_at.is_some() {
            return Err(over());
        }
        Ok(Reader {
            name: person.name.clone(),
            way: session.way,
            session: Some(session.id.clone()),
            rights: Role::rights_of(&person.roles),
            clearance: person.ceilings.clearance(),
            purpose: session.purpose.map(Purpose::name),
            is_stated: false,
            address,
        })
    }

    /// When a session ends if it is not used any more.
    pub(super) fn idle_until(&self, session: &Session) -> Time {
        session.ends_at.min(session.used_at + self.settings.idle())
    }

    /// Notes that the reader asked for something, at most once a minute. A failure is only logged; at worst the session expires early.
    fn note_use(&self, identity: &Identity) {
        let now = self.clock.now();
        let last = match &identity.credential {
            Credential::Session(held) => Some(held.0.used_at),
            Credential::Token(token) => token.used_at,
        };
        // A session that idles for a minute only must be noted sooner.
        let every = USE_EVERY.min(Span::from_seconds(i64::from(self.settings.idle_minutes) * 20));
        if last.is_some_and(|last| now < last + every && last <= now) {
            return;
        }
        self.known().use_at(&identity.key, now);
        let (path, credential) = (self.readers.path().to_owned(), identity.credential.clone());
        let note = move || {
            let noted = match &credential {
                Credential::Session(held) => store::use_session(&path, &held.0.id, now),
                Credential::Token(token) => store::use_token(&path, &token.name, now),
            };
            if let Err(error) = noted {
                warn!(%error, "the use of a session or token cannot be noted");
            }
        };
        drop(tokio::task::spawn_blocking(note));
    }

    /// Locks what is known. A panic cannot leave it half changed.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reader of a token in force, used from where it may be.
fn of_token(token: &Token, address: IpAddr, now: Time) -> Result<Reader, Problem> {
    if token.ended_at.is_some() || token.expires_at <= now {
        return Err(Problem::unauthenticated("the token is unknown or over"));
    }
    let address = address.to_canonical();
    let within = |network: &String| IpNet::from_str(network).is_ok_and(|network| network.contains(&address));
    if !token.networks.is_empty() && !token.networks.iter().any(within) {
        return Err(Problem::unauthenticated("the token may not be used from this address"));
    }
    Ok(Reader {
        name: token.name.clone(),
        way: SignIn::Token,
        session: None,
        rights: token.rights.clone(),
        clearance: token.ceilings.clearance(),
        purpose: Some(token.purpose.name()),
        // A token is made for a purpose.
        is_stated: true,
        address,
    })
}

/// Refuses a request by cookie that the console has not made.
fn from_console(asking: &Asking<'_>, session: &Session) -> Result<(), Problem> {
    if is_foreign(asking.headers, asking.authority) {
        return Err(Problem::csrf("a page of another site has caused this request"));
    }
    if asking.method.is_safe() {
        return Ok(());
    }
    let sent = asking.headers.get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match is_equal(sent, &session.csrf) {
        true => Ok(()),
        false => Err(Problem::csrf("send the header X-Atalaia-Csrf with the value from GET /api/v1/session")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn token(rights: &[store::Right]) -> Credential {
        Credential::Token(Box::new(Token {
            name: "qgis".to_owned(),
            rights: rights.iter().copied().collect(),
            ceilings: store::Ceilings::default(),
            networks: Vec::new(),
            purpose: Purpose::Safety,
            made_by: "ana".to_owned(),
            made_at: Time::from_millis(0),
            expires_at: Time::from_millis(i64::MAX),
            used_at: None,
            ended_at: None,
        }))
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (mut known, now) = (Known::default(), Clock.moment());
        let generation = known.generation;
        known.forget();
        known.keep(generation, [1; 32], now, token(&[store::Right::People]));
        assert_eq!(known.credentials.get(&[1; 32]), None, "rights that were taken away meanwhile");
        known.keep(known.generation, [1; 32], now, token(&[store::Right::Read]));
        assert_eq!(known.credentials.get(&[1; 32]), Some(&(now, token(&[store::Right::Read]))));
    }

    #[test]
    fn use_changes_nothing_but_the_time_of_use() {
        let (mut known, now) = (Known::default(), Clock.moment());
        known.keep(0, [1; 32], now, token(&[store::Right::Read]));
        known.use_at(&[1; 32], Time::from_millis(7));
        let Some((_, Credential::Token(kept))) = known.credentials.get(&[1; 32]) else {
            panic!("it is kept");
        };
        assert_eq!(kept.used_at, Some(Time::from_millis(7)));
        assert!(kept.rights.allow(store::Right::Read) && !kept.rights.allow(store::Right::People));
    }

    #[test]
    fn what_a_page_does_on_its_own_is_no_use() {
        let (none, mut marked) = (HeaderMap::new(), HeaderMap::new());
        marked.insert(BACKGROUND, HeaderValue::from_static("1"));
        let is_use = |method: &Method, cause, headers: &HeaderMap| {
            let address = IpAddr::from([192, 0, 2, 1]);
            Asking { method, cause, headers, authority: None, address }.is_use()
        };
        assert!(is_use(&Method::GET, Cause::Reader, &none));
        assert!(!is_use(&Method::GET, Cause::Reader, &marked));
        assert!(!is_use(&Method::GET, Cause::Page, &none));
        assert!(is_use(&Method::POST, Cause::Reader, &marked), "a change is always somebody's");
        assert!(is_use(&Method::DELETE, Cause::Page, &none));
    }
}
