//! What would help, against everything that could: every change of each kind is tried by the oracle.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::explain::{Edit, PairCost, Relief, Setting, explain, pair};
use peerplan::input::{
    Admission, Bound, CopyRule, Demand, Existing, Input, Micros, Reciprocal, Relation, RuleKind, Shortfall, Stance,
    StrategyChoice, Unscored,
};
use peerplan::strategy::{AssignError, Run, by_name};
use peerplan::{CutSide, Id, Problem};

use crate::instances::{samples, small};
use crate::oracle::Facts;

/// How many changes of a kind are offered.
const OFFERED: usize = 5;

/// Small problems of which all rules are a network without bounds on works.
fn networks(count: usize) -> Vec<Input> {
    let mut inputs = samples(small(), count);
    for input in &mut inputs {
        input.policy.reviews_per_work = None;
        if matches!(input.policy.reciprocal, Reciprocal::Forbid | Reciprocal::ForbidCycles(_)) {
            input.policy.reciprocal = Reciprocal::Allow;
        }
    }
    inputs
}

/// The same in which every minimum has to be met.
fn strict(count: usize) -> Vec<Input> {
    let mut inputs = networks(count);
    for input in &mut inputs {
        input.policy.shortfall = Shortfall::Error;
    }
    inputs
}

#[test]
fn every_change_offered_helps_where_rules_are_no_network() {
    let (mut offered, mut refuted) = (0, 0);
    for mut input in samples(small(), 3_000) {
        input.policy.shortfall = Shortfall::Error;
        let cycles = matches!(input.policy.reciprocal, Reciprocal::Forbid | Reciprocal::ForbidCycles(_));
        if !cycles && input.policy.reviews_per_work.is_none() {
            continue;
        }
        let explanation = explain(&input, &compiled(&input));
        assert_eq!(explanation.feasible, Facts::new(&input).optimum().is_some());
        refuted += usize::from(!explanation.feasible);
        for relief in &explanation.relief {
            let mut edited = input.clone();
            relief.edit.apply(&mut edited);
            assert!(Facts::new(&edited).optimum().is_some(), "{}: {input:#?}", relief.change);
            offered += 1;
        }
    }
    assert!(refuted > 20 && offered > 2 * refuted, "{refuted} refuted, {offered} changes");
}

/// Limits are explained where the strategy has them: infeasible exactly where no lottery exists, and what is offered is
/// enough.
#[test]
fn limits_are_explained_and_what_is_offered_helps() {
    let strategy = by_name("random_limited").expect("listed");
    let (mut refuted, mut offered, mut raised) = (0, 0, 0);
    for mut input in samples(small(), 1_200) {
        input.policy.shortfall = Shortfall::Error;
        let parameters = [(String::from("limit"), Micros(400_000))].into();
        input.strategy = Some(StrategyChoice { name: String::from("random_limited"), seed: 0, parameters });
        let exists = |input: &Input| {
            let problem = compiled(input);
            match strategy.assign(&problem, &mut Run::of(problem.strategy())) {
                Ok(_) => Some(true),
                Err(AssignError::Infeasible(_)) => Some(false),
                Err(_) => None,
            }
        };
        let Some(feasible) = exists(&input) else { continue };
        let explanation = explain(&input, &compiled(&input));
        assert_eq!(explanation.feasible, feasible, "{input:#?}");
        refuted += usize::from(!feasible);
        for relief in &explanation.relief {
            assert_eq!(exists(&edited(&input, &relief.edit)), Some(true), "{}: {input:#?}", relief.change);
            offered += 1;
            if let Edit::Limit { limit } = relief.edit {
                let less = Edit::Limit { limit: Micros(limit.0 - 1) };
                assert_ne!(exists(&edited(&input, &less)), Some(true), "{}: {input:#?}", relief.change);
                raised += 1;
            }
        }
    }
    assert!(refuted > 100 && offered > refuted && raised > 20, "{refuted} {offered} {raised}");
}

fn compiled(input: &Input) -> Problem {
    Problem::new(input).unwrap_or_else(|found| panic!("refused: {found:#?}"))
}

