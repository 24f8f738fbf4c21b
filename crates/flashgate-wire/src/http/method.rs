//! The methods of requests that are answered.

/// The methods that are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A page.
    Get,
    /// The head of a response alone.
    Head,
    /// What may be asked for.
    Options,
}

impl Method {
    /// The method of a head, as far as an answer depends on it.
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(b"HEAD ") {
            Self::Head
        } else {
            Self::Get
        }
    }
}

/// Which methods are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Methods {
    /// GET and HEAD.
    #[default]
    Reading,
    /// And OPTIONS, which browsers ask with before they ask for a page of another site.
    WithOptions,
}

impl Methods {
    /// As the field `Allow` has them.
    pub const fn listed(self) -> &'static str {
        match self {
            Self::Reading => "GET, HEAD",
            Self::WithOptions => "GET, HEAD, OPTIONS",
        }
    }
}
