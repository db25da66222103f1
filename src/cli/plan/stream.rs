//! `plan --jsonl`: many problems, one a line, several at a time, answered in order.
//!
//! One thread reads lines, some plan, one writes. Each line carries a channel of its own for the answer, and the
//! channels queue up in the order of the lines, so the order of the output never depends on who is done first. Both
//! queues are short: memory holds a few problems for each thread, however long the stream is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;

use super::Args;
use super::make::{self, Made};
use crate::cli::Console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::load::{self, Loaded};
use crate::cli::output::{Lines, note};
use crate::cli::progress::Bar;
use crate::cli::threads::alone;
use crate::diagnostic::Diagnostics;
use crate::formats::{self, Layout};
use crate::input::Input;

/// A line, and where the answer goes.
struct Job {
    number: usize,
    line: Vec<u8>,
    answer: SyncSender<Answer>,
}

/// What is printed for a line.
struct Answer {
    bytes: Vec<u8>,
    warnings: Diagnostics,
    exit: Option<Exit>,
}

/// What became of the stream.
#[derive(Default)]
struct Outcome {
    answered: usize,
    failed: usize,
    bug: bool,
}

/// Plans problem after problem.
pub(super) fn run(args: &Args, console: Console) -> Result<Exit, Failure> {
    if args.changes.affinities.is_some() {
        return Err(Failure::Usage(String::from("--affinities is for one problem, not for --jsonl")));
    }
    args.changes.apply(&mut Input::default())?;
    let jobs = args.jobs.map_or_else(rayon::current_num_threads, usize::from);
    let (mut input, file): (Box<dyn BufRead>, String) = match &args.problem {
        Some(path) if !load::is_stdin(path) => {
            let name = load::name(path);
            let file = File::open(path).map_err(|error| Failure::read(&name, error))?;
            (Box::new(BufReader::with_capacity(1 << 16, file)), name)
        }
        _ => (Box::new(io::stdin().lock()), String::from("standard input")),
    };
    let (job_sender, job_receiver) = sync_channel::<Job>(jobs);
    let (queue_sender, queue) = sync_channel::<Receiver<Answer>>(2 * jobs);
    let job_receiver = Mutex::new(job_receiver);
    let (read, written) = thread::scope(|scope| {
        let job_receiver = &job_receiver;
        for _ in 0..jobs {
            scope.spawn(move || alone(|| work(args, console, job_receiver)));
        }
        let writer = scope.spawn(|| write_all(queue, &file));
        let read = read_all(&mut *input, &job_sender, &queue_sender);
        drop((job_sender, queue_sender));
        (read, writer.join())
    });
    let Outcome { answered, failed, bug } =
        written.map_err(|_| Failure::Bug(String::from("the writing thread broke off")))?.map_err(Failure::stdout)?;
    read.map_err(|error| Failure::read(&file, error))?;
    note(format_args!("peerplan: {answered} problems, {failed} failed"));
    Ok(match (bug, failed > 0 && args.strict) {
        (true, _) => Exit::Bug,
        (false, true) => Exit::Invalid,
        (false, false) => Exit::Done,
    })
}

/// Hands every line on, until the input ends or nobody takes answers any more.
fn read_all(input: &mut dyn BufRead, jobs: &SyncSender<Job>, queue: &SyncSender<Receiver<Answer>>) -> io::Result<()> {
    for number in 1.. {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let (answer, receiver) = sync_channel(1);
        if queue.send(receiver).is_err() || jobs.send(Job { number, line, answer }).is_err() {
            break;
        }
    }
    Ok(())
}

/// Answers lines until there are no more.
fn work(args: &Args, console: Console, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(_) => return,
        };
        let Ok(Job { number, line, answer }) = job else { return };
        let answered = catch_unwind(AssertUnwindSafe(|| one(args, console, number, &line)));
        let answered = answered.unwrap_or_else(|_| Err(Failure::Bug(String::from("the work broke off"))));
        // Where the writer has gone, nobody waits for the answer.
        let _ = answer.send(answered.unwrap_or_else(|failure| failed(&failure, number)));
    }
}

/// The answer to one line.
fn one(args: &Args, console: Console, number: usize, line: &[u8]) -> Result<Answer, Failure> {
    let loaded = load::load_line(line, number, &args.changes, console, |choice| args.choose(choice))?;
    let Made { plan, .. } = make::plan(&loaded, args.beside(), &mut Bar::hidden())?;
    let Loaded { problem, warnings, .. } = loaded;
    let mut bytes = Vec::new();
    formats::plan::write(&plan.view(&problem), Layout::OneLine, &mut bytes)
        .map_err(|error| Failure::Bug(error.to_string()))?;
    Ok(Answer { bytes, warnings, exit: None })
}

fn failed(failure: &Failure, number: usize) -> Answer {
    let mut bytes = serde_json::to_vec(&failure.document(Some(number))).unwrap_or_default();
    bytes.push(b'\n');
    Answer { bytes, warnings: Diagnostics::new(), exit: Some(failure.exit()) }
}

/// Writes the answers in the order of the lines. What is written is passed on whenever there is time. It owns the queue:
/// once it gives up, nothing more can be put in.
#[allow(clippy::needless_pass_by_value, reason = "the queue closes when writing ends")]
fn write_all(queue: Receiver<Receiver<Answer>>, file: &str) -> io::Result<Outcome> {
    let mut output = Lines::new(io::stdout().lock());
    let mut outcome = Outcome::default();
    while let Some(receiver) = patiently(&queue, &mut output)? {
        let Some(answer) = patiently(&receiver, &mut output)? else { break };
        load::warn(file, &answer.warnings);
        output.write_all(&answer.bytes)?;
        outcome.answered += 1;
        outcome.failed += usize::from(answer.exit.is_some());
        outcome.bug |= answer.exit == Some(Exit::Bug);
    }
    output.flush()?;
    interrupt::done();
    Ok(outcome)
}

/// The next message; before waiting for it, the output is flushed.
fn patiently<T>(receiver: &Receiver<T>, output: &mut dyn Write) -> io::Result<Option<T>> {
    match receiver.try_recv() {
        Ok(message) => Ok(Some(message)),
        Err(TryRecvError::Disconnected) => Ok(None),
        Err(TryRecvError::Empty) => {
            output.flush()?;
            Ok(receiver.recv().ok())
        }
    }
}