/// Whether a valid assignment meets every minimum. What the library refuses has none.
fn feasible(input: &Input) -> bool {
    let facts = Facts::new(input);
    facts.contradictions.is_empty() && Problem::new(input).is_ok() && facts.count_valid() > 0
}

fn edited(input: &Input, edit: &Edit) -> Input {
    let mut input = input.clone();
    edit.apply(&mut input);
    input
}

fn eligible(input: &Input) -> BTreeSet<(Id, Id)> {
    let rules = crate::oracle::rules::Rules { input };
    let pairs = input.students.iter().flat_map(|student| input.submissions.iter().map(move |of| (student, of)));
    let pairs = pairs.filter(|(student, submission)| rules.eligible(student, submission));
    pairs.map(|(student, submission)| (student.id.clone(), submission.id.clone())).collect()
}

/// The pairs that an edit makes eligible.
fn gained(input: &Input, edit: &Edit) -> u64 {
    let (before, after) = (eligible(input), eligible(&edited(input, edit)));
    assert!(before.is_subset(&after), "{edit:?} takes pairs away");
    (after.len() - before.len()) as u64
}

/// The kinds of changes, as far as they are ranked among themselves.
fn kind(edit: &Edit) -> &'static str {
    match edit {
        Edit::StudentReviews { .. } => "student",
        Edit::SubmissionReviews { .. } => "submission",
        Edit::Policy(_) => "policy",
        Edit::Limit { .. } => "limit",
        Edit::DropRule { .. } => "rule",
        Edit::DropHistory { .. } => "history",
        Edit::Score { .. } => "score",
        Edit::CanReview { .. } => "can_review",
        Edit::HandedIn { .. } => "handed_in",
        Edit::StudentValue { .. } => "student_value",
        Edit::SubmissionValue { .. } => "submission_value",
        Edit::Mingle { .. } => "mingle",
    }
}

/// The bounds one step after the other, with the step at which they help, if one does.
fn least(input: &Input, edit: impl Fn(u64) -> Option<Edit>) -> Option<(u64, Edit)> {
    (1..12).map_while(|step| edit(step).map(|edit| (step, edit))).find(|(_, edit)| feasible(&edited(input, edit)))
}

/// Bounds of single students and submissions that help, with the least amounts.
fn bounds(input: &Input) -> Vec<(&'static str, u64, Edit)> {
    let rules = crate::oracle::rules::Rules { input };
    let up = |bound: Bound, step| Some(Bound { max: Some(bound.max? + step), ..bound });
    let down = |bound: Bound, step| Some(Bound { min: bound.min.checked_sub(step)?, ..bound });
    let mut found = Vec::new();
    for student in input.students.iter().filter(|student| rules.may_review(student)) {
        let (id, bound) = (student.id.clone(), rules.student_bound(student));
        let of = |reviews| Edit::StudentReviews { student: id.clone(), reviews };
        found.extend(least(input, |step| up(bound, step).map(of)).map(|(size, edit)| ("student up", size, edit)));
        found.extend(least(input, |step| down(bound, step).map(of)).map(|(size, edit)| ("student down", size, edit)));
    }
    for submission in input.submissions.iter().filter(|submission| rules.handed_in(submission)) {
        let (id, bound) = (submission.id.clone(), rules.submission_bound(submission));
        let of = |reviews| Edit::SubmissionReviews { submission: id.clone(), reviews };
        found.extend(least(input, |step| up(bound, step).map(of)).map(|(size, edit)| ("submission up", size, edit)));
        found
            .extend(least(input, |step| down(bound, step).map(of)).map(|(size, edit)| ("submission down", size, edit)));
    }
    found
}

