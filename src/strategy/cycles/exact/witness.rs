//! Whether a matching within the bounds still exists, whatever cycles it has: augmenting paths from the last one.
//!
//! Rows first, then columns: a path never takes anybody below a minimum that was met, so both sides can be served one
//! after the other (N. Mendelsohn and A. Dulmage, 1958).

use alloc::vec::Vec;

use super::state::State;
use super::{Question, bits};

impl Question {
    /// Makes the witness of a state one again; false when there is none. Works with copies are left out of account, and
    /// bounds that they share.
    pub(super) fn rematch(&self, state: &mut State) -> bool {
        let mut matching = Matching::new(self, state);
        let met = matching.serve(self, state, true) && matching.serve(self, state, false);
        state.witness = matching.rows;
        met
    }

    /// The assignment that a state comes to, if it is one: its chosen pairs alone, or its witness.
    pub(super) fn solution(&self, state: &State) -> Option<Vec<(u32, u32)>> {
        [&state.yes, &state.witness].into_iter().find(|pairs| self.meets(pairs) && self.keeps(pairs)).map(|pairs| {
            let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            let of = |(row, &set): (usize, &u64)| bits(set).map(move |column| (number(row), number(column)));
            pairs.iter().enumerate().flat_map(of).collect()
        })
    }

    /// Whether pairs keep all bounds.
    pub(super) fn meets(&self, pairs: &[u64]) -> bool {
        let within = |window: &crate::flow::Window, count: u32| (window.min..=window.max).contains(&count);
        let mut received = alloc::vec![0_u32; self.columns.len()];
        for column in pairs.iter().flat_map(|&set| bits(set)) {
            received[column] += 1;
        }
        self.rows.iter().zip(pairs).all(|(window, set)| within(window, set.count_ones()))
            && self.columns.iter().zip(&received).all(|(window, &count)| within(window, count))
            && self
                .works
                .iter()
                .all(|limit| (limit.min..=limit.max).contains(&(pairs[limit.row] & limit.columns).count_ones()))
            && self
                .shared
                .iter()
                .all(|shared| within(&shared.window, bits(shared.columns).map(|column| received[column]).sum()))
            && self.total.is_none_or(|total| received.iter().sum::<u32>() == total)
            && self.seats(pairs)
    }
}

/// Pairs by row and by column.
struct Matching {
    rows: Vec<u64>,
    columns: Vec<u64>,
}

impl Matching {
    /// What is chosen, and what is left of the last witness as far as maxima allow.
    fn new(question: &Question, state: &State) -> Self {
        let mut matching = Self { rows: state.yes.clone(), columns: state.yes_by_column.clone() };
        for row in 0..matching.rows.len() {
            for column in bits(state.witness[row] & state.may[row]) {
                if matching.rows[row].count_ones() < question.rows[row].max
                    && matching.columns[column].count_ones() < question.columns[column].max
                {
                    matching.flip(row, column);
                }
            }
        }
        matching
    }

    fn flip(&mut self, row: usize, column: usize) {
        self.rows[row] ^= 1 << column;
        self.columns[column] ^= 1 << row;
    }

    /// Brings the nodes of a side up to their minima by shortest augmenting paths; false when one stays short.
    fn serve(&mut self, question: &Question, state: &State, by_row: bool) -> bool {
        let count = if by_row { self.rows.len() } else { self.columns.len() };
        for node in 0..count {
            let min = if by_row { question.rows[node].min } else { question.columns[node].min };
            while self.load(by_row, node) < min {
                if !self.augment(question, state, by_row, node) {
                    return false;
                }
            }
        }
        true
    }

    fn load(&self, by_row: bool, node: usize) -> u32 {
        if by_row { self.rows[node].count_ones() } else { self.columns[node].count_ones() }
    }

    /// One more pair at a node: ends at a node of the other side with room, or at one of the same side that can spare
    /// a pair.
    fn augment(&mut self, question: &Question, state: &State, by_row: bool, start: usize) -> bool {
        let (near, far) =
            if by_row { (&question.rows, &question.columns) } else { (&question.columns, &question.rows) };
        // For each far node the near one it was reached from, and the other way round.
        let mut from_near = alloc::vec![usize::MAX; far.len()];
        let mut from_far = alloc::vec![usize::MAX; near.len()];
        let mut seen = 0_u64;
        let mut frontier = alloc::vec![start];
        let mut reached = 1_u64 << start;
        while let Some(node) = frontier.pop() {
            let (may, has) = if by_row {
                (state.may[node], self.rows[node])
            } else {
                (state.may_by_column[node], self.columns[node])
            };
            for other in bits(may & !has & !seen) {
                seen |= 1 << other;
                from_near[other] = node;
                if self.load(!by_row, other) < far[other].max {
                    self.follow(by_row, other, usize::MAX, &from_near, &from_far);
                    return true;
                }
                let (has, may) = if by_row {
                    (self.columns[other], state.may_by_column[other])
                } else {
                    (self.rows[other], state.may[other])
                };
                for next in bits(has & may & !reached) {
                    reached |= 1 << next;
                    from_far[next] = other;
                    if self.load(by_row, next) > near[next].min {
                        self.follow(by_row, other, next, &from_near, &from_far);
                        return true;
                    }
                    frontier.push(next);
                }
            }
        }
        false
    }

    /// Goes back along a path that ends at a far node, or one step on at a near one.
    fn follow(&mut self, by_row: bool, end: usize, spare: usize, from_near: &[usize], from_far: &[usize]) {
        let (mut far, mut lost) = (end, spare);
        loop {
            if lost != usize::MAX {
                if by_row { self.flip(lost, far) } else { self.flip(far, lost) }
            }
            let near = from_near[far];
            if by_row {
                self.flip(near, far);
            } else {
                self.flip(far, near);
            }
            if from_far[near] == usize::MAX {
                return;
            }
            (far, lost) = (from_far[near], near);
        }
    }
}
