//! `check` before a start: probable mistakes, what the daemon would be denied, and which servers answer.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::thread;

use tempfile::TempDir;

const INPUT: &str = "[[inputs]]\nkind = \"udp\"\nname = \"receivers\"\naddress = \"127.0.0.1:0\"\n";

/// Exit code, standard output and standard error of `check` on settings in a folder.
fn check(folder: &TempDir, text: &str, more: &[&str]) -> (Option<i32>, String, String) {
    fs::write(folder.path().join("atalaia.toml"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    let output = command.args(["check", "--config", "atalaia.toml"]).args(more).current_dir(folder).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), out, err)
}

/// Writes zones as files of a folder `zones`: id, properties and geometry of each.
fn zones(folder: &TempDir, zones: &[(&str, &str, &str)]) {
    fs::create_dir_all(folder.path().join("zones")).unwrap();
    let feature = |(id, properties, geometry): &(&str, &str, &str)| {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"id\":\"{id}\",\"name\":\"{id}\",\"kind\":\"area\",{properties}}},\n\"geometry\":{geometry}}}"
        )
    };
    let features = zones.iter().map(feature).collect::<Vec<_>>().join(",\n");
    let text = format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{features}]}}");
    fs::write(folder.path().join("zones/ours.geojson"), text).unwrap();
}

const OFF_LISBON: (&str, &str, &str) =
    ("lisbon", "\"radius_nm\":10", "{\"type\":\"Point\",\"coordinates\":[-10,38.4]}");

#[test]
fn settings_without_an_input_are_rejected_as_by_run() {
    let folder = TempDir::new().unwrap();
    let (code, out, err) = check(&folder, "[time]\nlateness_seconds = 20\n", &[]);
    assert!(code == Some(78) && out.is_empty(), "{out}{err}");
    assert!(
        err.contains("inputs: there is none, so there is nothing to watch")
            && err.contains("help: add one, for instance [[inputs]]"),
        "{err}"
    );
    let run = Command::new(env!("CARGO_BIN_EXE_atalaia"))
        .args(["run", "--config"])
        .arg(folder.path().join("atalaia.toml"))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&run.stderr).contains("inputs: there is none"));
}

#[test]
fn the_summary_is_in_lines_with_readable_counts() {
    let folder = TempDir::new().unwrap();
    zones(&folder, &[OFF_LISBON, ("old", "\"expires\":\"2020-01-01\",\"radius_nm\":1", OFF_LISBON.2)]);
    fs::create_dir(folder.path().join("lists")).unwrap();
    fs::write(folder.path().join("lists/a.csv"), "mmsi;reason;expires\n224000001;seen;2020-01-01\n224000002;seen;\n")
        .unwrap();
    fs::write(folder.path().join("lists/b.csv"), "imo,reason\n9074729,seen\n").unwrap();
    fs::create_dir(folder.path().join("conf.d")).unwrap();
    fs::write(folder.path().join("conf.d/10.toml"), "[time]\nlateness_seconds = 31\n").unwrap();
    let text = format!("[zones]\nfolder = \"zones\"\n[watchlists]\nfolder = \"lists\"\n{INPUT}");
    let (code, out, err) = check(&folder, &text, &[]);
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "ok: 2 zones (zones), 1 input, 1 sink, 1 drop-in");
    for line in [
        "  zones    1 file, 2 zones, 1 expired",
        "  lists    2 lists, 3 rows, 1 expired",
        "  inputs   receivers (udp 127.0.0.1:0)",
        "  sinks    log (log)",
    ] {
        assert!(lines.contains(&line), "{line} in\n{out}");
    }
    assert!(err.contains("zone old: expires: it was over at 2020-01-02T00:00:00Z"), "{err}");
}

#[test]
fn a_value_in_another_unit_and_a_swapped_zone_give_a_warning() {
    let folder = TempDir::new().unwrap();
    let inland = "{\"type\":\"Point\",\"coordinates\":[38.4,-10]}";
    zones(
        &folder,
        &[OFF_LISBON, ("astray", "\"radius_nm\":10,\"settings\":{\"loitering\":{\"after_minutes\":7200}}", inland)],
    );
    let text = format!("[zones]\nfolder = \"zones\"\n[behaviours.ais_gap]\nafter_hours = 360\n{INPUT}");
    let (code, _, err) = check(&folder, &text, &[]);
    assert_eq!(code, Some(0), "{err}");
    for part in [
        "atalaia.toml:4: behaviours.ais_gap.after_hours: is 360, more than ten times the default of 6; 360 minutes are 6 hours\n",
        "zones/ours.geojson:4: zone astray: geometry: lies on land, at 10.00 S 38.40 E; positions are [longitude, latitude]: if they \
         were swapped, it belongs to 38.40 N 10.00 W\n",
        "zone astray: settings.loitering.after_minutes: is 7200, more than ten times the default of 60; 7200 seconds are 120 minutes\n",
    ] {
        assert!(err.contains(part), "{part} in\n{err}");
    }
    assert!(!err.contains("zone lisbon"), "{err}");
    // A warning is also reported beside an error.
    let (code, _, err) = check(&folder, &text.replace("name = \"receivers\"", "nam = \"receivers\""), &[]);
    assert!(
        code == Some(78) && err.contains("did you mean `name`?") && err.contains("warning: atalaia.toml:4: "),
        "{err}"
    );
}

