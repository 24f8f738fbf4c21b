//! Finds Ruffle's files, which `cargo xtask test` fetches from npm.

use std::path::{Path, PathBuf};

/// The path below the build folder where `npm install --prefix` puts them.
const PLACE: &str = "ruffle/node_modules/@ruffle-rs/ruffle";

/// The folder with `ruffle.js`.
pub(crate) fn folder() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    // The build folder is above `PROFILE/deps/TEST`.
    let found = test.ancestors().nth(3)?.join(PLACE);
    found.join("ruffle.js").is_file().then_some(found)
}

/// The message if they are missing.
pub(crate) fn missing() -> Option<String> {
    let missing = folder().is_none();
    missing.then(|| "Ruffle's files are missing: run `cargo xtask test` to fetch them".to_owned())
}

/// The content type of a file, by its name. A browser compiles WebAssembly while it loads only with the right type.
pub(crate) fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