/// Every other change of a single entry that helps, with its size.
fn single(input: &Input) -> Vec<(&'static str, u64, Edit)> {
    let policy = &input.policy;
    let mut edits: Vec<Edit> = Vec::new();
    let must_not = |kind| matches!(kind, RuleKind::MustNotReview);
    edits.extend(
        (0..input.rules.len()).filter(|&rule| must_not(input.rules[rule].kind)).map(|rule| Edit::DropRule { rule }),
    );
    edits.extend((0..input.history.len()).map(|history| Edit::DropHistory { history }));
    for student in &input.students {
        for submission in &input.submissions {
            let (assessor_id, asset_id) = (student.id.clone(), submission.id.clone());
            let scored = |row: &&peerplan::input::Affinity| row.assessor_id == assessor_id && row.asset_id == asset_id;
            if policy.unscored == Unscored::Forbid && input.affinities.iter().find(scored).is_none() {
                edits.push(Edit::Score { assessor_id, asset_id });
            }
        }
    }
    let shut_out = input.students.iter().filter(|student| !student.can_review);
    edits.extend(shut_out.map(|student| Edit::CanReview { student: student.id.clone() }));
    let rules = crate::oracle::rules::Rules { input };
    let missing = input.submissions.iter().filter(|submission| !rules.handed_in(submission));
    edits.extend(missing.map(|submission| Edit::HandedIn { submission: submission.id.clone() }));
    for (dimension, relation) in [
        ("section", policy.section),
        ("group", policy.group),
        ("labels.institution", policy.labels.get("institution").copied().unwrap_or_default()),
    ] {
        if relation != Relation::Same {
            continue;
        }
        let of_student = |student: &peerplan::input::Student| match dimension {
            "section" => student.sections.clone(),
            "group" => student.groups.clone(),
            _ => student.labels.get("institution").cloned().unwrap_or_default(),
        };
        let mut values: BTreeSet<Id> = input.students.iter().flat_map(of_student).collect();
        values.extend(input.submissions.iter().flat_map(|submission| match dimension {
            "section" => submission.sections.clone().unwrap_or_default(),
            "group" => submission.groups.clone().unwrap_or_default(),
            _ => submission.labels.get("institution").cloned().unwrap_or_default(),
        }));
        let dimension = || dimension.to_owned();
        for value in &values {
            edits.extend(input.students.iter().map(|student| Edit::StudentValue {
                student: student.id.clone(),
                dimension: dimension(),
                value: value.clone(),
            }));
            edits.extend(input.submissions.iter().map(|submission| Edit::SubmissionValue {
                submission: submission.id.clone(),
                dimension: dimension(),
                value: value.clone(),
            }));
            let more = values.iter().filter(|other| *other > value);
            edits.extend(
                more.map(|other| Edit::Mingle { dimension: dimension(), values: [value.clone(), other.clone()] }),
            );
        }
    }
    let helps = edits.into_iter().filter(|edit| feasible(&edited(input, edit)));
    helps.map(|edit| (kind(&edit), gained(input, &edit), edit)).collect()
}

/// The values of the policy that help.
fn settings(input: &Input) -> BTreeSet<String> {
    let policy = &input.policy;
    let kept = policy.existing == Existing::Keep && !Facts::new(input).fates.is_empty();
    let settings = [
        (policy.same_work_once == CopyRule::Once, Setting::CopiesFree),
        (policy.unsubmitted_reviewers == Admission::Exclude, Setting::IncludeUnsubmitted),
        (policy.late == Admission::Exclude, Setting::IncludeLate),
        (policy.unscored == Unscored::Forbid, Setting::AllowUnscored),
        (policy.history == Stance::Forbid, Setting::AvoidHistory),
        (kept, Setting::Rebalance),
        (true, Setting::Partial),
    ];
    let settings = settings.into_iter().filter(|(applies, _)| *applies).map(|(_, setting)| setting);
    settings
        .filter(|setting| feasible(&edited(input, &Edit::Policy(setting.clone()))))
        .map(|setting| setting.key())
        .collect()
}

/// The relief for one kind of change, by size.
fn sizes(offered: &[Relief], of_kind: impl Fn(&Edit) -> bool) -> Vec<u64> {
    offered.iter().filter(|relief| of_kind(&relief.edit)).map(|relief| relief.size).collect()
}

