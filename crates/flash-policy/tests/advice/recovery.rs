//! Every mistake in broken XML is found once. Consequences of another mistake are not findings.

use super::{found, policy, socket};

const RULE: &str = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";

/// The findings of a broken file, in file order: the text at the location, and the message.
#[track_caller]
fn broken(text: &str, expected: &[(&str, &str)]) {
    let findings = found(text, &socket());
    let errors = findings.iter().filter(|finding| {
        let label = finding.label.as_ref().expect("a location");
        // Findings about the well-formed parts are ignored.
        assert!(label.span.end <= text.len(), "{finding:?}");
        finding.severity == flash_policy::Severity::Error
    });
    let said: Vec<_> = errors
        .map(|finding| {
            let span = finding.label.as_ref().expect("a location").span;
            (&text[span.start..span.end], finding.message.as_str())
        })
        .collect();
    assert_eq!(said, expected, "{text}");
}

#[test]
fn five_mistakes_are_five_findings() {
    let text = format!(
        "<?xml version=“1.0”?>\n<cross-domain-policy>\n\
         <allow-access-from domain=a.test to-ports=\"80\"/>\n\
         <allow-access-from domain=\"a&b.test\" to-ports=\"80\"/>\n\
         <!-- the -- lobby -->\n\
         <allow-access-from domain=\"c.test\" to ports=\"80\"/>\n{RULE}\n</cross-domain-policy>"
    );
    broken(
        &text,
        &[
            ("“", "expected a straight quote, found `“` (U+201C)"),
            ("a.test", "expected quotes around the value"),
            ("&", "found a `&` that does not begin an entity"),
            ("--", "found `--` inside a comment"),
            ("to ports", "expected `to-ports`, found two words"),
        ],
    );
}

#[test]
fn mistakes_in_one_tag_are_told_apart() {
    let text = policy("<allow-access-from domain=“a.test” to-ports:\"80\", secure=true>");
    let end = "expected `</allow-access-from>`, found `</cross-domain-policy>`";
    broken(
        &text.replace("=true>", "=true></x>"),
        &[
            ("“", "expected a straight quote, found `“` (U+201C)"),
            (":", "expected `=` after `to-ports`, found `:`"),
            (",", "expected a space after the value, found `,`"),
            ("true", "expected quotes around the value"),
            ("</x>", "expected `</allow-access-from>`, found `</x>`"),
        ],
    );
    // A tag with a fault need not be closed.
    let found = found(&text, &socket());
    assert!(
        found.iter().all(|finding| finding.message != end),
        "{found:#?}"
    );
}

/// One mistake each, in an otherwise correct file.
#[test]
fn one_mistake_has_no_followers() {
    let slips = [
        "<allow-access-from domain=\"a.test\" to-ports=\"80\"",
        "<allow-access-from domain=\"a.test to-ports=\"80\"/>",
        "<allow-access-from domain=\"a.test\" to-ports=\"80/>",
        "<allow-access-from domain='a.test\" to-ports='80'/>",
        "<allow-access-from domain=\"a.test\" to-ports=\"80\">",
        "<allow-access-from domain=\"a.test\"to-ports=\"80\"/>",
        "<allow-access-from domain=\"a.test\" to-ports=\"80\"\"/>",
        "<allow-access-from domain=\"a.test\" to-ports=\"80\"/ >",
        "<allow-access-from domain=\"a.test\" to-ports=\"80\"\\>",
        "<allow-access-from domain=\"a.test\" \"to-ports\"=\"80\"/>",
        "<allow-access-fromdomain=\"a.test\" to-ports=\"80\"></allow-access-from>",
        "<allow-access-from domain=\"a.test\" to-ports=\"80\"/></allow-access-from>",
        "<allow-access-from domain=\"a.test\" to-ports=\"80\"></allow-acces-from>",
        "<\\allow-access-from>",
        "< allow-access-from domain=\"a.test\" to-ports=\"80\"/>",
        "</ allow-access-from>",
        "a < b",
        "<!-- a --- b -->",
        "<!-- a ->",
        "<!– <b> –>",
        "<!- a -->",
        "<!ELEMENT a>",
        "<1 a=\"b\"/>",
        "<?1?>",
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE cross-domain-policy>",
        "]]>",
        "&nbsp;",
        "&#0;",
        "\u{1}",
        "<a {{ x }} b=\"c\"/>",
        "<<a/>",
    ];
    for slip in slips {
        for (before, behind) in [(RULE, RULE), ("", ""), ("<!-- x -->", "<!-- x -->")] {
            let text = policy(&format!("{before}\n{slip}\n{behind}"));
            let findings = found(&text, &socket());
            assert_eq!(findings.len(), 1, "{text} {findings:#?}");
            assert_eq!(findings[0].places(), 1, "{text} {findings:#?}");
        }
    }
}

