//! Exit codes, levels, and the effect of flags.

use testkit::folder::Folder;

use super::{Said, doubtful, faulty, flashgate, lint, lint_in, policy, sound};

#[track_caller]
fn exits(text: &str, arguments: &[&str], code: i32) -> Said {
    let said = lint(text, arguments);
    assert_eq!(said.code, Some(code), "{arguments:?}: {said:?}");
    said
}

#[test]
fn levels() {
    exits(&sound(), &[], 0);
    exits(&faulty(), &[], 1);
    let said = exits(&doubtful(), &[], 0);
    assert!(
        said.stdout.contains("warning[wildcard-domain]"),
        "{}",
        said.stdout
    );
    let said = exits(&doubtful(), &["--deny", "warnings"], 1);
    assert!(
        said.stdout.contains("error[wildcard-domain]"),
        "{}",
        said.stdout
    );
    exits(&doubtful(), &["--deny", "wildcard-domain"], 1);
    let allowed = ["--deny", "warnings", "--allow", "wildcard-domain"];
    let said = exits(&doubtful(), &allowed, 0);
    assert!(!said.stdout.contains("wildcard-domain"), "{}", said.stdout);
    let said = exits(&faulty(), &["--warn", "missing-to-ports"], 0);
    assert!(
        said.stdout.contains("warning[missing-to-ports]"),
        "{}",
        said.stdout
    );
    let both = ["--warn", "missing-to-ports", "--deny", "warnings"];
    exits(&faulty(), &both, 1);
}

#[test]
fn unknown_rules_and_contradictions() {
    for flag in ["--allow", "--warn", "--deny"] {
        let said = exits("", &[flag, "wildcard-domian"], 2);
        assert!(
            said.stderr.contains("did you mean `wildcard-domain`?"),
            "{}",
            said.stderr
        );
        let said = exits("", &[flag, "nothing-like-any-of-them"], 2);
        assert!(
            said.stderr.contains("`flashgate explain` lists them"),
            "{}",
            said.stderr
        );
    }
    exits("", &["--allow", "warnings"], 2);
    let both = ["--allow", "wildcard-domain", "--deny", "wildcard-domain"];
    let said = exits("", &both, 2);
    assert!(
        said.stderr
            .contains("`wildcard-domain` is in both --allow and --deny"),
        "{}",
        said.stderr
    );
}

#[test]
fn ports() {
    let low = policy("<allow-access-from domain=\"www.games.test\" to-ports=\"80\"/>");
    let found = |arguments: &[&str]| {
        let said = lint(&low, arguments);
        let level = |level| {
            said.stdout
                .contains(&format!("{level}[low-ports-from-high-port]"))
        };
        (level("error"), level("warning"), said.code)
    };
    let silent = (false, false, Some(0));
    assert_eq!(found(&[]), silent, "843 by default");
    assert_eq!(found(&["--port", "1023"]), silent);
    // The whole rule is dead.
    assert_eq!(found(&["--port", "1024"]), (true, false, Some(1)));
    let warn = ["--port", "1024", "--warn", "low-ports-from-high-port"];
    assert_eq!(found(&warn), (false, true, Some(0)));
    for wrong in ["0", "65536", "x", "-1"] {
        let said = exits("", &[&format!("--port={wrong}")], 2);
        assert!(said.stderr.contains("from 1 to 65535"), "{}", said.stderr);
    }
}

