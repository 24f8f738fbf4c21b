//! Examples in Markdown: fenced blocks of XML with the options to check them with, and the expected result.
//!
//! The first word after the fence is `xml`. The others are the options and the expectation:
//!
//! | word | meaning |
//! |---|---|
//! | `fires`, `silent` | the rule that the file is named after reports something, or nothing |
//! | `escaped` | `\n`, `\r`, `\t`, `\0`, `\\`, `\xE9` and `\u{feff}` are escapes for bytes and characters |
//! | `as=url`, `as=silverlight` | the kind of policy; a socket policy by default |
//! | `name=crossdomain.xml` | the file name; with the content it determines the kind |
//! | `port=5000` | the port that serves the policy; 843 by default |
//! | `client=unity` | a client in addition to Flash Player |
//! | `used=9339` | the ports that have a listener |
//! | `server=9340:9339` | the port of a server, and the port that players connect to for it |
//! | `times=100` | the block between `<!--repeat-->` and `<!--/repeat-->` is repeated 100 times |
//!
//! A `text findings` block after an XML block lists the expected findings, one per line.

use flash_policy::lint::{Options, PolicyKind, PolicyReader};
use flash_policy::{Diagnostic, Port, Serving};

/// One fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The line of its opening fence, from 1.
    pub(crate) line: usize,
    /// The words after the fence.
    pub(crate) info: Vec<String>,
    /// The text between the fences.
    pub(crate) text: String,
}

impl Block {
    pub(crate) fn says(&self, word: &str) -> bool {
        self.info.iter().any(|info| info == word)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.info
            .iter()
            .find_map(|info| info.strip_prefix(key)?.strip_prefix('='))
    }

    /// The bytes to check. The line end before the closing fence belongs to the fence.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let text = self.text.strip_suffix('\n').unwrap_or(&self.text);
        let text = repeated(text, self.value("times"));
        if self.says("escaped") {
            unescaped(&text)
        } else {
            text.into_bytes()
        }
    }

    pub(crate) fn options(&self) -> Options {
        let port = self.value("port").map_or(843, |port| port.parse().unwrap());
        let mut options = Options::new(Serving::from_port(Port::new(port).unwrap()));
        options = options.kind(match self.value("as") {
            None => PolicyKind::Socket,
            Some("url") => PolicyKind::Url,
            Some("silverlight") => PolicyKind::Silverlight,
            Some(other) => panic!("unknown kind {other}"),
        });
        if let Some(name) = self.value("name") {
            options = options.detected_kind(&self.bytes(), Some(name));
        }
        if let Some(ports) = self.value("used") {
            options = options.used_ports(ports.parse().unwrap());
        }
        if let Some(ports) = self.value("server") {
            let (server, player) = ports.split_once(':').unwrap();
            let port = |text: &str| Port::new(text.parse().unwrap()).unwrap();
            options = options.server_ports(vec![(port(server), port(player))]);
        }
        match self.value("client") {
            None => options,
            Some("unity") => options.clients(&[PolicyReader::Unity]),
            Some("silverlight") => options.clients(&[PolicyReader::Silverlight]),
            Some("lightspark") => options.clients(&[PolicyReader::Lightspark]),
            Some(other) => panic!("unknown client {other}"),
        }
    }
}

/// The fenced blocks of a Markdown text.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in markdown.split_inclusive('\n').enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text.push_str(line),
            (None, Some(info)) => {
                open = Some(Block {
                    line: index + 1,
                    info: info.split_whitespace().map(String::from).collect(),
                    text: String::new(),
                });
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// Findings as lines: place, level, rule and message, then other places and the fix.
pub(crate) fn lines(findings: &[Diagnostic], bytes: &[u8]) -> String {
    let mut text = String::new();
    for finding in findings {
        let shown = finding.label.as_ref().map_or_else(
            || String::from("-"),
            |label| {
                format!(
                    "{}..{}",
                    place(bytes, label.span.start),
                    place(bytes, label.span.end)
                )
            },
        );
        let level = format!("{:?}", finding.severity).to_lowercase();
        text += &[shown.as_str(), &level, finding.rule, &finding.message].join(" ");
        text.push('\n');
        for other in &finding.secondary {
            let from = place(bytes, other.span.start);
            text += &["    ", &from, " ", &other.text, "\n"].concat();
        }
        for again in &finding.repeats {
            text += &["    again at ", &place(bytes, again.span.start), "\n"].concat();
        }
        if finding.more > 0 {
            let more = finding.more.to_string();
            text += &["    and in ", &more, " more places\n"].concat();
        }
        if let Some(fix) = &finding.fix {
            text += &["    fix: ", &fix.title, "\n"].concat();
        }
    }
    text
}

/// Line and column, both from 1. Columns are in characters; each byte that is not valid UTF-8 counts as one.
fn place(bytes: &[u8], at: usize) -> String {
    let before = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("{line}:{column}")
}

fn repeated(text: &str, times: Option<&str>) -> String {
    let Some(times) = times else {
        return text.to_owned();
    };
    let (head, rest) = text.split_once("<!--repeat-->").unwrap();
    let (body, tail) = rest.split_once("<!--/repeat-->").unwrap();
    head.to_owned() + &body.repeat(times.parse().unwrap()) + tail
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let kind = rest.chars().next().unwrap();
        rest = &rest[1..];
        match kind {
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            '0' => out.push(0),
            '\\' => out.push(b'\\'),
            'x' => {
                out.push(u8::from_str_radix(&rest[..2], 16).unwrap());
                rest = &rest[2..];
            }
            'u' => {
                let (digits, after) = rest[1..].split_once('}').unwrap();
                let code = u32::from_str_radix(digits, 16).unwrap();
                let c = char::from_u32(code).unwrap();
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            other => panic!("unknown escape {other}"),
        }
    }
    out.extend_from_slice(rest.as_bytes());
    out
}
