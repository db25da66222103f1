//! The engine against all subsets of edges, on small random networks.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the numbers are small by construction"
)]

use alloc::vec::Vec;

use super::{CutSide, Edge, Face, Flow, GroupCut, Groups, NONE, Network, Node, NodeCost, Window};
use crate::random::{Purpose, Random};

/// A random network with up to 12 edges, some of them in bundles, with groups every other time, and edge costs of up to
/// `spread` in size.
fn network(random: &mut Random, spread: i64) -> Network<i64> {
    let (lefts, rights) = (1 + random.index(4), 1 + random.index(4));
    let node = |random: &mut Random| {
        let min = random.below(3) as u32;
        Node { min, max: min + random.below(3) as u32, base: random.below(3) as u32 }
    };
    let cost = |random: &mut Random| NodeCost {
        linear: if spread == 0 { -1 } else { random.below(5) as i64 - 2 },
        square: random.below(3) as i64,
        short: [0, 7, 100][random.index(3)],
        short_square: random.below(2) as i64,
    };
    let right = (0..rights).map(|_| node(random)).collect();
    let (left_cost, right_cost) = (cost(random), cost(random));
    let mut net = Network::new(right, left_cost, right_cost, 1000);
    if random.chance(1, 2) {
        let groups: Vec<Node> = (0..=random.index(2)).map(|_| node(random)).collect();
        let of = (0..rights).map(|_| if random.chance(1, 4) { NONE } else { random.index(groups.len()) as u32 });
        let of = of.collect();
        net = net.grouped(Groups::new(groups, cost(random), of));
    }
    for _ in 0..lefts {
        let mut edges = Vec::new();
        for right in 0..rights {
            if net.edges() + edges.len() < 12 && random.chance(3, 4) {
                let bundle = if random.chance(1, 3) { random.below(2) as u32 } else { NONE };
                edges.push(Edge {
                    right: right as u32,
                    bundle,
                    cost: random.below(2 * spread as u64 + 1) as i64 - spread,
                });
            }
        }
        let limits: Vec<(u32, u32)> = (0..2).map(|_| (random.below(2) as u32, 1 + random.below(2) as u32)).collect();
        let left = node(random);
        net.add_left(left, &mut edges, |bundle| limits[bundle as usize]);
    }
    net.finish();
    net
}

/// Loads of left nodes, bundles, right nodes and groups.
type Loads = (Vec<u32>, Vec<u32>, Vec<u32>, Vec<u32>);

/// Loads under a set of edges; none where a maximum is exceeded.
fn loads(net: &Network<i64>, used: &[bool]) -> Option<Loads> {
    let none = |count: usize| alloc::vec![0; count];
    let mut loads =
        (none(net.left.len()), none(net.bundles.len()), none(net.right.len()), none(net.groups.nodes.len()));
    for edge in (0..net.edges()).filter(|&edge| used[edge]) {
        let (left, right) = net.ends(edge);
        loads.0[left] += 1;
        loads.2[right] += 1;
        if net.edge_bundle[edge] != NONE {
            loads.1[net.edge_bundle[edge] as usize] += 1;
        }
        if let Some(group) = net.groups.of(right) {
            loads.3[group] += 1;
        }
    }
    let fits = loads.0.iter().zip(&net.left).all(|(&x, node)| x <= node.max)
        && loads.1.iter().zip(&net.bundles).all(|(&x, bundle)| x <= bundle.max)
        && loads.2.iter().zip(&net.right).all(|(&x, node)| x <= node.max)
        && loads.3.iter().zip(&net.groups.nodes).all(|(&x, node)| x <= node.max);
    fits.then_some(loads)
}

/// The cost as the module documentation defines it.
fn cost(net: &Network<i64>, used: &[bool], loads: &Loads) -> i64 {
    let side = |cost: &NodeCost<i64>, nodes: &[Node], loads: &[u32]| -> i64 {
        nodes
            .iter()
            .zip(loads)
            .map(|(node, &x)| {
                let (all, x) = (i64::from(node.base + x), i64::from(x));
                let short = (i64::from(node.min) - x).max(0);
                cost.linear * x + cost.square * all * all + cost.short * short + cost.short_square * short * short
            })
            .sum()
    };
    let bundles: i64 = net.bundles.iter().zip(&loads.1).map(|(b, &x)| i64::from(b.min.saturating_sub(x))).sum();
    let edges: i64 = (0..net.edges()).filter(|&edge| used[edge]).map(|edge| net.edge_cost[edge]).sum();
    edges
        + net.bundle_short * bundles
        + side(&net.left_cost, &net.left, &loads.0)
        + side(&net.right_cost, &net.right, &loads.2)
        + side(&net.groups.cost, &net.groups.nodes, &loads.3)
}

fn subsets(edges: usize) -> impl Iterator<Item = Vec<bool>> {
    (0..1_u32 << edges).map(move |bits| (0..edges).map(|edge| bits >> edge & 1 == 1).collect())
}

