//! Policies that a client fetches from a web server: Silverlight's `/clientaccesspolicy.xml`, and `/crossdomain.xml`
//! for Flash players before 9.0.124.

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Expect, Read, ReadLine, ReadOnly, Send};
use testkit::zoo::{Enclosure, Script, ScriptStep, missing};

use super::docs::validate;
use super::{ids, report};

const FLASH: &str = "<cross-domain-policy><allow-access-from domain=\"*\"/></cross-domain-policy>";
const ACCESS: &str = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from><grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";

const SILVERLIGHT: [&str; 4] = [
    "--client",
    "silverlight",
    "--load-policy",
    "http://srv.test/clientaccesspolicy.xml",
];

/// A response with these fields.
fn response(status: &str, fields: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{fields}\r\n{body}")
}

fn file(body: &str) -> String {
    response("200 OK", "Content-Type: text/xml\r\n", body)
}

/// Leaked, because scripts are static and a run has few of them.
fn sends(text: &str) -> ScriptStep {
    Send(text.to_owned().leak().as_bytes())
}

fn script(steps: Vec<ScriptStep>) -> Script {
    steps.leak()
}

/// A web server that answers each request in turn, the last one again and again.
fn site(responses: &[String]) -> &'static [Script] {
    let turns = responses.iter();
    let turns: Vec<Script> = turns
        .map(|text| script(vec![ReadLine, sends(text), End]))
        .collect();
    turns.leak()
}

/// The report of a check against these servers.
fn checked(servers: &[(u16, &'static [Script])], flags: &[&str]) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    for (port, turns) in servers {
        let address = format!("127.0.0.1:{port}");
        enclosure.listen(&address, turns).unwrap();
    }
    enclosure.listen("127.0.0.1:4502", &[&[Read, End]]).unwrap();
    let fixed = [
        "srv.test:4502",
        "--from",
        "http://a.test/",
        "--format",
        "json",
    ];
    let checked = enclosure.check(&[&fixed[..], flags].concat()).unwrap();
    validate(&checked.output.stdout);
    report(&checked)
}

/// Runs each case in its own thread, because checks wait most of the time.
fn each<T: std::marker::Send>(cases: impl IntoIterator<Item = T>, run: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            let run = &run;
            scope.spawn(move || run(case));
        }
    });
}

#[track_caller]
fn finding<'a>(told: &'a Value, id: &str) -> &'a Value {
    let mut findings = told["findings"].as_array().unwrap().iter();
    let found = findings.find(|finding| finding["id"] == id);
    found.unwrap_or_else(|| panic!("{id} in {told:#}"))
}

/// What is missing, each with the remedy. Nothing else is asked for a policy.
#[test]
fn what_silverlight_misses() {
    if !needs::met(missing()) {
        return;
    }
    let https = "Location: https://srv.test/clientaccesspolicy.xml\r\n";
    let elsewhere = "Location: http://www.srv.test/clientaccesspolicy.xml\r\n";
    let folder = "Location: /policies/clientaccesspolicy.xml\r\n";
    let binary = "Content-Type: application/octet-stream\r\n";
    let cases = [
        (
            response("404 Not Found", "", "<html/>"),
            "http-policy-missing",
            "answers `404 Not Found`",
        ),
        (
            response("403 Forbidden", "", ACCESS),
            "http-policy-missing",
            "answers `403 Forbidden`",
        ),
        (
            "SSH-2.0-x\r\n".to_owned(),
            "http-policy-missing",
            "does not answer in HTTP",
        ),
        (
            response("301 Moved", https, ""),
            "http-policy-redirected",
            "to `https://srv.test/",
        ),
        (
            response("302 Found", elsewhere, ""),
            "http-policy-redirected",
            "to `http://www.srv.test/",
        ),
        (
            response("302 Found", folder, ""),
            "http-policy-redirected",
            "to `/policies/",
        ),
        (
            response("200 OK", binary, ACCESS),
            "http-policy-content-type",
            "`application/octet-stream`",
        ),
        (
            response("200 OK", "", ACCESS),
            "http-policy-content-type",
            "has no content type",
        ),
        (file("garbage"), "malformed-policy", "`garbage`"),
    ];
    each(cases, |(answer, id, words)| {
        let told = checked(&[(80, site(&[answer]))], &SILVERLIGHT);
        assert_eq!(told["reason"], "no-policy", "{told:#}");
        let first = &told["findings"][0];
        assert_eq!(first["id"], id, "{told:#}");
        assert!(
            first["message"].as_str().unwrap().contains(words),
            "{told:#}"
        );
        assert!(!first["remedy"].as_str().unwrap().is_empty());
        let steps = told["steps"].as_array().unwrap().iter();
        let asked: Vec<_> = steps.filter(|step| step["action"] == "ask").collect();
        assert_eq!(asked.len(), 1, "{told:#}");
        assert_eq!(asked[0]["port"], 80);
    });
    let told = checked(&[], &SILVERLIGHT);
    let first = finding(&told, "http-policy-missing");
    assert!(
        first["message"]
            .as_str()
            .unwrap()
            .contains("port 80 does not accept connections")
    );
}

