//! How servers on port 943 answer Silverlight: the report names the true cause, first.

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Hold, Read, ReadOnly, Send, Wait};
use testkit::zoo::{Enclosure, ScriptStep, missing};

use super::{ids, report};

/// A policy for `a.test`, with a comment that makes it this long.
fn policy(protocol: &str, domain: &str, length: usize) -> &'static [u8] {
    let policy = format!(
        "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"{domain}\"/></allow-from><grant-to><socket-resource port=\"4502\" protocol=\"{protocol}\"/></grant-to></policy></cross-domain-access><!---->"
    );
    let end = "</access-policy>";
    let missing = length.saturating_sub(policy.len() + end.len());
    let comment = format!("<!--{}-->", "x".repeat(missing));
    format!("{}{end}", policy.replace("<!---->", &comment))
        .into_bytes()
        .leak()
}

/// Long enough to fill two of Silverlight's reads.
fn full() -> &'static [u8] {
    let policy = policy("tcp", "http://a.test", 512);
    assert_eq!(policy.len(), 512);
    policy
}

/// The report about a server that does this after the request, with these flags in addition.
fn checked(answer: &[ScriptStep], flags: &[&str]) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    let script = [&[ReadOnly(22)], answer].concat();
    enclosure
        .listen("127.0.0.1:943", vec![&*script.leak()].leak())
        .unwrap();
    enclosure.listen("127.0.0.1:4502", &[&[Read, End]]).unwrap();
    let fixed = [
        "srv.test:4502",
        "--client",
        "silverlight",
        "--from",
        "http://a.test/",
        "--format",
        "json",
    ];
    report(&enclosure.check(&[&fixed[..], flags].concat()).unwrap())
}

#[track_caller]
fn text<'a>(told: &'a Value, finding: usize, key: &str) -> &'a str {
    let text = told["findings"][finding][key].as_str();
    text.unwrap_or_else(|| panic!("{told:#}"))
}

/// Silverlight waits for more after a full read, so only the close ends such a policy.
#[test]
fn an_open_connection_after_full_reads() {
    if !needs::met(missing()) {
        return;
    }
    let told = checked(&[Send(full()), Hold], &["--timeout", "2s"]);
    assert_eq!(told["verdict"], "denied", "{told:#}");
    assert_eq!(ids(&told), ["silverlight-not-closed"], "{told:#}");
    let message = text(&told, 0, "message");
    assert!(message.contains("policy of 512 bytes"), "{message}");
    let told = checked(&[Send(full()), End], &[]);
    assert_eq!(told["reason"], "granted", "{told:#}");
    assert_eq!(ids(&told), [""; 0], "{told:#}");
}

/// A short read ends the policy, even if the rest arrives later.
#[test]
fn in_pieces() {
    if !needs::met(missing()) {
        return;
    }
    let (first, rest) = full().split_at(100);
    let told = checked(&[Send(first), Wait(50), Send(rest), End], &[]);
    assert_eq!(told["reason"], "no-policy", "{told:#}");
    assert_eq!(ids(&told), ["reply-in-pieces"], "{told:#}");
    let remedy = text(&told, 0, "remedy");
    assert_eq!(remedy, "send the document in one write");
}

/// The command that prints a policy is complete.
#[test]
fn another_document() {
    if !needs::met(missing()) {
        return;
    }
    let told = checked(&[Send(b"garbage"), End], &[]);
    assert_eq!(ids(&told)[0], "malformed-policy", "{told:#}");
    let command = "`flashgate policy --dialect silverlight --allow 'a.test:4502'`";
    let remedy = text(&told, 0, "remedy");
    assert!(remedy.contains(command), "{remedy}");
}

/// What explains the verdict comes before what is only doubtful.
#[test]
fn errors_first() {
    if !needs::met(missing()) {
        return;
    }
    let told = checked(&[Send(policy("udp", "*", 0)), End], &[]);
    assert_eq!(told["reason"], "no-rule-matches", "{told:#}");
    let expected = ["silverlight-invalid-protocol", "wildcard-domain"];
    assert_eq!(ids(&told), expected, "{told:#}");
}

/// A NUL belongs to Flash's protocol. What Silverlight does with it is not known.
#[test]
fn a_nul_at_the_end() {
    if !needs::met(missing()) {
        return;
    }
    let answer = [policy("tcp", "http://a.test", 0), b"\0"].concat();
    let told = checked(&[Send(answer.leak()), End], &[]);
    assert_eq!(told["reason"], "granted", "{told:#}");
    assert_eq!(ids(&told), ["silverlight-nul"], "{told:#}");
    assert_eq!(told["findings"][0]["level"], "warning", "{told:#}");
}

/// Silverlight asks its own port anyway. Other locations don't count.
#[test]
fn locations_on_sockets() {
    if !needs::met(missing()) {
        return;
    }
    let cases = [
        ("xmlsocket://srv.test:943", "is not needed"),
        ("xmlsocket://srv.test:944", "does not count"),
        ("xmlsocket://127.0.0.1:943", "does not count"),
    ];
    for (location, words) in cases {
        let answer = [Send(policy("tcp", "http://a.test", 0)), End];
        let told = checked(&answer, &["--load-policy", location]);
        assert_eq!(ids(&told), ["load-policy-ignored"], "{told:#}");
        let message = text(&told, 0, "message");
        assert!(message.contains(words), "{message}");
    }
}
