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

/// Shows how far the work is: on a terminal only, and only when it lasts.
#[derive(Debug)]
pub(super) struct Bar {
    started: Instant,
    terminal: bool,
    shown: Option<ProgressBar>,
    stage: &'static str,
}

impl Bar {
    /// Work begins.
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), terminal: io::stderr().is_terminal(), shown: None, stage: "" }
    }

    /// A bar that never shows.
    pub(super) fn hidden() -> Self {
        Self { started: Instant::now(), terminal: false, shown: None, stage: "" }
    }

    /// A stage of unknown length begins.
    pub(super) fn stage(&mut self, stage: &'static str) {
        self.show(stage, 0, 0);
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
        if stage != self.stage {
            self.stage = stage;
            // Where the end is unknown, a bar would say nothing.
            let template = if total == 0 { UNKNOWN } else { KNOWN };
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
