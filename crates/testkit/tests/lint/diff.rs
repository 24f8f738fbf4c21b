//! `--diff`: shows the safe fixes and writes nothing.

use std::fs;
use std::process::Command;

use testkit::folder::Folder;
use testkit::needs;

use super::{faulty, lint, lint_in, policy, sound};

/// A policy with a warning that has a safe fix, and one that has none.
fn spaced() -> String {
    policy("  <allow-access-from domain=\"*\" to-ports=\"9339, 9400\"/>")
}

const DIFF: &str = "--- a.xml
+++ a.xml
@@ -1,4 +1,4 @@
 <?xml version=\"1.0\"?>
 <cross-domain-policy>
-  <allow-access-from domain=\"*\" to-ports=\"9339, 9400\"/>
+  <allow-access-from domain=\"*\" to-ports=\"9339,9400\"/>
 </cross-domain-policy>
";

#[test]
fn only_shows() {
    let folder = Folder::new().unwrap();
    let path = folder.file("a.xml", spaced()).unwrap();
    let said = lint_in(folder.path(), &["--diff", "a.xml"]);
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (Some(0), DIFF),
        "{said:?}"
    );
    assert_eq!(said.stderr, "1 file: 2 warnings; `--fix` can fix 1\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), spaced());
    if !needs::met(needs::program("patch")) {
        return;
    }
    folder.file("a.diff", said.stdout).unwrap();
    let patched = Command::new("patch")
        .args(["-s", "-i", "a.diff"])
        .current_dir(folder.path())
        .status();
    assert!(patched.unwrap().success());
    let by_patch = fs::read(&path).unwrap();
    folder.file("a.xml", spaced()).unwrap();
    lint_in(folder.path(), &["--fix", "a.xml"]);
    assert_eq!(fs::read(&path).unwrap(), by_patch);
}

#[test]
fn standard_input() {
    let said = lint(spaced(), &["--diff"]);
    assert_eq!(
        (said.code, said.stdout),
        (Some(0), DIFF.replace("a.xml", "<stdin>"))
    );
}

/// The exit code is that of a plain run, whether or not there is something to show.
#[test]
fn exit_codes() {
    for (text, flags, code, shows) in [
        (sound(), &[][..], 0, false),
        (spaced(), &[], 0, true),
        (spaced(), &["--deny", "warnings"], 1, true),
        (faulty(), &[], 1, false),
    ] {
        let said = lint(&text, &[&["--diff"], flags].concat());
        assert_eq!(
            (said.code, !said.stdout.is_empty()),
            (Some(code), shows),
            "{said:?}"
        );
        assert_eq!(lint(&text, flags).code, Some(code));
    }
    let folder = Folder::new().unwrap();
    folder.file("a.xml", spaced()).unwrap();
    let said = lint_in(folder.path(), &["--diff", "missing.xml", "a.xml"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), DIFF));
    assert!(said.stderr.contains("missing.xml"), "{said:?}");
    for other in ["--fix", "--format=json"] {
        assert_eq!(lint(sound(), &["--diff", other]).code, Some(2), "{other}");
    }
}
