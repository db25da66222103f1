//! Decisions, starts, and what is forgotten between them.

use alloc::vec::Vec;

use super::{Literal, Reason, START_AFTER, Solver, Step};

/// How many more learned clauses are kept each time they are too many.
const KEPT_MORE: usize = 500;

impl Solver {
    /// Forgets half of the learned clauses: those of the most levels. At the start of a search only.
    fn forget(&mut self) {
        self.most_learned += KEPT_MORE;
        let mut by_worth: Vec<(u32, usize, usize)> = (self.clauses.iter().enumerate())
            .filter(|(_, clause)| clause.learned && clause.levels > 2)
            .map(|(place, clause)| (clause.levels, clause.literals.len(), place))
            .collect();
        by_worth.sort_unstable();
        let mut gone = alloc::vec![false; self.clauses.len()];
        by_worth[by_worth.len() / 2..].iter().for_each(|&(.., place)| gone[place] = true);
        self.watches.iter_mut().for_each(Vec::clear);
        let before = core::mem::take(&mut self.clauses);
        self.learned = 0;
        // What is certain needs no reason any more.
        self.trail.iter().for_each(|literal| self.reason[literal.variable()] = Reason::Decided);
        for (_, clause) in before.into_iter().enumerate().filter(|(place, _)| !gone[*place]) {
            if !clause.literals.iter().any(|&literal| self.truth(literal) == Some(true)) {
                self.watch(clause);
            }
        }
    }

    /// Searches until so many more conflicts have been met.
    pub(in super::super) fn search(&mut self, conflicts: u64) -> Step {
        let end = self.conflicts.saturating_add(conflicts);
        while !self.refuted {
            if let Some(conflict) = self.follow() {
                self.refuted = !self.learn(conflict);
                continue;
            }
            if self.conflicts >= end {
                return Step::Paused;
            }
            if self.conflicts >= self.next_start {
                self.begun += 1;
                self.next_start = self.conflicts + START_AFTER * luby(self.begun);
                self.back_to(0);
                if self.learned > self.most_learned {
                    self.forget();
                }
                continue;
            }
            let open = loop {
                match self.order.pop_last() {
                    Some((_, variable)) if self.value[variable as usize].is_some() => {}
                    next => break next,
                }
            };
            let Some((_, variable)) = open else { return Step::Complete };
            self.starts.push(self.trail.len());
            self.assign(Literal::new(variable, self.last[variable as usize]), Reason::Decided);
        }
        Step::Refuted
    }
}

/// 1, 1, 2, 1, 1, 2, 4, and so on, from 1.
pub(super) fn luby(mut number: u64) -> u64 {
    loop {
        let power = (number + 1).next_power_of_two();
        if power == number + 1 {
            return power / 2;
        }
        number -= power / 2 - 1;
    }
}
