//! One connection to `[admin]`: one request, one response, and a lossless close, all within one deadline.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use flashgate_config::snapshot::AdminScope;
use flashgate_wire::http::{Body, HeadReader, HeadVerdict, Method, Response};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_flash_policy::{Linger, close};

use super::{AdminAnswers, answer};

/// From accept to close. Scrapers also give up after 10 s.
const DEADLINE: Duration = Duration::from_secs(10);

/// Serves a connection, and records when its request is complete. Until then, it may be evicted for another.
pub(super) async fn serve(stream: TcpStream, answers: AdminAnswers, asked: Arc<AtomicBool>) {
    // After the deadline, the rest is dropped with the stream.
    let _ = timeout(DEADLINE, exchange(stream, answers, asked)).await;
}

async fn exchange(mut stream: TcpStream, answers: AdminAnswers, asked: Arc<AtomicBool>) {
    let mut head = match answers.scope {
        AdminScope::All => HeadReader::default(),
        AdminScope::Probes => HeadReader::default().for_any_host(),
    };
    let Some(verdict) = read(&stream, &mut head).await else {
        return;
    };
    asked.store(true, Ordering::Relaxed);
    let response = match verdict {
        HeadVerdict::Request(request) => answer::to(&request, &answers),
        HeadVerdict::Refused(refusal) => Response::from(refusal),
        HeadVerdict::NeedMore => return,
    };
    let body = match head.method() {
        Method::Get | Method::Options => Body::Sent,
        Method::Head => Body::LeftOut,
    };
    if write(&stream, &response.bytes(body, SystemTime::now())).await {
        close(&mut stream, Linger::default()).await;
    }
}

/// Reads until there is a verdict; `None` if the client closes or fails first.
async fn read(stream: &TcpStream, head: &mut HeadReader) -> Option<HeadVerdict> {
    loop {
        stream.readable().await.ok()?;
        let mut room = [0; 1024];
        match stream.try_read(&mut room) {
            Ok(0) => return None,
            Ok(count) => {
                // Data after the head is another request, which gets no answer.
                let (verdict, _) = head.feed(room.get(..count)?);
                if verdict != HeadVerdict::NeedMore {
                    return Some(verdict);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return None,
        }
    }
}

/// Writes everything; false if the client has failed.
async fn write(stream: &TcpStream, mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        if stream.writable().await.is_err() {
            return false;
        }
        match stream.try_write(bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return false,
        }
    }
    true
}
