//! What `main` prints for an error that it returns: `Debug` of the error.

#![cfg(test)]

use std::error::Error;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

use flash_policy::decide::decide_alone;
use flash_policy::{Host, Movie, Origin, Policy, Port, PortSet, Scheme};

/// The error of a program whose `main` uses `?`.
#[track_caller]
fn check<T>(result: Result<T, impl Error + 'static>, expected: &str) {
    let error: Box<dyn Error> = result.err().expect("an error").into();
    assert_eq!(format!("{error:?}"), expected);
    assert_eq!(format!("{error:#?}"), expected);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn main_prints_text() {
    check(
        Policy::new().allow("www.example.com:9339", 9339),
        "expected a domain without a port",
    );
    check(
        Policy::new().allow("www.example.com", "9339-"),
        "expected a range like `9000-9010`, found only one end",
    );
    check(Port::new(0), "expected a port from 1 to 65535, found 0");
    check(
        "a, b".parse::<PortSet>(),
        "expected a port number, a range like `9000-9010`, or `*`",
    );
    check(
        "192.0.2".parse::<Host>(),
        "expected a valid IPv4 or IPv6 address",
    );
    check(
        "ftp".parse::<Scheme>(),
        "expected `http` or `https`, found another scheme",
    );
    for (url, expected) in [
        (
            "www.example.com",
            "expected a URL like `http://www.example.com/`, found no `://`",
        ),
        ("ftp://a.test", "expected `http` or `https` before `://`"),
        (
            "http://a.test\\b",
            "expected a host after `://`, found `\\` before the path",
        ),
        ("http://192.0.2/", "expected a valid IPv4 or IPv6 address"),
        (
            "http://a.test:x/",
            "expected a port from 0 to 65535 after the host",
        ),
    ] {
        check(url.parse::<Origin>(), expected);
    }
    check(
        decide_alone(&Policy::new(), &Movie::Hostless, Port::MASTER),
        "no rule matches the movie's host and the port (policy of port 843)",
    );
}

/// All errors do this, including those that a new feature brings.
#[test]
fn every_error_prints_text() {
    let mut errors = 0;
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = read_to_string(&file).unwrap();
        for after in text.split("impl core::error::Error for ").skip(1) {
            let name = after.split_whitespace().next().unwrap();
            let line = format!("debug_is_display!({name});");
            assert!(
                text.contains(&line),
                "{}: `{line}` is missing",
                file.display()
            );
            errors += 1;
        }
    }
    assert!(errors > 20, "{errors} errors found");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}
