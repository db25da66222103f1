//! From the optimum of one instance to that of another much like it.
//!
//! # Method
//! Successive shortest paths from an almost optimal circulation (R. Busacker and P. Gowen 1961; the repair of arcs that
//! are out of kilter after D. Fulkerson, "An out-of-kilter method for minimal-cost flow problems", 1961). The earlier
//! duals stay. Rows whose pairs they no longer fit choose anew, and get the dual that fits their choice; each column
//! takes as many as its dual asks for. What is then chosen too much in one place and too little in another is moved,
//! unit by unit, along shortest paths (E. Dijkstra 1959, with the duals as potentials).
//!
//! All windows are bounds of arcs between a *hub* and the rows, and between the columns and the hub. So a unit may also
//! end at a column with room, or where one was taken that need not be.
//!
//! # Invariants
//! Every arc along which a unit could be moved has a reduced cost of at least 0: `u + v − w` for a pair that is not
//! chosen, `w − u − v` for one that is, `hub − u` and `u − hub` between the hub and a row below its maximum and above its
//! minimum, `−v − hub` and `v + hub` between a column likewise and the hub. A row gives as many as it has chosen; column
//! and hub may be out of balance. Row duals never rise and column duals never fall, so a list of all pairs above some
//! profit stays complete.
//!
//! # Complexity
//! One pass over the pairs finds what has changed; then a search for each unit that is out of balance, which reads the
//! pairs of the rows it reaches that are near their duals.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::auction::{Prices, Watch};
use super::instance::{Instance, PairRows, Pairs, Window};
use super::matching::{Counters, Duals, Matching, Unmatched};
use super::number;
use crate::parallel::map_ranges;

/// Duals, weights and distances stay within this.
const LIMIT: i64 = 1 << 59;
/// Where one unit in so many is out of balance, to begin anew is quicker.
const FEW: u64 = 8;
/// Lists are to have about so many pairs.
const LISTED: usize = 6;
/// By so many rows it is told how far lists reach.
const SAMPLE: usize = 64;
/// So many rows are compared with their duals in one piece of work.
const ROWS: usize = if cfg!(test) { 8 } else { 256 };

/// The optimum, or none where to begin anew is quicker, or might say more.
pub(super) fn repaired(
    instance: &Instance,
    earlier: &Matching,
    watch: &mut Watch<'_>,
) -> Result<Option<Matching>, Unmatched> {
    match &instance.pairs {
        Pairs::Dense(pairs) => Repair::new(instance, pairs, earlier).map_or(Ok(None), |repair| repair.run(watch)),
        Pairs::Sparse(pairs) => Repair::new(instance, pairs, earlier).map_or(Ok(None), |repair| repair.run(watch)),
        Pairs::Wide(pairs) => Repair::new(instance, pairs, earlier).map_or(Ok(None), |repair| repair.run(watch)),
    }
}

/// How a row begins: with a dual, what it chooses, and pairs that are near.
struct Start<W> {
    worth: i64,
    chosen: Vec<(u32, W)>,
    near: Near<W>,
}

/// A node of the residual graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Column(u32),
    Row(u32),
    /// A row once more, for the pairs that are not listed.
    Unlisted(u32),
    Hub,
}

/// How far a node is, and which node comes before it on the way.
#[derive(Debug, Clone, Copy)]
struct Reached {
    distance: i64,
    from: Node,
}

const UNREACHED: Reached = Reached { distance: i64::MAX, from: Node::Hub };

/// The pairs of a row whose profit is above a bound.
#[derive(Debug, Clone)]
struct Near<W> {
    above: i64,
    pairs: Vec<(u32, W)>,
}

struct Repair<'i, P: PairRows> {
    rows: &'i [Window],
    columns: &'i [Window],
    pairs: &'i P,
    /// Row duals.
    worth: Vec<i64>,
    /// Column duals.
    prices: Prices,
    hub: i64,
    /// The greatest column dual, and the least weight.
    highest: i64,
    smallest: i64,
    chosen: Vec<Vec<(u32, P::Weight)>>,
    holders: Vec<Vec<(u32, P::Weight)>>,
    /// How many units each column passes on to the hub.
    taken: Vec<u32>,
    /// How many more units come to the hub than leave it.
    excess: i64,
    near: Vec<Near<P::Weight>>,
    /// How far below its dual the pairs of a row are listed.
    radius: i64,
    reached_rows: Vec<Reached>,
    reached_columns: Vec<Reached>,
    reached_hub: Reached,
    /// The nodes that are reached.
    reached: Vec<Node>,
    queue: BinaryHeap<Reverse<(i64, Node)>>,
    /// The end of the shortest path found so far.
    nearest: Option<(i64, Node)>,
    /// Pairs looked at, and how many there may be.
    work: usize,
    budget: usize,
    counters: Counters,
}

