//! From what is true to all that it implies, and back.

use super::{Literal, Reason, Solver};
use crate::problem::rows::index;

impl Solver {
    pub(super) fn assign(&mut self, literal: Literal, reason: Reason) {
        let variable = literal.variable();
        debug_assert!(self.value[variable].is_none());
        self.value[variable] = Some(literal.holds());
        self.level[variable] = index(self.starts.len());
        self.reason[variable] = reason;
        self.place[variable] = self.trail.len();
        self.trail.push(literal);
        for &bound in &self.counted[literal.place()] {
            self.bounds[bound as usize].count += 1;
        }
    }

    pub(super) fn back_to(&mut self, level: usize) {
        let Some(&start) = self.starts.get(level) else { return };
        for literal in self.trail.drain(start..) {
            let variable = literal.variable();
            self.last[variable] = literal.holds();
            self.value[variable] = None;
            self.order.insert((self.weight[variable], index(variable)));
            for &bound in &self.counted[literal.place()] {
                self.bounds[bound as usize].count -= 1;
            }
        }
        self.starts.truncate(level);
        self.followed = start;
    }

    /// Follows what is true to all that it implies; what contradicts it, if anything does.
    pub(super) fn follow(&mut self) -> Option<Reason> {
        while let Some(&literal) = self.trail.get(self.followed) {
            self.followed += 1;
            if let Some(clause) = self.follow_clauses(literal) {
                return Some(Reason::Clause(clause));
            }
            for at in 0..self.counted[literal.place()].len() {
                let place = self.counted[literal.place()][at];
                let bound = &self.bounds[place as usize];
                if bound.count > bound.most {
                    return Some(Reason::Bound(place));
                }
                if bound.count == bound.most {
                    for at in 0..bound.literals.len() {
                        let other = self.bounds[place as usize].literals[at];
                        if self.truth(other).is_none() {
                            self.assign(other.opposite(), Reason::Bound(place));
                        }
                    }
                }
            }
        }
        None
    }

    fn follow_clauses(&mut self, literal: Literal) -> Option<u32> {
        let wrong = literal.opposite();
        let mut watching = core::mem::take(&mut self.watches[literal.place()]);
        let (mut kept, mut conflict) = (0, None);
        for at in 0..watching.len() {
            let place = watching[at];
            watching[kept] = place;
            kept += 1;
            if conflict.is_some() {
                continue;
            }
            let mut literals = core::mem::take(&mut self.clauses[place as usize].literals);
            if literals[0] == wrong {
                literals.swap(0, 1);
            }
            let first = self.truth(literals[0]);
            if first != Some(true) {
                match (2..literals.len()).find(|&other| self.truth(literals[other]) != Some(false)) {
                    Some(other) => {
                        literals.swap(1, other);
                        self.watches[literals[1].opposite().place()].push(place);
                        kept -= 1;
                    }
                    None if first.is_none() => self.assign(literals[0], Reason::Clause(place)),
                    None => conflict = Some(place),
                }
            }
            self.clauses[place as usize].literals = literals;
        }
        watching.truncate(kept);
        self.watches[literal.place()] = watching;
        conflict
    }
}
