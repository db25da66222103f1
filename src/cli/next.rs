//! `next`: what one student is to review now.

use std::path::PathBuf;

use serde::Serialize;

use super::failure::{Exit, Failure};
use super::load::{self, Changes, Loaded};
use super::moment::milliseconds;
use super::output::{Target, note};
use super::table::{shown, table};
use super::{Console, output};
use crate::assignment::Assignment;
use crate::certificate::Certificate;
use crate::demand::{Answer, Demand};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::formats::{self, Layout};
use crate::id::Id;
use crate::input::{Existing, Input, ReviewRecord, Source, StrategyChoice};
use crate::plan::{Alternates, ON_DEMAND, OperationRecord, Plan, PlanView, Records, Report, ShortfallRecord};
use crate::problem::Problem;
use crate::strategy::Solution;
use crate::verify::verify;

const HELP: &str = "\
Examples:
  peerplan next small.json --student 1003
  peerplan next small.json --student 1003 --count 2 --json";

/// Choose what one student is to review now
///
/// For classes in which students ask for work when they are ready. What exists counts: completed reviews are done, assigned
/// ones are under way. The plan creates reviews for this student alone and deletes nothing; where there is nothing to give, it
/// is empty, the reason is told, and the exit code is 0. Musts come first, then what is wished for, then the submission with
/// the fewest reviews, then the one handed in first; never a choice that would leave less for the others than they need.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The problem file; - is standard input
    problem: PathBuf,
    /// Who asks
    #[arg(long, value_name = "ID")]
    student: String,
    /// How many reviews to give [default: what is missing from the minimum, 1 at least]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    count: Option<u32>,
    /// The seed that decides between equals, instead of the problem's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    changes: Changes,
    /// Write the plan to a file, replaced only once it is complete; - is standard output
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
}

/// What is printed when the plan itself goes to a file.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "written")]
    file: String,
    report: &'a Report,
    reason: Option<String>,
    warnings: &'a [Diagnostic],
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let target = Target::new(self.output.clone());
        let scores = self.changes.affinities.as_deref();
        target.differs_from(&[self.problem.as_path()].into_iter().chain(scores).collect::<Vec<_>>())?;
        let loaded = load::load(&self.problem, &self.changes, console, |choice| {
            if let Some(seed) = self.seed {
                choice.get_or_insert_default().seed = seed;
            }
        })?;
        let student = self.find(&loaded.problem)?;
        loaded.warn();
        let (input, problem) = &keeping(&loaded)?;
        let demand = Demand::new(problem, problem.strategy().seed, arrival(input, problem));
        let mut demand = demand.map_err(|rule| {
            let mut found = Diagnostics::new();
            found.error("unsupported", rule.pointer(), rule, "use plan, or set the rule to a milder one with --set");
            Failure::Input { file: loaded.file.clone(), found }
        })?;
        let missing = demand.missing();
        if missing > 0 {
            note(format_args!(
                "peerplan: {missing} reviews will be missing from minima whatever is given out; see peerplan explain"
            ));
        }
        let answer = demand.ask(student, self.count(problem, &demand, student), 0, None);
        let plan = plan(problem, &demand);
        let view = Next { view: plan.view(problem), digest: loaded.problem.digest() };
        check(input, &view)?;
        let reason = answer.refusal.map(|refusal| {
            let what = if answer.given.is_empty() { "nothing to give" } else { "nothing more to give" };
            format!("{what}: {refusal}")
        });
        if let Some(reason) = &reason {
            note(format_args!("peerplan: {reason}"));
        }
        self.deliver(&loaded, problem, &view, &answer, reason, &target, console)?;
        Ok(Exit::Done)
    }

    fn find(&self, problem: &Problem) -> Result<usize, Failure> {
        let id = Id::text(&self.student).map_err(|_| Failure::Usage(String::from("--student: an id is not empty")))?;
        problem.find_student(&id).ok_or_else(|| {
            let message = "is not among the students of the problem; give the id of one who is";
            Failure::Usage(format!("--student: {} {message}", shown(&self.student)))
        })
    }

    fn count(&self, problem: &Problem, demand: &Demand<'_>, student: usize) -> usize {
        let missing = problem.student_bound(student).min.saturating_sub(demand.held(student).len() as u64);
        // More than there are submissions cannot be given.
        let most = problem.submissions() + 1;
        self.count.map_or(missing.max(1), u64::from).try_into().unwrap_or(most).min(most)
    }

    #[allow(clippy::too_many_arguments, reason = "what there is to be told, and where to")]
    fn deliver(
        &self,
        loaded: &Loaded,
        problem: &Problem,
        view: &Next<'_>,
        answer: &Answer,
        reason: Option<String>,
        target: &Target,
        console: Console,
    ) -> Result<(), Failure> {
        if let Target::File(path) = target {
            target.write(|output| formats::plan::write(view, Layout::Lines, output))?;
            let file = path.display().to_string();
            note(format_args!("peerplan: {}: {} to create", shown(&file), answer.given.len()));
            if console.json {
                let (report, warnings) = (view.report(), loaded.warnings.items());
                output::json(&Written { file, report, reason, warnings })?;
            }
            return Ok(());
        }
        if console.json || self.output.is_some() {
            return output::stdout(|output| formats::plan::write(view, Layout::Lines, output));
        }
        let student = self.find(problem)?;
        let mut rows = table(&["op", "assessor_id", "asset_id", "user_id"]);
        for &submission in &answer.given {
            let text = |id: &Id| shown(&id.to_string()).into_owned();
            let owner = problem.owner(submission as usize).map(text).unwrap_or_default();
            let (assessor, asset) = (problem.student_id(student), problem.submission_id(submission as usize));
            rows.add_row([String::from("create"), text(assessor), text(asset), owner]);
        }
        output::stdout(|output| {
            if answer.given.is_empty() { writeln!(output, "nothing to create") } else { writeln!(output, "{rows}") }
        })
    }
}

