//! Rules on several reviews at once.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Case, empty_plan, expect, rule, user};
use crate::id::Id;
use crate::input::{
    Bound, CopyRule, Demand, Existing, Input, Panel, Reciprocal, RuleKind, Student, Submission, WorkflowState,
};
use crate::verify::verify;

fn panel(label: &str, value: Option<u64>, min: Option<u64>, max: Option<u64>) -> Panel {
    Panel { label: label.into(), value: value.map(Id::from), min, max }
}

fn roomy(case: &mut Case) {
    case.input.policy.reviews_per_student = Bound::default();
    case.input.policy.reviews_per_submission = Demand::Balanced;
    case.plan.alternates.clear();
}

#[test]
fn nobody_reviews_two_copies_of_one_work() {
    expect(&["same_work_twice"], |case| {
        roomy(case);
        case.create(5, 101);
    });
    // Of a completed review the other copy.
    expect(&["same_work_twice"], |case| {
        case.create(3, 102);
    });
    expect(&[], |case| {
        case.create(3, 102);
        case.input.policy.same_work_once = CopyRule::Free;
    });
    // A must that any copy satisfies is satisfied by one.
    expect(&["same_work_twice"], |case| {
        roomy(case);
        case.input.rules.push(rule(RuleKind::MustReview, 5, user(1)));
        case.create(5, 101);
    });
    // What had to stay may be so; what could have gone may not.
    for (state, codes) in [(WorkflowState::Completed, &[][..]), (WorkflowState::Assigned, &["same_work_twice"])] {
        expect(codes, |case| {
            let place = case.existing(3, 102, state);
            case.keep(place);
        });
    }
    let mut case = Case::keeping();
    case.existing(3, 102, WorkflowState::Assigned);
    case.keep(5);
    case.report();
    assert!(case.codes().is_empty());
}

#[test]
fn panels_hold_for_each_submission() {
    // 104 is reviewed by 2 and 3, both of section 11; so is 103 by 1 and the one who left, who has no section.
    let two = |case: &mut Case| {
        roomy(case);
        case.create(3, 104);
    };
    expect(&["panel_max"], |case| {
        two(case);
        case.input.policy.panel.push(panel("sections", None, None, Some(1)));
    });
    expect(&[], |case| {
        two(case);
        case.input.policy.panel.push(panel("groups", None, None, Some(1)));
        case.input.policy.panel.push(panel("sections", Some(12), None, Some(1)));
        case.input.policy.panel.push(panel("sections", Some(11), None, Some(2)));
    });
    expect(&["panel_max"], |case| {
        two(case);
        case.input.policy.panel.push(panel("sections", Some(11), None, Some(1)));
    });
    expect(&["panel_max"], |case| {
        two(case);
        // A student with several values counts for each, with one value twice only once.
        for (place, values) in [(1, [1, 2, 2]), (2, [2, 3, 3])] {
            case.input.students[place].labels.insert("seniority".into(), values.map(Id::from).to_vec());
        }
        case.input.policy.panel.push(panel("seniority", None, None, Some(1)));
    });
    expect(&["panel_min"], |case| case.input.policy.panel.push(panel("sections", Some(12), Some(1), None)));
    expect(&["panel_min"], |case| case.input.policy.panel.push(panel("seniority", Some(1), Some(1), None)));
    expect(&[], |case| {
        for student in &mut case.input.students {
            student.labels.insert("seniority".into(), [Id::from(1)].to_vec());
        }
        case.create(1, 105);
        case.input.policy.panel.push(panel("seniority", Some(1), Some(1), Some(2)));
    });
}

#[test]
fn fixed_reviews_may_break_a_panel_among_themselves() {
    let both = |case: &mut Case, state| {
        roomy(case);
        for assessor in [1, 2] {
            let place = case.existing(assessor, 105, state);
            case.keep(place);
        }
        case.input.policy.panel.push(panel("sections", None, None, Some(1)));
    };
    expect(&[], |case| both(case, WorkflowState::Completed));
    expect(&["panel_max"], |case| both(case, WorkflowState::Assigned));
    // Nothing is added to it.
    expect(&["panel_max"], |case| {
        both(case, WorkflowState::Completed);
        case.create(3, 105);
    });
}

