//! `/metrics` follows the text format of `OpenMetrics` 1.0, and counts what happens.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use testkit::client::{TestClient, fetch};

use super::{CONFIG, admin, get, start};

/// Every sample by name and labels, as `name{label="value"}`.
pub(crate) type Samples = BTreeMap<String, f64>;

/// Reads the metrics, and checks all of the format.
#[track_caller]
pub(crate) fn metrics(to: SocketAddr) -> Samples {
    let text = get(to, "/metrics").body;
    let body = text.strip_suffix("# EOF\n").expect("an end");
    let (mut samples, mut families) = (Samples::new(), BTreeSet::new());
    let mut family: Option<(String, String)> = None;
    for line in body.lines() {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, help] => {
                assert!(families.insert(name.to_owned()), "{name} twice");
                assert!(!help.is_empty() && !help.contains('\\'), "{line}");
                family = Some((name.to_owned(), String::new()));
            }
            ["#", "TYPE", name, kind] => {
                let family = family.as_mut().expect("HELP first");
                assert!(family.0 == name && family.1.is_empty(), "{line}");
                assert!(["counter", "gauge", "info"].contains(&kind), "{line}");
                kind.clone_into(&mut family.1);
            }
            ["#", "UNIT", name, unit] => assert!(name.ends_with(&format!("_{unit}")), "{line}"),
            _ => {
                let (name, kind) = family.as_ref().expect("a family");
                sample(line, name, kind, &mut samples);
            }
        }
    }
    samples
}

#[track_caller]
fn sample(line: &str, family: &str, kind: &str, samples: &mut Samples) {
    let (key, value) = line.rsplit_once(' ').expect("a value");
    let name = key.split('{').next().unwrap();
    let suffix = match kind {
        "counter" => "_total",
        "info" => "_info",
        "gauge" => "",
        other => panic!("{other:?} as the type of {family}"),
    };
    assert_eq!(name, format!("{family}{suffix}"), "{line}");
    if let Some(labels) = key
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('{'))
    {
        let labels = labels.strip_suffix("\"}").expect("the labels' end");
        for label in labels.split("\",") {
            let (label, value) = label.split_once("=\"").expect("a label");
            let lower = label.bytes().all(|byte| byte.is_ascii_lowercase());
            let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            assert!(lower && !value.is_empty(), "{line}");
            assert!(value.bytes().all(fit), "{line}");
        }
    }
    let value: f64 = value.parse().expect("a number");
    assert!(value.is_finite() && value >= 0.0, "{line}");
    assert!(
        samples.insert(key.to_owned(), value).is_none(),
        "{line} twice"
    );
}

/// Whether a sample has a value; its name is given without `flashgate_`.
pub(crate) fn is(samples: &Samples, name: &str, value: f64) -> bool {
    samples.get(&format!("flashgate_{name}")) == Some(&value)
}

/// Checks a few samples.
#[track_caller]
pub(crate) fn holds(samples: &Samples, expected: &[(&str, f64)]) {
    for (name, value) in expected {
        assert!(is(samples, name, *value), "{name} {value}, in {samples:#?}");
    }
}

#[test]
fn at_start() {
    let (daemon, _folder) = start(&format!("{CONFIG}[limits]\nconnections = 100\n"));
    let samples = metrics(admin(&daemon));
    holds(
        &samples,
        &[
            ("phase{phase=\"starting\"}", 0.0),
            ("phase{phase=\"ready\"}", 1.0),
            ("phase{phase=\"reloading\"}", 0.0),
            ("phase{phase=\"draining\"}", 0.0),
            ("phase{phase=\"stopped\"}", 0.0),
            ("listeners{state=\"accepting\"}", 1.0),
            ("listeners{state=\"failed\"}", 0.0),
            ("connections_open", 0.0),
            ("connections_answering", 0.0),
            ("connections_limit", 100.0),
            ("shed_total", 0.0),
            ("accept_errors_total{class=\"connection\"}", 0.0),
            ("accept_errors_total{class=\"exhausted\"}", 0.0),
            ("accept_errors_total{class=\"dead\"}", 0.0),
            ("panics_total", 0.0),
            ("log_lines_lost_total", 0.0),
            ("reloads_total{result=\"success\"}", 0.0),
            ("reloads_total{result=\"failure\"}", 0.0),
            ("config_last_reload_success", 1.0),
        ],
    );
    let status = get(admin(&daemon), "/status.json").body;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let revision = &status["revision"];
    let revision = revision.as_str().unwrap_or("unknown");
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("build_info{{version=\"{version}\",revision=\"{revision}\"}}");
    holds(&samples, &[(&build, 1.0)]);
    let start = samples["process_start_time_seconds"];
    let loaded = samples["flashgate_config_last_reload_success_timestamp_seconds"];
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_secs_f64();
    assert!(
        now - 60.0 < start && start <= loaded && loaded <= now,
        "{start} {loaded} {now}"
    );
    let outcomes = samples
        .keys()
        .filter(|key| key.starts_with("flashgate_connections_total"));
    assert_eq!(
        outcomes.count(),
        29,
        "every outcome must be listed from the start"
    );
}

/// Each connection counts once, under its reason; those to `[admin]` do not count.
#[test]
fn connections() {
    let (daemon, _folder) = start(CONFIG);
    for _ in 0..3 {
        fetch(daemon.address()).unwrap();
    }
    for bytes in [
        &b"garbage"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00",
    ] {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        client.send(bytes);
        client.hear();
    }
    let mut asking = TestClient::connect(daemon.address()).unwrap();
    asking.send(b"<poli");
    let all_seen = testkit::until(Duration::from_secs(10), || {
        let samples = metrics(admin(&daemon));
        is(&samples, "connections_open", 1.0)
            && is(&samples, "connections_total{outcome=\"tls\"}", 1.0)
    });
    assert!(all_seen, "{:#?}", metrics(admin(&daemon)));
    let samples = metrics(admin(&daemon));
    holds(
        &samples,
        &[
            ("connections_total{outcome=\"answered\"}", 3.0),
            ("connections_total{outcome=\"not-a-request\"}", 1.0),
            ("connections_total{outcome=\"http\"}", 1.0),
            ("connections_open", 1.0),
            ("connections_answering", 0.0),
        ],
    );
    let ended = samples
        .iter()
        .filter(|(key, _)| key.starts_with("flashgate_connections_total"));
    assert!((ended.map(|(_, value)| value).sum::<f64>() - 6.0).abs() < 0.1);
}
