//! What can go wrong, in words and as JSON, and the one place where exit codes are decided.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::output::{self, note};
use super::table::shown;
use crate::Id;
#[cfg(feature = "canvas-http")]
use crate::canvas::Summary;
use crate::certificate::Refutation;
use crate::diagnostic::{CodeCount, Diagnostic, Diagnostics, KEPT_PER_CODE, Position, Severity};

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is done.
    Done = 0,
    /// The input is invalid, a verification failed, or a file cannot be read or written.
    Invalid = 1,
    /// The command line is wrong.
    Usage = 2,
    /// There is no valid assignment, or it is undecided.
    Infeasible = 3,
    /// What was planned is not done yet.
    #[cfg_attr(not(feature = "canvas-http"), allow(dead_code, reason = "only Canvas is remote"))]
    Pending = 4,
    /// An installation is not in the state that the plan was made from.
    #[cfg_attr(not(feature = "canvas-http"), allow(dead_code, reason = "only Canvas is remote"))]
    Drift = 5,
    /// A part was done, and is written down; the same command does the rest.
    #[cfg_attr(not(feature = "canvas-http"), allow(dead_code, reason = "only Canvas is remote"))]
    Partly = 6,
    /// An installation or the way there failed.
    Remote = 7,
    /// A mistake in this program.
    Bug = 70,
    /// Stopped from outside.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a verb did not do what it was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// A file says what cannot be.
    Input { file: String, found: Diagnostics },
    /// A file cannot be read.
    Read { file: String, error: io::Error },
    /// A file cannot be written.
    Write { file: String, error: io::Error },
    /// The reader of standard output has gone.
    ClosedPipe,
    /// The command line asks for what cannot be.
    Usage(String),
    /// There is no valid assignment: the proof, and the same in words.
    Infeasible { file: String, certificate: Box<Refutation>, sentences: Vec<String> },
    /// Neither an assignment nor a proof was found in so many steps; the best that keeps all rules but the minima.
    Undecided { steps: u64, best: Option<Box<Best>> },
    /// The strategy cannot do what the problem asks of it.
    Unsupported(String),
    /// An installation or the way there failed: the status, where it answered, and whether it is not known what was done.
    #[cfg_attr(not(feature = "canvas-http"), allow(dead_code, reason = "only Canvas is remote"))]
    Remote { message: String, status: Option<u16>, unclear: bool },
    /// A plan or a journal that cannot be used there.
    #[cfg(feature = "canvas-http")]
    Refused { code: &'static str, message: String },
    /// Not as it was when the plan was made, or not as the plan left it.
    #[cfg(feature = "canvas-http")]
    Drift(Box<Summary>),
    /// A part was done; how to go on, in words.
    #[cfg(feature = "canvas-http")]
    Partly { summary: Box<Summary>, resume: String },
    /// Stopped from outside.
    Interrupted,
    /// A mistake in this program.
    Bug(String),
}

/// An assignment that keeps all rules but some minima.
#[derive(Debug, Serialize)]
pub(super) struct Best {
    pub(super) reviews: usize,
    /// How many of the reviews that the minima of both sides ask for it misses.
    pub(super) missing: u64,
    pub(super) pairs: Vec<BestPair>,
}

/// One review of it.
#[derive(Debug, Serialize)]
pub(super) struct BestPair {
    pub(super) assessor_id: Id,
    pub(super) asset_id: Id,
}

#[derive(Serialize)]
struct Document<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'static str,
    message: String,
    details: Option<Details<'a>>,
}

#[derive(Serialize, Default)]
struct Details<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The line of a stream of problems.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<&'a [Diagnostic]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<&'a [CodeCount]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<&'a Refutation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentences: Option<&'a [String]>,
    /// The best that was found where nothing is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<&'a Best>,
    /// What an installation answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Whether it is not known what was done there.
    #[serde(skip_serializing_if = "Option::is_none")]
    unclear: Option<bool>,
    /// What a run came to.
    #[cfg(feature = "canvas-http")]
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a Summary>,
}

