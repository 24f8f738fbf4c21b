//! Data through an open WebSocket: every byte, in frames that Ruffle accepts.

use std::io::{Read as _, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use testkit::backend::{BackendBehaviour, TestBackend};
use testkit::pattern::Pattern;
use testkit::scale::short_or_long;
use testkit::websocket::{BINARY, PING, PONG, WebSocketClient, frame, header, mask};
use testkit::{cpu, figure};

use super::{ADMIN, LIMIT, Running, config, echoes, start};

/// This much of a pattern in frames of these lengths, as one message, or as a message each.
fn send_pattern(socket: &mut WebSocketClient, total: u64, piece: u64, whole: bool) {
    let mut pattern = Pattern::new(1);
    let mut bytes = vec![0; 64 * 1024];
    while pattern.place() < total {
        let length = piece.min(total - pattern.place());
        let first = match (whole, pattern.place(), pattern.place() + length == total) {
            (true, ..) | (_, 0, true) => BINARY,
            (false, 0, false) => 0x02,
            (false, _, false) => 0x00,
            (false, _, true) => 0x80,
        };
        assert!(socket.send(&header(first, length)));
        let mut at = 0;
        while at < length {
            let count = usize::try_from(length - at)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            let bytes = &mut bytes[..count];
            pattern.fill(bytes);
            mask(at, bytes);
            assert!(socket.send(bytes));
            at += count as u64;
        }
    }
}

/// The backend gets a pattern of this length; returns how many KiB the daemon's memory grows.
fn passes(gate: &Running, backend: &TestBackend, total: u64, piece: u64, whole: bool) -> u64 {
    let pid = gate.daemon.pid();
    let before = cpu::private_kb(pid).unwrap();
    let mut socket = gate.open();
    let mut called = backend.next(LIMIT).unwrap();
    let most = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut pattern, mut bytes) = (Pattern::new(1), vec![0; 64 * 1024]);
            let mut most = 0;
            while pattern.place() < total {
                let count = called.read(&mut bytes).unwrap();
                assert!(
                    count > 0 && pattern.matches(&bytes[..count]),
                    "at {}",
                    pattern.place()
                );
                if pattern.place() % (1 << 20) < 65_536 {
                    most = most.max(cpu::private_kb(pid).unwrap());
                }
            }
            most
        });
        send_pattern(&mut socket, total, piece, whole);
        reader.join().unwrap()
    });
    most.saturating_sub(before)
}

#[test]
fn any_length() {
    let backend = TestBackend::start(BackendBehaviour::Hold).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let total = 64 << 20;
    let shapes = [
        ("one frame", total, false),
        ("10,000 frames", total / 10_000 + 1, false),
        ("messages of 1,004 bytes", 1_004, true),
    ];
    // The first session also pays for the thread's buffer, and for pages of the program that were not needed before.
    for (_, piece, whole) in shapes {
        passes(&gate, &backend, 4 << 20, piece, whole);
    }
    for (name, piece, whole) in shapes {
        let grown = passes(&gate, &backend, total, piece, whole);
        assert!(grown <= 72, "{grown} KiB more for one session in {name}");
        let size = total >> 20;
        figure::report(
            "R26",
            format!("{size} MiB in {name}: every byte, {grown} KiB more"),
        );
    }
}

/// As Ruffle sends a large flush: 130,998 + 2 + ..., cut anywhere; and the same amount back.
#[test]
fn three_megabytes_both_ways() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ADMIN));
    let socket = gate.open();
    let (total, mut place) = (3_000_000, 0);
    let mut said = vec![0; total];
    Pattern::new(9).fill(&mut said);
    let writer = socket.into_stream();
    let mut reader = writer.try_clone().unwrap();
    let mut writer = writer;
    let sent = said.clone();
    let thread = thread::spawn(move || {
        for (index, length) in [130_998, 2, 69_000].into_iter().cycle().enumerate() {
            let rest = sent.len() - place;
            let length = length.min(rest);
            let last = length == rest;
            let first = u8::from(index == 0) << 1 | u8::from(last) << 7;
            writer
                .write_all(&frame(first, &sent[place..place + length]))
                .unwrap();
            place += length;
            if last {
                break;
            }
        }
        writer
    });
    let mut heard = Vec::new();
    while heard.len() < total {
        let mut start = [0; 4];
        reader.read_exact(&mut start[..2]).unwrap();
        assert_eq!(start[0], BINARY);
        let length = if start[1] == 126 {
            reader.read_exact(&mut start[2..]).unwrap();
            usize::from(u16::from_be_bytes([start[2], start[3]]))
        } else {
            usize::from(start[1])
        };
        assert!(length > 0, "an empty frame");
        let at = heard.len();
        heard.resize(at + length, 0);
        reader.read_exact(&mut heard[at..]).unwrap();
    }
    assert!(heard == said, "what came back is not what was sent");
    drop((reader, thread.join().unwrap()));
    let counted = || gate.sample("flashgate_relayed_bytes_total{from=\"client\"}") == 3_000_000;
    assert!(testkit::until(LIMIT, counted), "bytes are counted");
}

