//! Ways round against all units of small programs.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::super::program::tests::{SMALL, worth};
use super::Circuit;
use crate::flow::Program;
use crate::random::{Purpose, Random};

/// Small programs whose windows can be kept, without rewards and costs, with a solution.
fn solved(seed: u64, count: usize) -> impl Iterator<Item = (Program, Vec<u32>)> {
    let mut random = Random::new(seed, Purpose::Generate);
    (0..count).filter_map(move |_| {
        let program = SMALL.program(&mut random).rewarded(|_, _| ());
        let units = program.solve(&mut |_| true).ok()?.units;
        Some((program, units))
    })
}

fn units(circuit: &Circuit) -> Vec<u32> {
    (0..circuit.pairs()).map(|pair| circuit.units(pair)).collect()
}

#[test]
fn ways_lead_to_solutions_and_back() {
    let mut random = Random::new(3, Purpose::Walk);
    let mut turns = 0;
    for (program, start) in solved(1, 2_000) {
        let mut circuit = Circuit::new(&program, &start);
        for _ in 0..20 {
            let before = units(&circuit);
            let Some(changed) = circuit.turn(&mut random) else { continue };
            let after = units(&circuit);
            assert!(worth(&program, &after).is_some(), "{after:?} of {program:?}");
            if random.chance(1, 2) {
                circuit.undo(&changed);
                assert_eq!(units(&circuit), before);
            }
            turns += usize::from(before != after);
        }
    }
    assert!(turns > 1_000, "{turns}");
}

#[test]
fn a_pair_is_shifted_exactly_where_some_solution_has_it_so() {
    let mut shifted = [0; 2];
    for (program, start) in solved(2, 1_500) {
        let all = solutions(&program);
        for pair in 0..start.len() {
            for more in [false, true] {
                let mut circuit = Circuit::new(&program, &start);
                let possible =
                    all.iter().any(|units| (units[pair] > start[pair]) == more && units[pair] != start[pair]);
                let way = circuit.shift(pair, more);
                assert_eq!(way.is_some(), possible, "{pair} {more} from {start:?} of {program:?}");
                if let Some(way) = way {
                    assert_eq!(way[0], (u32::try_from(pair).unwrap(), more));
                    assert!(all.contains(&units(&circuit)));
                }
                shifted[usize::from(possible)] += 1;
            }
        }
    }
    assert!(shifted.iter().all(|&count| count > 500), "{shifted:?}");
}

#[test]
fn the_walk_reaches_every_solution() {
    let mut random = Random::new(5, Purpose::Walk);
    for (program, start) in solved(4, 400) {
        let all = solutions(&program);
        let mut met = BTreeSet::from([start.clone()]);
        let mut circuit = Circuit::new(&program, &start);
        for _ in 0..200 * all.len() {
            circuit.turn(&mut random);
            met.insert(units(&circuit));
        }
        assert_eq!(met, all, "{program:?}");
    }
}

/// All units that keep all windows.
fn solutions(program: &Program) -> BTreeSet<Vec<u32>> {
    let mut all = BTreeSet::new();
    super::super::program::tests::each_units(program, |units| {
        if worth(program, units).is_some() {
            all.insert(units.to_vec());
        }
    });
    all
}
