//! A driver in virtual time that holds a session to what every driver may rely on.

use std::collections::BTreeMap;
use std::time::Duration;

use peerplan::canvas::{MOST_IN_FLIGHT, Request, Session, Step, Ticket};

use super::world::World;

/// No run of a small course takes more.
const STEPS: usize = 20_000;

/// How far a session is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    Done,
    /// At this step the process dies. What it was about to do may be done, half done or undone.
    Killed(usize),
    /// At this step somebody asks it to stop.
    Stopped(usize),
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    /// What stands on the disk. The last line may be torn.
    pub(crate) journal: Vec<u8>,
    /// Each whole line, and how many requests were sent before it.
    pub(crate) lines: Vec<(usize, String)>,
    pub(crate) steps: usize,
    pub(crate) killed: bool,
}

impl Trace {
    fn write(&mut self, line: &str, sent: usize) {
        assert!(!line.is_empty() && !line.contains('\n'), "a line of the journal is one line: {line:?}");
        self.lines.push((sent, line.to_owned()));
        self.journal.extend(line.as_bytes());
        self.journal.push(b'\n');
    }

    /// The process dies while it writes.
    fn tear(&mut self, line: &str, world: &mut World) {
        match world.chance.index(3) {
            0 => {}
            1 => self.journal.extend(&line.as_bytes()[..world.chance.index(line.len() + 1)]),
            _ => self.write(line, world.log.len()),
        }
    }
}

/// To which review a request that writes belongs.
fn written(request: &Request) -> Option<(&str, &str)> {
    request
        .method
        .writes()
        .then_some((request.path.as_str(), if request.form.is_empty() { &request.query } else { &request.form }))
}

/// Drives a session.
///
/// # Panics
/// Where it does what no session may do.
pub(crate) fn run(session: &mut dyn Session, world: &mut World, until: Until) -> Trace {
    let start = world.now;
    let mut trace = Trace::default();
    let mut under_way: BTreeMap<usize, Ticket> = BTreeMap::new();
    let mut last_ticket = None;
    let mut stopped = false;
    loop {
        if until == Until::Stopped(trace.steps) {
            session.stop();
            stopped = true;
        }
        let dies = until == Until::Killed(trace.steps);
        trace.steps += 1;
        assert!(trace.steps < STEPS, "it comes to no end");
        match session.poll(world.since(start)) {
            Step::Record(line) if dies => trace.tear(&line, world),
            Step::Record(line) => trace.write(&line, world.log.len()),
            Step::Send(..) if dies && world.chance.chance(1, 2) => {}
            Step::Send(ticket, request) => {
                assert!(!stopped, "nothing new is begun after it was stopped: {request:?}");
                assert!(last_ticket < Some(ticket), "a ticket is used twice");
                let open = under_way.keys().filter_map(|&number| written(&world.log[number].request));
                let twice = written(&request).is_some_and(|new| open.into_iter().any(|old| old == new));
                assert!(!twice, "the same is under way twice: {request:?}");
                last_ticket = Some(ticket);
                under_way.insert(world.send(request), ticket);
                assert!(under_way.len() <= MOST_IN_FLIGHT, "too many are under way");
            }
            Step::Wait(_) if dies => {}
            Step::Wait(until) => {
                let until = until.map(|until| start + until);
                assert!(until.is_none_or(|until| until > world.now), "it waits for what is past");
                assert!(until.is_some() || !under_way.is_empty(), "it waits for nothing");
                wait(session, world, &mut under_way, until, start);
            }
            Step::Done => {
                assert!(under_way.is_empty(), "it ends though something is under way");
                assert_eq!(session.poll(world.since(start)), Step::Done, "what has ended goes on");
                return trace;
            }
        }
        if dies {
            world.abandon();
            trace.killed = true;
            return trace;
        }
    }
}

/// Until something has ended, or the time has come; now and then less, as a driver may.
fn wait(
    session: &mut dyn Session,
    world: &mut World,
    under_way: &mut BTreeMap<usize, Ticket>,
    until: Option<Duration>,
    start: Duration,
) {
    let early = world.chance.chance(1, 8).then(|| world.now + world.span(1, 3000));
    let until = until.into_iter().chain(early).min();
    let Some((number, outcome)) = world.advance(until) else { return };
    let ticket = under_way.remove(&number).unwrap();
    let now = world.since(start);
    session.handle(ticket, outcome.clone(), now);
    // What is not under way is ignored.
    if world.chance.chance(1, 8) {
        session.handle(ticket, outcome.clone(), now);
        session.handle(Ticket(u64::MAX), outcome, now);
    }
}
