//! Costs of pairs as a matrix or as packed rows, and the distances of columns during a search.

use alloc::vec::Vec;

use super::super::instance::{Instance, Pairs, Sparse};
use super::super::matching::Unmatched;
use super::super::number;
use super::state::Columns;
use super::{Levels, Watch};

/// The cost of no pair, or of one that is taken.
pub(super) const ABSENT: i16 = 0x3fff;

/// No distance yet. Distances and potentials are below a third of it.
pub(super) const FAR: i32 = i32::MAX;

/// Not reached in this search.
pub(super) const UNSEEN: u32 = u32::MAX;

/// The pairs with their costs, and the distances to columns of one search.
pub(super) trait Table {
    /// The cells of a row: number of the first, costs.
    fn row(&self, row: usize) -> (usize, &[i16]);

    /// `cost + v` of the cells of a row, [`FAR`] where there is no pair; the number of the first cell.
    fn reduced(&self, row: usize, v: &[i32], reduced: &mut Vec<i32>) -> usize;

    /// The same pairs with costs that are `1 << shift` times smaller, rounded down.
    fn coarse(&self, shift: u32) -> Self;

    /// The column of a cell of a row.
    fn column(&self, row: usize, cell: usize) -> u32;

    /// Sets the cost of a cell, and says which it had.
    fn replace(&mut self, cell: usize, cost: i16) -> i16;

    /// Starts a search.
    fn begin(&mut self);

    /// All columns of a row can be reached at `base + cost + v`.
    fn relax(&mut self, row: usize, base: i32, distance: i32, columns: &Columns);

    /// A column can be reached at `base + v`.
    fn relax_one(&mut self, column: usize, base: i32, distance: i32, columns: &Columns);

    /// Goes on to a distance, after all columns that are nearer have got a hop.
    fn advance(&mut self, distance: i32, columns: &Columns);

    /// Appends the columns without a hop at the distance that is being gone through.
    fn settle(&mut self, distance: i32, columns: &Columns, found: &mut Vec<u32>);

    /// The least distance of a column without a hop.
    fn nearest(&mut self, columns: &Columns) -> i32;

    /// The next cell of a row, from `cursor` on, with reduced cost 0 and a column of hop `hop`, which are `layer`:
    /// cell and column.
    fn tight(
        &self,
        row: usize,
        u: i32,
        hop: u32,
        layer: &[u32],
        columns: &Columns,
        cursor: &mut u32,
    ) -> Option<(usize, u32)>;
}

/// A matrix; absent pairs have a cost of their own.
pub(super) struct Matrix {
    width: usize,
    costs: Vec<i16>,
    /// Per column the least `base + cost`, while all of them fit in 16 bits.
    narrow: Vec<i16>,
    /// The same once one did not fit.
    wide: Vec<i32>,
}

/// Bases between minus this and this, plus costs up to this, are told apart from bases plus [`ABSENT`].
const NARROW: i32 = 4095;

impl Matrix {
    pub(super) fn new(instance: &Instance, levels: Levels, watch: &mut Watch<'_>) -> Result<Self, Unmatched> {
        let width = instance.columns().len();
        let mut costs = Vec::new();
        if let Pairs::Dense(weights) = &instance.pairs {
            costs.reserve_exact(weights.len());
            for row in weights.chunks(width.max(1)) {
                watch.steps(row.len())?;
                levels.costs_of(row, &mut costs);
            }
        }
        Ok(Self { width, costs, narrow: alloc::vec![i16::MAX; width], wide: Vec::new() })
    }

    /// From here on sums have 32 bits.
    fn widen(&mut self) {
        if self.wide.is_empty() {
            let widened = |&sum: &i16| if i32::from(sum) <= 2 * NARROW { sum.into() } else { FAR };
            self.wide = self.narrow.iter().map(widened).collect();
        }
    }

    fn sum(&self, column: usize) -> i32 {
        match self.wide.get(column) {
            Some(&sum) => sum,
            None if i32::from(self.narrow[column]) <= 2 * NARROW => self.narrow[column].into(),
            None => FAR,
        }
    }
}

/// A base that is small enough for 16 bits.
fn narrow(base: i32) -> Option<i16> {
    i16::try_from(base).ok().filter(|base| (-NARROW..=NARROW).contains(&i32::from(*base)))
}

/// Costs `1 << shift` times smaller.
fn shifted(costs: &[i16], shift: u32) -> Vec<i16> {
    costs.iter().map(|&cost| if cost == ABSENT { ABSENT } else { cost >> shift }).collect()
}

