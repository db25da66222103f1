//! Which method solves an instance.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::components::Components;
use super::feasible::Feasibility;
use super::instance::Instance;
use super::matching::{Counters, Duals, Matching, Unmatched};
use super::program::{Program, Unsolved};
use super::{auction, repair, tied};

/// A way to solve an [`Instance`]. All find an optimum and prove it; where several are optimal they may find different
/// ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// ε-scaling auction: large instances with weights of many sizes.
    Auction,
    /// Layers of reduced cost zero: instances with few different weights, where an auction would raise prices by the
    /// smallest step again and again.
    Tied,
    /// Network simplex: weights too large for the others.
    Simplex,
}

impl Instance {
    /// The method that [`solve`](Self::solve) takes: `Tied` where the weights, divided by the greatest common divisor of
    /// their differences, lie on at most some thousand levels; else `Auction`, which gives way to `Simplex` where weights
    /// leave no room in 64 bits. Where an instance falls apart into several, each has its own.
    #[must_use]
    pub fn method(&self) -> Method {
        if tied::levels(self).is_some() { Method::Tied } else { Method::Auction }
    }

    /// A matching of greatest weight, with its proof.
    ///
    /// # Errors
    /// [`Unmatched`].
    pub fn solve(&self) -> Result<Matching, Unmatched> {
        self.solve_watched(None, &mut |_| true)
    }

    /// The same by a given method, or the one of [`method`](Self::method); `watch` is told of the work done now and
    /// then, and stops it by `false`.
    ///
    /// # Errors
    /// [`Unmatched`].
    pub fn solve_watched(
        &self,
        method: Option<Method>,
        watch: &mut dyn FnMut(&Counters) -> bool,
    ) -> Result<Matching, Unmatched> {
        if method == Some(Method::Simplex) {
            return self.simplex(watch);
        }
        // An auction without a feasible matching would go on for ever, and a cut is asked for anyway.
        if let Feasibility::Cut(cut) = self.feasible(&mut || watch(&Counters::default()))? {
            return Err(Unmatched::Infeasible(Box::new(cut)));
        }
        match Components::of(self) {
            Some(components) => components.solve(method, watch),
            None => self.solve_feasible(method, watch),
        }
    }

    /// The same for an instance that is known to be feasible, as a whole.
    pub(super) fn solve_feasible(
        &self,
        method: Option<Method>,
        watch: &mut dyn FnMut(&Counters) -> bool,
    ) -> Result<Matching, Unmatched> {
        let solved = match method.unwrap_or_else(|| self.method()) {
            Method::Tied => tied::solve(self, watch),
            Method::Auction | Method::Simplex => auction::solve(self, watch),
        };
        match solved {
            Err(Unmatched::TooLarge { .. }) if method.is_none() => self.simplex(watch),
            solved => solved,
        }
    }

    /// The same for an instance much like one that is solved: an optimum is found the sooner the less has changed.
    /// Rows and columns are those of the earlier instance, in its order; those beyond are new, and one that is gone has
    /// no pairs, or a maximum of 0.
    ///
    /// Which of several optima is found may differ from that of a solution from nothing. Where much has changed it is
    /// begun anew.
    ///
    /// ```
    /// use peerplan::flow::{Builder, Window};
    /// let instance = |weight| {
    ///     let mut builder = Builder::new(vec![Window::new(0, 1); 2], 4);
    ///     builder.row(Window::exactly(1), &[(0, weight), (1, 3)]);
    ///     builder.row(Window::exactly(1), &[(0, 5), (1, 4)]);
    ///     builder.finish()
    /// };
    /// let earlier = instance(9).solve()?;
    /// let (edited, goes_on) = (instance(2), &mut |_: &_| true);
    /// let matching = edited.solve_again(&earlier, goes_on)?;
    /// assert_eq!((earlier.objective(), matching.objective(), edited.check(&matching)), (13, 8, Ok(())));
    /// # Ok::<(), peerplan::flow::Unmatched>(())
    /// ```
    ///
    /// # Errors
    /// [`Unmatched`].
    ///
    /// # Panics
    /// When the earlier instance had more rows or columns.
    pub fn solve_again(
        &self,
        earlier: &Matching,
        watch: &mut dyn FnMut(&Counters) -> bool,
    ) -> Result<Matching, Unmatched> {
        let duals = earlier.duals();
        assert!(duals.rows.len() <= self.rows().len(), "no row is taken away");
        assert!(duals.columns.len() <= self.columns().len(), "no column is taken away");
        match repair::repaired(self, earlier, watch)? {
            Some(matching) => Ok(matching),
            None => self.solve_watched(None, watch),
        }
    }

    /// The network simplex on the same instance.
    fn simplex(&self, watch: &mut dyn FnMut(&Counters) -> bool) -> Result<Matching, Unmatched> {
        let mut program = Program::new();
        let columns: Vec<_> = self.columns().iter().map(|&window| program.column(window)).collect();
        let mut pairs: Vec<(u32, i64)> = Vec::with_capacity(self.pairs());
        let mut ends = Vec::with_capacity(self.rows().len());
        for (row, &window) in self.rows().iter().enumerate() {
            let node = program.row(window);
            self.for_each_in(row, |column, weight| {
                program.pair(node, columns[column as usize], weight);
                pairs.push((column, weight));
            });
            ends.push(pairs.len());
        }
        let mut counters = Counters::default();
        let optimum = program.solve(&mut |pivots| {
            counters.augmentations = pivots;
            watch(&counters)
        });
        let largest = self.weights().map_or(0, |(least, most)| least.unsigned_abs().max(most.unsigned_abs()));
        let places = self.rows().iter().map(|window| u64::from(window.max)).sum();
        let too_large = Unmatched::TooLarge { largest, places };
        let optimum = match optimum {
            Ok(optimum) => optimum,
            Err(Unsolved::Infeasible(_)) => {
                return Err(match self.feasible(&mut || watch(&Counters::default()))? {
                    Feasibility::Cut(cut) => Unmatched::Infeasible(Box::new(cut)),
                    Feasibility::Matching(_) => Unmatched::Refuted,
                });
            }
            Err(Unsolved::Stopped) => return Err(Unmatched::Stopped),
            Err(_) => return Err(too_large),
        };
        counters.augmentations = optimum.pivots;
        let narrow = |duals: &[i128]| duals.iter().map(|&dual| i64::try_from(dual).ok()).collect::<Option<Vec<i64>>>();
        let (Some(rows), Some(columns)) = (narrow(&optimum.rows), narrow(&optimum.columns)) else {
            return Err(too_large);
        };
        let mut start = 0;
        let chosen = ends.iter().map(|&end| {
            let row = pairs[start..end].iter().zip(&optimum.units[start..end]);
            start = end;
            row.filter(|&(_, &units)| units > 0).map(|(&pair, _)| pair)
        });
        Ok(Matching::new(chosen, Duals { rows, columns }, counters))
    }
}
