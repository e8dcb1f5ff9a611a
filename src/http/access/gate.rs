//! The gate in front of every route: identifies the reader and checks the right that the route asks for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, watch};

use super::identity::{Asking, Cause, Credential, Identities, Identity};
use super::pace::{Attempts, Requests, network};
use super::password::{hash, verify};
use super::reader::Reader;
use super::settings::Settings;
use super::standing::Standing;
use crate::http::problem::Problem;
use crate::http::view::View;
use crate::platform::clock::Clock;
use crate::storage::store::{Right, Session};
use atalaia_core::base::time::Time;

/// Header with the purpose of one request.
const PURPOSE: &str = "x-atalaia-purpose";
/// Number of passwords that are hashed at the same time: each takes 19 MiB and a core.
const HASHING: usize = 2;
/// Password that is hashed for unknown names, so that they take as long as known ones.
const NOBODY: &str = "no person has this password";

/// The reader of a request, or why there is none. An open route is reached without one.
type Admission = Result<Identity, Problem>;

/// Identifies readers by their session or token. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::http) struct Access(Arc<Shared>);

/// What the clones share.
#[derive(Debug)]
struct Shared {
    /// Who is known.
    identities: Identities,
    /// `[api]` of the settings.
    settings: Arc<Settings>,
    /// Whether the listener has TLS.
    secure: bool,
    /// For limits.
    clock: Clock,
    /// Attempts to sign in.
    attempts: Mutex<Attempts>,
    /// Requests of each reader or address.
    requests: Mutex<Requests>,
    /// A permit for each password that is hashed.
    hashing: Arc<Semaphore>,
    /// The hash that is compared for names that do not exist.
    nobody: OnceLock<String>,
    /// The view that the main loop publishes; `None` without one.
    view: OnceLock<watch::Receiver<Arc<View>>>,
}

impl Access {
    /// Access to the people of this store.
    pub(in crate::http) fn new(store: &Path, clock: Clock, settings: Settings, secure: bool) -> Access {
        let settings = Arc::new(settings);
        Access(Arc::new(Shared {
            identities: Identities::new(store, clock, Arc::clone(&settings), secure),
            settings,
            secure,
            clock,
            attempts: Mutex::default(),
            requests: Mutex::default(),
            hashing: Arc::new(Semaphore::new(HASHING)),
            nobody: OnceLock::new(),
            view: OnceLock::new(),
        }))
    }

    /// The same, knowing what the main loop publishes.
    pub(in crate::http) fn watching(self, view: watch::Receiver<Arc<View>>) -> Access {
        // Set once, before the first request.
        let _ = self.0.view.set(view);
        self
    }

    /// Whether the alerts that are raised now are marked as those of an exercise or a test.
    pub(in crate::http) fn is_exercise(&self) -> bool {
        self.0.view.get().is_some_and(|view| view.borrow().engine.exercise)
    }

    /// `[api]` of the settings.
    pub(in crate::http) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether the listener has TLS.
    pub(in crate::http) fn is_secure(&self) -> bool {
        self.0.secure
    }

    /// The same reader again, as the store has it now, for answers that last. This does not count as use of a session.
    ///
    /// # Errors
    /// `unauthenticated` once the session or token is over.
    pub(in crate::http) async fn again(&self, identity: &Identity) -> Result<Identity, Problem> {
        self.0.identities.again(identity).await
    }

    /// Forgets what is known about readers. To be called after a change of people, tokens or sessions.
    pub(in crate::http) fn forget(&self) {
        self.0.identities.forget();
    }

    /// When a session ends if it is not used any more.
    pub(in crate::http) fn idle_until(&self, session: &Session) -> Time {
        self.0.identities.idle_until(session)
    }

    /// Takes an attempt to sign in. `name` is `None` for a secret of 256 bits: only the address is limited then, because a limit that all
    /// secrets share would let a stranger keep everybody out.
    ///
    /// # Errors
    /// `too-many` after five in a minute for the name or the address.
    pub(in crate::http) fn attempt(&self, name: Option<&str>, address: IpAddr) -> Result<(), Problem> {
        let mut attempts = self.0.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = attempts.take(name, address, self.0.clock.moment());
        taken.map_err(|wait| Problem::too_many("too many attempts to sign in; wait a minute", seconds(wait)))
    }

    /// Takes back the last attempt, which was right.
    pub(in crate::http) fn attempt_was_right(&self, name: Option<&str>, address: IpAddr) {
        self.0.attempts.lock().unwrap_or_else(PoisonError::into_inner).give_back(name, address);
    }

