//! How the method begins: arcs sorted by their tails, and a star around the root.

use super::super::{NONE, Weight, number};
use super::graph::{Graph, INFINITE};
use super::pricing::{LEAST_BLOCK, ring};
use super::tree::{ARTIFICIAL, Room, Tree};
use super::{FULL, Simplex};

impl<C: Copy + TryFrom<i64> + Into<W>, W: Weight> Simplex<C, W> {
    /// Takes up a graph. Costs fit `C`, [`magnitude`](super::magnitude) fits `W`, and there are fewer than 2³¹ − 1 nodes
    /// and arcs.
    pub(in super::super) fn new(graph: &impl Graph) -> Self {
        let nodes = graph.nodes();
        let mut degrees = alloc::vec![0_u32; nodes];
        let mut supplies = alloc::vec![0_i64; nodes];
        let mut largest = 0_u64;
        let mut some_cost = 0;
        graph.arcs(&mut |arc| {
            debug_assert!(0 <= arc.lower && arc.lower <= arc.upper && arc.upper <= INFINITE, "{arc:?}");
            supplies[arc.tail as usize] -= arc.lower;
            supplies[arc.head as usize] += arc.lower;
            if arc.upper > arc.lower {
                degrees[arc.place().0 as usize] += 1;
                largest = largest.max(arc.cost.unsigned_abs());
                some_cost = arc.cost;
            }
        });
        let ring = ring(&degrees);
        let mut starts = alloc::vec![0];
        let mut count = 0;
        let mut next = alloc::vec![0_u32; nodes];
        for &node in &ring {
            next[node as usize] = count;
            count += degrees[node as usize];
            starts.push(count);
        }
        let count = count as usize;
        let mut heads = alloc::vec![0_u32; count];
        let mut spans = alloc::vec![0_i64; count];
        let mut costs = alloc::vec![narrow::<C>(some_cost); count];
        graph.arcs(&mut |arc| {
            if arc.upper > arc.lower {
                let (tail, head, cost) = arc.place();
                let place = next[tail as usize] as usize;
                next[tail as usize] += 1;
                heads[place] = head;
                costs[place] = narrow(cost);
                spans[place] = arc.upper - arc.lower;
            }
        });
        let far = W::compose(2 * nodes as i128 * i128::from(largest) + 1);
        let mut simplex = Self {
            ring,
            starts,
            heads,
            costs,
            spans,
            tree: Tree::star(nodes),
            potentials: alloc::vec![W::ZERO],
            far,
            block: count.isqrt().max(LEAST_BLOCK),
            cursor: (0, 0),
            pivots: 0,
        };
        simplex.start(&supplies);
        simplex
    }

    /// The star around the root, where `supplies` is what each node has to send on beside what flows on arcs above their
    /// lower bounds. Zero flow away from the root would not be strongly feasible.
    fn start(&mut self, supplies: &[i64]) {
        let nodes = supplies.len();
        // Per node the cheapest arc to the root that can bear its supply.
        let mut chosen = alloc::vec![NONE; nodes];
        for (place, &tail) in self.ring.iter().enumerate() {
            let supply = supplies[tail as usize];
            for arc in self.arcs_at(place) {
                let (head, span) = (self.heads[arc], self.spans[arc]);
                let bears = if head & FULL == 0 { 0 <= supply && supply < span } else { supply < 0 && -span <= supply };
                if head & !FULL == 0 && tail != 0 && bears {
                    let old = &mut chosen[tail as usize];
                    if *old == NONE || self.costs[arc].into() < self.costs[*old as usize].into() {
                        *old = number(arc);
                    }
                }
            }
        }
        for node in 1..number(nodes) {
            let supply = supplies[node as usize];
            let (up, number, cost, span, flow) = match chosen[node as usize] {
                NONE => (supply >= 0, ARTIFICIAL, self.far, INFINITE, supply.abs()),
                arc => {
                    let span = self.spans[arc as usize];
                    let full = if self.heads[arc as usize] & FULL == 0 { 0 } else { span };
                    (true, arc, self.costs[arc as usize].into(), span, full + supply)
                }
            };
            let room = Room { rise: span - flow, fall: flow };
            self.tree.add_leaf(2 * number + u32::from(up), if up { room } else { room.turned() });
            self.potentials.push(if up { W::ZERO - cost } else { cost });
        }
    }
}

/// A cost as it is stored.
fn narrow<C: TryFrom<i64>>(cost: i64) -> C {
    let Ok(cost) = C::try_from(cost) else { unreachable!("whoever takes up a graph chooses a type that fits") };
    cost
}