/// The sum, where there is a pair.
fn plus(cost: i16, v: i32) -> i32 {
    if cost == ABSENT { FAR } else { v + i32::from(cost) }
}

impl Table for Matrix {
    fn reduced(&self, row: usize, v: &[i32], reduced: &mut Vec<i32>) -> usize {
        reduced.clear();
        let (start, costs) = self.row(row);
        reduced.extend(costs.iter().zip(v).map(|(&cost, &v)| plus(cost, v)));
        start
    }

    fn coarse(&self, shift: u32) -> Self {
        let costs = shifted(&self.costs, shift);
        Self { width: self.width, costs, narrow: alloc::vec![i16::MAX; self.width], wide: Vec::new() }
    }

    fn row(&self, row: usize) -> (usize, &[i16]) {
        (row * self.width, &self.costs[row * self.width..(row + 1) * self.width])
    }

    fn column(&self, row: usize, cell: usize) -> u32 {
        number(cell - row * self.width)
    }

    fn replace(&mut self, cell: usize, cost: i16) -> i16 {
        core::mem::replace(&mut self.costs[cell], cost)
    }

    fn begin(&mut self) {
        self.narrow.fill(i16::MAX);
        self.wide.fill(FAR);
    }

    fn relax(&mut self, row: usize, base: i32, _: i32, _: &Columns) {
        let costs = &self.costs[row * self.width..(row + 1) * self.width];
        if self.wide.is_empty() {
            if let Some(base) = narrow(base) {
                for (sum, &cost) in self.narrow.iter_mut().zip(costs) {
                    *sum = (*sum).min(base.wrapping_add(cost));
                }
                return;
            }
            self.widen();
        }
        let costs = &self.costs[row * self.width..(row + 1) * self.width];
        for (sum, &cost) in self.wide.iter_mut().zip(costs) {
            let reached = if cost == ABSENT { FAR } else { base + i32::from(cost) };
            *sum = (*sum).min(reached);
        }
    }

    fn relax_one(&mut self, column: usize, base: i32, _: i32, _: &Columns) {
        if self.wide.is_empty() {
            if let Some(base) = narrow(base) {
                self.narrow[column] = self.narrow[column].min(base);
                return;
            }
            self.widen();
        }
        self.wide[column] = self.wide[column].min(base);
    }

    fn advance(&mut self, _: i32, _: &Columns) {}

    fn settle(&mut self, distance: i32, columns: &Columns, found: &mut Vec<u32>) {
        let nodes = columns.hop.iter().zip(&columns.v);
        if self.wide.is_empty() {
            for ((&sum, (&hop, &v)), column) in self.narrow.iter().zip(nodes).zip(0..) {
                let sum = i32::from(sum);
                if sum + v <= distance && hop == UNSEEN && sum <= 2 * NARROW {
                    found.push(column);
                }
            }
        } else {
            for ((&sum, (&hop, &v)), column) in self.wide.iter().zip(nodes).zip(0..) {
                if sum <= distance - v && hop == UNSEEN {
                    found.push(column);
                }
            }
        }
    }

    fn nearest(&mut self, columns: &Columns) -> i32 {
        let unseen = (0..self.width).filter(|&column| columns.hop[column] == UNSEEN && self.sum(column) != FAR);
        unseen.map(|column| self.sum(column) + columns.v[column]).min().unwrap_or(FAR)
    }

    fn tight(
        &self,
        row: usize,
        u: i32,
        hop: u32,
        layer: &[u32],
        columns: &Columns,
        cursor: &mut u32,
    ) -> Option<(usize, u32)> {
        let (start, costs) = self.row(row);
        while let Some(&column) = layer.get(*cursor as usize) {
            let (place, cost) = (column as usize, costs[column as usize]);
            if cost != ABSENT && u + columns.v[place] + i32::from(cost) == 0 && columns.hop[place] == hop {
                return Some((start + place, column));
            }
            *cursor += 1;
        }
        None
    }
}

/// Packed rows.
pub(super) struct Rows {
    starts: Vec<usize>,
    columns: Vec<u32>,
    costs: Vec<i16>,
    /// Per column the least `base + cost`.
    sums: Vec<i32>,
    /// Columns at the distance that is being gone through, and others that were reached.
    near: Vec<u32>,
    far: Vec<u32>,
}

