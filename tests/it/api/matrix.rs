//! Every route with every kind of caller. A route that is not in the table fails the test.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::api::{Answer, Api, Caller, write};

/// Method, path and right of every route. Parameters of paths stand for something that does not exist.
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "/openapi.json", "open"),
    ("POST", "/csp", "open"),
    ("POST", "/session", "open"),
    ("POST", "/session/first", "open"),
    ("GET", "/session", "own"),
    ("GET", "/me", "own"),
    ("PUT", "/me/preferences", "own"),
    ("PUT", "/me/seen", "own"),
    ("PUT", "/me/purpose", "own"),
    ("PUT", "/me/password", "own"),
    ("GET", "/users", "people"),
    ("POST", "/users", "people"),
    ("PATCH", "/users/{name}", "people"),
    ("DELETE", "/users/{name}", "people"),
    ("DELETE", "/users/{name}/sessions", "people"),
    ("GET", "/sessions", "people"),
    ("GET", "/tokens", "people"),
    ("POST", "/tokens", "people"),
    ("DELETE", "/tokens/{name}", "people"),
    ("GET", "/status", "status"),
    ("GET", "/feeds", "status"),
    ("GET", "/alerts", "read"),
    ("GET", "/alerts/summary", "read"),
    ("GET", "/alerts/{id}", "read"),
    ("GET", "/alerts/{id}/explanation", "read"),
    ("GET", "/alerts/{id}/sentences", "search"),
    ("GET", "/alerts/export", "export"),
    ("POST", "/alerts/{id}/acts", "act"),
    ("POST", "/alerts/acts", "act"),
    ("GET", "/alerts/assignees", "act"),
    ("GET", "/changes", "read"),
    ("GET", "/events", "read"),
    ("GET", "/silences", "read"),
    ("POST", "/silences", "silence"),
    ("DELETE", "/silences/{number}", "silence"),
    ("GET", "/cases", "read"),
    ("GET", "/cases/{id}", "read"),
    ("POST", "/cases/{id}/acts", "hold"),
    ("GET", "/vessels", "read"),
    ("GET", "/vessels/{mmsi}", "read"),
    ("GET", "/vessels/{mmsi}/alerts", "read"),
    ("GET", "/vessels/{mmsi}/track", "read"),
    ("GET", "/vessels/{mmsi}/explanations", "search"),
    ("GET", "/who", "search"),
    ("GET", "/picture", "read"),
    ("GET", "/picture/names", "read"),
    ("GET", "/map/land/{z}/{x}/{y}", "read"),
    ("GET", "/map/bounds", "read"),
    ("GET", "/map/calm", "read"),
    ("GET", "/zones", "read"),
    ("GET", "/zones/at", "read"),
    ("GET", "/coverage", "read"),
    ("GET", "/deliveries", "retry"),
    ("POST", "/deliveries/retry", "retry"),
    ("GET", "/audit", "audit"),
    ("GET", "/audit/export", "audit"),
    ("GET", "/audit/verify", "audit"),
    ("GET", "/audit/head", "audit"),
    // The last, because it ends the session that asks.
    ("DELETE", "/session", "own"),
];

/// Rights of each role (CONSOLE 7.2).
const ROLES: [(&str, &[&str]); 5] = [
    ("viewer", &["own", "status", "read"]),
    ("analyst", &["own", "status", "read", "search", "act", "silence", "export"]),
    (
        "supervisor",
        &["own", "status", "read", "search", "act", "silence", "export", "mark_down", "silence_wide", "hold", "retry"],
    ),
    ("admin", &["own", "status", "people", "retry"]),
    ("auditor", &["own", "status", "audit"]),
];
/// Rights that a token may have.
const TOKENS: [&str; 8] = ["status", "read", "search", "act", "silence", "export", "retry", "audit"];
/// What only a person has, so that a token is refused although it has the right.
const OF_PERSONS: [&str; 5] = ["/me/preferences", "/me/seen", "/me/purpose", "/me/password", "/session"];

/// Sends a request to a route, with an empty object where it takes a body.
fn ask(api: &Api, caller: &Caller, (method, path, _): &(&str, &str, &str)) -> Answer {
    let body = ["POST", "PUT", "PATCH"].contains(method).then(|| json!({}));
    let path = path.replace("{name}", "nobody").replace("{id}", "nothing").replace("{number}", "999999");
    let path = path.replace("{mmsi}", "999999999").replace("{z}", "2").replace("{x}", "0").replace("{y}", "0");
    api.call(caller, method, &path, body)
}