#[test]
fn every_change_offered_helps_and_none_smaller_does() {
    let (mut infeasible, mut kinds) = (0, BTreeMap::new());
    for input in strict(3_000) {
        let problem = compiled(&input);
        let explanation = explain(&input, &problem);
        assert_eq!(explanation.feasible, feasible(&input));
        if explanation.feasible {
            assert!(explanation.relief.is_empty());
            continue;
        }
        infeasible += 1;
        let offered = &explanation.relief;
        for relief in offered {
            *kinds.entry(kind(&relief.edit)).or_insert(0) += 1;
            assert!(feasible(&edited(&input, &relief.edit)), "{relief:?}\n{input:#?}");
        }
        check_bounds(&input, offered);
        check_entries(&input, offered);
        check_policy(&input, offered);
        bounds_for_all(&input, offered);
        assert!(matches!(offered.last().map(|last| &last.edit), Some(Edit::Policy(Setting::Partial))), "{input:#?}");
    }
    assert!(infeasible > 300, "{infeasible}");
    for of in [
        "student",
        "submission",
        "policy",
        "rule",
        "history",
        "score",
        "can_review",
        "handed_in",
        "student_value",
        "submission_value",
        "mingle",
    ] {
        assert!(kinds.get(of).is_some_and(|&count| count > 1), "{of}: {kinds:?}");
    }
}

/// The least amount for each bound, and the smallest of all.
fn check_bounds(input: &Input, offered: &[Relief]) {
    let bounds = bounds(input);
    for (way, size, edit) in &bounds {
        let same = |other: &Edit| match (edit, other) {
            (Edit::StudentReviews { student, .. }, Edit::StudentReviews { student: of, .. }) => student == of,
            (Edit::SubmissionReviews { submission, .. }, Edit::SubmissionReviews { submission: of, .. }) => {
                submission == of
            }
            _ => false,
        };
        let up = |edit: &Edit| match edit {
            Edit::StudentReviews { reviews, .. } | Edit::SubmissionReviews { reviews, .. } => reviews.max,
            _ => None,
        };
        for relief in offered.iter().filter(|relief| same(&relief.edit) && up(&relief.edit) == up(edit)) {
            assert_eq!((relief.size, &relief.edit), (*size, edit), "{way}\n{input:#?}");
        }
    }
    let all = |kind: fn(&Edit) -> bool| -> Vec<u64> {
        let mut all: Vec<u64> = bounds.iter().filter(|(.., edit)| kind(edit)).map(|(_, size, _)| *size).collect();
        all.sort_unstable();
        all
    };
    for of_kind in [(|edit| matches!(edit, Edit::StudentReviews { .. })) as fn(&Edit) -> bool, |edit| {
        matches!(edit, Edit::SubmissionReviews { .. })
    }] {
        let (all, some) = (all(of_kind), sizes(offered, of_kind));
        assert!(some.len() >= all.len().min(OFFERED) && some.len() <= all.len(), "{all:?} {some:?}\n{input:#?}");
        assert_eq!(some.iter().min(), all.iter().min(), "{input:#?}");
    }
}

/// Every other kind: as many as there are, up to the limit, and the smallest.
fn check_entries(input: &Input, offered: &[Relief]) {
    let single = single(input);
    for of in ["rule", "history", "score", "can_review", "handed_in", "student_value", "submission_value", "mingle"] {
        let mut all: Vec<u64> = single.iter().filter(|(kind, ..)| *kind == of).map(|(_, size, _)| *size).collect();
        all.sort_unstable();
        let drops_must = |edit: &Edit| match edit {
            Edit::DropRule { rule } => input.rules[*rule].kind == RuleKind::MustReview,
            _ => false,
        };
        let some = sizes(offered, |edit| kind(edit) == of && !drops_must(edit));
        // More dimensions than one may offer the same kind.
        all.truncate(some.len().max(OFFERED.min(all.len())));
        assert_eq!(some, all, "{of}\n{offered:#?}\n{input:#?}");
    }
    let musts = (0..input.rules.len()).filter(|&rule| input.rules[rule].kind == RuleKind::MustReview);
    let musts = musts.filter(|&rule| feasible(&edited(input, &Edit::DropRule { rule }))).count();
    let drops = offered.iter().filter(|relief| relief.change.contains("must_review rule")).count();
    assert_eq!(drops, musts.min(OFFERED), "{input:#?}");
}