impl<'i, P: PairRows> Repair<'i, P> {
    /// The earlier matching as far as it still fits; none where nothing is gained by it.
    fn new(instance: &'i Instance, pairs: &'i P, earlier: &Matching) -> Option<Self> {
        let (rows, columns) = (instance.rows(), instance.columns());
        let (smallest, largest) = instance.weights()?;
        let duals = earlier.duals();
        let within = |value: i64| (-LIMIT..=LIMIT).contains(&value);
        let most =
            smallest.unsigned_abs().max(largest.unsigned_abs()).checked_mul((rows.len() + columns.len()) as u64)?;
        if most > LIMIT.unsigned_abs() || !duals.rows.iter().chain(&duals.columns).all(|&dual| within(dual)) {
            return None;
        }
        if rows.iter().chain(columns).any(|window| window.min > window.max) {
            return None;
        }
        let mut prices = duals.columns.clone();
        prices.resize(columns.len(), 0);
        let mut repair = Self {
            rows,
            columns,
            pairs,
            worth: Vec::with_capacity(rows.len()),
            hub: 0,
            highest: prices.iter().copied().max().unwrap_or(0),
            smallest,
            prices: Prices::new(prices, 1, P::DENSE),
            chosen: Vec::with_capacity(rows.len()),
            holders: alloc::vec![Vec::new(); columns.len()],
            taken: Vec::with_capacity(columns.len()),
            excess: 0,
            near: Vec::with_capacity(rows.len()),
            radius: (largest.saturating_sub(smallest) / 64).max(1),
            reached_rows: alloc::vec![UNREACHED; rows.len()],
            reached_columns: alloc::vec![UNREACHED; columns.len()],
            reached_hub: UNREACHED,
            reached: Vec::new(),
            queue: BinaryHeap::new(),
            nearest: None,
            work: 0,
            budget: instance.pairs() + 100_000,
            counters: Counters::default(),
        };
        if repair.prices.too_low() {
            return None;
        }
        repair.radius = repair.usual_radius(&duals.rows, earlier).unwrap_or(repair.radius);
        let start = |row: usize| {
            let known = duals.rows.get(row).and_then(|&worth| repair.kept(row, worth, earlier.of(row)));
            known.or_else(|| repair.choose(row))
        };
        let blocks = map_ranges(rows.len(), ROWS, |rows| rows.map(start).collect::<Option<Vec<_>>>());
        for (row, Start { worth, chosen, near }) in
            blocks.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().enumerate()
        {
            for &(column, weight) in &chosen {
                repair.holders[column as usize].push((number(row), weight));
            }
            repair.excess -= i64::try_from(chosen.len()).ok()?;
            repair.worth.push(worth);
            repair.chosen.push(chosen);
            repair.near.push(near);
        }
        let mut unbalanced = 0;
        for (column, (window, holders)) in (0..).zip(columns.iter().zip(&repair.holders)) {
            let held = number(holders.len());
            let taken = match repair.prices.of(column) {
                1.. => window.max,
                0 => held.clamp(window.min, window.max),
                _ => window.min,
            };
            unbalanced += u64::from(held.saturating_sub(taken));
            repair.excess += i64::from(taken);
            repair.taken.push(taken);
        }
        unbalanced += repair.excess.max(0).unsigned_abs();
        let places: u64 = rows.iter().map(|window| u64::from(window.max)).sum();
        (unbalanced <= places.min(instance.pairs() as u64) / FEW + 20).then_some(repair)
    }

