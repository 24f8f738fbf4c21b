//! `--swf`: whether a page's Ruffle can load the movie. CORS, mixed content, and what the server sends.

use serde_json::Value;
use testkit::binary;
use testkit::folder::Folder;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::{Hold, ReadLine, Send};

use super::ids;
use super::ruffle::{OPEN, check, local};
use super::site::Site;

const MOVIE: &[u8] = b"CWS\x0a\0\0\0\0";
const STAR: &str = "Access-Control-Allow-Origin: *";

/// A check of a movie in a page at `localhost`, with a bridge that works.
fn with_movie(site: &Site, movie: &str) -> Value {
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let url = format!("ws://localhost:{}/", bridge.address().port());
    let page = site.url("/game/");
    let (report, output) = check(&[&url, "--from", &page, "--swf", movie]);
    // The verdict is about the connection.
    assert_eq!(report["verdict"], "allowed", "{report:#}");
    assert_eq!(output.status.code(), Some(0));
    report
}

#[test]
fn answers_from_another_origin() {
    let site = Site::start();
    let page = format!("http://localhost:{}", site.port());
    let ok = |fields: String| format!("200 OK\r\n{fields}");
    let allow = |origin: &str| format!("Access-Control-Allow-Origin: {origin}");
    let not_found = "404 Not Found".to_owned();
    let (missing, mismatch) = ("cors-header-missing", "cors-origin-mismatch");
    let cases: [(&str, String, &[u8], Option<&str>); 12] = [
        ("/star", ok(STAR.to_owned()), MOVIE, None),
        ("/exact", ok(allow(&page)), b"FWS", None),
        ("/none", ok("A: b".to_owned()), MOVIE, Some(missing)),
        (
            "/slash",
            ok(allow(&format!("{page}/"))),
            MOVIE,
            Some(mismatch),
        ),
        (
            "/no-port",
            ok(allow("http://localhost")),
            MOVIE,
            Some(mismatch),
        ),
        ("/null", ok(allow("null")), MOVIE, Some(mismatch)),
        (
            "/twice",
            ok(format!("{STAR}\r\n{STAR}")),
            MOVIE,
            Some(mismatch),
        ),
        ("/404", not_found, b"", Some("movie-http-error")),
        (
            "/html",
            ok(STAR.to_owned()),
            b"<!doctype html>",
            Some("movie-not-swf"),
        ),
        ("/empty", ok(STAR.to_owned()), b"", Some("movie-not-swf")),
        (
            "/gzip",
            ok(format!("{STAR}\r\nContent-Encoding: gzip")),
            b"\x1f\x8b",
            None,
        ),
        (
            "/chunked",
            ok(format!("{STAR}\r\nTransfer-Encoding: chunked")),
            b"2\r\nZW\r\n1\r\nS\r\n0\r\n\r\n",
            None,
        ),
    ];
    for (path, head, body, finding) in cases {
        site.answer(path, &head, body);
        let report = with_movie(&site, &site.other(path));
        assert_eq!(ids(&report).first().copied(), finding, "{path}: {report:#}");
        let head = site.request(path);
        assert!(head.contains(&format!("\r\nOrigin: {page}\r\n")), "{head}");
        assert!(
            head.contains(&format!("\r\nReferer: {page}/\r\n")),
            "{head}"
        );
    }
    // The page's own origin needs no header, and a relative URL is on it.
    for movie in [site.url("/none"), "../none".to_owned()] {
        let report = with_movie(&site, &movie);
        assert_eq!(ids(&report), [""; 0], "{report:#}");
        assert!(!site.request("/none").contains("Origin:"));
    }
}

/// Every redirect on the way is checked too, and a redirect between two foreign origins hides the page's origin.
#[test]
fn redirects() {
    let (site, third) = (Site::start(), Site::start());
    let page = format!("http://localhost:{}", site.port());
    let exact = format!("200 OK\r\nAccess-Control-Allow-Origin: {page}");
    site.answer("/star", &format!("200 OK\r\n{STAR}"), MOVIE);
    third.answer("/exact", &exact, MOVIE);
    third.answer("/star", &format!("200 OK\r\n{STAR}"), MOVIE);
    let to = |path: &str, location: &str, fields: &str| {
        let head = format!("302 Found\r\nLocation: {location}{fields}");
        site.answer(path, &head, b"");
    };
    let star = format!("\r\n{STAR}");
    to("/own", &site.other("/star"), "");
    to("/back", &site.url("/plain"), &star);
    site.answer("/plain", "200 OK", MOVIE);
    to("/silent", "/star", "");
    to("/third", &third.other("/exact"), &star);
    to("/third-star", &third.other("/star"), &star);
    to("/loop", "/loop", &star);
    to(
        "/user",
        &format!("http://a:b@127.0.0.1:{}/star", site.port()),
        &star,
    );
    for (movie, finding, part) in [
        (site.url("/own"), None, ""),
        (site.other("/third-star"), None, ""),
        // The answer must allow the page, although it is the page's own server.
        (
            site.other("/back"),
            Some("cors-header-missing"),
            "redirects to it",
        ),
        (
            site.other("/silent"),
            Some("cors-header-missing"),
            "/silent",
        ),
        (
            site.other("/third"),
            Some("cors-origin-mismatch"),
            "`Origin: null`",
        ),
        (
            site.other("/loop"),
            Some("movie-unreachable"),
            "more than 20 redirects",
        ),
        (site.other("/user"), Some("movie-unreachable"), "user name"),
    ] {
        let report = with_movie(&site, &movie);
        assert_eq!(
            ids(&report).first().copied(),
            finding,
            "{movie}: {report:#}"
        );
        let first = report["findings"].to_string();
        assert!(first.contains(part), "{movie}: {report:#}");
    }
}

