//! The runs: several at a time, each by one thread, put together in their order.

use std::collections::BTreeMap;
use std::iter;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use serde::Serialize;

use super::contender::Contender;
use super::sample::{Answer, Drawn, Row};
use crate::cli::failure::Failure;
use crate::cli::interrupt::{self, Gentle};
use crate::cli::load::Loaded;
use crate::cli::plan::make;
use crate::cli::progress::Bar;
use crate::cli::threads::alone;
use crate::metrics;
use crate::plan::Plan;
use crate::strategy::{AssignError, MaxAffinity, Observer, Progress, Run};

/// The strategies side by side.
#[derive(Serialize)]
pub(super) struct Comparison {
    /// How many seeds there were.
    pub(super) seeds: u32,
    /// The greatest total score, in 10^-6; none without scores, or where `max_affinity` has no answer.
    pub(super) optimum_units: Option<i64>,
    /// Whether strategies are missing because the command was stopped.
    pub(super) interrupted: bool,
    /// The strategies that are finished, in the order in which they were named.
    #[serde(rename = "strategies")]
    pub(super) rows: Vec<Row>,
}

/// What came of one run.
pub(super) enum Outcome {
    Answered(Box<Answer>),
    Infeasible,
    Undecided,
}

/// One run; the contender behind the last is the optimum.
struct Job {
    contender: usize,
    seed: u32,
}

/// All there is to do.
struct Bench<'a> {
    loaded: &'a Loaded,
    contenders: &'a [Contender],
    jobs: Vec<Job>,
    next: AtomicUsize,
    /// Nobody waits for what is not done yet.
    over: AtomicBool,
    gentle: Gentle,
}

/// Runs every contender with every seed from 0.
pub(super) fn run(loaded: &Loaded, contenders: &[Contender], seeds: u32, bar: &mut Bar) -> Result<Comparison, Failure> {
    let seeded = |contender: &Contender| if contender.strategy.guarantees().seeded { seeds } else { 1 };
    let of = |(number, contender)| (0..seeded(contender)).map(move |seed| Job { contender: number, seed });
    // The optimum comes first: without it, no strategy is finished.
    let optimum = (!loaded.input.is_unscored()).then_some(Job { contender: contenders.len(), seed: 0 });
    let jobs = optimum.into_iter().chain(contenders.iter().enumerate().flat_map(of)).collect();
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let bench = Bench { loaded, contenders, jobs, next, over, gentle: interrupt::gently() };
    let mut rows: Vec<Row> = contenders.iter().map(|contender| Row::new(contender, seeded(contender))).collect();
    let mut optimum_units = None;
    let mut drawn: Vec<Drawn> = iter::repeat_with(BTreeMap::new).take(rows.len()).collect();
    let mut failure = None;
    bench.each(|done, outcome| {
        bar.at("comparing", done as u64, bench.jobs.len() as u64);
        match outcome {
            Ok((Job { contender, seed }, outcome)) => match rows.get_mut(*contender) {
                Some(row) => row.add(*seed, outcome, &mut drawn[*contender]),
                None => optimum_units = outcome.answer().and_then(|answer| answer.total_units),
            },
            Err(Failure::Interrupted) => {}
            Err(error) => {
                bench.over.store(true, Ordering::SeqCst);
                failure.get_or_insert(error);
            }
        }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let interrupted = rows.iter().any(|row| !row.is_finished());
    let mut finished = Vec::new();
    for (mut row, drawn) in rows.into_iter().zip(&drawn).filter(|(row, _)| row.is_finished()) {
        row.finish(optimum_units, drawn, &loaded.problem);
        finished.push(row);
    }
    Ok(Comparison { seeds, optimum_units, interrupted, rows: finished })
}

impl Bench<'_> {
    /// Does all jobs, several at a time; `note` is told of each, in any order, and how many are done.
    fn each<'b>(&'b self, mut note: impl FnMut(usize, Result<(&'b Job, Outcome), Failure>)) {
        let threads = rayon::current_num_threads().min(self.jobs.len());
        if threads <= 1 {
            // What cannot stand beside another may use all threads.
            for done in 1.. {
                let Some(job) = self.take() else { return };
                note(done, self.guarded(job));
            }
        }
        let (sender, answers) = sync_channel(2 * threads);
        thread::scope(|scope| {
            for _ in 0..threads {
                let sender = sender.clone();
                scope.spawn(move || alone(|| self.work(&sender)));
            }
            drop(sender);
            for (done, answer) in (1..).zip(answers) {
                note(done, answer);
            }
        });
    }

    fn work<'b>(&'b self, sender: &SyncSender<Result<(&'b Job, Outcome), Failure>>) {
        while let Some(job) = self.take() {
            if sender.send(self.guarded(job)).is_err() {
                return;
            }
        }
    }

    fn take(&self) -> Option<&Job> {
        if self.gentle.asked() || self.over.load(Ordering::SeqCst) {
            return None;
        }
        self.jobs.get(self.next.fetch_add(1, Ordering::SeqCst))
    }

    fn guarded<'b>(&'b self, job: &'b Job) -> Result<(&'b Job, Outcome), Failure> {
        let done = catch_unwind(AssertUnwindSafe(|| self.one(job)));
        let outcome = done.unwrap_or_else(|_| Err(Failure::Bug(String::from("the work broke off"))))?;
        Ok((job, outcome))
    }

    fn one(&self, job: &Job) -> Result<Outcome, Failure> {
        let (input, problem) = (&self.loaded.input, &self.loaded.problem);
        let optimum = Contender::plain(&MaxAffinity);
        let Contender { strategy, choice, .. } = self.contenders.get(job.contender).unwrap_or(&optimum);
        let mut choice = choice.clone();
        choice.seed = job.seed.into();
        let mut observer = Patience(&self.gentle);
        let mut solution = match strategy.assign(problem, &mut Run::of(&choice).observed(&mut observer)) {
            Ok(solution) => solution,
            Err(AssignError::Infeasible(_)) => return Ok(Outcome::Infeasible),
            Err(AssignError::Undecided { .. } | AssignError::OutOfBudget { .. }) => return Ok(Outcome::Undecided),
            Err(error @ AssignError::Unsupported { .. }) => return Err(Failure::Unsupported(error.to_string())),
            Err(AssignError::Interrupted) => return Err(Failure::Interrupted),
        };
        solution.strategy = choice;
        solution.certificate = None;
        let plan = make::checked(input, problem, Plan::diff(problem, &solution))?;
        let figures = metrics::of(input, problem, &plan.view(problem));
        Ok(Outcome::Answered(Box::new(Answer::new(&figures, problem, &solution)?)))
    }
}

/// Watches a run, and ends it when a signal has asked for that.
struct Patience<'a>(&'a Gentle);

impl Observer for Patience<'_> {
    fn progress(&mut self, _: Progress) -> ControlFlow<()> {
        if self.0.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Outcome {
    fn answer(self) -> Option<Box<Answer>> {
        match self {
            Self::Answered(answer) => Some(answer),
            Self::Infeasible | Self::Undecided => None,
        }
    }
}
