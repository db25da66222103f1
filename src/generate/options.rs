//! What a synthetic problem is to look like.

use crate::input::{Existing, Relation, Unscored};

/// The shape of a synthetic problem. By default a course of 30 who review three others each.
///
/// A percentage is the probability of each single case, so that counts vary with the seed; 0 and 100 are exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many students (reviewers of a conference) there are; at most 10 000 000.
    pub students: u32,
    /// How many reviews each student of a course gives, exactly; received reviews are balanced. In a conference, how
    /// many each submission receives, exactly. At most 1000.
    pub reviews: u32,
    /// Into how many sections of equal size the students fall; at most 10 000; 0 for none.
    pub sections: u32,
    /// How many of 100 students are in the next section, too.
    pub two_sections_percent: u32,
    /// How many students form a group, within a section; groups are as equal as can be. From 1, which makes no
    /// groups, to 1000.
    pub group_size: u32,
    /// Whether a group hands in copies of one work, one for each member, rather than each member a work of their own.
    /// Late and missing are then drawn for whole groups.
    pub copies: bool,
    /// How many of 100 submissions that are handed in are late.
    pub late_percent: u32,
    /// How many of 100 submissions are not handed in. In a course where this is not 0, those who handed nothing in do
    /// not review.
    pub missing_percent: u32,
    /// How many different values the label `institution` has; each student has one; at most 10 000; 0 for no labels.
    pub institutions: u32,
    /// The policy for the label `institution`.
    pub institution: Relation,
    /// How many of 100 reviews of a course exist already.
    pub existing_percent: u32,
    /// How many of 100 existing reviews are completed.
    pub completed_percent: u32,
    /// The policy for existing reviews.
    pub existing: Existing,
    /// How many submissions each student of a course has a score for; at most all that are handed in. At most
    /// 100 000 000 scores in all.
    pub affinities: u32,
    /// The policy for pairs without a score.
    pub unscored: Unscored,
    /// A conference instead of a course.
    pub conference: Option<Conference>,
    /// What the ids of students and submissions look like.
    pub ids: IdStyle,
    /// The seed of everything that is drawn.
    pub seed: u64,
}

/// Papers and reviewers: the students of the options review, and have no submissions of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conference {
    /// How many submissions there are; at most 10 000 000.
    pub submissions: u32,
    /// How many reviewers have a score for each submission; at most all, and at most 100 000 000 scores in all.
    pub candidates: u32,
    /// How many reviews one reviewer gives at most; half as many again as the mean, rounded up, when absent.
    pub load: Option<u32>,
    /// How many of 100 submissions have an author among the reviewers. A submission has one to three authors.
    pub author_percent: u32,
}

/// What ids look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdStyle {
    /// Ascending in the order of the lists.
    #[default]
    Sequential,
    /// The same ids in a random order.
    Shuffled,
    /// Ascending and beyond 2^53, like those of users who come from another Canvas installation.
    CrossShard,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            students: 30,
            reviews: 3,
            sections: 1,
            two_sections_percent: 0,
            group_size: 1,
            copies: false,
            late_percent: 0,
            missing_percent: 0,
            institutions: 0,
            institution: Relation::Any,
            existing_percent: 0,
            completed_percent: 0,
            existing: Existing::Keep,
            affinities: 0,
            unscored: Unscored::Allow,
            conference: None,
            ids: IdStyle::Sequential,
            seed: 0,
        }
    }
}

impl Default for Conference {
    fn default() -> Self {
        Self { submissions: 30, candidates: 10, load: None, author_percent: 50 }
    }
}

/// Options from which no problem can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// An option is out of its range.
    #[error("{option} is {value}; give a number from {min} to {max}")]
    OutOfRange {
        /// The name of the option.
        option: &'static str,
        /// Its value.
        value: u64,
        /// The least it may be.
        min: u64,
        /// The greatest it may be.
        max: u64,
    },
    /// Two options make no sense together.
    #[error("{option} cannot be combined with {with}; leave one of them out")]
    Combination {
        /// The name of one.
        option: &'static str,
        /// The name of the other.
        with: &'static str,
    },
}

/// How many students and how many submissions there may be.
const MOST: u64 = 10_000_000;
/// How many scores there may be.
const MOST_SCORES: u64 = 100_000_000;

impl Options {
    /// Whether a problem can be made.
    pub(super) fn check(&self) -> Result<(), OptionsError> {
        for (option, value, min, max) in [
            ("students", self.students, 0, MOST),
            ("reviews", self.reviews, 0, 1000),
            ("sections", self.sections, 0, 10_000),
            ("two_sections_percent", self.two_sections_percent, 0, 100),
            ("group_size", self.group_size, 1, 1000),
            ("late_percent", self.late_percent, 0, 100),
            ("missing_percent", self.missing_percent, 0, 100),
            ("institutions", self.institutions, 0, 10_000),
            ("existing_percent", self.existing_percent, 0, 100),
            ("completed_percent", self.completed_percent, 0, 100),
            ("affinities", self.affinities, 0, scores_each(self.students, self.students)),
        ] {
            within(option, value, min, max)?;
        }
        if let Some(conference) = &self.conference {
            self.check_conference(conference)?;
        }
        Ok(())
    }

    fn check_conference(&self, conference: &Conference) -> Result<(), OptionsError> {
        for (option, value, max) in [
            ("conference.submissions", conference.submissions, MOST),
            ("conference.candidates", conference.candidates, scores_each(conference.submissions, self.students)),
            ("conference.author_percent", conference.author_percent, 100),
        ] {
            within(option, value, 0, max)?;
        }
        for (option, given) in [
            ("group_size", self.group_size > 1),
            ("copies", self.copies),
            ("existing_percent", self.existing_percent > 0),
            ("affinities", self.affinities > 0),
        ] {
            if given {
                return Err(OptionsError::Combination { option, with: "conference" });
            }
        }
        Ok(())
    }
}

/// How many scores each of `many` may have, with one of `others` each.
fn scores_each(many: u32, others: u32) -> u64 {
    u64::from(others).min(MOST_SCORES / u64::from(many.max(1)))
}

fn within(option: &'static str, value: u32, min: u64, max: u64) -> Result<(), OptionsError> {
    let value = u64::from(value);
    if (min..=max).contains(&value) { Ok(()) } else { Err(OptionsError::OutOfRange { option, value, min, max }) }
}