#[test]
fn reciprocal_reviews_are_found_where_forbidden() {
    let forbid = |case: &mut Case| case.input.policy.reciprocal = Reciprocal::Forbid;
    // 3 has completed 101, and 1 must review 103: both are fixed.
    expect(&[], forbid);
    expect(&["reciprocal_forbidden"], |case| {
        forbid(case);
        case.input.rules.remove(0);
    });
    // Through the other copy: 3 reviews a work of 2 too.
    expect(&["reciprocal_forbidden"], |case| {
        forbid(case);
        roomy(case);
        case.create(2, 103);
    });
    expect(&[], |case| {
        forbid(case);
        roomy(case);
        case.create(2, 103);
        case.input.rules.push(rule(RuleKind::MustReview, 2, user(3)));
    });
    expect(&["cycle_forbidden"], |case| {
        case.input.policy.reciprocal = Reciprocal::ForbidCycles(2);
        case.input.rules.remove(0);
    });
    // 2 → 4 → 5 → 2 is a cycle of three.
    expect(&["cycle_forbidden"], |case| case.input.policy.reciprocal = Reciprocal::ForbidCycles(3));
    expect(&[], |case| case.input.policy.reciprocal = Reciprocal::ForbidCycles(2));
    // Movable reviews are no excuse, fixed ones are.
    for (state, codes) in [(WorkflowState::Completed, &[][..]), (WorkflowState::Assigned, &["reciprocal_forbidden"])] {
        expect(codes, |case| {
            forbid(case);
            roomy(case);
            case.input.peer_reviews[3].workflow_state = state;
            case.plan.kept[2].workflow_state = state;
            let place = case.existing(5, 104, state);
            case.keep(place);
        });
    }
}

/// Students 0 to n − 1 with a submission each and these reviews, each created unless it is one of the `kept` first.
fn graph(persons: u64, edges: &[(u64, u64)], kept: usize, length: u64) -> Case {
    let mut input = Input::default();
    for id in 0..persons {
        input.students.push(Student::new(id));
        input.submissions.push(Submission::by(100 + id, id));
    }
    input.policy.reciprocal = Reciprocal::ForbidCycles(length);
    input.policy.existing = Existing::Keep;
    let mut case = Case { input, plan: empty_plan() };
    for (place, &(one, other)) in edges.iter().enumerate() {
        if place < kept {
            let place = case.existing(one, 100 + other, WorkflowState::Assigned);
            case.keep(place);
        } else {
            case.create(one, 100 + other);
        }
    }
    case.report();
    case
}

/// Whether a simple path of at most `left` steps leads from `from` to `to`.
fn leads(edges: &[(u64, u64)], path: &mut Vec<u64>, from: u64, to: u64, left: u64) -> bool {
    if from == to {
        return true;
    }
    if left == 0 || path.contains(&from) {
        return false;
    }
    path.push(from);
    let found = edges.iter().any(|edge| edge.0 == from && leads(edges, path, edge.1, to, left - 1));
    path.pop();
    found
}

proptest! {
    #[test]
    fn cycles_are_those_of_an_exhaustive_search(
        edges in proptest::collection::btree_set((0_u64..7, 0_u64..7), 0..14),
        kept in 0_usize..10,
        length in 0_u64..9,
    ) {
        let edges: Vec<(u64, u64)> = edges.into_iter().filter(|edge| edge.0 != edge.1).collect();
        let kept = kept.min(edges.len());
        let case = graph(7, &edges, kept, length);
        let guilty = edges.iter().skip(kept).any(|&(one, other)| {
            length >= 2 && leads(&edges, &mut Vec::new(), other, one, length - 1)
        });
        let codes = case.codes();
        prop_assert_eq!(codes, if guilty { ["cycle_forbidden"].to_vec() } else { Vec::new() });
        for violation in verify(&case.input, &case.plan).violations {
            prop_assert!(violation.pointer.starts_with("/operations/"), "{}", violation.pointer);
        }
    }
}
