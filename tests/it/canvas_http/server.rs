//! A server on this machine that does what a test tells it, connection by connection.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What bytes go over: plain, or encrypted.
pub(super) trait Wire: Read + Write {}

impl<W: Read + Write> Wire for W {}

/// Makes what bytes go over from a connection.
type Wrap = dyn Fn(TcpStream) -> Box<dyn Wire> + Send + Sync;

/// Longer than any test takes, so that nothing waits for ever.
const LONG: Duration = Duration::from_secs(30);

/// A server that ends with its owner.
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    ending: AtomicBool,
    visits: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

/// A connection that was made to a server.
pub(super) struct Visit {
    wire: Box<dyn Wire>,
    seen: Arc<Seen>,
}

impl Server {
    /// Does the same with every connection.
    pub(super) fn start(serve: impl Fn(&mut Visit) + Send + Sync + 'static) -> Self {
        Self::wrapped(|stream| Box::new(stream), serve)
    }

    /// The same, with connections that are wrapped.
    pub(super) fn wrapped(
        wrap: impl Fn(TcpStream) -> Box<dyn Wire> + Send + Sync + 'static,
        serve: impl Fn(&mut Visit) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, serve, wrap): (Arc<Seen>, _, Arc<Wrap>) = (Arc::default(), Arc::new(serve), Arc::new(wrap));
        let shared = Arc::clone(&seen);
        let accepting = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ending.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(LONG)).unwrap();
                stream.set_write_timeout(Some(LONG)).unwrap();
                shared.visits.fetch_add(1, Ordering::SeqCst);
                let (seen, serve, wrap) = (Arc::clone(&shared), Arc::clone(&serve), Arc::clone(&wrap));
                thread::spawn(move || serve(&mut Visit { wire: wrap(stream), seen }));
            }
        });
        Self { address, seen, accepting: Some(accepting) }
    }

    /// Answers one request of every connection with these bytes.
    pub(super) fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |visit| {
            visit.request();
            visit.send(&bytes);
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were made.
    pub(super) fn visits(&self) -> usize {
        self.seen.visits.load(Ordering::SeqCst)
    }

    /// The requests that arrived completely: heads with their names in lower case, and bodies.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.seen.ending.store(true, Ordering::SeqCst);
        // Wakes the one who accepts.
        drop(TcpStream::connect(self.address));
        self.accepting.take().unwrap().join().unwrap();
    }
}

impl Visit {
    /// Reads a request to its end, and writes it down. False where none came.
    pub(super) fn request(&mut self) -> bool {
        let Some(request) = self.read() else { return false };
        self.seen.requests.lock().unwrap().push(request);
        true
    }

    fn read(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(self.byte()?);
        }
        let head = String::from_utf8(bytes).unwrap();
        let length = header(&head, "content-length").map_or(0, |value| value.parse().unwrap());
        let mut body = vec![0; length];
        self.wire.read_exact(&mut body).ok()?;
        Some(head + &String::from_utf8(body).unwrap())
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        self.wire.read_exact(&mut byte).ok().map(|()| byte[0])
    }

    /// Sends bytes; false where nobody takes them any more.
    pub(super) fn send(&mut self, bytes: &[u8]) -> bool {
        let sent: io::Result<()> = self.wire.write_all(bytes).and_then(|()| self.wire.flush());
        sent.is_ok()
    }
}

/// The value of a header in a request.
pub(super) fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let lines = request.split("\r\n").skip(1).take_while(|line| !line.is_empty());
    let mut pairs = lines.filter_map(|line| line.split_once(": "));
    pairs.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// An answer, after which the connection is closed.
pub(super) fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let length = format!("Content-Length: {}", body.len());
    let first = format!("HTTP/1.1 {status}");
    let lines = [&[&*first, "Connection: close", &length], headers, &["", body]].concat();
    lines.join("\r\n").into_bytes()
}

/// An answer of JSON.
pub(super) fn json(body: &str) -> Vec<u8> {
    answer("200 OK", &["Content-Type: application/json; charset=utf-8"], body)
}

/// Servers that do not do what a server should with a request they have read, by what is wrong with them. None ever answers in a way
/// that the request could be thought done.
pub(super) fn hostile() -> Vec<(&'static str, Server)> {
    let echo = |status: &'static str| {
        move |visit: &mut Visit| {
            visit.request();
            let request = visit.seen.requests.lock().unwrap().last().unwrap().clone();
            let said = format!("X-Said: {}", header(&request, "authorization").unwrap());
            let sent = answer(status, &[&said], &format!("<p>{request}</p>"));
            visit.send(&sent);
        }
    };
    let bomb = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f";
    vec![
        ("closes", Server::start(|visit| _ = visit.request())),
        ("talks no HTTP", Server::answering("220 mail.example.edu ESMTP\r\n")),
        ("sends binary", Server::answering([0_u8, 255, 13, 10, 13, 10, 7])),
        ("stops in the head", Server::answering("HTTP/1.1 200 OK\r\nContent-Le")),
        ("stops in the body", Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n[{\"id\"")),
        ("claims a huge body", Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n[]")),
        ("cuts its body", Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n[]")),
        ("stops in a chunk", Server::answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n[]")),
        ("sends wrong chunks", Server::answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n[]")),
        ("compresses", Server::answering([bomb.as_bytes(), &[139, 8, 0], &[0; 5000]].concat())),
        ("answers as a page", Server::answering(answer("200 OK", &["Content-Type: text/html"], "<html>Log in</html>"))),
        ("fails", Server::answering(answer("502 Bad Gateway", &[], "<html>"))),
        ("says what it was told", Server::start(echo("500 Oh"))),
        ("says it as an answer", Server::start(echo("200 OK"))),
    ]
}
