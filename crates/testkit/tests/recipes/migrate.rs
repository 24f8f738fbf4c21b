//! Migrations: the old server answers, then flashgate with what the page says to write instead, and both allow the same.

use std::path::Path;

use serde_json::Value;
use testkit::client::fetch;
use testkit::needs;
use testkit::real_server::missing;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::{End, Expect, Hold, Read, Send};

use super::opening::{Opening, allows};
use super::page::{Page, follow, follow_with, local, only_the_config, public};

/// The policy file of the old daemons.
const POLICY: &str = "<?xml version=\"1.0\"?>\n<cross-domain-policy>\n  \
                      <allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/>\n</cross-domain-policy>\n";

/// Answers on accept and never reads, as Adobe's sample did.
const PYTHON: &str = r#"
import socket, sys
policy = open("policy.xml", "rb").read()
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 843))
listener.listen(5)
while True:
    client, address = listener.accept()
    client.sendall(policy + b"\0")
    client.close()
"#;

/// Reads the request first.
const PERL: &str = r#"
use IO::Socket::INET;
open(my $file, '<', 'policy.xml') or die; my $policy = join('', <$file>);
my $listener = IO::Socket::INET->new(LocalPort => 843, Listen => 5, ReuseAddr => 1) or die;
local $/ = "\0";
while (my $client = $listener->accept()) {
    my $request = <$client>;
    print $client "$policy\0" if $request =~ /<policy-file-request\/>/;
    close($client);
}
"#;

/// The same for standard input and output, as xinetd starts it.
const PERL_FOR_XINETD: &str = r#"#!/usr/bin/perl
my ($path) = map { /^-file=(.*)/ } @ARGV;
open(my $file, '<', $path) or die; my $policy = join('', <$file>);
local $/ = "\0";
my $request = <STDIN>;
print "$policy\0" if $request =~ /<policy-file-request\/>/;
"#;

/// npm's package, as people used it.
const POLICYFILE: &str = r"
const server = require('/usr/share/nodejs/policyfile').createServer({ origins: ['www.example.com:9339'], log: false });
server.listen(843);
process.on('uncaughtException', () => {});
";

/// The report of `check` for a movie of this site.
#[track_caller]
fn report(page: &Page, from: &str) -> Value {
    let command = format!("flashgate check play.example.com:9339 --from {from} --format json");
    let output = page.session.run(&command).unwrap();
    serde_json::from_slice(&output.stdout).expect("a report")
}

/// The ids of a report's findings.
fn findings(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect()
}

/// Port 843 lets movies of `www.example.com` connect to port 9339, and no others.
#[track_caller]
fn one_site(page: &Page) {
    assert_eq!(
        report(page, "http://www.example.com/")["verdict"],
        "allowed"
    );
    assert_eq!(report(page, "http://www.example.org/")["verdict"], "denied");
}

/// The document that port 843 serves, without its NUL.
#[track_caller]
fn served() -> String {
    let bytes = fetch(public(843)).unwrap().bytes;
    String::from_utf8(bytes)
        .unwrap()
        .trim_end_matches('\0')
        .to_owned()
}

/// Starts the old server, checks it, stops it, and follows the page.
#[track_caller]
fn replace(page: &mut Page, old: &str) {
    let _game = Keeper::start(public(9339), &[&[Read, End]]).unwrap();
    page.session.serve(old).unwrap();
    one_site(page);
    let before = served();
    page.session.stop();
    page.run_rest();
    one_site(page);
    assert_eq!(served(), before);
    let after = report(page, "http://www.example.com/");
    assert_eq!(findings(&after), [""; 0], "{after:#}");
}

#[test]
fn daemons_in_perl() {
    if !needs::met(missing("perl")) {
        return;
    }
    follow("migrate/daemons.md", |page| {
        page.session.folder().file("policy.xml", POLICY).unwrap();
        page.session.folder().file("daemon.pl", PERL).unwrap();
        replace(page, "perl daemon.pl");
    });
}

#[test]
fn daemons_in_python() {
    if !needs::met(missing("/usr/bin/python3")) {
        return;
    }
    follow("migrate/daemons.md", |page| {
        page.session.folder().file("policy.xml", POLICY).unwrap();
        page.session.folder().file("daemon.py", PYTHON).unwrap();
        // Its replies get lost, so the first check may fail. The page says how to see that.
        let _game = Keeper::start(public(9339), &[&[Read, End]]).unwrap();
        page.session.serve("python3 daemon.py").unwrap();
        let before = report(page, "http://www.example.com/");
        let ids = findings(&before);
        assert!(ids.contains(&"reset-after-reply"), "{before:#}");
        assert!(ids.contains(&"reply-before-request"), "{before:#}");
        page.session.stop();
        page.run_rest();
        one_site(page);
        assert_eq!(served(), POLICY);
    });
}

