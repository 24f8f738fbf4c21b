//! Where Ruffle's files are: `cargo xtask test` has fetched them from npm.

use std::path::{Path, PathBuf};

/// Where `npm install --prefix` puts them below the build folder.
const PLACE: &str = "ruffle/node_modules/@ruffle-rs/ruffle";

/// The folder with `ruffle.js`.
pub(crate) fn folder() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    // The build folder is above `PROFILE/deps/TEST`.
    let found = test.ancestors().nth(3)?.join(PLACE);
    found.join("ruffle.js").is_file().then_some(found)
}

/// What is missing if they are not there.
pub(crate) fn missing() -> Option<String> {
    let missing = folder().is_none();
    missing.then(|| "Ruffle's files are not there: `cargo xtask test` fetches them".to_owned())
}

/// The type of a file, by its name: a browser compiles WebAssembly as it comes only with the right one.
pub(crate) fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