/// What of the policy may go.
fn check_policy(input: &Input, offered: &[Relief]) {
    let keys: BTreeSet<String> = offered
        .iter()
        .filter_map(|relief| match &relief.edit {
            Edit::Policy(setting) => Some(setting.key()),
            _ => None,
        })
        .collect();
    let of_pairs = ["section", "group", "labels.institution"];
    let of_bounds = ["reviews_per_student", "reviews_per_submission"];
    let others = keys.iter().filter(|key| !of_pairs.contains(&key.as_str()) && !of_bounds.contains(&key.as_str()));
    assert_eq!(others.cloned().collect::<BTreeSet<_>>(), settings(input), "{input:#?}");
    let balanced = Edit::Policy(Setting::Balanced);
    let one = |relief: &Relief| matches!(relief.edit, Edit::Policy(Setting::ReviewsPerSubmission(_)));
    let bounded = matches!(input.policy.reviews_per_submission, Demand::Within(_)) && !offered.iter().any(one);
    let helps = bounded && feasible(&edited(input, &balanced));
    assert_eq!(offered.iter().any(|relief| relief.edit == balanced), helps, "{input:#?}");
    for key in of_pairs {
        let mut open = input.clone();
        let relation = match key {
            "section" => &mut open.policy.section,
            "group" => &mut open.policy.group,
            _ => open.policy.labels.entry("institution".into()).or_default(),
        };
        let hard = matches!(relation, Relation::Same | Relation::Different);
        *relation = Relation::Any;
        assert_eq!(keys.contains(key), hard && feasible(&open), "{key}\n{input:#?}");
    }
}

/// The bounds of the policy that help, with the least amounts.
fn bounds_for_all(input: &Input, offered: &[Relief]) {
    let told = |key: &str| -> BTreeSet<Window> {
        let edits = offered.iter().map(|relief| &relief.edit);
        let settings = edits.filter_map(|edit| match edit {
            Edit::Policy(Setting::ReviewsPerStudent(bound)) if key == "student" => Some((bound.min, bound.max)),
            Edit::Policy(Setting::ReviewsPerSubmission(bound)) if key == "submission" => Some((bound.min, bound.max)),
            _ => None,
        });
        settings.collect()
    };
    let least = |bound: Bound, set: &dyn Fn(Bound) -> Edit| -> BTreeSet<Window> {
        let ways: [&dyn Fn(u64) -> Option<Bound>; 2] =
            [&|step| Some(Bound { max: Some(bound.max? + step), ..bound }), &|step| {
                Some(Bound { min: bound.min.checked_sub(step)?, ..bound })
            }];
        let found = ways.into_iter().filter_map(|way| {
            let mut steps = (1..12).map_while(way);
            steps.find(|&bound| feasible(&edited(input, &set(bound)))).map(|bound| (bound.min, bound.max))
        });
        found.collect()
    };
    let policy = &input.policy;
    let of_student = |bound| Edit::Policy(Setting::ReviewsPerStudent(bound));
    assert_eq!(told("student"), least(policy.reviews_per_student, &of_student), "{input:#?}");
    let submissions = match policy.reviews_per_submission {
        Demand::Balanced => BTreeSet::new(),
        Demand::Within(bound) => least(bound, &|bound| Edit::Policy(Setting::ReviewsPerSubmission(bound))),
    };
    assert_eq!(told("submission"), submissions, "{input:#?}");
}

type Window = (u64, Option<u64>);

/// A problem whose strategy has no goal of its own, or the greatest total score.
fn named(mut input: Input, name: &str) -> Input {
    input.strategy = Some(StrategyChoice { name: name.into(), ..StrategyChoice::default() });
    input
}

