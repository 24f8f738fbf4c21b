//! What a browser fetches for a page: URLs, HTTP requests, redirects, and the browser's own rules about all of them.
//!
//! It follows the Fetch standard (<https://fetch.spec.whatwg.org>) as far as the pages, scripts and movies of a check
//! need it. It asks for no compression, sends no cookies, and keeps no more than a bounded part of any answer.

mod address;
mod cors;
mod exchange;
mod fault;
mod fetcher;
mod load;
mod mixed;
mod url;

pub use address::WebUrl;
pub(crate) use cors::{CorsFault, Credentials};
pub(crate) use exchange::ExchangeScene;
pub(crate) use fault::{LoadFault, RedirectFault};
pub(crate) use fetcher::Fetcher;
pub(crate) use load::{LoadKind, LoadScene};
pub(crate) use mixed::is_mixed_content;
pub(crate) use url::is_local;
pub use url::{ProxyUrl, UrlFault, WebOrigin};
