//! What the page of metrics says about the API: a daemon that is asked a few things, and its counts.

use crate::harness::api::{Api, Caller};
use crate::harness::pages::{places, wait_for_page};

#[test]
fn requests_count_by_route_and_what_a_client_makes_up_adds_no_series() {
    let mut api = Api::start("[http]\naddress = \"127.0.0.1:0\"\n");
    let (_, pages) = places(&mut api.daemon);
    api.add("ana", "analyst");
    let ana = api.sign_in("ana");
    let nobody = Caller::default();
    for id in ["a-1", "a-2", "a-3"] {
        assert_eq!(api.call(&ana, "GET", &format!("/alerts/{id}"), None).status, 404);
    }
    assert_eq!(api.call(&nobody, "GET", "/alerts", None).status, 401);
    assert_eq!(api.ask(&nobody, "GET", "/console/no-such-file", None).status, 404);
    assert_eq!(api.call(&ana, "GET", "/events", None).status, 200);

    let page = wait_for_page(&pages, "/metrics", |page| page.contains("route=\"/api/v1/events\""));
    for line in [
        "atalaia_api_requests_total{method=\"POST\",route=\"/api/v1/session\",code=\"200\"} 1",
        "atalaia_api_requests_total{method=\"GET\",route=\"/api/v1/alerts/{id}\",code=\"404\"} 3",
        "atalaia_api_requests_total{method=\"GET\",route=\"/api/v1/alerts\",code=\"401\"} 1",
        "atalaia_api_request_duration_seconds_count{route=\"/api/v1/alerts/{id}\"} 3",
    ] {
        assert!(page.lines().any(|written| written == line), "{line} is not in\n{page}");
    }
    assert!(!page.contains("no-such-file") && !page.contains("a-1"), "{page}");
    // The client of the stream has gone.
    wait_for_page(&pages, "/metrics", |page| page.lines().any(|line| line == "atalaia_api_streams 0"));
}
