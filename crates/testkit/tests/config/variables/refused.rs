//! Variables that can't be used: the error names the variable, and says what to write or unset.

use testkit::folder::Folder;

use super::super::{LEAST, config};
use super::{ALLOW, GATE, Set, check, flashgate, start, valid};

/// Checks that settings are refused with this many errors, which contain these texts.
#[track_caller]
pub(super) fn refused(variables: &Set<'_>, arguments: &[&str], errors: usize, texts: &[&str]) {
    let (code, stdout, stderr) = check(variables, arguments);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{variables:?}");
    let count = stderr.matches("error[").count() + stderr.matches("error: ").count();
    assert_eq!(count, errors, "{stderr}");
    for text in texts {
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
}

/// A value that can't be read, with the name of its variable and what was expected.
#[test]
fn values_that_can_not_be_read() {
    for (variable, value, texts) in [
        (
            "FLASHGATE_LISTEN",
            "843 ::1",
            &["'::1'", "did you mean `[::1]:843`?"][..],
        ),
        (
            "FLASHGATE_PUBLIC_PORT",
            "tcp://10.0.0.1:843",
            &["expected a port"],
        ),
        (
            "FLASHGATE_GATE",
            "9339=a:1 9340",
            &["'9340'", "LISTEN=BACKEND"],
        ),
        (
            "FLASHGATE_GATE",
            "9339=a:1,9340=b:1",
            &["separate several values with spaces"],
        ),
        ("FLASHGATE_BRIDGE", "::1", &["did you mean `[::1]:443`?"]),
        (
            "FLASHGATE_PUBLIC_URL",
            "play.test",
            &["did you mean `wss://play.test`?"],
        ),
        (
            "FLASHGATE_HOST",
            "a.test http://b.test",
            &["did you mean `b.test`?"],
        ),
        (
            "FLASHGATE_ADMIN",
            "localhost:9843",
            &["did you mean `127.0.0.1:9843`?"],
        ),
        ("FLASHGATE_LOG_FORMAT", "xml", &["`text` or `json`"]),
        (
            "FLASHGATE_ALLOW",
            "\"a.test:80\"",
            &["quotes", "`FLASHGATE_ALLOW=a.test:80`"],
        ),
        (
            "FLASHGATE_ALLOW",
            "\"a.test:1\" b.test:2",
            &["quotes", "`FLASHGATE_ALLOW=a.test:1 b.test:2`"],
        ),
        (
            "FLASHGATE_CONFIG",
            "'/x.toml'",
            &["quotes", "`FLASHGATE_CONFIG=/x.toml`"],
        ),
    ] {
        let name = format!("for '{variable}'");
        let texts = [&[name.as_str()], texts].concat();
        let allow =
            Some(ALLOW).filter(|(name, _)| *name != variable && variable != "FLASHGATE_CONFIG");
        let variables: Vec<_> = allow.into_iter().chain([(variable, value)]).collect();
        refused(&variables, &[], 1, &texts);
    }
    // All mistakes at once.
    let two = [("FLASHGATE_LISTEN", "x"), ("FLASHGATE_GATE", "y z")];
    refused(&two, &[], 3, &["FLASHGATE_LISTEN", "FLASHGATE_GATE"]);
}

/// What can be read and is still wrong.
#[test]
fn values_that_can_not_be_served() {
    refused(
        &[("FLASHGATE_ALLOW", "a.test:1 10.0.0.*:80")],
        &[],
        1,
        &["--> FLASHGATE_ALLOW:1:8", "wildcard"],
    );
    refused(
        &[("FLASHGATE_ALLOW", "a.test")],
        &[],
        1,
        &["--> FLASHGATE_ALLOW", "`:PORTS`"],
    );
    let with = |more: &[(&'static str, &'static str)]| [&[ALLOW, GATE][..], more].concat();
    refused(
        &with(&[("FLASHGATE_LISTEN", "9339")]),
        &[],
        1,
        &[
            "`[::]:9339=127.0.0.1:9340` in `FLASHGATE_GATE` can't listen",
            "`[::]:9339` in `FLASHGATE_LISTEN`",
        ],
    );
    refused(
        &with(&[("FLASHGATE_LISTEN", "843 127.0.0.1:843")]),
        &[],
        1,
        &["`127.0.0.1:843` in `FLASHGATE_LISTEN` conflicts with `[::]:843` in `FLASHGATE_LISTEN`"],
    );
    refused(
        &with(&[("FLASHGATE_PUBLIC_URL", "wss://a.test")]),
        &[],
        1,
        &["`FLASHGATE_PUBLIC_URL` is for", "`FLASHGATE_BRIDGE=443`"],
    );
    refused(
        &with(&[("FLASHGATE_ADMIN", "9843")]),
        &[],
        1,
        &[
            "error[public-admin]",
            "in `FLASHGATE_ADMIN`",
            "--> FLASHGATE_ADMIN:1:1",
        ],
    );
    refused(
        &with(&[("FLASHGATE_PUBLIC_PORT", "843")]),
        &[],
        1,
        &["`FLASHGATE_PUBLIC_PORT` is for"],
    );
    refused(
        &[ALLOW, ("FLASHGATE_BRIDGE", "443")],
        &[],
        1,
        &[
            "for `FLASHGATE_BRIDGE` to forward to",
            "`FLASHGATE_GATE=9339=127.0.0.1:9340`",
        ],
    );
    let missing = "the path is in";
    refused(
        &[("FLASHGATE_POLICY", "/nosuch.xml")],
        &[],
        1,
        &[missing, "FLASHGATE_POLICY"],
    );
    refused(
        &[("FLASHGATE_CONFIG", "/nosuch.toml")],
        &[],
        1,
        &[missing, "FLASHGATE_CONFIG"],
    );
    let (_, _, stderr) = check(&with(&[("FLASHGATE_HOST", "play.test localhost")]), &[]);
    assert!(stderr.contains("--> FLASHGATE_HOST:1:11"), "{stderr}");
    // A port that can't be bound.
    let (daemon, taken) = (
        start(&[ALLOW, ("FLASHGATE_LISTEN", "127.0.0.1:0")]),
        "FLASHGATE_LISTEN",
    );
    let address = daemon.address().to_string();
    let output = flashgate(&[ALLOW, (taken, &address)], &["serve"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("write another address in `FLASHGATE_LISTEN`"),
        "{stderr}"
    );
}

/// Two settings that exclude each other, if at least one is a variable.
#[test]
fn conflicts() {
    let folder = Folder::new().unwrap();
    let path = config(&folder, LEAST).display().to_string();
    let file = ("FLASHGATE_CONFIG", path.as_str());
    for (variable, value) in [
        ALLOW,
        ("FLASHGATE_POLICY", "x.xml"),
        ("FLASHGATE_LISTEN", "843"),
        ("FLASHGATE_PUBLIC_PORT", "843"),
        GATE,
        ("FLASHGATE_BRIDGE", "443"),
        ("FLASHGATE_PUBLIC_URL", "wss://a.test"),
        ("FLASHGATE_HOST", "a.test"),
    ] {
        let names = format!("`{variable}` can't be used together with");
        let unset = format!("unset `{variable}`");
        let texts = [names.as_str(), &unset, "`--config`"];
        refused(&[(variable, value)], &["--config", &path], 1, &texts);
        let texts = [names.as_str(), &unset, "unset `FLASHGATE_CONFIG`"];
        refused(&[(variable, value), file], &[], 1, &texts);
    }
    let flag = ["--allow", "a.test:1"];
    refused(&[file], &flag, 1, &["`--allow`", "`FLASHGATE_CONFIG`"]);
    refused(
        &[file],
        &["--admin", "127.0.0.1:1"],
        1,
        &["`--admin`", "`FLASHGATE_CONFIG`"],
    );
    refused(
        &[("FLASHGATE_POLICY", "x.xml")],
        &flag,
        1,
        &["`--allow`", "`FLASHGATE_POLICY`"],
    );
    refused(
        &[ALLOW],
        &["--policy", "x.xml"],
        1,
        &["`FLASHGATE_ALLOW`", "`--policy`"],
    );
    let both = [ALLOW, GATE, file];
    refused(&both, &[], 2, &["`FLASHGATE_ALLOW`", "`FLASHGATE_GATE`"]);
    valid(&[file, ("FLASHGATE_LOG_FORMAT", "json")], &[]);
}
