//! The kinds of policy files: socket, URL and Silverlight policies.

/// The kind of a policy file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyKind {
    /// A Flash policy served over the socket protocol.
    #[default]
    Socket,
    /// A Flash policy served over HTTP, as `/crossdomain.xml`.
    Url,
    /// A Silverlight policy: its root is `<access-policy>`, served over port 943 or as `/clientaccesspolicy.xml`.
    Silverlight,
}

impl PolicyKind {
    /// Detects the kind from the content and the name of a file.
    ///
    /// Silverlight's root element or file name makes it a Silverlight policy. `to-ports` makes it a socket policy;
    /// in a file called `crossdomain.xml`, only if every rule has it. A file without `to-ports` is a URL policy if
    /// it is called `crossdomain.xml` or contains something that only URL policies have. Any other file is a socket
    /// policy.
    ///
    /// ```
    /// use flash_policy::lint::PolicyKind;
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='*'/></cross-domain-policy>";
    /// assert_eq!(PolicyKind::detect(file, Some("site/crossdomain.xml")), PolicyKind::Url);
    /// assert_eq!(PolicyKind::detect(file, None), PolicyKind::Socket);
    /// assert_eq!(PolicyKind::detect(b"<access-policy/>", None), PolicyKind::Silverlight);
    /// ```
    #[must_use]
    pub fn detect(bytes: &[u8], file_name: Option<&str>) -> Self {
        let has = |text: &str| outside_comments(bytes).any(|part| contains(part, text.as_bytes()));
        let name = file_name.map(base_name).unwrap_or_default();
        if has("<access-policy") {
            return Self::Silverlight;
        }
        if name.eq_ignore_ascii_case("clientaccesspolicy.xml") {
            return Self::Silverlight;
        }
        let is_crossdomain_xml = is_crossdomain_xml(name);
        if has("PolicyFileSocket") {
            return Self::Socket;
        }
        if has("to-ports") && !(is_crossdomain_xml && has_rule_without_ports(bytes)) {
            return Self::Socket;
        }
        let url_only = has("<allow-http-request-headers-from")
            || has("<allow-access-from-identity")
            || has("by-content-type")
            || has("by-ftp-filename");
        if url_only || is_crossdomain_xml {
            Self::Url
        } else {
            Self::Socket
        }
    }
}

pub(super) fn is_crossdomain_xml(path: &str) -> bool {
    base_name(path).eq_ignore_ascii_case("crossdomain.xml")
}

/// Whether the file has a rule without `to-ports`.
fn has_rule_without_ports(bytes: &[u8]) -> bool {
    outside_comments(bytes).any(|part| {
        let mut rest = part;
        while let Some(at) = position(rest, b"<allow-access-from") {
            rest = rest
                .get(at + b"<allow-access-from".len()..)
                .unwrap_or_default();
            let end = rest.iter().position(|byte| *byte == b'>');
            let tag = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let is_rule = tag
                .first()
                .is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'/');
            if is_rule && !contains(tag, b"to-ports") {
                return true;
            }
        }
        false
    })
}

/// The last part of a path. Accepts slashes and backslashes.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The parts of a text outside its comments.
fn outside_comments(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    core::iter::from_fn(move || {
        let text = rest?;
        let Some(open) = position(text, b"<!--") else {
            return rest.take();
        };
        let body = text.get(open + 4..).unwrap_or_default();
        rest = position(body, b"-->").and_then(|end| body.get(end + 3..));
        text.get(..open)
    })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    position(bytes, wanted).is_some()
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
