//! `generate`: synthetic problems.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::failure::{Exit, Failure};
use super::options::{EXISTING, IDS, RELATIONS, UNSCORED, chosen, names};
use super::output::Target;
use super::{Console, output};
use crate::formats::{Layout, problem};
use crate::generate::{Conference, IdStyle, Options, OptionsError, generate};
use crate::input::{Existing, Relation, Unscored};

const HELP: &str = "\
Examples:
  peerplan generate --students 131 --reviews 3 --sections 3 -o problem.json
  peerplan generate --students 90 --submissions 60 --candidates 20 --seed 7";

/// Make a synthetic problem: a course, or a conference with --submissions
///
/// The same options give the same problem on every machine. A percentage is the probability of each single case.
/// Nothing promises that a valid plan exists.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// How many students, or reviewers of a conference, there are
    #[arg(long, value_name = "N")]
    students: u32,
    /// How many reviews each student gives; in a conference, how many each submission receives
    #[arg(long, value_name = "N", default_value_t = 3)]
    reviews: u32,
    /// Into how many sections the students fall; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1)]
    sections: u32,
    /// How many of 100 students are in the next section too
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    two_sections_percent: u32,
    /// How many students form a group; 1 makes no groups
    #[arg(long, value_name = "N", default_value_t = 1)]
    group_size: u32,
    /// Groups hand in copies of one work, one for each member
    #[arg(long)]
    copies: bool,
    /// How many of 100 submissions are late
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    late_percent: u32,
    /// How many of 100 submissions are not handed in
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    missing_percent: u32,
    /// How many values the label `institution` has; 0 for no labels
    #[arg(long, value_name = "N", default_value_t = 0)]
    institutions: u32,
    /// The policy for the label `institution`
    #[arg(long, value_name = "RULE", default_value = "any",
          value_parser = PossibleValuesParser::new(names(RELATIONS)).map(|name| chosen(RELATIONS, &name)))]
    institution: Relation,
    /// How many of 100 reviews exist already
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    existing_percent: u32,
    /// How many of 100 existing reviews are completed
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    completed_percent: u32,
    /// The policy for existing reviews
    #[arg(long, value_name = "RULE", default_value = "keep",
          value_parser = PossibleValuesParser::new(names(EXISTING)).map(|name| chosen(EXISTING, &name)))]
    existing: Existing,
    /// How many submissions each student has a score for
    #[arg(long, value_name = "N", default_value_t = 0)]
    affinities: u32,
    /// The policy for pairs without a score
    #[arg(long, value_name = "RULE", default_value = "allow",
          value_parser = PossibleValuesParser::new(names(UNSCORED)).map(|name| chosen(UNSCORED, &name)))]
    unscored: Unscored,
    /// Make a conference with so many submissions; the students review and submit nothing
    #[arg(long, value_name = "N")]
    submissions: Option<u32>,
    /// In a conference, how many reviewers have a score for each submission [default: 10]
    #[arg(long, value_name = "N", requires = "submissions")]
    candidates: Option<u32>,
    /// In a conference, how many reviews one reviewer gives at most [default: half as many again as the mean]
    #[arg(long, value_name = "N", requires = "submissions")]
    load: Option<u32>,
    /// In a conference, how many of 100 submissions have an author among the reviewers [default: 50]
    #[arg(long, value_name = "PERCENT", requires = "submissions")]
    author_percent: Option<u32>,
    /// What ids look like
    #[arg(long, value_name = "STYLE", default_value = "sequential",
          value_parser = PossibleValuesParser::new(names(IDS)).map(|name| chosen(IDS, &name)))]
    ids: IdStyle,
    /// The seed of everything that is drawn
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Write the problem to a file rather than standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let target = Target::new(self.output.clone());
        let input = generate(&self.options()).map_err(|error| Failure::Usage(worded(&error)))?;
        target.write(|output| problem::write(&input, Layout::Lines, output))?;
        if let (true, Target::File(path)) = (console.json, &target) {
            output::json(&serde_json::json!({ "written": path }))?;
        }
        Ok(Exit::Done)
    }

    fn options(self) -> Options {
        let usual = Conference::default();
        let conference = self.submissions.map(|submissions| Conference {
            submissions,
            candidates: self.candidates.unwrap_or(usual.candidates.min(self.students)),
            load: self.load,
            author_percent: self.author_percent.unwrap_or(usual.author_percent),
        });
        Options {
            students: self.students,
            reviews: self.reviews,
            sections: self.sections,
            two_sections_percent: self.two_sections_percent,
            group_size: self.group_size,
            copies: self.copies,
            late_percent: self.late_percent,
            missing_percent: self.missing_percent,
            institutions: self.institutions,
            institution: self.institution,
            existing_percent: self.existing_percent,
            completed_percent: self.completed_percent,
            existing: self.existing,
            affinities: self.affinities,
            unscored: self.unscored,
            conference,
            ids: self.ids,
            seed: self.seed,
        }
    }
}

/// What is wrong, with the names that the options have here.
fn worded(error: &OptionsError) -> String {
    let flag = |option: &str| match option.strip_prefix("conference") {
        Some("") => String::from("--submissions"),
        Some(rest) => format!("--{}", rest.trim_start_matches('.').replace('_', "-")),
        None => format!("--{}", option.replace('_', "-")),
    };
    match *error {
        OptionsError::OutOfRange { option, value, min, max } => {
            format!("{} is {value}; give a number from {min} to {max}", flag(option))
        }
        OptionsError::Combination { option, with } => {
            format!("{} cannot be combined with {}; leave one of them out", flag(option), flag(with))
        }
    }
}