#[test]
fn xinetd() {
    if !needs::met(missing("xinetd").or_else(|| missing("perl"))) {
        return;
    }
    // The system's own folders stay as they are.
    let here = |text: String| text.replace("/etc/flashpolicy.xml", "flashpolicy.xml");
    follow_with("migrate/xinetd.md", here, |page| {
        let folder = page.session.folder();
        folder.file("flashpolicy.xml", POLICY).unwrap();
        let script = folder.file("in.flashpolicyd.pl", PERL_FOR_XINETD).unwrap();
        let policy = folder.path().join("flashpolicy.xml");
        let path = format!("-file={}", policy.display());
        let entry = page.block("text").replace("-file=flashpolicy.xml", &path);
        // A test's folder is not executable for everybody, so perl reads the script.
        let entry = entry
            .replace("/usr/local/bin/in.flashpolicyd.pl", "/usr/bin/perl")
            .replace("-file=", &format!("{} -file=", script.display()));
        folder.file("xinetd.conf", entry).unwrap();
        replace(page, "xinetd -dontfork -f xinetd.conf -pidfile xinetd.pid");
    });
}

#[test]
fn policyfile() {
    let package = Path::new("/usr/share/nodejs/policyfile");
    let lacks = (!package.exists()).then(|| "Debian's node-policyfile is not installed".to_owned());
    if !needs::met(needs::program("node").or(lacks)) {
        return;
    }
    follow("migrate/policyfile.md", |page| {
        let _game = Keeper::start(public(9339), &[&[Read, End]]).unwrap();
        page.session.folder().file("old.js", POLICYFILE).unwrap();
        page.session.serve("node old.js").unwrap();
        let before = report(page, "http://www.example.com/");
        let ids = findings(&before);
        assert!(ids.contains(&"reply-without-nul"), "{before:#}");
        assert!(ids.contains(&"reply-before-request"), "{before:#}");
        assert!(served().contains("domain=\"www.example.com\" to-ports=\"9339\""));
        page.session.stop();
        page.run_rest();
        one_site(page);
        let after = report(page, "http://www.example.com/");
        assert_eq!(findings(&after), [""; 0], "{after:#}");
        allows(public(843), &[9339]);
    });
}

/// Both tokens, at the same URLs before and after. Only the page's own website stays allowed.
#[test]
fn websockify() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(WELCOME.client), Send(WELCOME.server), Hold];
    if !needs::met(missing("websockify")) {
        return;
    }
    follow("migrate/websockify.md", |page| {
        let tokens = page.block("text");
        page.session.folder().file("tokens.cfg", tokens).unwrap();
        let start = |port| Keeper::start(local(port), &[SCRIPT]).unwrap();
        let _servers = [6112, 9875].map(start);
        let old = "websockify --token-plugin TokenFile --token-source tokens.cfg 8080";
        page.session.serve(old).unwrap();
        both_tokens();
        assert_eq!(opens_for_another_site(page), Some(0));
        page.session.stop();
        page.run_rest();
        both_tokens();
        assert_eq!(opens_for_another_site(page), Some(1));
    });
}

const WELCOME: Opening = Opening {
    client: b"hello\0",
    server: b"welcome\0",
};

#[track_caller]
fn both_tokens() {
    for token in ["login", "world"] {
        WELCOME.over_websocket(public(8080), &format!("/?token={token}"));
    }
}

/// The exit code of `check` for a page of another website.
fn opens_for_another_site(page: &Page) -> Option<i32> {
    let url = "'ws://play.example.com:8080/?token=login'";
    let command = format!("flashgate check {url} --client ruffle --from http://www.example.org/");
    page.session.run(&command).unwrap().status.code()
}

/// Policy code in the server: every website is allowed before, and one afterwards.
#[test]
fn in_server() {
    const EVERYBODY: &[u8] =
        b"<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"*\" />\
                               </cross-domain-policy>\0";
    follow("migrate/in-server.md", |page| {
        let server = Keeper::start(public(9339), &[&[Read, Send(EVERYBODY), End]]).unwrap();
        assert_eq!(
            report(page, "http://www.example.org/")["verdict"],
            "allowed"
        );
        drop(server);
        let moved = Keeper::start(local(19339), &[&[Read, Send(b"hello\0"), End]]).unwrap();
        page.run_rest();
        one_site(page);
        allows(public(9339), &[9339]);
        assert!(moved.accepted() > 0);
    });
}

/// The page's way for a server that can't move: its own answer no longer counts.
#[test]
fn in_server_that_cannot_move() {
    const EVERYBODY: &[u8] =
        b"<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"*\" />\
                               </cross-domain-policy>\0";
    let config = |text: String| only_the_config(&text);
    follow_with("migrate/in-server.md", config, |page| {
        let _server = Keeper::start(public(9339), &[&[Read, Send(EVERYBODY), End]]).unwrap();
        page.run_rest();
        one_site(page);
    });
}
