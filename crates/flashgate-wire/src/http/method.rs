//! The request methods that are supported.

/// The supported methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks for a page.
    Get,
    /// Asks only for the head of the response.
    Head,
    /// Asks for the supported methods.
    Options,
}

impl Method {
    /// The method of a head, as far as the answer depends on it.
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(b"HEAD ") {
            Self::Head
        } else {
            Self::Get
        }
    }
}

/// A set of accepted methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Methods {
    /// GET and HEAD.
    #[default]
    Reading,
    /// Also OPTIONS, which browsers send before requests to another site.
    WithOptions,
}

impl Methods {
    /// The list for the `Allow` field.
    pub const fn listed(self) -> &'static str {
        match self {
            Self::Reading => "GET, HEAD",
            Self::WithOptions => "GET, HEAD, OPTIONS",
        }
    }
}
