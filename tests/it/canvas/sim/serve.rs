//! The simulated installation behind a socket of this machine, for the command as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use peerplan::canvas::{Base, Method, Response};
use peerplan::random::{Purpose, Random};

use super::answers::throttled;
use super::course::Course;

/// What goes wrong, of a thousand requests each, and how long answers take.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weather {
    /// In milliseconds, half before and half after the effect.
    pub(crate) slowest: u64,
    /// The connection is closed before the request has its effect.
    pub(crate) closed_before: u64,
    /// It is closed after the effect, before the answer.
    pub(crate) closed_after: u64,
    /// It is closed in the middle of the answer.
    pub(crate) torn: u64,
    pub(crate) throttled: u64,
    /// The connection is closed after the answer, as it says.
    pub(crate) one_each: u64,
}

/// What the threads share.
#[derive(Debug)]
struct Shared {
    course: Mutex<Course>,
    weather: Mutex<Weather>,
    chance: Mutex<Random>,
    /// Requests that were refused for what they lack.
    refused: Mutex<Vec<String>>,
    ends: AtomicBool,
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Of a course, whose links lead to this server from now on.
    pub(crate) fn start(mut course: Course, weather: Weather, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        course.base = Base::parse(&format!("http://{address}")).unwrap();
        let shared = Arc::new(Shared {
            course: Mutex::new(course),
            weather: Mutex::new(weather),
            chance: Mutex::new(Random::new(seed, Purpose::Candidates)),
            refused: Mutex::default(),
            ends: AtomicBool::new(false),
        });
        let for_thread = Arc::clone(&shared);
        let thread = spawn(move || {
            for stream in listener.incoming() {
                if for_thread.ends.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&for_thread);
                // A connection that breaks is its client's own affair.
                spawn(move || stream.is_ok_and(|stream| shared.serve(stream).is_ok()));
            }
        });
        Self { shared, address, thread: Some(thread) }
    }

    /// The address, as a user gives it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn course(&self) -> MutexGuard<'_, Course> {
        self.shared.course.lock().unwrap()
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        *self.shared.weather.lock().unwrap() = weather;
    }

    /// Requests without a token or a `User-Agent`, and what else no client should send.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.shared.refused.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        // It wakes up by one more connection.
        let woken = TcpStream::connect(self.address);
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

/// A request as it came.
#[derive(Debug, Default)]
struct Heard {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Heard {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The next request of a connection; none at its end.
fn hear(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Heard>> {
    let mut heard = Heard::default();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let text = line.trim_end();
        if heard.method.is_empty() {
            let mut words = text.split(' ').map(str::to_owned);
            (heard.method, heard.target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        } else if text.is_empty() {
            break;
        } else if let Some((name, value)) = text.split_once(':') {
            heard.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let length = heard.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    heard.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(heard))
}

impl Shared {
    fn draw(&self, below: u64) -> u64 {
        self.chance.lock().unwrap().below(below)
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        while let Some(heard) = hear(&mut reader)? {
            let weather = *self.weather.lock().unwrap();
            let happens = |share: u64| self.draw(1000) < share;
            let linger = || sleep(Duration::from_millis(self.draw(weather.slowest / 2 + 1)));
            linger();
            if happens(weather.closed_before) {
                return Ok(());
            }
            let answer = if happens(weather.throttled) { throttled(happens(500)) } else { self.answer(&heard) };
            linger();
            if happens(weather.closed_after) {
                return Ok(());
            }
            let last = happens(weather.one_each);
            let text = spoken(&answer, last);
            if happens(weather.torn) {
                let length = usize::try_from(self.draw(text.len() as u64)).unwrap();
                return writer.write_all(&text[..length]);
            }
            writer.write_all(&text)?;
            if last {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What stands in the headers decides first.
    fn answer(&self, heard: &Heard) -> Response {
        let refuse = |status: u16, why: &str| {
            self.refused.lock().unwrap().push(format!("{why}: {} {}", heard.method, heard.target));
            Response { status, headers: Vec::new(), body: why.as_bytes().to_vec() }
        };
        if heard.header("user-agent").is_none_or(str::is_empty) {
            return refuse(403, "A User-Agent header is required");
        }
        let token = heard.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let method = match heard.method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "DELETE" => Method::Delete,
            _ => return refuse(405, "no such method"),
        };
        let is_form = heard.header("content-type").is_some_and(|kind| kind.contains("x-www-form-urlencoded"));
        if heard.header("transfer-encoding").is_some() || (!heard.body.is_empty() && !is_form) {
            return refuse(400, "a body that is no form");
        }
        let (path, query) = heard.target.split_once('?').unwrap_or((&heard.target, ""));
        let mut course = self.course.lock().unwrap();
        let manner = course.manner.clone();
        course.manner.string_ids |= heard.header("accept").is_some_and(|kind| kind.contains("canvas-string-ids"));
        let answer = course.answer(method, path, query, &heard.body, token);
        course.manner = manner;
        drop(course);
        if token.is_none() {
            refuse(401, "no token");
        }
        answer
    }
}

fn spoken(answer: &Response, last: bool) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Status\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if last {
        head.push_str("connection: close\r\n");
    }
    head.extend(["content-length: ", &answer.body.len().to_string(), "\r\n\r\n"]);
    [head.as_bytes(), &answer.body].concat()
}