/// The fault of an answer that should be this problem.
fn other_than(wanted: &str, status: u16, answer: &Answer) -> Option<String> {
    let is_wanted = answer.status == status && answer.problem() == wanted;
    (!is_wanted).then(|| format!("{} {} instead of {wanted}", answer.status, answer.body.trim()))
}

/// The fault of an answer that should be no refusal of access.
fn refused(answer: &Answer) -> Option<String> {
    let is_refused = [401, 403, 405, 500].contains(&answer.status);
    is_refused.then(|| format!("{} {}", answer.status, answer.body.trim()))
}

#[test]
fn the_table_has_every_route_of_the_description_with_its_right() {
    let api = Api::start("");
    let document = api.call(&Caller::default(), "GET", "/openapi.json", None).json();
    let mut described = BTreeSet::from(["GET /openapi.json open".to_owned()]);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let right = operation["x-right"].as_str().unwrap_or("(none)");
            let path = path.strip_prefix("/api/v1").unwrap();
            described.insert(format!("{} {path} {right}", method.to_uppercase()));
        }
    }
    let named: BTreeSet<String> =
        ROUTES.iter().map(|(method, path, right)| format!("{method} {path} {right}")).collect();
    let missing: Vec<&String> = described.difference(&named).collect();
    let gone: Vec<&String> = named.difference(&described).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the table: {missing:#?}\nnot in the program: {gone:#?}");
}

