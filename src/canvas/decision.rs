//! What follows from an answer: done, again, look first, or give up. A pure function of the request, what became of it, and how
//! often it was tried.

use std::time::Duration;

use super::request::Request;
use super::response::{Loss, Outcome, Response};

/// A request is tried so often at most.
pub const ATTEMPTS: u32 = 8;
/// The first wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// No wait that we choose is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A server that asks for a longer wait is not waited for.
const LONGEST_ASKED: Duration = Duration::from_secs(15 * 60);

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It did what it should.
    Done,
    /// Try again after a while: nothing was changed.
    Again {
        /// How long to wait.
        after: Duration,
        /// Why.
        cause: Cause,
    },
    /// Whether something was changed is not known: wait, then read before anything is sent again.
    ReadBack {
        /// How long to wait.
        after: Duration,
        /// Why.
        cause: Cause,
    },
    /// It will not work.
    GiveUp(Refusal),
}

/// Why a request is to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Too many requests in too short a time.
    #[error("the server limits how many requests it takes")]
    Throttled,
    /// The server failed.
    #[error("the server failed (status {0})")]
    Server(u16),
    /// What came was not what the interface answers, such as the page of a proxy.
    #[error("something that is not the interface of Canvas answered, such as a proxy")]
    Foreign,
    /// The answer was lost.
    #[error("{0}")]
    Lost(Loss),
}

/// Why a request will not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The token is missing, wrong, expired or revoked.
    #[error("Canvas does not accept the token; make a new one under Account, Settings, New access token")]
    Token,
    /// The token's user may not do this.
    #[error("the user of the token may not do this; a teacher or assistant with the right to grade is needed")]
    Permission,
    /// The request was refused for want of a `User-Agent`.
    #[error("the server wants a User-Agent, and something on the way takes it out")]
    UserAgent,
    /// There is no such thing, or the token's user may not see it.
    #[error("Canvas does not find it, or the user of the token may not see it")]
    NotFound,
    /// Canvas refuses what was asked for.
    #[error("Canvas refuses it (status {0})")]
    Refused(u16),
    /// The server points to somewhere else. It is not followed, for the token belongs to this address alone.
    #[error("the server points to another address (status {0}), which is not followed; check the base address")]
    Redirected(u16),
    /// The server asks to wait for too long.
    #[error("the server asks to wait for {} minutes; try again later", .0.as_secs().div_ceil(60))]
    Wait(Duration),
    /// It was tried often enough.
    #[error("given up after {attempts} attempts: {cause}")]
    Exhausted {
        /// How often it was tried.
        attempts: u32,
        /// What went wrong the last time.
        cause: Cause,
    },
    /// The answer is larger than what is accepted.
    #[error("the answer is larger than what is accepted")]
    TooLarge,
    /// The certificate of the server is not trusted.
    #[error(
        "the server's certificate is not trusted; where it is your institution's own, name its authority in SSL_CERT_FILE"
    )]
    Untrusted,
    /// The next page lies at another address. It is not fetched, for the token belongs to this address alone.
    #[error("the list goes on at another address, which is not followed; check the base address")]
    ForeignPage,
    /// The pages of a list lead in a circle, or there is no end to them.
    #[error("the pages of the list have no end")]
    EndlessPages,
    /// The answer is JSON, but not what the documentation says.
    #[error("the answer is not what Canvas documents: {0}")]
    Unexpected(&'static str),
}

