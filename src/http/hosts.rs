//! Which host names a request may use: protection against DNS rebinding, where a web page points its own host name at this machine.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::HOST;

/// Which host names a request may use.
#[derive(Clone, Debug)]
pub(in crate::http) enum Hosts {
    /// Any: the address can be reached by whatever name it has.
    Any,
    /// An IP address, a name without a dot, this one, or none. Only simple clients send none; browsers always do.
    Local(Option<Arc<str>>),
}

impl Hosts {
    /// Whether the request may use the name that it uses. HTTP/2 has the name in the URI, HTTP/1.1 in the header `Host`.
    pub(in crate::http) fn allow(&self, request: &Request) -> bool {
        let Hosts::Local(public) = self else {
            return true;
        };
        // A header that is not ASCII cannot name this machine.
        let named = request.headers().get(HOST).map(|host| host.to_str().unwrap_or("?."));
        let Some(name) = named.or_else(|| request.uri().authority().map(|authority| authority.as_str())) else {
            return true;
        };
        let host = name.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(name, |(host, _)| host);
        let is_address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
        !host.contains('.') || is_address || public.as_deref().is_some_and(|public| public.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_page_of_another_site_cannot_point_its_own_name_at_this_machine() {
        let local = Hosts::Local(Some("ops.example.org".into()));
        let by_header = |host: &[u8]| {
            let mut request = Request::new(Body::empty());
            request.headers_mut().insert(HOST, HeaderValue::from_bytes(host).expect("a value"));
            local.allow(&request)
        };
        for host in ["127.0.0.1", "127.0.0.1:9477", "[::1]", "[::1]:9477", "localhost:9477", "box", "OPS.example.org"] {
            assert!(by_header(host.as_bytes()), "{host}");
        }
        for host in ["evil.example.org", "evil.example.org:9477", "127.0.0.1.evil.org", "localhost."] {
            assert!(!by_header(host.as_bytes()), "{host}");
        }
        assert!(!by_header("evílo".as_bytes()), "a name that is not ASCII");
        let by_uri = |uri: &str| local.allow(&Request::builder().uri(uri).body(Body::empty()).expect("a request"));
        assert!(by_uri("/status") && by_uri("https://127.0.0.1/status") && !by_uri("https://evil.example.org/status"));
        assert!(
            Hosts::Any.allow(&Request::builder().uri("https://evil.example.org/").body(Body::empty()).expect("one"))
        );
    }
}