fn check_loads(net: &Network<i64>, flow: &Flow<i64>) -> i64 {
    let loads = loads(net, &flow.used).expect("no maximum is exceeded");
    assert_eq!((&loads.0, &loads.1), (&flow.left_load, &flow.bundle_load));
    assert_eq!((&loads.2, &loads.3), (&flow.right_load, &flow.group_load));
    assert_eq!(flow.value, flow.used.iter().filter(|used| **used).count() as u64);
    cost(net, &flow.used, &loads)
}

#[test]
fn flows_are_of_least_cost_at_every_value_and_over_all() {
    let mut random = Random::new(1, Purpose::Generate);
    for _ in 0..800 {
        let net = network(&mut random, 3);
        let mut best: Vec<Option<i64>> = alloc::vec![None; net.edges() + 1];
        for used in subsets(net.edges()) {
            if let Some(loads) = loads(&net, &used) {
                let value = used.iter().filter(|used| **used).count();
                let cost = cost(&net, &used, &loads);
                best[value] = Some(best[value].map_or(cost, |best: i64| best.min(cost)));
            }
        }
        let least = best.iter().flatten().min().expect("the empty flow");
        let flow = net.solve(None, &mut |_| true).expect("nobody stops");
        assert_eq!(check_loads(&net, &flow), *least);
        for (value, best) in best.iter().enumerate() {
            let flow = net.solve(Some(value as u64), &mut |_| true).expect("nobody stops");
            match best {
                Some(best) => assert_eq!((flow.value, check_loads(&net, &flow)), (value as u64, *best)),
                None => assert!(flow.value < value as u64),
            }
        }
    }
}

#[test]
fn the_walk_visits_every_optimum_and_nothing_else() {
    let mut random = Random::new(2, Purpose::Generate);
    let mut rich = 0;
    for _ in 0..900 {
        let net = network(&mut random, 0);
        let flow = net.solve(None, &mut |_| true).expect("nobody stops");
        // The walk stays at the value it starts from.
        let (value, least) = (flow.value, check_loads(&net, &flow));
        let optima: alloc::collections::BTreeSet<Vec<bool>> = subsets(net.edges())
            .filter(|used| used.iter().filter(|used| **used).count() as u64 == value)
            .filter(|used| loads(&net, used).is_some_and(|loads| cost(&net, used, &loads) == least))
            .collect();
        rich += usize::from(optima.len() > 2);
        let mut seen = alloc::collections::BTreeSet::new();
        let mut face = Face::new(net.clone(), flow);
        for _ in 0..3_000 {
            if let Some(changed) = face.turn(&mut random) {
                check_loads(&net, face.flow());
                if random.chance(1, 4) {
                    face.undo(&changed);
                    check_loads(&net, face.flow());
                }
            }
            seen.insert(face.flow().used.clone());
        }
        assert!(seen.is_subset(&optima), "left the optimal face");
        assert_eq!(seen.len(), optima.len(), "missed an optimum");
    }
    assert!(rich > 40, "only {rich} networks had several optima");
}

#[test]
fn what_optima_have_in_common_tells_them_from_all_others() {
    let mut random = Random::new(4, Purpose::Generate);
    let mut grouped = 0;
    for _ in 0..900 {
        let net = network(&mut random, 1);
        let free = net.solve(None, &mut |_| true).expect("nobody stops");
        let asked = random.chance(1, 2).then(|| random.below(free.value + 1));
        let flow = net.solve(asked, &mut |_| true).expect("nobody stops");
        let least = check_loads(&net, &flow);
        let common = flow.common(&net, asked);
        let within = |windows: &[Window], loads: &[u32]| {
            windows.iter().zip(loads).all(|(window, load)| (window.min..=window.max).contains(load))
        };
        let forced = |edge: usize| common.forced.contains(&(net.edge_left[edge], net.edge_right[edge]));
        let tight = |edge: usize| {
            let (left, right) = net.ends(edge);
            let tail = match net.edge_bundle[edge] {
                NONE => common.left_potential[left],
                bundle => common.bundles[bundle as usize].potential,
            };
            i128::from(net.edge_cost[edge]) + tail == common.right_potential[right]
        };
        let bundles: Vec<Window> = common.bundles.iter().map(|bundle| bundle.window).collect();
        for used in subsets(net.edges()) {
            let Some(loads) = loads(&net, &used) else { continue };
            let value = used.iter().filter(|used| **used).count() as u64;
            let told = asked.is_none_or(|asked| asked == value)
                && within(&common.left, &loads.0)
                && within(&bundles, &loads.1)
                && within(&common.right, &loads.2)
                && within(&common.groups, &loads.3)
                && (0..net.edges()).all(|edge| if forced(edge) { used[edge] } else { !used[edge] || tight(edge) });
            let best = asked.is_none_or(|asked| asked == value) && cost(&net, &used, &loads) == least;
            assert_eq!(told, best, "{net:?} {used:?}");
            grouped += usize::from(best && !net.groups.nodes.is_empty());
        }
    }
    assert!(grouped > 400, "{grouped}");
}

