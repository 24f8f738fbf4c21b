//! The head of a response: bytes in, values out.

/// The longest head that is accepted. Servers send shorter ones.
pub(super) const LARGEST_HEAD: usize = 32 << 10;

/// The most fields of a head that is accepted.
const MOST_FIELDS: usize = 128;

/// The bytes are not HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadHttp;

/// A status line and its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebHead {
    pub(crate) code: u16,
    pub(crate) reason: String,
    fields: Vec<(String, String)>,
}

impl WebHead {
    /// Reads a head with its length, or nothing if it is incomplete.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, BadHttp> {
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        let parsed = response.parse(bytes).map_err(|_| BadHttp)?;
        let httparse::Status::Complete(length) = parsed else {
            return if bytes.len() > LARGEST_HEAD {
                Err(BadHttp)
            } else {
                Ok(None)
            };
        };
        let fields = response.headers.iter().map(|field| {
            let value = String::from_utf8_lossy(field.value.trim_ascii());
            (field.name.to_ascii_lowercase(), value.into_owned())
        });
        let head = Self {
            code: response.code.unwrap_or(0),
            reason: response.reason.unwrap_or_default().to_owned(),
            fields: fields.collect(),
        };
        Ok(Some((head, length)))
    }

    /// The values of a field, joined as in HTTP. The name is in lower case.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let found = self.fields.iter().filter(|(known, _)| known == name);
        let found: Vec<_> = found.map(|(_, value)| value.as_str()).collect();
        (!found.is_empty()).then(|| found.join(", "))
    }

    /// Where a redirect leads. Browsers follow only these (Fetch standard, "redirect status").
    pub(crate) const fn is_redirect(&self) -> bool {
        matches!(self.code, 301 | 302 | 303 | 307 | 308)
    }

    /// Whether the status counts as success, `ok` in a page's `fetch`.
    pub(crate) const fn is_success(&self) -> bool {
        matches!(self.code, 200..=299)
    }
}
