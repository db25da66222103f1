//! Exact integer engines for bipartite matching problems. They know nothing of students.
//!
//! # Weighted b-matching
//! An [`Instance`] has rows and columns, each with a [`Window`] for the number of pairs it takes part in, and pairs with
//! integer weights. [`Instance::solve`] finds a [`Matching`] of greatest weight, with integer [`Duals`] that prove it;
//! [`Instance::check`] adds them up apart from the solvers. [`Instance::feasible`] tells whether all windows can be kept, by a
//! matching or by a minimum [`Cut`]; [`Instance::partial`] misses as little as can be. [`Method`] says which solver is
//! taken when; [`Instance::solve_again`] repairs the optimum of an instance that was edited.
//!
//! A [`Program`] is more general: capacities and concave rewards of pairs, forced units, convex costs of nodes, and
//! classes within rows and columns, nested to any depth, each with a window.
//!
//! [`Regular`] makes graphs in which everybody has as many arcs, without arcs inside classes.
//!
//! # Signs and numbers
//! Weights are maximised. A dual is what one place more would be worth: above 0 where a maximum binds, below 0 where a
//! minimum does. All decisions are in integers, 64 bits where sums are proven to fit and 128 elsewhere; weights that
//! leave no room are refused, never rounded.
//!
//! # Determinism
//! Results depend on the order of rows and columns as given and on nothing else, on every machine.
//!
//! ```
//! use peerplan::flow::{Builder, Window};
//! // Two papers for each of which two of three reviewers are wanted; each reviewer takes one or two.
//! let mut builder = Builder::new(vec![Window::new(1, 2); 3], 6);
//! builder.row(Window::exactly(2), &[(0, 9), (1, 8), (2, 1)]);
//! builder.row(Window::exactly(2), &[(0, 7), (1, 7), (2, 2)]);
//! let instance = builder.finish();
//! let matching = instance.solve()?;
//! assert_eq!((matching.objective(), instance.check(&matching)), (26, Ok(())));
//! # Ok::<(), peerplan::flow::Unmatched>(())
//! ```

mod auction;
mod circuit;
mod components;
mod cut;
mod face;
mod feasible;
mod instance;
mod lottery;
mod matching;
mod network;
mod program;
mod proof;
mod regular;
mod relay;
mod repair;
mod resume;
mod search;
mod simplex;
mod slack;
#[cfg(test)]
mod small;
mod solve;
#[cfg(test)]
mod tests;
mod tied;
mod trade;
mod weight;

pub use cut::{Cut, CutFlaw, CutSide};
pub use feasible::{Feasibility, Partial};
pub use instance::{Builder, Instance, Window};
pub use matching::{Chosen, Counters, Duals, Matching, Unmatched};
pub use program::{Blockade, ColumnNode, Obstacle, Optimum, Program, ProgramFlaw, RowNode, Slice, Unsolved};
pub use proof::Flaw;
pub use regular::Regular;
pub use solve::Method;

pub(crate) use circuit::Circuit;
pub(crate) use cut::GroupCut;
pub(crate) use face::Face;
pub(crate) use lottery::draw;
pub(crate) use network::{Edge, Groups, Network, Node, NodeCost};
pub(crate) use relay::{Relay, Unpassed};
pub(crate) use search::Flow;
pub(crate) use slack::Common;
pub(crate) use trade::{Stopped, Trades};
pub(crate) use weight::Weight;

/// A number of a node, bundle or edge: there are fewer than 2^32 of each.
pub(crate) const fn number(value: usize) -> u32 {
    debug_assert!(value < u32::MAX as usize);
    #[allow(clippy::cast_possible_truncation, reason = "checked by whoever makes the network, asserted above")]
    let number = value as u32;
    number
}

/// No bundle.
pub(crate) const NONE: u32 = u32::MAX;