    /// What a row chose earlier, if that is still what its duals ask for.
    fn kept(&self, row: usize, worth: i64, columns: &[u32]) -> Option<Start<P::Weight>> {
        let window = self.rows[row];
        let count = number(columns.len());
        let allowed = match worth {
            1.. => count == window.max,
            0 => (window.min..=window.max).contains(&count),
            _ => count == window.min,
        };
        if !allowed {
            return None;
        }
        let pair = |&column: &u32| {
            let weight = self.pairs.weight_of(self.columns.len(), row, column)?;
            (weight.into() - self.prices.of(column) >= worth).then_some((column, weight))
        };
        let chosen: Vec<_> = columns.iter().map(pair).collect::<Option<_>>()?;
        // The row is read anyway: what will be near its dual is listed at once.
        let above = self.above(worth, self.radius);
        let (mut better, mut near) = (false, Vec::new());
        self.pairs.each_above(row, &self.prices, above, |column, weight| {
            better |= weight.into() - self.prices.of(column) > worth && !columns.contains(&column);
            near.push((column, weight));
        });
        (!better).then_some(Start { worth, chosen, near: Near { above, pairs: near } })
    }

    /// How far below their duals the pairs of most rows have to be listed, told by some rows; none without rows.
    fn usual_radius(&self, worths: &[i64], earlier: &Matching) -> Option<i64> {
        let rows = self.rows.len().min(worths.len());
        let mut found = Vec::new();
        let mut radii: Vec<i64> = (0..rows)
            .step_by(rows.div_ceil(SAMPLE).max(1))
            .map(|row| {
                found.clear();
                self.pairs.each(self.columns.len(), row, |column, weight| {
                    found.push(Reverse(weight.into() - self.prices.of(column)));
                });
                let place = (earlier.of(row).len() + LISTED).min(found.len().saturating_sub(1));
                let far = if found.is_empty() { worths[row] } else { found.select_nth_unstable(place).1.0 };
                worths[row].saturating_sub(far).max(1)
            })
            .collect();
        let middle = radii.len() / 2;
        (!radii.is_empty()).then(|| *radii.select_nth_unstable(middle).1)
    }

    /// From where on the pairs of a row are listed: below the least profit of all, all are.
    fn above(&self, worth: i64, radius: i64) -> i64 {
        let (least, above) = (self.smallest - self.highest - 1, worth.saturating_sub(radius));
        if above < least { -2 * LIMIT } else { above }
    }

    /// The best choice of a row at the prices, and the dual that goes with it; none where it has too few pairs.
    fn choose(&self, row: usize) -> Option<Start<P::Weight>> {
        let window = self.rows[row];
        let mut found: Vec<(Reverse<i64>, u32, P::Weight)> = Vec::new();
        self.pairs.each(self.columns.len(), row, |column, weight| {
            found.push((Reverse(weight.into() - self.prices.of(column)), column, weight));
        });
        let order = |pair: &(Reverse<i64>, u32, P::Weight)| (pair.0, pair.1);
        let most = found.len().min(window.max as usize);
        if most < found.len() {
            found.select_nth_unstable_by_key(most, order);
            found[..most].sort_unstable_by_key(order);
        } else {
            found.sort_unstable_by_key(order);
        }
        let gains = found[..most].iter().take_while(|pair| pair.0.0 > 0).count();
        let count = gains.max(window.min as usize);
        if count > most {
            return None;
        }
        let worst = if count > 0 { found[count - 1].0.0 } else { LIMIT };
        let next = found.get(count).map_or(-LIMIT, |pair| pair.0.0);
        let chosen = found[..count].iter().map(|&(_, column, weight)| (column, weight)).collect();
        let near = Near { above: 2 * LIMIT, pairs: Vec::new() };
        Some(Start { worth: 0.clamp(next, worst), chosen, near })
    }

    fn run(mut self, watch: &mut Watch<'_>) -> Result<Option<Matching>, Unmatched> {
        for source in (0..number(self.columns.len())).map(Node::Column).chain([Node::Hub]) {
            while self.exceeds(source) {
                if !watch(&self.counters) {
                    return Err(Unmatched::Stopped);
                }
                if !self.send(source) {
                    return Ok(None);
                }
            }
        }
        let rows = self.worth.iter().map(|worth| worth - self.hub).collect();
        let columns = self.prices.scaled().iter().map(|price| price + self.hub).collect();
        let chosen = self.chosen.iter().map(|row| row.iter().map(|&(column, weight)| (column, weight.into())));
        Ok(Some(Matching::new(chosen, Duals { rows, columns }, self.counters)))
    }

