//! Small problems: all assignments, as far as they may be better than the best so far.

use alloc::vec::Vec;

use super::stakes::Stakes;
use crate::flow::{Circuit, Window};
use crate::problem::rows::index;
use crate::strategy::{AssignError, Run};

/// Up to so many open pairs all assignments are gone through.
const PAIRS: usize = 64;
/// So many partial assignments are looked at.
const NODES: u64 = 400_000;

/// Whether there are few enough pairs to begin.
pub(super) fn is_small(stakes: &Stakes<'_, '_>) -> bool {
    stakes.ground.pairs.len() <= PAIRS
}

/// The assignment with the best sums, the worst first, then the next: branch and bound, pair by pair. None where the
/// budget ends before it is proven that there is no better one.
///
/// `best` is the assignment to begin with. In each node a solution that keeps all that is decided is at hand; a pair is
/// decided the other way if a cycle of the residual graph leads there. What a submission can have beyond what is
/// decided is counted for each by itself.
pub(super) fn search(
    stakes: &Stakes<'_, '_>,
    best: &[u32],
    run: &mut Run<'_>,
) -> Result<Option<Vec<u32>>, AssignError> {
    let pairs = &stakes.ground.pairs;
    let mut order: Vec<u32> = (0..index(pairs.len())).collect();
    // Submission by submission, those first that can have least; in each the pairs of great score first.
    let alone = stakes.alone();
    order.sort_by_key(|&pair| {
        let open = pairs[pair as usize];
        (alone[open.right as usize], open.right, core::cmp::Reverse(open.score), pair)
    });
    let mut of_column: Vec<Vec<usize>> = alloc::vec![Vec::new(); stakes.columns.len()];
    for (depth, &pair) in order.iter().enumerate() {
        of_column[pairs[pair as usize].right as usize].push(depth);
    }
    let units = best.to_vec();
    let mut hunt = Hunt { stakes, order, of_column, best: sorted(sums(stakes, &units)), units, nodes: 0 };
    let mut circuit = Circuit::new(&stakes.ground.program, best);
    let ended = hunt.branch(&mut circuit, 0, run)?;
    Ok(ended.then_some(hunt.units))
}

/// What submissions have, by right node.
fn sums(stakes: &Stakes<'_, '_>, units: &[u32]) -> Vec<i64> {
    let mut sums = stakes.standing.clone();
    for (pair, &units) in stakes.ground.pairs.iter().zip(units) {
        sums[pair.right as usize] += pair.score * i64::from(units);
    }
    sums
}

fn sorted(mut sums: Vec<i64>) -> Vec<i64> {
    sums.sort_unstable();
    sums
}

struct Hunt<'s, 'g, 'p> {
    stakes: &'s Stakes<'g, 'p>,
    /// The pairs in the order in which they are decided.
    order: Vec<u32>,
    /// Right node -> the places of its pairs in that order.
    of_column: Vec<Vec<usize>>,
    /// The sums of the best assignment, ascending; and that assignment.
    best: Vec<i64>,
    units: Vec<u32>,
    nodes: u64,
}

impl Hunt<'_, '_, '_> {
    /// Goes through all that is left when the pairs before `depth` are decided; false when the budget ended.
    fn branch(&mut self, circuit: &mut Circuit, depth: usize, run: &mut Run<'_>) -> Result<bool, AssignError> {
        self.nodes += 1;
        if self.nodes.is_multiple_of(256) {
            run.report("going through all", self.nodes, NODES)?;
        }
        if self.nodes > NODES {
            return Ok(false);
        }
        if sorted(self.at_most(circuit, depth)) <= self.best {
            return Ok(true);
        }
        let Some(&pair) = self.order.get(depth) else {
            self.units = (0..self.order.len()).map(|pair| circuit.units(pair)).collect();
            self.best = sorted(sums(self.stakes, &self.units));
            return Ok(true);
        };
        let window = circuit.window(pair as usize);
        let wanted = [1, 0].into_iter().filter(|units| (window.min..=window.max).contains(units));
        for units in wanted {
            let kept = circuit.clone();
            let has = circuit.units(pair as usize);
            if has == units || circuit.shift(pair as usize, units > has).is_some() {
                circuit.narrow(pair as usize, Window::exactly(units));
                if !self.branch(circuit, depth + 1, run)? {
                    return Ok(false);
                }
            }
            *circuit = kept;
        }
        Ok(true)
    }

    /// What submissions can have at most, each for itself, when the pairs before `depth` are decided as they stand.
    fn at_most(&self, circuit: &Circuit, depth: usize) -> Vec<i64> {
        let ground = self.stakes.ground;
        let of_one = |(right, places): (usize, &Vec<usize>)| {
            let (mut sum, mut taken) = (self.stakes.standing[right], 0);
            let window = ground.program.column_window(self.stakes.columns[right]);
            for &place in places.iter().filter(|&&place| place < depth) {
                let pair = self.order[place] as usize;
                taken += circuit.units(pair);
                sum += ground.pairs[pair].score * i64::from(circuit.units(pair));
            }
            // Those that are not decided come in the order of their scores.
            for &place in places.iter().filter(|&&place| place >= depth) {
                let score = ground.pairs[self.order[place] as usize].score;
                if taken < window.min || (taken < window.max && score > 0) {
                    sum += score;
                    taken += 1;
                }
            }
            sum
        };
        self.of_column.iter().enumerate().map(of_one).collect()
    }
}