impl Failure {
    /// A file that cannot be read.
    pub(super) fn read(file: &str, error: io::Error) -> Self {
        Self::Read { file: file.to_owned(), error }
    }

    /// A file that cannot be written.
    pub(super) fn write(file: &Path, error: io::Error) -> Self {
        Self::Write { file: file.display().to_string(), error }
    }

    /// Standard output that cannot be written; one that is closed is no failure.
    pub(super) fn stdout(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Write { file: String::from("standard output"), error }
    }

    /// How the process ends.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::ClosedPipe => Exit::Done,
            Self::Input { .. } | Self::Read { .. } | Self::Write { .. } | Self::Unsupported(_) => Exit::Invalid,
            Self::Usage(_) => Exit::Usage,
            Self::Infeasible { .. } | Self::Undecided { .. } => Exit::Infeasible,
            Self::Remote { .. } => Exit::Remote,
            #[cfg(feature = "canvas-http")]
            Self::Refused { .. } => Exit::Invalid,
            #[cfg(feature = "canvas-http")]
            Self::Drift(_) => Exit::Drift,
            #[cfg(feature = "canvas-http")]
            Self::Partly { .. } => Exit::Partly,
            Self::Interrupted => Exit::Interrupted,
            Self::Bug(_) => Exit::Bug,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Input { .. } => "invalid_input",
            Self::Read { .. } => "cannot_read",
            Self::Write { .. } | Self::ClosedPipe => "cannot_write",
            Self::Usage(_) => "usage",
            Self::Infeasible { .. } => "infeasible",
            Self::Undecided { .. } => "undecided",
            Self::Unsupported(_) => "unsupported",
            Self::Remote { .. } => "remote",
            #[cfg(feature = "canvas-http")]
            Self::Refused { code, .. } => code,
            #[cfg(feature = "canvas-http")]
            Self::Drift(_) => "drift",
            #[cfg(feature = "canvas-http")]
            Self::Partly { .. } => "partly_applied",
            Self::Interrupted => "interrupted",
            Self::Bug(_) => "bug",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Input { file, found } => format!("{file} cannot be used: {}", counted(found)),
            Self::Read { file, error } => format!("{file} cannot be read: {}", reason(error)),
            Self::Write { file, error } => format!("{file} cannot be written: {}", reason(error)),
            Self::ClosedPipe => String::from("standard output is closed"),
            Self::Usage(message) | Self::Unsupported(message) | Self::Remote { message, .. } => message.clone(),
            Self::Infeasible { certificate, .. } => format!("there is no valid assignment: {certificate}"),
            Self::Undecided { steps, best } => {
                let undecided = "undecided: neither an assignment nor a proof that there is none was found in";
                match best {
                    None => format!("{undecided} {steps} steps"),
                    Some(best) => format!(
                        "{undecided} {steps} steps; the best that was found has {} reviews and misses {} that the minima \
                         ask for",
                        best.reviews, best.missing
                    ),
                }
            }
            #[cfg(feature = "canvas-http")]
            Self::Refused { message, .. } => message.clone(),
            #[cfg(feature = "canvas-http")]
            Self::Drift(summary) if summary.changed.is_empty() => format!(
                "Canvas is not as it was when the plan was made ({} differences), so nothing was changed; make the plan anew from `canvas pull`, \
                 or add --allow-drift",
                summary.drift.len()
            ),
            #[cfg(feature = "canvas-http")]
            Self::Drift(summary) => {
                format!("the plan is applied, but Canvas was changed meanwhile ({} differences)", summary.changed.len())
            }
            #[cfg(feature = "canvas-http")]
            Self::Partly { summary, resume } => {
                let Summary { created, deleted, pending, .. } = **summary;
                let why = summary.trouble.as_ref().map(|trouble| format!(": {trouble}")).unwrap_or_default();
                let undone = pending + summary.left.len() as u64;
                format!("partly applied, {created} created, {deleted} deleted, {undone} not done{why}; {resume}")
            }
            Self::Interrupted => String::from("interrupted"),
            Self::Bug(message) => format!("this is a bug in peerplan: {message}"),
        }
    }

    /// The failure as a JSON document; `line` is its place in a stream of problems.
    pub(super) fn document(&self, line: Option<usize>) -> impl Serialize {
        let details = Details { line, ..Details::default() };
        let details = match self {
            Self::Input { file, found } => Some(Details {
                file: line.is_none().then_some(file),
                diagnostics: Some(found.items()),
                counts: Some(found.counts()),
                ..details
            }),
            Self::Infeasible { certificate, sentences, .. } => {
                Some(Details { certificate: Some(certificate), sentences: Some(sentences), ..details })
            }
            Self::Undecided { best, .. } if best.is_some() || line.is_some() => {
                Some(Details { best: best.as_deref(), ..details })
            }
            Self::Remote { status, unclear, .. } => {
                Some(Details { status: *status, unclear: Some(*unclear), ..details })
            }
            #[cfg(feature = "canvas-http")]
            Self::Drift(summary) | Self::Partly { summary, .. } => Some(Details { summary: Some(summary), ..details }),
            Self::Read { file, .. } | Self::Write { file, .. } => Some(Details { file: Some(file), ..details }),
            _ => line.is_some().then_some(details),
        };
        Document { error: Body { code: self.code(), message: self.message(), details } }
    }

    /// Tells the user, and says how the process ends.
    pub(super) fn report(&self, json: bool) -> Exit {
        if matches!(self, Self::ClosedPipe) {
            return self.exit();
        }
        if json && output::json(&self.document(None)).is_ok() {
            return self.exit();
        }
        match self {
            Self::Input { file, found } => print_diagnostics(file, found),
            Self::Infeasible { file, sentences, .. } => {
                for sentence in sentences {
                    note(format_args!("  {}", shown(sentence)));
                }
                if file != "standard input" {
                    note(format_args!("  to see what would help: peerplan explain {}", shown(file)));
                }
            }
            #[cfg(feature = "canvas-http")]
            Self::Drift(summary) | Self::Partly { summary, .. } => {
                for line in super::canvas::lines(summary) {
                    note(format_args!("  {}", shown(&line)));
                }
            }
            _ => {}
        }
        note(format_args!("peerplan: {}", shown(&self.message())));
        if matches!(self, Self::Usage(_)) {
            note(format_args!("peerplan: see peerplan --help"));
        }
        self.exit()
    }
}

