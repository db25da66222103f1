//! Whether the windows of an instance can be kept; weights do not matter.
//!
//! # The method
//! 1. A first matching in one pass: rows choose, up to their minimum, the columns that have the fewest other rows left
//!    for the places they still offer (in the manner of R. Karp and M. Sipser, "Maximum matching in sparse random
//!    graphs", 1981); columns below their minimum come first. In a matrix rows take the next columns in turn.
//! 2. The rows' minima: blocking flows along shortest paths (J. Hopcroft and R. Karp 1973, E. Dinic 1970), within the
//!    maxima of the columns.
//! 3. The columns' minima likewise, from rows below their maximum and columns above their minimum, so that no row
//!    loses anything.
//!
//! Each step meets as many units of its minima as any matching within the maxima does: what cannot be reached (or
//! cannot reach) is a cut that is full. So both sides reach their best at once (N. Mendelsohn and A. Dulmage, "Some
//! generalizations of the problem of distinct representatives", 1958), and the windows can be kept unless one of the
//! two kinds of cut of A. Hoffman's circulation theorem (1960) forbids it.
//!
//! Complexity: O(pairs · √pairs) at worst; in practice a few passes over the pairs, and over a matrix far less than
//! one.

mod cuts;
mod greedy;
mod links;
mod search;
#[cfg(test)]
#[path = "../feasible_tests.rs"]
mod tests;

use alloc::vec::Vec;

use self::greedy::{Greedy, Windows};
use self::links::{Bits, Links, Lists, Matrix};
use self::search::Search;
use super::cut::Cut;
use super::instance::{Instance, Pairs, Window};
use super::matching::{Chosen, Unmatched};

/// Whether all windows can be kept, with the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feasibility {
    /// They can: so.
    Matching(Chosen),
    /// They cannot: these minima ask for more than can pass.
    Cut(Cut),
}

/// A matching within all maxima that misses the fewest units of the minima.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// The pairs.
    pub chosen: Chosen,
    /// How many units the rows miss, `Σ max(0, min − load)`: no matching within the maxima misses fewer.
    pub rows_short: u64,
    /// How many units the columns miss: no matching within the maxima misses fewer.
    pub columns_short: u64,
}

impl Instance {
    /// Finds a matching that keeps all windows, or a cut that shows that there is none.
    ///
    /// `watch` is called every few milliseconds; `false` stops the work. The answer depends on the instance and on
    /// nothing else.
    ///
    /// ```
    /// use peerplan::flow::{Builder, Feasibility, Window};
    /// let mut builder = Builder::with_shape(vec![Window::new(1, 2), Window::new(0, 1)], 2, 4);
    /// builder.row(Window::exactly(1), &[(0, 0), (1, 0)]);
    /// builder.row(Window::exactly(2), &[(0, 0), (1, 0)]);
    /// let instance = builder.finish();
    /// let Ok(Feasibility::Matching(chosen)) = instance.feasible(&mut || true) else { panic!("there is one") };
    /// assert_eq!((chosen.of(0), chosen.of(1)), (&[0][..], &[0, 1][..]));
    /// ```
    ///
    /// # Errors
    /// [`Unmatched::Stopped`] when `watch` returned false; [`Unmatched::Refuted`] when a window has a minimum above
    /// its maximum, which no cut is needed to see.
    pub fn feasible(&self, watch: &mut dyn FnMut() -> bool) -> Result<Feasibility, Unmatched> {
        if self.rows.iter().chain(&self.columns).any(|window| window.min > window.max) {
            return Err(Unmatched::Refuted);
        }
        let windows = Windows { rows: &self.rows, columns: &self.columns };
        let mut watch = Watch::new(watch);
        match &self.pairs {
            Pairs::Dense(entries) => decide(&Matrix { entries, width: self.columns.len() }, windows, &mut watch),
            Pairs::Sparse(rows) => decide(&Lists { starts: &rows.starts, columns: &rows.columns }, windows, &mut watch),
            Pairs::Wide(rows) => decide(&Lists { starts: &rows.starts, columns: &rows.columns }, windows, &mut watch),
        }
    }

