//! How much work the engine does, in numbers that do not depend on the machine: more than a tenth more or less is a
//! change to be looked at, and to be written down here.

#[path = "../../benches/instances/mod.rs"]
#[allow(dead_code, reason = "most shapes are too large for a test")]
mod instances;

use instances::{MIDL, S2K, Shape, Weights};
use peerplan::flow::Method;

const DENSE: Shape = Shape { papers: 500, reviewers: 300, ..instances::CVPR17 };
const BOUNDS: Shape = Shape { load: (3, 9), ..DENSE };
const COURSE: Shape = Shape { papers: 3_000, reviewers: 3_000, ..instances::MOOC10K };
const SQUARE: Shape = Shape { papers: 300, reviewers: 300, ..instances::LAP2K };
const BIDS: Shape = Shape { weights: Weights::Bids, ..DENSE };

#[test]
fn the_work_stays_what_it_is() {
    // Bids, reverse steps, row rescans, augmentations.
    for (name, shape, expected) in [
        ("midl", MIDL, [2132, 11, 0, 0]),
        ("dense", DENSE, [13_288, 0, 8, 0]),
        ("bounds", BOUNDS, [6929, 741, 500, 0]),
        ("sparse", S2K, [69_482, 67, 537, 0]),
        ("course", COURSE, [79_707, 0, 0, 0]),
        ("square", SQUARE, [5304, 0, 47, 0]),
        ("bids", BIDS, [0, 0, 587, 111]),
    ] {
        let instance = shape.instance(1);
        let matching = instance.solve().expect("a matching");
        instance.check(&matching).expect("an optimum");
        let counters = matching.counters();
        let actual = [counters.bids, counters.reverse_steps, counters.row_rescans, counters.augmentations];
        let near = actual.iter().zip(expected).all(|(&actual, expected)| actual.abs_diff(expected) * 10 <= expected);
        assert!(near, "{name}: {actual:?} instead of {expected:?}");
    }
}

#[test]
fn all_methods_find_the_same_objective() {
    for shape in [MIDL, BOUNDS, BIDS, Shape { papers: 200, reviewers: 200, ..instances::MOOC10K }] {
        let instance = shape.instance(2);
        let chosen = instance.solve().expect("a matching").objective();
        for method in [Method::Auction, Method::Tied, Method::Simplex] {
            let Ok(matching) = instance.solve_watched(Some(method), &mut |_| true) else {
                assert_eq!(method, Method::Tied, "only ties are needed by a method");
                continue;
            };
            instance.check(&matching).expect("an optimum");
            assert_eq!(matching.objective(), chosen, "{} by {method:?}", shape.name);
        }
    }
}

#[test]
fn an_edited_instance_is_solved_from_an_earlier_optimum() {
    for shape in [MIDL, DENSE, BOUNDS, COURSE, S2K] {
        let before = shape.instance(3).solve().expect("a matching");
        // Every reviewer and every weight is another one: the worst of edits.
        let instance = shape.instance(4);
        let warm = instance.solve_again(&before, &mut |_| true).expect("a matching");
        instance.check(&warm).expect("an optimum");
        assert_eq!(warm.objective(), instance.solve().expect("a matching").objective(), "{}", shape.name);
        let again = instance.solve_again(&warm, &mut |_| true).expect("a matching");
        assert_eq!(again.objective(), warm.objective());
    }
}

#[test]
fn a_solve_can_be_stopped() {
    let mut asked = 0;
    let stopped = DENSE.instance(1).solve_watched(None, &mut |_| {
        asked += 1;
        asked < 3
    });
    assert_eq!(stopped.err(), Some(peerplan::flow::Unmatched::Stopped));
}
