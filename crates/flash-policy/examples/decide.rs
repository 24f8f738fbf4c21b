//! Says whether a policy file lets a movie connect to the port that serves the file, and which rule decides.
//!
//! Run `cargo run -p flash-policy --example decide -- policy.xml http://www.example.com/game.swf 9339`. The exit code is
//! 0 if the movie may connect, 1 if not, and 2 if an argument is wrong.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;

use flash_policy::decide::decide_alone;
use flash_policy::{Movie, Port, Profile, parse};

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example's output"
)]
fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    match read(&arguments) {
        Ok((file, movie, port)) => match deciding_rule(&file, &movie, port) {
            Ok(rule) => {
                println!("allowed: {rule}");
                ExitCode::SUCCESS
            }
            Err(reason) => {
                println!("denied: {reason}");
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Reads the file and parses the other arguments.
pub(crate) fn read(arguments: &[OsString]) -> Result<(Vec<u8>, Movie, Port), String> {
    let [file, movie, port] = arguments else {
        return Err("usage: decide FILE MOVIE-URL PORT".to_owned());
    };
    let movie = argument("MOVIE-URL", &movie.to_string_lossy())?;
    let port = argument("PORT", &port.to_string_lossy())?;
    let path = Path::new(file);
    let file = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((file, movie, port))
}

/// Parses an argument. The error has its name.
fn argument<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|error| format!("{name} `{text}`: {error}"))
}

/// The rule that lets the movie connect, or why it may not.
pub(crate) fn deciding_rule(
    file: &[u8],
    movie: &Movie,
    port: Port,
) -> Result<String, Box<dyn Error>> {
    // Rules that have no effect are left out.
    let parsed = parse(file, Profile::Socket);
    let policy = parsed.policy.ok_or("the file is not a policy")?;
    let index = decide_alone(&policy, movie, port)?;
    let rule = policy.rules.get(index).ok_or("no such rule")?;
    let (number, domain, ports) = (index + 1, &rule.domain, &rule.ports);
    Ok(format!("rule {number} (`{domain}` to `{ports}`)"))
}
