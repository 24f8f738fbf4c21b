//! The movies: two that Haxe compiles for ActionScript 3, and one in ActionScript 1, which Haxe no longer supports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, bail};
use testkit::folder::Folder;

use crate::avm1;

/// A movie, named after the API that it connects with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestMovie {
    /// ActionScript 3, `flash.net.Socket`.
    Socket,
    /// ActionScript 3, `flash.net.XMLSocket`.
    XmlSocket,
    /// ActionScript 1, `XMLSocket`; it sends `hello` once it is connected, and cannot be controlled.
    Avm1,
}

impl TestMovie {
    /// The bytes of the movie. Haxe compiles its movies once; they read their host from the page.
    pub(crate) fn bytes(self, host: Option<&str>) -> Result<Vec<u8>> {
        static SOCKET: OnceLock<Vec<u8>> = OnceLock::new();
        static XML_SOCKET: OnceLock<Vec<u8>> = OnceLock::new();
        let once = |cell: &OnceLock<Vec<u8>>, defines: &[&str]| {
            if let Some(movie) = cell.get() {
                return Ok(movie.clone());
            }
            let movie = compile(defines)?;
            Ok(cell.get_or_init(|| movie).clone())
        };
        match self {
            Self::Socket => once(&SOCKET, &[]),
            Self::XmlSocket => once(&XML_SOCKET, &["-D", "xml"]),
            Self::Avm1 => avm1::movie(host),
        }
    }
}

fn compile(defines: &[&str]) -> Result<Vec<u8>> {
    let folder = Folder::new()?;
    let movie = folder.path().join("movie.swf");
    let output = Command::new("haxe")
        .args(["-main", "Probe", "-swf-version", "11", "-dce", "full"])
        .args(defines)
        .arg("-cp")
        .arg(sources())
        .arg("-swf")
        .arg(&movie)
        .output()
        .context("can't run haxe")?;
    if !output.status.success() {
        bail!("haxe: {}", String::from_utf8_lossy(&output.stderr));
    }
    fs::read(&movie).with_context(|| format!("can't read {}", movie.display()))
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("movies")
}
