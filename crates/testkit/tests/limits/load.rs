//! Tests the load generator with small servers, each of which does one thing wrong, or nothing.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use testkit::load::{FetchOutcome, Load, LoadReport, run};

const POLICY: &[u8] = b"<cross-domain-policy/>";
const REPLY: &[u8] = b"<cross-domain-policy/>\0";

/// Serves `count` connections, one after the other.
fn server(count: usize, serve: fn(TcpStream)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().take(count).flatten().for_each(serve));
    address
}

fn read_request(stream: &mut TcpStream) {
    stream.read_exact(&mut [0; 23]).unwrap();
}

#[track_caller]
fn check(serve: fn(TcpStream), change: fn(&mut Load), expected: FetchOutcome) -> LoadReport {
    let mut load = Load::new(server(20, serve), POLICY);
    load.fetches = 20;
    load.in_flight = 4;
    change(&mut load);
    let report = run(&load).unwrap();
    let counted = match expected {
        FetchOutcome::Ok => report.ok,
        FetchOutcome::Reset => report.reset,
        FetchOutcome::ResetAfterReply => report.reset_after_reply,
        FetchOutcome::Truncated => report.truncated,
        FetchOutcome::Mismatch => report.mismatch,
        FetchOutcome::Refused => report.refused,
        FetchOutcome::TimedOut => report.timed_out,
        FetchOutcome::Failed => report.failed,
    };
    assert_eq!(counted, 20, "{report}");
    assert_eq!(report.unfinished, 0, "{report}");
    report
}

fn answer(mut stream: TcpStream) {
    read_request(&mut stream);
    stream.write_all(REPLY).unwrap();
}

/// Reads until the client has shut down, answers, and checks the received bytes.
fn answer_at_end(mut stream: TcpStream) {
    let mut seen = Vec::new();
    stream.read_to_end(&mut seen).unwrap();
    assert_eq!(seen.len(), 23 + 65_536);
    stream.write_all(REPLY).unwrap();
}

/// If data is unread when a socket is closed, the kernel resets the connection.
fn answer_without_reading(mut stream: TcpStream) {
    stream.peek(&mut [0; 1]).unwrap();
    stream.write_all(REPLY).unwrap();
}

fn answer_half(mut stream: TcpStream) {
    read_request(&mut stream);
    stream.write_all(&REPLY[..10]).unwrap();
}

fn answer_without_nul_then_more(mut stream: TcpStream) {
    read_request(&mut stream);
    stream.write_all(&[REPLY, b"\0"].concat()).unwrap();
}

fn hang_up_unread(stream: TcpStream) {
    stream.peek(&mut [0; 1]).unwrap();
    drop(stream);
}

#[test]
fn a_good_reply_is_ok() {
    let report = check(answer, |_| {}, FetchOutcome::Ok);
    assert!(report.all_ok());
    assert!(report.percentile(50) <= report.percentile(100));
}

#[test]
fn a_request_in_pieces_is_ok() {
    check(answer, |load| load.cuts = vec![1, 10, 22], FetchOutcome::Ok);
}

#[test]
fn a_long_suffix_and_a_half_close_are_sent_whole() {
    let change = |load: &mut Load| {
        load.suffix = 65_536;
        load.half_close = true;
        load.sources = testkit::load::spread(load.targets[0]);
    };
    check(answer_at_end, change, FetchOutcome::Ok);
}

#[test]
fn a_reply_cut_short_is_truncated() {
    let report = check(answer_half, |_| {}, FetchOutcome::Truncated);
    assert_eq!(report.failures.len(), 8);
    assert_eq!(report.failures[0].progress.received, 10);
}

#[test]
fn one_nul_too_many_is_a_mismatch() {
    check(answer_without_nul_then_more, |_| {}, FetchOutcome::Mismatch);
}

#[test]
fn a_reset_is_not_an_end() {
    check(hang_up_unread, |_| {}, FetchOutcome::Reset);
    check(
        answer_without_reading,
        |_| {},
        FetchOutcome::ResetAfterReply,
    );
}

#[test]
fn silence_times_out() {
    let serve = |mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new()));
    let change = |load: &mut Load| {
        load.in_flight = 20;
        load.fetch_deadline = Duration::from_millis(100);
    };
    check(serve, change, FetchOutcome::TimedOut);
}

#[test]
fn nobody_there_is_refused() {
    let unused = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut load = Load::new(unused, POLICY);
    load.fetches = 20;
    let report = run(&load).unwrap();
    assert_eq!(report.refused, 20, "{report}");
}

#[test]
fn what_the_time_does_not_suffice_for_is_unfinished() {
    let serve = |mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new()));
    let mut load = Load::new(server(20, serve), POLICY);
    load.fetches = 20;
    load.total_deadline = Duration::from_millis(100);
    let report = run(&load).unwrap();
    assert_eq!((report.ended(), report.unfinished), (0, 20), "{report}");
}

#[test]
fn a_server_that_only_accepts_needs_no_request() {
    let change = |load: &mut Load| {
        load.request.clear();
        load.expected.clear();
    };
    check(
        |stream| stream.shutdown(Shutdown::Write).unwrap(),
        change,
        FetchOutcome::Ok,
    );
}
