//! `[http]` and the rules for files in the config: what is served, what is refused, and what is warned of.

use std::fs;
use std::process::Command;

use testkit::folder::Folder;

use super::{FILE, HTTP, LIMIT, RULES, config, start, start_in};

/// What `serve --check` prints, with its exit code.
pub(super) fn checked(folder: &Folder, text: &str) -> (i32, String, String) {
    let path = folder.file("flashgate.toml", text).unwrap();
    let output = Command::new(testkit::binary::flashgate().unwrap())
        .args(["serve", "--check", "--config"])
        .arg(path)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let (code, _, stderr) = checked(&Folder::new().unwrap(), text);
    assert_eq!(code, 2, "{text}\n{stderr}");
    assert_eq!(stderr.matches("error[").count(), 1, "{stderr}");
    for part in expected {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

#[test]
fn mistakes() {
    let gate = "[[gate]]\naddress = \"127.0.0.1:9339\"\nbackend = \"127.0.0.1:9340\"\n";
    refused(
        &config(RULES, "[http]\naddress = \"80\"\n"),
        &["missing-key", "`crossdomain`", "found neither"],
    );
    refused(
        &config(RULES, "[http]\ncrossdomain = \"default\"\n"),
        &["missing-key", "needs `address`", "[::]:80"],
    );
    let backend = format!("{gate}http-backend = \"127.0.0.1:8080\"\n");
    refused(
        &config(
            RULES,
            &[&backend, "[http]\ncrossdomain = \"default\"\n"].concat(),
        ),
        &["needs `address`", "`policy-files = true`"],
    );
    refused(
        &config(RULES, &HTTP.replace("\"default\"", "\"defaults\"")),
        &["unknown-policy", "did you mean `default`?"],
    );
    refused(
        &config(RULES, &HTTP.replace("address", "adress")),
        &["unknown-key", "`address`"],
    );
    refused(
        &config(RULES, &format!("{gate}policy-files = true\n")),
        &["policy-files-without-http", ":6:16"],
    );
    let off = format!("{gate}policy-files = true\nwebsocket = false\n");
    refused(
        &config(RULES, &[&off, HTTP].concat()),
        &["conflicting-keys", "`websocket = true`"],
    );
    refused(
        &config(
            RULES,
            &[gate, &HTTP.replace("127.0.0.1:0", "127.0.0.1:9339")].concat(),
        ),
        &["duplicate-listener", "leave out `address` in `[http]`"],
    );
    let bridge = "[bridge]\naddress = \"127.0.0.1:9443\"\n";
    let same = HTTP.replace("127.0.0.1:0", "127.0.0.1:9443");
    refused(
        &config(RULES, &[gate, bridge, &same].concat()),
        &["duplicate-listener", "leave out `address` in `[http]`"],
    );
    let admin = "[admin]\naddress = \"127.0.0.1:8080\"\n";
    let same = HTTP.replace("127.0.0.1:0", "127.0.0.1:8080");
    refused(
        &config(RULES, &[&same, admin].concat()),
        &["duplicate-listener", "its own address or port"],
    );
    let key = "bridge-path = \"/crossdomain.xml\"\n";
    refused(
        &config(RULES, &[gate, key, bridge].concat()),
        &["reserved-path", "if there is an `[http]`"],
    );
}

/// The keys of `[http]` name policies, not files.
#[test]
fn files_instead_of_policies() {
    for (given, file) in [
        ("crossdomain.xml", "crossdomain.xml"),
        ("/crossdomain.xml", "crossdomain.xml"),
        ("./X.XML", "./X.XML"),
    ] {
        let http = HTTP.replace("\"default\"", &format!("{given:?}"));
        let add = format!(
            "add `[policy.NAME]` with `file = {file:?}`, and write `crossdomain = \"NAME\"`"
        );
        refused(&config(RULES, &http), &["unknown-policy", &add]);
    }
    let http = HTTP.replace("\"default\"", "\"\"");
    refused(
        &config(RULES, &http),
        &["as in `crossdomain = \"default\"`"],
    );
}

/// Mistakes in the keys of rules that are for files only.
#[test]
fn mistakes_in_rules() {
    for (rule, expected) in [
        ("headers = []", &["missing-key", "an empty list"][..]),
        (
            "headers = [\"X\", \"X Y\"]",
            &["invalid-headers", "` `", ":2:49"],
        ),
        ("headers = true", &["wrong-type"]),
        (
            "headers = 5",
            &["wrong-type", "a string or a list of strings"],
        ),
        ("headers = [\"X\", 5]", &["wrong-type", "a string"]),
        ("applies-to = \"http\"", &["unknown-value", "`url`"]),
        (
            "applies-to = \"socket\", ports = \"1\", headers = \"X\"",
            &["conflicting-keys", "`headers`"],
        ),
    ] {
        let text = config(&format!("{{ domain = \"a.test\", {rule} }}"), HTTP);
        refused(&text, expected);
    }
}

/// Each mistake in a list of headers is reported.
#[test]
fn mistakes_in_headers() {
    let rule = "{ domain = \"a.test\", headers = [\"X Y\", \"X\", \"Z/\"] }";
    let (code, _, stderr) = checked(&Folder::new().unwrap(), &config(rule, HTTP));
    assert_eq!(code, 2);
    assert_eq!(
        stderr.matches("error[invalid-headers]").count(),
        2,
        "{stderr}"
    );
}

/// A rule without ports needs a gate, unless it is for files only.
#[test]
fn rules_without_ports() {
    let listen = "[[listen]]\naddress = \"127.0.0.1:0\"\n";
    let rules = "{ domain = \"a.test\" }, { domain = \"b.test\", ports = \"9339\" }";
    refused(
        &config(rules, &[listen, HTTP].concat()),
        &["missing-key", "expected `ports` in a rule"],
    );
    let rules = rules.replace("\"a.test\"", "\"a.test\", applies-to = \"url\"");
    let running = start(&config(&rules, &[listen, HTTP].concat()));
    let [socket, http] = running.daemon.addresses() else {
        panic!("expected two listeners");
    };
    let socket = testkit::client::fetch(*socket).unwrap().bytes;
    let socket = String::from_utf8(socket).unwrap();
    assert!(
        !socket.contains("a.test") && socket.contains("b.test"),
        "{socket}"
    );
    let file = super::get(*http, "/crossdomain.xml", "").body;
    assert!(file.contains("a.test") && file.contains("b.test"), "{file}");
    assert!(!file.contains("ports"), "{file}");
}

#[test]
fn secure_as_written() {
    let rules = "{ domain = \"a.test\" }, { domain = \"b.test\", secure = true }, \
                 { domain = \"c.test\", secure = false }";
    let file = start(&config(rules, HTTP)).get("/crossdomain.xml", "").body;
    for rule in [
        "domain=\"a.test\"/>",
        "domain=\"b.test\" secure=\"true\"/>",
        "domain=\"c.test\" secure=\"false\"/>",
    ] {
        assert!(file.contains(rule), "{file}");
    }
}

/// A file is served unchanged.
#[test]
fn from_files() {
    let folder = Folder::new().unwrap();
    let flash = "<?xml version='1.0'?>\n<!-- ours -->\n<cross-domain-policy>\n<allow-access-from domain='a.test'/></cross-domain-policy>\n";
    let silverlight = "<access-policy><cross-domain-access><policy><allow-from><domain uri='http://a.test'/></allow-from>\
                       <grant-to><resource path='/' include-subpaths='true'/></grant-to></policy></cross-domain-access></access-policy>";
    folder.file("crossdomain.xml", flash).unwrap();
    folder.file("sl.xml", silverlight).unwrap();
    let text = "[policy.flash]\nfile = \"crossdomain.xml\"\n[policy.sl]\nfile = \"sl.xml\"\n\
                [http]\naddress = \"127.0.0.1:0\"\ncrossdomain = \"flash\"\nclientaccesspolicy = \"sl\"\n";
    // Each file is for one of them.
    let swapped = text
        .replace("crossdomain = \"flash\"", "crossdomain = \"sl\"")
        .replace("policy = \"sl\"", "policy = \"flash\"");
    let (code, _, stderr) = checked(&folder, &swapped);
    assert_eq!((code, stderr.matches("error[").count()), (2, 2), "{stderr}");
    let running = start_in(folder, text);
    let origin = "Origin: http://a.test\r\n";
    for (path, body, content_type) in [
        ("/crossdomain.xml", flash, "text/x-cross-domain-policy"),
        ("/clientaccesspolicy.xml", silverlight, "text/xml"),
    ] {
        let response = running.get(path, origin);
        assert_eq!(response.body, body);
        assert_eq!(response.field("Content-Type"), Some(content_type));
        let allowed = response.field("Access-Control-Allow-Origin");
        assert_eq!(allowed, Some("http://a.test"), "{path}");
        let other = running.get(path, "Origin: http://b.test\r\n");
        assert_eq!(other.field("Access-Control-Allow-Origin"), None);
    }
    // Flash ignores the port of a movie's URL. Silverlight does not.
    for (path, allowed) in [
        ("/crossdomain.xml", Some("http://a.test:8080")),
        ("/clientaccesspolicy.xml", None),
    ] {
        let response = running.get(path, "Origin: http://a.test:8080\r\n");
        assert_eq!(response.field("Access-Control-Allow-Origin"), allowed);
    }
}

/// What Moonlight ignores or rejects grants nothing, so it is an error.
#[test]
fn silverlight_files_that_moonlight_rejects() {
    let whole = "<access-policy><cross-domain-access><policy><allow-from><domain uri='http://a.test'/></allow-from>\
                 <grant-to><resource path='/' include-subpaths='true'/></grant-to></policy></cross-domain-access></access-policy>";
    let text = "[policy.sl]\nfile = \"sl.xml\"\n[http]\naddress = \"127.0.0.1:0\"\nclientaccesspolicy = \"sl\"\n";
    for (part, instead, note) in [
        (
            "<policy>",
            "<policy id='1'>",
            "ignores the whole `<policy>`",
        ),
        (
            "<domain",
            "<foo/><domain",
            "ignores the whole `<allow-from>`",
        ),
        ("<resource", "<foo/><resource", "ignores every `<resource>`"),
        ("path='/' ", "", "rejects the whole file"),
        ("'true'", "'yes'", "rejects the whole file"),
        ("policy>", "policy xmlns='x'>", "rejects the whole file"),
    ] {
        let folder = Folder::new().unwrap();
        folder
            .file("sl.xml", whole.replacen(part, instead, 1))
            .unwrap();
        let (code, _, stderr) = checked(&folder, text);
        assert_eq!(code, 2, "{instead} {stderr}");
        assert!(
            stderr.contains(note) && stderr.contains("sl.xml:1:"),
            "{instead} {stderr}"
        );
    }
}

/// A reload changes the file and its tag; one with a mistake changes nothing.
#[test]
fn reloaded() {
    let mut running = start(&config(RULES, HTTP));
    let before = running.get("/crossdomain.xml", "");
    let (path, rule) = (running.path.clone(), "{ domain = \"c.test\" }");
    fs::write(&path, config("{ domain = \"c\" \"", HTTP)).unwrap();
    running.daemon.hang_up().unwrap();
    running.daemon.wait_for_line("not reloaded", LIMIT).unwrap();
    assert_eq!(running.get("/crossdomain.xml", "").body, FILE);
    fs::write(&path, config(rule, HTTP)).unwrap();
    running.daemon.hang_up().unwrap();
    running
        .daemon
        .next_line_with("INFO reloaded", LIMIT)
        .unwrap();
    let tag = before.field("ETag").expect("a tag");
    let after = running.get("/crossdomain.xml", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!(after.status, 200);
    assert!(after.body.contains("c.test") && !after.body.contains("a.test"));
    assert!(running.folder.path().exists());
}