/// The problem with everything kept that exists: nothing is taken from one student because another asks.
fn keeping(loaded: &Loaded) -> Result<(Input, Problem), Failure> {
    let mut input = loaded.input.clone();
    input.policy.existing = Existing::Keep;
    match Problem::new(&input) {
        Ok(problem) => Ok((input, problem)),
        Err(found) => Err(Failure::Input { file: loaded.file.clone(), found }),
    }
}

/// When each submission was handed in; those of which that is not known come last.
fn arrival<'a>(input: &'a Input, problem: &'a Problem) -> impl Fn(usize) -> i64 + 'a {
    let mut times = vec![i64::MAX; problem.submissions()];
    for submission in &input.submissions {
        let time = submission.submitted_at.as_deref().and_then(milliseconds);
        if let (Some(time), Some(place)) = (time, problem.find_submission(&submission.id)) {
            times[place] = time;
        }
    }
    move |submission| times[submission]
}

/// The plan that creates what was given out.
fn plan(problem: &Problem, demand: &Demand<'_>) -> Plan {
    let mut pairs = Vec::new();
    for student in 0..problem.students() {
        let reviewer = u32::try_from(student).unwrap_or(u32::MAX);
        pairs.extend(demand.held(student).iter().map(|held| (reviewer, held.submission)));
    }
    let assignment = Assignment::new(problem.students(), pairs);
    Plan::diff(problem, &Solution::new(ON_DEMAND, problem.strategy().seed, assignment))
}

/// The independent checker has nothing against the plan, but that much is still to come.
fn check(input: &Input, plan: &Next<'_>) -> Result<(), Failure> {
    const TO_COME: [&str; 4] = ["student_min", "submission_min", "must_missing", "shortfall_not_allowed"];
    let verdict = verify(input, plan);
    match verdict.violations.iter().find(|violation| !TO_COME.contains(&violation.code)) {
        None => Ok(()),
        Some(violation) => {
            Err(Failure::Bug(format!("the plan breaks a promise and is not written; the first is {violation}")))
        }
    }
}

/// The plan as records, with the digest of the problem as it stands in its file.
struct Next<'a> {
    view: PlanView<'a>,
    digest: &'a str,
}

impl Records for Next<'_> {
    fn source(&self) -> Option<&Source> {
        self.view.source()
    }
    fn problem_digest(&self) -> &str {
        self.digest
    }
    fn generator(&self) -> &str {
        self.view.generator()
    }
    fn strategy(&self) -> &StrategyChoice {
        self.view.strategy()
    }
    fn operations(&self) -> Box<dyn Iterator<Item = OperationRecord<'_>> + '_> {
        self.view.operations()
    }
    fn kept(&self) -> Box<dyn Iterator<Item = ReviewRecord<'_>> + '_> {
        self.view.kept()
    }
    fn shortfalls(&self) -> &[ShortfallRecord] {
        self.view.shortfalls()
    }
    fn report(&self) -> &Report {
        self.view.report()
    }
    fn alternates(&self) -> &[Alternates] {
        self.view.alternates()
    }
    fn certificate(&self) -> Option<&Certificate> {
        self.view.certificate()
    }
}
