//! From positions and counts to a problem.

use std::collections::BTreeSet;

use peerplan::Id;
use peerplan::input::{
    Affinity, Input, Labels, Micros, Past, PeerReview, Rule, RuleKind, RuleTarget, Student, Submission, WorkflowState,
};

use super::{Owner, RuleSketch, Scheme, Sketch, StudentSketch, SubmissionSketch};
use crate::oracle::Facts;

impl Scheme {
    /// Ids of different kinds never meet by accident.
    fn id(self, kind: u64, position: u8) -> Id {
        let number = 100 * kind + u64::from(position) + 7;
        match self {
            Self::Numbers => Id::from(number),
            Self::LargeNumbers => Id::from((1 << 60) + number),
            Self::Decimals => Id::text(&number.to_string()).expect("not empty"),
            Self::Words => {
                Id::text(&format!("{}{position}", ["p", "s", "w", "r"][usize::try_from(kind).expect("few")]))
                    .expect("not empty")
            }
        }
    }

    fn person(self, position: u8) -> Id {
        self.id(0, position)
    }

    fn submission(self, position: u8) -> Id {
        self.id(1, position)
    }

    /// Sections, groups and label values.
    pub(super) fn value(self, position: u8) -> Id {
        self.id(2, position)
    }

    fn values(self, positions: &[u8]) -> Vec<Id> {
        let distinct: BTreeSet<&u8> = positions.iter().collect();
        distinct.into_iter().map(|&position| self.value(position)).collect()
    }

    fn labels(self, institutions: &[u8]) -> Labels {
        let values = Some(self.values(institutions)).filter(|values| !values.is_empty());
        values.map(|values| ("institution".into(), values)).into_iter().collect()
    }
}

/// People who are not listed stand in the positions from here on.
const UNLISTED: u8 = 5;

pub(super) fn input(sketch: Sketch) -> Input {
    let scheme = sketch.scheme;
    let (students, submissions) = (count(sketch.students.len()), count(sketch.submissions.len()));
    let mut input = Input {
        students: (0..students).map(|at| student(scheme, at, &sketch.students[usize::from(at)])).collect(),
        submissions: (0..submissions)
            .map(|at| submission(scheme, at, students, sketch.copies, &sketch.submissions[usize::from(at)]))
            .collect(),
        policy: sketch.policy,
        ..Input::default()
    };
    let mut existing = BTreeSet::new();
    for (at, &(assessor, asset, completed)) in sketch.existing.iter().enumerate() {
        let assessor = assessor % (students + 1);
        let asset = asset % submissions;
        if existing.insert((assessor, asset)) {
            let assessor = if assessor == students { UNLISTED } else { assessor };
            input.peer_reviews.push(PeerReview {
                id: Some(scheme.id(3, count(at))),
                user_id: input.submissions[usize::from(asset)].user_id.clone(),
                assessor_id: scheme.person(assessor),
                asset_id: scheme.submission(asset),
                workflow_state: if completed { WorkflowState::Completed } else { WorkflowState::Assigned },
            });
        }
    }
    let mut past = BTreeSet::new();
    for (assessor, user) in sketch.history {
        if past.insert((assessor % students, user % students)) {
            let (assessor_id, user_id) = (scheme.person(assessor % students), scheme.person(user % students));
            input.history.push(Past { assessor_id, user_id });
        }
    }
    let pairs = (0..students).flat_map(|assessor| (0..submissions).map(move |asset| (assessor, asset)));
    for ((assessor, asset), score) in pairs.zip(sketch.scores) {
        if let Some(score) = score {
            let (assessor_id, asset_id) = (scheme.person(assessor), scheme.submission(asset));
            input.affinities.push(Affinity { assessor_id, asset_id, score: Micros(score * 250_000), limit: None });
        }
    }
    for rule in sketch.rules {
        let rule = self::rule(scheme, students, submissions, &rule);
        let is_new =
            input.rules.iter().all(|other| (&other.assessor_id, &other.target) != (&rule.assessor_id, &rule.target));
        if is_new {
            input.rules.push(rule);
            drop_contradiction(&mut input);
        }
    }
    input
}

/// A must that is not eligible or contradicts what came before it is left out; so is a rule that makes one so.
fn drop_contradiction(input: &mut Input) {
    if !Facts::new(input).musts_are_sound() {
        input.rules.pop();
    }
}

fn count(length: usize) -> u8 {
    u8::try_from(length).expect("small")
}

fn student(scheme: Scheme, at: u8, sketch: &StudentSketch) -> Student {
    Student {
        sections: scheme.values(&sketch.sections),
        groups: scheme.values(&sketch.groups),
        labels: scheme.labels(&sketch.institutions),
        can_review: sketch.can_review,
        reviews: sketch.bound,
        ..Student::new(scheme.person(at))
    }
}

fn submission(scheme: Scheme, at: u8, students: u8, copies: bool, sketch: &SubmissionSketch) -> Submission {
    let user_id = match sketch.owner {
        Owner::Own if at < students => Some(scheme.person(at)),
        Owner::Own | Owner::Nobody => None,
        Owner::Student(student) => Some(scheme.person(student % students)),
        Owner::Unlisted(person) => Some(scheme.person(UNLISTED + person)),
    };
    let author = sketch.further_author.map(|person| if person < UNLISTED { person % students } else { person });
    Submission {
        user_id,
        authors: author.into_iter().map(|person| scheme.person(person)).collect(),
        work_id: copies.then(|| scheme.id(2, 50 + at / 2)),
        sections: sketch.sections.as_ref().map(|values| scheme.values(values)),
        groups: sketch.groups.as_ref().map(|values| scheme.values(values)),
        labels: sketch.institutions.as_ref().map(|values| scheme.labels(values)).unwrap_or_default(),
        submitted: sketch.submitted,
        late: sketch.late,
        reviews: sketch.bound,
        ..Submission::new(scheme.submission(at))
    }
}

fn rule(scheme: Scheme, students: u8, submissions: u8, sketch: &RuleSketch) -> Rule {
    let kind = match sketch.kind {
        0 | 4 | 5 => RuleKind::MustReview,
        1 => RuleKind::MustNotReview,
        2 => RuleKind::ShouldReview,
        _ => RuleKind::ShouldNotReview,
    };
    let target = if sketch.by_author {
        RuleTarget::User(scheme.person(sketch.target % students))
    } else {
        RuleTarget::Asset(scheme.submission(sketch.target % submissions))
    };
    let weight = if matches!(kind, RuleKind::ShouldReview | RuleKind::ShouldNotReview) { sketch.weight } else { 1 };
    Rule { kind, assessor_id: scheme.person(sketch.assessor % students), target, weight }
}
