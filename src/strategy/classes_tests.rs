use alloc::vec::Vec;

use super::*;
use crate::generate::{Options, generate};
use crate::input::{Bound, Demand, Existing};
use crate::problem::Problem;
use crate::strategy::goals::Aim;
use crate::strategy::matching::seeded_orders;

/// The greatest sum by so many pairs to begin with.
fn greatest(nodes: &Model<'_>, room: &Room, spare: usize) -> i128 {
    let mut run = Run::new(1);
    let mut pairs: Vec<Vec<(u32, i64)>> = Vec::new();
    room.each_row(nodes, &mut run, |_, row| pairs.push(row.to_vec())).expect("nobody stops it");
    let (mut left, mut right, mut groups) = (room.left.clone(), room.right.clone(), room.groups.clone());
    for &(from, to) in &room.forced {
        left[from as usize] = less(left[from as usize], 1);
        right[to as usize] = less(right[to as usize], 1);
        if let Some(group) = nodes.group_of(to as usize) {
            groups[group] = less(groups[group], 1);
        }
    }
    let classes = Classes { nodes, room, left, right, groups, pairs };
    classes.solve(spare, &mut run).unwrap_or_else(|_| panic!("feasible")).objective
}

#[test]
fn few_pairs_to_begin_with_end_at_the_same_sum() {
    let copies = Options { students: 40, group_size: 4, copies: true, affinities: 40, ..Options::default() };
    let moved =
        Options { students: 40, existing_percent: 60, completed_percent: 30, affinities: 40, ..Options::default() };
    for seed in 0..4 {
        let of_copies = generate(&Options { seed, ..copies.clone() }).expect("options in range");
        let mut of_count = generate(&Options { seed, ..moved.clone() }).expect("options in range");
        of_count.policy.existing = Existing::Rebalance;
        of_count.policy.reviews_per_student = Bound::between(1, 4);
        let mut of_works = of_copies.clone();
        of_works.policy.reviews_per_student = Bound::between(0, 2);
        of_works.policy.reviews_per_submission = Demand::Within(Bound::between(0, 2));
        of_works.policy.reviews_per_work = Some(Bound::exactly(3));
        for (input, counted) in [(of_copies, false), (of_works, false), (of_count, true)] {
            let problem = Problem::new(&input).expect("sound");
            let (students, submissions) = seeded_orders(&problem, seed);
            let nodes = Model { aim: Aim::Affinity, ..Model::nodes(&problem, &students, &submissions) };
            let room = Room::by_flow(&nodes, &mut Run::new(1)).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(room.count.is_some(), counted);
            let all = greatest(&nodes, &room, usize::MAX);
            assert_eq!([0, 1, 3].map(|spare| greatest(&nodes, &room, spare)), [all; 3]);
        }
    }
}
