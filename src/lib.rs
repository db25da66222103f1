//! peerplan decides who reviews whom: it turns students, submissions and rules into a plan of peer reviews to create and
//! to delete, or proves that no valid plan exists.
//!
//! # From a problem to a plan
//!
//! | step | what happens |
//! | --- | --- |
//! | [`Input`] | the problem as its author states it; made by hand, by [`generate`], or read from a file by `formats` |
//! | [`Problem::new`] | checks everything and compiles it; what is wrong comes back all at once as [`Diagnostics`] |
//! | [`Strategy::assign`](strategy::Strategy::assign) | chooses an [`Assignment`], or returns the proof that there is none ([`Refutation`]) |
//! | [`Plan::diff`] | compares it with the reviews that exist: creates and deletes in a safe order |
//! | [`verify`](verify::verify) | checks the plan against the [`Input`] with code that shares nothing with the steps before |
//!
//! [`explain`] turns a proof into words and finds changes that would help; [`metrics`] measures how fair a plan is.
//!
//! ```
//! use peerplan::input::{Bound, Student, Submission};
//! use peerplan::strategy::{Matching, Run, Strategy};
//! use peerplan::{Input, Plan, Problem, verify::verify};
//!
//! let mut input = Input::default();
//! for n in 1..=5_u64 {
//!     input.students.push(Student::new(n));
//!     input.submissions.push(Submission::by(100 + n, n));
//! }
//! input.policy.reviews_per_student = Bound::exactly(2);
//!
//! let problem = Problem::new(&input).expect("a problem without contradictions");
//! let solution = Matching.assign(&problem, &mut Run::new(42)).expect("a valid assignment");
//! let plan = Plan::diff(&problem, &solution);
//! assert_eq!(plan.report().created, 10);
//! assert_eq!((plan.report().per_submission.min, plan.report().per_submission.max), (2, 2));
//! assert!(verify(&input, &plan.view(&problem)).valid());
//! ```
//!
//! # Promises
//!
//! * **Exact.** Goals come one strictly before the other and are reached exactly, in integers.
//! * **Complete.** A strategy finds a valid assignment whenever one exists; else it returns a cut that anybody can add up.
//! * **Reproducible.** The same problem, in whatever order it is listed, with the same strategy, seed and release gives the
//!   same plan on every machine.
//! * **Pure.** Nothing here but the command opens a file, asks for the time or prints. A [`strategy::Observer`] is told of
//!   progress, and may stop the work.
//!
//! # Errors
//!
//! A mistake in a problem is a [`Diagnostic`]: a stable code, a JSON pointer, what is wrong and what to do. That no valid
//! assignment exists is no mistake but a value, [`strategy::AssignError::Infeasible`], with its certificate. Names of
//! persons ([`PersonName`]) never get into `Debug` output, errors or plans.
//!
//! # Features
//!
//! | feature | adds | by default |
//! | --- | --- | --- |
//! | `std` | the standard library; without it the crate is `no_std` (with `alloc`), and so cannot do I/O | through `cli` |
//! | `formats` | bytes ↔ values: problem and plan files as JSON, plans and scores as CSV; opens no file | through `cli` |
//! | `canvas` | the protocol of Canvas LMS as data: requests, answers, decisions, sessions; no socket, no clock | through `canvas-http` |
//! | `canvas-http` | the room with the socket: a small blocking client that drives those sessions | yes |
//! | `parallel` | threads: large work is spread over rayon's current pool; results do not depend on it | through `cli` |
//! | `cli` | the command `peerplan` | yes |
//!
//! # Read on
//!
//! In the repository: `docs/formats.md` (files, codes, certificates), `docs/architecture.md` (rooms, goals, algorithms and
//! their sources), `docs/fairness.md` (figures, strategies side by side, one of your own), `docs/reproducibility.md` (what is promised, and the digest line by line).
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assignment;
#[cfg(feature = "canvas")]
pub mod canvas;
mod certificate;
#[cfg(feature = "cli")]
pub mod cli;
pub mod demand;
pub mod diagnostic;
pub mod explain;
pub mod flow;
#[cfg(feature = "formats")]
pub mod formats;
pub mod generate;
mod id;
pub mod input;
mod marginals;
pub mod metrics;
mod parallel;
pub mod plan;
pub mod problem;
pub mod random;
pub mod strategy;
pub mod verify;

pub use assignment::Assignment;
pub use certificate::{
    Certificate, CutSide, Dual, Exhausted, Infeasible, NoLottery, Optimal, PairWeight, PanelClass, Refutation,
    WorkDual, WorstOff,
};
pub use diagnostic::{Diagnostic, Diagnostics};
pub use id::{EmptyId, Id, PersonName};
pub use input::Input;
pub use marginals::Marginals;
pub use plan::Plan;
pub use problem::Problem;

/// The examples of the readme, compiled and run.
#[cfg(all(doctest, feature = "formats"))]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

/// The strategy of one's own, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/fairness.md")]
struct FairnessExamples;
