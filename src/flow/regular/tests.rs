use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::random::{Purpose, Random};

const NONE: u32 = Regular::NONE;

fn random(seed: u64) -> Random {
    Random::new(seed, Purpose::Regular)
}

/// A shuffled copy.
fn shuffled(items: &[u32], seed: u64) -> Vec<u32> {
    let mut items = items.to_vec();
    Random::new(seed, Purpose::Generate).shuffle(&mut items);
    items
}

/// Classes of given sizes, one after the other.
fn sized(sizes: &[usize]) -> Vec<u32> {
    (0..).zip(sizes).flat_map(|(class, &size)| core::iter::repeat_n(class, size)).collect()
}

/// Checks all that is promised of a graph, pair by pair.
fn check(regular: &Regular<'_>, rows: &[u32]) {
    let (n, k) = (regular.vertices, regular.degree);
    assert_eq!(rows.len(), n * k);
    let mut received = vec![0; n];
    for (arc, &head) in rows.iter().enumerate() {
        let (tail, to) = (arc / k, head as usize);
        received[to] += 1;
        assert!(arc % k == 0 || rows[arc - 1] < head, "ascending, none twice: {tail}");
        assert_ne!(regular.own.map_or(index(tail), |own| own[tail]), head, "none to the own head");
        for classes in &regular.apart {
            assert!(classes.tails[tail] != classes.heads[to] || classes.tails[tail] == NONE, "{tail} to {head}");
        }
        if let Some(parts) = regular.within {
            assert_eq!(parts.tails[tail], parts.heads[to], "{tail} to {head}");
        }
        let forbidden = regular.forbidden.binary_search(&(index(tail), head)).is_ok();
        assert!(!forbidden, "{tail} to {head} is forbidden");
    }
    assert!(received.into_iter().all(|count| count == k));
}

fn check_both(regular: &Regular<'_>) {
    check(regular, &regular.deterministic().expect("a ring"));
    for seed in 0..5 {
        check(regular, &regular.random(&mut random(seed)).expect("a graph"));
    }
}

#[test]
fn graphs_keep_what_they_are_asked_for() {
    for (n, degree) in [(50, 1), (50, 2), (501, 3), (1_000, 7), (30_000, 3), (100, 11)] {
        let fours = sized(&vec![4; n / 4 + 1])[..n].to_vec();
        let scattered = shuffled(&fours, 1);
        let pairs = shuffled(&sized(&vec![2; n / 2 + 1])[..n], 2);
        check_both(&Regular::new(n, degree));
        check_both(&Regular::new(n, degree).apart(&fours, &fours));
        check_both(&Regular::new(n, degree).apart(&scattered, &scattered));
        check_both(&Regular::new(n, degree).apart(&scattered, &scattered).apart(&pairs, &pairs));
        let forbidden: Vec<(u32, u32)> = (0..index(n) - 9).step_by(3).map(|tail| (tail, tail + 5)).collect();
        check_both(&Regular::new(n, degree).apart(&fours, &fours).forbidding(&forbidden));
        let some: Vec<u32> = scattered.iter().map(|&class| if class % 3 == 0 { NONE } else { class / 3 }).collect();
        check_both(&Regular::new(n, degree).apart(&some, &some));
        // Heads that belong to others, with the classes of those.
        let own = shuffled(&(0..index(n)).collect::<Vec<_>>(), 3);
        let mut heads = vec![0; n];
        own.iter().zip(&scattered).for_each(|(&own, &class)| heads[own as usize] = class);
        check_both(&Regular::new(n, degree).own(&own).apart(&scattered, &heads));
        // And with classes of their own.
        check_both(&Regular::new(n, degree).own(&own).apart(&scattered, &pairs));
        if n >= 100 {
            let parts = shuffled(&sized(&[n / 2, 0, n / 3, n - n / 2 - n / 3]), 4);
            let mut part_of = vec![0; n];
            own.iter().zip(&parts).for_each(|(&own, &part)| part_of[own as usize] = part);
            check_both(&Regular::new(n, degree).own(&own).apart(&scattered, &heads).within(&parts, &part_of));
        }
    }
}

