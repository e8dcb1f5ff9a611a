//! Finds out who asks: from the token or the cookie of a request to a [`Reader`].
//!
//! What the store says is used for at most [`FRESH`], so that reading it does not cost every request, and a change by another process is
//! noticed all the same. A change through the API empties the cache at once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use ipnet::IpNet;
use tracing::warn;

use super::cookie::secret;
use super::origin::is_foreign;
use super::reader::{Reader, Way};
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
/// Use is noted to this precision: one write a minute for each reader.
const USE_EVERY: Span = Span::from_seconds(60);
/// Header that proves that a change comes from the console.
const CSRF: &str = "x-atalaia-csrf";
/// What a page fetches by itself. It does not keep a session from idling.
const BACKGROUND: [&str; 8] = [
    "/api/v1/session",
    "/api/v1/events",
    "/api/v1/changes",
    "/api/v1/picture",
    "/api/v1/picture/names",
    "/api/v1/status",
    "/api/v1/feeds",
    "/api/v1/coverage",
];

/// What of a request says who asks.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Asking<'a> {
    /// Its method: one that changes something needs more from a browser.
    pub(in crate::http) method: &'a Method,
    /// Its path.
    pub(in crate::http) path: &'a str,
    /// Its headers.
    pub(in crate::http) headers: &'a HeaderMap,
    /// Host and port of its URI, which HTTP/2 has in place of the header `Host`.
    pub(in crate::http) authority: Option<&'a str>,
    /// Address of the client.
    pub(in crate::http) address: IpAddr,
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
    /// Each with when it was read. Credentials that do not exist are not in it.
    known: Mutex<BTreeMap<[u8; 32], (Moment, Credential)>>,
}

impl Identities {
    /// Nothing is known yet.
    pub(super) fn new(path: &Path, clock: Clock, settings: Arc<Settings>, secure: bool) -> Identities {
        Identities { readers: Readers::new(path.to_owned()), clock, settings, secure, known: Mutex::default() }
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
        if !BACKGROUND.contains(&asking.path) || asking.method != Method::GET {
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
        self.known().clear();
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
        let now = self.clock.moment();
        let fresh = self.known().get(&key).filter(|(read, _)| now.since(*read) < FRESH).map(|(_, found)| found.clone());
        if let Some(found) = fresh.filter(|found| matches!(found, Credential::Token(_)) == is_token) {
            return Ok(found);
        }
        let readers = self.readers.clone();
        let read = move || -> Result<Option<Credential>, StoreError> {
            Ok(match is_token {
                true => readers.token(&key)?.map(|token| Credential::Token(Box::new(token))),
                false => readers.session(&key)?.map(|held| Credential::Session(Box::new(held))),
            })
        };
        let busy = || Problem::busy("the store cannot be used; the log says why");
        let found = tokio::task::spawn_blocking(read).await.map_err(|_| busy())?;
        let found = found.map_err(|error| {
            warn!(%error, "the store cannot be used to identify a reader");
            busy()
        })?;
        let unknown = if is_token { "the token is unknown or over" } else { "the session is over; sign in again" };
        let found = found.ok_or_else(|| Problem::unauthenticated(unknown))?;
        let mut known = self.known();
        if MANY < known.len() {
            known.retain(|_, (read, _)| now.since(*read) < FRESH);
        }
        known.insert(key, (now, found.clone()));
        Ok(found)
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
            way: if session.way == SignIn::Link { Way::Link } else { Way::Password },
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
        let idle = i64::try_from(self.settings.idle().as_secs()).unwrap_or(i64::MAX / 4000);
        session.ends_at.min(session.used_at + Span::from_seconds(idle))
    }

    /// Notes that the reader asked for something, at most once a minute. A failure is logged only: it costs the reader a sign-in.
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
        let mut credential = identity.credential.clone();
        match &mut credential {
            Credential::Session(held) => held.0.used_at = now,
            Credential::Token(token) => token.used_at = Some(now),
        }
        if let Some((_, known)) = self.known().get_mut(&identity.key) {
            *known = credential.clone();
        }
        let path = self.readers.path().to_owned();
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
    fn known(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], (Moment, Credential)>> {
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
        way: Way::Token,
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
