//! `--client ruffle` with pages, scripts and movies that take too long, and with lists that no browser reads.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::folder::Folder;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::{Hold, ReadLine, Send};

use super::ids;
use super::ruffle::{OPEN, check, local};
use super::site::Site;

fn open() -> Keeper {
    Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap()
}

/// Accepts connections and never answers.
fn silent() -> Keeper {
    Keeper::start(local(), &[&[Hold]]).unwrap()
}

fn entry(port: u16, bridge: &Keeper) -> Value {
    let url = format!("ws://localhost:{}/{port}", bridge.address().port());
    json!({"host": "a.test", "port": port, "proxyUrl": url})
}

/// A statement that sets this list.
fn config(entries: &[Value]) -> String {
    let list = json!({ "socketProxy": entries });
    format!("window.RufflePlayer.config = {list};")
}

/// How many WebSockets opened.
fn opened(report: &Value) -> usize {
    let steps = report["steps"].as_array().unwrap().iter();
    steps
        .filter(|step| step["handshake"]["open"] == true)
        .count()
}

/// A movie that never arrives takes no time from the WebSockets.
#[test]
fn a_movie_that_never_arrives() {
    let (bridge, movies) = (open(), silent());
    let site = Site::start();
    let page = format!("<script>{}</script>", config(&[entry(1, &bridge)]));
    site.page("/", &page);
    let movie = format!("http://localhost:{}/x.swf", movies.address().port());
    let socket = format!("ws://localhost:{}/", bridge.address().port());
    for target in [site.url("/"), socket] {
        let (report, output) = check(&[&target, "--swf", &movie, "--timeout", "8s"]);
        assert_eq!(report["verdict"], "allowed", "{report:#}");
        assert_eq!(ids(&report), ["movie-unreachable"], "{report:#}");
        assert_eq!(output.status.code(), Some(0));
    }
}

/// A script that never arrives is named, and takes no time from the WebSockets.
#[test]
fn scripts_that_never_arrive() {
    let (bridge, counter) = (open(), silent());
    let site = Site::start();
    let counter = format!("http://localhost:{}/count.js", counter.address().port());
    let list = format!("<script>{}</script>", config(&[entry(1, &bridge)]));
    let slow = format!("<script async src='{counter}'></script>");
    for html in [format!("{list}{slow}"), format!("{slow}{list}")] {
        site.page("/", &html);
        let (report, _) = check(&[&site.url("/"), "--timeout", "8s"]);
        assert_eq!(report["verdict"], "allowed", "{report:#}");
        assert_eq!(ids(&report), ["script-not-loaded"], "{report:#}");
        let message = report["findings"][0]["message"].as_str().unwrap();
        assert!(message.contains(&counter), "{message}");
    }
}

/// One after the other, these would take a minute.
#[test]
fn long_lists() {
    let (bridge, dead) = (open(), silent());
    let folder = Folder::new().unwrap();
    let entries: Vec<_> = (1..=120).map(|port| entry(port, &bridge)).collect();
    let file = folder.file("all.js", config(&entries)).unwrap();
    let arguments = ["--from", "http://localhost/", "--timeout", "20s"];
    let (report, _) = check(&[&[file.to_str().unwrap()], &arguments[..]].concat());
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    assert_eq!(opened(&report), 120);
    let steps = report["steps"].as_array().unwrap().iter();
    let order: Vec<_> = steps.map(|step| step["for"].as_str().unwrap()).collect();
    assert_eq!(order[118..], ["a.test:119", "a.test:120"]);

    let entries = [&[entry(121, &dead)], &entries[..60]].concat();
    let file = folder.file("dead.js", config(&entries)).unwrap();
    let (report, _) = check(&[&[file.to_str().unwrap()], &arguments[..]].concat());
    assert_eq!(report["verdict"], "unreachable", "{report:#}");
    assert_eq!(ids(&report), ["websocket-no-response"], "{report:#}");
    assert_eq!(opened(&report), 60);
}

