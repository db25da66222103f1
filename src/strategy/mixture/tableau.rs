//! A linear program whose columns come one at a time, solved exactly: the revised simplex method in whole numbers, which
//! all have one common denominator (J. Edmonds, "Systems of distinct representatives and linear algebra", Journal of
//! Research of the National Bureau of Standards, 1967; integer pivoting).

use alloc::vec::Vec;

/// After so many pivots in one go nothing is hoped for.
const PIVOTS: usize = 3_000;
/// After so many pivots the first column that improves enters in place of the best, so that no basis comes again (R. Bland,
/// "New finite pivoting rules for the simplex method", Mathematics of Operations Research, 1977).
const BLAND_AFTER: usize = 300;

/// A variable: what a row leaves over, what rows have too much, or a member of the mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    /// What is over in a row; that of the first row, which leaves nothing over, never enters.
    Slack(usize),
    Excess,
    Member(usize),
}

/// Weights of members, each with the rows that it takes a place in: all weights are `whole` together, no row takes more than
/// its cap, or as little more as possible while there is an excess.
///
/// Row 0 holds the whole. Invariant: `inverse` is the inverse of the basis times `denominator`, which is above 0, and
/// `amounts` are the values of the basis times `denominator`, none below 0.
#[derive(Debug, Clone)]
pub(super) struct Tableau {
    members: Vec<Vec<usize>>,
    basis: Vec<Variable>,
    inverse: Vec<Vec<i128>>,
    amounts: Vec<i128>,
    denominator: i128,
}

/// Numbers outgrew 128 bits, or there were too many pivots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GivenUp;

impl Tableau {
    /// The program of one member; `caps` are those of the rows from 1.
    pub(super) fn new(whole: u32, caps: &[u32], first: Vec<usize>) -> Result<Self, GivenUp> {
        let rows = caps.len() + 1;
        let unit = |row: usize| (0..rows).map(|column| i128::from(row == column)).collect();
        let mut tableau = Self {
            members: Vec::new(),
            basis: (0..rows).map(Variable::Slack).collect(),
            inverse: (0..rows).map(unit).collect(),
            amounts: core::iter::once(&whole).chain(caps).map(|&amount| amount.into()).collect(),
            denominator: 1,
        };
        let worst = first.iter().copied().min_by_key(|&row| tableau.amounts[row]);
        tableau.members.push(first);
        let direction = tableau.direction(Variable::Member(0))?;
        tableau.pivot(0, &direction, Variable::Member(0))?;
        if let Some(row) = worst.filter(|&row| tableau.amounts[row] < 0) {
            let direction = tableau.direction(Variable::Excess)?;
            tableau.pivot(row, &direction, Variable::Excess)?;
        }
        debug_assert!(tableau.amounts.iter().all(|&amount| amount >= 0));
        Ok(tableau)
    }

    /// Whether some row still takes more than its cap.
    pub(super) fn exceeds(&self) -> bool {
        self.excess().is_some_and(|row| self.amounts[row] > 0)
    }

    /// The weights above 0, with the places of their members, and what they are parts of.
    pub(super) fn weights(&self) -> (Vec<(usize, i128)>, i128) {
        let members = self.basis.iter().zip(&self.amounts).filter_map(|(variable, &amount)| match variable {
            Variable::Member(member) if amount > 0 => Some((*member, amount)),
            _ => None,
        });
        (members.collect(), self.denominator)
    }

    /// One more member, of weight 0.
    pub(super) fn add(&mut self, rows: Vec<usize>) {
        self.members.push(rows);
    }

    /// The least excess, or without one the greatest value, over the members there are. Returns the prices of the rows:
    /// a member of which the value (none while there is an excess), `denominator` times, is above the sum of the prices of its rows
    /// and of row 0 would improve on it.
    pub(super) fn best(&mut self, value: &dyn Fn(usize) -> i64) -> Result<(Vec<i128>, i128), GivenUp> {
        let first_phase = self.exceeds();
        if !first_phase {
            self.without_excess()?;
        }
        for round in 0..PIVOTS {
            if first_phase && !self.exceeds() {
                break;
            }
            let prices = self.prices(first_phase, value)?;
            let Some(entering) = self.entering(&prices, first_phase, value, round < BLAND_AFTER)? else {
                return Ok((prices, self.denominator));
            };
            let direction = self.direction(entering)?;
            let row = self.leaving(&direction)?;
            self.pivot(row, &direction, entering)?;
        }
        if self.exceeds() || !first_phase { Err(GivenUp) } else { Ok((Vec::new(), self.denominator)) }
    }

    fn excess(&self) -> Option<usize> {
        self.basis.iter().position(|&variable| variable == Variable::Excess)
    }

    /// An excess of 0 leaves the basis.
    fn without_excess(&mut self) -> Result<(), GivenUp> {
        let Some(row) = self.excess() else { return Ok(()) };
        // Some slack does, as the row of a basis is nowhere but in row 0 only for members, which are in the basis themselves.
        let slack = (1..self.basis.len()).find(|&column| self.inverse[row][column] != 0).ok_or(GivenUp)?;
        let direction = self.direction(Variable::Slack(slack))?;
        self.pivot(row, &direction, Variable::Slack(slack))
    }

    /// The prices of the rows, times the denominator: of a gain in value, or of the excess as a loss.
    fn prices(&self, first_phase: bool, value: &dyn Fn(usize) -> i64) -> Result<Vec<i128>, GivenUp> {
        let mut prices = alloc::vec![0_i128; self.basis.len()];
        for (variable, inverse) in self.basis.iter().zip(&self.inverse) {
            let gain: i128 = match variable {
                Variable::Excess => -1,
                Variable::Member(member) if !first_phase => value(*member).into(),
                _ => continue,
            };
            for (price, &part) in prices.iter_mut().zip(inverse) {
                *price = gain.checked_mul(part).and_then(|part| price.checked_add(part)).ok_or(GivenUp)?;
            }
        }
        Ok(prices)
    }

