//! What cannot be served is refused before anything is bound: exit code 2, the place, and what to do.

use std::process::{Command, Output};

use testkit::folder::Folder;

fn flashgate(arguments: &[&str]) -> Output {
    Command::new(testkit::binary::flashgate().expect("the program"))
        .args(arguments)
        .output()
        .expect("a run")
}

/// Checks that arguments are refused with a message that contains all of these texts, with and without `--check`.
#[track_caller]
fn refused(arguments: &[&str], texts: &[&str]) {
    for check in [&[][..], &["--check"]] {
        let output = flashgate(&[&["serve", "--listen", "127.0.0.1:0"], arguments, check].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("flashgate ready"), "{stderr}");
        for text in texts {
            assert!(
                stderr.contains(text),
                "{arguments:?}: expected {text:?} in:\n{stderr}"
            );
        }
    }
}

/// A file without its flag, and a file that doesn't exist.
#[test]
fn a_file_without_its_flag_or_not_there() {
    refused(&["policy.xml"], &["tip: use `--policy policy.xml`"]);
    let hint = "check the path; a relative path starts in the current folder";
    for arguments in [["--policy", "nosuch.xml"], ["--config", "nosuch.toml"]] {
        let output = flashgate(&[&["serve"], &arguments[..]].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(hint), "{stderr}");
    }
    let output = flashgate(&["serve", "flashgate.toml"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let tip = "tip: use `--config flashgate.toml`";
    assert!(stderr.contains(tip), "{stderr}");
    let stderr = flashgate(&["serve", "--nosuch.xml"]).stderr;
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(!stderr.contains("tip: use"), "{stderr}");
}

#[test]
fn flags() {
    refused(
        &[],
        &[
            "nothing to serve",
            "--allow 'www.example.com:9339'",
            "--policy policy.xml",
        ],
    );
    refused(
        &["--allow", "www.example.com"],
        &["expected `:PORTS`", "`www.example.com:9339`"],
    );
    refused(&["--allow", "::1"], &["`[::1]:9339`"]);
    refused(&["--allow", "::1:9400"], &["`[::1]:9400`"]);
    refused(
        &["--allow", "10.0.0.*:80"],
        &["wildcard", "--> --allow:1:8"],
    );
    refused(&["--allow", "http://a.test/x:80"], &["without a path"]);
    refused(&["--allow", "münchen.test:80"], &["xn--mnchen-3ya.test"]);
    refused(&["--allow", "a.test:80-"], &["both ends", "80-"]);
    refused(&["--allow", "a.test:70000"], &["1 to 65535"]);
    refused(
        &["--allow", "www.a.test 9339"],
        &["expected a `:` before the ports", "write `www.a.test:9339`"],
    );
    refused(
        &["--allow", "9339:www.a.test"],
        &["expected the domain first", "write `www.a.test:9339`"],
    );
    refused(
        &["--allow", "a.test:1", "b.test:2"],
        &["repeat the flag for each value: `--allow 'b.test:2'`"],
    );
    refused(&["--allow", ":80"], &["expected a domain, found nothing"]);
    // All mistakes at once.
    refused(
        &["--allow", "a,b:0", "--allow", "*.com:1"],
        &["found several", "found 0", "two labels"],
    );
    refused(
        &["--allow", "a.test:1", "--policy", "x"],
        &["--policy", "--allow", "add the rule to the policy file"],
    );
    refused(&["--allow", "a.test:1", "-v", "-q"], &["--quiet"]);
    let twice = ["--listen", "127.0.0.1:8430", "--listen", "127.0.0.1:8430"];
    refused(
        &[&["--allow", "a.test:1"], &twice[..]].concat(),
        &["127.0.0.1:8430` is given twice"],
    );
    let covered = ["--listen", "8430", "--listen", "127.0.0.1:8430"];
    refused(
        &[&["--allow", "a.test:1"], &covered[..]].concat(),
        &["127.0.0.1:8430`", "`--listen [::]:8430`, which covers it"],
    );
    for (address, text) in [
        ("1.2.3.4", "`1.2.3.4:843`"),
        ("::1", "`[::1]:843`"),
        ("99999", "65535"),
        ("x", "`[::1]:843`"),
    ] {
        refused(
            &["--allow", "a.test:1", "--listen", address],
            &["--listen", text],
        );
    }
}

#[test]
fn gates() {
    let rule = ["--allow", "a.test"];
    let gate = |gates: &[&'static str]| {
        let gates = gates.iter().flat_map(|gate| ["--gate", gate]);
        rule.into_iter().chain(gates).collect::<Vec<_>>()
    };
    refused(&["--gate", "1=a:1"], &["nothing to serve"]);
    refused(
        &rule,
        &["`:PORTS`", "ports of the gates", "there are no gates"],
    );
    refused(&gate(&["0=a:1"]), &["`:PORTS`", "listens on any free port"]);
    refused(&gate(&["9339"]), &["LISTEN=BACKEND", "found `9339`"]);
    refused(&gate(&["a:1=a:1"]), &["the IP address instead of a name"]);
    refused(&gate(&["9339=9340"]), &["`127.0.0.1:9340`?"]);
    refused(&gate(&["9339=a:0"]), &["1 to 65535"]);
    refused(
        &gate(&["127.0.0.1:9340=9339"]),
        &["the listening port comes first", "`9339=127.0.0.1:9340`?"],
    );
    refused(
        &gate(&["9339=a:1", "9339=b:1"]),
        &[
            "`--gate [::]:9339=b:1`",
            "`--gate [::]:9339=a:1` already uses it",
        ],
    );
    refused(
        &[&gate(&["9339=a:1"])[..], &["--listen", "9339"]].concat(),
        &[
            "`--gate [::]:9339=a:1`",
            "`--listen [::]:9339` already uses it",
        ],
    );
    refused(
        &gate(&["9339=localhost:9339"]),
        &["flashgate itself", "listens on [::]:9339"],
    );
    refused(
        &[&gate(&["9339=127.0.0.1:843"])[..], &["--listen", "843"]].concat(),
        &["flashgate itself", "listens on [::]:843"],
    );
    let output = flashgate(&["serve", "--config", "x", "--gate", "1=a:1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be used with"));
}

/// With a gate, port 843 is only used if it is requested; rules without ports apply to the gates' ports.
#[test]
fn gates_are_checked() {
    let told = |arguments: &[&str]| {
        let output = flashgate(&[&["serve", "--check"], arguments].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""));
        String::from_utf8(output.stdout).unwrap()
    };
    let gate = ["--allow", "a.test", "--gate", "9339=127.0.0.1:9340"];
    let line = "[::]:9339 serves policy default, 117 bytes; the rest goes to 127.0.0.1:9340\n";
    assert_eq!(told(&gate), format!("ok: {line}"));
    let both = told(&[&gate[..], &["--listen", "843"]].concat());
    let first = "ok: [::]:843 serves policy default, 117 bytes\n";
    assert_eq!(both, format!("{first}ok: {line}"));
    let explicit = ["--allow", "a.test:9339", "--gate", "0=[::1]:1"];
    let line = "ok: [::]:0 serves policy default, 117 bytes; the rest goes to [::1]:1\n";
    assert_eq!(told(&explicit), line);
    let one_of_all = ["--listen", "9339", "--gate", "127.0.0.1:9339=a:1"];
    let lines = told(&[&["--allow", "a.test"], &one_of_all[..]].concat());
    assert_eq!(lines.lines().count(), 2, "{lines}");
}

#[test]
fn files() {
    let folder = Folder::new().unwrap();
    let at = |name: &str, bytes: &[u8]| folder.file(name, bytes).unwrap().display().to_string();
    let missing = folder.path().join("missing.xml").display().to_string();
    refused(&["--policy", &missing], &["no such file", "missing.xml"]);
    refused(
        &["--policy", &folder.path().display().to_string()],
        &["is a directory"],
    );
    refused(&["--policy", "/dev/zero"], &["expected a regular file"]);
    refused(
        &["--policy", &at("empty.xml", b"")],
        &["found an empty file"],
    );
    refused(
        &["--policy", &at("large.xml", &vec![b' '; 100_000])],
        &["at most 65536 bytes", "found more"],
    );
    refused(
        &["--policy", &at("root.xml", b"<policy/>")],
        &["root.xml:1:2", "<cross-domain-policy>", "found `<policy>`"],
    );
    refused(
        &["--policy", &at("cut.xml", b"<cross-domain-policy>\n<allow")],
        &["malformed-tag", "cut.xml:2"],
    );
    let rule =
        b"<cross-domain-policy>\n  <allow-access-from domain=\"a.test\"/>\n</cross-domain-policy>";
    refused(
        &["--policy", &at("rule.xml", rule)],
        &["missing-to-ports", "rule.xml:2:3", "to-ports=\"9339"],
    );
    let tabs = b"<cross-domain-policy>\r\n\t<allow-access-from domain=\"a.test\" to-ports=\"80-\"/>\r\n</cross-domain-policy>";
    refused(
        &["--policy", &at("tabs.xml", tabs)],
        &["tabs.xml:2:47", "both ends"],
    );
    refused(
        &[
            "--policy",
            &at(
                "bytes.xml",
                b"<cross-domain-policy>\xff</cross-domain-policy>",
            ),
        ],
        &["UTF-8", "bytes.xml:1:22"],
    );
}

#[test]
fn warnings_stop_nothing() {
    let folder = Folder::new().unwrap();
    let none = folder
        .file("none.xml", "<cross-domain-policy/>")
        .unwrap()
        .display()
        .to_string();
    for (arguments, text) in [
        (["--policy", &none], "allows no connection"),
        (["--allow", "*:80"], "every site"),
        (["--allow", "a.test:*"], "every port"),
        // A pasted URL. The place is in the flag, not in the policy that is made from it.
        (
            ["--allow", "http://a.test:9339"],
            "this rule does not allow movies loaded over `https`, only over `http`\n --> --allow:1:1",
        ),
    ] {
        let output = flashgate(&[&["serve", "--check"], &arguments[..]].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(
            stderr.contains("warning") && stderr.contains(text),
            "{stderr}"
        );
        let served = testkit::daemon::Daemon::serve(arguments).unwrap();
        assert_eq!(
            testkit::client::fetch(served.address())
                .unwrap()
                .bytes
                .last(),
            Some(&0)
        );
    }
}

/// `--check` binds nothing, so it succeeds if the port is in use.
#[test]
fn check_binds_nothing() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = flashgate(&[
        "serve",
        "--check",
        "--allow",
        "a.test:80",
        "--listen",
        &address,
    ]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains(&address));
}

/// A gate that allows no connection: the port was mistyped, or has changed.
#[test]
fn ports_of_nobody() {
    let gate = ["--gate", "9339=127.0.0.1:9340"];
    let said = |allow: &str, more: &[&str]| {
        let output =
            flashgate(&[&["serve", "--check", "--allow", allow], &gate[..], more].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let warned = said("a.test:9338", &[]);
    assert!(
        warned.contains("warning[ports-without-listener]: nothing listens on 9338"),
        "{warned}"
    );
    let warned = said("a.test:9340", &[]);
    for text in [
        "9340 is the port of the server itself, but players connect to 9339",
        "--> --allow:1:8",
        "= help: write `9339`",
        "or leave out the ports",
    ] {
        assert!(warned.contains(text), "{warned}");
    }
    assert_eq!(said("a.test:9339,9400", &[]), "");
    let warned = said("a.test:9338", &["--listen", "843"]);
    assert!(!warned.contains("ports-without-listener"), "{warned}");
    // `flashgate policy` has no gates for the rules to apply to.
    let output = flashgate(&["policy", "--allow", "a.test"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("only `flashgate serve`"), "{stderr}");
}

/// The server serves the policy that the printer prints without any messages.
#[test]
fn printed_policies_are_valid() {
    let folder = Folder::new().unwrap();
    for layout in [&[][..], &["--pretty"]] {
        let output = flashgate(
            &[
                &["policy", "--allow", "*.example.com:9339,9400-9410"],
                layout,
            ]
            .concat(),
        );
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
        let path = folder
            .file("policy.xml", &output.stdout)
            .unwrap()
            .display()
            .to_string();
        let output = flashgate(&["serve", "--check", "--policy", &path]);
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
    }
    let output = flashgate(&["policy", "--dialect", "silverlight", "--allow", "a.test:80"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("4502 to 4534"));
}

/// However many mistakes there are, the output is readable, and errors come before warnings.
#[test]
fn very_many_findings() {
    let folder = Folder::new().unwrap();
    let elements: Vec<_> = (0..700).map(|index| format!("<x{index}/>")).collect();
    let file = format!(
        "<cross-domain-policy>{}<allow-access-from/></cross-domain-policy>",
        elements.concat()
    );
    let path = folder.file("many.xml", file).unwrap().display().to_string();
    let output = flashgate(&["serve", "--check", "--policy", &path]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.len() < 100_000, "{} bytes printed", stderr.len());
    assert!(
        stderr.starts_with("error[") && stderr.contains("675 more findings"),
        "{stderr}"
    );
}

/// A place that is not ASCII is shown like any other.
#[test]
fn places_beyond_ascii() {
    let folder = Folder::new().unwrap();
    for body in [
        "<allow-access-from domain=\"a.test\" to-ports=\"80,\u{a0}\u{a0}90\"/>",
        "<allow-access-from domain=\"日本.test\" to-ports=\"80-\"/>",
        "<é:é é=\"1\" é=\"2\"/>",
    ] {
        let file = format!("<cross-domain-policy xmlns:é=\"u\">{body}</cross-domain-policy>");
        let path = folder
            .file("places.xml", file)
            .unwrap()
            .display()
            .to_string();
        refused(&["--policy", &path], &["places.xml:1:"]);
    }
}
