//! Eligibility, musts, bounds and shortfalls.

use super::{Case, asset, expect, rule, user};
use crate::id::Id;
use crate::input::{Admission, Bound, Demand, Past, Relation, RuleKind, Shortfall, Stance, Unscored, WorkflowState};
use crate::plan::Side;
use crate::verify::verify;

#[test]
fn created_pairs_are_eligible() {
    expect(&["assessor_may_not_review"], |case| {
        case.create(6, 105);
    });
    expect(&["not_handed_in"], |case| {
        case.create(1, 106);
    });
    expect(&["own_work"], |case| {
        case.create(4, 104);
    });
    // The other copy of one's own work.
    expect(&["own_work"], |case| {
        case.create(1, 102);
    });
    expect(&["own_work"], |case| {
        case.input.submissions[3].authors.push(Id::from(2));
        case.input.students[1].groups.clear();
    });
    expect(&["must_not_review"], |case| {
        case.create(4, 101);
    });
    // Every copy of a work of the author.
    expect(&["must_not_review"], |case| {
        case.create(4, 102);
    });
    expect(&["must_not_review"], |case| case.input.rules.push(rule(RuleKind::MustNotReview, 2, asset(104))));
    expect(&["history_forbidden"], |case| case.input.policy.history = Stance::Forbid);
    expect(&[], |case| case.input.policy.history = Stance::Avoid);
    expect(&["alternate_ineligible", "keeps_ineligible", "unscored_pair"], |case| {
        case.input.policy.unscored = Unscored::Forbid;
        case.input.affinities.pop();
    });
    expect(&["unscored_pair"], |case| {
        case.input.policy.unscored = Unscored::Forbid;
        case.plan.alternates.clear();
    });
}

#[test]
fn late_and_unsubmitted_count_where_the_policy_says_so() {
    expect(&[], |case| case.input.submissions[3].late = true);
    expect(&["not_handed_in"], |case| {
        case.input.submissions[3].late = true;
        case.input.policy.late = Admission::Exclude;
        case.plan.alternates.clear();
    });
    expect(&[], |case| case.input.policy.unsubmitted_reviewers = Admission::Exclude);
    // Student 2 handed in late, and the copy of student 1 does not help; so nobody will review 104.
    expect(&["assessor_may_not_review", "not_handed_in", "submission_min"], |case| {
        case.input.policy.unsubmitted_reviewers = Admission::Exclude;
        case.input.policy.late = Admission::Exclude;
        case.input.submissions[1].late = true;
    });
}

#[test]
fn sections_groups_and_labels_relate_as_asked() {
    // By default the sets of a submission are those of the listed authors of the work: 5 → 102 crosses sections, and
    // so do 2 → 104 and the alternates of 104.
    expect(&["alternate_ineligible", "relation_broken"], |case| case.input.policy.section = Relation::Same);
    expect(&["keeps_ineligible", "relation_broken"], |case| case.input.policy.section = Relation::Different);
    expect(&[], |case| case.input.policy.section = Relation::PreferSame);
    expect(&["relation_broken"], |case| {
        case.create(2, 103);
        case.input.students[2].groups.push(Id::text("701").expect("not empty"));
        case.uncreate(1, 103);
        case.input.rules.remove(0);
        case.create(1, 105);
        case.plan.alternates.clear();
    });
    // What a submission states itself, even that it has none, stands.
    expect(&[], |case| {
        case.input.students[0].groups.push(Id::from(702));
        case.input.submissions[2].groups = Some([].into());
    });
    expect(&["relation_broken"], |case| case.input.submissions[2].groups = Some([Id::from(701)].into()));
    for (relation, codes) in
        [(Relation::Different, &["relation_broken"][..]), (Relation::Any, &[]), (Relation::PreferDifferent, &[])]
    {
        expect(codes, |case| {
            case.input.policy.labels.insert("institution".into(), relation);
            let kth = [Id::from(1)].to_vec();
            // 1 → 103, by author; and 2 → 104, where the submission states otherwise.
            for place in [0, 1, 2, 3] {
                case.input.students[place].labels.insert("institution".into(), kth.clone());
            }
            for place in [0, 3] {
                case.input.submissions[place].labels.insert("institution".into(), [].into());
            }
        });
    }
    let mut case = Case::new();
    case.input.policy.labels.insert("institution".into(), Relation::Same);
    case.plan.alternates.clear();
    assert_eq!(case.codes(), ["keeps_ineligible", "relation_broken"], "empty sets never intersect");
}