/// Prints diagnostics for people: place, what is wrong, what to do.
pub(super) fn print_diagnostics(file: &str, found: &Diagnostics) {
    for item in found.items() {
        let kind = if item.severity == Severity::Error { "error" } else { "warning" };
        let place = item.position.map(|Position { line, column }| format!(":{line}:{column}")).unwrap_or_default();
        let pointer = if item.pointer.is_empty() { String::new() } else { format!(" (at {})", item.pointer) };
        let message = shown(&item.message);
        note(format_args!("{}{place}: {kind}[{}]: {message}{}", shown(file), item.code, shown(&pointer)));
        if !item.help.is_empty() {
            note(format_args!("  {}", shown(&item.help)));
        }
    }
    for count in found.counts().iter().filter(|count| count.count > KEPT_PER_CODE) {
        note(format_args!("{}: … and {} more of [{}]", shown(file), count.count - KEPT_PER_CODE, count.code));
    }
}

/// How many errors and warnings there are, in words.
fn counted(found: &Diagnostics) -> String {
    let of = |severity| found.counts().iter().filter(|c| c.severity == severity).map(|c| c.count).sum::<usize>();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let errors = plural(of(Severity::Error), "error");
    match of(Severity::Warning) {
        0 => errors,
        warnings => format!("{errors} and {}", plural(warnings, "warning")),
    }
}

/// A failure of the system in words that say what to do.
fn reason(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    String::from(match error.kind() {
        Kind::NotFound => "there is no such file or directory; check the path",
        Kind::PermissionDenied => "permission denied; check who may read and write there",
        Kind::IsADirectory => "it is a directory; name a file",
        Kind::NotADirectory => "a part of the path is not a directory; check the path",
        Kind::StorageFull => "there is no space left on the device; make room or choose another place",
        _ => return error.to_string(),
    })
}
