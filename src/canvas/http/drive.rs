//! The loop around a session: threads that send, a clock, and somebody who watches.

use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

use super::super::calls::MOST_IN_FLIGHT;
use super::super::request::Request;
use super::super::response::{Loss, Outcome};
use super::super::session::{Reached, Session, Step, Ticket};
use super::client::Client;

/// Whoever watches is asked so often while nothing happens.
const TICK: Duration = Duration::from_millis(50);

/// Drives a session to its end.
///
/// `record` writes a line of the journal to the disk before anything else is done. `watch` is told how far the work is, at least
/// every 50 ms while requests are waited for; when it breaks, the session is stopped, and what is under way is waited for.
///
/// # Errors
/// Where a line could not be recorded: then nothing more is sent, and the session is told what became of what was under way. Where no
/// thread can be started.
pub fn drive(
    session: &mut dyn Session,
    client: &Client,
    record: &mut dyn FnMut(&str) -> io::Result<()>,
    watch: &mut dyn FnMut(Reached) -> ControlFlow<()>,
) -> io::Result<()> {
    let (orders, waiting) = mpsc::channel();
    let (tell, ended) = mpsc::channel();
    let waiting = Mutex::new(waiting);
    std::thread::scope(|scope| {
        let workers = Workers { scope, client, waiting: &waiting, tell, count: 0 };
        // The orders end with the loop, and the threads with the orders.
        Loop { session, watch, workers, orders, ended, started: Instant::now(), under_way: 0, stopped: false }
            .run(record)
    })
}

type Job = (Ticket, Request);
type Ended = (Ticket, Outcome);

/// The threads that send.
struct Workers<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    client: &'scope Client,
    waiting: &'scope Mutex<Receiver<Job>>,
    tell: Sender<Ended>,
    count: usize,
}

impl Workers<'_, '_> {
    /// Enough threads for so many requests, if they are not too many.
    fn serve(&mut self, requests: usize) -> io::Result<()> {
        while self.count < requests.min(MOST_IN_FLIGHT) {
            let (client, waiting, tell) = (self.client, self.waiting, self.tell.clone());
            Builder::new()
                .name(String::from("canvas"))
                .spawn_scoped(self.scope, move || work(client, waiting, &tell))?;
            self.count += 1;
        }
        Ok(())
    }
}

/// Sends what is to be sent until there is nothing more to come.
fn work(client: &Client, waiting: &Mutex<Receiver<Job>>, tell: &Sender<Ended>) {
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((ticket, request)) = job else { return };
        // A mistake in the library below must not leave the session waiting, nor in doubt what was sent.
        let outcome = catch_unwind(AssertUnwindSafe(|| client.send(&request))).unwrap_or(Outcome::Lost(Loss::Broken));
        if tell.send((ticket, outcome)).is_err() {
            return;
        }
    }
}

struct Loop<'a, 'scope, 'env> {
    session: &'a mut dyn Session,
    watch: &'a mut dyn FnMut(Reached) -> ControlFlow<()>,
    workers: Workers<'scope, 'env>,
    orders: Sender<Job>,
    ended: Receiver<Ended>,
    started: Instant,
    under_way: usize,
    stopped: bool,
}

impl Loop<'_, '_, '_> {
    fn run(mut self, record: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        let end = loop {
            match self.session.poll(self.started.elapsed()) {
                Step::Record(line) => {
                    if let Err(error) = record(&line) {
                        break Err(error);
                    }
                }
                Step::Send(ticket, request) => {
                    if let Err(error) = self.send(ticket, request) {
                        break Err(error);
                    }
                }
                Step::Wait(None) if self.under_way == 0 => {
                    break Err(io::Error::other("the session waits for what never comes"));
                }
                Step::Wait(until) => self.wait(until),
                Step::Done => break Ok(()),
            }
        };
        if end.is_err() {
            self.stop();
            while self.under_way > 0 {
                self.wait(None);
            }
        }
        end
    }

    fn send(&mut self, ticket: Ticket, request: Request) -> io::Result<()> {
        self.workers.serve(self.under_way + 1)?;
        self.orders.send((ticket, request)).map_err(|_| io::Error::other("the threads that send are gone"))?;
        self.under_way += 1;
        Ok(())
    }

    fn stop(&mut self) {
        if !self.stopped {
            self.stopped = true;
            self.session.stop();
        }
    }

    /// Waits until something has ended, until the time has come, or until the session is stopped.
    fn wait(&mut self, until: Option<Duration>) {
        loop {
            let left = until.map_or(TICK, |until| until.saturating_sub(self.started.elapsed()).min(TICK));
            // There is a sender as long as there is a loop, so that nothing but time can fail.
            let ended = match self.ended.recv_timeout(left) {
                Ok((ticket, outcome)) => {
                    self.under_way -= 1;
                    self.session.handle(ticket, outcome, self.started.elapsed());
                    true
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
            };
            let broken = (self.watch)(self.session.reached()).is_break() && !self.stopped;
            if broken {
                self.stop();
            }
            if ended || broken || until.is_some_and(|until| self.started.elapsed() >= until) {
                return;
            }
        }
    }
}
