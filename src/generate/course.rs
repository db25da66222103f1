//! A course: every student hands something in and reviews others.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::draw::{INSTITUTION, Numbering, STUDENTS, SUBMISSIONS, Sampler, Streams, happens, labels, score};
use super::options::Options;
use crate::id::Id;
use crate::input::{
    Admission, Affinity, Bound, Demand, Input, PeerReview, Policy, Relation, Student, Submission, WorkflowState,
};

/// Makes a course.
pub(super) fn generate(options: &Options) -> Input {
    let mut streams = Streams::new(options.seed);
    let groups = groups(options);
    let students = students(options, &groups, &mut streams);
    let submissions = submissions(options, &groups, &students, &mut streams);
    let mut input = Input { students, submissions, policy: policy(options), ..Input::default() };
    input.peer_reviews = existing(options, &groups, &input, &mut streams);
    input.affinities = affinities(options, &input, &mut streams);
    input
}

pub(super) fn policy(options: &Options) -> Policy {
    let mut policy = Policy {
        reviews_per_student: Bound::exactly(options.reviews.into()),
        reviews_per_submission: Demand::Balanced,
        existing: options.existing,
        unscored: options.unscored,
        ..Policy::default()
    };
    if options.missing_percent > 0 {
        policy.unsubmitted_reviewers = Admission::Exclude;
    }
    if options.institutions > 0 && options.institution != Relation::Any {
        policy.labels.insert(INSTITUTION.into(), options.institution);
    }
    policy
}

/// Some students, one after the other, who are one group or (without groups) one student.
struct Group {
    section: u32,
    students: core::ops::Range<u32>,
}

/// Cuts the students into sections of equal size, and these into groups as equal as can be.
fn groups(options: &Options) -> Vec<Group> {
    let mut groups = Vec::new();
    let sections = options.sections.max(1);
    for section in 0..sections {
        let start = part(options.students, section, sections);
        let members = part(options.students, section + 1, sections) - start;
        let count = members.div_ceil(options.group_size);
        groups.extend((0..count).map(|group| Group {
            section,
            students: start + part(members, group, count)..start + part(members, group + 1, count),
        }));
    }
    groups
}

/// Where part `at` of `parts` begins among `whole`.
fn part(whole: u32, at: u32, parts: u32) -> u32 {
    u32::try_from(u64::from(whole) * u64::from(at) / u64::from(parts)).unwrap_or(whole)
}

fn students(options: &Options, groups: &[Group], streams: &mut Streams) -> Vec<Student> {
    let ids = Numbering::new(STUDENTS, options.students, options.ids, &mut streams.ids);
    let mut students = Vec::with_capacity(options.students as usize);
    for (group, number) in groups.iter().zip(701_u64..) {
        for place in group.students.clone() {
            let mut student = Student { labels: labels(options, &mut streams.labels), ..Student::new(ids.id(place)) };
            if options.sections > 0 {
                student.sections = vec![section(group.section)];
                if options.sections > 1 && happens(&mut streams.sections, options.two_sections_percent) {
                    student.sections.push(section((group.section + 1) % options.sections));
                }
            }
            if options.group_size > 1 {
                student.groups = vec![Id::from(number)];
            }
            students.push(student);
        }
    }
    students
}

pub(super) fn section(place: u32) -> Id {
    Id::from(11 + u64::from(place))
}

fn submissions(options: &Options, groups: &[Group], students: &[Student], streams: &mut Streams) -> Vec<Submission> {
    let ids = Numbering::new(SUBMISSIONS, options.students, options.ids, &mut streams.ids);
    let copies = options.copies && options.group_size > 1;
    let mut submissions = Vec::with_capacity(students.len());
    let mut state = || {
        let submitted = !happens(&mut streams.states, options.missing_percent);
        let late = happens(&mut streams.states, options.late_percent);
        (submitted, submitted && late)
    };
    for (group, number) in groups.iter().zip(701_u64..) {
        let work_id = if copies { Id::text(&format!("group-{number}")).ok() } else { None };
        let shared = state();
        for place in group.students.clone() {
            let (submitted, late) = if copies { shared } else { state() };
            let owner = students[place as usize].id.clone();
            let work_id = work_id.clone();
            submissions.push(Submission { work_id, submitted, late, ..Submission::by(ids.id(place), owner) });
        }
    }
    submissions
}

/// Valid reviews: nobody has more than `reviews` of them on either side, none is within a group, none is the second
/// one of a work.
///
/// In a row of those who handed in, group after group in a random order, everybody reviews those at distances that
/// are multiples of the group size: that far away there is another group, and at each distance another one.
fn existing(options: &Options, groups: &[Group], input: &Input, streams: &mut Streams) -> Vec<PeerReview> {
    if options.existing_percent == 0 {
        return Vec::new();
    }
    let mut order: Vec<&Group> = groups.iter().collect();
    streams.existing.shuffle(&mut order);
    let mut row: Vec<u32> = order.iter().flat_map(|group| group.students.clone()).collect();
    row.retain(|&place| input.submissions[place as usize].submitted);
    let step = options.group_size as usize;
    // The last distance must be a whole group away from the beginning again.
    let rounds = (row.len() / step).saturating_sub(1).min(options.reviews as usize);
    let mut reviews = Vec::new();
    let mut id = 5001_u64;
    for (at, &assessor) in row.iter().enumerate() {
        for round in 1..=rounds {
            if !happens(&mut streams.existing, options.existing_percent) {
                continue;
            }
            let asset = &input.submissions[row[(at + round * step) % row.len()] as usize];
            let completed = happens(&mut streams.completed, options.completed_percent);
            reviews.push(PeerReview {
                id: Some(Id::from(id)),
                user_id: asset.user_id.clone(),
                assessor_id: input.students[assessor as usize].id.clone(),
                asset_id: asset.id.clone(),
                workflow_state: if completed { WorkflowState::Completed } else { WorkflowState::Assigned },
            });
            id += 1;
        }
    }
    reviews
}

fn affinities(options: &Options, input: &Input, streams: &mut Streams) -> Vec<Affinity> {
    let handed_in: Vec<&Submission> = input.submissions.iter().filter(|submission| submission.submitted).collect();
    let mut sampler = Sampler::new(handed_in.len());
    let mut affinities = Vec::with_capacity(input.students.len() * options.affinities as usize);
    if options.affinities == 0 {
        return affinities;
    }
    for student in &input.students {
        for place in sampler.sample(options.affinities as usize, &mut streams.scores) {
            affinities.push(Affinity {
                assessor_id: student.id.clone(),
                asset_id: handed_in[place].id.clone(),
                score: score(&mut streams.scores),
                limit: None,
            });
        }
    }
    affinities
}
