//! `flashgate policy` and `flashgate ruffle` read the variables of the `serve` in the same container.

use testkit::folder::Folder;

use super::super::flags::urls;
use super::super::{LEAST, config};
use super::{ALLOW, GATE, Set, flashgate};

/// Exit code, standard output, standard error.
fn run(variables: &Set<'_>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = flashgate(variables, arguments);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    (output.status.code(), stdout, stderr)
}

#[test]
fn policies() {
    let folder = Folder::new().unwrap();
    let file = config(&folder, LEAST).display().to_string();
    let file = ("FLASHGATE_CONFIG", file.as_str());
    let rule = "domain=\"a.test\" to-ports=\"9339\"";
    for variables in [
        &[file][..],
        &[ALLOW],
        &[("FLASHGATE_ALLOW", "a.test"), GATE],
    ] {
        let (code, stdout, stderr) = run(variables, &["policy"]);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains(rule), "{stdout}");
    }
    let range = ("FLASHGATE_GATE", "9339=a:1 9875-9877=b:1-3");
    let (_, stdout, _) = run(&[("FLASHGATE_ALLOW", "a.test"), range], &["policy"]);
    assert!(
        stdout.contains("to-ports=\"9339,9875,9876,9877\""),
        "{stdout}"
    );
    // A flag wins, over the file too.
    let (_, stdout, _) = run(&[file, ALLOW], &["policy", "--allow", "b.test:1"]);
    assert!(
        stdout.contains("b.test") && !stdout.contains("a.test"),
        "{stdout}"
    );
    let (code, _, stderr) = run(&[("FLASHGATE_ALLOW", "a.test")], &["policy"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("there are no gates"), "{stderr}");
    let (code, _, stderr) = run(&[("FLASHGATE_CONFIG", "/nosuch")], &["policy"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("the path is in `FLASHGATE_CONFIG`"),
        "{stderr}"
    );
}

/// What `serve` refuses must not look right in the other commands.
#[test]
fn a_config_next_to_settings() {
    let folder = Folder::new().unwrap();
    let file = config(&folder, LEAST).display().to_string();
    let file = ("FLASHGATE_CONFIG", file.as_str());
    let host = ("FLASHGATE_HOST", "play.test");
    for setting in [ALLOW, GATE, host, ("FLASHGATE_POLICY", "/x.xml")] {
        for arguments in [&["serve", "--check"][..], &["policy"], &["ruffle"]] {
            let (code, stdout, stderr) = run(&[file, setting], arguments);
            assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
            let message = format!(
                "`{}` can't be used together with `FLASHGATE_CONFIG`",
                setting.0
            );
            assert!(stderr.contains(&message), "{arguments:?}: {stderr}");
        }
        // Empty, as Compose leaves it.
        let (code, _, stderr) = run(&[file, (setting.0, " ")], &["policy"]);
        assert_eq!(code, Some(0), "{stderr}");
    }
    // `--config` was chosen here, and is all that is read.
    let (code, _, stderr) = run(&[ALLOW], &["policy", "--config", file.1]);
    assert_eq!(code, Some(0), "{stderr}");
    let both = [ALLOW, ("FLASHGATE_POLICY", "/x.xml")];
    let (code, _, stderr) = run(&both, &["policy"]);
    assert_eq!(code, Some(2));
    let message = "`FLASHGATE_ALLOW` can't be used together with `FLASHGATE_POLICY`";
    assert!(stderr.contains(message), "{stderr}");
    let (code, _, stderr) = run(&[file], &["ruffle", "--bridge", "443"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("`--bridge` can't be used together"),
        "{stderr}"
    );
}

#[test]
fn pages() {
    let folder = Folder::new().unwrap();
    let text = format!(
        "hosts = \"play.test\"\n{LEAST}[[gate]]\naddress = \"9339\"\nbackend = \"127.0.0.1:9340\"\n"
    );
    let file = config(&folder, &text).display().to_string();
    let file = ("FLASHGATE_CONFIG", file.as_str());
    let found = |variables: &Set<'_>, arguments: &[&str]| {
        let (code, stdout, stderr) = run(variables, &[&["ruffle"], arguments].concat());
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        urls(&stdout)
    };
    let expected = [("play.test".to_owned(), "ws://play.test:9339/".to_owned())];
    assert_eq!(found(&[file], &[]), expected);
    let host = ("FLASHGATE_HOST", "play.test");
    assert_eq!(found(&[GATE, host], &[]), expected);
    assert_eq!(found(&[file, host], &["--gate", "9339=a:1"]), expected);
    for (variables, text) in [
        (&[][..], "no config file and no gate given"),
        (&[GATE][..], "the name that movies use"),
        (
            &[GATE, host, ("FLASHGATE_PUBLIC_URL", "wss://a.test")],
            "`FLASHGATE_PUBLIC_URL` is for a bridge",
        ),
        (&[("FLASHGATE_GATE", "9339")], "for 'FLASHGATE_GATE'"),
        (
            &[("FLASHGATE_CONFIG", "/nosuch")],
            "the path is in `FLASHGATE_CONFIG`",
        ),
    ] {
        let (code, stdout, stderr) = run(variables, &["ruffle"]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.contains(text), "expected {text:?} in:\n{stderr}");
    }
}
