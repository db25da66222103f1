//! A partial assignment, and what follows from it.

use alloc::vec::Vec;

use super::{Question, bits};

/// Which pairs are chosen and which may still be, by row and by column.
///
/// Invariant: no pair is in both; the sets by column say the same as those by row. The witness is a set of pairs
/// within the bounds, as far as it was looked at.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) yes: Vec<u64>,
    pub(super) may: Vec<u64>,
    pub(super) yes_by_column: Vec<u64>,
    pub(super) may_by_column: Vec<u64>,
    pub(super) witness: Vec<u64>,
}

impl State {
    pub(super) fn new(question: &Question) -> Self {
        let by_column = |rows: &[u64]| -> Vec<u64> {
            let of = |column: usize| (0..rows.len()).filter(move |&row| rows[row] >> column & 1 == 1);
            (0..question.columns.len()).map(|column| of(column).fold(0, |set, row| set | 1 << row)).collect()
        };
        let (yes, may) = (question.forced.clone(), question.open.clone());
        Self {
            yes_by_column: by_column(&yes),
            may_by_column: by_column(&may),
            witness: alloc::vec![0; yes.len()],
            yes,
            may,
        }
    }

    /// An open pair is chosen.
    pub(super) fn choose(&mut self, row: usize, column: usize) {
        self.drop(row, column);
        self.yes[row] |= 1 << column;
        self.yes_by_column[column] |= 1 << row;
    }

    /// A pair is not chosen.
    pub(super) fn drop(&mut self, row: usize, column: usize) {
        self.may[row] &= !(1 << column);
        self.may_by_column[column] &= !(1 << row);
    }

    fn drop_all(&mut self, row: usize, columns: u64) -> bool {
        let dropped = self.may[row] & columns;
        bits(dropped).for_each(|column| self.drop(row, column));
        dropped != 0
    }

    fn drop_all_of(&mut self, column: usize, rows: u64) -> bool {
        let dropped = self.may_by_column[column] & rows;
        bits(dropped).for_each(|row| self.drop(row, column));
        dropped != 0
    }
}

impl Question {
    /// Follows cycles and bounds until nothing changes; false when they contradict each other.
    ///
    /// Only one pair that bounds demand is chosen at a time, for each may close cycles with the next.
    pub(super) fn propagate(&self, state: &mut State) -> bool {
        loop {
            if !self.bar_cycles(state) {
                return false;
            }
            loop {
                match self.follow_bounds(state) {
                    Followed::Contradiction => return false,
                    Followed::Nothing => return self.enough_partners(state) && self.has_room(state),
                    Followed::Dropped => {}
                    Followed::Chosen => break,
                }
            }
        }
    }

    /// Takes out the pairs that would close a forbidden cycle; false when a chosen one does.
    fn bar_cycles(&self, state: &mut State) -> bool {
        let before = self.before(&self.graph(&state.yes));
        for row in 0..self.rows.len() {
            let Some(person) = self.person[row] else { continue };
            let reach = before[person] & !(1 << person);
            if reach == 0 {
                continue;
            }
            let bad = |columns: u64| {
                let columns = bits(columns & !self.exempt[row]);
                columns.filter(|&column| self.authors[column] & reach != 0).fold(0_u64, |set, column| set | 1 << column)
            };
            if bad(state.yes[row]) != 0 {
                return false;
            }
            let barred = bad(state.may[row]);
            state.drop_all(row, barred);
        }
        true
    }

    /// Whom each person reviews, in every result and by these pairs.
    pub(super) fn graph(&self, pairs: &[u64]) -> Vec<u64> {
        let mut graph = self.standing.clone();
        for (row, &columns) in pairs.iter().enumerate() {
            if let Some(person) = self.person[row] {
                graph[person] |= bits(columns).fold(0, |set, column| set | self.authors[column]) & !(1 << person);
            }
        }
        graph
    }

    /// For each person those from whom it is reached within one step less than the longest forbidden cycle has.
    fn before(&self, graph: &[u64]) -> Vec<u64> {
        let mut back = alloc::vec![0_u64; graph.len()];
        for (person, &others) in graph.iter().enumerate() {
            bits(others).for_each(|other| back[other] |= 1 << person);
        }
        let closest = back.clone();
        for reached in &mut back {
            let mut frontier = *reached;
            for _ in 2..self.longest {
                let next = bits(frontier).fold(0, |set, person| set | closest[person]) & !*reached;
                if next == 0 {
                    break;
                }
                *reached |= next;
                frontier = next;
            }
        }
        back
    }

    /// Whether pairs keep the cycle rule.
    pub(super) fn keeps(&self, pairs: &[u64]) -> bool {
        let before = self.before(&self.graph(pairs));
        (0..self.rows.len()).all(|row| {
            let Some(person) = self.person[row] else { return true };
            let reach = before[person] & !(1 << person);
            bits(pairs[row] & !self.exempt[row]).all(|column| self.authors[column] & reach == 0)
        })
    }

