//! The web server of a page: it serves Ruffle and the movie, receives their events, and delivers the test's calls.

use std::fs::File;
use std::path::{Component, Path};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};
use testkit::until;
use tiny_http::{Header, Request, Response, Server};

use crate::page::Page;
use crate::ruffle;

/// An event from the page or its movie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEvent {
    /// What happened.
    pub kind: String,
    /// Details.
    pub text: String,
}

/// A running site; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Site {
    stop: Arc<AtomicBool>,
    orders: Sender<Value>,
    events: Receiver<PageEvent>,
    server: Option<JoinHandle<()>>,
}

/// How long to wait for the port to become free.
const FREE_LIMIT: Duration = Duration::from_secs(10);

/// How often the server checks whether it should end.
const LOOK: Duration = Duration::from_millis(20);

impl Site {
    /// Starts a site on port 80 of 127.0.0.1, with this page at `/`.
    pub(crate) fn start(page: &Page<'_>) -> Result<Self> {
        let server = listen()?;
        let (orders, taken) = channel();
        let (tell, events) = channel();
        let content = SiteContent {
            page: html(page),
            movie: page.movie.bytes(page.game.0)?,
            orders: Arc::new(Mutex::new(taken)),
            tell,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let server = thread::Builder::new()
            .name("site".to_owned())
            // The server is dropped on this thread, because it connects to itself to end, inside the namespace.
            .spawn(move || content.serve(&server, &stopped))?;
        Ok(Self {
            stop,
            orders,
            events,
            server: Some(server),
        })
    }

    /// Queues a call, which the page makes when it asks next.
    pub(crate) fn order(&self, order: Value) {
        // The receiver exists as long as the server does.
        let _ = self.orders.send(order);
    }

    pub(crate) fn next_event(&self, limit: Duration) -> Option<PageEvent> {
        self.events.recv_timeout(limit).ok()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

/// The site of the previous visit may still be ending.
fn listen() -> Result<Server> {
    let try_to = || Server::http("127.0.0.1:80").map_err(|error| anyhow!("{error}"));
    let mut server = try_to();
    let _ = until(FREE_LIMIT, || {
        if server.is_err() {
            server = try_to();
        }
        server.is_ok()
    });
    server.context("can't listen on port 80")
}

struct SiteContent {
    page: String,
    movie: Vec<u8>,
    orders: Arc<Mutex<Receiver<Value>>>,
    tell: Sender<PageEvent>,
}

impl SiteContent {
    fn serve(&self, server: &Server, stopped: &AtomicBool) {
        while !stopped.load(Ordering::Relaxed) {
            if let Ok(Some(request)) = server.recv_timeout(LOOK) {
                // If the browser is gone, it needs no answer.
                let _ = self.answer(request);
            }
        }
    }

    fn answer(&self, request: Request) -> Result<()> {
        let path = request.url().split('?').next().unwrap_or_default();
        match path {
            "/" => reply(request, self.page.as_bytes(), "text/html"),
            "/movie.swf" => reply(request, &self.movie, "application/x-shockwave-flash"),
            "/event" => self.take(request),
            "/order" => self.hand_out(request),
            path => match path.strip_prefix("/ruffle/").map(str::to_owned) {
                Some(name) => file(request, Path::new(&name)),
                None => not_found(request),
            },
        }
    }

    fn take(&self, mut request: Request) -> Result<()> {
        let (kind, text) = serde_json::from_reader(request.as_reader())?;
        let _ = self.tell.send(PageEvent { kind, text });
        reply(request, b"", "text/plain")
    }

    /// Answers once there is a call, on a new thread, or when the site ends.
    fn hand_out(&self, request: Request) -> Result<()> {
        let orders = Arc::clone(&self.orders);
        thread::Builder::new()
            .name("order".to_owned())
            .spawn(move || {
                let orders = orders.lock().unwrap_or_else(PoisonError::into_inner);
                let order = orders.recv().unwrap_or_else(|_| json!(["end"]));
                let _ = reply(request, order.to_string().as_bytes(), "application/json");
            })?;
        Ok(())
    }
}

fn html(page: &Page<'_>) -> String {
    let script = |path: &String| format!("<script src=\"{path}\"></script>\n");
    let (host, port) = page.game;
    // Ruffle would turn a null into text.
    let parameters = match host {
        Some(host) => json!({ "host": host, "port": port.to_string() }),
        None => json!({ "port": port.to_string() }),
    };
    include_str!("page.html")
        .replace(
            "{scripts}\n",
            &page.scripts.iter().map(script).collect::<String>(),
        )
        .replace("{parameters}", &parameters.to_string())
}

fn reply(request: Request, body: &[u8], content_type: &str) -> Result<()> {
    let response = Response::from_data(body).with_header(header("Content-Type", content_type)?);
    request.respond(response.with_header(header("Cache-Control", "no-store")?))?;
    Ok(())
}

/// One of Ruffle's files; names only, no paths.
fn file(request: Request, name: &Path) -> Result<()> {
    let plain = name
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let path = ruffle::folder().filter(|_| plain);
    let opened = path.and_then(|folder| File::open(folder.join(name)).ok());
    let Some(opened) = opened else {
        return not_found(request);
    };
    let content_type = header("Content-Type", ruffle::content_type(name))?;
    request.respond(Response::from_file(opened).with_header(content_type))?;
    Ok(())
}

fn not_found(request: Request) -> Result<()> {
    request.respond(Response::empty(404))?;
    Ok(())
}

fn header(name: &str, value: &str) -> Result<Header> {
    Header::from_bytes(name, value).map_err(|()| anyhow!("expected a header, found {value:?}"))
}
