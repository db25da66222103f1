use alloc::vec::Vec;

use super::search::luby;
use super::{Literal, Solver, Step};
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

#[test]
fn starts_follow_the_sequence_of_luby() {
    let first: Vec<u64> = (1..=15).map(luby).collect();
    assert_eq!(first, [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
}

#[test]
fn small_questions_are_answered_as_by_trying_all() {
    let mut random = Random::new(3, Purpose::Generate);
    let (mut met, mut refuted) = (0, 0);
    for _ in 0..2_000 {
        let variables = index(4 + random.index(7));
        let mut literals = |count: usize| -> Vec<Literal> {
            let mut order: Vec<u32> = (0..variables).collect();
            random.shuffle(&mut order);
            order.truncate(count);
            order.into_iter().map(|variable| Literal::new(variable, random.chance(1, 2))).collect()
        };
        let clauses: Vec<Vec<Literal>> = (0..2 * variables).map(|_| literals(3)).collect();
        let windows: Vec<(Vec<Literal>, usize)> = (0..3).map(|least| (literals(4), least)).collect();
        let mut solver = Solver::new();
        for _ in 0..variables {
            solver.variable(false);
        }
        for (literals, least) in &windows {
            solver.window(literals, *least, least + 1);
        }
        for clause in &clauses {
            solver.clause(clause.clone());
        }
        let holds = |set: u32, literal: Literal| (set >> literal.variable() & 1 == 1) == literal.holds();
        let meets = |set: u32| {
            clauses.iter().all(|clause| clause.iter().any(|&literal| holds(set, literal)))
                && windows.iter().all(|(literals, least)| {
                    let count = literals.iter().filter(|&&literal| holds(set, literal)).count();
                    (*least..=least + 1).contains(&count)
                })
        };
        let expected = (0..1 << variables).any(meets);
        let found = loop {
            match solver.search(2) {
                Step::Paused => {}
                step => break step,
            }
        };
        if expected {
            assert_eq!(found, Step::Complete);
            let values = (0..variables).filter(|&variable| solver.value(variable) == Some(true));
            assert!(meets(values.fold(0, |set, variable| set | 1 << variable)));
            met += 1;
        } else {
            assert_eq!(found, Step::Refuted);
            refuted += 1;
        }
    }
    assert!(met > 200 && refuted > 200, "{met} {refuted}");
}
