//! Requests under way: how many at once, when they are tried again, and when all wait.
//!
//! Invariants: no more than `most` requests are under way; while the server limits requests, no other is begun; a request that
//! writes is sent once, and what to do when its outcome is not known is left to its owner.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::decision::{Cause, Decision, Refusal, decide};
use super::request::Request;
use super::response::{Loss, Outcome, Response};
use super::session::Ticket;
use crate::random::{Purpose, Random};

/// Requests are under way at most, unless another number is asked for.
pub const IN_FLIGHT: usize = 2;
/// No more than this, whatever is asked for: a dozen fill the bucket of a token.
pub const MOST_IN_FLIGHT: usize = 4;
/// As long as nothing was ever answered, a request is tried so often: the address may be wrong.
const FIRST_ATTEMPTS: u32 = 3;

/// What a request came to.
#[derive(Debug)]
pub(super) enum Answer {
    /// It did what it should.
    Done(Response),
    /// It writes, and whether it did is not known. To be looked at no sooner than this.
    Unclear(Duration, Cause),
    /// It will not work.
    Refused(Refusal),
}

/// A request, and what it is for.
#[derive(Debug)]
struct Call<K> {
    kind: K,
    request: Request,
    attempt: u32,
    not_before: Duration,
}

/// Requests, waiting and under way.
#[derive(Debug)]
pub(super) struct Calls<K> {
    waiting: VecDeque<Call<K>>,
    under_way: BTreeMap<Ticket, Call<K>>,
    most: usize,
    next: u64,
    /// Nothing is begun before.
    pause: Duration,
    /// How often in a row the server said that it is too much.
    throttled: u32,
    answered: bool,
    chance: Random,
}

impl<K> Calls<K> {
    /// None yet; `most` at a time.
    pub(super) fn new(most: usize, seed: u64) -> Self {
        Self {
            waiting: VecDeque::new(),
            under_way: BTreeMap::new(),
            most: most.clamp(1, MOST_IN_FLIGHT),
            next: 0,
            pause: Duration::ZERO,
            throttled: 0,
            answered: false,
            chance: Random::new(seed, Purpose::Backoff),
        }
    }

    /// A request to be sent, no sooner than `not_before`.
    pub(super) fn add(&mut self, kind: K, request: Request, not_before: Duration) {
        self.waiting.push_back(Call { kind, request, attempt: 1, not_before });
    }

    /// A request to be sent before those that wait, now.
    pub(super) fn add_first(&mut self, kind: K, request: Request) {
        self.waiting.push_front(Call { kind, request, attempt: 1, not_before: Duration::ZERO });
    }

