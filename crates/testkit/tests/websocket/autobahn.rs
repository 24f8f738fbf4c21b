//! Runs the cases of the Autobahn test suite itself, if it is available.
//!
//! ```sh
//! pip download --no-deps --no-binary :all: autobahntestsuite==25.10.1
//! AUTOBAHN=$PWD/autobahntestsuite-25.10.1.tar.gz cargo test --release -p testkit --test websocket autobahn -- --nocapture
//! ```
//!
//! `driver.py` runs them, and says which ones do not apply. It needs a Python with lib2to3, up to 3.12: `AUTOBAHN_PYTHON`
//! names one other than `python3`. [`conformance`](super::conformance) has the same cases rewritten, for every run.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::figure;

use super::{config, start};

/// How many cases there are in the groups that apply.
const CASES: usize = 152;

/// The archive and a Python, or what is missing; no machine is expected to have either.
fn at_hand() -> Result<(String, String), String> {
    let archive = env::var("AUTOBAHN").map_err(|_| "AUTOBAHN names no archive".to_owned())?;
    let python = env::var("AUTOBAHN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut translator = Command::new(&python);
    translator.args(["-W", "ignore", "-c", "import lib2to3.refactor"]);
    let works = translator.stderr(Stdio::null()).status();
    if works.is_ok_and(|status| status.success()) {
        Ok((archive, python))
    } else {
        Err(format!("{python} has no lib2to3"))
    }
}

#[test]
fn autobahn() {
    let (archive, python) = match at_hand() {
        Ok(found) => found,
        Err(missing) => return println!("skipped: {missing}"),
    };
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let limits = "[limits]\nper-address = \"off\"\nrate-per-address = \"off\"\n";
    let gate = start(&config(backend.address(), "", limits));
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/websocket/autobahn/driver.py");
    let output = Command::new(python)
        .args(["-W", "ignore"])
        .arg(driver)
        .args([gate.gate.ip().to_string(), gate.gate.port().to_string()])
        .args(["http://www.a.test", &archive])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let is_good = |line: &&str| {
        let mut fields = line.split('\t').skip(1);
        let kept = ["OK", "NON-STRICT", "INFORMATIONAL"].map(Some);
        kept.contains(&fields.next()) && kept.contains(&fields.next())
    };
    let (passed, failed): (Vec<_>, Vec<_>) = text.lines().partition(is_good);
    assert_eq!(failed, [""; 0]);
    assert_eq!(passed.len(), CASES);
    let strictly = passed.iter().filter(|line| !line.contains("NON-STRICT"));
    figure::report(
        "autobahn",
        format!(
            "{CASES} cases of Autobahn's test suite 25.10.1: all passed, {} of them strictly",
            strictly.count()
        ),
    );
}
