//! Lists whose server leads on and on, or elsewhere: over a socket, with the calls and pages that the sessions are made of.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::super::base::Base;
use super::super::calls::{Answer, Calls};
use super::super::decision::Refusal;
use super::super::pages::Pages;
use super::super::request;
use super::super::response::Outcome;
use super::super::session::{Reached, Session, Step, Ticket};
use super::{Client, Limits, Token, drive};
use crate::id::Id;

/// Reads one list.
struct List {
    base: Base,
    calls: Calls<()>,
    pages: Pages,
    refusal: Option<Refusal>,
}

impl Session for List {
    fn poll(&mut self, now: Duration) -> Step {
        match self.calls.begin(now) {
            Some((ticket, request)) => Step::Send(ticket, request),
            None if self.calls.is_empty() => Step::Done,
            None => Step::Wait(self.calls.next_time(now)),
        }
    }

    fn handle(&mut self, ticket: Ticket, outcome: Outcome, now: Duration) {
        let Some((kind, answer)) = self.calls.end(ticket, outcome, now) else { return };
        let Answer::Done(answer) = answer else { panic!("{answer:?}") };
        match self.pages.take(&self.base, &answer) {
            Ok(Some(next)) => self.calls.add(kind, next, now),
            Ok(None) => {}
            Err(refusal) => self.refusal = Some(refusal),
        }
    }

    fn stop(&mut self) {
        self.calls.drop_waiting();
    }

    fn reached(&self) -> Reached {
        Reached { stage: "reading", done: 0, total: 0 }
    }
}

/// A server whose pages of one item each lead to what `next` makes of their numbers, from 1; its port, and how many were asked for.
fn server(next: impl Fn(usize, u16) -> Option<String> + Send + 'static) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, asked) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    // It ends with the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                head.push(byte[0]);
            }
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            let link = next(number, port).map(|url| format!("link: <{url}>; rel=\"next\"\r\n")).unwrap_or_default();
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n{link}\r\n[1]");
            stream.write_all(head.as_bytes()).unwrap();
        }
    });
    (port, asked)
}

fn read(port: u16) -> (usize, Option<Refusal>) {
    let base = Base::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let client = Client::new(base.clone(), Token::new("7077~secret").unwrap(), Limits::default()).unwrap();
    let mut list = List { base, calls: Calls::new(2, 7), pages: Pages::default(), refusal: None };
    list.calls.add((), request::sections(&Id::from(101)), Duration::ZERO);
    drive(&mut list, &client, &mut |_| Ok(()), &mut |_| ControlFlow::Continue(())).unwrap();
    (list.pages.into_items().len(), list.refusal)
}

#[test]
fn a_list_is_read_to_its_end_and_a_circle_is_seen() {
    let page = |number: usize, port: u16| format!("http://127.0.0.1:{port}/api/v1/courses/101/sections?page={number}");
    let (port, _) = server(move |number, port| (number < 5).then(|| page(number + 1, port)));
    assert_eq!(read(port), (5, None));
    let (port, asked) = server(move |number, port| Some(page(number % 3, port)));
    assert_eq!(read(port).1, Some(Refusal::EndlessPages));
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[test]
fn a_page_elsewhere_is_not_asked_for() {
    let (elsewhere, asked) = server(|_, _| None);
    for other in [
        format!("http://127.0.0.1:{elsewhere}/api/v1/courses/101/sections?page=2"),
        format!("http://localhost:{elsewhere}/api/v1/courses"),
        format!("https://127.0.0.1:{elsewhere}/api/v1/courses"),
        String::from("/api/v1/courses?page=2"),
    ] {
        let (port, _) = server(move |_, _| Some(other.clone()));
        assert_eq!(read(port), (1, Some(Refusal::ForeignPage)));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
