//! Minimum cuts: the proof that minima cannot be met.
//!
//! With hard minima on both sides a flow exists exactly when one exists that meets the left minima and one that
//! meets the right minima, each within the maxima of the other side (N. Mendelsohn and A. Dulmage, "Some
//! generalizations of the problem of distinct representatives", 1958; A. Hoffman's circulation theorem, 1960, gives
//! the two kinds of cut). So each side is tried by itself, and a node that stays short gives a cut.
//!
//! With groups, Hoffman's cuts of the left side count minima of right nodes too: what these must have takes up room in
//! their groups. So the left side is tried with the minima of grouped right nodes met already, as they can be by then.

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

/// A cut of a network with groups: of the groups listed, the group's bounds count in place of those of its right nodes.
///
/// Side `Right`: `Σ min` over the listed groups and over the nodes of `right` outside of these > `Σ max` over `left` and
/// over the nodes of the listed groups outside `right` + edges from outside `left` into `right`.
/// Side `Left`: `Σ min` over `left` and over the nodes of the listed groups outside `right` > `Σ max` over the listed
/// groups and over the nodes of `right` outside of these + edges from `left` to outside `right`.
#[derive(Debug, Clone)]
pub(crate) struct GroupCut {
    pub(crate) cut: Cut,
    /// Ascending.
    pub(crate) groups: Vec<u32>,
}

/// The price of a bundle's minimum beside those of nodes, which cost 1 to [`GROUPED_FIRST`].
const BUNDLE_FIRST: i64 = 1 << 40;

/// The price of a grouped right node's minimum beside those of left nodes, of which a simple cycle touches two.
const GROUPED_FIRST: i64 = 3;

/// How many nodes that stay short are looked at in search of a small cut.
const TRIED: usize = 64;

impl<W: Weight> Network<W> {
    /// A small cut, if the minima of both sides (and the bundles') cannot all be met; costs are ignored.
    pub(crate) fn cut(&self) -> Option<GroupCut> {
        self.cut_of(CutSide::Right).or_else(|| self.cut_of(CutSide::Left))
    }

    fn cut_of(&self, side: CutSide) -> Option<GroupCut> {
        let net = self.demanding(side);
        let flow = net.solve(None, &mut |_| true)?;
        let left = (0..net.left.len()).filter(|&i| flow.left_load[i] < net.left[i].min);
        let right = (0..net.right.len()).filter(|&j| flow.right_load[j] < net.right[j].min);
        let groups = (0..net.groups.nodes.len()).filter(|&g| flow.group_load[g] < net.groups.nodes[g].min);
        let short: Vec<usize> = match side {
            CutSide::Left => left.collect(),
            CutSide::Right => right.map(|j| net.right_node(j)).chain(groups.map(|g| net.group_node(g))).collect(),
        };
        let cuts = short.into_iter().take(TRIED).map(|node| net.around(&flow, side, node));
        cuts.min_by_key(|found| found.cut.left.len() + found.cut.right.len() + found.groups.len())
    }

    /// The same edges, with minima on one side only and maxima on the other; those of grouped right nodes stay.
    fn demanding(&self, side: CutSide) -> Network<i64> {
        let open = |node: &Node| Node { min: 0, max: node.max, base: 0 };
        // A node that wants nothing may still take what the minima of bundles and of others send.
        let whole = |node: &Node| Node { base: 0, ..*node };
        let price = |short| NodeCost { short, ..NodeCost::FREE };
        let (left, right, groups, left_cost, right_cost, group_cost) = match side {
            CutSide::Right => {
                let (right, groups) = (self.right.iter().map(whole), self.groups.nodes.iter().map(whole));
                let left = self.left.iter().map(open).collect();
                (left, right.collect(), groups.collect(), NodeCost::FREE, price(1), price(1))
            }
            CutSide::Left => {
                let mut left: Vec<Node> = self.left.iter().map(whole).collect();
                for (node, bundles) in left.iter_mut().zip(self.bundle_starts.windows(2)) {
                    // The minima of bundles are met even where the node itself asks for less.
                    let bundles = &self.bundles[bundles[0] as usize..bundles[1] as usize];
                    node.max = node.max.max(node.min).max(bundles.iter().map(|bundle| bundle.min).sum());
                }
                let grouped = |(right, node)| if self.groups.of(right).is_some() { whole(node) } else { open(node) };
                let right = self.right.iter().enumerate().map(grouped).collect();
                let groups: Vec<Node> = self.groups.nodes.iter().map(open).collect();
                (left, right, groups, price(1), price(GROUPED_FIRST), NodeCost::FREE)
            }
        };
        Network {
            left,
            right,
            left_cost,
            right_cost,
            bundle_short: BUNDLE_FIRST,
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
            groups: self.groups.with(groups, group_cost),
        }
    }