/// What follows from the outcome of the `attempt`-th try, from 1. `chance` is uniform in 0..2^16 and spreads waits, so that several
/// who wait do not come back together.
#[must_use]
pub fn decide(request: &Request, outcome: &Outcome, attempt: u32, chance: u16) -> Decision {
    let cause = match outcome {
        Outcome::Lost(Loss::TooLarge) if !request.method.writes() => return Decision::GiveUp(Refusal::TooLarge),
        Outcome::Lost(Loss::Untrusted) => return Decision::GiveUp(Refusal::Untrusted),
        Outcome::Lost(loss) => Cause::Lost(*loss),
        // A page instead of an answer: whether Canvas has seen the request is not known.
        Outcome::Answer(answer)
            if request.method.writes() && matches!(answer.status, 400 | 404) && answer.json().is_none() =>
        {
            Cause::Foreign
        }
        Outcome::Answer(answer) => match judge(answer) {
            Judgement::Done => return Decision::Done,
            Judgement::GiveUp(refusal) => return Decision::GiveUp(refusal),
            Judgement::Again(cause) => cause,
        },
    };
    let asked = match outcome {
        Outcome::Answer(answer) => asked_wait(answer),
        Outcome::Lost(_) => None,
    };
    if let Some(asked) = asked.filter(|&asked| asked > LONGEST_ASKED) {
        return Decision::GiveUp(Refusal::Wait(asked));
    }
    if attempt >= ATTEMPTS && !request.method.writes() {
        return Decision::GiveUp(Refusal::Exhausted { attempts: attempt, cause });
    }
    let after = wait(attempt, chance).max(asked.unwrap_or_default());
    if request.method.writes() { Decision::ReadBack { after, cause } } else { Decision::Again { after, cause } }
}

/// The wait after the `attempt`-th try: doubling from a second, at most half a minute, of which the second half is left to chance.
#[must_use]
pub fn wait(attempt: u32, chance: u16) -> Duration {
    let whole = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    whole / 2 + whole / 2 * u32::from(chance) / (1 << 16)
}

enum Judgement {
    Done,
    Again(Cause),
    GiveUp(Refusal),
}

/// What an answer says, whatever was asked.
fn judge(answer: &Response) -> Judgement {
    use Judgement::{Again, Done, GiveUp};
    let json = answer.json();
    match answer.status {
        200..=299 if json.is_some() => Done,
        // The page of a proxy or of a log-in; whether Canvas saw the request is not known.
        200..=299 => Again(Cause::Foreign),
        300..=399 => GiveUp(Refusal::Redirected(answer.status)),
        401 if answer.header("www-authenticate").is_some() || answer.says("access token") => GiveUp(Refusal::Token),
        // Older installations answer so where a right is missing; without words it is the token.
        401 if answer.says("\"unauthorized\"") => GiveUp(Refusal::Permission),
        401 => GiveUp(Refusal::Token),
        429 => Again(Cause::Throttled),
        403 if is_throttle(answer) => Again(Cause::Throttled),
        403 if answer.says("user-agent") || answer.says("user agent") => GiveUp(Refusal::UserAgent),
        403 => GiveUp(Refusal::Permission),
        404 => GiveUp(Refusal::NotFound),
        408 | 425 | 500..=599 => Again(Cause::Server(answer.status)),
        status => GiveUp(Refusal::Refused(status)),
    }
}

/// A 403 that means "too fast": by its words, or by the header of an empty bucket on an answer that cost nothing.
fn is_throttle(answer: &Response) -> bool {
    let empty = answer.header("x-rate-limit-remaining").and_then(|value| value.trim().parse::<f64>().ok());
    answer.says("rate limit exceeded")
        || (empty.is_some_and(|left| left <= 0.0) && answer.header("x-request-cost").is_none())
}