#[test]
fn what_a_pair_costs_is_what_the_oracle_says() {
    let (mut free, mut costly, mut impossible, mut necessary) = (0, 0, 0, 0);
    for input in networks(400) {
        let input = named(input, "matching");
        let problem = compiled(&input);
        let facts = Facts::new(&input);
        let optimum = facts.optimum().filter(|optimum| optimum.complete);
        for student in 0..problem.students() {
            for submission in 0..problem.submissions() {
                let ids = (problem.student_id(student).clone(), problem.submission_id(submission).clone());
                let told = pair(&input, &problem, student, submission);
                assert_eq!(told.eligible, facts.rules.eligible_pair(&ids.0, &ids.1), "{told:#?}");
                assert_eq!(told.fixed, facts.fixed.contains(&ids), "{told:#?}");
                if told.fixed || !facts.free.contains(&ids) {
                    assert_eq!(told.possible, told.fixed);
                    continue;
                }
                let Some(optimum) = &optimum else {
                    assert!(!told.possible && !told.in_some_best, "{told:#?}");
                    continue;
                };
                assert_eq!(told.possible, facts.is_possible(&ids, true), "{told:#?}\n{input:#?}");
                let has = |all: bool| {
                    let mut each = optimum.assignments.iter().map(|assignment| assignment.contains(&ids));
                    if all { each.all(|has| has) } else { each.any(|has| has) }
                };
                assert_eq!(told.in_some_best, has(false), "{told:#?}\n{input:#?}");
                assert_eq!(told.in_every_best, has(true), "{told:#?}\n{input:#?}");
                impossible += usize::from(!told.possible);
                let best = facts.objective(optimum.assignments.first().expect("there is one"));
                for (cost, chosen) in [(told.cost, true), (told.cost_without, false)] {
                    assert_eq!(cost.is_some(), facts.is_possible(&ids, chosen), "{told:#?}\n{input:#?}");
                    necessary += usize::from(cost.is_none() && !chosen);
                    // At another number of reviews the oracle has no say in what comes first.
                    let (Some(cost), Some(with)) = (cost, facts.optimum_with(&ids, chosen)) else { continue };
                    let more = |a: i64, b: i64| i128::from(a - b);
                    let wanted = PairCost {
                        missing: more(with.missing, best.missing),
                        missing_squares: more(with.missing_squares, best.missing_squares),
                        reviews: 0,
                        received_squares: more(with.received_squares, best.received_squares),
                        deletes: more(with.deletes, best.deletes),
                        wishes: more(best.gain, with.gain),
                        score_units: 0,
                        given_squares: more(with.given_squares, best.given_squares),
                    };
                    if facts.nothing_asked() {
                        continue;
                    }
                    assert_eq!(best.total, with.total);
                    if cost.reviews != 0 {
                        // Another number of reviews leaves less missing, or is smaller.
                        let first = |cost: &PairCost| (cost.missing, cost.missing_squares, cost.reviews);
                        assert!(first(&cost) < first(&wanted), "{chosen} {told:#?}\n{input:#?}");
                        continue;
                    }
                    assert_eq!(cost, wanted, "{chosen} {told:#?}\n{input:#?}");
                    free += usize::from(cost == PairCost::default());
                    costly += usize::from(cost != PairCost::default());
                }
            }
        }
    }
    assert!(
        free > 500 && costly > 500 && impossible > 50 && necessary > 50,
        "{free} {costly} {impossible} {necessary}"
    );
}

#[test]
fn what_a_pair_costs_in_total_score_is_what_the_oracle_says() {
    let (mut free, mut costly) = (0, 0);
    for input in networks(400) {
        let input = named(input, "max_affinity");
        let problem = compiled(&input);
        let facts = Facts::new(&input);
        let Some(best) = facts.of_greatest_affinity(20_000).filter(|best| best.len() < 20_000) else { continue };
        for student in 0..problem.students() {
            for submission in 0..problem.submissions() {
                let ids = (problem.student_id(student).clone(), problem.submission_id(submission).clone());
                if !facts.free.contains(&ids) {
                    continue;
                }
                let told = pair(&input, &problem, student, submission);
                assert_eq!(told.possible, facts.is_possible(&ids, true), "{told:#?}\n{input:#?}");
                let some = best.iter().any(|assignment| assignment.contains(&ids));
                let every = best.iter().all(|assignment| assignment.contains(&ids));
                assert_eq!((told.in_some_best, told.in_every_best), (some, every), "{told:#?}\n{input:#?}");
                free += usize::from(some);
                costly += usize::from(!some);
            }
        }
    }
    assert!(free > 300 && costly > 300, "{free} {costly}");
}