    /// The cut around a node that stays short: the nodes from which more could come to it (right nodes and groups), or
    /// to which it could send more (left nodes), without anything falling below its minimum.
    ///
    /// To a left node that stays short nothing leads back from the source, nor does the sink lead to a short right node
    /// with room behind it: the flow would not be the best. But a right node may be short because its group is full.
    /// Then the source leads to it, and the nodes that do *not* lead to it are the cut, one of the left side.
    fn around(&self, flow: &Flow<W>, side: CutSide, short: usize) -> GroupCut {
        let hub = self.nodes();
        let mut seen = alloc::vec![false; hub + 1];
        seen[short] = true;
        let mut open = alloc::vec![short];
        while let Some(node) = open.pop() {
            let mut visit = |next: usize| {
                if !seen[next] {
                    seen[next] = true;
                    open.push(next);
                }
            };
            match side {
                CutSide::Left => self.onward(flow, node, &mut visit),
                CutSide::Right if node == hub => self.before_hub(flow, &mut visit),
                CutSide::Right => self.before(flow, node, &mut visit),
            }
        }
        let turned = seen[hub];
        let side = if turned { CutSide::Left } else { side };
        let members = |count: usize, node: &dyn Fn(usize) -> usize| -> Vec<u32> {
            (0..count).filter(|&k| seen[node(k)] != turned).map(number).collect()
        };
        let left = members(self.left.len(), &|left| left);
        let right = members(self.right.len(), &|right| self.right_node(right));
        let groups = members(self.groups.nodes.len(), &|group| self.group_node(group));
        GroupCut { cut: Cut { side, left, right }, groups }
    }

    /// Where one unit more at a node could go.
    fn onward(&self, flow: &Flow<W>, node: usize, visit: &mut dyn FnMut(usize)) {
        let unused = |edge: &usize| !flow.used[*edge];
        let head = |edge: usize| self.right_node(self.edge_right[edge] as usize);
        match self.kind(node) {
            Kind::Left(left) => {
                self.loose_edges_of(left).filter(unused).map(head).for_each(&mut *visit);
                let bundles = self.bundles_of(left).filter(|&bundle| self.leads(flow, bundle, true));
                bundles.map(|bundle| self.bundle_node(bundle)).for_each(visit);
            }
            Kind::Bundle(bundle) => {
                self.edges_in(bundle).filter(unused).map(head).for_each(&mut *visit);
                if self.leads(flow, bundle, false) {
                    visit(self.bundles[bundle].left as usize);
                }
            }
            Kind::Right(right) => {
                let used = self.incoming(right).iter().filter(|&&edge| flow.used[edge as usize]);
                used.map(|&edge| self.tail_node(edge as usize)).for_each(&mut *visit);
                if let Some(group) = self.groups.of(right)
                    && flow.right_load[right] < self.right[right].max
                {
                    visit(self.group_node(group));
                }
            }
            Kind::Group(group) => {
                for &right in self.groups.members(group) {
                    if flow.right_load[right as usize] > self.right[right as usize].min {
                        visit(self.right_node(right as usize));
                    }
                }
            }
        }
    }

    /// Where one unit more at a node could come from. Source and sink are one node, the hub.
    fn before(&self, flow: &Flow<W>, node: usize, visit: &mut dyn FnMut(usize)) {
        let used = |edge: &usize| flow.used[*edge];
        let head = |edge: usize| self.right_node(self.edge_right[edge] as usize);
        match self.kind(node) {
            Kind::Left(left) => {
                self.loose_edges_of(left).filter(used).map(head).for_each(&mut *visit);
                let bundles = self.bundles_of(left).filter(|&bundle| self.leads(flow, bundle, false));
                bundles.map(|bundle| self.bundle_node(bundle)).for_each(&mut *visit);
                if flow.left_load[left] < self.left[left].max {
                    visit(self.nodes());
                }
            }
            Kind::Bundle(bundle) => {
                self.edges_in(bundle).filter(used).map(head).for_each(&mut *visit);
                if self.leads(flow, bundle, true) {
                    visit(self.bundles[bundle].left as usize);
                }
            }
            Kind::Right(right) => {
                let unused = self.incoming(right).iter().filter(|&&edge| !flow.used[edge as usize]);
                unused.map(|&edge| self.tail_node(edge as usize)).for_each(&mut *visit);
                if flow.right_load[right] > self.right[right].min {
                    visit(self.groups.of(right).map_or(self.nodes(), |group| self.group_node(group)));
                }
            }
            Kind::Group(group) => {
                for &right in self.groups.members(group) {
                    if flow.right_load[right as usize] < self.right[right as usize].max {
                        visit(self.right_node(right as usize));
                    }
                }
                if flow.group_load[group] > self.groups.nodes[group].min {
                    visit(self.nodes());
                }
            }
        }
    }

    /// Where one unit more at the hub could come from.
    fn before_hub(&self, flow: &Flow<W>, visit: &mut dyn FnMut(usize)) {
        for left in (0..self.left.len()).filter(|&left| flow.left_load[left] > self.left[left].min) {
            visit(left);
        }
        for right in (0..self.right.len()).filter(|&right| self.groups.of(right).is_none()) {
            if flow.right_load[right] < self.right[right].max {
                visit(self.right_node(right));
            }
        }
        for (group, node) in self.groups.nodes.iter().enumerate() {
            if flow.group_load[group] < node.max {
                visit(self.group_node(group));
            }
        }
    }

    /// Whether a bundle can take one more from its left node (`onward`), or give one back without falling below its
    /// minimum.
    fn leads(&self, flow: &Flow<W>, bundle: usize, onward: bool) -> bool {
        let (load, limits) = (flow.bundle_load[bundle], self.bundles[bundle]);
        if onward { load < limits.max } else { load > limits.min }
    }
}
