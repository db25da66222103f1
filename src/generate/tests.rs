//! What the shapes promise.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::draw::Sampler;
use super::{Conference, IdStyle, Options, OptionsError, generate};
use crate::id::Id;
use crate::input::{Admission, Bound, Demand, Input, Relation, WorkflowState};
use crate::random::{Purpose, Random};

fn made(options: &Options) -> Input {
    generate(options).expect("valid options")
}

fn big() -> Options {
    Options { students: 1000, sections: 3, group_size: 4, copies: true, ..Options::default() }
}

#[test]
fn ids_look_like_those_of_canvas() {
    let input = made(&Options { students: 9, sections: 2, group_size: 4, ..Options::default() });
    let ids: Vec<u64> = input.students.iter().filter_map(|student| student.id.value()).collect();
    assert_eq!(ids, (1001..1010).collect::<Vec<_>>());
    assert_eq!(input.submissions[0].id, Id::from(40001));
    let places: Vec<(u64, u64)> = input
        .students
        .iter()
        .filter_map(|student| Some((student.sections[0].value()?, student.groups[0].value()?)))
        .collect();
    // Four in the first section, five in the second: groups of four, of two and of three.
    let expected = [(11, 701), (11, 701), (11, 701), (11, 701), (12, 702), (12, 702), (12, 703), (12, 703), (12, 703)];
    assert_eq!(places, expected);
    assert_eq!(input.policy.reviews_per_student, Bound::exactly(3));
    assert_eq!(input.policy.reviews_per_submission, Demand::Balanced);
}

#[test]
fn the_same_options_give_the_same_problem_and_a_seed_another() {
    let options = Options { ids: IdStyle::Shuffled, late_percent: 20, affinities: 5, seed: 7, ..big() };
    assert_eq!(made(&options), made(&options));
    assert_ne!(made(&options), made(&Options { seed: 8, ..options.clone() }));
    // A draw more here shifts nothing there.
    let other = made(&Options { two_sections_percent: 50, existing_percent: 10, ..options.clone() });
    assert_eq!(made(&options).affinities, other.affinities);
    assert_eq!(made(&options).submissions, other.submissions);
}

#[test]
fn values_are_frozen() {
    let input = made(&Options { students: 6, affinities: 1, ids: IdStyle::Shuffled, seed: 1, ..Options::default() });
    let students: Vec<u64> = input.students.iter().filter_map(|student| student.id.value()).collect();
    let scores: Vec<i64> = input.affinities.iter().map(|affinity| affinity.score.0).collect();
    assert_eq!(students, FROZEN_STUDENTS);
    assert_eq!(scores, FROZEN_SCORES);
}

const FROZEN_STUDENTS: [u64; 6] = [1005, 1002, 1004, 1003, 1001, 1006];
const FROZEN_SCORES: [i64; 6] = [416_000, 98_000, 684_000, 97_500, 181_300, 620_400];

#[test]
fn cross_shard_ids_are_beyond_doubles() {
    let input = made(&Options { ids: IdStyle::CrossShard, ..Options::default() });
    assert_eq!(input.students[0].id.to_string(), "200450000000001001");
    assert_eq!(input.submissions[29].user_id, Some(Id::from(200_450_000_000_001_030)));
}

#[test]
fn groups_hand_in_copies_and_share_their_state() {
    let input = made(&Options { late_percent: 30, missing_percent: 20, ..big() });
    let mut works: BTreeMap<&Id, Vec<_>> = BTreeMap::new();
    for (student, submission) in input.students.iter().zip(&input.submissions) {
        assert_eq!(submission.user_id.as_ref(), Some(&student.id));
        let work = submission.work_id.as_ref().expect("a copy");
        assert_eq!(work.to_string(), alloc::format!("group-{}", student.groups[0]));
        works.entry(work).or_default().push((submission.submitted, submission.late, &student.sections));
    }
    assert!(works.values().all(|copies| copies.windows(2).all(|pair| pair[0] == pair[1])));
    assert!(works.values().all(|copies| (3..=4).contains(&copies.len())));
    let missing = input.submissions.iter().filter(|submission| !submission.submitted).count();
    assert!((120..280).contains(&missing), "{missing}");
    assert!(input.submissions.iter().all(|submission| submission.submitted || !submission.late));
    assert_eq!(input.policy.unsubmitted_reviewers, Admission::Exclude);
}

