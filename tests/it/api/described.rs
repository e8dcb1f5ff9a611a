//! The API against its own description: schemathesis sends what the description allows and what it does not, and compares the answers.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::api::{Api, Caller};
use crate::harness::passed_over::installed;

/// Variable with the path of the program, set by `tests/run`.
const SCHEMATHESIS: &str = "ATALAIA_SCHEMATHESIS";
/// No server error, and no status, type or body that is not described.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// A stream lasts; the others end or bar the session that asks.
const LEFT_OUT: [&str; 5] =
    ["/api/v1/events", "/api/v1/session", "/api/v1/me/password", "/api/v1/csp", "/api/v1/users/{name}"];

/// Runs for half a minute as one caller.
fn try_as(api: &Api, caller: &Caller, who: &str) {
    let Some(program) = installed(SCHEMATHESIS) else {
        return;
    };
    let mut command = Command::new(program);
    command.args(["run", &format!("http://{}/api/v1/openapi.json", api.address), "--checks", CHECKS, "--no-color"]);
    command.args([
        "--rate-limit",
        "40/s",
        "--max-time",
        "30",
        "--workers",
        "1",
        "--seed",
        "1",
        "--continue-on-failure",
    ]);
    command.args(["--phases", "examples,coverage,fuzzing", "--generation-database", "none"]);
    for path in LEFT_OUT {
        command.args(["--exclude-path", path]);
    }
    for (name, value) in &caller.headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    let output = command.current_dir(api.folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "as {who}: {told}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn answers_are_as_described_whatever_an_analyst_or_administrator_sends() {
    let api = Api::start("");
    api.add("ana", "analyst,supervisor,auditor");
    api.add("root", "admin");
    try_as(&api, &api.sign_in("ana"), "an analyst");
    try_as(&api, &api.sign_in("root"), "an administrator");
}

#[test]
fn bodies_of_the_same_name_are_the_same_in_the_description() {
    let api = Api::start("");
    let document = api.call(&Caller::default(), "GET", "/openapi.json", None).json();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    // A name that several files use for different bodies would describe all of them by the last one.
    assert!(!schemas.contains_key("Body"), "give each body a name of its own");
    api.add("ana", "analyst");
    let ana = api.sign_in("ana");
    for path in [
        "/map/bounds",
        "/map/calm?bbox=-10,30,0,40",
        "/zones/at?lat=36&lon=-9",
        "/coverage?bbox=-10,30,0,40",
        "/picture/names",
    ] {
        let route = path.split('?').next().unwrap();
        let described = &document["paths"][format!("/api/v1{route}")]["get"]["responses"]["200"]["content"];
        let name = described["application/json"]["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let answer = api.call(&ana, "GET", path, None);
        assert_eq!(answer.status, 200, "{answer:?}");
        let missing: Vec<&Value> = schemas[name]["required"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|member| answer.json().get(member.as_str().unwrap()).is_none())
            .collect();
        assert_eq!(json!(missing), json!([]), "{path}: {name}");
    }
}
