//! The CORS check (Fetch standard, "CORS check"): whether a page may read an answer from another origin.

use crate::http::WebHead;

/// Whether the page's cookies go with a request to another origin. Ruffle sends them only to origins in its setting
/// `credentialAllowList` (web/src/navigator.rs, `fetch`: `RequestCredentials::SameOrigin` or `Include`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    Omitted,
    Included,
}

/// Why the page may not read the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CorsFault {
    /// There is no `Access-Control-Allow-Origin`.
    Missing,
    /// It has several values, which fits no page.
    Several(String),
    /// It is for another origin.
    Other(String),
    /// It is `*`, which does not count for requests with cookies.
    WildcardWithCredentials,
    /// `Access-Control-Allow-Credentials: true` is missing.
    CredentialsNotAllowed,
}

/// `origin` is the value of the request's `Origin`.
pub(super) fn check(
    head: &WebHead,
    origin: &str,
    credentials: Credentials,
) -> Result<(), CorsFault> {
    let Some(allowed) = head.field("access-control-allow-origin") else {
        return Err(CorsFault::Missing);
    };
    match credentials {
        Credentials::Omitted if allowed == "*" => return Ok(()),
        Credentials::Included if allowed == "*" => return Err(CorsFault::WildcardWithCredentials),
        _ if allowed.contains(',') => return Err(CorsFault::Several(allowed)),
        // Browsers compare them letter by letter.
        _ if allowed != origin => return Err(CorsFault::Other(allowed)),
        Credentials::Omitted => return Ok(()),
        Credentials::Included => {}
    }
    match head.field("access-control-allow-credentials").as_deref() {
        Some("true") => Ok(()),
        Some(_) | None => Err(CorsFault::CredentialsNotAllowed),
    }
}

#[cfg(test)]
mod tests {
    use super::{CorsFault, Credentials, check};
    use crate::http::WebHead;

    #[test]
    fn answers_that_a_page_may_read() {
        use Credentials::{Included, Omitted};
        let other = |value: &str| Err(CorsFault::Other(value.to_owned()));
        let several = |value: &str| Err(CorsFault::Several(value.to_owned()));
        let with = "A: b\r\nAccess-Control-Allow-Origin: ";
        for (fields, credentials, expected) in [
            (String::new(), Omitted, Err(CorsFault::Missing)),
            (format!("{with}*"), Omitted, Ok(())),
            (format!("{with}https://a.test"), Omitted, Ok(())),
            (
                format!("{with}https://a.test/"),
                Omitted,
                other("https://a.test/"),
            ),
            (
                format!("{with}http://a.test"),
                Omitted,
                other("http://a.test"),
            ),
            (format!("{with}null"), Omitted, other("null")),
            (format!("{with}*\r\n{with}*"), Omitted, several("*, *")),
            (
                format!("{with}*"),
                Included,
                Err(CorsFault::WildcardWithCredentials),
            ),
            (
                format!("{with}https://a.test"),
                Included,
                Err(CorsFault::CredentialsNotAllowed),
            ),
            (
                format!("{with}https://a.test\r\nAccess-Control-Allow-Credentials: true"),
                Included,
                Ok(()),
            ),
        ] {
            let bytes = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
            let bytes = bytes.replace("\r\n\r\n\r\n", "\r\n\r\n");
            let (head, _) = WebHead::read(bytes.as_bytes()).unwrap().unwrap();
            assert_eq!(
                check(&head, "https://a.test", credentials),
                expected,
                "{bytes}"
            );
        }
    }
}