    /// A variable that improves, if there is one.
    fn entering(
        &self,
        prices: &[i128],
        first_phase: bool,
        value: &dyn Fn(usize) -> i64,
        best: bool,
    ) -> Result<Option<Variable>, GivenUp> {
        let mut found: Option<(i128, Variable)> = None;
        let mut offer = |gain: i128, variable: Variable| {
            if gain > 0 && found.is_none_or(|(most, _)| best && gain > most) {
                found = Some((gain, variable));
            }
        };
        for (row, price) in prices.iter().enumerate().skip(1) {
            offer(-price, Variable::Slack(row));
        }
        for (member, rows) in self.members.iter().enumerate() {
            let value = if first_phase { 0 } else { i128::from(value(member)) };
            let value = value.checked_mul(self.denominator).ok_or(GivenUp)?;
            let price = rows.iter().try_fold(prices[0], |sum, &row| sum.checked_add(prices[row])).ok_or(GivenUp)?;
            offer(value.checked_sub(price).ok_or(GivenUp)?, Variable::Member(member));
        }
        Ok(found.map(|(_, variable)| variable))
    }

    /// How the basis changes with a variable, times the denominator.
    fn direction(&self, variable: Variable) -> Result<Vec<i128>, GivenUp> {
        let of = |inverse: &Vec<i128>| match variable {
            Variable::Slack(row) => Some(inverse[row]),
            Variable::Excess => inverse[1..].iter().try_fold(0_i128, |sum, &part| sum.checked_sub(part)),
            Variable::Member(member) => {
                self.members[member].iter().try_fold(inverse[0], |sum, &row| sum.checked_add(inverse[row]))
            }
        };
        self.inverse.iter().map(of).collect::<Option<_>>().ok_or(GivenUp)
    }

    /// The row whose variable is the first to come to 0.
    fn leaving(&self, direction: &[i128]) -> Result<usize, GivenUp> {
        let mut first: Option<usize> = None;
        for (row, &step) in direction.iter().enumerate().filter(|(_, step)| **step > 0) {
            let sooner = match first {
                None => true,
                Some(other) => {
                    let own = self.amounts[row].checked_mul(direction[other]).ok_or(GivenUp)?;
                    let others = self.amounts[other].checked_mul(step).ok_or(GivenUp)?;
                    // The excess goes first among equals.
                    let key = |row: usize| (self.basis[row] != Variable::Excess, self.basis[row]);
                    own < others || own == others && key(row) < key(other)
                }
            };
            if sooner {
                first = Some(row);
            }
        }
        first.ok_or(GivenUp)
    }

    /// A variable takes the place of that of a row. All divisions are exact, as entries are minors of the program.
    fn pivot(&mut self, row: usize, direction: &[i128], entering: Variable) -> Result<(), GivenUp> {
        let (pivot, before) = (direction[row], self.denominator);
        let change = |own: i128, step: i128, of_row: i128| {
            let (kept, taken) = (own.checked_mul(pivot)?, step.checked_mul(of_row)?);
            Some(kept.checked_sub(taken)? / before)
        };
        let (own, amount) = (self.inverse[row].clone(), self.amounts[row]);
        for (other, &step) in direction.iter().enumerate().filter(|&(other, _)| other != row) {
            self.amounts[other] = change(self.amounts[other], step, amount).ok_or(GivenUp)?;
            for (part, &of_row) in self.inverse[other].iter_mut().zip(&own) {
                *part = change(*part, step, of_row).ok_or(GivenUp)?;
            }
        }
        self.denominator = pivot;
        self.basis[row] = entering;
        if pivot < 0 {
            self.denominator = -pivot;
            let parts = self.inverse.iter_mut().flatten().chain(&mut self.amounts);
            parts.for_each(|part| *part = -*part);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members over rows 1 to 3; each row may take two thirds.
    fn triangle(first: Vec<usize>) -> Tableau {
        Tableau::new(3, &[2, 2, 2], first).expect("small")
    }

    #[test]
    fn weights_come_within_caps_as_far_as_members_allow() {
        let mut tableau = triangle(alloc::vec![1, 2]);
        assert!(tableau.exceeds());
        let (prices, denominator) = tableau.best(&|_| 0).expect("small");
        // A member of neither row is asked for.
        assert!(prices[0] < 0 && prices[1] + prices[2] > prices[3] && denominator > 0);
        for rows in [[2, 3], [1, 3]] {
            tableau.add(rows.to_vec());
        }
        tableau.best(&|_| 0).expect("small");
        assert!(!tableau.exceeds());
        let (prices, _) = tableau.best(&|member| [5, 1, 1][member]).expect("small");
        let (weights, of) = tableau.weights();
        assert_eq!(weights.iter().map(|(_, weight)| weight).sum::<i128>(), 3 * of);
        // Two rows are full, so each member has a third.
        assert!(weights.iter().all(|&(_, weight)| weight == of) && prices.iter().skip(1).all(|&price| price >= 0));
    }

    #[test]
    fn the_best_weights_are_found() {
        let mut tableau = Tableau::new(10, &[9, 10], alloc::vec![1]).expect("small");
        tableau.add(alloc::vec![2]);
        tableau.best(&|_| 0).expect("small");
        assert!(!tableau.exceeds());
        tableau.best(&|member| [3, 1][member]).expect("small");
        let (mut weights, of) = tableau.weights();
        weights.sort_unstable();
        assert_eq!(weights, [(0, 9 * of), (1, of)]);
    }
}
