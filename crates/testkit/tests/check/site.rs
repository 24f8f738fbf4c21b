//! A web server for pages, scripts and movies, with exactly the answers that a test gives it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A running site on 127.0.0.1. Its threads end with the test.
pub(super) struct Site {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<CannedAnswer>>>,
}

/// What the site answers for a path.
struct CannedAnswer {
    path: String,
    bytes: Vec<u8>,
}

impl Site {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            answers: Arc::default(),
        };
        let (requests, answers) = (Arc::clone(&site.requests), Arc::clone(&site.answers));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (requests, answers) = (Arc::clone(&requests), Arc::clone(&answers));
                thread::spawn(move || serve(stream, &requests, &answers));
            }
        });
        site
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// A URL under the name `localhost`.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port())
    }

    /// The same place, but another origin.
    pub(super) fn other(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port())
    }

    /// Answers this path with a status line, fields, and a body.
    pub(super) fn answer(&self, path: &str, head: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
        let answer = CannedAnswer {
            path: path.to_owned(),
            bytes: [head.as_bytes(), body].concat(),
        };
        self.answers.lock().unwrap().insert(0, answer);
    }

    pub(super) fn page(&self, path: &str, html: &str) {
        self.answer(path, "200 OK\r\nContent-Type: text/html", html.as_bytes());
    }

    /// The head of the last request for this path.
    pub(super) fn request(&self, path: &str) -> String {
        let requests = self.requests.lock().unwrap();
        let start = format!("GET {path} ");
        let mut found = requests.iter().rev();
        let found = found.find(|request| request.starts_with(&start));
        found.expect("a request").clone()
    }
}

fn serve(mut stream: TcpStream, requests: &Mutex<Vec<String>>, answers: &Mutex<Vec<CannedAnswer>>) {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.lock().unwrap().push(head);
    let answers = answers.lock().unwrap();
    let answer = answers.iter().find(|answer| answer.path == path);
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
    let answer = answer.map_or(missing, |answer| answer.bytes.clone());
    // A client that has read enough closes early.
    let _ = stream.write_all(&answer);
}