/// A redirect on the same host and port is followed; whether the real player does is listed as not known.
#[test]
fn a_redirect_on_the_same_site() {
    if !needs::met(missing()) {
        return;
    }
    let moved = response(
        "302 Found",
        "Location: /policy.xml\r\nContent-Length: 0\r\n",
        "",
    );
    let told = checked(&[(80, site(&[moved, file(ACCESS)]))], &SILVERLIGHT);
    assert_eq!(told["reason"], "granted", "{told:#}");
    assert_eq!(ids(&told), ["http-policy-redirected"], "{told:#}");
    assert_eq!(told["not-known"][0]["id"], "http-redirect", "{told:#}");
    let responses = told["steps"].as_array().unwrap();
    let asked = responses
        .iter()
        .find(|step| step["action"] == "ask")
        .unwrap();
    assert_eq!(asked["responses"][0]["status"], 302);
    assert_eq!(asked["responses"][1]["url"], "http://srv.test/policy.xml");
    // One that never ends is given up.
    let turning = response("302 Found", "Location: /clientaccesspolicy.xml\r\n", "");
    let told = checked(&[(80, site(&[turning]))], &SILVERLIGHT);
    assert_eq!(
        told["findings"][0]["id"], "http-policy-redirected",
        "{told:#}"
    );
}

/// The request names the host, and the answer may be in chunks and need not close the connection.
#[test]
fn how_it_is_fetched() {
    if !needs::met(missing()) {
        return;
    }
    let fields = "Content-Type: application/xml\r\nTransfer-Encoding: chunked\r\n";
    let body = format!("{:x}\r\n{ACCESS}\r\n0\r\n\r\n", ACCESS.len());
    let request = b"GET /clientaccesspolicy.xml HTTP/1.0\r\nHost: srv.test\r\n";
    let turns = script(vec![
        Expect(request),
        sends(&response("200 OK", fields, &body)),
        Read,
    ]);
    let told = checked(&[(80, vec![turns].leak())], &SILVERLIGHT);
    assert_eq!(told["reason"], "granted", "{told:#}");
    assert_eq!(told["decided-by"]["source"], "loaded", "{told:#}");
    assert_eq!(ids(&told), [""; 0], "{told:#}");
    assert!(told["elapsed-ms"].as_u64().unwrap() < 2_000, "{told:#}");
}

/// An application asks port 943 or the web server. A policy in the other place is named, with what to change.
#[test]
fn in_the_other_place() {
    if !needs::met(missing()) {
        return;
    }
    let on_943: &'static [Script] = vec![script(vec![ReadOnly(22), sends(ACCESS), End])].leak();
    let none = response("404 Not Found", "", "");
    let told = checked(
        &[(80, site(std::slice::from_ref(&none))), (943, on_943)],
        &SILVERLIGHT,
    );
    assert_eq!(told["verdict"], "denied", "{told:#}");
    let other = finding(&told, "silverlight-other-protocol");
    assert!(
        other["message"]
            .as_str()
            .unwrap()
            .starts_with("port 943 serves"),
        "{other}"
    );
    let told = checked(&[(80, site(&[file(ACCESS)]))], &["--client", "silverlight"]);
    assert_eq!(told["verdict"], "denied", "{told:#}");
    let other = finding(&told, "silverlight-other-protocol");
    let remedy = other["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("--load-policy http://srv.test/clientaccesspolicy.xml"),
        "{remedy}"
    );
    // Neither has one: nothing is claimed.
    let told = checked(&[(80, site(&[none]))], &["--client", "silverlight"]);
    assert!(
        !ids(&told).contains(&"silverlight-other-protocol"),
        "{told:#}"
    );
}

