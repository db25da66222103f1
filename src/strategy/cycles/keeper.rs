//! An assignment that keeps the rules that are no network while it changes by a few reviews at a time.

use alloc::collections::BTreeSet;

use super::rule::Rule;
use super::seats::Seats;
use crate::problem::Problem;

/// Who reviews whom, and how many reviewers of each loose class submissions have.
///
/// Invariant: what is there keeps the rules.
pub(crate) struct Keeper<'p> {
    rule: Rule<'p>,
    seats: Seats<'p>,
    /// The reviews that are not fixed, sorted.
    chosen: BTreeSet<(u32, u32)>,
}

impl<'p> Keeper<'p> {
    /// The reviews of an assignment that keeps the rules, but those that are fixed: `rule` has these.
    pub(crate) fn new(problem: &'p Problem, rule: &Rule<'p>, chosen: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut keeper = Self { rule: rule.clone(), seats: Seats::new(problem), chosen: BTreeSet::new() };
        for pair in chosen {
            keeper.put(pair);
        }
        keeper
    }

    fn put(&mut self, pair: (u32, u32)) {
        self.rule.put(pair.0, pair.1);
        self.seats.count(pair, true);
        self.chosen.insert(pair);
    }

    fn take(&mut self, pair: (u32, u32)) {
        self.rule.take(pair.0, pair.1);
        self.seats.count(pair, false);
        self.chosen.remove(&pair);
    }

    /// Whether the rules are kept when some reviews go and others come; where they are not, none do.
    pub(crate) fn change(&mut self, gone: &[(u32, u32)], come: &[(u32, u32)]) -> bool {
        for &pair in gone {
            self.take(pair);
        }
        for &pair in come {
            self.put(pair);
        }
        let seated = gone.iter().chain(come).all(|&(_, submission)| self.seats.wrong(submission) == 0);
        let kept = seated && !self.closes(come);
        if !kept {
            for &pair in come {
                self.take(pair);
            }
            for &pair in gone {
                self.put(pair);
            }
        }
        kept
    }

    /// Whether reviews that came close a forbidden cycle that could be left out.
    fn closes(&mut self, come: &[(u32, u32)]) -> bool {
        let Self { rule, chosen, .. } = self;
        // A new cycle has a new review; where that one has to be, others of the cycle do not.
        if come.iter().any(|&(student, submission)| rule.has_to_be(student, submission)) {
            return chosen.iter().any(|&(student, submission)| rule.closes(student, submission));
        }
        come.iter().any(|&(student, submission)| rule.closes(student, submission))
    }
}
