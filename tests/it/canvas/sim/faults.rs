//! What goes wrong on the way, drawn for each request.

use std::time::Duration;

use peerplan::canvas::Loss;
use peerplan::random::Random;

/// How many of a thousand requests suffer what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    /// The request does not arrive.
    pub(crate) lost_before: u64,
    /// It has its effect, and the answer does not arrive.
    pub(crate) lost_after: u64,
    /// The answer is lost, and the effect comes later still, within `latest`.
    pub(crate) late: u64,
    /// After the loss of the answer.
    pub(crate) latest: Duration,
    /// It is refused as one too many.
    pub(crate) throttled: u64,
    /// From here on everything is refused for some seconds.
    pub(crate) storms: u64,
    /// The server fails before it has done anything.
    pub(crate) failed_before: u64,
    /// The server fails when it has done everything.
    pub(crate) failed_after: u64,
    /// It has its effect, and a proxy answers with a page.
    pub(crate) pages: u64,
    /// It has its effect, and half of the answer arrives.
    pub(crate) torn: u64,
    /// The answer takes very long.
    pub(crate) slow: u64,
    /// Refusals have the status of a missing right.
    pub(crate) old: bool,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Normal,
    LostBefore(Loss),
    LostAfter(Loss),
    Late,
    Throttled,
    Storm,
    FailedBefore(u16),
    FailedAfter(u16),
    Page,
    Torn,
    Slow,
}

impl Faults {
    /// Everything but late effects, each with the same chance.
    pub(crate) fn each(per_mille: u64) -> Self {
        Self {
            lost_before: per_mille,
            lost_after: per_mille,
            throttled: per_mille,
            storms: per_mille / 8,
            failed_before: per_mille,
            failed_after: per_mille,
            pages: per_mille,
            torn: per_mille,
            slow: per_mille,
            ..Self::default()
        }
    }

    pub(super) fn draw(&self, chance: &mut Random) -> Fate {
        let losses = [Loss::Broken, Loss::TimedOut, Loss::Unreachable];
        let status = [500, 502, 503, 504][chance.index(4)];
        let (before, after) = (losses[chance.index(3)], losses[chance.index(2)]);
        let mut drawn = chance.below(1000);
        for (share, fate) in [
            (self.lost_before, Fate::LostBefore(before)),
            (self.lost_after, Fate::LostAfter(after)),
            (self.late, Fate::Late),
            (self.throttled, Fate::Throttled),
            (self.storms, Fate::Storm),
            (self.failed_before, Fate::FailedBefore(status)),
            (self.failed_after, Fate::FailedAfter(status)),
            (self.pages, Fate::Page),
            (self.torn, Fate::Torn),
            (self.slow, Fate::Slow),
        ] {
            if drawn < share {
                return fate;
            }
            drawn -= share;
        }
        Fate::Normal
    }
}
