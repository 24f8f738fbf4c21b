//! Which content types clients accept for a policy over HTTP.

/// Flash Player from 9.0.115 on: `text/*`, `application/xml` and `application/xhtml+xml` (Adobe, *Cross Domain Policy
/// File Specification*). Without a type, the policy is ignored (the policy log's `due to missing Content-Type`).
pub(super) fn is_for_flash(value: Option<&str>) -> bool {
    is_text_or(value, &["application/xml", "application/xhtml+xml"])
}

/// Silverlight: `text/*` and `application/xml`.
///
/// Source: `CheckContentType` in Mono's `CrossDomainPolicyManager.cs`, whose tests were run against Silverlight. They
/// are about policies for HTTP requests. That policies for sockets are treated in the same way is assumed.
pub(super) fn is_for_silverlight(value: Option<&str>) -> bool {
    is_text_or(value, &["application/xml"])
}

fn is_text_or(value: Option<&str>, others: &[&str]) -> bool {
    let kind = value.unwrap_or_default().split(';').next();
    let kind = kind.unwrap_or_default().trim();
    let begins_with_text = kind
        .get(..5)
        .is_some_and(|begin| begin.eq_ignore_ascii_case("text/"));
    begins_with_text || others.iter().any(|other| other.eq_ignore_ascii_case(kind))
}