#[test]
fn a_port_in_use_is_reported_with_the_program_that_holds_it() {
    let folder = TempDir::new().unwrap();
    let (tcp, udp) = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let (tcp, udp) = (tcp.local_addr().map(|at| (tcp, at)).unwrap(), udp.local_addr().map(|at| (udp, at)).unwrap());
    let text = format!(
        "[[inputs]]\nkind = \"tcp-listen\"\nname = \"a\"\naddress = \"{}\"\n[[inputs]]\nkind = \"udp\"\nname = \"b\"\naddress = \"{}\"\n",
        tcp.1, udp.1
    );
    let (code, _, err) = check(&folder, &text, &[]);
    assert_eq!(code, Some(0), "who only checks is warned: {err}");
    for (key, at) in [("inputs[0].address", tcp.1), ("inputs[1].address", udp.1)] {
        let part = format!("{key}: {at} is taken by ");
        assert!(err.contains(&part) && err.contains(&format!("(pid {})", std::process::id())), "{part} in\n{err}");
    }
}

#[test]
fn the_service_user_may_have_fewer_permissions() {
    if !rustix::process::geteuid().is_root() || !Path::new("/etc/passwd").exists() {
        return;
    }
    let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let root = folder.path();
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open(root, 0o755);
    fs::write(root.join("token"), "hunter2-canary").unwrap();
    open(&root.join("token"), 0o600);
    fs::create_dir(root.join("state")).unwrap();
    let as_nobody = ["--as-service", "--user", "nobody"];
    let text = format!(
        "[store]\npath = \"state/atalaia.sqlite\"\n{INPUT}[[sinks]]\nkind = \"webhook\"\nname = \"hook\"\n[sinks.webhook]\n\
         url = \"https://hooks.example/a\"\nbearer = {{ file = \"token\" }}\n[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"{}/a.jsonl\"\n",
        outside.path().display()
    );
    let program = Path::new(env!("CARGO_BIN_EXE_atalaia"));
    let mut as_other = Command::new("setpriv");
    as_other.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program).arg("--version");
    if !as_other.output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let (code, out, err) = check(&folder, &text, &[]);
    assert_eq!(code, Some(0), "root may do everything: {out}{err}");
    let (code, out, err) = check(&folder, &text, &as_nobody);
    assert!(code == Some(78) && out.is_empty(), "{out}{err}");
    for part in [
        "store.path: state cannot be written by nobody (uid 65534)",
        "help: chown nobody state",
        "sinks[0].webhook.bearer.file: token cannot be read by nobody (uid 65534)",
        "sinks[1].path: ",
        "atalaia: 3 problems in 1 file",
    ] {
        assert!(err.contains(part), "{part} in\n{err}");
    }
    assert!(!err.contains("canary"), "{err}");
    for path in ["state", "token"] {
        chown(root.join(path), Some(65534), Some(65534)).unwrap();
    }
    open(outside.path(), 0o777);
    let (code, out, err) = check(&folder, &text, &as_nobody);
    assert!(code == Some(0) && out.starts_with("ok: "), "{out}{err}");
    assert_eq!(fs::read_dir(root.join("state")).unwrap().count(), 0, "nothing is left behind");
    let (code, _, err) = check(&folder, &text, &["--as-service", "--user", "no-such-user"]);
    assert!(code == Some(2) && err.contains("has no user `no-such-user`"), "{err}");
}

/// A server with one answer to one post; returns its address and the posted text.
fn receiver(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut came = Vec::new();
        let mut buffer = [0; 65536];
        while !String::from_utf8_lossy(&came).contains("TEST ALERT") {
            let length = stream.read(&mut buffer).unwrap();
            came.extend_from_slice(&buffer[..length]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&came).into_owned()
    });
    (at, served)
}

fn hook(name: &str, at: &str) -> String {
    format!(
        "[[sinks]]\nkind = \"webhook\"\nname = \"{name}\"\nwebhook = {{ url = \"http://{at}/\", allow = [\"127.0.0.0/8\"] }}\n"
    )
}

