//! The demonstration in the browser: the daemon serves its console over a store in a temporary folder, with one person who signs in by a
//! link that is printed.

use std::fs::{self, DirBuilder};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::http::{ApiSecret, Role};
use crate::platform::clock::Clock;
use crate::storage::store::{self, Ceilings, Link, Person};
use atalaia_core::base::time::{Span, Time};

/// The usual port of the console; another one if it is taken.
const PORT: u16 = 9478;
/// Name of the person of the demonstration.
const PERSON: &str = "demo";
/// How long the link is valid.
const LINK: Span = Span::from_hours(1);
/// How long the daemon may take to create its store.
const PATIENCE: Duration = Duration::from_secs(30);
/// Interval between two looks at whether the store is there.
const STEP: Duration = Duration::from_millis(50);

/// The folder of the store; removed when dropped.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Creates a folder that only this user can read.
    pub(super) fn create() -> io::Result<Folder> {
        let secret = ApiSecret::fresh()?;
        let path = std::env::temp_dir().join(format!("atalaia-demo-{}", &secret.expose()[..12]));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Folder(path))
    }

    /// Path of the store in it.
    pub(super) fn store(&self) -> PathBuf {
        self.0.join("atalaia.sqlite")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is in the folder for temporary files, which the system clears.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A loopback address that is free, the usual one if possible.
pub(super) fn free_address() -> io::Result<String> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT));
    let bound = bound.or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(bound.local_addr()?.to_string())
}

/// Adds the person once the daemon has created the store. False if the daemon has stopped.
pub(super) fn add_person(store: &Path, stop: &CancellationToken) -> io::Result<bool> {
    let begun = Clock.moment();
    while let Err(error) = store::has_people(store) {
        if stop.is_cancelled() {
            return Ok(false);
        }
        if PATIENCE < Clock.moment().since(begun) {
            return Err(io::Error::other(error));
        }
        thread::sleep(STEP);
    }
    let now = Clock.now();
    store::add_person(store, &person(now), None, store::OURSELVES, now).map_err(io::Error::other)?;
    Ok(true)
}

/// A new address that signs the person in once.
pub(super) fn sign_in_link(store: &Path, address: &str) -> io::Result<String> {
    let now = Clock.now();
    let secret = ApiSecret::fresh()?;
    let link = Link { secret: secret.digest(), ends_at: now + LINK };
    store::make_link(store, PERSON, &link, store::OURSELVES, now).map_err(io::Error::other)?;
    Ok(format!("http://{address}/#link={}", secret.expose()))
}

/// Calls `each` for every line of the standard input until it ends, the daemon has stopped or `each` fails. Nothing waits for it: who
/// reads a terminal cannot be woken.
pub(super) fn at_each_line(stop: CancellationToken, each: impl Fn() -> io::Result<()> + Send + 'static) {
    thread::spawn(move || {
        for line in io::stdin().lines() {
            if line.is_err() || stop.is_cancelled() || each().is_err() {
                break;
            }
        }
    });
}

/// The person of the demonstration, who may do everything.
fn person(now: Time) -> Person {
    Person {
        name: PERSON.to_owned(),
        password: None,
        roles: Role::ALL.to_vec(),
        ceilings: Ceilings::default(),
        purpose: None,
        made_at: now,
        disabled_at: None,
        preferences: Value::Object(serde_json::Map::new()),
        seen: None,
        signed_in_at: None,
    }
}