/// The problem of the members of a bottleneck alone is refuted by itself: nobody else is needed to see why.
#[test]
fn the_bottleneck_alone_is_infeasible() {
    let mut seen = 0;
    for mut input in strict(3_000) {
        // Who is left out must not be what a rule speaks of.
        input.rules.retain(|rule| rule.kind == RuleKind::MustNotReview);
        input.peer_reviews.clear();
        input.history.clear();
        input.policy.history = Stance::Allow;
        input.policy.unsubmitted_reviewers = Admission::Include;
        let problem = compiled(&input);
        let explanation = explain(&input, &problem);
        let (Some(bottleneck), Some(certificate)) = (explanation.bottleneck, explanation.certificate) else { continue };
        let on_submissions = certificate.cut().expect("a cut").side == CutSide::Submissions;
        let (students, submissions) = if on_submissions {
            (&bottleneck.answering, &bottleneck.asking)
        } else {
            (&bottleneck.asking, &bottleneck.answering)
        };
        let mut alone = input.clone();
        // Those who are left out stay as authors, and take no part.
        for student in alone.students.iter_mut().filter(|student| !students.contains(&student.id)) {
            student.can_review = false;
        }
        for submission in alone.submissions.iter_mut().filter(|submission| !submissions.contains(&submission.id)) {
            submission.submitted = false;
        }
        // What is left of the bounds asks on one side only.
        for student in &mut alone.students {
            let bound = student.reviews.unwrap_or(alone.policy.reviews_per_student);
            student.reviews =
                Some(if on_submissions { Bound { min: 0, ..bound } } else { Bound { max: None, ..bound } });
        }
        assert!(!feasible(&alone), "{:#?}\n{input:#?}", explanation.sentences);
        seen += 1;
    }
    assert!(seen > 300, "{seen}");
}

/// A problem file, read.
#[cfg(feature = "formats")]
fn file(text: &str) -> Input {
    peerplan::formats::problem::read(text.as_bytes(), false).unwrap_or_else(|found| panic!("{found:#?}")).0
}

#[cfg(feature = "formats")]
#[test]
fn what_is_told_of_problems_without_a_plan() {
    let told = |text: &str| {
        let input = file(text);
        explain(&input, &compiled(&input)).sentences
    };
    // Nobody may review the only work of section 12.
    assert_eq!(
        told(
            r#"{"students": [{"id": 1, "sections": [11]}, {"id": 2, "sections": [11]}, {"id": 3, "sections": [12]}],
                "submissions": [{"id": 41, "user_id": 1}, {"id": 42, "user_id": 2}, {"id": 43, "user_id": 3}],
                "policy": {"reviews_per_student": {"max": 1}, "reviews_per_submission": 1, "section": "same"}}"#
        ),
        [
            "this submission needs 1 review; no student may review it, 1 short",
            "1 pair is excluded because the student is an author of the work; 2 pairs are excluded because the section \
             rule asks for the same, and they share none",
            "the submissions: 43",
            "it would help to ask for 0 reviews of submission 43",
            "it would help to ask for 0 reviews of every submission",
            "it would help to drop the section rule",
            "it would help to let section 11 and section 12 review each other",
            "it would help to allow shortfalls (shortfall: \"partial\")",
        ]
    );
    // One who could review may not.
    assert_eq!(
        told(
            r#"{"students": [{"id": 1}, {"id": 2}, {"id": 3, "can_review": false}],
                "submissions": [{"id": 41, "user_id": 1}],
                "policy": {"reviews_per_student": {"max": 1}, "reviews_per_submission": 2}}"#
        ),
        [
            "this submission needs 2 reviews; only 1 student may review it, each pair once: 1, 1 short",
            "1 pair is excluded because the student is an author of the work",
            "the submissions: 41",
            "the students: 2",
            "student 3 could help, but can_review is false",
            "it would help to ask for 1 review of every submission",
            "it would help to ask for 1 review of submission 41",
            "it would help to let student 3 review, who has can_review false",
            "it would help to allow shortfalls (shortfall: \"partial\")",
        ]
    );
    // The students must give more than can be received; neither submission alone would be enough.
    assert_eq!(
        told(
            r#"{"students": [{"id": 1}, {"id": 2}, {"id": 3}],
                "submissions": [{"id": 41, "user_id": 1}, {"id": 42, "user_id": 2, "late": true},
                                {"id": 43, "submitted": false}],
                "policy": {"reviews_per_student": 1, "reviews_per_submission": {"max": 1}, "late": "exclude"}}"#
        ),
        [
            "this student must give 1 review; no submission may be reviewed by them, 1 short",
            "1 pair is excluded because the student is an author of the work",
            "the students: 1",
            "submission 42 could help, but late submissions are excluded (late: \"exclude\")",
            "submission 43 could help, but submitted is false",
            "it would help to ask every student for 0 reviews at least",
            "it would help to allow shortfalls (shortfall: \"partial\")",
        ]
    );
}