#[test]
fn parts_of_tails_and_heads_may_differ_where_chance_decides() {
    let (tails, heads) = (shuffled(&sized(&[40, 60]), 1), shuffled(&sized(&[40, 60]), 2));
    let regular = Regular::new(100, 3).within(&tails, &heads);
    assert_eq!(regular.deterministic(), None);
    check(&regular, &regular.random(&mut random(0)).expect("a graph"));
    let heads = shuffled(&sized(&[41, 59]), 2);
    assert_eq!(Regular::new(100, 3).within(&tails, &heads).random(&mut random(0)), None);
}

#[test]
fn tiny_and_empty_graphs() {
    for n in 0..6 {
        for degree in 0..7 {
            let regular = Regular::new(n, degree);
            let ring = regular.deterministic();
            assert_eq!(ring.is_some(), n == 0 || degree < n, "{n} {degree}");
            for rows in ring.into_iter().chain(regular.random(&mut random(9))) {
                check(&regular, &rows);
            }
        }
    }
    assert_eq!(Regular::new(2, 1).random(&mut random(0)), Some(vec![1, 0]));
    assert_eq!(Regular::new(5, 4).deterministic().expect("complete").len(), 20);
    let one = [0, 0, 0];
    assert_eq!(Regular::new(3, 1).apart(&one, &one).deterministic(), None);
    assert_eq!(Regular::new(3, 1).apart(&one, &one).random(&mut random(0)), None);
    let outside = [NONE, 0, 0];
    assert_eq!(Regular::new(3, 1).within(&outside, &outside).deterministic(), None);
}

