//! TOML that cannot be parsed: the first message, and what to write instead.

use std::time::{Duration, Instant};

use testkit::folder::Folder;

use super::wrong::{POLICY, added, of_policy, says};
use super::{check, config, valid};

#[test]
fn by_line() {
    let listen = |line: &str| format!("{POLICY}[[listen]]\n{line}\n");
    for (line, first, help) in [
        (
            "address = 127.0.0.1:28430",
            "expected text in quotes for `address`",
            "write `address = \"127.0.0.1:28430\"`",
        ),
        (
            "address = “843”",
            "expected a straight quote, found `“`",
            "write `address = \"843\"`",
        ),
        (
            "address = \"843",
            "this string has no closing quote",
            "write `address = \"843\"`",
        ),
        (
            "address = \"843  # all\npolicy = \"p\"",
            "this string has no closing quote",
            "write `address = \"843\"`",
        ),
        (
            "address: \"843\"",
            "expected `=` after the key, found `:`",
            "write `address = \"843\"`",
        ),
        ("address = \"843\";", "found `;`", "remove the `;`"),
        (
            "address = \"843\", \"8430\"",
            "found `, \"8430\"`",
            "write a list: `address = [\"843\", \"8430\"]`",
        ),
        (
            "address =",
            "expected a value for `address`, found nothing",
            "comment out the line with `#`",
        ),
        (
            "address\u{a0}= \"843\"",
            "found another kind (U+00A0)",
            "type a space",
        ),
        (
            "address = \"843\"\npolicy = p",
            "expected text in quotes for `policy`",
            "write `policy = \"p\"`",
        ),
        (
            "address = [\"843\" \"8430\"]",
            "expected `,` between two items",
            "add a comma",
        ),
        (
            "address = [\"843\"\npolicy = \"p\"",
            "the value of `address` has no closing `]`",
            "add `]`",
        ),
        (
            "address = \"843\"\n// a comment",
            "found `//`",
            "a comment begins with `#`",
        ),
        (
            "address = \"843\"\naddress = \"844\"",
            "duplicate key `address`",
            "is already in line 4",
        ),
        (
            "address = \"843\"\nall",
            "found `all`",
            "write a setting as `key = \"value\"`",
        ),
    ] {
        says(&listen(line), first, help);
    }
    let limits = "[limits]\nidle = \"5m\"\n[limits]\nidle = \"6m\"\n";
    added(limits, "duplicate key `limits`", "merge the two sections");
    of_policy(
        "file = \"C:\\policy.xml\"",
        "this string has an invalid escape",
        "write `file = 'C:\\policy.xml'`",
    );
}

#[test]
fn in_a_table() {
    let rule = |rest: &str| format!("rules = [{{ domain = \"a.test\"{rest} }}]");
    of_policy(
        &rule(", ports = \"9339\", secure = yes"),
        "found `yes`",
        "write `secure = true`",
    );
    of_policy(
        &rule(" ports = \"9339\""),
        "expected `,` between two items",
        "add a comma",
    );
    let several = "rules = [\n  { domain = \"a.test\", ports = \"1\" }\n  { domain = \"b.test\", ports = \"1\" },\n]";
    of_policy(
        several,
        "expected `,` at the end of this line",
        "flashgate.toml:3:",
    );
}

#[test]
fn what_is_no_toml_at_all() {
    says("{ \"hosts\": [] }\n", "found JSON", "`key = \"value\"`");
    says(
        "<cross-domain-policy/>\n",
        "found XML",
        "serve it with `--policy`",
    );
    says(
        "ho/sts = []\n",
        "invalid unquoted key",
        "a line is a setting",
    );
    says("listen:\n", "found `:`", "write a section as `[listen]`");
    // TOML treats tabs as spaces.
    valid(&format!("{POLICY}[[listen]]\n\taddress\t=\t\"843\"\n"));
}

/// A completely different file, such as a log, is refused at once: the cost of a mistake does not grow with the file.
#[test]
fn a_mistake_in_every_line() {
    let folder = Folder::new().unwrap();
    for line in ["x\n", "a = 1\n", "a = 1 2\n"] {
        let file = config(&folder, &line.repeat(50_000));
        let start = Instant::now();
        let (code, _, stderr) = check(&file);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(" more findings in "), "{stderr}");
        let took = start.elapsed();
        assert!(took < Duration::from_secs(10), "{line:?} took {took:?}");
    }
}
