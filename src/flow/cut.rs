//! Minimum cuts: the proof that minima cannot be met.
//!
//! With hard minima on both sides a flow exists exactly when one exists that meets the left minima and one that
//! meets the right minima, each within the maxima of the other side (N. Mendelsohn and A. Dulmage, "Some
//! generalizations of the problem of distinct representatives", 1958; A. Hoffman's circulation theorem, 1960, gives
//! the two kinds of cut). So each side is tried by itself, and a node that stays short gives a cut.

use alloc::vec::Vec;

use super::instance::{Instance, Window};
use super::search::Kind;
use super::{Flow, Network, Node, NodeCost, Weight, number};

/// Whose minima cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutSide {
    /// Those of the left nodes, the rows of an [`Instance`].
    Left,
    /// Those of the right nodes, the columns of an [`Instance`].
    Right,
}

/// Nodes whose minima together ask for more than can pass.
///
/// Side `Right`: `Σ min` over `right` > `Σ max` over `left` + edges from outside `left` into `right`.
/// Side `Left`: `Σ min` over `left` > `Σ max` over `right` + edges from `left` to outside `right`.
/// Edges of one bundle count up to the bundle's maximum. Both lists are sorted.
///
/// In an [`Instance`] the rows are on the left, the columns on the right, and the edges are the pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Whose minima ask for too much.
    pub side: CutSide,
    /// Left nodes, or rows.
    pub left: Vec<u32>,
    /// Right nodes, or columns.
    pub right: Vec<u32>,
}

/// Why a cut proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CutFlaw {
    /// Rows or columns do not exist, or are not listed in ascending order.
    #[error("the cut names rows or columns that do not exist, or not in ascending order")]
    Members,
    /// The minima do not ask for more than can pass.
    #[error("the minima ask for {required}, and {available} can pass")]
    Enough {
        /// What the minima ask for.
        required: u64,
        /// What can pass.
        available: u64,
    },
}

impl Cut {
    /// Checks that the cut proves that the windows of an instance cannot all be kept. Shares no code with whatever
    /// found it; O(rows + columns + pairs of the rows across).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, instance: &Instance) -> Result<(), CutFlaw> {
        let (rows, columns) = (instance.rows(), instance.columns());
        let left = marks(&self.left, rows.len()).ok_or(CutFlaw::Members)?;
        let right = marks(&self.right, columns.len()).ok_or(CutFlaw::Members)?;
        let (required, open) = match self.side {
            CutSide::Left => (minima(rows, &self.left), maxima(columns, &self.right)),
            CutSide::Right => (minima(columns, &self.right), maxima(rows, &self.left)),
        };
        // Pairs across: from rows of the cut to columns outside, or from rows outside to columns of the cut.
        let from = self.side == CutSide::Left;
        let mut crossing = 0_u64;
        for row in (0..rows.len()).filter(|&row| left[row] == from) {
            instance.for_each_in(row, |column, _| crossing += u64::from(right[column as usize] != from));
        }
        let available = open.saturating_add(crossing);
        if required > available { Ok(()) } else { Err(CutFlaw::Enough { required, available }) }
    }
}

fn minima(windows: &[Window], members: &[u32]) -> u64 {
    members.iter().fold(0, |sum, &member| sum.saturating_add(windows[member as usize].min.into()))
}

fn maxima(windows: &[Window], members: &[u32]) -> u64 {
    members.iter().fold(0, |sum, &member| sum.saturating_add(windows[member as usize].max.into()))
}

/// The members of an ascending list among `len`; none when the list is something else.
fn marks(members: &[u32], len: usize) -> Option<Vec<bool>> {
    let mut marks = alloc::vec![false; len];
    for &member in members {
        *marks.get_mut(member as usize)? = true;
    }
    members.is_sorted_by(|a, b| a < b).then_some(marks)
}

/// The price of a bundle's minimum beside a node's minimum, which costs 1.
const BUNDLE_FIRST: u32 = 1 << 20;

/// How many nodes that stay short are looked at in search of a small cut.
const TRIED: usize = 64;

impl<W: Weight> Network<W> {
    /// A small cut, if the minima of both sides (and the bundles') cannot all be met; costs are ignored.
    pub(crate) fn cut(&self) -> Option<Cut> {
        self.cut_of(CutSide::Right).or_else(|| self.cut_of(CutSide::Left))
    }