/// `/crossdomain.xml` never counts for Silverlight's sockets. Whether it does for HTTP requests is said too.
#[test]
fn only_a_crossdomain_xml() {
    if !needs::met(missing()) {
        return;
    }
    let named = FLASH.replace('*', "a.test");
    let with_ports = FLASH.replace("/></", " to-ports=\"*\"/></");
    let cases = [
        (FLASH, "it allows Silverlight's HTTP requests"),
        (&named, "only a file with a rule for `*`"),
        (&with_ports, "does not accept `to-ports`"),
        ("<html/>", "it is not a Flash policy"),
    ];
    each(cases, |(crossdomain, words)| {
        let none = response("404 Not Found", "", "");
        let told = checked(&[(80, site(&[none, file(crossdomain)]))], &SILVERLIGHT);
        assert_eq!(told["findings"][0]["id"], "http-policy-missing", "{told:#}");
        let found = finding(&told, "silverlight-crossdomain-xml");
        assert!(
            found["message"].as_str().unwrap().ends_with(words),
            "{found}"
        );
    });
}

/// Other addresses don't select HTTP, and this is reported with the address that does.
#[test]
fn locations_without_effect() {
    if !needs::met(missing()) {
        return;
    }
    let on_943: &'static [Script] = vec![script(vec![ReadOnly(22), sends(ACCESS), End])].leak();
    let cases = [
        "http://srv.test/crossdomain.xml",
        "https://srv.test/clientaccesspolicy.xml",
        "http://srv.test:8080/clientaccesspolicy.xml",
    ];
    each(cases, |location| {
        let flags = ["--client", "silverlight", "--load-policy", location];
        let told = checked(&[(943, on_943)], &flags);
        assert_eq!(told["reason"], "granted", "{location}: {told:#}");
        let found = finding(&told, "load-policy-ignored");
        let remedy = found["remedy"].as_str().unwrap();
        assert!(remedy.contains(SILVERLIGHT[3]), "{found}");
    });
}

/// Old Flash players: what decides, and what newer players would refuse.
#[test]
fn old_flash_players() {
    if !needs::met(missing()) {
        return;
    }
    let binary = "Content-Type: application/octet-stream\r\n";
    let https = "Location: https://srv.test/crossdomain.xml\r\n";
    let load = "http://srv.test/crossdomain.xml";
    let cases = [
        ("9.0.47", file(FLASH), "granted", vec!["wildcard-domain"]),
        (
            "9.0.47",
            response("200 OK", binary, FLASH),
            "granted",
            vec!["http-policy-content-type", "wildcard-domain"],
        ),
        (
            "9.0.115",
            response("200 OK", binary, FLASH),
            "no-policy",
            vec!["http-policy-content-type"],
        ),
        (
            "9.0.47",
            response("301 Moved", https, ""),
            "no-policy",
            vec!["http-policy-redirected"],
        ),
        (
            "8",
            response("404 Not Found", "", ""),
            "no-policy",
            vec!["http-policy-missing"],
        ),
        (
            "9.0.47",
            file(&FLASH.replace('*', "b.test")),
            "no-rule-matches",
            vec!["no-rule-matches"],
        ),
        (
            "9.0.124",
            file(FLASH),
            "no-policy",
            vec!["load-policy-ignored", "no-policy"],
        ),
    ];
    each(cases, |(version, answer, reason, expected)| {
        let flags = ["--player", version, "--load-policy", load];
        let told = checked(&[(80, site(&[answer]))], &flags);
        assert_eq!(told["reason"], reason, "{version}: {told:#}");
        assert_eq!(ids(&told), expected, "{version}: {told:#}");
    });
    // A rule in such a file has no ports.
    let flags = ["--player", "9.0.47", "--load-policy", load];
    let told = checked(
        &[(80, site(&[file(&FLASH.replace('*', "b.test"))]))],
        &flags,
    );
    let remedy = told["findings"][0]["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("`<allow-access-from domain=\"a.test\"/>`"),
        "{remedy}"
    );
}

/// In 9.0.115, the site's own file can forbid others.
#[test]
fn the_sites_meta_policy() {
    if !needs::met(missing()) {
        return;
    }
    let control = "<site-control permitted-cross-domain-policies=\"master-only\"/>";
    let site_file = format!("<cross-domain-policy>{control}</cross-domain-policy>");
    let flags = [
        "--player",
        "9.0.115",
        "--load-policy",
        "http://srv.test/other.xml",
    ];
    let told = checked(&[(80, site(&[file(&site_file), file(FLASH)]))], &flags);
    assert_eq!(told["verdict"], "denied", "{told:#}");
    let first = &told["findings"][0];
    assert_eq!(first["id"], "load-policy-ignored", "{told:#}");
    assert!(
        first["message"]
            .as_str()
            .unwrap()
            .contains("`site-control` of http://srv.test/crossdomain.xml"),
        "{first}"
    );
}

