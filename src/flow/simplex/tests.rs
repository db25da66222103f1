//! The tree method on small graphs of any kind, against all flows.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the numbers are small by construction"
)]

use alloc::vec::Vec;

use super::graph::INFINITE;
use super::{Arc, Graph, Halt, Simplex};
use crate::random::{Purpose, Random};

#[derive(Debug)]
struct Small {
    nodes: usize,
    arcs: Vec<Arc>,
}

impl Graph for Small {
    fn nodes(&self) -> usize {
        self.nodes
    }

    fn arcs(&self, visit: &mut dyn FnMut(Arc)) {
        self.arcs.iter().copied().for_each(visit);
    }
}

impl Small {
    /// Loops, parallel arcs and arcs of one possible flow may all occur.
    fn random(random: &mut Random) -> Self {
        let nodes = 1 + random.index(4);
        let arcs = (0..random.below(7) as u32)
            .map(|tag| {
                let lower = if random.chance(1, 4) { random.below(3) as i64 } else { 0 };
                let (tail, head) = (random.index(nodes) as u32, random.index(nodes) as u32);
                let (upper, cost) = (lower + random.below(4) as i64, random.below(11) as i64 - 5);
                Arc { tail, head, lower, upper, cost, tag }
            })
            .collect();
        Self { nodes, arcs }
    }

    /// The cost of a flow; none where a node does not pass on what it receives.
    fn cost(&self, flow: &[i64]) -> Option<i64> {
        let mut excess = alloc::vec![0; self.nodes];
        let mut cost = 0;
        for (arc, flow) in self.arcs.iter().zip(flow) {
            excess[arc.tail as usize] -= flow;
            excess[arc.head as usize] += flow;
            cost += arc.cost * flow;
        }
        excess.iter().all(|&excess| excess == 0).then_some(cost)
    }

    fn least(&self) -> Option<i64> {
        let mut flow: Vec<i64> = self.arcs.iter().map(|arc| arc.lower).collect();
        let mut least: Option<i64> = None;
        loop {
            if let Some(cost) = self.cost(&flow) {
                least = Some(least.map_or(cost, |least| least.min(cost)));
            }
            let Some(place) = (0..flow.len()).find(|&place| flow[place] < self.arcs[place].upper) else {
                return least;
            };
            flow[place] += 1;
            for (flow, arc) in flow[..place].iter_mut().zip(&self.arcs) {
                *flow = arc.lower;
            }
        }
    }
}

/// The flow and its cost, with all reduced costs checked.
fn run(graph: &Small) -> Result<(Vec<i64>, i64), Halt> {
    let mut simplex = Simplex::<i32, i64>::new(graph);
    simplex.run(&mut |_| true)?;
    let mut flows = Vec::new();
    simplex.each_flow(graph, |arc, flow| {
        assert_eq!(arc.tag as usize, flows.len());
        assert!((arc.lower..=arc.upper).contains(&flow));
        let (from, to) = (simplex.potentials()[arc.tail as usize], simplex.potentials()[arc.head as usize]);
        let reduced = arc.cost + from - to;
        assert!(flow == arc.lower || reduced <= 0, "{graph:?}");
        assert!(flow == arc.upper || reduced >= 0, "{graph:?}");
        flows.push(flow);
    });
    assert_eq!(simplex.potentials()[0], 0);
    let cost = graph.cost(&flows).expect("nodes pass on what they receive");
    Ok((flows, cost))
}

#[test]
fn flows_on_any_graph_are_of_least_cost() {
    let mut random = Random::new(50, Purpose::Generate);
    let mut counts = [0, 0];
    for _ in 0..6_000 {
        let graph = Small::random(&mut random);
        match (graph.least(), run(&graph)) {
            (Some(least), Ok((_, cost))) => {
                assert_eq!(cost, least, "{graph:?}");
                counts[0] += 1;
            }
            (None, Err(Halt::Infeasible { nodes, inward })) => {
                let (mut required, mut available) = (0, 0);
                for arc in &graph.arcs {
                    match (nodes.contains(&arc.tail), nodes.contains(&arc.head)) {
                        (from, to) if from == to => {}
                        (_, to) if to == inward => required += arc.lower,
                        _ => available += arc.upper,
                    }
                }
                assert!(required > available && !nodes.contains(&0), "{nodes:?} {graph:?}");
                counts[1] += 1;
            }
            (least, found) => panic!("{least:?} but {found:?} for {graph:?}"),
        }
    }
    assert!(counts.iter().all(|&count| count > 500), "{counts:?}");
}

#[test]
fn upper_bounds_may_be_infinite() {
    let arc = |tail, head, lower, upper, cost, tag| Arc { tail, head, lower, upper, cost, tag };
    // Five units from 0 to 2, of which one path takes any number and the better one three.
    let mut graph = Small {
        nodes: 3,
        arcs: alloc::vec![
            arc(2, 0, 5, 5, 0, 0),
            arc(0, 1, 0, INFINITE, 4, 1),
            arc(1, 2, 0, INFINITE, 1, 2),
            arc(0, 2, 0, 3, 2, 3),
        ],
    };
    assert_eq!(run(&graph).expect("there is a flow"), (alloc::vec![5, 2, 2, 3], 16));
    // The way back costs more, then as much, then less than the way there.
    for (cost, bounded) in [(-4, true), (-5, true), (-6, false)] {
        graph.arcs.push(arc(2, 0, 0, INFINITE, cost, 4));
        match run(&graph) {
            Ok((_, cost)) => assert!(bounded && cost <= 16),
            Err(halt) => assert!(!bounded && matches!(halt, Halt::Unbounded)),
        }
        graph.arcs.pop();
    }
    graph.arcs.push(arc(1, 1, 0, INFINITE, -1, 4));
    assert!(matches!(run(&graph), Err(Halt::Unbounded)));
}
