//! Two namespaces joined by a cable that loses packets: fast enough for a million fetches.
//!
//! The kernel of each end drops arriving packets at random (nftables), one by one, because the cable carries no packet
//! larger than a network would. A [`crate::link::Link`] is slower, and can also delay and reorder.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::namespace::{self, Namespace};

/// The name of the device at either end.
const DEVICE: &str = "cable";

/// The address of the far end.
pub const FAR: Ipv4Addr = Ipv4Addr::new(10, 98, 0, 1);

/// How many addresses the near end has. Each has some 28,000 ports.
const NEAR: u8 = 32;

/// Two namespaces and the cable between them; all of it is gone when this is dropped.
#[derive(Debug)]
pub struct LossyCable {
    near: Namespace,
    far: Namespace,
}

impl LossyCable {
    /// Joins two new namespaces. Of the packets that arrive at either end, this percentage is dropped.
    pub fn new(percent: u8) -> Result<Self> {
        let (near, far) = (Namespace::new()?, Namespace::new()?);
        let peer = ["peer", "name", DEVICE, "netns", far.name()];
        near.ip(&[&["link", "add", DEVICE, "type", "veth"], &peer[..]].concat())?;
        for host in near_addresses() {
            near.ip(&["address", "add", &format!("{host}/16"), "dev", DEVICE])?;
        }
        far.ip(&["address", "add", &format!("{FAR}/16"), "dev", DEVICE])?;
        let cable = Self { near, far };
        for end in [&cable.near, &cable.far] {
            // One segment is one packet, or the kernel would lose up to 64 KiB at once.
            end.ip(&["link", "set", "dev", DEVICE, "gso_max_segs", "1", "up"])?;
            if percent > 0 {
                drop_some(end, percent)?;
            }
        }
        Ok(cable)
    }

    /// The clients' end.
    pub fn near(&self) -> &Namespace {
        &self.near
    }

    /// The server's end, at [`FAR`].
    pub fn far(&self) -> &Namespace {
        &self.far
    }

    /// How many packets were dropped so far, at both ends.
    pub fn dropped(&self) -> Result<u64> {
        let count = |end: &Namespace| {
            let text = nft(end, "list chain inet loss arriving")?;
            let (_, rest) = text.split_once("packets ").context("no counter")?;
            let number = rest.split_whitespace().next().unwrap_or_default();
            number.parse::<u64>().context("expected a number")
        };
        Ok(count(&self.near)? + count(&self.far)?)
    }
}

/// The addresses of the near end. For [`crate::load::Load::sources`].
pub fn near_addresses() -> impl Iterator<Item = Ipv4Addr> {
    (1..=NEAR).map(|host| Ipv4Addr::new(10, 98, 1, host))
}

/// Describes what this machine lacks for it, or returns `None` if it has everything.
pub fn missing() -> Option<String> {
    namespace::missing().or_else(|| crate::needs::program("nft"))
}

fn drop_some(end: &Namespace, percent: u8) -> Result<()> {
    let rules = format!(
        "add table inet loss\n\
         add chain inet loss arriving {{ type filter hook input priority 0; }}\n\
         add rule inet loss arriving iifname {DEVICE} numgen random mod 100 < {percent} counter drop\n"
    );
    nft(end, &rules).map(drop)
}

/// Runs nft's commands inside a namespace, and returns what they print.
fn nft(inside: &Namespace, commands: &str) -> Result<String> {
    let run = || -> Result<_> {
        let mut command = Command::new("nft");
        command.args(["-f", "-"]);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("can't run nft")?;
        let mut input = child.stdin.take().context("no standard input")?;
        input.write_all(commands.as_bytes())?;
        drop(input);
        Ok(child.wait_with_output()?)
    };
    let output = inside.run(run)??;
    let problem = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "nft: {problem}");
    Ok(String::from_utf8(output.stdout)?)
}
