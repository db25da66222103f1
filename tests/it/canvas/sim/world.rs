//! A course behind an unreliable network, in virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use peerplan::canvas::{Loss, Outcome, Request, Response};
use peerplan::random::{Purpose, Random};

use super::answers::{page_of_proxy, throttled};
use super::course::Course;
use super::faults::{Fate, Faults};
use super::teacher::Edit;

/// A client waits so long for an answer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A request that was sent, and what its sender was told.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) at: Duration,
    pub(crate) request: Request,
    /// When it ended, and how; none where nobody waits for it any more.
    pub(crate) ended: Option<(Duration, Outcome)>,
}

/// What happens at a moment.
#[derive(Debug)]
enum Event {
    /// The request of this number comes to the server.
    Arrival(usize, Fate),
    /// Its sender hears of it.
    Reply(usize, Outcome),
    /// A change by hand; any that is possible, where none is named.
    Edit(Option<Edit>),
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) course: Course,
    pub(crate) faults: Faults,
    pub(crate) now: Duration,
    /// Everything that was ever sent.
    pub(crate) log: Vec<Sent>,
    /// What was changed by hand.
    pub(crate) edits: Vec<(Duration, Edit)>,
    pub(super) chance: Random,
    events: BTreeMap<(Duration, u64), Event>,
    next: u64,
    storm_until: Duration,
    /// The senders of all requests before this one are gone.
    abandoned: usize,
}

impl World {
    pub(crate) fn new(course: Course, faults: Faults, seed: u64) -> Self {
        Self {
            course,
            faults,
            now: Duration::ZERO,
            log: Vec::new(),
            edits: Vec::new(),
            chance: Random::new(seed, Purpose::Walk),
            events: BTreeMap::new(),
            next: 0,
            storm_until: Duration::ZERO,
            abandoned: 0,
        }
    }

    /// The time that has gone by.
    pub(super) fn since(&self, start: Duration) -> Duration {
        self.now.saturating_sub(start)
    }

    /// A random span of milliseconds.
    pub(super) fn span(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.chance.below(to - from))
    }

    fn plan(&mut self, at: Duration, event: Event) {
        self.events.insert((at, self.next), event);
        self.next += 1;
    }

    /// A change by hand at some later moment; whatever is possible then, where none is named.
    pub(crate) fn edit_at(&mut self, at: Duration, edit: Option<Edit>) {
        self.plan(at, Event::Edit(edit));
    }

    /// A request sets out; its number.
    pub(crate) fn send(&mut self, request: Request) -> usize {
        let number = self.log.len();
        self.log.push(Sent { at: self.now, request, ended: None });
        let fate = match self.faults.draw(&mut self.chance) {
            _ if self.now < self.storm_until => Fate::Throttled,
            Fate::Storm => {
                self.storm_until = self.now + self.span(500, 20_000);
                Fate::Throttled
            }
            fate => fate,
        };
        let arrival = self.now + self.span(1, 200);
        match fate {
            Fate::LostBefore(Loss::TimedOut) => {
                self.plan(self.now + TIMEOUT, Event::Reply(number, Outcome::Lost(Loss::TimedOut)));
            }
            Fate::LostBefore(loss) => self.plan(arrival, Event::Reply(number, Outcome::Lost(loss))),
            Fate::Late => {
                let lost = self.now + TIMEOUT;
                let latest = u64::try_from(self.faults.latest.as_millis()).unwrap();
                let late = self.span(0, latest + 1);
                self.plan(lost, Event::Reply(number, Outcome::Lost(Loss::TimedOut)));
                self.plan(lost + late, Event::Arrival(number, fate));
            }
            fate => self.plan(arrival, Event::Arrival(number, fate)),
        }
        number
    }

    /// Goes on to the next thing that a sender hears of, or to `until`, or as far as anything happens.
    pub(crate) fn advance(&mut self, until: Option<Duration>) -> Option<(usize, Outcome)> {
        while let Some((&(at, key), _)) = self.events.first_key_value() {
            if until.is_some_and(|until| at > until) {
                break;
            }
            let event = self.events.remove(&(at, key))?;
            self.now = self.now.max(at);
            match event {
                Event::Arrival(number, fate) => self.arrive(number, fate),
                Event::Reply(number, outcome) => {
                    self.log[number].ended = Some((self.now, outcome.clone()));
                    return Some((number, outcome));
                }
                Event::Edit(edit) => {
                    let edit = edit.or_else(|| Edit::draw(&self.course, &mut self.chance));
                    if let Some(edit) = edit.filter(|edit| edit.apply(&mut self.course)) {
                        self.edits.push((self.now, edit));
                    }
                }
            }
        }
        self.now = self.now.max(until.unwrap_or_default());
        None
    }

    /// Lets everything happen that is under way; nobody listens.
    pub(crate) fn settle(&mut self) {
        while self.advance(None).is_some() {}
    }

    /// Forgets who waits for answers: the sender is gone.
    pub(super) fn abandon(&mut self) {
        self.abandoned = self.log.len();
        self.events.retain(|_, event| !matches!(event, Event::Reply(..)));
    }

    fn arrive(&mut self, number: usize, fate: Fate) {
        let request = self.log[number].request.clone();
        let answer = match fate {
            Fate::Throttled => throttled(self.faults.old),
            Fate::FailedBefore(status) => page_of_proxy(status),
            _ => self.course.answer_to(&request),
        };
        let sent = self.log[number].at;
        let (outcome, at) = match fate {
            Fate::Late => return,
            _ if number < self.abandoned => return,
            Fate::LostAfter(Loss::TimedOut) => (Outcome::Lost(Loss::TimedOut), sent + TIMEOUT),
            Fate::LostAfter(loss) => (Outcome::Lost(loss), self.now + self.span(1, 200)),
            Fate::FailedAfter(status) => (Outcome::Answer(page_of_proxy(status)), self.now + self.span(1, 200)),
            Fate::Page => (Outcome::Answer(page_of_proxy(200)), self.now + self.span(1, 200)),
            Fate::Torn => {
                let length = self.chance.index(answer.body.len());
                let body = answer.body[..length].to_vec();
                (Outcome::Answer(Response { body, ..answer }), self.now + self.span(1, 200))
            }
            Fate::Slow => (Outcome::Answer(answer), self.now + self.span(200, 25_000)),
            _ => (Outcome::Answer(answer), self.now + self.span(1, 200)),
        };
        self.plan(at, Event::Reply(number, outcome));
    }
}
