//! `--client ruffle` with a page's address: its scripts, their order, and what is left of the config.

use serde_json::Value;
use testkit::binary;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::{Hold, ReadLine, Send};

use super::ids;
use super::ruffle::{OPEN, check, local};
use super::site::Site;

/// flashgate's own script, for one gate on this port.
fn generated(port: u16) -> String {
    let mut command = std::process::Command::new(binary::flashgate().unwrap());
    command.args(["ruffle", "--host", "localhost", "--js", "--gate"]);
    let output = command.arg(format!("{port}=127.0.0.1:9")).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A site with a page, flashgate's script at `/ruffle.js`, and a bridge that the script names.
fn site(html: &str) -> (Site, Keeper) {
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let site = Site::start();
    let script = generated(bridge.address().port());
    let kind = "200 OK\r\nContent-Type: text/javascript";
    site.answer("/ruffle.js", kind, script.as_bytes());
    site.page("/", html);
    (site, bridge)
}

/// The URLs of the WebSockets that were opened.
fn opened(report: &Value) -> Vec<&str> {
    let steps = report["steps"].as_array().unwrap().iter();
    let sockets = steps.filter(|step| step["action"] == "open-websocket");
    sockets.map(|step| step["url"].as_str().unwrap()).collect()
}

const SETS: &str = "<script>window.RufflePlayer = window.RufflePlayer || {}; window.RufflePlayer.config = { autoplay: 'on' };</script>";
const RUFFLE: &str = "<script src='/ruffle/ruffle.js'></script>";
const OURS: &str = "<script src=\"/ruffle.js\"></script>";

/// The order of the scripts decides, as in a browser: a config that is set later removes flashgate's entries.
#[test]
fn the_order_of_scripts() {
    let deferred = OURS.replace(" src", " defer src");
    let merged = "<script>RufflePlayer.config = {...RufflePlayer.config, autoplay: 'on'}</script>";
    let cases = [
        (OURS.to_owned(), "allowed", None),
        (format!("{RUFFLE}{OURS}"), "allowed", None),
        (format!("{SETS}{OURS}{RUFFLE}"), "allowed", None),
        (format!("{OURS}{merged}"), "allowed", None),
        (format!("{deferred}{SETS}"), "allowed", None),
        (format!("{OURS}<!-- {SETS} -->"), "allowed", None),
        (
            format!("{OURS}{SETS}"),
            "denied",
            Some("config-overwritten"),
        ),
    ];
    for (html, verdict, finding) in cases {
        let (site, bridge) = site(&html);
        // Ruffle's own script has an empty list.
        let core = b"const d={socketProxy:[],upgradeToHttps:!0};window.RufflePlayer?.config??{};";
        site.answer("/ruffle/ruffle.js", "200 OK", core);
        let (report, output) = check(&[&site.url("/")]);
        assert_eq!(report["verdict"], verdict, "{html}: {report:#}");
        assert_eq!(ids(&report).first().copied(), finding, "{html}: {report:#}");
        assert_eq!(output.status.code(), Some(i32::from(finding.is_some())));
        if finding.is_none() {
            let url = format!("ws://localhost:{}/", bridge.address().port());
            assert_eq!(opened(&report), [url], "{html}");
        } else {
            assert_eq!(report["reason"], "no-rule-matches");
            let remedy = report["findings"][0]["remedy"].as_str().unwrap();
            let advice = format!(
                "load `{}` after the script in line 1",
                site.url("/ruffle.js")
            );
            assert!(remedy.starts_with(&advice), "{remedy}");
        }
    }
}

/// Entries in the page itself, or in a script that it loads from a relative URL.
#[test]
fn where_entries_are() {
    let (site, bridge) = site("");
    let port = bridge.address().port();
    let list = format!(
        "socketProxy: [{{ host: 'a.test', port: 1, proxyUrl: 'ws://localhost:{port}/x' }}]"
    );
    let set = format!("window.RufflePlayer.config = {{ {list} }};");
    let loads = format!("player.load({{ url: 'game.swf', {list} }});");
    site.answer("/js/sockets.js", "200 OK", set.as_bytes());
    site.page("/inline", &format!("<body><script>{set}</script>"));
    site.page("/player", &format!("<script>{loads}</script>"));
    site.page("/script", "<script src=js/sockets.js></script>");
    site.page(
        "/base",
        "<base href='/js/'><script src=sockets.js></script>",
    );
    site.answer("/moved", "302 Found\r\nLocation: script", b"");
    site.answer(
        "/list",
        "200 OK\r\nContent-Type: application/json",
        list_alone(port).as_bytes(),
    );
    let chunked = format!(
        "{:x}\r\n<script>\r\n{:x};x=y\r\n{set}\r\n0\r\n\r\n",
        8,
        set.len()
    );
    let kind = "200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html";
    site.answer("/chunked", kind, chunked.as_bytes());
    for path in [
        "/inline", "/player", "/script", "/base", "/moved", "/list", "/chunked",
    ] {
        let (report, _) = check(&[&site.url(path)]);
        assert_eq!(report["verdict"], "allowed", "{path}: {report:#}");
        assert_eq!(
            opened(&report),
            [format!("ws://localhost:{port}/x")],
            "{path}"
        );
        let mut steps = report["steps"].as_array().unwrap().iter();
        let socket = steps.find(|step| step["action"] == "open-websocket");
        let origin = format!("http://localhost:{}", site.port());
        assert_eq!(socket.unwrap()["origin"], origin, "{path}");
    }
    let head = site.request("/js/sockets.js");
    assert!(head.contains("\r\nAccept-Encoding: identity\r\n"), "{head}");
    // A list is for a page elsewhere.
    let (report, _) = check(&[&site.url("/list"), "--from", "http://localhost/game/"]);
    assert_eq!(
        report["steps"][1]["origin"], "http://localhost",
        "{report:#}"
    );
}

fn list_alone(port: u16) -> String {
    format!(
        "{{\"socketProxy\": [{{\"host\": \"a.test\", \"port\": 1, \"proxyUrl\": \"ws://localhost:{port}/x\"}}]}}"
    )
}

/// Without flashgate's script, a movie has no entry. A script without `ruffle` in its name does not matter.
#[test]
fn scripts_that_are_missing() {
    let (site, _bridge) = site(&format!("<script src=/counter.js></script>{OURS}"));
    let (report, _) = check(&[&site.url("/")]);
    assert_eq!(ids(&report), [""; 0], "{report:#}");
    site.page("/gone", "<script src=/gone/ruffle.js></script>");
    let (report, _) = check(&[&site.url("/gone")]);
    assert_eq!(report["verdict"], "unreachable", "{report:#}");
    assert_eq!(report["reason"], "target-refused");
    assert_eq!(ids(&report), ["script-not-loaded"]);
    assert_eq!(report["findings"][0]["level"], "error");
    // With other entries it is only a warning.
    site.page("/both", &format!("{RUFFLE}{OURS}"));
    let (report, _) = check(&[&site.url("/both")]);
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    assert_eq!(ids(&report), ["script-not-loaded"]);
    assert_eq!(report["findings"][0]["level"], "warning");
}

/// Pages without a verdict: the exit code is 2, and the message says why.
#[test]
fn pages_that_cannot_be_checked() {
    let site = Site::start();
    let endless = vec![b'a'; 2 << 20];
    site.page("/none", "<script>go()</script>");
    site.page("/computed", "<script>RufflePlayer.config = { socketProxy: [{ host: location.hostname, port: 1, proxyUrl: 'ws://a.test/' }] }</script>");
    site.answer("/loop", "302 Found\r\nLocation: /loop", b"");
    site.answer("/ftp", "302 Found\r\nLocation: ftp://a.test/", b"");
    site.answer("/large", "200 OK\r\nContent-Type: text/html", &endless);
    site.answer("/cut", "200 OK\r\nContent-Length: 100", b"<html>");
    let closed = testkit::port::free().unwrap();
    // A server that accepts WebSockets at every path serves no page.
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let socket = format!("http://localhost:{}/", bridge.address().port());
    for (url, part) in [
        (site.url("/none"), "contains no usable `socketProxy` list"),
        (site.url("/computed"), "a script computes `host`"),
        (site.url("/404"), "the server answers 404 `Not Found`"),
        (site.url("/loop"), "more than 20 redirects"),
        (
            site.url("/ftp"),
            "the server redirects to `ftp://a.test/`: expected `http` or `https`",
        ),
        (site.url("/large"), "contains no usable `socketProxy` list"),
        (
            site.url("/cut"),
            "closed the connection before its answer was complete",
        ),
        (
            site.url("/none").replace("http:", "https:"),
            "does not speak TLS",
        ),
        (
            format!("http://localhost:{closed}/"),
            "nothing accepts connections there",
        ),
        (
            "http://localhost:6667/".to_owned(),
            "browsers block requests to port 6667",
        ),
        (socket, "the server answers 101"),
        ("http:///x".to_owned(), "is not a page's URL"),
    ] {
        let mut command = std::process::Command::new(binary::flashgate().unwrap());
        let output = command
            .args(["check", &url, "--client", "ruffle"])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{url}: {said}");
        assert!(said.contains(part), "{url}: {said}");
    }
}