#[test]
fn pings() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let mut socket = gate.open();
    // Within a message too, and many in a row.
    socket.send(
        &[
            frame(0x02, b"a"),
            frame(PING, b"one"),
            frame(PING, b""),
            frame(PONG, b"?"),
            frame(0x80, b"b"),
        ]
        .concat(),
    );
    let (mut said, mut pongs) = (Vec::new(), Vec::new());
    while said.len() < 2 || pongs.len() < 2 {
        let frame = socket.next_frame().unwrap();
        if frame.first == PONG {
            pongs.push(frame.payload);
        } else {
            said.extend(frame.payload);
        }
    }
    assert_eq!(
        (&said[..], &pongs[..]),
        (&b"ab"[..], &[b"one".to_vec(), Vec::new()][..])
    );
    let many: Vec<u8> = (0..10).flat_map(|n| frame(PING, &[n; 125])).collect();
    socket.send(&many);
    for n in 2..10 {
        // All that fit into the queue; the last of them in any case.
        let frame = socket.next_frame().unwrap();
        assert_eq!((frame.first, frame.payload.len()), (PONG, 125));
        if frame.payload == [9; 125] {
            break;
        }
        assert!(n < 10);
    }
    echoes(&mut socket, b"still here");
}

/// A silent session is pinged, and does not have to answer.
#[test]
fn is_pinged() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let bridge = "[bridge]\naddress = \"127.0.0.1:0\"\nping = \"300ms\"\n";
    let gate = start(&config(backend.address(), "", bridge));
    let mut socket = gate.open();
    let begin = Instant::now();
    for nth in 1..=5_u32 {
        let ping = socket.frame().unwrap().unwrap();
        assert_eq!((ping.first, &ping.payload[..]), (PING, &b""[..]));
        assert!(
            begin.elapsed() >= Duration::from_millis(290) * nth,
            "{:?}",
            begin.elapsed()
        );
    }
    echoes(&mut socket, b"unanswered");
    // Nothing else is sent without need.
    drop(socket);
    let slow = start(&config(backend.address(), "", ""));
    assert!(slow.open().is_silent_for(Duration::from_secs(2)));
}

/// A backend that sends first, and clients that never send.
#[test]
fn greetings() {
    let greeting = b"220 welcome\r\n".to_vec();
    let backend =
        TestBackend::start(BackendBehaviour::Greet(greeting.clone(), Duration::ZERO)).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let mut socket = gate.open();
    assert_eq!(socket.read(greeting.len()).unwrap(), greeting);
}

/// Many small messages in one segment become one write, and whatever one read returns becomes one frame back.
#[test]
fn many_small_messages() {
    let backend = TestBackend::start(BackendBehaviour::Echo).unwrap();
    let gate = start(&config(backend.address(), "", ""));
    let mut socket = gate.open();
    let count = short_or_long(2_000, 200_000);
    let mut said = vec![0; 64 * count];
    Pattern::new(3).fill(&mut said);
    let frames: Vec<u8> = said
        .chunks(64)
        .flat_map(|message| frame(BINARY, message))
        .collect();
    let mut writer = socket.into_stream();
    let reader = writer.try_clone().unwrap();
    let thread = thread::spawn(move || writer.write_all(&frames).map(|()| writer));
    let response = testkit::websocket::ResponseHead {
        status: 101,
        head: String::new(),
        body: String::new(),
    };
    socket = WebSocketClient::of(&response, reader).unwrap();
    assert!(socket.read(said.len()).unwrap() == said);
    thread.join().unwrap().unwrap();
}
