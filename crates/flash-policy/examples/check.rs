//! Checks a live server as Flash Player would: which policies it gets, and whether it then connects.
//!
//! Run `cargo run -p flash-policy --features player,std --example check -- play.example.com 9339
//! http://www.example.com/game.swf`. The exit code is 0 if the player connects, 1 if not, and 2 if an argument is wrong.

use std::env;
use std::error::Error;
use std::fmt::{Display, Write as _};
use std::process::ExitCode;
use std::str::FromStr;

use flash_policy::Moment;
use flash_policy::player::{Attempt, Config, Step, Verdict, attempt};

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example's output"
)]
fn main() -> ExitCode {
    let arguments = env::args_os().skip(1);
    let arguments: Vec<_> = arguments
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    match run(&arguments) {
        Ok(attempt) => {
            print!("{}", report(&attempt));
            let is_allowed = attempt.outcome.verdict == Verdict::Allowed;
            ExitCode::from(u8::from(!is_allowed))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<Attempt, Box<dyn Error>> {
    let [host, port, movie] = arguments else {
        return Err("usage: check HOST PORT MOVIE-URL".into());
    };
    Ok(attempt(config(host, port, movie)?)?)
}

/// The latest Flash Player, with a movie from this address.
pub(crate) fn config(host: &str, port: &str, movie: &str) -> Result<Config, String> {
    Ok(Config::new(
        argument("MOVIE-URL", movie)?,
        argument("HOST", host)?,
        argument("PORT", port)?,
    ))
}

/// Parses an argument. The error has its name.
fn argument<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|error| format!("{name} `{text}`: {error}"))
}

/// A line for each connection, and one for the verdict.
pub(crate) fn report(attempt: &Attempt) -> String {
    let mut report = String::new();
    for step in &attempt.steps {
        // Writing to a string does not fail.
        let _ = writeln!(report, "{}", line(step));
    }
    let outcome = &attempt.outcome;
    let (verdict, reason) = (outcome.verdict.code(), outcome.reason.code());
    let _ = writeln!(report, "{verdict} ({reason}) after {:?}", outcome.elapsed);
    let _ = writeln!(report, "{}", outcome.explain(&attempt.steps));
    for choice in &outcome.rests_on {
        let _ = writeln!(report, "it is not known {choice}");
    }
    report
}

fn line(step: &Step) -> String {
    let (fetch, started) = (&step.fetch, step.started.since(Moment::ZERO));
    let target = format!("{:?} at {}:{}", fetch.purpose, fetch.host, fetch.port);
    match step.end {
        Some((end, at)) => format!(
            "{started:?} {target}: {end:?} after {:?}",
            at.since(step.started)
        ),
        None => format!("{started:?} {target}"),
    }
}
