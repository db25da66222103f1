//! A progress bar for people who wait.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt;
use crate::strategy::{Observer, Progress};

/// Work that is shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);

const KNOWN: &str = "{elapsed_precise} {msg} [{bar:30}] {pos}/{len}";
const UNKNOWN: &str = "{elapsed_precise} {msg}";
const COUNTED: &str = "{elapsed_precise} {msg} {pos}";

/// Shows how far the work is: on a terminal only, and only when it lasts.
#[derive(Debug)]
pub(super) struct Bar {
    started: Instant,
    terminal: bool,
    shown: Option<ProgressBar>,
    stage: &'static str,
    template: &'static str,
}

impl Bar {
    /// Work begins.
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), terminal: io::stderr().is_terminal(), shown: None, stage: "", template: "" }
    }

    /// A bar that never shows.
    pub(super) fn hidden() -> Self {
        Self { started: Instant::now(), terminal: false, shown: None, stage: "", template: "" }
    }

    /// A stage of unknown length begins.
    pub(super) fn stage(&mut self, stage: &'static str) {
        self.show(stage, 0, 0);
    }

    /// So much of a stage is done, of so much in all; 0 where that is not known.
    pub(super) fn at(&mut self, stage: &'static str, done: u64, total: u64) {
        self.show(stage, done, total);
    }

    fn show(&mut self, stage: &'static str, done: u64, total: u64) {
        if !self.terminal || (self.shown.is_none() && self.started.elapsed() < PATIENCE) {
            return;
        }
        let bar = self.shown.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            interrupt::show(Some(bar.clone()));
            bar
        });
        // Where the end is unknown, a bar would say nothing.
        let template = match (done, total) {
            (0, 0) => UNKNOWN,
            (_, 0) => COUNTED,
            _ => KNOWN,
        };
        if stage != self.stage || template != self.template {
            self.stage = stage;
            self.template = template;
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(stage);
        }
        bar.set_length(total);
        bar.set_position(done);
    }
}

impl Observer for Bar {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        self.show(progress.stage, progress.done, progress.total);
        ControlFlow::Continue(())
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.shown {
            interrupt::show(None);
            bar.finish_and_clear();
        }
    }
}
