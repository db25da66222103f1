//! From paths to values: reading files, and saying where in them something is wrong.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::failure::{Failure, print_diagnostics};
use super::scores::Scores;
use super::{Console, output, strategies};
use crate::diagnostic::{Diagnostics, Severity};
use crate::formats::{self, problem};
use crate::input::{Input, StrategyChoice};
use crate::plan::PlanDocument;
use crate::problem::Problem;
use crate::strategy;

/// What standard input is called in messages.
const STDIN: &str = "standard input";

/// Whether a path stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What a file is called in messages.
pub(super) fn name(path: &Path) -> String {
    if is_stdin(path) { String::from(STDIN) } else { path.display().to_string() }
}

/// The content of a file, or of standard input.
fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if is_stdin(path) {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    read.map_err(|error| Failure::read(&name(path), error))
}

/// Longer texts are read again rather than kept.
const KEPT: usize = 1 << 24;

/// The text of a file. While it is not needed, that of a long regular file takes no memory.
struct Text<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
}

impl<'a> Text<'a> {
    fn read(path: &'a Path) -> Result<Self, Failure> {
        Ok(Self { path, bytes: bytes(path)? })
    }

    fn release(&mut self) {
        if self.bytes.len() > KEPT && !is_stdin(self.path) && self.path.is_file() {
            self.bytes = Vec::new();
        }
    }

    /// The failure that `found` makes, with the line and column of each diagnostic.
    fn refuse(mut self, mut found: Diagnostics) -> Failure {
        if self.bytes.is_empty()
            && !is_stdin(self.path)
            && let Ok(bytes) = fs::read(self.path)
        {
            self.bytes = bytes;
        }
        formats::locate(&self.bytes, &mut found);
        Failure::Input { file: name(self.path), found }
    }
}

/// What the command line changes in a problem.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Changes {
    /// Set a field of the policy or the strategy, as in policy.section=same; may be given several times
    #[arg(long = "set", value_name = "policy.KEY=VALUE")]
    pub(super) settings: Vec<String>,
    /// Add scores: lines of asset, assessor and score, or columns named by a header
    #[arg(long, value_name = "FILE.csv")]
    pub(super) affinities: Option<PathBuf>,
}

impl Changes {
    /// Changes an input.
    ///
    /// Settings come from the command line, so a wrong one is a mistake in the usage.
    pub(super) fn apply(&self, input: &mut Input) -> Result<(), Failure> {
        for setting in &self.settings {
            problem::set(input, setting).map_err(|found| {
                let wrong = found.items().first();
                let wrong = wrong.map(|item| format!("{}; {}", item.message, item.help)).unwrap_or_default();
                Failure::Usage(format!("--set {setting}: {wrong}"))
            })?;
        }
        if self.settings.iter().any(|setting| setting.starts_with("strategy.name="))
            && let Some(choice) = &input.strategy
        {
            strategies::named(&choice.name)?;
        }
        Ok(())
    }

    /// Refuses to read two files from standard input, those of `paths` and the scores.
    pub(super) fn once(&self, paths: &[&Path]) -> Result<(), Failure> {
        let all = paths.iter().copied().chain(self.affinities.as_deref());
        match all.filter(|path| is_stdin(path)).count() {
            0 | 1 => Ok(()),
            _ => Err(Failure::Usage(String::from("only one of the files can be standard input"))),
        }
    }

