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
    let movie: Movie = movie.to_string_lossy().parse()?;
    let port: u16 = port.to_string_lossy().parse()?;
    match deciding_rule(&fs::read(file)?, &movie, Port::new(port.into())?) {
        Ok(rule) => {
            println!("allowed: {rule}");
            Ok(ExitCode::SUCCESS)
        }
        Err(reason) => {
            println!("denied: {reason}");
            Ok(ExitCode::FAILURE)
        }
    }
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
