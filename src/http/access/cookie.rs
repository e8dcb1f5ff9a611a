//! The cookie of a session.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// Name over TLS. The prefix makes browsers refuse one that another host or an unencrypted page has set.
const OVER_TLS: &str = "__Host-atalaia";
/// Name without TLS, where browsers refuse the prefix.
const IN_CLEAR: &str = "atalaia";

/// The name of the cookie on this listener.
fn name(secure: bool) -> &'static str {
    if secure { OVER_TLS } else { IN_CLEAR }
}

/// The secret in the cookie of a request; `None` if there is none, or several: then a neighbour on the host may have planted one.
pub(super) fn secret(headers: &HeaderMap, secure: bool) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let pairs = all.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut own = pairs.filter(|(key, _)| *key == name(secure)).map(|(_, value)| value.to_owned());
    own.next().filter(|_| own.next().is_none())
}

/// `Set-Cookie` of a new session. It ends with the browser at the latest; the server ends it earlier.
pub(in crate::http) fn cookie(secret: &str, secure: bool) -> String {
    let only = if secure { "; Secure" } else { "" };
    format!("{}={secret}; Path=/; HttpOnly; SameSite=Strict{only}", name(secure))
}

/// `Set-Cookie` that removes the cookie.
pub(in crate::http) fn cleared(secure: bool) -> String {
    format!("{}; Max-Age=0", cookie("", secure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_refused_if_doubled() {
        let find = |text: &str| secret(&[(COOKIE, text.parse().expect("a value"))].into_iter().collect(), false);
        assert_eq!(find("a=b; atalaia=secret; c"), Some("secret".to_owned()));
        assert_eq!(find("a=b; atalaia=one; atalaia=two"), None);
        assert_eq!(find("__Host-atalaia=other"), None);
    }
}
