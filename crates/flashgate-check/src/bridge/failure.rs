//! Why a check of Ruffle has no report.

use std::fmt::{self, Display, Formatter};

use super::page::PageFault;
use crate::CheckFailure;
use crate::web::UrlFault;

/// Why a check of Ruffle has no report.
#[derive(Debug)]
pub enum BridgeFailure {
    /// For a reason that every check may have.
    Check(CheckFailure),
    /// The page that names the bridges can't be used.
    Page(PageFault),
    /// The movie's URL can't be used.
    Movie(MovieFault),
}

/// Why a movie can't be requested.
#[derive(Clone, Debug)]
pub struct MovieFault {
    pub(super) movie: String,
    pub(super) fault: UrlFault,
}

impl From<CheckFailure> for BridgeFailure {
    fn from(failure: CheckFailure) -> Self {
        Self::Check(failure)
    }
}

impl Display for MovieFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { movie, fault } = self;
        if matches!(fault, UrlFault::NoScheme) {
            return write!(
                f,
                "`{movie}` in --swf is not a movie's URL: expected one like `https://www.example.org/game.swf`, found no `://`"
            );
        }
        write!(f, "`{movie}` in --swf is not a movie's URL: {fault}")
    }
}

impl MovieFault {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        "pass the URL that the page passes to Ruffle, as in `https://www.example.org/game.swf`; a path alone needs the page: a page as the target, or --from"
    }
}
