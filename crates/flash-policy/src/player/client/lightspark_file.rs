//! Reads a policy file and matches rules as Lightspark does, including its bugs.
//!
//! This follows its source (`src/parsing/crossdomainpolicy.cpp`, `src/backends/security.cpp`,
//! `src/backends/urlutils.cpp`) and was compared with runs. Do not use it for other clients: a range counts as its
//! lowest port, and an element that it does not accept ends the file. Such a file is void if it comes from the
//! destination or a loaded port. If it comes from the master, the `site-control` and the rules before that element
//! apply; without a `site-control`, the master has no rules and allows all.

use alloc::string::String;
use alloc::vec::Vec;

use super::lightspark_text::{Verbatim, decoded};
use super::lightspark_url::host;
use super::lightspark_xml::{self, LightsparkElement};
use crate::decide::{Place, RefusalReason};
use crate::player::RuleAt;
use crate::player::config::Config;
use crate::{Port, Span};

/// How Lightspark treats an answer.
#[derive(Clone, Debug)]
pub(super) enum LightsparkAnswer {
    /// There was no connection.
    NoConnection,
    /// The answer is empty, or its last byte is not accepted. After such a master it asks only the destination.
    Unusable,
    /// An unaccepted element without a meta-policy before it: no rules.
    Void,
    File(LightsparkFile),
}

/// A policy file as Lightspark reads it.
#[derive(Clone, Debug)]
pub(super) struct LightsparkFile {
    pub(super) meta: Meta,
    rules: Vec<LightsparkRule>,
}

/// What a master policy allows in addition to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meta {
    All,
    /// `by-content-type`, `by-ftp-filename`: the locations that the movie loaded, but not the destination port.
    Loaded,
    MasterOnly,
    None,
}

#[derive(Clone, Debug)]
struct LightsparkRule {
    /// Its start tag, if positions in the text are positions in the received bytes.
    tag: Option<Span>,
    domain: Vec<u8>,
    ports: LightsparkPorts,
    https_only: bool,
}

#[derive(Clone, Debug)]
enum LightsparkPorts {
    All,
    These(Vec<u16>),
}

/// The site that a movie was loaded from, as Lightspark sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct MovieSite {
    host: String,
    https: bool,
}

impl Meta {
    /// The reason for a refusal if no policy grants the connection.
    pub(super) const fn refusal(self) -> Option<RefusalReason> {
        match self {
            Self::All => None,
            Self::Loaded | Self::MasterOnly => Some(RefusalReason::MetaPolicyMasterOnly),
            Self::None => Some(RefusalReason::MetaPolicyNone),
        }
    }
}

impl MovieSite {
    /// A local movie has no host.
    pub(super) fn new(config: &Config) -> Self {
        config.movie().map_or_else(Self::default, |url| Self {
            host: host(&url),
            https: scheme(&url).eq_ignore_ascii_case("https"),
        })
    }
}

fn scheme(url: &str) -> &str {
    url.split_once("://").map_or("", |(scheme, _)| scheme)
}

impl LightsparkFile {
    /// The rule that grants the connection, if it can be located; otherwise the reason, with the rule that came
    /// nearest.
    pub(super) fn grants(
        &self,
        caller: &MovieSite,
        port: Port,
    ) -> Result<Option<RuleAt>, (RefusalReason, Option<RuleAt>)> {
        let mut refusal = (RefusalReason::NoRuleMatches, None);
        for (index, rule) in self.rules.iter().enumerate() {
            let at = rule.tag.map(|tag| RuleAt { index, tag });
            if matches_domain(&rule.domain, caller.host.as_bytes()) && rule.ports.contain(port) {
                if caller.https || !rule.https_only {
                    return Ok(at);
                }
                refusal = (RefusalReason::SecureOnly, at);
            }
        }
        Err(refusal)
    }
}

impl LightsparkPorts {
    fn contain(&self, port: Port) -> bool {
        match self {
            Self::All => true,
            Self::These(ports) => ports.contains(&port.get()),
        }
    }
}

