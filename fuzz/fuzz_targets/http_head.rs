//! However a head is cut, there is one verdict, at the same byte; and what it names of a host and a page is read back.
#![no_main]

use std::time::SystemTime;

use flashgate_wire::http::{Body, HeadReader, HeadVerdict, HttpRequest, RequestOrigin, Response};
use flashgate_wire::websocket::{Handshake, is_asked_for};
use libfuzzer_sys::fuzz_target;

// The first two bytes say which reader it is, and where the rest is cut.
fuzz_target!(|input: &[u8]| {
    let Some(([first, second], bytes)) = input.split_first_chunk() else {
        return;
    };
    let cut = usize::from(u16::from_be_bytes([*first, *second])) % (bytes.len() + 1);
    let (one, other) = bytes.split_at(cut);
    let reader = if first & 1 == 0 {
        HeadReader::default
    } else {
        HeadReader::with_options
    };
    // It looks at a byte at a time, so one cut shows what many would.
    let (whole, used) = read(reader(), &[bytes]);
    assert_eq!(read(reader(), &[one, other]), (whole.clone(), used));
    match whole {
        HeadVerdict::NeedMore => assert_eq!(used, bytes.len()),
        HeadVerdict::Refused(refusal) => is_one_response(&Response::from(refusal)),
        HeadVerdict::Request(request) => judge(&request, &bytes[..used]),
    }
});

/// The verdict, and how many bytes it took.
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

/// What is taken from a request stands in it, and leads to one response.
fn judge(request: &HttpRequest, head: &[u8]) {
    assert!(head.ends_with(b"\r\n\r\n"));
    assert!(
        request.path.starts_with('/') && request.path.bytes().all(|byte| byte.is_ascii_graphic())
    );
    if let RequestOrigin::At(origin) = RequestOrigin::of(request) {
        let again: flash_policy::Origin = origin
            .to_string()
            .parse()
            .expect("what is shown is read back");
        assert_eq!(again, origin);
    }
    if is_asked_for(request) {
        match Handshake::read(request) {
            Ok(handshake) => assert!(handshake.granted().ends_with(b"\r\n\r\n")),
            Err(refusal) => is_one_response(&Response::from(refusal)),
        }
    }
}

/// One head, and a body of the length that it says.
fn is_one_response(response: &Response) {
    let bytes = response.bytes(Body::Sent, SystemTime::UNIX_EPOCH);
    let text = String::from_utf8(bytes).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("an end of the head");
    assert!(
        head.contains(&format!("\r\nContent-Length: {}", body.len())),
        "{text}"
    );
}