    /// The name of the last setting that says what a pointer is about, as in `strategy.limit`.
    fn setting(&self, pointer: &str) -> Option<&str> {
        let names = self.settings.iter().rev().filter_map(|setting| Some(setting.split_once('=')?.0));
        let is_about = |name: &&str| {
            let below = pointer.strip_prefix(&format!("/{}", name.replace('.', "/")));
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        names.into_iter().find(is_about)
    }

    /// Takes the place from diagnostics that speak of what the command line says rather than the file, and names the setting.
    fn unplace(&self, found: &mut Diagnostics) {
        for item in found.items_mut() {
            if item.severity == Severity::Warning && item.pointer.is_empty() {
                item.position = None;
            }
            if let Some(setting) = self.setting(&item.pointer) {
                item.message = format!("--set {setting}: {}", item.message);
                item.position = None;
            }
        }
    }

    /// The mistake in the usage, where the first error is about a parameter that the command line sets.
    fn wrong_parameter(&self, found: &Diagnostics) -> Option<Failure> {
        let error = found.items().iter().find(|item| item.severity == Severity::Error)?;
        let setting = self.setting(&error.pointer).filter(|setting| setting.starts_with("strategy."))?;
        Some(Failure::Usage(format!("--set {setting}: {}; {}", error.message, error.help)))
    }
}

/// A problem that has been read, changed and checked.
pub(super) struct Loaded {
    /// What it is called in messages.
    pub(super) file: String,
    /// What the file says, with the changes.
    pub(super) input: Input,
    /// The same, checked.
    pub(super) problem: Problem,
    /// What the reader should know, though the problem can be used; `nothing_asked` comes first.
    pub(super) warnings: Diagnostics,
}

/// Reads and checks a problem; `choose` changes what strategy the file asks for before settings do.
pub(super) fn load(
    path: &Path,
    changes: &Changes,
    console: Console,
    choose: impl Fn(&mut Option<StrategyChoice>),
) -> Result<Loaded, Failure> {
    // What is wrong with the command line is said before long files are read.
    changes.apply(&mut Input::default())?;
    changes.once(&[path])?;
    let mut text = Text::read(path)?;
    let (mut input, mut read) = match read(&text.bytes, console) {
        Ok(input) => input,
        Err(found) => return Err(text.refuse(found)),
    };
    text.release();
    choose(&mut input.strategy);
    changes.apply(&mut input)?;
    let scores = match &changes.affinities {
        Some(path) => Scores::add(path, &mut input, &mut read)?,
        None => Scores::default(),
    };
    match check(&input, read) {
        Ok((problem, mut warnings)) => {
            if !text.bytes.is_empty() && !warnings.is_empty() {
                formats::locate(&text.bytes, &mut warnings);
            }
            changes.unplace(&mut warnings);
            Ok(Loaded { file: name(path), input, problem, warnings })
        }
        Err(found) => {
            if let Some(failure) = changes.wrong_parameter(&found) {
                return Err(failure);
            }
            let mut failure = text.refuse(found);
            if let Failure::Input { found, .. } = &mut failure {
                scores.relocate(&input.scores, found);
                changes.unplace(found);
            }
            Err(failure)
        }
    }
}

/// Reads a problem. Where something is wrong, the rest is checked all the same as far as it can be, so that everything
/// is reported at once.
fn read(text: &[u8], console: Console) -> Result<(Input, Diagnostics), Diagnostics> {
    let (input, mut found) = problem::read_partly(text, console.lenient);
    match input {
        Some(input) if !found.has_errors() => return Ok((input, found)),
        Some(input) => {
            if let Err(mut more) = check(&input, Diagnostics::new()) {
                more.retain(|code| is_certain(code, &found));
                found.append(more);
            }
        }
        None => {}
    }
    Err(found)
}

/// Whether an error of a problem that was read with errors cannot be a mere consequence of those.
fn is_certain(code: &str, found: &Diagnostics) -> bool {
    match code {
        "duplicate_id" | "duplicate_pair" | "id_form_mixed" | "unknown_strategy" | "unsupported" => true,
        // An author may be missing where a submission could not be read.
        "unknown_id" => !found.items().iter().any(|item| item.pointer.starts_with("/submissions/")),
        _ => found.counts().iter().all(|count| count.code == "unknown_field"),
    }
}

/// Reads and checks a problem that stands on one line of a stream.
pub(super) fn load_line(
    line: &[u8],
    number: usize,
    changes: &Changes,
    console: Console,
    choose: impl Fn(&mut Option<StrategyChoice>),
) -> Result<Loaded, Failure> {
    let file = format!("line {number}");
    let loaded = match read(line, console) {
        Err(found) => Err(found),
        Ok((mut input, read)) => {
            choose(&mut input.strategy);
            changes.apply(&mut input)?;
            check(&input, read).map(|(problem, warnings)| (input, problem, warnings))
        }
    };
    match loaded {
        Ok((input, problem, mut warnings)) => {
            renumber(&mut warnings, line, number);
            changes.unplace(&mut warnings);
            Ok(Loaded { file, input, problem, warnings })
        }
        Err(mut found) => {
            if let Some(failure) = changes.wrong_parameter(&found) {
                return Err(failure);
            }
            renumber(&mut found, line, number);
            changes.unplace(&mut found);
            Err(Failure::Input { file, found })
        }
    }
}

/// Places diagnostics in a line of a stream.
fn renumber(found: &mut Diagnostics, line: &[u8], number: usize) {
    formats::locate(line, found);
    for position in found.items_mut().iter_mut().filter_map(|item| item.position.as_mut()) {
        position.line = number;
    }
}

/// The checked problem with all warnings, or everything that is wrong.
fn check(input: &Input, read: Diagnostics) -> Result<(Problem, Diagnostics), Diagnostics> {
    let mut found = Diagnostics::new();
    let wanted = input.strategy.as_ref().map(|choice| &*choice.name);
    if let Some(unknown) = wanted.filter(|name| strategy::by_name(name).is_none()) {
        let message = format!("there is no strategy {unknown:?}");
        let help = format!("write one of {}", strategies::names());
        found.error("unknown_strategy", "/strategy/name", message, &help);
    }
    if let Some(choice) = &input.strategy {
        strategy::check_parameters(choice, &mut found);
    }
    match Problem::new(input) {
        Ok(problem) if !found.has_errors() => {
            let choice = problem.strategy();
            let by_scores = strategy::by_name(&choice.name).is_some_and(strategy::Strategy::goes_by_scores);
            if by_scores && input.affinities.is_empty() && input.scores.is_empty() {
                let message = format!("{} goes by scores, and no pair has one: all plans are alike to it", choice.name);
                let help = "give scores in affinities or with --affinities FILE.csv, or name another strategy";
                found.warning("no_scores", "/strategy/name", message, help);
            }
            let mut warnings = problem.warnings().clone();
            warnings.append(found);
            warnings.append(read);
            Ok((problem, warnings))
        }
        other => {
            if let Err(errors) = other {
                found.append(errors);
            }
            found.append(read);
            Err(found)
        }
    }
}

impl Loaded {
    /// Prints the warnings.
    pub(super) fn warn(&self) {
        warn(&self.file, &self.warnings);
    }
}

/// Names another strategy, to which the parameters of the one before say nothing.
pub(super) fn name_strategy(choice: &mut Option<StrategyChoice>, name: &str) {
    let choice = choice.get_or_insert_default();
    if choice.name != *name {
        choice.name = String::from(name);
        choice.parameters.clear();
    }
}

/// Prints warnings.
pub(super) fn warn(file: &str, warnings: &Diagnostics) {
    print_diagnostics(file, warnings);
}

/// Reads a plan.
pub(super) fn plan(path: &Path) -> Result<PlanDocument, Failure> {
    let text = Text::read(path)?;
    match formats::plan::read(&text.bytes) {
        Ok(plan) => Ok(plan),
        Err(found) => Err(text.refuse(found)),
    }
}

/// Says so where a plan was made from another problem, or another state of it.
pub(super) fn note_other_problem(problem: &Problem, plan: &PlanDocument) {
    if problem.digest() != plan.problem_digest {
        output::note("peerplan: the plan was made from another problem, or from this one with other settings");
    }
}