fn matches_domain(pattern: &[u8], host: &[u8]) -> bool {
    if pattern == b"*" || pattern == host {
        return true;
    }
    let Some(suffix) = pattern.strip_prefix(b"*.") else {
        return false;
    };
    let is_below = || {
        let host = host.strip_suffix(suffix);
        host.is_some_and(|host| host.len() > 1 && host.ends_with(b"."))
    };
    suffix == host || is_below()
}

/// Parses an answer from this place.
pub(super) fn read(bytes: &[u8], from: Place) -> LightsparkAnswer {
    // The last byte is removed, whatever it is.
    let Some((0 | b'\n' | b'>', body)) = bytes.split_last() else {
        return LightsparkAnswer::Unusable;
    };
    let (text, verbatim) = decoded(body);
    let outline = lightspark_xml::read(&text);
    let mut file = UnfinishedFile::default();
    let root = outline.root.filter(|name| *name == b"cross-domain-policy");
    let accepted = root.and_then(|_| {
        let mut children = outline.children.iter();
        children.try_for_each(|element| file.take(element, from, verbatim))
    });
    match (accepted, file.meta, from) {
        (Some(()), meta, _) => LightsparkAnswer::File(LightsparkFile {
            meta: meta.unwrap_or(Meta::All),
            rules: file.rules,
        }),
        (None, Some(meta), Place::Master) => LightsparkAnswer::File(LightsparkFile {
            meta,
            rules: file.rules,
        }),
        (None, ..) => LightsparkAnswer::Void,
    }
}

/// A file whose elements are being read.
#[derive(Default)]
struct UnfinishedFile {
    meta: Option<Meta>,
    rules: Vec<LightsparkRule>,
}

impl UnfinishedFile {
    /// Returns `None` for an element that ends the file.
    fn take(
        &mut self,
        element: &LightsparkElement<'_>,
        from: Place,
        verbatim: Verbatim,
    ) -> Option<()> {
        if self.meta == Some(Meta::None) {
            // Nothing after it is read.
            return Some(());
        }
        match element.name {
            b"site-control" if from == Place::Master && self.meta.is_none() => {
                self.meta = Some(site_control(element)?);
            }
            b"allow-access-from" => {
                let tag = Some(element.tag).filter(|_| verbatim == Verbatim::Yes);
                self.rules.push(LightsparkRule {
                    tag,
                    ..rule(element)?
                });
            }
            _ => return None,
        }
        Some(())
    }
}

fn site_control(element: &LightsparkElement<'_>) -> Option<Meta> {
    let value = element.value(b"permitted-cross-domain-policies");
    let value = value.filter(|_| element.attributes.len() == 1)?;
    Some(match value {
        b"all" => Meta::All,
        b"by-content-type" | b"by-ftp-filename" => Meta::Loaded,
        b"master-only" => Meta::MasterOnly,
        _ => Meta::None,
    })
}

fn rule(element: &LightsparkElement<'_>) -> Option<LightsparkRule> {
    if element.attributes.len() > 3 {
        return None;
    }
    Some(LightsparkRule {
        tag: None,
        domain: element.value(b"domain")?.to_ascii_lowercase(),
        ports: ports(element.value(b"to-ports")?),
        https_only: element.value(b"secure") == Some(b"true"),
    })
}

/// The search for a dash starts at the next comma. If it finds one, the number before that dash's own item is used. As
/// a result, every range counts as its lowest port.
fn ports(text: &[u8]) -> LightsparkPorts {
    let mut ports = Vec::new();
    let mut rest = Some(text);
    // A later dash makes Lightspark read `*` as part of a longer text that is not a number.
    let last_dash = text.iter().rposition(|byte| *byte == b'-');
    let mut begin = 0;
    while let Some(current) = rest {
        let comma = current.iter().position(|byte| *byte == b',');
        let item = comma.map_or(current, |comma| current.split_at(comma).0);
        let end = begin + item.len();
        let is_whole = comma.is_none() || last_dash.is_none_or(|dash| dash < end);
        if item == b"*" && is_whole {
            return LightsparkPorts::All;
        }
        ports.push(leading_number(item));
        rest = comma.and_then(|comma| current.get(comma + 1..));
        begin = end + 1;
    }
    LightsparkPorts::These(ports)
}

