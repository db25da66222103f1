//! A conference: reviewers without submissions, papers without owners, scores for some pairs, conflicts of interest.

use alloc::vec;
use alloc::vec::Vec;

use super::course::{policy, section};
use super::draw::{
    INSTITUTION, Numbering, STUDENTS, SUBMISSIONS, Sampler, Streams, happens, institution, labels, score,
};
use super::options::{Conference, Options};
use crate::id::Id;
use crate::input::{Admission, Affinity, Bound, Demand, Input, Student, Submission};

/// Makes a conference.
pub(super) fn generate(options: &Options, conference: &Conference) -> Input {
    let mut streams = Streams::new(options.seed);
    let students = reviewers(options, &mut streams);
    let submissions = papers(options, conference, &students, &mut streams);
    let mut input = Input { students, submissions, policy: policy(options), ..Input::default() };
    let wanted = u64::from(options.reviews) * u64::from(conference.submissions);
    let mean_and_half = (3 * wanted).div_ceil(2 * u64::from(options.students.max(1)));
    let load = conference.load.map_or(mean_and_half, u64::from);
    input.policy.reviews_per_student = Bound::between(0, load);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(options.reviews.into()));
    input.policy.unsubmitted_reviewers = Admission::Include;
    input.affinities = affinities(conference, &input, &mut streams);
    input
}

fn reviewers(options: &Options, streams: &mut Streams) -> Vec<Student> {
    let ids = Numbering::new(STUDENTS, options.students, options.ids, &mut streams.ids);
    let mut reviewers = Vec::with_capacity(options.students as usize);
    for place in 0..options.students {
        let mut reviewer = Student { labels: labels(options, &mut streams.labels), ..Student::new(ids.id(place)) };
        if options.sections > 0 {
            let own = place % options.sections;
            reviewer.sections = vec![section(own)];
            if options.sections > 1 && happens(&mut streams.sections, options.two_sections_percent) {
                reviewer.sections.push(section((own + 1) % options.sections));
            }
        }
        reviewers.push(reviewer);
    }
    reviewers
}

fn papers(options: &Options, conference: &Conference, reviewers: &[Student], streams: &mut Streams) -> Vec<Submission> {
    let ids = Numbering::new(SUBMISSIONS, conference.submissions, options.ids, &mut streams.ids);
    let mut outsiders = STUDENTS + u64::from(options.students)..;
    let mut papers = Vec::with_capacity(conference.submissions as usize);
    for place in 0..conference.submissions {
        let mut paper = Submission::new(ids.id(place));
        paper.submitted = !happens(&mut streams.states, options.missing_percent);
        paper.late = happens(&mut streams.states, options.late_percent) && paper.submitted;
        let mut institutions = Vec::new();
        let authors = 1 + streams.authors.below(3);
        let inside = happens(&mut streams.authors, conference.author_percent);
        for author in 0..authors {
            if author == 0 && inside && !reviewers.is_empty() {
                let reviewer = &reviewers[streams.authors.index(reviewers.len())];
                paper.authors.push(reviewer.id.clone());
                institutions.extend(reviewer.labels.get(INSTITUTION).into_iter().flatten().cloned());
            } else {
                // Somebody who does not review; no two papers share them.
                paper.authors.extend(outsiders.next().map(Id::from));
                if options.institutions > 0 {
                    institutions.push(institution(options, &mut streams.labels));
                }
            }
        }
        if options.institutions > 0 {
            institutions.sort_unstable();
            institutions.dedup();
            paper.labels.insert(INSTITUTION.into(), institutions);
        }
        papers.push(paper);
    }
    papers
}

fn affinities(conference: &Conference, input: &Input, streams: &mut Streams) -> Vec<Affinity> {
    let mut sampler = Sampler::new(input.students.len());
    let mut affinities = Vec::with_capacity(input.submissions.len() * conference.candidates as usize);
    for paper in &input.submissions {
        for place in sampler.sample(conference.candidates as usize, &mut streams.scores) {
            affinities.push(Affinity {
                assessor_id: input.students[place].id.clone(),
                asset_id: paper.id.clone(),
                score: score(&mut streams.scores),
                limit: None,
            });
        }
    }
    affinities
}
