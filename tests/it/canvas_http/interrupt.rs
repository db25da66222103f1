//! Ctrl-C while Canvas is asked: the first waits for the answer, the second does not.

use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::REVIEW;
use super::command::{ALLOCATE, command, done};
use super::server::{Server, json};

/// Far more than it may take; a machine that is busy with other things must not fail the tests.
const LONG: Duration = Duration::from_secs(20);

/// A server that says when it was asked, and answers when it is told to.
fn patient() -> (Server, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let ((asked, was_asked), (go, told)) = (mpsc::channel(), mpsc::channel());
    let told = std::sync::Mutex::new(told);
    let server = Server::start(move |visit| {
        visit.request();
        _ = asked.send(());
        if told.lock().unwrap().recv_timeout(LONG).is_ok() {
            visit.send(&json(REVIEW));
        }
    });
    (server, was_asked, go)
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn the_first_signal_waits_for_the_answer() {
    let (server, was_asked, go) = patient();
    let mut child = command(&server.url(), &ALLOCATE).spawn().unwrap();
    was_asked.recv_timeout(LONG).unwrap();
    interrupt(&child);
    sleep(Duration::from_millis(100));
    assert!(child.try_wait().unwrap().is_none());
    go.send(()).unwrap();
    let (code, stdout, stderr) = done(child.wait_with_output().unwrap());
    assert!(code == 0 && stdout.contains("| 41 "), "{stdout}");
    assert!(stderr.starts_with("peerplan: stopping when what is under way has ended"), "{stderr}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_second_signal_ends_at_once() {
    let (server, was_asked, _go) = patient();
    let mut child = command(&server.url(), &ALLOCATE).spawn().unwrap();
    was_asked.recv_timeout(LONG).unwrap();
    let start = Instant::now();
    // Signals that come together may be taken as one.
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < LONG);
        interrupt(&child);
        sleep(Duration::from_millis(50));
    }
    let (code, stdout, stderr) = done(child.wait_with_output().unwrap());
    assert_eq!((code, stdout.as_str()), (130, ""));
    assert!(stderr.ends_with("peerplan: interrupted\n"), "{stderr}");
}
