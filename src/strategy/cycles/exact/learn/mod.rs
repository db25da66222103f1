//! A question as clauses and bounds on numbers: for those that have little room and no symmetry.
//!
//! Every pair is a variable, and so is who reviews whom where several pairs come to that. Short cycles are clauses from
//! the start; longer ones once they are met.

mod solver;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::state::State;
use super::{Answer, Question, bits};
use crate::flow::Window;
use solver::{Literal, Solver, Step};

/// Cycles up to this length are clauses from the start.
const AT_ONCE: usize = 3;

/// One search; what it has learned is kept between its steps.
pub(super) struct Learning<'q> {
    question: &'q Question,
    solver: Solver,
    /// The variables of pairs, by row and column.
    pairs: BTreeMap<(usize, usize), u32>,
    /// Who may review whom by pairs that must not be on a cycle.
    free: BTreeMap<(usize, usize), Literal>,
    /// Who may review whom by any pair; none where that is certain.
    any: BTreeMap<(usize, usize), Option<Literal>>,
}

impl<'q> Learning<'q> {
    pub(super) fn new(question: &'q Question) -> Self {
        let mut solver = Solver::new();
        // Near what keeps all bounds, whatever cycles it has.
        let mut near = State::new(question);
        question.rematch(&mut near);
        let mut pairs = BTreeMap::new();
        for row in 0..question.rows.len() {
            for column in bits(question.open[row] | question.forced[row]) {
                let first = near.witness[row] >> column & 1 == 1;
                pairs.insert((row, column), solver.variable(first));
            }
        }
        let mut learning = Self { question, solver, pairs, free: BTreeMap::new(), any: BTreeMap::new() };
        learning.say_arcs();
        learning.say_bounds();
        learning.say_cycles();
        learning
    }

    /// How many conflicts have been met.
    pub(super) const fn conflicts(&self) -> u64 {
        self.solver.conflicts()
    }

    /// Searches until so many more conflicts have been met.
    pub(super) fn step(&mut self, conflicts: u64) -> Answer {
        let end = self.conflicts().saturating_add(conflicts);
        loop {
            match self.solver.search(end.saturating_sub(self.conflicts())) {
                Step::Refuted => return Answer::Refuted,
                Step::Paused => return Answer::Open,
                Step::Complete => {}
            }
            let chosen = self.pairs.iter().filter(|&(_, &pair)| self.solver.value(pair) == Some(true));
            let rows = chosen.fold(alloc::vec![0_u64; self.question.rows.len()], |mut rows, (&(row, column), _)| {
                rows[row] |= 1 << column;
                rows
            });
            if self.question.keeps(&rows) {
                debug_assert!(self.question.meets(&rows));
                let number = crate::problem::rows::index;
                let of = |(row, &set): (usize, &u64)| bits(set).map(move |column| (number(row), number(column)));
                return Answer::Found(rows.iter().enumerate().flat_map(of).collect());
            }
            self.say_met(&rows);
        }
    }

    /// Variables for who reviews whom.
    fn say_arcs(&mut self) {
        let question = self.question;
        let mut of: BTreeMap<(usize, usize), (Vec<Literal>, Vec<Literal>)> = BTreeMap::new();
        for (&(row, column), &pair) in &self.pairs {
            let Some(person) = question.person[row] else { continue };
            let exempt = question.exempt[row] >> column & 1 == 1;
            for author in bits(question.authors[column]).filter(|&author| author != person) {
                let (free, any) = of.entry((person, author)).or_default();
                let pair = Literal::new(pair, true);
                any.push(pair);
                free.extend((!exempt).then_some(pair));
            }
        }
        for (person, &others) in question.standing.iter().enumerate() {
            bits(others).filter(|&other| other != person).for_each(|other| _ = of.entry((person, other)).or_default());
        }
        for ((from, to), (free, any)) in of {
            let stands = question.standing[from] >> to & 1 == 1;
            let one = self.one_for(&free);
            if let Some(one) = one {
                self.free.insert((from, to), one);
            }
            let any = if stands {
                None
            } else if free.len() == any.len() {
                one
            } else {
                self.one_for(&any)
            };
            self.any.insert((from, to), any);
        }
    }

    /// A literal that is true where any of these is.
    fn one_for(&mut self, pairs: &[Literal]) -> Option<Literal> {
        if pairs.len() < 2 {
            return pairs.first().copied();
        }
        let one = Literal::new(self.solver.variable(false), true);
        for pair in pairs {
            self.solver.clause(alloc::vec![pair.opposite(), one]);
        }
        Some(one)
    }