#[test]
fn rings_exist_exactly_where_it_is_said() {
    let mut tight = 0;
    for sizes in [
        &[1, 1, 1, 1, 1][..],
        &[2, 2],
        &[2, 2, 1],
        &[3, 3],
        &[3, 2, 1],
        &[3, 1, 1, 1],
        &[2, 2, 2, 2],
        &[4, 4, 4],
        &[5, 3, 3],
        &[5, 5],
        &[6, 5],
        &[6, 3, 3],
        &[7, 7, 7, 7],
        &[9, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        &[1],
        &[4],
    ] {
        let (n, longest) = (sizes.iter().sum::<usize>(), *sizes.iter().max().expect("some"));
        let classes = sized(sizes);
        for classes in [classes.clone(), shuffled(&classes, 5)] {
            for degree in 1..=n {
                let regular = Regular::new(n, degree).apart(&classes, &classes);
                let plain =
                    degree < n && (0..n).all(|tail| (1..=degree).all(|on| classes[tail] != classes[(tail + on) % n]));
                let equal = sizes.iter().all(|&size| size == longest);
                let block = degree + 2 * longest <= n + 1 || (equal && degree + longest <= n);
                let ring = regular.deterministic();
                assert_eq!(ring.is_some(), plain || block, "{sizes:?} {degree}");
                tight += u32::from(ring.is_some() && degree + longest == n);
                if let Some(rows) = ring {
                    check(&regular, &rows);
                    assert!(degree + longest <= n && 2 * longest <= n, "what no graph exceeds");
                }
            }
        }
    }
    assert!(tight > 10, "{tight}");
}

#[test]
fn members_take_turns_in_parts_too() {
    // The first part needs turns, the second does not.
    let classes = [sized(&[3, 3]), sized(&[2, 2, 1, 1, 1, 1])].concat();
    let classes: Vec<u32> = (0..).zip(classes).map(|(at, class)| class + 10 * u32::from(at >= 6)).collect();
    let parts = sized(&[6, 8]);
    let regular = Regular::new(14, 3).apart(&classes, &classes).within(&parts, &parts);
    check(&regular, &regular.deterministic().expect("turns"));
    let own = shuffled(&(0..14).collect::<Vec<_>>(), 3);
    let place = |of: &[u32]| {
        let mut heads = vec![0; 14];
        own.iter().zip(of).for_each(|(&own, &value)| heads[own as usize] = value);
        heads
    };
    let (class_of, part_of) = (place(&classes), place(&parts));
    let regular = Regular::new(14, 3).own(&own).apart(&classes, &class_of).within(&parts, &part_of);
    check(&regular, &regular.deterministic().expect("turns"));
}

#[test]
fn results_are_frozen() {
    let classes = shuffled(&sized(&[3, 3, 3, 1]), 0);
    let regular = Regular::new(10, 2).apart(&classes, &classes);
    assert_eq!(classes, [0, 0, 2, 2, 1, 1, 1, 0, 2, 3]);
    let ring = [4, 5, 5, 6, 0, 9, 0, 1, 2, 3, 3, 8, 8, 9, 2, 6, 1, 7, 4, 7];
    assert_eq!(regular.deterministic().as_deref(), Some(&ring[..]));
    let drawn = [4, 6, 5, 9, 0, 4, 1, 7, 3, 9, 2, 3, 7, 8, 2, 5, 0, 1, 6, 8];
    assert_eq!(regular.random(&mut random(42)).as_deref(), Some(&drawn[..]));
    // Beyond the size of one block of the shuffle: the sum of arcs by place.
    let classes = sized(&vec![4; 5_000]);
    let rows = Regular::new(20_000, 3).apart(&classes, &classes).random(&mut random(42)).expect("a graph");
    let sum = (1_u64..).zip(rows).fold(0, |sum: u64, (at, head)| sum.wrapping_add(at * u64::from(head)));
    assert_eq!(sum, 18_029_897_233_677);
}

/// The sum of squared deviations of the counts of pairs from equal ones, over the expectation, divided by 1 − p.
fn deviation(regular: &Regular<'_>, allowed: &[(u32, u32)]) -> f64 {
    const RUNS: u32 = 6_000;
    let mut counts: BTreeMap<(u32, u32), u32> = allowed.iter().map(|&pair| (pair, 0)).collect();
    let mut random = random(1);
    for _ in 0..RUNS {
        let rows = regular.random(&mut random).expect("a graph");
        for (tail, heads) in (0..).zip(rows.chunks(regular.degree)) {
            for &head in heads {
                *counts.get_mut(&(tail, head)).expect("allowed") += 1;
            }
        }
    }
    let arcs = u32::try_from(regular.vertices * regular.degree).expect("few");
    let pairs = u32::try_from(counts.len()).expect("few");
    let probability = f64::from(arcs) / f64::from(pairs);
    let expected = f64::from(RUNS) * probability;
    let squares = counts.values().map(|&count| (f64::from(count) - expected).powi(2)).sum::<f64>();
    squares / (expected * (1.0 - probability))
}

#[test]
fn every_allowed_arc_is_equally_likely() {
    // Sums by tail and head are given: of the p pairs of n vertices, p − 2n + 1 degrees of freedom, stretched by
    // p / (p − 2n + 1). The limits have probability 0.0001.
    let own = [3, 7, 0, 9, 5, 1, 11, 2, 8, 10, 4, 6];
    let free = |classes: &[u32], heads: &[u32]| -> Vec<(u32, u32)> {
        let pairs = (0..12_u32).flat_map(|tail| (0..12).map(move |head| (tail, head)));
        pairs
            .filter(|&(tail, head)| own[tail as usize] != head && classes[tail as usize] != heads[head as usize])
            .collect()
    };
    let singles: Vec<u32> = (0..12).collect();
    let heads = |classes: &[u32]| {
        let mut heads = vec![0; 12];
        own.iter().zip(classes).for_each(|(&own, &class)| heads[own as usize] = class);
        heads
    };
    // 132 pairs, 109 degrees of freedom: 170.
    let class_of = heads(&singles);
    let regular = Regular::new(12, 3).own(&own).apart(&singles, &class_of);
    let found = deviation(&regular, &free(&singles, &class_of));
    assert!(found < 170.0 * 132.0 / 109.0, "{found}");
    // 108 pairs, 85 degrees of freedom: 140.
    let threes = shuffled(&sized(&[3; 4]), 8);
    let class_of = heads(&threes);
    let regular = Regular::new(12, 3).own(&own).apart(&threes, &class_of);
    let found = deviation(&regular, &free(&threes, &class_of));
    assert!(found < 140.0 * 108.0 / 85.0, "{found}");
}