    /// Whether nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Whether nothing waits and nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_empty()
    }

    /// Whether another request could be sent now, were there one.
    pub(super) fn has_room(&self, now: Duration) -> bool {
        self.has_place() && now >= self.pause
    }

    /// Whether fewer are under way than may be. After a throttle one goes ahead to see.
    fn has_place(&self) -> bool {
        self.under_way.len() < if self.throttled > 0 { 1 } else { self.most }
    }

    /// How many wait or are under way.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.under_way.len()
    }

    /// Drops what waits and was not sent; whether there was anything.
    pub(super) fn drop_waiting(&mut self) -> bool {
        let any = !self.waiting.is_empty();
        self.waiting.clear();
        any
    }

    /// The next request to be sent now.
    pub(super) fn begin(&mut self, now: Duration) -> Option<(Ticket, Request)> {
        if !self.has_room(now) {
            return None;
        }
        let place = self.waiting.iter().position(|call| call.not_before <= now)?;
        let call = self.waiting.remove(place)?;
        let ticket = Ticket(self.next);
        self.next += 1;
        let request = call.request.clone();
        self.under_way.insert(ticket, call);
        Some((ticket, request))
    }

    /// When [`begin`](Self::begin) may have something though nothing ends before; none where only what is under way is waited for.
    pub(super) fn next_time(&self, now: Duration) -> Option<Duration> {
        if !self.has_place() {
            return None;
        }
        let earliest = self.waiting.iter().map(|call| call.not_before).min()?;
        Some(earliest.max(self.pause).max(now))
    }

    /// When requests may be begun again.
    pub(super) const fn pause(&self) -> Duration {
        self.pause
    }

    /// Takes in what became of a request. None where it will be tried again, or is not ours.
    pub(super) fn end(&mut self, ticket: Ticket, outcome: Outcome, now: Duration) -> Option<(K, Answer)> {
        let mut call = self.under_way.remove(&ticket)?;
        let chance = u16::try_from(self.chance.below(1 << 16)).unwrap_or_default();
        self.answered |= matches!(outcome, Outcome::Answer(_));
        let decision = decide(&call.request, &outcome, call.attempt, chance);
        match decision {
            Decision::Again { after, cause: Cause::Throttled }
            | Decision::ReadBack { after, cause: Cause::Throttled } => {
                self.throttled += 1;
                self.pause = self.pause.max(now + after);
            }
            _ => self.throttled = 0,
        }
        match decision {
            Decision::Done => match outcome {
                Outcome::Answer(answer) => Some((call.kind, Answer::Done(answer))),
                Outcome::Lost(_) => None,
            },
            Decision::GiveUp(refusal) => Some((call.kind, Answer::Refused(refusal))),
            Decision::ReadBack { after, cause } => Some((call.kind, Answer::Unclear(now + after, cause))),
            Decision::Again { cause: cause @ Cause::Lost(Loss::Unreachable), .. }
                if !self.answered && call.attempt >= FIRST_ATTEMPTS =>
            {
                Some((call.kind, Answer::Refused(Refusal::Exhausted { attempts: call.attempt, cause })))
            }
            Decision::Again { after, .. } => {
                call.attempt += 1;
                call.not_before = now + after;
                self.waiting.push_front(call);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::request;
    use crate::id::Id;

    const SECOND: Duration = Duration::from_secs(1);

    fn calls(count: u64) -> Calls<u64> {
        let mut calls = Calls::new(3, 7);
        for id in 0..count {
            calls.add(id, request::sections(&Id::from(id)), Duration::ZERO);
        }
        calls
    }

    fn answer(status: u16, body: &str) -> Outcome {
        Outcome::Answer(Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn no_more_are_under_way_than_allowed_and_all_come_to_an_end() {
        let mut calls = calls(10);
        let mut done = Vec::new();
        let mut open = Vec::new();
        while !calls.is_empty() {
            while let Some((ticket, _)) = calls.begin(Duration::ZERO) {
                open.push(ticket);
            }
            assert!(open.len() <= 3);
            let ended = calls.end(open.remove(0), answer(200, "[]"), Duration::ZERO);
            done.extend(ended.map(|(kind, _)| kind));
        }
        assert_eq!(done, (0..10).collect::<Vec<_>>());
        assert!(calls.end(Ticket(0), answer(200, "[]"), Duration::ZERO).is_none());
    }

    #[test]
    fn while_the_server_limits_requests_one_goes_ahead() {
        let mut calls = calls(4);
        let (first, _) = calls.begin(Duration::ZERO).unwrap();
        let (second, _) = calls.begin(Duration::ZERO).unwrap();
        assert!(calls.end(first, answer(429, ""), SECOND).is_none());
        assert!(calls.begin(SECOND).is_none());
        assert!(calls.end(second, answer(429, ""), SECOND).is_none());
        let time = calls.next_time(SECOND).unwrap();
        assert!(time > SECOND);
        let (ahead, _) = calls.begin(time).unwrap();
        assert!(calls.begin(time).is_none() && calls.next_time(time).is_none());
        calls.end(ahead, answer(200, "[]"), time).unwrap();
        assert!(calls.begin(time + 60 * SECOND).is_some() && calls.begin(time + 60 * SECOND).is_some());
    }

    #[test]
    fn a_wrong_address_is_given_up_soon() {
        let mut calls = calls(1);
        let mut now = Duration::ZERO;
        for attempt in 1.. {
            let (ticket, _) = calls.begin(now).unwrap();
            match calls.end(ticket, Outcome::Lost(Loss::Unreachable), now) {
                Some((_, Answer::Refused(Refusal::Exhausted { attempts, .. }))) => {
                    assert_eq!((attempt, attempts), (FIRST_ATTEMPTS, FIRST_ATTEMPTS));
                    break;
                }
                other => assert!(other.is_none()),
            }
            now = calls.next_time(now).unwrap();
        }
        assert!(now < 5 * SECOND);
    }
}
