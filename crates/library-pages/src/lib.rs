//! Compiles and runs the Rust code in the book's pages about the libraries. It is empty except in documentation tests.
//!
//! The libraries themselves can't include the pages, because their packages don't contain the book.

#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../docs/book/src/library/overview.md")]
    mod overview {}

    #[doc = include_str!("../../../docs/book/src/library/tokio.md")]
    mod tokio {}

    #[doc = include_str!("../../../docs/book/src/library/http.md")]
    mod http {}

    #[doc = include_str!("../../../docs/book/src/library/std.md")]
    mod std {}

    #[doc = include_str!("../../../docs/book/src/library/lint.md")]
    mod lint {}

    #[doc = include_str!("../../../docs/book/src/library/decide.md")]
    mod decide {}
}
