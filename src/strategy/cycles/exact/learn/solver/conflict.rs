//! From a conflict to the clause that is learned, and to the weights of the variables in it.

use alloc::vec::Vec;

use super::{Clause, Literal, Reason, Solver};
use crate::problem::rows::index;

/// Where the weights of variables are made smaller.
const HEAVY: u64 = 1 << 58;

impl Solver {
    /// The true literals from which something follows: a contradiction, or a literal.
    fn causes(&self, reason: Reason, of: Option<Literal>) -> Vec<Literal> {
        match reason {
            Reason::Decided => Vec::new(),
            Reason::Clause(clause) => {
                let others = self.clauses[clause as usize].literals.iter().filter(|&&literal| Some(literal) != of);
                others.map(|literal| literal.opposite()).collect()
            }
            Reason::Bound(bound) => {
                let bound = &self.bounds[bound as usize];
                let before = of.map_or(usize::MAX, |literal| self.place[literal.variable()]);
                let held =
                    |literal: &Literal| self.truth(*literal) == Some(true) && self.place[literal.variable()] < before;
                // One more than there may be is enough for a contradiction.
                bound.literals.iter().copied().filter(held).take(bound.most + usize::from(of.is_none())).collect()
            }
        }
    }

    /// Learns from a contradiction, and goes back to where what was learned implies something; false when it follows
    /// from nothing.
    pub(super) fn learn(&mut self, conflict: Reason) -> bool {
        self.conflicts += 1;
        let mut causes = self.causes(conflict, None);
        let newest = causes.iter().map(|literal| self.level[literal.variable()]).max().unwrap_or(0);
        if newest == 0 {
            return false;
        }
        self.back_to(newest as usize);
        let mut seen = alloc::vec![false; self.value.len()];
        let mut clause = Vec::new();
        let (mut open, mut at) = (0, self.trail.len());
        let point = loop {
            for cause in causes {
                let variable = cause.variable();
                if !seen[variable] && self.level[variable] > 0 {
                    seen[variable] = true;
                    self.weigh(variable);
                    if self.level[variable] == newest {
                        open += 1;
                    } else {
                        clause.push(cause.opposite());
                    }
                }
            }
            at = (0..at).rev().find(|&at| seen[self.trail[at].variable()]).unwrap_or(0);
            let literal = self.trail[at];
            open -= 1;
            if open == 0 {
                break literal.opposite();
            }
            causes = self.causes(self.reason[literal.variable()], Some(literal));
        };
        self.heavier += self.heavier >> 4;
        self.lighten();
        // What follows from the rest of the clause need not be said.
        let follows = |literal: &Literal| {
            let reason = self.reason[literal.variable()];
            reason != Reason::Decided
                && self.causes(reason, Some(literal.opposite())).iter().all(|cause| {
                    let variable = cause.variable();
                    seen[variable] || self.level[variable] == 0
                })
        };
        let mut kept: Vec<Literal> = clause.iter().copied().filter(|literal| !follows(literal)).collect();
        kept.sort_unstable_by_key(|literal| (core::cmp::Reverse(self.level[literal.variable()]), *literal));
        let mut levels: Vec<u32> = kept.iter().map(|literal| self.level[literal.variable()]).collect();
        levels.dedup();
        let back = levels.first().copied().unwrap_or(0);
        kept.insert(0, point);
        self.back_to(back as usize);
        if kept.len() == 1 {
            self.assign(point, Reason::Decided);
        } else {
            let levels = index(levels.len());
            let place = self.watch(Clause { literals: kept, learned: true, levels });
            self.assign(point, Reason::Clause(place));
        }
        true
    }

    fn weigh(&mut self, variable: usize) {
        let number = index(variable);
        let waits = self.order.remove(&(self.weight[variable], number));
        self.weight[variable] += self.heavier;
        if waits {
            self.order.insert((self.weight[variable], number));
        }
    }

    fn lighten(&mut self) {
        if self.heavier < HEAVY >> 8 && self.weight.iter().all(|&weight| weight < HEAVY) {
            return;
        }
        self.heavier = (self.heavier >> 40).max(1 << 10);
        self.weight.iter_mut().for_each(|weight| *weight >>= 40);
        let waiting = core::mem::take(&mut self.order);
        self.order = waiting.into_iter().map(|(_, variable)| (self.weight[variable as usize], variable)).collect();
    }
}
