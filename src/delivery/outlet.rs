//! Where a program on the other side takes messages: a folder from which it collects them, or a URL to which they are posted.
//!
//! Adaptors of authorities collect files or accept posts, depending on the site; the messages are the same.

use std::path::Path;

use super::http_post::{Post, Target};
use super::send::{Delivery, SendError};
use super::spool::{self, Spool};
use crate::platform::tls::Endpoint;
use atalaia_core::base::fault::Fault;

/// The place in the settings. Exactly one of the two is given.
pub(super) struct Place<'a> {
    /// Folder for the messages.
    pub(super) spool: Option<&'a Path>,
    /// URL to post to.
    pub(super) target: Option<Target<'a>>,
}

/// An open outlet.
#[derive(Debug)]
pub(super) struct Outlet {
    /// `None` if the messages are posted.
    spool: Option<Spool>,
    /// `None` if the messages go to a folder.
    post: Option<Post>,
}

impl Place<'_> {
    /// What is wrong with these settings; `url` is an example of an address.
    pub(super) fn problems(&self, url: &str) -> Vec<Fault> {
        let mut problems: Vec<Fault> = self.target.iter().flat_map(|target| target.problems()).collect();
        if self.spool.is_some() == self.target.is_some() {
            let what = if self.spool.is_some() { "has both spool and url" } else { "has neither spool nor url" };
            let advice = format!("write either spool = \"FOLDER\" or url = \"{url}\"");
            problems.push(Fault::new("", what).advise(advice));
        }
        problems
    }

    /// The server behind the URL, for `check --connect`.
    pub(super) fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        let url = self.target.iter().map(|target| target.url);
        url.filter_map(|url| Some(("url", Endpoint::of_url(url, 443)?))).collect()
    }

    /// What the folder requires of the machine.
    pub(super) fn requirements(&self) -> Vec<Fault> {
        self.spool.and_then(spool::problem).into_iter().collect()
    }

    /// Reads the secrets and certificates.
    pub(super) fn open(&self) -> Result<Outlet, String> {
        let post = self.target.as_ref().map(Target::open).transpose()?;
        Ok(Outlet { spool: self.spool.map(Spool::new), post })
    }
}

impl Outlet {
    /// Writes or posts the message of one delivery.
    /// The key of the delivery is the name of the file; a post carries it only within the message.
    pub(super) async fn put(
        &self,
        delivery: &Delivery,
        text: String,
        media_type: &'static str,
    ) -> Result<(), SendError> {
        if let Some(spool) = &self.spool {
            spool.put(delivery, text).await?;
        } else if let Some(post) = &self.post {
            post.post(text.into_bytes(), media_type, &[]).await?;
        }
        Ok(())
    }
}