#[test]
fn musts_are_met() {
    expect(&["must_missing"], |case| {
        case.uncreate(1, 103);
        case.create(1, 105);
    });
    expect(&["must_missing"], |case| case.input.rules.push(rule(RuleKind::MustReview, 3, user(4))));
    expect(&["must_missing"], |case| case.input.rules.push(rule(RuleKind::MustReview, 5, asset(101))));
    // Any one copy will do, and an existing review as well.
    expect(&[], |case| {
        case.input.rules.push(rule(RuleKind::MustReview, 5, user(1)));
        case.input.rules.push(rule(RuleKind::MustReview, 3, user(2)));
        case.input.rules.push(rule(RuleKind::MustReview, 4, asset(105)));
    });
    expect(&["must_missing"], |case| case.input.rules.push(rule(RuleKind::MustReview, 77, user(78))));
}

#[test]
fn bounds_are_kept() {
    expect(&["student_min"], |case| case.input.students[1].reviews = Some(Bound::at_least(2)));
    expect(&["student_max"], |case| case.input.students[1].reviews = Some(Bound::exactly(0)));
    expect(&["student_max"], |case| {
        case.create(1, 104);
        case.create(1, 105);
        case.plan.alternates.clear();
    });
    expect(&["submission_min"], |case| case.input.submissions[4].reviews = Some(Bound::exactly(2)));
    expect(&["submission_max"], |case| case.input.submissions[3].reviews = Some(Bound::exactly(0)));
    expect(&["submission_max"], |case| {
        case.input.policy.reviews_per_submission = Demand::Within(Bound::exactly(1));
    });
    expect(&["submission_max"], |case| {
        case.input.policy.reviews_per_submission = Demand::Balanced;
        case.input.submissions[4].reviews = Some(Bound::between(0, 1));
        case.create(1, 105);
    });
    expect(&[], |case| case.input.policy.reviews_per_submission = Demand::Balanced);
    // 101 and 102 are one work; the others are works of their own, and within both bounds.
    let unbound = |case: &mut Case, works: Bound| {
        case.input.policy.reviews_per_work = Some(works);
        case.input.policy.reviews_per_student = Bound::default();
        case.input.policy.reviews_per_submission = Demand::Balanced;
    };
    expect(&[], |case| unbound(case, Bound::between(1, 2)));
    expect(&["submission_max", "work_max"], |case| unbound(case, Bound::between(0, 1)));
    expect(&["work_max"], |case| {
        unbound(case, Bound::between(1, 2));
        case.create(4, 102);
        case.input.rules.retain(|rule| rule.kind != RuleKind::MustNotReview);
    });
    expect(&["submission_min"], |case| {
        unbound(case, Bound::between(1, 2));
        case.uncreate(2, 104);
    });
    expect(&["submission_min", "work_min"], |case| {
        unbound(case, Bound::between(2, 3));
        case.uncreate(5, 102);
    });
}

#[test]
fn what_stays_may_exceed_a_maximum_and_nothing_is_added_there() {
    let beyond = |case: &mut Case| {
        for (assessor, asset) in [(3, 104), (3, 105)] {
            let place = case.existing(assessor, asset, WorkflowState::Completed);
            case.keep(place);
        }
        case.plan.alternates.clear();
    };
    expect(&[], beyond);
    expect(&["student_max"], |case| {
        beyond(case);
        case.create(3, 102);
        case.input.policy.same_work_once = crate::input::CopyRule::Free;
    });
    // An unfinished one must go under rebalance and stays under keep.
    expect(&["student_max"], |case| {
        let place = case.existing(4, 103, WorkflowState::Assigned);
        case.keep(place);
        case.input.students[3].reviews = Some(Bound::exactly(1));
        case.uncreate(1, 103);
        case.create(1, 105);
        case.input.rules.remove(0);
    });
    let mut case = Case::keeping();
    case.existing(4, 103, WorkflowState::Assigned);
    case.keep(5);
    case.input.students[3].reviews = Some(Bound::exactly(1));
    case.input.submissions[2].reviews = Some(Bound::between(1, 3));
    case.report();
    assert!(case.codes().is_empty());
}