#[test]
fn a_cut_is_found_exactly_when_minima_cannot_be_met() {
    let mut random = Random::new(3, Purpose::Generate);
    let mut cuts = [0, 0];
    let mut with_groups = [0, 0];
    for _ in 0..4_000 {
        let mut net = network(&mut random, 3);
        for bundle in &mut net.bundles {
            bundle.min = 0;
        }
        let met = |used: &Vec<bool>| {
            loads(&net, used).is_some_and(|loads| {
                loads.0.iter().zip(&net.left).all(|(&x, node)| x >= node.min)
                    && loads.2.iter().zip(&net.right).all(|(&x, node)| x >= node.min)
                    && loads.3.iter().zip(&net.groups.nodes).all(|(&x, node)| x >= node.min)
            })
        };
        let feasible = subsets(net.edges()).any(|used| met(&used));
        match net.cut() {
            None => assert!(feasible),
            Some(found) => {
                assert!(!feasible);
                let side = usize::from(found.cut.side == CutSide::Left);
                cuts[side] += 1;
                with_groups[side] += usize::from(!found.groups.is_empty());
                check_cut(&net, &found);
            }
        }
    }
    assert!(cuts.into_iter().chain(with_groups).all(|count| count > 50), "{cuts:?} {with_groups:?}");
}

/// Counts what a cut asks for and lets pass.
fn check_cut(net: &Network<i64>, GroupCut { cut, groups }: &GroupCut) {
    let (left, right) = (|i: usize| cut.left.contains(&(i as u32)), |j: usize| cut.right.contains(&(j as u32)));
    // Edges that cross: into `right` from outside `left`, or out of `left` to outside `right`.
    let from_right = cut.side == CutSide::Right;
    let crosses = |edge: usize| {
        let (i, j) = net.ends(edge);
        if from_right { !left(i) && right(j) } else { left(i) && !right(j) }
    };
    let loose = (0..net.edges()).filter(|&edge| net.edge_bundle[edge] == NONE && crosses(edge)).count();
    let bundled: usize = (0..net.bundles.len())
        .map(|bundle| net.edges_in(bundle).filter(|&edge| crosses(edge)).count().min(net.bundles[bundle].max as usize))
        .sum();
    let crossing = (loose + bundled) as u64;
    let (min, max) = (|node: &Node| u64::from(node.min), |node: &Node| u64::from(node.max));
    let sum = |nodes: &[Node], members: &[u32], of: fn(&Node) -> u64| -> u64 {
        members.iter().map(|&member| of(&nodes[member as usize])).sum()
    };
    // Right nodes inside or outside of the cut, of groups that are listed or not.
    let sum_of = |inside: bool, listed: bool, of: fn(&Node) -> u64| -> u64 {
        let is_listed = |j: usize| net.groups.of(j).is_some_and(|group| groups.contains(&(group as u32)));
        let nodes = (0..net.right.len()).filter(|&j| right(j) == inside && is_listed(j) == listed);
        nodes.map(|j| of(&net.right[j])).sum()
    };
    let (required, available) = if from_right {
        let required = sum_of(true, false, min) + sum(&net.groups.nodes, groups, min);
        (required, sum(&net.left, &cut.left, max) + sum_of(false, true, max) + crossing)
    } else {
        let required = sum(&net.left, &cut.left, min) + sum_of(false, true, min);
        (required, sum_of(true, false, max) + sum(&net.groups.nodes, groups, max) + crossing)
    };
    assert!(required > available, "{required} > {available} for {cut:?} {groups:?}");
}

#[test]
fn a_flow_resumed_from_anywhere_costs_as_little() {
    let mut random = Random::new(5, Purpose::Generate);
    for round in 0..2_000 {
        let net = network(&mut random, 3);
        let some: Vec<bool> = (0..net.edges()).map(|_| random.chance(1, 2)).collect();
        let price = |random: &mut Random| random.below(21) as i64 - 10;
        for value in [None, Some(0), Some(2), Some(random.below(6))] {
            let cold = net.solve(value, &mut |_| true).expect("nobody stops");
            let mut start = net.start(some.clone(), value);
            if round % 2 == 0 {
                for potential in
                    start.left.iter_mut().chain(&mut start.right).chain(&mut start.groups).chain([&mut start.sink])
                {
                    *potential = price(&mut random);
                }
            }
            let resumed = net.resume(start, value, &mut |_| true).expect("nobody stops");
            assert_eq!(check_loads(&net, &resumed), check_loads(&net, &cold));
            assert!(value.is_none() || resumed.value == cold.value);
            check_walk(&net, resumed, &mut random);
        }
    }
}

/// The potentials of a flow hold for all that a walk from it comes to.
fn check_walk(net: &Network<i64>, flow: Flow<i64>, random: &mut Random) {
    let least = check_loads(net, &flow);
    let mut face = Face::new(net.clone(), flow);
    for _ in 0..20 {
        face.turn(random);
        assert_eq!(check_loads(net, face.flow()), least);
    }
}
