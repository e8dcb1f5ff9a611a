//! Requests by cookie that another site has caused are refused, whatever they do.
//!
//! A browser adds the cookie by itself, so it proves nothing about who wanted the request. `Sec-Fetch-Site` and `Origin` are set by the
//! browser and out of reach of a page. A client that sends neither is not a browser that somebody else could misuse; a change then still
//! needs the header with the secret that only the console's own page can read.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Whether a page of another origin caused the request.
pub(in crate::http) fn is_foreign(headers: &HeaderMap, authority: Option<&str>) -> bool {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    if let Some(site) = headers.get("sec-fetch-site").map(text) {
        // `none` is a person who typed the address.
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(ORIGIN).map(text) else {
        return false;
    };
    let host = headers.get(HOST).map(text).or_else(|| authority.map(str::to_owned)).unwrap_or_default();
    origin.split_once("://").is_none_or(|(_, from)| !from.eq_ignore_ascii_case(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (axum::http::HeaderName::from_static(name), value.parse().expect("a value"))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_the_own_page_and_clients_that_are_no_browsers_pass() {
        let foreign = |pairs: &[(&'static str, &str)]| is_foreign(&headers(pairs), None);
        assert!(!foreign(&[("host", "console.example")]));
        assert!(!foreign(&[("sec-fetch-site", "same-origin"), ("host", "a")]));
        assert!(!foreign(&[("origin", "https://console.example"), ("host", "Console.example")]));
        assert!(foreign(&[("sec-fetch-site", "same-site"), ("host", "a")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site"), ("origin", "https://a"), ("host", "a")]));
        assert!(foreign(&[("origin", "https://evil.example"), ("host", "console.example")]));
        assert!(foreign(&[("origin", "null"), ("host", "console.example")]));
        assert!(!is_foreign(&headers(&[("origin", "https://c.example")]), Some("c.example")), "HTTP/2 has no Host");
    }
}