    /// Finds a matching that breaks no maximum and misses the fewest units of the minima: the rows miss as few as in
    /// any matching within the maxima, and so do the columns, both at once. (A minimum above its maximum misses the
    /// difference for sure.)
    ///
    /// Which rows and columns are short, and by how much each, is not specified.
    ///
    /// # Errors
    /// [`Unmatched::Stopped`] when `watch` returned false.
    pub fn partial(&self, watch: &mut dyn FnMut() -> bool) -> Result<Partial, Unmatched> {
        let capped = |windows: &[Window]| -> Vec<Window> {
            windows.iter().map(|&Window { min, max }| Window { min: min.min(max), max }).collect()
        };
        let (rows, columns) = (capped(&self.rows), capped(&self.columns));
        let windows = Windows { rows: &rows, columns: &columns };
        let mut watch = Watch::new(watch);
        let (chosen, loads) = match &self.pairs {
            Pairs::Dense(entries) => most(&Matrix { entries, width: columns.len() }, windows, &mut watch),
            Pairs::Sparse(rows) => most(&Lists { starts: &rows.starts, columns: &rows.columns }, windows, &mut watch),
            Pairs::Wide(rows) => most(&Lists { starts: &rows.starts, columns: &rows.columns }, windows, &mut watch),
        }?;
        let (rows_short, columns_short) =
            (shortfall(&self.rows, &loads.rows), shortfall(&self.columns, &loads.columns));
        Ok(Partial { chosen, rows_short, columns_short })
    }
}

/// The units that are missing.
fn shortfall(windows: &[Window], loads: &[u32]) -> u64 {
    windows.iter().zip(loads).map(|(window, &load)| u64::from(window.min.saturating_sub(load))).sum()
}

/// Whether there is something to search for on the columns' side.
fn short(windows: &[Window], loads: &[u32]) -> bool {
    windows.iter().zip(loads).any(|(window, &load)| load < window.min)
}

fn decide<L: Greedy>(links: &L, windows: Windows<'_>, watch: &mut Watch<'_>) -> Result<Feasibility, Unmatched> {
    Ok(match fill(links, windows, true, watch)? {
        (_, Some(cut)) => Feasibility::Cut(cut),
        (loads, None) => Feasibility::Matching(chosen(links, &loads, watch)?),
    })
}

fn most<L: Greedy>(links: &L, windows: Windows<'_>, watch: &mut Watch<'_>) -> Result<(Chosen, Loads), Unmatched> {
    let (loads, _) = fill(links, windows, false, watch)?;
    Ok((chosen(links, &loads, watch)?, loads))
}

/// Meets as much of the minima as can be, first the rows', then the columns'; where that is not all, the cut that shows
/// it ends the search if it is asked for.
fn fill<L: Greedy>(
    links: &L,
    windows: Windows<'_>,
    ask_for_cut: bool,
    watch: &mut Watch<'_>,
) -> Result<(Loads, Option<Cut>), Unmatched> {
    let mut loads = links.start(&windows, watch)?;
    if short(windows.rows, &loads.rows) {
        let mut search = Search::new(links, windows, loads, watch)?;
        search.fill_rows(watch)?;
        if ask_for_cut && let Some(cut) = search.row_cut(watch)? {
            return Ok((search.loads, Some(cut)));
        }
        loads = search.loads;
    }
    if short(windows.columns, &loads.columns) {
        links.lift(&windows, &mut loads, watch)?;
    }
    if short(windows.columns, &loads.columns) {
        let mut search = Search::new(links, windows, loads, watch)?;
        search.fill_columns(watch)?;
        if ask_for_cut && let Some(cut) = search.column_cut(watch)? {
            return Ok((search.loads, Some(cut)));
        }
        loads = search.loads;
    }
    Ok((loads, None))
}

fn chosen<L: Links>(links: &L, loads: &Loads, watch: &mut Watch<'_>) -> Result<Chosen, Unmatched> {
    let mut chosen = Chosen::with_capacity(loads.rows.len(), loads.rows.iter().map(|&load| load as usize).sum());
    for row in 0..loads.rows.len() {
        watch.tick(loads.rows[row] as usize)?;
        chosen.row(|columns| loads.used.each_in(links.slots(row), |slot| columns.push(links.column(row, slot))));
    }
    Ok(chosen)
}

/// A matching in the making: the chosen slots, and how many there are in each row and column.
#[derive(Debug, Clone)]
struct Loads {
    used: Bits,
    rows: Vec<u32>,
    columns: Vec<u32>,
}

/// Slots between two questions whether to go on: far less than 10 ms.
const STRIDE: usize = 1 << 14;

/// The observer, asked now and then.
struct Watch<'w> {
    ask: &'w mut dyn FnMut() -> bool,
    work: usize,
}

impl<'w> Watch<'w> {
    fn new(ask: &'w mut dyn FnMut() -> bool) -> Self {
        Self { ask, work: 0 }
    }

    /// Work was done on so many slots.
    #[inline]
    fn tick(&mut self, slots: usize) -> Result<(), Unmatched> {
        self.work += slots;
        if self.work < STRIDE {
            return Ok(());
        }
        self.work = 0;
        if (self.ask)() { Ok(()) } else { Err(Unmatched::Stopped) }
    }
}
