//! A page to visit: data only.

use crate::movie::TestMovie;

/// A page to visit.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Its URL without the trailing slash, `http://play.test`. Every name under `.test` and `.example.com` is the
    /// namespace's loopback.
    pub origin: &'a str,
    /// The movie that it runs.
    pub movie: TestMovie,
    /// Where the movie connects to, in the movie's own terms. Without a host, it passes `null`.
    pub game: (Option<&'a str>, u16),
    /// The scripts in its head, in order; [`RUFFLE`] is Ruffle's.
    pub scripts: &'a [String],
}

/// The path of Ruffle's own script on every page.
pub const RUFFLE: &str = "/ruffle/ruffle.js";