#[cfg(feature = "formats")]
#[test]
fn what_is_told_of_pairs() {
    let told = |text: &str, student: u64, submission: u64| {
        let input = file(text);
        let problem = compiled(&input);
        let student = problem.find_student(&Id::from(student)).expect("listed");
        let submission = problem.find_submission(&Id::from(submission)).expect("listed");
        pair(&input, &problem, student, submission).sentences.join("\n")
    };
    let ring = r#"{"students": [{"id": 1, "groups": [7]}, {"id": 2, "groups": [8]}, {"id": 3, "groups": [9]}],
        "submissions": [{"id": 41, "user_id": 1}, {"id": 42, "user_id": 2}, {"id": 43, "user_id": 3}],
        "policy": {"reviews_per_student": 1}}"#;
    assert_eq!(
        told(ring, 1, 42),
        "the pair is eligible\nsome best plans have it and some do not: it costs nothing either way"
    );
    let scored = ring.replace(
        r#""policy""#,
        r#""strategy": {"name": "max_affinity"}, "affinities": [
            {"assessor_id": 1, "asset_id": 42, "score": 0.75}, {"assessor_id": 2, "asset_id": 43, "score": 0.5},
            {"assessor_id": 3, "asset_id": 41, "score": 0.25}, {"assessor_id": 1, "asset_id": 43, "score": 0.25}],
           "policy""#,
    );
    assert_eq!(
        told(&scored, 1, 43),
        "the pair is eligible\nno best plan has it: to choose it would make the total score 1.25 lower"
    );
    assert_eq!(
        told(&scored, 1, 42),
        "the pair is eligible\nevery best plan has it: to do without it would make the total score 1.25 lower"
    );
    let shut = ring
        .replace("\"groups\": [8]", "\"groups\": [7]")
        .replace(r#""policy""#, r#""rules": [{"rule": "must_not_review", "assessor_id": 1, "user_id": 2}], "policy""#);
    assert_eq!(
        told(&shut, 1, 42),
        "the pair is not eligible: the group rule asks for different ones, and they share one (7); and a \
         must_not_review rule covers the pair (/rules/0)"
    );
    // Two of one group may review nothing but the work of the third.
    let bound = shut
        .replace("\"reviews_per_student\": 1", "\"reviews_per_student\": 1, \"reviews_per_submission\": {\"max\": 1}");
    assert_eq!(
        told(&bound, 1, 43).lines().last(),
        Some(
            "there is no valid plan at all: these 2 students must give 2 reviews; only 1 submission may be reviewed by \
             them, at most 1 each: 1, 1 short"
        )
    );
    let moving = ring.replace(
        r#""policy": {"#,
        r#""peer_reviews": [{"id": 5, "assessor_id": 1, "asset_id": 42}], "policy": {"existing": "rebalance", "#,
    );
    assert_eq!(
        told(&moving, 1, 42),
        "the pair is eligible\nthe review exists, and stays unless something better needs its place\nevery best plan \
         has it: to do without it would cost 1 delete more"
    );
}