/// What the browser blocks, and what Ruffle changes, in a page over HTTPS.
#[test]
fn pages_over_https() {
    let site = Site::start();
    site.answer("/star", &format!("200 OK\r\n{STAR}"), MOVIE);
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let port = bridge.address().port();
    let folder = Folder::new().unwrap();
    let entry =
        format!("socketProxy: [{{ host: 'a', port: 1, proxyUrl: 'ws://localhost:{port}/' }}]");
    let file = |name: &str, more: &str| {
        let text = format!("RufflePlayer.config = {{ {more} {entry} }}");
        folder
            .file(name, text)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    let plain = file("plain.js", "");
    let keeps = file("keeps.js", "upgradeToHttps: false,");
    for (config, movie, finding, part) in [
        // Ruffle asks over TLS, where this server has none.
        (
            &plain,
            site.other("/star"),
            Some("movie-unreachable"),
            "upgradeToHttps",
        ),
        (
            &keeps,
            "http://192.0.2.1/x.swf".to_owned(),
            Some("movie-mixed-content"),
            "https://192.0.2.1/x.swf",
        ),
        // Browsers trust the local machine.
        (&keeps, site.other("/star"), None, ""),
        (
            &keeps,
            "https://a.test:6667/x.swf".to_owned(),
            Some("port-blocked-by-browser"),
            "443",
        ),
    ] {
        let arguments = [config, "--from", "https://localhost/", "--swf", &movie];
        let (report, _) = check(&arguments);
        assert_eq!(report["verdict"], "allowed", "{movie}: {report:#}");
        assert_eq!(
            ids(&report).first().copied(),
            finding,
            "{movie}: {report:#}"
        );
        let first = report["findings"].to_string();
        assert!(first.contains(part), "{movie}: {report:#}");
    }
}

/// With cookies, `*` does not count.
#[test]
fn with_cookies() {
    let site = Site::start();
    let page = format!("http://localhost:{}", site.port());
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let port = bridge.address().port();
    let config = format!(
        "<script>RufflePlayer.config = {{ credentialAllowList: ['http://127.0.0.1'], \
         socketProxy: [{{ host: 'a', port: 1, proxyUrl: 'ws://localhost:{port}/' }}] }}</script>"
    );
    site.page("/", &config);
    site.answer("/star", &format!("200 OK\r\n{STAR}"), MOVIE);
    let exact = format!("200 OK\r\nAccess-Control-Allow-Origin: {page}");
    site.answer("/exact", &exact, MOVIE);
    let full = format!("{exact}\r\nAccess-Control-Allow-Credentials: true");
    site.answer("/full", &full, MOVIE);
    for (path, part) in [
        ("/star", "`*`"),
        ("/exact", "Allow-Credentials"),
        ("/full", ""),
    ] {
        let (report, _) = check(&[&site.url("/"), "--swf", &site.other(path)]);
        let finding = (!part.is_empty()).then_some("cors-origin-mismatch");
        assert_eq!(ids(&report).first().copied(), finding, "{path}: {report:#}");
        let first = report["findings"].to_string();
        assert!(first.contains(part), "{path}: {report:#}");
    }
}

/// The report for people: what was requested, and that the movie is missing although the WebSocket opens.
#[test]
fn told_to_people() {
    let site = Site::start();
    site.answer(
        "/none",
        "200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8",
        MOVIE,
    );
    let bridge = Keeper::start(local(), &[&[ReadLine, Send(OPEN), Hold]]).unwrap();
    let url = format!("ws://localhost:{}/", bridge.address().port());
    let (page, movie) = (site.url("/"), site.other("/none"));
    let arguments = [
        "check", &url, "--client", "ruffle", "--from", &page, "--swf", &movie,
    ];
    let mut command = std::process::Command::new(binary::flashgate().unwrap());
    let output = command.args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let parts = [
        format!("{movie}: the movie\n"),
        "answers 200 OK, text/plain, 8 bytes, no Access-Control-Allow-Origin after ".to_owned(),
        "allowed: the WebSocket opens, but Ruffle can't load the movie\n".to_owned(),
        "nginx `add_header Access-Control-Allow-Origin * always;`".to_owned(),
    ];
    for part in parts {
        assert!(text.contains(&part), "{part}: {text}");
    }
    // Monitoring gets a warning.
    let output = command.arg("--nagios").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
}

/// `--swf` is for Ruffle only, and a relative URL needs a page.
#[test]
fn what_is_no_movie() {
    for (arguments, part) in [
        (
            &["localhost:1", "--swf", "http://a.test/x.swf"][..],
            "--swf is only for Ruffle",
        ),
        (
            &[
                "ws://localhost:1/",
                "--client",
                "ruffle",
                "--swf",
                "game.swf",
            ],
            "`game.swf` in --swf is not a movie's URL",
        ),
        (
            &[
                "ws://localhost:1/",
                "--client",
                "ruffle",
                "--swf",
                "file:///x.swf",
            ],
            "`file:///x.swf` in --swf is not a movie's URL: expected `http` or `https`",
        ),
    ] {
        let mut command = std::process::Command::new(binary::flashgate().unwrap());
        let output = command.arg("check").args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(part), "{said}");
    }
}