/// The header that forbids policies: on the file itself, and on the site's own file.
#[test]
fn a_meta_policy_in_a_header() {
    if !needs::met(missing()) {
        return;
    }
    let sends = |fields: &str| {
        let fields = format!("Content-Type: text/xml\r\n{fields}\r\n");
        response("200 OK", &fields, FLASH)
    };
    let name = "X-Permitted-Cross-Domain-Policies";
    let none = format!("{name}: none");
    let several = format!("{name}: all\r\nx-permitted-cross-domain-policies: none");
    let not_this = format!("{name}: none-this-response");
    let all = format!("{name}: all");
    let root = "http://srv.test/crossdomain.xml";
    let other = "http://srv.test/other.xml";
    let forbidden = Some("http-policy-forbidden");
    let cases = [
        (root, vec![sends(&none)], forbidden, "no policy of this"),
        (root, vec![sends(&several)], forbidden, ": all, none`"),
        (root, vec![sends(&not_this)], forbidden, "is not a policy"),
        (root, vec![sends(&all)], None, ""),
        (
            other,
            vec![sends(&all), sends(&none)],
            forbidden,
            "http://srv.test/other.xml comes with the header",
        ),
        (
            other,
            vec![sends(&none), sends(&all)],
            Some("load-policy-ignored"),
            "the header `X-Permitted-Cross-Domain-Policies: none` of http://srv.test/crossdomain.xml",
        ),
    ];
    each(cases, |(load, responses, id, words)| {
        let flags = ["--player", "9.0.115", "--load-policy", load];
        let told = checked(&[(80, site(&responses))], &flags);
        let Some(id) = id else {
            assert_eq!(told["reason"], "granted", "{told:#}");
            return;
        };
        assert_eq!(told["verdict"], "denied", "{words}: {told:#}");
        let first = &told["findings"][0];
        assert_eq!(first["id"], id, "{told:#}");
        assert!(
            first["message"].as_str().unwrap().contains(words),
            "{first}"
        );
        assert!(first["remedy"].as_str().unwrap().contains('`'), "{first}");
    });
    // Before, there were no meta-policies, as far as is known.
    let flags = ["--player", "9.0.47", "--load-policy", root];
    let told = checked(&[(80, site(&[sends(&none)]))], &flags);
    assert_eq!(told["reason"], "granted", "{told:#}");
    let later = finding(&told, "http-policy-forbidden");
    assert_eq!(later["level"], "warning");
    let message = later["message"].as_str().unwrap();
    assert!(message.contains("from Flash Player 9.0.115 on, no policy"));
    assert_eq!(told["not-known"][0]["id"], "http-meta-policy", "{told:#}");
}

/// A body that is shorter than announced, or encoded, is no file: browsers' HTTP stacks refuse it.
#[test]
fn broken_bodies() {
    if !needs::met(missing()) {
        return;
    }
    let cases = [
        (
            "Content-Length: 5000\r\n",
            ACCESS.to_owned(),
            "ends too early",
        ),
        ("Content-Length: -1\r\n", ACCESS.to_owned(), "not a length"),
        (
            "Content-Length: 50\r\nContent-Length: 300\r\n",
            ACCESS.to_owned(),
            "not a length",
        ),
        (
            "Content-Encoding: gzip\r\n",
            ACCESS.to_owned(),
            "compressed",
        ),
        (
            "Transfer-Encoding: chunked\r\n",
            format!("{:x}\r\n{ACCESS}\r\n", ACCESS.len()),
            "ends too early",
        ),
        (
            "Transfer-Encoding: chunked\r\n",
            format!("ffffffffffffffff\r\n{ACCESS}"),
            "ends too early",
        ),
    ];
    each(cases, |(fields, body, why)| {
        let fields = format!("Content-Type: text/xml\r\n{fields}");
        let answer = response("200 OK", &fields, &body);
        let report = checked(&[(80, site(&[answer]))], &SILVERLIGHT);
        assert_eq!(report["verdict"], "denied", "{fields}");
        assert_eq!(ids(&report), ["http-policy-missing"], "{fields}");
        assert!(report.to_string().contains(why), "{fields} {report}");
    });
}
