//! Says whether a policy file lets a movie connect to the port that serves the file, and which rule decides.
//!
//! Run `cargo run -p flash-policy --example decide -- policy.xml http://www.example.com/game.swf 9339`. The exit code is
//! 0 if the movie may connect, otherwise 1.

use std::env;
use std::error::Error;
use std::fs;
use std::process::ExitCode;

use flash_policy::decide::decide_alone;
use flash_policy::{Movie, Port, Profile, parse};

#[allow(clippy::print_stdout, reason = "an example's output")]
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [file, movie, port] = &arguments[..] else {
        return Err("usage: decide FILE MOVIE-URL PORT".into());
    };
    let port = port.to_string_lossy().parse()?;
    let answer = answer(&fs::read(file)?, &movie.to_string_lossy(), port)?;
    let (text, code) = match answer {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    println!("{text}");
    Ok(code)
}

/// Why the movie may connect, or why it may not.
pub(crate) fn answer(
    file: &[u8],
    movie: &str,
    port: u16,
) -> Result<Result<String, String>, Box<dyn Error>> {
    let movie = Movie::Remote(movie.parse()?);
    let port = Port::new(port.into())?;
    // Rules that have no effect are left out.
    let Some(policy) = parse(file, Profile::Socket).policy else {
        return Ok(Err("denied: the file is not a policy".to_owned()));
    };
    Ok(match decide_alone(&policy, &movie, port) {
        Ok(index) => {
            let rule = policy.rules.get(index).ok_or("no such rule")?;
            Ok(format!(
                "allowed: rule {} (`{}` to `{}`)",
                index + 1,
                rule.domain,
                rule.ports
            ))
        }
        Err(denied) => Err(format!("denied: {}", denied.reason.code())),
    })
}
