//! Checks a live server as Flash Player would: which policies it gets, and whether it then connects.
//!
//! Run `cargo run -p flash-policy --features player,std --example check -- play.example.com 9339
//! http://www.example.com/game.swf`. The exit code is 0 if the player connects, otherwise 1.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use flash_policy::decide::Sandbox;
use flash_policy::player::{Attempt, Config, Step, Verdict, attempt};
use flash_policy::{Moment, Port};

#[allow(clippy::print_stdout, reason = "an example's output")]
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = env::args_os().skip(1);
    let arguments: Vec<_> = arguments
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    let [host, port, movie] = &arguments[..] else {
        return Err("usage: check HOST PORT MOVIE-URL".into());
    };
    let attempt = attempt(config(host, port.parse()?, movie)?)?;
    print!("{}", report(&attempt));
    let is_allowed = attempt.outcome.verdict == Verdict::Allowed;
    Ok(if is_allowed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The latest Flash Player, with a movie from this address.
pub(crate) fn config(host: &str, port: u16, movie: &str) -> Result<Config, Box<dyn Error>> {
    let movie = Sandbox::Remote(movie.parse()?);
    Ok(Config::new(movie, host.parse()?, Port::new(port.into())?))
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