/// Without time to wait for each one, the silent ones don't count.
#[test]
fn more_entries_than_time() {
    let (bridge, dead) = (open(), silent());
    let folder = Folder::new().unwrap();
    let silent = (2..=80).map(|port| entry(port, &dead));
    let entries: Vec<_> = std::iter::once(entry(1, &bridge)).chain(silent).collect();
    for (entries, verdict, level) in [
        (&entries[..], "allowed", "warning"),
        (&entries[1..], "unreachable", "error"),
    ] {
        let file = folder.file("list.js", config(entries)).unwrap();
        let arguments = ["--from", "http://localhost/", "--timeout", "4s"];
        let (report, _) = check(&[&[file.to_str().unwrap()], &arguments[..]].concat());
        assert_eq!(report["verdict"], verdict, "{report:#}");
        assert_eq!(ids(&report), ["websocket-not-checked"], "{report:#}");
        assert_eq!(report["findings"][0]["level"], level);
        let message = report["findings"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("79 of "), "{message}");
    }
}

/// Why there is no verdict.
fn failure(site: &Site, path: &str) -> String {
    let (report, output) = check(&[&site.url(path), "--timeout", "5s"]);
    assert_eq!(output.status.code(), Some(2), "{path}: {report:#}");
    report["error"]["message"].as_str().unwrap().to_owned()
}

/// What no browser runs has no list.
#[test]
fn lists_that_nothing_runs() {
    let bridge = open();
    let set = config(&[entry(1, &bridge)]);
    let site = Site::start();
    for html in [
        format!("<script>// {set}\n</script>"),
        format!("<script>/* {set} */</script>"),
        format!("<script>x = `{set}`;</script>"),
        format!("<script>x = '{set}';</script>"),
        format!("<script nomodule>{set}</script>"),
        format!("<textarea><script>{set}</script></textarea>"),
        format!("<title><script>{set}</script></title>"),
        format!("<style><script>{set}</script></style>"),
        format!("<noscript><script>{set}</script></noscript>"),
        format!("<template><script>{set}</script></template>"),
        format!("<img alt='<script>{}</script>'>", set.replace('\'', "\"")),
        format!("<script></script><p>{set}"),
    ] {
        site.page("/", &html);
        let message = failure(&site, "/");
        let part = "contains no usable `socketProxy` list";
        assert!(message.contains(part), "{html}: {message}");
    }
    let parsed = set.replace("= {", "= JSON.parse('{").replace("};", "}');");
    site.page("/", &format!("<script>{parsed}</script>"));
    let (report, _) = check(&[&site.url("/")]);
    assert_eq!(report["verdict"], "allowed", "{report:#}");
}

/// Each of these took minutes, and no signal ended it.
#[test]
fn pages_that_repeat() {
    let site = Site::start();
    let began = Instant::now();
    for part in [
        "<script ",
        "<base ",
        "<script src='",
        "<script>x</script>\n",
    ] {
        site.page("/", &part.repeat((1 << 20) / part.len()));
        failure(&site, "/");
    }
    let player = "RufflePlayer.config={".repeat(45_000);
    site.page("/", &format!("<script>{player}</script>"));
    failure(&site, "/");
    assert!(began.elapsed() < Duration::from_secs(60));
}

/// The check asks for no compression, and says so if it gets some.
#[test]
fn compressed_pages() {
    let site = Site::start();
    let kind = "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip";
    site.answer("/", kind, b"\x1f\x8b\x08");
    site.answer("/x.js", kind, b"\x1f\x8b\x08");
    site.page("/page", "<script src=x.js></script>");
    for path in ["/", "/page"] {
        let message = failure(&site, path);
        assert!(message.contains("`Content-Encoding`: `gzip`"), "{message}");
    }
}

/// A path alone needs a page. The message has the URL of a movie as its example.
#[test]
fn a_movie_without_a_page() {
    let (report, _) = check(&["ws://localhost:1/", "--swf", "x.swf"]);
    let message = report["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("like `https://www.example.org/game.swf`"),
        "{message}"
    );
}
