//! The same problem in other words: other orders, other ids.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::Id;
use peerplan::input::{Input, RuleTarget};
use peerplan::random::{Purpose, Random};

/// The same problem with every array in another order.
pub(crate) fn permute(input: &Input, seed: u64) -> Input {
    let mut random = Random::new(seed, Purpose::Generate);
    let mut input = input.clone();
    for student in &mut input.students {
        random.shuffle(&mut student.sections);
        random.shuffle(&mut student.groups);
        student.labels.values_mut().for_each(|values| random.shuffle(values));
    }
    for submission in &mut input.submissions {
        random.shuffle(&mut submission.authors);
        submission.sections.iter_mut().for_each(|values| random.shuffle(values));
        submission.groups.iter_mut().for_each(|values| random.shuffle(values));
        submission.labels.values_mut().for_each(|values| random.shuffle(values));
    }
    random.shuffle(&mut input.students);
    random.shuffle(&mut input.submissions);
    random.shuffle(&mut input.peer_reviews);
    random.shuffle(&mut input.rules);
    random.shuffle(&mut input.affinities);
    random.shuffle(&mut input.history);
    random.shuffle(&mut input.policy.panel);
    input
}

/// Other ids of the same form in the same order.
pub(crate) fn relabel_in_order(input: &Input) -> (Input, BTreeMap<Id, Id>) {
    let all = ids(input);
    let fresh = all.iter().map(|id| match (id.value(), id.is_number()) {
        (Some(value), true) => Id::from(3 * value + 5),
        (Some(value), false) => Id::text(&(3 * value + 5).to_string()).expect("not empty"),
        (None, _) => Id::text(&format!("~{id}")).expect("not empty"),
    });
    let map: BTreeMap<Id, Id> = all.iter().cloned().zip(fresh).collect();
    (mapped(input, &map), map)
}

/// Other ids in any order and any form; the form is one for all.
pub(crate) fn relabel_any(input: &Input, seed: u64) -> (Input, BTreeMap<Id, Id>) {
    let mut random = Random::new(seed, Purpose::Generate);
    let all = ids(input);
    let words = random.chance(1, 2);
    let mut fresh: Vec<Id> = (0..all.len())
        .map(|at| {
            let number = random.below(1 << 50) * 64 + u64::try_from(at).expect("few");
            if words { Id::text(&format!("x{number}")).expect("not empty") } else { Id::from(number) }
        })
        .collect();
    random.shuffle(&mut fresh);
    let map: BTreeMap<Id, Id> = all.into_iter().zip(fresh).collect();
    (mapped(input, &map), map)
}

fn ids(input: &Input) -> BTreeSet<Id> {
    let mut all = BTreeSet::new();
    for_each_id(&mut input.clone(), &mut |id| {
        all.insert(id.clone());
    });
    all
}

fn mapped(input: &Input, map: &BTreeMap<Id, Id>) -> Input {
    let mut input = input.clone();
    for_each_id(&mut input, &mut |id| *id = map[id].clone());
    input
}

fn for_each_id(input: &mut Input, visit: &mut dyn FnMut(&mut Id)) {
    for student in &mut input.students {
        visit(&mut student.id);
        student.sections.iter_mut().chain(&mut student.groups).for_each(&mut *visit);
        student.labels.values_mut().flatten().for_each(&mut *visit);
    }
    for submission in &mut input.submissions {
        visit(&mut submission.id);
        submission.user_id.iter_mut().chain(&mut submission.authors).for_each(&mut *visit);
        submission.work_id.iter_mut().for_each(&mut *visit);
        submission.sections.iter_mut().flatten().for_each(&mut *visit);
        submission.groups.iter_mut().flatten().for_each(&mut *visit);
        submission.labels.values_mut().flatten().for_each(&mut *visit);
    }
    for review in &mut input.peer_reviews {
        review.id.iter_mut().chain(&mut review.user_id).for_each(&mut *visit);
        visit(&mut review.assessor_id);
        visit(&mut review.asset_id);
    }
    for rule in &mut input.rules {
        visit(&mut rule.assessor_id);
        match &mut rule.target {
            RuleTarget::Asset(id) | RuleTarget::User(id) => visit(id),
        }
    }
    for row in &mut input.affinities {
        visit(&mut row.assessor_id);
        visit(&mut row.asset_id);
    }
    for row in &mut input.history {
        visit(&mut row.assessor_id);
        visit(&mut row.user_id);
    }
    input.policy.panel.iter_mut().filter_map(|panel| panel.value.as_mut()).for_each(visit);
}