    fn held(&self, column: u32) -> u32 {
        number(self.holders[column as usize].len())
    }

    /// Whether a node gets too much.
    fn exceeds(&self, node: Node) -> bool {
        match node {
            Node::Column(column) => self.held(column) > self.taken[column as usize],
            Node::Hub => self.excess > 0,
            Node::Row(_) | Node::Unlisted(_) => false,
        }
    }

    /// Whether a node gets too little.
    fn lacks(&self, node: Node) -> bool {
        match node {
            Node::Column(column) => self.held(column) < self.taken[column as usize],
            Node::Hub => self.excess < 0,
            Node::Row(_) | Node::Unlisted(_) => false,
        }
    }

    /// Moves one unit from a node that has too much to the nearest that has too little. False where there is none, or it
    /// takes too long to find.
    fn send(&mut self, source: Node) -> bool {
        self.counters.augmentations += 1;
        self.queue.clear();
        self.nearest = None;
        *self.place(source) = Reached { distance: 0, from: source };
        self.reached.push(source);
        self.queue.push(Reverse((0, source)));
        while let Some(Reverse((distance, node))) = self.queue.pop() {
            if self.nearest.is_some_and(|(nearest, _)| nearest <= distance) {
                break;
            }
            if self.work > self.budget {
                return false;
            }
            self.go_on(node, distance);
        }
        let Some((length, end)) = self.nearest else { return false };
        let fits = self.shift(length);
        self.augment(source, end);
        for node in core::mem::take(&mut self.reached) {
            *self.place(node) = UNREACHED;
        }
        fits
    }

    fn place(&mut self, node: Node) -> &mut Reached {
        match node {
            Node::Column(column) => &mut self.reached_columns[column as usize],
            Node::Row(row) | Node::Unlisted(row) => &mut self.reached_rows[row as usize],
            Node::Hub => &mut self.reached_hub,
        }
    }

    /// A node is reached along an arc.
    #[inline]
    fn reach(&mut self, node: Node, distance: i64, from: Node) {
        let nearest = self.nearest.map_or(LIMIT, |(nearest, _)| nearest);
        let place = self.place(node);
        if distance >= nearest || distance >= place.distance {
            return;
        }
        let first = place.distance == i64::MAX;
        *place = Reached { distance, from };
        if first {
            self.reached.push(node);
        }
        if self.lacks(node) {
            self.nearest = Some((distance, node));
        } else {
            self.queue.push(Reverse((distance, node)));
        }
    }

    /// Goes on from a node at its final distance.
    fn go_on(&mut self, node: Node, distance: i64) {
        match node {
            Node::Column(column) if distance == self.reached_columns[column as usize].distance => {
                let price = self.prices.of(column);
                let holders = core::mem::take(&mut self.holders[column as usize]);
                self.work += holders.len();
                for &(row, weight) in &holders {
                    self.reach(Node::Row(row), distance + (weight.into() - self.worth[row as usize] - price), node);
                }
                self.holders[column as usize] = holders;
                if self.taken[column as usize] < self.columns[column as usize].max {
                    self.reach(Node::Hub, distance - price - self.hub, node);
                }
            }
            Node::Row(row) if distance == self.reached_rows[row as usize].distance => {
                if self.chosen[row as usize].len() > self.rows[row as usize].min as usize {
                    self.reach(Node::Hub, distance + self.worth[row as usize] - self.hub, node);
                }
                if self.worth[row as usize] - self.near[row as usize].above < self.radius / 2 {
                    self.list(row, self.radius);
                }
                self.look_around(row, distance);
            }
            Node::Unlisted(row) => {
                let farther = self.worth[row as usize].saturating_sub(self.near[row as usize].above).max(self.radius);
                self.list(row, farther.saturating_mul(4));
                self.look_around(row, self.reached_rows[row as usize].distance);
            }
            Node::Hub if distance == self.reached_hub.distance => {
                self.work += self.rows.len() + self.columns.len();
                for row in 0..self.rows.len() {
                    if self.chosen[row].len() < self.rows[row].max as usize {
                        self.reach(Node::Row(number(row)), distance + self.hub - self.worth[row], node);
                    }
                }
                for column in 0..self.columns.len() {
                    if self.taken[column] > self.columns[column].min {
                        let column = number(column);
                        self.reach(Node::Column(column), distance + self.prices.of(column) + self.hub, node);
                    }
                }
            }
            // There was a shorter way.
            Node::Column(_) | Node::Row(_) | Node::Hub => {}
        }
    }

