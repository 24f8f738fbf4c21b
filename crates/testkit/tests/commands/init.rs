//! `flashgate init`: what it prints can be served, and it never harms a file.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use testkit::folder::Folder;

use super::{Ran, command, flashgate, run};

pub(super) const DOMAIN: [&str; 2] = ["--domain", "www.example.com"];
pub(super) const GATE: [&str; 2] = ["--gate", "9339=127.0.0.1:9340"];

fn init(arguments: &[&str]) -> Ran {
    run(command().arg("init").args(arguments))
}

/// What is printed with these arguments.
#[track_caller]
pub(super) fn printed(arguments: &[&str]) -> String {
    let ran = init(arguments);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), ""),
        "{arguments:?}"
    );
    ran.stdout
}

/// Prints a config, and checks it as `serve` does. Returns the config, and what the check printed.
#[track_caller]
fn served(arguments: &[&str]) -> (String, String) {
    let folder = Folder::new().unwrap();
    let text = printed(arguments);
    assert!(text.starts_with("#:schema https://"), "{text}");
    let path = folder.file("flashgate.toml", &text).unwrap();
    let ran = flashgate(&["serve", "--check", "--config", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{arguments:?}\n{}\n{text}", ran.stderr);
    assert!(
        !ran.stderr.contains("error"),
        "{arguments:?}\n{}",
        ran.stderr
    );
    (text, ran.stdout)
}

#[test]
fn every_combination_can_be_served() {
    let gates: [&[&str]; 9] = [
        &[],
        &GATE,
        &["--gate", "[::1]:9339=[::1]:9340"],
        &[
            "--gate",
            "9339-9341=game.test:9400-9402",
            "--gate",
            "127.0.0.1:1=game.test:2",
        ],
        &["--preset", "houdini"],
        &["--preset", "smartfox"],
        &["--preset", "habbo"],
        &["--preset", "irc"],
        &["--preset", "irc", "--gate", "9339=127.0.0.1:9340"],
    ];
    let hosts: [&[&str]; 2] = [
        &[],
        &["--host", "play.example.com", "--host", "2001:db8::1"],
    ];
    let bridges: [&[&str]; 2] = [&[], &["--bridge", "[::]:8090"]];
    for gates in gates {
        let domain = if gates.is_empty() {
            "www.example.com:9339,9400-9410"
        } else {
            "*.example.com"
        };
        for hosts in hosts {
            for bridge in bridges {
                if gates.is_empty() && !bridge.is_empty() {
                    continue;
                }
                served(&[&["--domain", domain], gates, hosts, bridge].concat());
            }
        }
    }
}

#[test]
fn presets_move_the_server() {
    for (preset, lines) in [
        (
            "houdini",
            &[
                "[::]:6112 serves policy default",
                "the rest goes to 127.0.0.1:16112",
                "127.0.0.1:19878",
            ][..],
        ),
        (
            "smartfox",
            &[
                "[::]:9339 serves policy default",
                "the rest goes to 127.0.0.1:9340",
            ],
        ),
        (
            "habbo",
            &[
                "[::]:3000 serves policy default",
                "the rest goes to 127.0.0.1:3002",
            ],
        ),
        (
            "irc",
            &[
                "[::]:7000 serves policy default",
                "the rest goes to 127.0.0.1:6667",
            ],
        ),
    ] {
        let (text, checked) = served(&[&DOMAIN[..], &["--preset", preset]].concat());
        for line in lines {
            assert!(checked.contains(line), "{preset}: {line}\n{checked}");
        }
        // Says which setting of that server to change.
        let setting = match preset {
            "houdini" => "bootstrap.py world --address 127.0.0.1 --port 19875",
            "smartfox" => "set ServerIP to 127.0.0.1 and ServerPort to 9340",
            "habbo" => "set game.host=127.0.0.1 and game.port=3002",
            _ => "Let the chat connect to port 7000",
        };
        assert!(text.contains(setting), "{preset}: {text}");
    }
}

#[test]
fn tls() {
    let folder = Folder::new().unwrap();
    let params = rcgen::CertificateParams::new(vec!["play.example.com".to_owned()]).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    folder
        .file("fullchain.pem", params.self_signed(&key).unwrap().pem())
        .unwrap();
    folder.file("privkey.pem", key.serialize_pem()).unwrap();
    let tls = format!("--tls={}", folder.path().display());
    let (_, checked) = served(&[&DOMAIN[..], &GATE, &[&tls]].concat());
    assert!(
        checked.contains("fullchain.pem is for play.example.com"),
        "{checked}"
    );
    let live = printed(&[&DOMAIN[..], &GATE, &["--host", "play.example.com", "--tls"]].concat());
    let file = "certificate = \"/etc/letsencrypt/live/play.example.com/fullchain.pem\"";
    assert!(live.contains(file), "{live}");
}

#[test]
fn files_are_kept_without_force() {
    let folder = Folder::new().unwrap();
    let path = folder.path().join("flashgate.toml");
    let write = |more: &[&str]| {
        init(
            &[
                &DOMAIN[..],
                &GATE,
                &["--output", path.to_str().unwrap()],
                more,
            ]
            .concat(),
        )
    };
    let first = write(&[]);
    assert_eq!(
        (first.code, first.stdout.as_str()),
        (Some(0), ""),
        "{}",
        first.stderr
    );
    let text = printed(&[&DOMAIN[..], &GATE].concat());
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    // Another user serves it.
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o644
    );
    fs::write(&path, "mine").unwrap();
    let second = write(&[]);
    assert_eq!(second.code, Some(1));
    assert!(
        second.stderr.contains("exists") && second.stderr.contains("--force"),
        "{}",
        second.stderr
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(write(&["--force"]).code, Some(0));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    // With wrong arguments, even `--force` writes nothing.
    fs::write(&path, "mine").unwrap();
    assert_eq!(
        write(&["--force", "--domain", "http://a.test/x"]).code,
        Some(2)
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    // A link to nowhere is a file too.
    let link = folder.path().join("link");
    symlink("nowhere", &link).unwrap();
    let linked = init(&[&DOMAIN[..], &GATE, &["-o", link.to_str().unwrap()]].concat());
    assert_eq!(linked.code, Some(1));
    let absent = folder.path().join("absent/x.toml");
    let lost = init(&[&DOMAIN[..], &GATE, &["-o", absent.to_str().unwrap()]].concat());
    assert_eq!(lost.code, Some(1));
    assert!(lost.stderr.contains("can't write"), "{}", lost.stderr);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// A file keeps its mode and owner, and its other names are not cut off.
#[test]
fn replaced_files_keep_what_they_have() {
    let folder = Folder::new().unwrap();
    let path = folder.file("flashgate.toml", "mine").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    // Only root can give a file to another user.
    let is_root = std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).is_ok();
    let write = || {
        init(
            &[
                &DOMAIN[..],
                &GATE,
                &["--force", "-o", path.to_str().unwrap()],
            ]
            .concat(),
        )
    };
    let ran = write();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let found = fs::metadata(&path).unwrap();
    assert_eq!(found.permissions().mode() & 0o777, 0o640);
    if is_root {
        assert_eq!((found.uid(), found.gid()), (65_534, 65_534));
    }
    fs::write(&path, "mine").unwrap();
    fs::hard_link(&path, folder.path().join("other")).unwrap();
    let ran = write();
    assert_eq!(ran.code, Some(1));
    for text in [
        "can't be written, and was left unchanged",
        "hard links",
        "leave out `--output`",
    ] {
        assert!(ran.stderr.contains(text), "{text}\n{}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

/// A config looks for relative paths in its own folder, which need not be the current one.
#[test]
fn relative_tls_folder() {
    let folder = Folder::new().unwrap();
    let run = |tls: &OsStr| {
        let mut flag = OsString::from("--tls=");
        flag.push(tls);
        let arguments = [&["init"], &DOMAIN[..], &GATE, &["-o", "sub/flashgate.toml"]].concat();
        run(command()
            .current_dir(folder.path())
            .args(arguments)
            .arg(flag))
    };
    fs::create_dir(folder.path().join("sub")).unwrap();
    let ran = run(OsStr::new("certificates"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = fs::read_to_string(folder.path().join("sub/flashgate.toml")).unwrap();
    let real = fs::canonicalize(folder.path()).unwrap();
    let file = format!("{}/certificates/fullchain.pem\"", real.display());
    assert!(text.contains(&file), "{file}\n{text}");
    let ran = run(OsStr::from_bytes(b"\xff"));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("expected UTF-8 in `--tls`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn wrong_arguments() {
    for (arguments, reason) in [
        (
            &[][..],
            "flashgate init --domain www.example.com --preset houdini",
        ),
        (&GATE, "--domain www.example.com"),
        (&DOMAIN, "--gate"),
        (&["--domain", "www.example.com/x:80"], "domain"),
        (
            &["--domain", "http://www.example.com", "--gate", "1=a.test:2"],
            "domain",
        ),
        (&["--domain", "a.test", "--gate", "1=a.test"], "--gate"),
        (
            &["--domain", "a.test", "--gate", "127.0.0.1:1=2"],
            "did you mean",
        ),
        (
            &[
                "--domain",
                "a.test",
                "--gate",
                "1=a.test:2",
                "--host",
                "a b",
            ],
            "--host",
        ),
        (
            &["--domain", "a.test", "--gate", "1=a.test:2", "--tls"],
            "--tls=",
        ),
        (
            &["--domain", "a.test", "--gate", "1=127.0.0.1:2", "--compose"],
            "--gate 1=game:2",
        ),
        (
            &["--domain", "a.test", "--gate", "1=a.test:2", "--page"],
            "--host play.example.com",
        ),
        (
            &["--domain", "a.test:80", "--page", "--host", "a.test"],
            "--gate",
        ),
        (&["--domain", "a.test:80", "--systemd"], "no drop-in needed"),
        (&["--domain", "a.test", "--preset", "tetris"], "houdini"),
        (&["--domain", "a.test:80", "--force"], "--output"),
        // The same address twice, as in a config file.
        (
            &[
                "--domain",
                "a.test",
                "--gate",
                "9339=a.test:2",
                "--preset",
                "smartfox",
            ],
            "9339",
        ),
    ] {
        let ran = init(arguments);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}\n{}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains(reason),
            "{arguments:?}: {reason}\n{}",
            ran.stderr
        );
    }
}
