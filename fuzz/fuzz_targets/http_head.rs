//! The verdict on a head, and the byte at which it is reached, do not depend on how the head is split. Its host and
//! origin can be parsed again from how they are displayed.
#![no_main]

use std::time::SystemTime;

use flashgate_wire::http::{Body, HeadReader, HeadVerdict, HttpRequest, Response};
use flashgate_wire::websocket::{Handshake, is_asked_for};
use libfuzzer_sys::fuzz_target;

// The first two bytes choose the reader and where the rest is split.
fuzz_target!(|input: &[u8]| {
    let Some(([first, second], bytes)) = input.split_first_chunk() else {
        return;
    };
    let cut = usize::from(u16::from_be_bytes([*first, *second])) % (bytes.len() + 1);
    let (one, other) = bytes.split_at(cut);
    let reader: fn() -> HeadReader = match first & 3 {
        0 => HeadReader::default,
        1 => HeadReader::with_options,
        2 => || HeadReader::with_options().for_any_host(),
        _ => || HeadReader::default().for_any_host(),
    };
    // The reader processes one byte at a time, so one split is as good as many.
    let (whole, used) = read(reader(), &[bytes]);
    assert_eq!(read(reader(), &[one, other]), (whole.clone(), used));
    match whole {
        HeadVerdict::NeedMore => assert_eq!(used, bytes.len()),
        HeadVerdict::Refused(refusal) => is_one_response(&Response::from(refusal)),
        HeadVerdict::Request(request) => judge(&request, &bytes[..used]),
    }
});

/// The verdict, and the number of bytes until it.
fn read(mut reader: HeadReader, pieces: &[&[u8]]) -> (HeadVerdict, usize) {
    let mut used = 0;
    for piece in pieces {
        let (verdict, behind) = reader.feed(piece);
        used += piece.len() - behind.len();
        if verdict != HeadVerdict::NeedMore {
            return (verdict, used);
        }
    }
    (HeadVerdict::NeedMore, used)
}

/// Every field of a request comes from its head, and a request causes exactly one response.
fn judge(request: &HttpRequest, head: &[u8]) {
    assert!(head.ends_with(b"\r\n\r\n"));
    assert!(
        request.path.starts_with('/') && request.path.bytes().all(|byte| byte.is_ascii_graphic())
    );
    // Together, they are the target as sent.
    let query = request.query.as_ref().map(|query| format!("?{query}"));
    let target = format!("{}{} ", request.path, query.unwrap_or_default());
    let words = head.split(|byte| *byte == b' ').nth(1);
    assert_eq!(words, Some(target.trim_end().as_bytes()));
    let origin = request.values("origin").next();
    if let Ok(flash_policy::Movie::Remote(origin)) = flash_policy::Movie::of_page(origin) {
        let again: flash_policy::Origin = origin
            .to_string()
            .parse()
            .expect("a displayed origin parses");
        assert_eq!(again, origin);
    }
    if is_asked_for(request) {
        match Handshake::read(request) {
            Ok(handshake) => assert!(handshake.granted().ends_with(b"\r\n\r\n")),
            Err(refusal) => is_one_response(&Response::from(refusal)),
        }
    }
}

/// One head, and a body of exactly the declared length.
fn is_one_response(response: &Response) {
    let bytes = response.bytes(Body::Sent, SystemTime::UNIX_EPOCH);
    let text = String::from_utf8(bytes).expect("a response is UTF-8");
    let (head, body) = text
        .split_once("\r\n\r\n")
        .expect("a response has a blank line");
    assert!(
        head.contains(&format!("\r\nContent-Length: {}", body.len())),
        "{text}"
    );
}