#[test]
fn a_test_alert_goes_to_the_sinks_and_their_answers_are_reported() {
    let folder = TempDir::new().unwrap();
    let (taking, taken) = receiver("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    let (refusing, refused) =
        receiver("HTTP/1.1 400 Bad Request\r\nContent-Length: 15\r\nConnection: close\r\n\r\nno such channel");
    let archive = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n";
    let text = format!("{INPUT}{}{}{archive}", hook("partner", &taking), hook("other", &refusing));
    let (code, out, err) = check(&folder, &text, &["--send-test"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("sink partner (webhook): delivered\n"), "{out}");
    let told =
        format!("sink other (webhook): NOT DELIVERED: http://{refusing}: refused (400 Bad Request): no such channel\n");
    assert!(out.contains(&told), "{out}");
    assert!(err.ends_with("atalaia: 1 of 3 test alerts not delivered\n"), "{err}");
    for came in [taken.join().unwrap(), refused.join().unwrap()] {
        assert!(came.contains("\"reality\":\"test\"") && came.contains("delivery_test"), "{came}");
    }
    let line = fs::read_to_string(folder.path().join("alerts.jsonl")).unwrap();
    assert!(line.lines().count() == 1 && line.contains("TEST ALERT of Atalaia"), "{line}");
    let (code, _, err) = check(&folder, &text, &["--send-test", "nowhere"]);
    assert!(code == Some(2) && err.contains("no sink `nowhere`; there are partner, other, archive"), "{err}");
}

#[test]
fn servers_that_answer_are_distinguished_from_those_that_do_not() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap();
    let away = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = format!(
        "[[inputs]]\nkind = \"tcp\"\nname = \"coast\"\naddress = \"{here}\"\n{}",
        hook("partner", &away.to_string())
    );
    let (code, out, err) = check(&folder, &text, &["--connect"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains(&format!("input coast (address): {here} takes connections\n")), "{out}");
    assert!(out.contains(&format!("sink partner: {away} NOT REACHED: ")), "{out}");
    assert!(err.contains("1 of 2 servers cannot be reached"), "{err}");

    fs::write(folder.path().join("day.nmea"), "!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\n").unwrap();
    let (code, on, err) = check(&folder, &text, &["--connect", "--on", "day.nmea"]);
    assert!(on.len() > out.len() && on.contains("NOT REACHED"), "the recording is run through, too: {on}{err}");
    assert!(code == Some(1) && err.contains("1 of 2 servers cannot be reached"), "{err}");
}

#[test]
fn the_settings_of_a_zone_are_judged_beside_its_other_faults() {
    let folder = TempDir::new().unwrap();
    let (id, properties, place) = OFF_LISBON;
    let asks = "\"months\":[13],\"settings\":{\"loitering\":{\"after_minutes\":-1},\"driftt\":{}}";
    zones(&folder, &[(id, &format!("{properties},{asks}"), place)]);
    let (code, _, err) = check(&folder, &format!("{INPUT}[zones]\nfolder = \"zones\"\n"), &[]);
    assert_eq!(code, Some(78), "{err}");
    for part in
        ["months: ", "settings.loitering.after_minutes: must lie between 0.1", "settings.driftt: unknown", "`drift`?"]
    {
        assert!(err.contains(part), "{part} in {err}");
    }
}

#[test]
fn a_missing_settings_file_is_reported_with_where_one_may_be() {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    let output = command.args(["check", "--config", "nowhere.toml"]).current_dir(folder.path()).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(78) && err.contains("nowhere.toml: No such file or directory"), "{err}");
    assert!(err.contains("/etc/atalaia/atalaia.toml"), "{err}");
}

#[test]
fn all_zones_can_be_shown_on_a_map() {
    let folder = TempDir::new().unwrap();
    zones(
        &folder,
        &[
            OFF_LISBON,
            (
                "lane",
                "\"half_width_nm\":5,\"notes\":\"ours\"",
                "{\"type\":\"LineString\",\"coordinates\":[[-18,28],[-19,29]]}",
            ),
        ],
    );
    fs::write(folder.path().join("atalaia.toml"), "[zones]\nfolder = \"zones\"\n").unwrap();
    let asked = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        let output = command
            .args(["zones", "--config", "atalaia.toml"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let map: serde_json::Value = serde_json::from_str(&asked(&["export"])).unwrap();
    let features = map["features"].as_array().unwrap();
    assert_eq!((map["type"].as_str(), features.len()), (Some("FeatureCollection"), 2));
    let lane = &features[1];
    assert_eq!((&lane["geometry"]["type"], &lane["properties"]["notes"]), (&"LineString".into(), &"ours".into()));
    assert_eq!((&lane["properties"]["weight"], &lane["properties"]["file"]), (&15.into(), &"ours.geojson".into()));
    // The map reads back as the same zones.
    fs::write(folder.path().join("zones/ours.geojson"), map.to_string()).unwrap();
    let list = asked(&["list"]);
    let row = list.lines().find(|line| line.starts_with("lisbon ")).unwrap();
    assert!(row.contains("+15") && row.contains("38.40 N 10.00 W") && row.contains(" 314 "), "{row}");
    let shown = asked(&["show", "lisbon"]);
    for part in [
        "extent         38.23 N to 38.57 N, 10.21 W to 9.79 W",
        "area           about 314 square nautical miles",
        "lies           at sea",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}
