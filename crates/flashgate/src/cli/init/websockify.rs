//! websockify's token files: a gate for each token.
//!
//! The format is that of its plugin `TokenFile` (`websockify/token_plugins.py` in github.com/novnc/websockify): lines
//! `TOKEN: HOST:PORT`, comments with `#`, empty lines. A folder means all files in it. websockify skips a line that it
//! does not understand; here, every such line is an error.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use flash_policy::Diagnostic;
use flashgate_config::config::{ConfigFindings, backend};
use flashgate_config::regular_file;
use flashgate_report::render::PlainError;

use super::planned_gate::PlannedGate;

/// More than ten thousand tokens.
const LARGEST: usize = 1024 * 1024;

/// One line.
#[derive(Debug, PartialEq, Eq)]
struct TokenLine {
    name: String,
    backend: String,
    port: u16,
}

/// The gates, or every mistake in the files.
pub(super) fn gates(path: &Path) -> Result<Vec<PlannedGate>, ConfigFindings> {
    let (mut tokens, mut faults) = (Vec::new(), ConfigFindings::default());
    for file in files(path).map_err(|error| unreadable(path, &error))? {
        let contents =
            regular_file::read(&file, LARGEST).map_err(|error| unreadable(&file, &error))?;
        if contents.bytes.len() > LARGEST {
            return Err(too_large(&file));
        }
        let mut found = Vec::new();
        read(&contents.bytes, &mut tokens, &mut found);
        if !found.is_empty() {
            faults.add(&file.display(), &contents.bytes, found);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if tokens.is_empty() {
        let message = format!("{} has no token", path.display());
        let help = "expected lines like `game: 127.0.0.1:9340`";
        return Err(PlainError::new(&message, &[help]).into());
    }
    Ok(tokens.iter().enumerate().map(planned).collect())
}

/// The file, or the files of a folder, in the order of their names.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigFindings {
    let reason = crate::log::reason(error);
    PlainError::new(&format!("can't read {}: {reason}", path.display()), &[]).into()
}

fn too_large(path: &Path) -> ConfigFindings {
    let message = format!(
        "{} is larger than {LARGEST} bytes; no gate was made",
        path.display()
    );
    PlainError::new(
        &message,
        &["split it into several files, and pass their folder"],
    )
    .into()
}

/// What some editors write at the start of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads the lines of a file.
fn read(bytes: &[u8], tokens: &mut Vec<TokenLine>, found: &mut Vec<Diagnostic>) {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut start = bytes.len() - text.len();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.trim_ascii_end().len();
        let place = start + (line.len() - line.trim_ascii_start().len());
        let text = std::str::from_utf8(line).unwrap_or("\u{fffd}").trim();
        if !text.is_empty() && !text.starts_with('#') {
            match token(text) {
                Ok(token) => add(token, tokens, place..end, found),
                Err((message, help)) => {
                    found.push(
                        Diagnostic::error("bad-token", message)
                            .at(place..end, "")
                            .help(help),
                    );
                }
            }
        }
        start += line.len();
    }
}

/// Adds a token. The same line twice is no mistake.
fn add(
    token: TokenLine,
    tokens: &mut Vec<TokenLine>,
    place: std::ops::Range<usize>,
    found: &mut Vec<Diagnostic>,
) {
    match tokens.iter().find(|other| other.name == token.name) {
        Some(other) if other.backend == token.backend => {}
        Some(other) => {
            let message = format!(
                "the token `{}` already has the server {}",
                token.name, other.backend
            );
            found.push(
                Diagnostic::error("bad-token", message)
                    .at(place, "")
                    .help("remove one of the lines; websockify uses the last one"),
            );
        }
        None => tokens.push(token),
    }
}

const FORM: &str = "write `TOKEN: HOST:PORT`, like `game: 127.0.0.1:9340`";

/// Reads one line. An error is a message and a help.
fn token(line: &str) -> Result<TokenLine, (String, &'static str)> {
    let (name, target) = line
        .split_once(": ")
        .or_else(|| line.split_once(":\t"))
        .ok_or((
            "expected a colon and a space after the token".to_owned(),
            FORM,
        ))?;
    if name.is_empty() || !name.bytes().all(is_plain) {
        let message =
            format!("expected a token of letters, digits, `-`, `.`, `_` and `~`, found `{name}`");
        return Err((message, "rename it here and in the page"));
    }
    let target = target.trim();
    let (host, port) = target
        .rsplit_once(':')
        .ok_or((format!("expected HOST:PORT, found `{target}`"), FORM))?;
    if host == "unix_socket" {
        let message = "flashgate can't connect to Unix sockets".to_owned();
        return Err((message, "let the server listen on a TCP port of 127.0.0.1"));
    }
    let backend = if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        target.to_owned()
    };
    let parsed = backend::parse(&backend).map_err(|error| (error.to_string(), FORM))?;
    Ok(TokenLine {
        name: name.to_owned(),
        backend,
        port: parsed.port,
    })
}

/// What needs no escape in a URL (RFC 3986, 2.3).
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// A gate that only the bridge uses.
fn planned((index, token): (usize, &TokenLine)) -> PlannedGate {
    let comments = if index == 0 { COMMENTS } else { &[] };
    PlannedGate {
        comments: comments.iter().map(|&line| line.to_owned()).collect(),
        name: Some(token.name.clone()),
        address: "127.0.0.1:0".to_owned(),
        backend: token.backend.clone(),
        public_port: Some(token.port),
        bridge_path: Some(format!("/?token={}", token.name)),
        more: Vec::new(),
    }
}

const COMMENTS: &[&str] = &[
    "A gate for each token of websockify. Pages keep their URLs, because `bridge-path` is what websockify expects.",
    "`public-port` is the port that movies connect to. Rules and Ruffle's config use it.",
    "Only the bridge uses these gates, so their own ports are free ones on loopback. To let Flash Player connect too,",
    "move the server to another port, and write `address = \"[::]:PORT\"` with the old one.",
];