/// The content and the name decide the kind, or the flag does.
#[test]
fn kinds() {
    let found = |arguments: &[&str]| {
        let said = lint(faulty(), arguments);
        said.stdout.contains("[missing-to-ports]")
    };
    assert!(found(&[]) && found(&["--as", "socket"]));
    let guessed = |arguments: &[&str]| lint(faulty(), arguments).stdout.contains("use `--as url`");
    assert!(guessed(&[]) && !guessed(&["--as", "socket"]));
    assert!(!found(&["--as", "url"]));
    let folder = Folder::new().unwrap();
    folder.file("crossdomain.xml", faulty()).unwrap();
    let said = lint_in(folder.path(), &["crossdomain.xml"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let said = lint(sound(), &["--as", "silverlight"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    exits("", &["--as", "flash"], 2);
}

#[test]
fn clients() {
    let found = |arguments: &[&str]| lint(sound(), arguments).stdout;
    assert!(!found(&[]).contains("unity"), "{}", found(&[]));
    let unity = found(&["--client", "unity"]);
    assert!(unity.contains("[unity-"), "{unity}");
    let both = found(&["--client", "unity", "--client", "silverlight"]);
    assert!(
        both.contains("[unity-") && both.contains("[silverlight-"),
        "{both}"
    );
    let silverlight = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from>\
                       <grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
    for kind in [&[][..], &["--as", "silverlight"]] {
        exits(silverlight, kind, 0);
        exits(
            silverlight,
            &[kind, &["--client", "silverlight"]].concat(),
            0,
        );
        for client in ["flash", "unity", "lightspark"] {
            let said = lint(silverlight, &[kind, &["--client", client]].concat());
            assert_eq!(said.code, Some(1), "{said:?}");
            assert!(
                said.stdout.contains("this is a Silverlight policy"),
                "{said:?}"
            );
        }
    }
    exits("", &["--client", "chrome"], 2);
}

#[test]
fn nothing_to_lint() {
    let output = flashgate(&["lint"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("<FILE>"), "{stderr}");
}

/// The last line has the counts, and says where there is more.
#[test]
fn summary() {
    let folder = Folder::new().unwrap();
    folder.file("a.xml", faulty()).unwrap();
    folder.file("b.xml", doubtful()).unwrap();
    let said = lint_in(
        folder.path(),
        &["--allow", "example-domain", "a.xml", "b.xml"],
    );
    let mut lines = said.stdout.lines().rev();
    let more = lines.next().unwrap();
    assert!(more.contains("`flashgate explain RULE`"), "{more}");
    let counts = lines.next().unwrap();
    assert!(
        counts.starts_with("2 files: 1 error, 1 warning"),
        "{counts}"
    );
    folder.file("c.xml", sound()).unwrap();
    let said = lint_in(folder.path(), &["c.xml"]);
    assert_eq!(said.stdout, "1 file: no findings\n");
}

/// Exit code 1 would mean findings.
#[test]
fn a_report_that_cannot_be_written() {
    let folder = Folder::new().unwrap();
    folder.file("policy.xml", doubtful()).unwrap();
    let full = std::fs::File::create("/dev/full").unwrap();
    let mut command = flashgate(&["lint", "policy.xml"]);
    let command = command.current_dir(folder.path()).stdout(full);
    assert_eq!(command.status().unwrap().code(), Some(2));
}

/// Most URL policies on socket servers are unchanged copies of `/crossdomain.xml`.
#[test]
fn what_a_file_was_taken_for_is_told() {
    let copied = policy(
        "<allow-access-from domain=\"www.games.test\"/>\n\
         <allow-http-request-headers-from domain=\"www.games.test\" headers=\"X\"/>",
    );
    let told =
        "was checked as a URL policy, which a web server serves; use `--as socket` to check it";
    let said = exits(&copied, &[], 0);
    assert!(said.stdout.contains(told), "{said:?}");
    let said = exits(&copied, &["--format", "short"], 0);
    assert!(said.stderr.contains(told), "{said:?}");
    assert!(
        !exits(&copied, &["--as", "url"], 0).stdout.contains(told),
        "the kind was given"
    );
    // A web server's port does not matter here.
    for arguments in [["--as", "socket"], ["--port", "843"]] {
        let said = exits(&copied, &arguments, 1);
        assert!(said.stdout.contains("missing-to-ports"), "{said:?}");
        assert!(!said.stdout.contains(told), "{said:?}");
    }
}