/// How long the server asks to wait: `Retry-After` in seconds. The form with a date is not used; that would take a clock.
fn asked_wait(answer: &Response) -> Option<Duration> {
    answer.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::request::{AssignmentPath, Context};
    use crate::id::Id;

    fn requests() -> [Request; 3] {
        let path = AssignmentPath { context: Context::Course(Id::from(1)), assignment_id: Id::from(2) };
        let (submission, assessor) = (Id::from(3), Id::from(4));
        [path.peer_reviews(), path.create(&submission, &assessor), path.delete(&submission, &assessor)]
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Outcome {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Outcome::Answer(Response { status, headers, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn the_ways_of_refusing_are_told_apart() {
        let unauthorized = r#"{"status":"unauthorized","errors":[{"message":"no"}]}"#;
        let bearer = [("WWW-Authenticate", "Bearer realm=\"canvas-lms\"")];
        for (outcome, refusal) in [
            (answer(401, &bearer, "{}"), Refusal::Token),
            (answer(401, &[], r#"{"errors":[{"message":"Invalid access token."}]}"#), Refusal::Token),
            (answer(401, &[], r#"{"status":"unauthenticated","errors":[]}"#), Refusal::Token),
            (answer(401, &[], unauthorized), Refusal::Permission),
            (answer(403, &[], unauthorized), Refusal::Permission),
            (
                answer(403, &[("x-rate-limit-remaining", "599.9"), ("x-request-cost", "0.1")], unauthorized),
                Refusal::Permission,
            ),
            (answer(403, &[], "A User-Agent header is required"), Refusal::UserAgent),
            (answer(404, &[], "{}"), Refusal::NotFound),
            (answer(400, &[], r#"{"errors":{"base":"Create failed"}}"#), Refusal::Refused(400)),
            (answer(302, &[("location", "https://elsewhere.example")], ""), Refusal::Redirected(302)),
            (answer(429, &[("Retry-After", "7200")], ""), Refusal::Wait(Duration::from_secs(7200))),
            (Outcome::Lost(Loss::Untrusted), Refusal::Untrusted),
        ] {
            for request in requests() {
                assert_eq!(decide(&request, &outcome, 1, 0), Decision::GiveUp(refusal), "{outcome:?}");
            }
        }
    }

    #[test]
    fn throttles_and_failures_are_waited_for_and_writes_are_read_back() {
        for (outcome, cause) in [
            (answer(429, &[], "429 Too Many Requests (Rate Limit Exceeded)"), Cause::Throttled),
            (answer(403, &[], "403 Forbidden (Rate Limit Exceeded)"), Cause::Throttled),
            (answer(403, &[("x-rate-limit-remaining", "0.0")], "slow down"), Cause::Throttled),
            (answer(500, &[], "{\"errors\":[]}"), Cause::Server(500)),
            (answer(504, &[], "<html>"), Cause::Server(504)),
            (answer(200, &[], "<html>"), Cause::Foreign),
            (answer(200, &[], "[{"), Cause::Foreign),
            (Outcome::Lost(Loss::Broken), Cause::Lost(Loss::Broken)),
        ] {
            let [get, post, delete] = requests();
            let after = Duration::from_millis(500);
            assert_eq!(decide(&get, &outcome, 1, 0), Decision::Again { after, cause });
            let exhausted = Decision::GiveUp(Refusal::Exhausted { attempts: ATTEMPTS, cause });
            assert_eq!(decide(&get, &outcome, ATTEMPTS, 0), exhausted);
            for write in [post, delete] {
                assert_eq!(decide(&write, &outcome, 1, 0), Decision::ReadBack { after, cause });
            }
        }
    }

    #[test]
    fn a_page_instead_of_a_refusal_says_nothing_about_what_was_done() {
        for status in [400, 404] {
            let page = answer(status, &[("content-type", "text/html")], "<html>");
            let [get, post, delete] = requests();
            assert!(matches!(decide(&get, &page, 1, 0), Decision::GiveUp(_)));
            for write in [post, delete] {
                assert!(matches!(decide(&write, &page, 1, 0), Decision::ReadBack { cause: Cause::Foreign, .. }));
            }
        }
    }

    #[test]
    fn waits_double_up_to_a_limit_and_spread_and_what_the_server_asks_for_is_kept() {
        let mut before = Duration::ZERO;
        for attempt in 1..=40 {
            let (least, most) = (wait(attempt, 0), wait(attempt, u16::MAX));
            assert!(least >= before && most >= least && most < 2 * least && most < LONGEST_WAIT);
            before = least;
        }
        let outcome = answer(429, &[("retry-after", "77")], "");
        let decision = decide(&requests()[0], &outcome, 1, 0);
        assert_eq!(decision, Decision::Again { after: Duration::from_secs(77), cause: Cause::Throttled });
    }
}