    /// Whether this is the password of the hash. Returns false without a hash, after the same amount of work.
    ///
    /// # Errors
    /// `busy` while the daemon stops.
    pub(in crate::http) async fn is_password(&self, password: String, hashed: Option<String>) -> Result<bool, Problem> {
        let shared = Arc::clone(&self.0);
        let compare = move || match hashed {
            Some(hashed) => verify(&password, &hashed),
            None => {
                let nobody = shared.nobody.get_or_init(|| hash(NOBODY).unwrap_or_default());
                // Hash anyway, so that an unknown name takes as long as a known one.
                let _ = verify(&password, nobody);
                false
            }
        };
        self.hashing(compare).await
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// `busy` if the system has no random numbers or memory.
    pub(in crate::http) async fn hashed(&self, password: String) -> Result<String, Problem> {
        let hashed = self.hashing(move || hash(&password)).await?;
        hashed.map_err(|_| Problem::busy("the password cannot be hashed now"))
    }

    /// Runs a slow hash on a thread that may block, a few at a time.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let busy = || Problem::busy("the daemon is stopping");
        let permit = Arc::clone(&self.0.hashing).acquire_owned().await.map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            // Not before: a request that is given up must not make room for another while the hash still runs.
            drop(permit);
            done
        });
        done.await.map_err(|_| busy())
    }

    /// Takes a request of this reader or address.
    fn take(&self, key: &str) -> Result<(), Problem> {
        let mut requests = self.0.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = requests.take(key, self.0.clock.moment());
        taken.map_err(|wait| Problem::too_many("too many requests; 50 a second are allowed", seconds(wait)))
    }

    /// Identifies the reader of a request, within the limit of requests.
    ///
    /// # Errors
    /// `too-many` above the limit.
    async fn reader(&self, head: &Parts, cause: Cause, address: IpAddr) -> Result<Admission, Problem> {
        let asking = Asking {
            method: &head.method,
            cause,
            headers: &head.headers,
            authority: head.uri.authority().map(|authority| authority.as_str()),
            address,
        };
        let identity = self.0.identities.identify(&asking).await;
        let key = match &identity {
            Ok(identity) => match &identity.credential {
                Credential::Session(held) => format!("session {}", held.0.id),
                Credential::Token(token) => format!("token {}", token.name),
            },
            Err(_) => format!("from {}", network(address)),
        };
        self.take(&key)?;
        Ok(identity)
    }
}

/// Whole seconds until another attempt can succeed.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(0 < wait.subsec_nanos())
}

/// Takes the purpose that a request by a person states for itself. It goes before that of the session.
///
/// # Errors
/// `purpose` if it is not one of the site.
fn stated(reader: &mut Reader, headers: &HeaderMap, access: &Access) -> Result<(), Problem> {
    // A token has the purpose for which it was made.
    let Some(word) = headers.get(PURPOSE).filter(|_| reader.session.is_some()) else {
        return Ok(());
    };
    let known = access.settings().known_purposes();
    let purpose = known.iter().find(|purpose| purpose.name().as_bytes() == word.as_bytes());
    let names = || known.iter().map(|purpose| purpose.name()).collect::<Vec<String>>().join(", ");
    let wrong =
        || Problem::purpose(format!("X-Atalaia-Purpose: is not a purpose of this site; write one of {}", names()));
    reader.purpose = Some(purpose.ok_or_else(wrong)?.name());
    reader.is_stated = true;
    Ok(())
}

/// Lets a request through if its reader has `right`, and hands the [`Reader`] and [`Identity`] on as extensions.
/// Without a session or token, an open route has none.
pub(in crate::http) async fn admit(
    State((access, right, cause)): State<(Access, Right, Cause)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut head, body) = request.into_parts();
    let address = head.extensions.get::<ConnectInfo<SocketAddr>>();
    let address = address.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip());
    let identity = match access.reader(&head, cause, address).await {
        Ok(identity) => identity,
        Err(problem) => return problem.into_response(),
    };
    if let Some(standing) = head.extensions.get::<Arc<Standing>>() {
        standing.set(identity.is_ok());
    }
    match identity {
        Ok(mut identity) if identity.reader.rights.allow(right) => {
            if let Err(problem) = stated(&mut identity.reader, &head.headers, &access) {
                return problem.into_response();
            }
            head.extensions.insert(identity.reader.clone());
            head.extensions.insert(identity);
        }
        Ok(_) => return Problem::forbidden("your roles do not allow this").into_response(),
        Err(problem) if right != Right::Open => return problem.into_response(),
        Err(_) => {}
    }
    next.run(Request::from_parts(head, body)).await
}