    fn cut_of(&self, side: CutSide) -> Option<Cut> {
        let net = self.demanding(side);
        let flow = net.solve(None, &mut |_| true)?;
        let short: Vec<usize> = match side {
            CutSide::Right => (0..net.right.len()).filter(|&j| flow.right_load[j] < net.right[j].min).collect(),
            CutSide::Left => (0..net.left.len()).filter(|&i| flow.left_load[i] < net.left[i].min).collect(),
        };
        let cuts = short.into_iter().take(TRIED).map(|node| net.around(&flow, side, node));
        cuts.min_by_key(|cut| cut.left.len() + cut.right.len())
    }

    /// The same edges, with minima on one side only and maxima on the other.
    fn demanding(&self, side: CutSide) -> Network<i64> {
        let wanted = |node: &Node| Node { min: node.min, max: node.min, base: 0 };
        let open = |node: &Node| Node { min: 0, max: node.max, base: 0 };
        let short = NodeCost { short: 1, ..NodeCost::FREE };
        let (left, right, left_cost, right_cost) = match side {
            CutSide::Right => {
                // A node that wants nothing may still take what the minima of bundles send.
                let right = self.right.iter().map(|node| Node { base: 0, ..*node }).collect();
                (self.left.iter().map(open).collect(), right, NodeCost::FREE, short)
            }
            CutSide::Left => {
                let mut left: Vec<Node> = self.left.iter().map(wanted).collect();
                for (node, bundles) in left.iter_mut().zip(self.bundle_starts.windows(2)) {
                    // The minima of bundles are met even where the node itself asks for less.
                    let bundles = &self.bundles[bundles[0] as usize..bundles[1] as usize];
                    node.max = node.max.max(bundles.iter().map(|bundle| bundle.min).sum());
                }
                (left, self.right.iter().map(open).collect(), short, NodeCost::FREE)
            }
        };
        Network {
            left,
            right,
            left_cost,
            right_cost,
            bundle_short: i64::from(BUNDLE_FIRST),
            bundles: self.bundles.clone(),
            edge_starts: self.edge_starts.clone(),
            loose_starts: self.loose_starts.clone(),
            bundle_starts: self.bundle_starts.clone(),
            bundle_edges: self.bundle_edges.clone(),
            edge_left: self.edge_left.clone(),
            edge_right: self.edge_right.clone(),
            edge_bundle: self.edge_bundle.clone(),
            edge_cost: alloc::vec![0; self.edges()],
            incoming_starts: self.incoming_starts.clone(),
            incoming: self.incoming.clone(),
        }
    }

    /// The cut around a node that stays short: the nodes from which more could come to it (right side), or to which
    /// it could send more (left side).
    fn around(&self, flow: &Flow<W>, side: CutSide, short: usize) -> Cut {
        let mut seen = alloc::vec![false; self.right_node(self.right.len())];
        let start = match side {
            CutSide::Right => self.right_node(short),
            CutSide::Left => short,
        };
        seen[start] = true;
        let mut open = alloc::vec![start];
        while let Some(node) = open.pop() {
            let mut visit = |next: usize| {
                if !seen[next] {
                    seen[next] = true;
                    open.push(next);
                }
            };
            // An edge leads from its tail to its right node while unused, and back while used; a cut of the right
            // side follows the arcs against their direction.
            let forward_used = side == CutSide::Right;
            match self.kind(node) {
                Kind::Left(left) => {
                    for edge in self.loose_edges_of(left).filter(|&edge| flow.used[edge] == forward_used) {
                        visit(self.right_node(self.edge_right[edge] as usize));
                    }
                    for bundle in self.bundles_of(left) {
                        if self.leads(flow, bundle, side == CutSide::Left) {
                            visit(self.bundle_node(bundle));
                        }
                    }
                }
                Kind::Bundle(bundle) => {
                    for edge in self.edges_in(bundle).filter(|&edge| flow.used[edge] == forward_used) {
                        visit(self.right_node(self.edge_right[edge] as usize));
                    }
                    if self.leads(flow, bundle, side == CutSide::Right) {
                        visit(self.bundles[bundle].left as usize);
                    }
                }
                Kind::Right(right) => {
                    for &edge in self.incoming(right) {
                        if flow.used[edge as usize] != forward_used {
                            visit(self.tail_node(edge as usize));
                        }
                    }
                }
            }
        }
        let left = (0..self.left.len()).filter(|&left| seen[left]);
        let right = (0..self.right.len()).filter(|&right| seen[self.right_node(right)]);
        Cut { side, left: left.map(number).collect(), right: right.map(number).collect() }
    }

    /// Whether a bundle can take one more from its left node (`onward`), or give one back without falling below its
    /// minimum.
    fn leads(&self, flow: &Flow<W>, bundle: usize, onward: bool) -> bool {
        let (load, limits) = (flow.bundle_load[bundle], self.bundles[bundle]);
        if onward { load < limits.max } else { load > limits.min }
    }
}
