//! The game's server is killed, restarted and stalled while a movie is running.

use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use browser::TestMovie;
use rustix::io::ioctl_fionread;
use testkit::backend::BackendBehaviour;
use testkit::until;

use super::bulk::pours;
use super::{LIMIT, Machine, Way, converse, machine};

/// A game's server in its own process: it answers the first message, reports that the next one has arrived, and never
/// reads that one.
const GAME: &str = r#"
use IO::Socket::INET;
$| = 1;
my $game = IO::Socket::INET->new(LocalAddr => "127.0.0.1:9340", Listen => 5, ReuseAddr => 1) or die;
print "listening\n";
my $client = $game->accept;
my $said = "";
while (length $said < 6) { sysread($client, $said, 6 - length $said, length $said) or die }
syswrite $client, "welcome\0";
vec(my $readable = "", fileno $client, 1) = 1;
select $readable, undef, undef, 60;
print "unread\n";
sleep 60;
"#;

struct Game {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Game {
    fn start(machine: &Machine) -> Self {
        let start = || {
            Command::new("perl")
                .args(["-e", GAME])
                .stdout(Stdio::piped())
                .spawn()
        };
        let process = machine.namespace.run(start).expect("a namespace");
        let mut process = process.expect("perl, which is part of Debian's base system");
        let stdout = process.stdout.take().expect("its words");
        let mut game = Self {
            process,
            lines: BufReader::new(stdout).lines(),
        };
        game.says("listening");
        game
    }

    /// It ends by itself within a minute, so this ends too.
    fn says(&mut self, expected: &str) {
        let line = self.lines.next().expect("a line").expect("text");
        assert_eq!(line, expected);
    }
}

impl Drop for Game {
    /// SIGKILL: the process ends, and the kernel resets the connection because of the unread data.
    fn drop(&mut self) {
        let killed = self.process.kill().and_then(|()| self.process.wait());
        killed.expect("an end");
    }
}

#[track_caller]
fn killed_and_restarted(way: Way) {
    let Some(mut machine) = machine(way, "play.test", "") else {
        return;
    };
    let mut game = Game::start(&machine);
    let mut visit = machine.visit(TestMovie::Socket);
    visit.wait_for("connect").expect("a movie that starts");
    visit.call("say", "hello");
    let heard = visit.wait_for("data").expect("an answer");
    assert_eq!(heard.trim_end_matches('\0'), "welcome");
    visit.call("say", "more");
    game.says("unread");
    drop(game);
    visit.wait_for("close").expect("the server's end");
    machine
        .daemon
        .wait_for_line("outcome=\"backend-reset\"", LIMIT)
        .expect("a reset");
    // While it is down, each attempt ends soon.
    let absent = machine.absent();
    for _ in 0..2 {
        visit.call("open", ());
        visit.wait_for("connect").expect("Ruffle's word");
        visit.wait_for("close").expect("an end");
    }
    machine
        .daemon
        .wait_for_line("backend", LIMIT)
        .expect("a line");
    let server = absent.appear(BackendBehaviour::Hold).expect("a server");
    visit.call("open", ());
    converse(&mut visit, TestMovie::Socket, &server);
}

#[test]
fn killed_and_restarted_behind_the_gate() {
    killed_and_restarted(Way::Gate);
}

#[test]
fn killed_and_restarted_behind_the_bridge() {
    killed_and_restarted(Way::Bridge);
}

/// It reads nothing until a lot of data has piled up; then everything arrives.
#[test]
fn stalled_while_a_movie_pours() {
    pours(Way::Gate, |stream| {
        let (mut waiting, mut looks) = (0, 0);
        let fills_no_more = || {
            let now = ioctl_fionread(stream).expect("a count");
            looks = if now == waiting { looks + 1 } else { 0 };
            waiting = now;
            waiting > 0 && looks > 50
        };
        assert!(
            until(LIMIT, fills_no_more),
            "expected the data to stay unread"
        );
    });
}

/// It does not even accept: the movie's connection is closed after `backend-connect`.
#[test]
fn stalled_before_it_accepts() {
    let limits = "[limits]\nbackend-connect = \"1s\"\n";
    let Some(machine) = machine(Way::Gate, "play.test", limits) else {
        return;
    };
    let hole = machine.absent();
    let hole = machine.namespace.run(|| hole.hang());
    let hole = hole.expect("a namespace").expect("a full queue");
    let mut visit = machine.visit(TestMovie::Socket);
    visit.wait_for("connect").expect("Ruffle's word");
    visit.wait_for("close").expect("an end");
    drop(hole);
}

/// It stalls in the middle of a conversation: nothing is lost, and nothing ends.
#[test]
fn stalled_in_between() {
    let Some(machine) = machine(Way::Bridge, "play.test", "") else {
        return;
    };
    let server = machine.server();
    let mut visit = machine.visit(TestMovie::XmlSocket);
    let mut stream = converse(&mut visit, TestMovie::XmlSocket, &server);
    for word in ["one", "two", "three"] {
        visit.call("say", word);
    }
    let mut said = vec![0; b"one\0two\0three\0".len()];
    stream.read_exact(&mut said).expect("all of it");
    assert_eq!(said, b"one\0two\0three\0");
    stream.write_all(b"still here\0").expect("room");
    assert_eq!(visit.wait_for("data").expect("an answer"), "still here");
}