/// C's `atoi` on a 64-bit machine, truncated to the 16 bits of a port. 0 is not a port.
fn leading_number(text: &[u8]) -> u16 {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let begin = text.iter().position(|byte| !is_space(byte));
    let text = begin
        .and_then(|begin| text.get(begin..))
        .unwrap_or_default();
    let (negative, text) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    // `strtol` saturates at the largest and smallest `long`. A cast then keeps the low bits.
    let number = digits.fold(0_i64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(i64::from(digit - b'0'))
    });
    let number = match (negative, number) {
        (true, i64::MAX) => i64::MIN,
        (true, number) => -number,
        (false, number) => number,
    };
    let [low, high, ..] = number.to_le_bytes();
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use super::super::lightspark_url::host;
    use super::{LightsparkAnswer, leading_number, matches_domain, ports, read};
    use crate::Port;
    use crate::decide::Place;

    #[test]
    fn ranges_are_their_lower_end() {
        let contain = |text: &str, port| ports(text.as_bytes()).contain(Port::new(port).unwrap());
        assert!(contain("1024-65535", 1024) && !contain("1024-65535", 5000));
        assert!(contain("80,90-95,*", 5000) && contain("80,90-95", 90) && !contain("80,90-95", 91));
        assert!(contain("*", 1) && contain("*,80", 1) && !contain("*,80-90", 1));
        assert!(contain("-5", 65531) && contain("+7000", 7000) && contain("72536", 7000));
        assert!(contain("\t 80", 80) && !contain("- 80", 80) && !contain("", 80));
        let largest = leading_number(b"99999999999999999999");
        assert_eq!(
            (largest, leading_number(b"-99999999999999999999")),
            (0xFFFF, 0)
        );
        assert_eq!((leading_number(b" 70000"), leading_number(b"x")), (4464, 0));
    }

    #[test]
    fn domains_and_files() {
        let matches =
            |pattern: &str, host: &str| matches_domain(pattern.as_bytes(), host.as_bytes());
        assert!(matches("*.com", "a.com") && matches("*.a.test", "a.test"));
        assert!(matches("*.a.test", "x.y.a.test") && !matches("*.a.test", ".a.test"));
        assert!(!matches("*a.test", "a.test") && !matches("http://a.test", "a.test"));
        let is_file =
            |text: &str, from| matches!(read(text.as_bytes(), from), LightsparkAnswer::File(_));
        let rule = "<allow-access-from domain='*' to-ports='*'/>";
        let policy = alloc::format!("<cross-domain-policy>{rule}");
        assert!(is_file(&policy, Place::Destination), "cut after a tag");
        assert!(
            !is_file(&policy[..policy.len() - 1], Place::Destination),
            "cut within a tag"
        );
        let control = "<site-control permitted-cross-domain-policies='all'/>";
        let policy = alloc::format!("<cross-domain-policy>{control}{rule}</cross-domain-policy>\0");
        assert!(is_file(&policy, Place::Master) && !is_file(&policy, Place::Destination));
    }

    #[test]
    fn hosts_as_they_are_cut_out() {
        for (url, expected) in [
            ("http://A.Test/game.swf", "a.test"),
            ("http://a.test./", "a.test."),
            ("http://a.test:8080/x:y", "a.test"),
            ("http://a.test?x", "a.test?x"),
            ("http://user:pw@a.test/", "user"),
            ("http://user@a.test/", "user@a.test"),
            ("http://user:pw@a.test:80/", "user:pw@a.test"),
            ("http://[::1]/", "[:"),
            ("http://[::1]:80/", "[::1]"),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