    fn say_bounds(&mut self) {
        let question = self.question;
        for (row, &forced) in question.forced.iter().enumerate() {
            bits(forced).for_each(|column| {
                self.solver.clause(alloc::vec![Literal::new(self.pairs[&(row, column)], true)]);
            });
        }
        for (row, &window) in question.rows.iter().enumerate() {
            self.say_window(window, |of, _| of == row);
        }
        for (column, &window) in question.columns.iter().enumerate() {
            self.say_window(window, |_, of| of == column);
        }
        for limit in &question.works {
            self.say_window(Window::new(limit.min, limit.max), |row, column| {
                row == limit.row && limit.columns >> column & 1 == 1
            });
        }
        for shared in &question.shared {
            self.say_window(shared.window, |_, column| shared.columns >> column & 1 == 1);
        }
        for seats in &question.seats {
            self.say_window(seats.window, |row, column| column == seats.column && seats.rows >> row & 1 == 1);
        }
        let settles = |side: &[Window], total: u32| {
            side.iter().all(|window| window.min == window.max)
                && side.iter().map(|window| u64::from(window.min)).sum::<u64>() == u64::from(total)
        };
        if let Some(total) =
            question.total.filter(|&total| !settles(&question.rows, total) && !settles(&question.columns, total))
        {
            self.say_window(Window::exactly(total), |_, _| true);
        }
    }

    fn say_window(&mut self, window: Window, of: impl Fn(usize, usize) -> bool) {
        let counted = self.pairs.iter().filter(|&(&(row, column), _)| of(row, column));
        let literals: Vec<Literal> = counted.map(|(_, &pair)| Literal::new(pair, true)).collect();
        self.solver.window(&literals, window.min as usize, window.max as usize);
    }

    /// The cycles of two and of three persons.
    fn say_cycles(&mut self) {
        let free: Vec<_> = self.free.iter().map(|(&arc, &literal)| (arc, literal)).collect();
        let mut out: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &(from, to) in self.any.keys() {
            out.entry(from).or_default().insert(to);
        }
        for ((from, to), literal) in free {
            if let Some(&back) = self.any.get(&(to, from)) {
                self.say_cycle(literal, [back]);
            }
            if self.question.longest < AT_ONCE {
                continue;
            }
            for &third in out.get(&to).into_iter().flatten().filter(|&&third| third != from) {
                let Some(&last) = self.any.get(&(third, from)) else { continue };
                let next = self.any[&(to, third)];
                // Where all three are the same for any pair, it is enough to say it once.
                let alike =
                    self.free.get(&(to, third)).copied() == next && self.free.get(&(third, from)).copied() == last;
                if !alike || (from < to && from < third) {
                    self.say_cycle(literal, [next, last]);
                }
            }
        }
    }

    fn say_cycle(&mut self, free: Literal, others: impl IntoIterator<Item = Option<Literal>>) {
        let others = others.into_iter().flatten();
        self.solver.clause(core::iter::once(free).chain(others).map(Literal::opposite).collect());
    }

    /// The forbidden cycles of these pairs: a shortest one for each who reviews somebody.
    fn say_met(&mut self, rows: &[u64]) {
        let graph = self.question.graph(rows);
        let mut met = Vec::new();
        for (row, &columns) in rows.iter().enumerate() {
            let Some(from) = self.question.person[row] else { continue };
            for column in bits(columns & !self.question.exempt[row]) {
                for to in bits(self.question.authors[column]).filter(|&to| to != from) {
                    if let Some(way) = shortest(&graph, to, from, self.question.longest - 1) {
                        met.push((self.free[&(from, to)], way));
                    }
                }
            }
        }
        for (free, way) in met {
            let others: Vec<_> = way.windows(2).map(|two| self.any[&(two[0], two[1])]).collect();
            self.say_cycle(free, others);
        }
    }
}

/// The persons on a shortest way of at most so many steps, both ends among them.
fn shortest(graph: &[u64], from: usize, to: usize, steps: usize) -> Option<Vec<usize>> {
    let mut before = alloc::vec![usize::MAX; graph.len()];
    let mut frontier = alloc::vec![from];
    before[from] = from;
    for _ in 0..steps {
        let mut next = Vec::new();
        for &person in &frontier {
            for other in bits(graph[person]).filter(|&other| other != person) {
                if before[other] != usize::MAX {
                    continue;
                }
                before[other] = person;
                next.push(other);
            }
        }
        if before[to] != usize::MAX {
            let mut way = alloc::vec![to];
            while way.last() != Some(&from) {
                way.push(before[way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        frontier = next;
    }
    None
}
