//! The metrics page of a daemon at work.

use super::super::tests::view;
use super::*;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::Span;
use axum::http::{Method, StatusCode};

fn lines(view: &View, beside: &Beside, traffic: &Traffic) -> Vec<String> {
    let text = metrics(view, Duration::from_secs(1), beside, traffic).expect("written");
    assert!(text.ends_with("# EOF\n"));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn names_are_those_that_dashboards_know() {
    let mut view = view();
    (view.unstored, view.set_aside) = (3, vec!["x.corrupt-1".to_owned()]);
    (view.inputs[1].silent_since, view.inputs[1].clients) = (Some(view.at), Some(0));
    view.opened.insert((Behaviour::Loitering, Severity::High), 4);
    view.open.insert(Behaviour::Loitering, 1);
    view.retracted.insert(Behaviour::AisGap, 2);
    let oldest = Some(view.at - Span::from_seconds(90));
    let waiting = Backlog { sink: "hook".to_owned(), pending: 7, held: 4, oldest, failed: 1, ..Backlog::default() };
    let usage = Usage { segments: 3, bytes: 4096, snapshot: Some((view.at - Span::from_seconds(60), 512)) };
    let beside = Beside {
        backlog: Some(vec![waiting]),
        journal: Some(usage),
        store_bytes: Some(8192),
        process: super::super::process::process(),
    };
    let traffic = Traffic::default();
    traffic.policy_reports.inc_by(2);
    traffic.streams.inc();
    let ask = |method: &[u8], status, millis| {
        let method = Method::from_bytes(method).expect("a method");
        traffic.count(&method, "/api/v1/alerts/{id}", status, Duration::from_millis(millis));
    };
    ask(b"GET", StatusCode::OK, 3);
    ask(b"GET", StatusCode::OK, 40);
    ask(b"GET", StatusCode::NOT_FOUND, 1);
    ask(b"MADE-UP", StatusCode::METHOD_NOT_ALLOWED, 1);
    let lines = lines(&view, &beside, &traffic);
    for line in [
        "atalaia_source_lines_total{source=\"coast\"} 10",
        "atalaia_source_bytes_total{source=\"hub\"} 1000",
        "atalaia_source_rejected_total{source=\"coast\",reason=\"checksum_wrong\"} 3",
        "atalaia_source_times_not_used_total{source=\"coast\",reason=\"time_ahead\"} 7",
        "atalaia_source_refused_posts_total{source=\"coast\",reason=\"unauthorised\"} 5",
        "atalaia_source_refused_posts_total{source=\"hub\",reason=\"busy\"} 0",
        "atalaia_source_connected{source=\"coast\"} 1.0",
        "atalaia_source_last_message_timestamp_seconds{source=\"coast\"} 1799999998.0",
        "atalaia_source_lines_per_second{source=\"hub\"} 2.5",
        "atalaia_source_lag_seconds{source=\"coast\"} 4.0",
        "atalaia_source_silent{source=\"coast\"} 0.0",
        "atalaia_source_silent{source=\"hub\"} 1.0",
        "atalaia_source_clients{source=\"hub\"} 0.0",
        "atalaia_engine_lag_seconds 32.0",
        "atalaia_alerts_opened_total{rule=\"loitering\",behaviour=\"loitering\",severity=\"high\"} 4",
        "atalaia_alerts_open{rule=\"loitering\",behaviour=\"loitering\"} 1.0",
        "atalaia_alerts_retracted_total{rule=\"ais_gap\",behaviour=\"ais_gap\"} 2",
        "atalaia_deliveries_delayed_total{sink=\"log\"} 4",
        "atalaia_outbox_depth{sink=\"hook\"} 7.0",
        "atalaia_outbox_depth{sink=\"log\"} 0.0",
        "atalaia_outbox_failed{sink=\"hook\"} 1.0",
        "atalaia_delivery_attempts_total{sink=\"log\",outcome=\"delivered\"} 9",
        "atalaia_delivery_attempts_total{sink=\"log\",outcome=\"failed\"} 2",
        "atalaia_sink_down{sink=\"log\"} 0.0",
        "atalaia_outbox_held{sink=\"hook\"} 4.0",
        "atalaia_outbox_oldest_age_seconds{sink=\"hook\"} 90.0",
        "atalaia_console_policy_reports_total 2",
        "atalaia_api_requests_total{method=\"GET\",route=\"/api/v1/alerts/{id}\",code=\"200\"} 2",
        "atalaia_api_requests_total{method=\"GET\",route=\"/api/v1/alerts/{id}\",code=\"404\"} 1",
        "atalaia_api_requests_total{method=\"other\",route=\"/api/v1/alerts/{id}\",code=\"405\"} 1",
        "atalaia_api_request_duration_seconds_bucket{le=\"0.005\",route=\"/api/v1/alerts/{id}\"} 3",
        "atalaia_api_request_duration_seconds_count{route=\"/api/v1/alerts/{id}\"} 4",
        "atalaia_api_streams 1",
        "atalaia_api_streams_cut_off_total 0",
        "atalaia_store_failing 0.0",
        "atalaia_store_unstored_changes 3.0",
        "atalaia_store_set_aside 1.0",
        "atalaia_store_bytes 8192.0",
        "atalaia_journal_segments 3.0",
        "atalaia_snapshot_age_seconds 60.0",
        "atalaia_config_last_reload_successful 1.0",
    ] {
        assert!(lines.iter().any(|written| written == line), "{line} is not in\n{}", lines.join("\n"));
    }
    assert!(!lines.iter().any(|line| line.starts_with("atalaia_source_lag_seconds{source=\"hub\"}")));
    let begins = |name: &str| lines.iter().any(|line| line.starts_with(name));
    assert!(begins("process_resident_memory_bytes ") && begins("process_cpu_seconds_total "));
    assert!(begins("atalaia_build_info{version=\""));
}

#[test]
fn a_name_cannot_forge_a_line() {
    let mut view = view();
    view.inputs[0].name = "a\"} 1\natalaia_forged{x=\"\\".to_owned();
    let lines = lines(&view, &Beside::default(), &Traffic::default());
    assert!(!lines.iter().any(|line| line.starts_with("atalaia_forged")), "{}", lines.join("\n"));
    let escaped = r#"atalaia_source_lines_total{source="a\"} 1\natalaia_forged{x=\"\\"} 10"#;
    assert!(lines.iter().any(|line| line == escaped), "{}", lines.join("\n"));
}
