//! Something to begin with where classes of panels cross and there are many submissions: straight down, with all that breaks a
//! rule mended at once, where branch and bound would mend one submission after the other.

use alloc::vec::Vec;

use super::super::rule::Clause;
use super::Search;
use crate::strategy::{AssignError, Run};

/// So many optima are computed at most.
const DEPTH: u64 = 40;

impl Search<'_, '_> {
    /// Takes out of each class that is too many the review of the least score, and of each cycle; puts in the one of the
    /// greatest score where a class is too few; and again with the optimum of what is left, until one keeps the rules.
    /// Nothing is proven by it.
    pub(in super::super) fn plunge(&mut self, run: &mut Run<'_>) -> Result<(), AssignError> {
        let mut without: Vec<(u32, u32)> = Vec::new();
        let mut with = Vec::new();
        for _ in 0..DEPTH {
            let Some(node) = self.node(without.clone(), with.clone(), run)? else { break };
            let before = without.len() + with.len();
            let problem = self.problem;
            let score = |&(student, submission): &(u32, u32)| {
                let score = problem.score(student as usize, submission as usize).unwrap_or(0);
                (score, student, submission)
            };
            for Clause { mut pairs, wanted } in self.rule.unseated(&node.assignment) {
                pairs.retain(|pair| !without.contains(pair) && !with.contains(pair));
                pairs.sort_unstable_by_key(score);
                if !wanted {
                    without.extend(pairs.first());
                } else if let Some(&best) = pairs.last() {
                    with.push(best);
                    if !self.fit(&with) {
                        with.pop();
                    }
                }
            }
            let mut rule = self.rule.clone();
            rule.put_all(&node.assignment);
            let mut broken = self.rule.broken(&node.assignment);
            broken.retain(|pair| !without.contains(pair) && !with.contains(pair));
            broken.sort_unstable_by_key(score);
            for (student, submission) in broken {
                if rule.closes(student, submission) {
                    rule.take(student, submission);
                    without.push((student, submission));
                }
            }
            if without.len() + with.len() == before {
                break;
            }
        }
        Ok(())
    }
}
