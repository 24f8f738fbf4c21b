//! Large configs: the cost of reading one grows linearly with its size.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use testkit::folder::Folder;

use super::{check, config};

/// A fraction of what a comparison of everything with everything takes, and many times what is needed.
const LONGEST: Duration = Duration::from_secs(30);

const POLICY: &str = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"9339\" }]\n";

#[track_caller]
fn quick(text: &str, code: i32) {
    let folder = Folder::new().unwrap();
    let path = config(&folder, text);
    let start = Instant::now();
    let (found, _, stderr) = check(&path);
    assert_eq!(found, Some(code), "{stderr}");
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
}

fn listed(addresses: impl Iterator<Item = String>) -> String {
    let addresses: Vec<_> = addresses.map(|it| format!("\"{it}\"")).collect();
    format!("{POLICY}[[listen]]\naddress = [{}]\n", addresses.join(","))
}

#[test]
fn addresses() {
    let loopback = |n: u32| std::net::Ipv4Addr::from_bits(0x7f00_0001 + n);
    quick(
        &listed((0..45_000).map(|n| format!("{}:843", loopback(n)))),
        0,
    );
    // Just as many ports, and the same address again and again.
    quick(&listed((1..30_000).map(|port| port.to_string())), 0);
    quick(&listed((0..60_000).map(|_| "[::]:843".to_owned())), 2);
}

#[test]
fn gates() {
    let mut text = POLICY.to_owned();
    for port in 10_000..24_000 {
        let gate = format!("[[gate]]\naddress = \"{port}\"\nbackend = \"10.0.0.1:{port}\"\n");
        text.push_str(&gate);
    }
    quick(&text, 0);
    // All on one port, so that their names need numbers.
    let mut same = POLICY.to_owned();
    for n in 0..10_000 {
        let address = std::net::Ipv4Addr::from_bits(0x7f00_0001 + n);
        let gate = format!("[[gate]]\naddress = \"{address}:843\"\nbackend = \"10.0.0.1:1\"\n");
        same.push_str(&gate);
    }
    quick(&same, 0);
    let bridge = "[bridge]\naddress = \"8080\"\npath = \"/{name}\"\n";
    quick(&format!("{text}{bridge}"), 0);
    // Each of them leads back to flashgate.
    quick(&text.replace("10.0.0.1", "127.0.0.1"), 2);
}

#[test]
fn policies() {
    let mut text = String::new();
    for n in 0..5_000 {
        let port = 10_000 + n;
        write!(text, "[policy.p{n}]\nrules = [{{ domain = \"a.test\" }}]\n").unwrap();
        let address = format!("[[gate]]\naddress = \"{port}\"\npolicy = \"p{n}\"\n");
        writeln!(text, "{address}backend = \"10.0.0.1:80\"").unwrap();
    }
    quick(&text, 0);
}