#[test]
fn a_conference_has_papers_candidates_and_conflicts() {
    let conference = Conference { submissions: 300, candidates: 7, load: None, author_percent: 100 };
    let options = Options {
        students: 200,
        institutions: 9,
        institution: Relation::Different,
        conference: Some(conference),
        ..Options::default()
    };
    let input = made(&options);
    assert_eq!(input.policy.reviews_per_submission, Demand::Within(Bound::exactly(3)));
    // 900 reviews are 4.5 each; half as many again are 6.75.
    assert_eq!(input.policy.reviews_per_student, Bound::between(0, 7));
    assert_eq!(input.affinities.len(), 2100);
    let pairs: BTreeSet<_> = input.affinities.iter().map(|a| (&a.assessor_id, &a.asset_id)).collect();
    assert_eq!(pairs.len(), 2100);
    let reviewers: BTreeSet<_> = input.students.iter().map(|student| &student.id).collect();
    for paper in &input.submissions {
        assert!(paper.user_id.is_none() && !paper.labels["institution"].is_empty());
        assert_eq!(paper.authors.iter().filter(|author| reviewers.contains(author)).count(), 1);
    }
    assert_eq!(input.policy.labels["institution"], Relation::Different);
}

#[test]
fn options_out_of_range_are_named() {
    let error = generate(&Options { late_percent: 101, ..Options::default() }).expect_err("too much");
    assert_eq!(error, OptionsError::OutOfRange { option: "late_percent", value: 101, min: 0, max: 100 });
    assert_eq!(error.to_string(), "late_percent is 101; give a number from 0 to 100");
    let error = generate(&Options { group_size: 0, ..Options::default() }).expect_err("too little");
    assert_eq!(error.to_string(), "group_size is 0; give a number from 1 to 1000");
    let conference = Some(Conference { candidates: 31, ..Conference::default() });
    let error = generate(&Options { conference, ..Options::default() }).expect_err("too many");
    assert_eq!(error.to_string(), "conference.candidates is 31; give a number from 0 to 30");
    let conference = Some(Conference::default());
    let error = generate(&Options { conference, copies: true, ..Options::default() }).expect_err("no sense");
    assert_eq!(error.to_string(), "copies cannot be combined with conference; leave one of them out");
}

#[test]
fn nobody_and_nothing_can_be_asked_for() {
    assert_eq!(made(&Options { students: 0, existing_percent: 100, ..Options::default() }).students.len(), 0);
    let conference = Some(Conference { candidates: 0, ..Conference::default() });
    assert_eq!(made(&Options { students: 0, conference, ..Options::default() }).submissions.len(), 30);
}

#[test]
fn every_sample_of_two_of_four_is_equally_likely() {
    let mut random = Random::new(3, Purpose::Generate);
    let mut sampler = Sampler::new(4);
    let mut times: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
    for _ in 0..6000 {
        *times.entry(sampler.sample(2, &mut random)).or_default() += 1;
    }
    assert_eq!(times.len(), 6);
    assert!(times.values().all(|count| (850..1150).contains(count)), "{times:?}");
    assert_eq!(sampler.sample(9, &mut random), [0, 1, 2, 3]);
}

proptest! {
    #[test]
    fn existing_reviews_are_valid(
        students in 0_u32..60, reviews in 0_u32..5, sections in 0_u32..4, group_size in 1_u32..6,
        copies: bool, missing_percent in 0_u32..50, existing_percent in 0_u32..=100, seed: u64,
    ) {
        let options = Options {
            students, reviews, sections, group_size, copies, missing_percent, existing_percent, seed,
            completed_percent: 40, ids: IdStyle::Shuffled, ..Options::default()
        };
        let input = made(&options);
        let people: BTreeMap<_, _> = input.students.iter().map(|student| (&student.id, student)).collect();
        let assets: BTreeMap<_, _> = input.submissions.iter().map(|submission| (&submission.id, submission)).collect();
        let mut works = BTreeSet::new();
        let (mut given, mut received) = (BTreeMap::<_, u32>::new(), BTreeMap::<_, u32>::new());
        for review in &input.peer_reviews {
            let (assessor, asset) = (people[&review.assessor_id], assets[&review.asset_id]);
            prop_assert_eq!(&review.user_id, &asset.user_id);
            let owner = people[asset.user_id.as_ref().expect("an owner")];
            prop_assert!(asset.submitted && assessor.id != owner.id);
            prop_assert!(group_size == 1 || assessor.groups != owner.groups);
            prop_assert!(works.insert((&assessor.id, asset.work_id.as_ref().unwrap_or(&asset.id))));
            *given.entry(&assessor.id).or_default() += 1;
            *received.entry(&asset.id).or_default() += 1;
        }
        prop_assert!(given.values().chain(received.values()).all(|&count| count <= reviews));
        if existing_percent == 100 && missing_percent == 0 && (reviews + 1) * group_size <= students {
            prop_assert_eq!(input.peer_reviews.len(), (reviews * students) as usize);
        }
        let completed = |review: &&crate::input::PeerReview| review.workflow_state == WorkflowState::Completed;
        prop_assert!(input.peer_reviews.len() < 60 || input.peer_reviews.iter().any(|review| completed(&review)));
    }
}