    /// Applies the bounds once: takes out what is too much, and chooses at most one pair that is needed.
    fn follow_bounds(&self, state: &mut State) -> Followed {
        let mut dropped = false;
        let mut needed = None;
        for limit in &self.works {
            let chosen = (state.yes[limit.row] & limit.columns).count_ones();
            let open = state.may[limit.row] & limit.columns;
            if chosen > limit.max || chosen + open.count_ones() < limit.min {
                return Followed::Contradiction;
            }
            if chosen == limit.max {
                dropped |= state.drop_all(limit.row, limit.columns);
            } else if chosen + open.count_ones() == limit.min && open != 0 {
                needed = Some((limit.row, open.trailing_zeros() as usize));
            }
        }
        for (row, window) in self.rows.iter().enumerate() {
            let (chosen, open) = (state.yes[row].count_ones(), state.may[row]);
            if chosen > window.max || chosen + self.usable(state, row) < window.min {
                return Followed::Contradiction;
            }
            if chosen == window.max {
                dropped |= state.drop_all(row, u64::MAX);
            } else if chosen + open.count_ones() == window.min && open != 0 {
                needed = Some((row, open.trailing_zeros() as usize));
            }
        }
        for shared in &self.shared {
            let chosen: u32 = bits(shared.columns).map(|column| state.yes_by_column[column].count_ones()).sum();
            let open: u32 = bits(shared.columns).map(|column| state.may_by_column[column].count_ones()).sum();
            let window = shared.window;
            if chosen > window.max || chosen + open < window.min {
                return Followed::Contradiction;
            }
            if chosen == window.max {
                bits(shared.columns).for_each(|column| dropped |= state.drop_all_of(column, u64::MAX));
            } else if chosen + open == window.min
                && let Some(column) = bits(shared.columns).find(|&column| state.may_by_column[column] != 0)
            {
                needed = Some((state.may_by_column[column].trailing_zeros() as usize, column));
            }
        }
        for (column, window) in self.columns.iter().enumerate() {
            let (chosen, open) = (state.yes_by_column[column].count_ones(), state.may_by_column[column]);
            if chosen > window.max || chosen + open.count_ones() < window.min {
                return Followed::Contradiction;
            }
            if chosen == window.max {
                dropped |= state.drop_all_of(column, u64::MAX);
            } else if chosen + open.count_ones() == window.min && open != 0 {
                needed = Some((open.trailing_zeros() as usize, column));
            }
        }
        if dropped {
            return Followed::Dropped;
        }
        if let Some(total) = self.total {
            let chosen: u32 = state.yes.iter().map(|set| set.count_ones()).sum();
            let open: u32 = state.may.iter().map(|set| set.count_ones()).sum();
            if chosen > total || chosen + open < total {
                return Followed::Contradiction;
            }
            if chosen == total && open > 0 {
                (0..self.rows.len()).for_each(|row| _ = state.drop_all(row, u64::MAX));
                return Followed::Dropped;
            }
        }
        match needed {
            Some((row, column)) => {
                state.choose(row, column);
                Followed::Chosen
            }
            None => Followed::Nothing,
        }
    }

    /// How many open pairs of a row could be chosen together.
    fn usable(&self, state: &State, row: usize) -> u32 {
        let mut count = state.may[row].count_ones();
        let first = self.works.partition_point(|limit| limit.row < row);
        for limit in self.works[first..].iter().take_while(|limit| limit.row == row) {
            let open = (state.may[row] & limit.columns).count_ones();
            let chosen = (state.yes[row] & limit.columns).count_ones();
            count -= open - open.min(limit.max.saturating_sub(chosen));
        }
        count
    }

    /// Whether those who still give or receive have enough partners: two persons review each other at most once.
    fn enough_partners(&self, state: &State) -> bool {
        let (mut to_give, mut partners) = (0, 0);
        for row in 0..self.rows.len() {
            let (gives, _) = self.row_needs(state, row);
            to_give += gives;
            let Some(column) = self.own_column[row] else {
                partners += state.may[row].count_ones();
                continue;
            };
            let (receives, _) = self.column_needs(state, column);
            // Those to whom a review may go or from whom one may come; others than persons with one work count apart.
            let mut either = state.may_by_column[column];
            let mut beside = 0;
            for other in bits(state.may[row] & !self.exempt[row]) {
                match self.own_row[other] {
                    Some(other) => either |= 1 << other,
                    None => beside += 1,
                }
            }
            beside += (state.may[row] & self.exempt[row]).count_ones();
            if gives + receives > either.count_ones() + beside {
                return false;
            }
            // Each pair of persons once: by the one who comes first.
            let later = u64::MAX.checked_shl(u32::try_from(row + 1).unwrap_or(u32::MAX)).unwrap_or(0);
            let own = bits(either)
                .filter(|&other| self.own_column[other].is_some())
                .fold(0_u64, |set, other| set | 1 << other);
            partners += (own & later).count_ones() + beside;
        }
        let to_receive: u32 = (0..self.columns.len()).map(|column| self.column_needs(state, column).0).sum();
        to_give.max(to_receive) <= partners
    }
}

/// What came of applying the bounds once.
enum Followed {
    Contradiction,
    Nothing,
    Dropped,
    Chosen,
}