#[test]
fn a_review_nobody_will_write_counts_for_nobody() {
    let mut case = Case::keeping();
    // 6 → 104 stays, but 104 still needs one of its own.
    case.uncreate(2, 104);
    case.input.students[1].reviews = Some(Bound::default());
    case.report();
    assert_eq!(case.codes(), ["submission_min"]);
    let verdict = verify(&case.input, &case.plan);
    assert_eq!(verdict.violations[0].asset_id, Some(Id::from(104)));
    // And it takes no place.
    let mut case = Case::keeping();
    case.input.submissions[3].reviews = Some(Bound::exactly(1));
    assert!(case.codes().is_empty());
}

#[test]
fn shortfalls_are_listed_where_they_may_be() {
    let lacking = |case: &mut Case| {
        case.input.policy.shortfall = Shortfall::Partial;
        case.input.students[1].reviews = Some(Bound::exactly(2));
        case.input.submissions[4].reviews = Some(Bound::exactly(3));
    };
    expect(&["shortfall_missing"], lacking);
    expect(&[], |case| {
        lacking(case);
        case.shortfall(Side::Submission, 105, 3, 1);
        case.shortfall(Side::Student, 2, 2, 1);
    });
    expect(&["shortfall_missing"], |case| {
        lacking(case);
        case.shortfall(Side::Student, 2, 2, 1);
    });
    for (kind, id, wanted, got) in [
        (Side::Student, 2, 3, 1),
        (Side::Student, 2, 2, 0),
        (Side::Student, 3, 1, 1),
        (Side::Student, 55, 2, 1),
        (Side::Submission, 2, 2, 1),
        (Side::Student, 6, 1, 0),
    ] {
        expect(&["shortfall_wrong"], |case| {
            lacking(case);
            case.shortfall(Side::Submission, 105, 3, 1);
            if (kind, id) != (Side::Student, 2) {
                case.shortfall(Side::Student, 2, 2, 1);
            }
            case.shortfall(kind, id, wanted, got);
        });
    }
    expect(&["shortfall_wrong"], |case| {
        lacking(case);
        case.shortfall(Side::Submission, 105, 3, 1);
        case.shortfall(Side::Student, 2, 2, 1);
        case.shortfall(Side::Student, 2, 2, 1);
    });
    expect(&["id_form"], |case| {
        lacking(case);
        case.shortfall(Side::Submission, 105, 3, 1);
        case.shortfall(Side::Student, 2, 2, 1);
        case.plan.shortfalls[1].id = Id::text("2").expect("not empty");
    });
    // All copies of a work together.
    let works = |case: &mut Case| {
        case.input.policy.shortfall = Shortfall::Partial;
        case.input.policy.reviews_per_work = Some(Bound::at_least(3));
        case.shortfall(Side::Submission, 103, 3, 2);
        case.shortfall(Side::Submission, 104, 3, 1);
        case.shortfall(Side::Submission, 105, 3, 1);
    };
    expect(&["shortfall_missing"], works);
    expect(&[], |case| {
        works(case);
        case.shortfall(Side::Work, 1, 3, 2);
    });
    for wrong in [(Side::Work, 1, 3, 1), (Side::Work, 103, 3, 2), (Side::Submission, 101, 3, 1)] {
        expect(&["shortfall_wrong"], |case| {
            works(case);
            if wrong.1 != 1 {
                case.shortfall(Side::Work, 1, 3, 2);
            }
            case.shortfall(wrong.0, wrong.1, wrong.2, wrong.3);
        });
    }
    expect(&["shortfall_not_allowed"], |case| case.shortfall(Side::Student, 2, 2, 1));
    // A maximum is never relaxed.
    expect(&["student_max"], |case| {
        case.input.policy.shortfall = Shortfall::Partial;
        case.input.students[1].reviews = Some(Bound::exactly(0));
    });
}

#[test]
fn rows_of_those_who_are_not_listed_cover_nothing() {
    // Student 7 has left; the completed review is of the work of student 3.
    expect(&[], |case| {
        case.input.policy.history = Stance::Forbid;
        case.input.history.clear();
        case.input.history.push(Past { assessor_id: Id::from(99), user_id: Id::from(3) });
        case.input.rules.push(rule(RuleKind::MustNotReview, 99, user(3)));
    });
}