#[test]
fn strangers_and_those_whose_time_is_over_reach_open_routes_only() {
    let api = Api::start("");
    api.add("ana", "admin,supervisor,auditor");
    let add = |name: &str| {
        let token = api.print(&["tokens", "add", name, "--rights", TOKENS.join(",").as_str(), "--purpose", "Safety"]);
        Caller::token(&token)
    };
    let (expired, revoked, elsewhere) = (add("expired"), add("revoked"), add("elsewhere"));
    let (ended, idle, barred) = (api.sign_in("ana"), api.sign_in("ana"), api.sign_in("ana"));
    api.print(&["tokens", "remove", "revoked"]);
    let idle_id = api.call(&idle, "GET", "/sessions", None).json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["own"] == true)
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(api.call(&ended, "DELETE", "/session", None).status, 204);
    api.add("eva", "admin");
    write(
        &api.store(),
        &format!(
            "UPDATE tokens SET expires_at = 1 WHERE name = 'expired';
             UPDATE tokens SET networks = '[\"192.0.2.0/24\"]' WHERE name = 'elsewhere';
             UPDATE sessions SET used_at = 1 WHERE id = '{idle_id}';"
        ),
    );
    // A moment is what the daemon may go by what it read before.
    std::thread::sleep(std::time::Duration::from_millis(1000));
    let mut faults = Vec::new();
    let mut check = |who: &str, caller: &Caller| {
        for route in ROUTES {
            let answer = ask(&api, caller, route);
            let fault = match route.2 {
                // Empty bodies and wrong tokens are refused by the route itself.
                "open" => (answer.status == 403 || answer.status == 500).then(|| answer.status.to_string()),
                _ => other_than("unauthenticated", 401, &answer),
            };
            faults.extend(fault.map(|fault| format!("{who}: {} {}: {fault}", route.0, route.1)));
        }
    };
    check("nobody", &Caller::default());
    check("a token that does not exist", &Caller::token("atl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    check("a header that is no token", &Caller::default().with("Authorization", "Basic YTpi"));
    check("an expired token", &expired);
    check("a revoked token", &revoked);
    check("a token from elsewhere", &elsewhere);
    check("a session that has ended", &ended);
    check("a session that has idled", &idle);
    api.print(&["users", "set", "ana", "--disable"]);
    std::thread::sleep(std::time::Duration::from_millis(1000));
    check("a person who is barred", &barred);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn each_role_reaches_its_routes_and_no_other() {
    let api = Api::start("");
    api.add("root", "admin");
    let mut faults = Vec::new();
    for (role, rights) in ROLES {
        api.add(role, role);
        let caller = api.sign_in(role);
        for route in ROUTES {
            let answer = ask(&api, &caller, route);
            let fault = match route.2 == "open" || rights.contains(&route.2) {
                true if route.2 == "open" => (answer.status == 500).then(|| "500".to_owned()),
                true => refused(&answer).filter(|_| route.1 != "/me/password"),
                false => other_than("forbidden", 403, &answer),
            };
            faults.extend(fault.map(|fault| format!("{role}: {} {}: {fault}", route.0, route.1)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn each_token_reaches_the_routes_of_its_right_and_no_other() {
    let api = Api::start("");
    let mut faults = Vec::new();
    for right in TOKENS {
        let secret = api.print(&["tokens", "add", right, "--rights", right, "--purpose", "Safety"]);
        for route in ROUTES {
            let answer = ask(&api, &Caller::token(&secret), route);
            let of_persons = OF_PERSONS.contains(&route.1) && route.0 != "GET";
            let fault = match [right, "open", "own"].contains(&route.2) {
                true if route.2 == "open" => (answer.status == 500).then(|| "500".to_owned()),
                // The body is looked at first.
                true if of_persons => (![400, 403].contains(&answer.status)).then(|| answer.status.to_string()),
                true => refused(&answer),
                false => other_than("forbidden", 403, &answer),
            };
            faults.extend(fault.map(|fault| format!("{right}: {} {}: {fault}", route.0, route.1)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_page_of_another_site_reaches_nothing_by_the_cookie() {
    let api = Api::start("");
    api.add("ana", "admin,supervisor,auditor");
    let session = api.sign_in("ana");
    let without = session.without("X-Atalaia-Csrf");
    let callers = [
        ("cross-site", session.with("Sec-Fetch-Site", "cross-site")),
        ("same-site", session.with("Sec-Fetch-Site", "same-site")),
        ("another origin", session.with("Origin", "https://evil.example")),
        ("an opaque origin", session.with("Origin", "null")),
    ];
    let mut faults = Vec::new();
    let mut note = |who: &str, route: &(&str, &str, &str), fault: Option<String>| {
        faults.extend(fault.map(|fault| format!("{who}: {} {}: {fault}", route.0, route.1)));
    };
    for route in ROUTES.iter().filter(|route| route.2 != "open" || route.1.starts_with("/session")) {
        for (who, caller) in &callers {
            note(who, route, other_than("csrf", 403, &ask(&api, caller, route)));
        }
        if route.2 != "open" && route.0 != "GET" {
            let wrong = without.with("X-Atalaia-Csrf", "guessed");
            note("without the header", route, other_than("csrf", 403, &ask(&api, &without, route)));
            note("with a wrong header", route, other_than("csrf", 403, &ask(&api, &wrong, route)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    let same = session.with("Sec-Fetch-Site", "same-origin").with("Origin", &format!("http://{}", api.address));
    assert_eq!(api.call(&same, "PUT", "/me/seen", Some(json!({"seq": 3}))).status, 204);
    assert_eq!(api.call(&same, "GET", "/me", None).json()["seen"], 3);
}

#[test]
fn a_wrong_method_or_route_is_a_problem_that_says_so() {
    let api = Api::start("");
    api.add("ana", "admin");
    let ana = api.sign_in("ana");
    let wrong = api.call(&ana, "DELETE", "/me", None);
    assert_eq!((wrong.status, wrong.problem().as_str()), (405, "method"), "{wrong:?}");
    assert!(wrong.header("allow").is_some_and(|allow| allow.contains("GET")), "{wrong:?}");
    let unknown = api.call(&ana, "GET", "/nowhere", None);
    assert_eq!((unknown.status, unknown.problem().as_str()), (404, "not-found"));
    let parameter = api.call(&ana, "GET", "/users?limt=5", None);
    assert_eq!((parameter.status, parameter.problem().as_str()), (400, "parameter"));
    assert!(parameter.json()["detail"].as_str().unwrap().contains("limit"), "{parameter:?}");
    let large = Value::String("x".repeat(1_100_000));
    let large = api.call(&ana, "PUT", "/me/preferences", Some(json!({ "large": large })));
    assert_eq!((large.status, large.problem().as_str()), (413, "too-large"));
    let text = api.call(&ana.with("Content-Type", "text/plain"), "PUT", "/me/seen", None);
    assert_eq!((text.status, text.problem().as_str()), (415, "content-type"));
    for name in ["parameter", "unauthenticated", "busy", "stale"] {
        assert_eq!(api.ask(&Caller::default(), "GET", &format!("/problems/{name}"), None).status, 200, "{name}");
    }
}
