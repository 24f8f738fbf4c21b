//! From bytes to text: byte order marks, UTF-16, NULs, and size.
//!
//! Adobe never states an encoding. What is certain: the reply ends at the first NUL, so a document in UTF-16 ends at
//! its second byte. Everything the format needs is ASCII.

use alloc::format;
use alloc::vec::Vec;

use super::LARGEST;
use crate::Diagnostic;

/// The document within a file.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    /// Where it begins in the file.
    pub(super) start: usize,
}

/// Finds the document: without a byte order mark, without one NUL at the end, without blanks before the declaration.
pub(super) fn text<'a>(bytes: &'a [u8], findings: &mut Vec<Diagnostic>) -> Option<Text<'a>> {
    if bytes.len() > LARGEST {
        findings.push(too_large());
        return None;
    }
    if let Some(finding) = utf_16(bytes) {
        findings.push(finding);
        return None;
    }
    let (body, mut start) = strip_mark(bytes, findings);
    let body = strip_nul(body, start, findings);
    if let Some(at) = body.iter().position(|&byte| byte == 0) {
        findings.push(inner_nul(start + at));
        return None;
    }
    match core::str::from_utf8(body) {
        Err(error) => {
            findings.push(not_utf_8(start + error.valid_up_to()));
            None
        }
        Ok(text) if text.trim().is_empty() => {
            findings.push(empty(bytes));
            None
        }
        Ok(text) => {
            let text = skip_blanks(text, &mut start, findings);
            Some(Text { text, start })
        }
    }
}

fn strip_mark<'a>(bytes: &'a [u8], findings: &mut Vec<Diagnostic>) -> (&'a [u8], usize) {
    let Some(body) = bytes.strip_prefix(b"\xEF\xBB\xBF") else {
        return (bytes, 0);
    };
    findings.push(
        Diagnostic::warning("bom", "the file begins with a byte order mark")
            .at(0..3, "these three bytes are invisible in an editor")
            .note("what Flash Player makes of it is not known; some other clients refuse the file")
            .help("save the file as UTF-8 without a byte order mark"),
    );
    (body, 3)
}

fn strip_nul<'a>(bytes: &'a [u8], start: usize, findings: &mut Vec<Diagnostic>) -> &'a [u8] {
    let Some(body) = bytes.strip_suffix(b"\0") else {
        return bytes;
    };
    let at = start + body.len();
    findings.push(
        Diagnostic::warning("nul-at-end", "the file ends in a NUL")
            .at(at..at + 1, "")
            .note("the NUL that ends the reply is added by the server; it is sent once, not twice")
            .help("remove it from the file"),
    );
    body
}

/// XML allows nothing before its declaration; the parser is given what follows, so that the rest is judged too.
fn skip_blanks<'a>(text: &'a str, start: &mut usize, findings: &mut Vec<Diagnostic>) -> &'a str {
    let rest = text.trim_start();
    let blanks = text.len() - rest.len();
    if blanks == 0 || !rest.starts_with("<?xml") {
        return text;
    }
    findings.push(
        Diagnostic::error(
            "blanks-before-declaration",
            "expected `<?xml` as the very first characters, found blanks",
        )
        .at(*start..*start + blanks, "these blanks")
        .note("XML allows nothing before its declaration, and Flash Player asks for strict XML")
        .help("remove the blanks and empty lines before `<?xml`, or remove the declaration"),
    );
    *start += blanks;
    rest
}

fn too_large() -> Diagnostic {
    let message = format!(
        "expected at most {LARGEST} bytes ({} KiB), found more",
        LARGEST / 1024
    );
    Diagnostic::error("file-too-large", message)
        .note("a policy is a few hundred bytes; no client is known to read one of this size")
        .help("check that this is a policy file; join rules that differ only in their ports")
}

fn utf_16(bytes: &[u8]) -> Option<Diagnostic> {
    let marked = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    if !marked && !matches!(bytes, [b'<', 0, ..] | [0, b'<', ..]) {
        return None;
    }
    Some(
        Diagnostic::error("utf-16", "expected UTF-8, found UTF-16")
            .at(0..bytes.len().min(2), "")
            .note("players take the reply to end at the first NUL, and in UTF-16 every other byte is one")
            .help("save the file as UTF-8 without a byte order mark"),
    )
}

fn inner_nul(at: usize) -> Diagnostic {
    Diagnostic::error("nul-inside", "expected text, found a NUL")
        .at(at..at + 1, "the player would take the policy to end here")
        .help("remove it; the one NUL that ends the reply is added by the server")
}

fn not_utf_8(at: usize) -> Diagnostic {
    Diagnostic::error(
        "not-utf-8",
        "expected UTF-8, found a byte that is not part of it",
    )
    .at(at..at + 1, "")
    .help("save the file as UTF-8; ASCII characters are all that a policy needs")
}

fn empty(bytes: &[u8]) -> Diagnostic {
    let found = if bytes.is_empty() {
        "an empty file"
    } else {
        "nothing but blanks"
    };
    Diagnostic::error("empty-file", format!("expected a policy, found {found}"))
        .help("`flashgate policy --allow 'www.example.com:9339'` prints one to start from")
}