impl Rows {
    pub(super) fn new(instance: &Instance, levels: Levels, watch: &mut Watch<'_>) -> Result<Self, Unmatched> {
        let mut costs = Vec::with_capacity(instance.pairs());
        let (starts, columns) = match &instance.pairs {
            Pairs::Sparse(Sparse { starts, columns, .. }) | Pairs::Wide(Sparse { starts, columns, .. }) => {
                (starts.clone(), columns.clone())
            }
            Pairs::Dense(_) => (alloc::vec![0], Vec::new()),
        };
        for row in 0..instance.rows().len() {
            instance.for_each_in(row, |_, weight| costs.push(levels.cost(weight)));
            watch.steps(starts[row + 1] - starts[row])?;
        }
        let sums = alloc::vec![FAR; instance.columns().len()];
        Ok(Self { starts, columns, costs, sums, near: Vec::new(), far: Vec::new() })
    }

    /// A column can be reached at `sum + v`, less than is known.
    fn reach(&mut self, column: u32, sum: i32, distance: i32, columns: &Columns) {
        let known = core::mem::replace(&mut self.sums[column as usize], sum);
        if sum + columns.v[column as usize] == distance {
            self.near.push(column);
        } else if known == FAR {
            self.far.push(column);
        }
    }
}

impl Table for Rows {
    fn reduced(&self, row: usize, v: &[i32], reduced: &mut Vec<i32>) -> usize {
        reduced.clear();
        let (start, costs) = self.row(row);
        let columns = &self.columns[start..start + costs.len()];
        reduced.extend(costs.iter().zip(columns).map(|(&cost, &column)| plus(cost, v[column as usize])));
        start
    }

    fn coarse(&self, shift: u32) -> Self {
        Self {
            starts: self.starts.clone(),
            columns: self.columns.clone(),
            costs: shifted(&self.costs, shift),
            sums: alloc::vec![FAR; self.sums.len()],
            near: Vec::new(),
            far: Vec::new(),
        }
    }

    fn row(&self, row: usize) -> (usize, &[i16]) {
        (self.starts[row], &self.costs[self.starts[row]..self.starts[row + 1]])
    }

    fn column(&self, _: usize, cell: usize) -> u32 {
        self.columns[cell]
    }

    fn replace(&mut self, cell: usize, cost: i16) -> i16 {
        core::mem::replace(&mut self.costs[cell], cost)
    }

    fn begin(&mut self) {
        self.sums.fill(FAR);
        self.near.clear();
        self.far.clear();
    }

    fn relax(&mut self, row: usize, base: i32, distance: i32, columns: &Columns) {
        for cell in self.starts[row]..self.starts[row + 1] {
            let (column, cost) = (self.columns[cell], self.costs[cell]);
            let sum = base + i32::from(cost);
            if sum < self.sums[column as usize] && cost != ABSENT {
                self.reach(column, sum, distance, columns);
            }
        }
    }

    fn relax_one(&mut self, column: usize, base: i32, distance: i32, columns: &Columns) {
        if base < self.sums[column] {
            self.reach(number(column), base, distance, columns);
        }
    }

    fn advance(&mut self, distance: i32, columns: &Columns) {
        let (sums, v) = (&self.sums, &columns.v);
        let at = |&&column: &&u32| sums[column as usize] + v[column as usize] == distance;
        self.near.extend(self.far.iter().filter(at));
    }

    fn settle(&mut self, _: i32, columns: &Columns, found: &mut Vec<u32>) {
        found.extend(self.near.drain(..).filter(|&column| columns.hop[column as usize] == UNSEEN));
    }

    fn nearest(&mut self, columns: &Columns) -> i32 {
        self.far.retain(|&column| columns.hop[column as usize] == UNSEEN);
        let distances = self.far.iter().map(|&column| self.sums[column as usize] + columns.v[column as usize]);
        distances.min().unwrap_or(FAR)
    }

    fn tight(
        &self,
        row: usize,
        u: i32,
        hop: u32,
        _: &[u32],
        columns: &Columns,
        cursor: &mut u32,
    ) -> Option<(usize, u32)> {
        let (start, costs) = self.row(row);
        while let Some(&cost) = costs.get(*cursor as usize) {
            let column = self.columns[start + *cursor as usize];
            let tight = columns.hop[column as usize] == hop && u + columns.v[column as usize] + i32::from(cost) == 0;
            if tight && cost != ABSENT {
                return Some((start + *cursor as usize, column));
            }
            *cursor += 1;
        }
        None
    }
}
