//! Other people's programs ask for the files.

use std::process::Command;

use testkit::needs;

use super::{FILE, HTTP, RULES, config, start};

#[test]
fn curl() {
    if !needs::met(needs::program("curl")) {
        return;
    }
    let running = start(&config(RULES, HTTP));
    let url = format!("http://{}/crossdomain.xml", running.address());
    let tags = running.folder.path().join("tag");
    let tag = tags.to_str().unwrap();
    let ask = |more: &[&str]| {
        let output = Command::new("curl")
            .args(["-sS", "-w", "|%{http_code}|%{content_type}", &url])
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let whole = ask(&["--etag-save", tag]);
    assert_eq!(whole, format!("{FILE}|200|text/x-cross-domain-policy"));
    assert_eq!(ask(&["--etag-compare", tag]), "|304|");
    assert!(ask(&["--head"]).ends_with("|200|text/x-cross-domain-policy"));
    assert!(ask(&["--request", "POST", "--data", "x"]).contains("|405|"));
}

/// What nmap reports about a policy with and without a rule for every site.
#[test]
fn nmap() {
    if !needs::met(needs::program("nmap")) {
        return;
    }
    for (rules, state) in [
        ("{ domain = \"*\" }", "State: VULNERABLE"),
        ("{ domain = \"a.test\" }", "State: LIKELY VULNERABLE"),
        ("", ""),
    ] {
        let running = start(&config(rules, HTTP));
        let port = running.address().port().to_string();
        let output = Command::new("nmap")
            .args(["-sT", "-Pn", "-n", "-p", &port, "127.0.0.1"])
            // The plus also runs it on ports that are not typical for web servers.
            .args(["--script", "+http-cross-domain-policy"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(state), "{rules}: {text}");
        assert_eq!(
            text.contains("/crossdomain.xml:"),
            !state.is_empty(),
            "{rules}: {text}"
        );
    }
}
