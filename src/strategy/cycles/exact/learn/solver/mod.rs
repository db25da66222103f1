//! Clauses and bounds on numbers of literals: search that learns from its conflicts.
//!
//! From every conflict follows a clause that all assignments meet: the first unique implication point (J. Marques-Silva
//! and K. Sakallah, "GRASP: a search algorithm for propositional satisfiability", IEEE Transactions on Computers, 1999).
//! Clauses watch two of their literals, and the variables of the last conflicts are decided first (M. Moskewicz et al.,
//! "Chaff: engineering an efficient SAT solver", DAC 2001); the search starts again as often as M. Luby, A. Sinclair and
//! D. Zuckerman say ("Optimal speedup of Las Vegas algorithms", 1993), every variable as it was last. Bounds count their
//! literals, and explain by these what they imply.

mod conflict;
mod follow;
mod search;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::problem::rows::index;

/// Conflicts between two starts, times the terms of Luby's sequence.
const START_AFTER: u64 = 64;
/// Learned clauses kept at first.
const KEPT: usize = 2_000;

/// A variable, or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal(u32);

impl Literal {
    pub(super) const fn new(variable: u32, holds: bool) -> Self {
        Self(variable * 2 + !holds as u32)
    }

    pub(super) const fn opposite(self) -> Self {
        Self(self.0 ^ 1)
    }

    const fn variable(self) -> usize {
        (self.0 / 2) as usize
    }

    /// Whether it says that its variable holds.
    const fn holds(self) -> bool {
        self.0 & 1 == 0
    }

    const fn place(self) -> usize {
        self.0 as usize
    }
}

/// Why a literal is true, or what contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Decided,
    Clause(u32),
    Bound(u32),
}

#[derive(Debug, Clone)]
struct Clause {
    /// The first two are watched; of one that implies something, the first is what it implies.
    literals: Vec<Literal>,
    learned: bool,
    /// Of how many levels its literals were when it was learned.
    levels: u32,
}

/// At most so many of some literals are true.
#[derive(Debug, Clone)]
struct Bound {
    literals: Vec<Literal>,
    most: usize,
    /// How many are.
    count: usize,
}

/// What a part of the search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// All variables have values that meet all clauses and bounds.
    Complete,
    /// There are no such values.
    Refuted,
    /// So many conflicts have been met.
    Paused,
}

/// One search.
///
/// Invariant: what is true is on the trail, in the order in which it became true; the trail up to `followed` has been
/// followed to all that it implies.
#[derive(Debug, Clone, Default)]
pub(super) struct Solver {
    clauses: Vec<Clause>,
    bounds: Vec<Bound>,
    /// Literal -> clauses that watch its opposite.
    watches: Vec<Vec<u32>>,
    /// Literal -> bounds that count it.
    counted: Vec<Vec<u32>>,
    value: Vec<Option<bool>>,
    /// Variable -> the value it had last.
    last: Vec<bool>,
    level: Vec<u32>,
    reason: Vec<Reason>,
    /// Variable -> its place on the trail.
    place: Vec<usize>,
    trail: Vec<Literal>,
    /// Level -> the length of the trail before its decision.
    starts: Vec<usize>,
    followed: usize,
    weight: Vec<u64>,
    heavier: u64,
    /// Variables without a value, and perhaps some with one, by weight.
    order: BTreeSet<(u64, u32)>,
    conflicts: u64,
    next_start: u64,
    begun: u64,
    learned: usize,
    most_learned: usize,
    refuted: bool,
}

impl Solver {
    pub(super) fn new() -> Self {
        Self { heavier: 1 << 10, next_start: START_AFTER, most_learned: KEPT, ..Self::default() }
    }

    /// A new variable, tried with this value first.
    pub(super) fn variable(&mut self, first: bool) -> u32 {
        let variable = index(self.value.len());
        self.watches.extend([Vec::new(), Vec::new()]);
        self.counted.extend([Vec::new(), Vec::new()]);
        self.value.push(None);
        self.last.push(first);
        self.level.push(0);
        self.reason.push(Reason::Decided);
        self.place.push(0);
        self.weight.push(0);
        self.order.insert((0, variable));
        variable
    }

    /// How many conflicts have been met.
    pub(super) const fn conflicts(&self) -> u64 {
        self.conflicts
    }

    /// Whether a variable holds; none while it has no value.
    pub(super) fn value(&self, variable: u32) -> Option<bool> {
        self.value[variable as usize]
    }

    fn truth(&self, literal: Literal) -> Option<bool> {
        self.value[literal.variable()].map(|value| value == literal.holds())
    }

    /// One of these must be true. Starts the search again.
    pub(super) fn clause(&mut self, mut literals: Vec<Literal>) {
        self.back_to(0);
        literals.sort_unstable();
        literals.dedup();
        if literals.windows(2).any(|two| two[0].opposite() == two[1]) {
            return;
        }
        literals.retain(|&literal| self.truth(literal) != Some(false));
        if literals.iter().any(|&literal| self.truth(literal) == Some(true)) {
            return;
        }
        match literals[..] {
            [] => self.refuted = true,
            [one] => self.assign(one, Reason::Decided),
            _ => _ = self.watch(Clause { literals, learned: false, levels: 0 }),
        }
    }

    /// At least and at most so many of these are true, each named once. To be said before the search begins.
    pub(super) fn window(&mut self, literals: &[Literal], min: usize, max: usize) {
        if min > literals.len() {
            self.refuted = true;
            return;
        }
        if min == 1 && max >= literals.len() {
            return self.clause(literals.to_vec());
        }
        if max < literals.len() {
            self.at_most(literals.to_vec(), max);
        }
        if min > 0 {
            self.at_most(literals.iter().map(|literal| literal.opposite()).collect(), literals.len() - min);
        }
    }

    fn at_most(&mut self, literals: Vec<Literal>, most: usize) {
        let place = index(self.bounds.len());
        let mut count = 0;
        for &literal in &literals {
            self.counted[literal.place()].push(place);
            count += usize::from(self.truth(literal) == Some(true));
        }
        self.refuted |= count > most;
        if count == most {
            let open = literals.iter().copied().filter(|&literal| self.truth(literal).is_none()).collect::<Vec<_>>();
            self.bounds.push(Bound { literals, most, count });
            for literal in open {
                self.assign(literal.opposite(), Reason::Bound(place));
            }
        } else {
            self.bounds.push(Bound { literals, most, count });
        }
    }

    fn watch(&mut self, clause: Clause) -> u32 {
        let place = index(self.clauses.len());
        self.watches[clause.literals[0].opposite().place()].push(place);
        self.watches[clause.literals[1].opposite().place()].push(place);
        self.learned += usize::from(clause.learned);
        self.clauses.push(clause);
        place
    }
}

#[cfg(test)]
mod tests;