    /// Lists the pairs of a row up to `radius` below its dual.
    fn list(&mut self, row: u32, radius: i64) {
        self.counters.row_rescans += 1;
        let above = self.above(self.worth[row as usize], radius);
        let near = &mut self.near[row as usize];
        near.above = above;
        near.pairs.clear();
        let pairs = &mut near.pairs;
        self.pairs.each_above(row as usize, &self.prices, near.above, |column, weight| pairs.push((column, weight)));
        self.work += self.pairs.len_of(self.columns.len(), row as usize) / 8;
        // The next lists shall be about as long as they should.
        let listed = pairs.len();
        if radius == self.radius && listed > 2 * LISTED {
            self.radius = (radius - radius / 4).max(1);
        } else if radius == self.radius && listed < LISTED / 2 && near.above > -2 * LIMIT {
            self.radius = radius.saturating_add(radius / 2).min(LIMIT);
        }
    }

    /// Reaches the columns that are listed for a row, and puts off the others.
    fn look_around(&mut self, row: u32, distance: i64) {
        let worth = self.worth[row as usize];
        let pairs = core::mem::take(&mut self.near[row as usize].pairs);
        self.work += pairs.len();
        for &(column, weight) in &pairs {
            let to = distance + (worth + self.prices.of(column) - weight.into());
            // A chosen pair has a cost of at most 0, and leads back where we come from.
            if to < self.reached_columns[column as usize].distance
                && !self.chosen[row as usize].iter().any(|pair| pair.0 == column)
            {
                self.reach(Node::Column(column), to, Node::Row(row));
            }
        }
        self.near[row as usize].pairs = pairs;
        let above = self.near[row as usize].above;
        let farther = distance.saturating_add(worth - above);
        if above > -2 * LIMIT && self.nearest.is_none_or(|(nearest, _)| farther < nearest) {
            self.queue.push(Reverse((farther, Node::Unlisted(row))));
        }
    }

    /// Takes the distances of all nodes nearer than `length` into the duals. False where these become too large.
    fn shift(&mut self, length: i64) -> bool {
        let mut fits = true;
        for at in 0..self.reached.len() {
            let node = self.reached[at];
            let by = length - self.place(node).distance;
            if by <= 0 {
                continue;
            }
            match node {
                Node::Column(column) => {
                    let price = self.prices.of(column) + by;
                    self.prices.set(column, price);
                    self.highest = self.highest.max(price);
                    fits &= price < LIMIT;
                }
                Node::Row(row) | Node::Unlisted(row) => {
                    let worth = &mut self.worth[row as usize];
                    *worth -= by;
                    fits &= *worth > -LIMIT;
                }
                Node::Hub => {
                    self.hub -= by;
                    fits &= self.hub > -LIMIT;
                }
            }
        }
        fits
    }

    /// Moves one unit along the path that was found.
    fn augment(&mut self, source: Node, end: Node) {
        let mut to = end;
        while to != source {
            let from = self.place(to).from;
            match (from, to) {
                (Node::Row(row), Node::Column(column)) => {
                    if let Some(weight) = self.pairs.weight_of(self.columns.len(), row as usize, column) {
                        self.chosen[row as usize].push((column, weight));
                        self.holders[column as usize].push((row, weight));
                    }
                }
                (Node::Column(column), Node::Row(row)) => {
                    self.chosen[row as usize].retain(|pair| pair.0 != column);
                    self.holders[column as usize].retain(|pair| pair.0 != row);
                }
                (Node::Column(column), Node::Hub) => {
                    self.taken[column as usize] += 1;
                    self.excess += 1;
                }
                (Node::Hub, Node::Column(column)) => {
                    self.taken[column as usize] -= 1;
                    self.excess -= 1;
                }
                // A row gives as many as it has chosen, one less or more at its other end of the path.
                (Node::Row(_), Node::Hub) => self.excess += 1,
                (Node::Hub, Node::Row(_)) => self.excess -= 1,
                _ => debug_assert!(false, "no such arc"),
            }
            to = from;
        }
    }
}

#[cfg(test)]
#[path = "repair_tests.rs"]
mod tests;