/// If a text as a whole is something else, only that is reported.
#[test]
fn pasted_text_is_named_for_what_it_is() {
    let sound = policy(RULE);
    let escaped = |with: &[(&str, &str)]| {
        with.iter().fold(sound.clone(), |text, (plain, escaped)| {
            text.replace(plain, escaped)
        })
    };
    let page = [("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")];
    for (text, message) in [
        (
            escaped(&page),
            "expected `<` as the first character, found XML that is escaped for HTML",
        ),
        (
            escaped(&[("<", "\\u003c"), (">", "\\u003e")]),
            "expected `<` as the first character, found XML that is escaped for JSON",
        ),
        (
            escaped(&[("<", "%3C"), (">", "%3E")]),
            "expected `<` as the first character, found XML that is escaped for a URL",
        ),
        (
            escaped(&[("\"", "\\\"")]),
            "found a backslash before a quote: this is source code",
        ),
        (
            escaped(&[("</", "<\\/")]),
            "found a backslash before a slash: this is source code",
        ),
        (
            escaped(&[("\"", "&quot;")]),
            "expected a quote before the value, found `&quot;`",
        ),
        (
            escaped(&[("\"", "\"\"")]),
            "the quotes around the value are doubled",
        ),
        (
            escaped(&[("\"", "”")]),
            "expected a straight quote, found `”` (U+201D)",
        ),
        (
            escaped(&[(" ", "\u{a0}")]),
            "expected a space, found U+00A0, a no-break space, which is not whitespace in XML",
        ),
        (
            format!("\u{a0}{sound}"),
            "expected `<` as the first character, found U+00A0, a no-break space, which is invisible",
        ),
        (
            format!("{{\"policy\": \"{sound}\"}}"),
            "expected `<` as the first character, found source code",
        ),
        (
            format!("cat > policy.xml <<'EOF'\n{sound}\nEOF\n"),
            "expected `<` as the first character, found the first line of a here-document",
        ),
        (
            format!("```xml\n{sound}\n```\n"),
            "expected `<` as the first character, found a Markdown code fence",
        ),
        (
            format!("--- a\n+++ b\n@@ -1 +1,3 @@\n {sound}"),
            "expected `<` as the first character, found the `+` or `-` of a diff",
        ),
        (
            format!("-{sound}"),
            "found a `-` or `+` from a browser's tree view",
        ),
        (
            format!("<?xml version=\"1.0\"?>\n- {sound}"),
            "found a `-` or `+` from a browser's tree view",
        ),
        (
            format!("1 {}", sound.replace('\n', "\n2 ")),
            "expected `<` as the first character, found a line number",
        ),
        (
            format!("{sound}\\n"),
            "found a backslash and a letter in place of a line end",
        ),
        (
            format!("<?xml version=\"1.0\"?>\\r\\n{sound}"),
            "found a backslash and a letter in place of a line end",
        ),
    ] {
        let findings = found(&text, &socket());
        let said: Vec<_> = findings
            .iter()
            .map(|finding| finding.message.as_str())
            .collect();
        assert_eq!(said, [message], "{text}");
    }
}

/// The file is cut off or continues too long. This is reported once.
#[test]
fn ends_are_reported_once() {
    let sound = policy(RULE);
    let start = sound.find("<allow").expect("a rule") + 3;
    for end in start..sound.len() - 1 {
        let text = &sound[..end];
        let findings = found(text, &socket());
        assert_eq!(findings.len(), 1, "{text} {findings:#?}");
    }
    for behind in [
        "</x>",
        "x",
        RULE,
        &sound,
        "<!DOCTYPE a>",
        "<![CDATA[x]]>",
        "\\0",
        "x<a/>y</b>",
    ] {
        let text = format!("{sound}{behind}");
        let findings = found(&text, &socket());
        assert_eq!(findings.len(), 1, "{text} {findings:#?}");
    }
}

/// A broken file is never served, however much of it can be read.
#[test]
fn a_broken_file_is_no_policy() {
    for text in [
        policy(&format!("{RULE}<!-- a -- b -->")),
        policy(RULE) + "x",
        policy(&format!("{RULE}&nbsp;")),
    ] {
        let parsed = flash_policy::parse(text.as_bytes(), flash_policy::Profile::Socket);
        assert!(!parsed.is_faultless() && parsed.policy.is_none(), "{text}");
    }
}
