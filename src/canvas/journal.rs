//! What was sent and what came of it, line by line: from it a run that was cut off goes on, and one that was not wanted is undone.
//!
//! Each line is a JSON object. A line `sending` reaches the disk before its request is sent, so whatever Canvas was asked for stands
//! here; one without a later line about the same pair is *open*: it may have worked or not, and is looked at before anything is sent again.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::records::{id, id_in};
use super::task::{Op, Pair};
use crate::id::Id;

const FORMAT: &str = "peerplan/journal";

/// Whether a plan is applied or undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A plan is applied.
    Apply,
    /// What was applied is undone.
    Rollback,
}

/// To what a journal belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// The installation.
    pub base_url: String,
    /// The course.
    pub course_id: Id,
    /// The assignment.
    pub assignment_id: Id,
    /// The section through which it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section_id: Option<Id>,
    /// What tells the plan from others.
    pub digest: String,
}

impl Header {
    /// Whether both belong to the same plan and place. The section is only the way there.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        let place = |header: &Self| (header.course_id.clone(), header.assignment_id.clone());
        self.base_url == other.base_url && self.digest == other.digest && place(self) == place(other)
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Entry<'a> {
    /// A run begins.
    Begun {
        format: &'static str,
        version: u32,
        generator: &'static str,
        mode: Mode,
        #[serde(flatten)]
        header: &'a Header,
    },
    /// A request that writes is about to be sent.
    Sending {
        op: Op,
        #[serde(flatten)]
        pair: &'a Pair,
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<&'a Id>,
    },
    /// It did what it should, by its answer or by what was read afterwards.
    Done {
        op: Op,
        #[serde(flatten)]
        pair: &'a Pair,
        #[serde(skip_serializing_if = "Option::is_none")]
        review_id: Option<&'a Id>,
    },
    /// Its answer was lost.
    Unclear {
        op: Op,
        #[serde(flatten)]
        pair: &'a Pair,
        reason: String,
    },
    /// It did nothing, and is not tried again.
    Left {
        op: Op,
        #[serde(flatten)]
        pair: &'a Pair,
        reason: String,
    },
    /// The run ended.
    Ended { outcome: &'static str, created: u64, deleted: u64, left: u64 },
}

impl Entry<'_> {
    /// The line that begins a run.
    pub(super) const fn begun(mode: Mode, header: &Header) -> Entry<'_> {
        let generator = concat!("peerplan ", env!("CARGO_PKG_VERSION"));
        Entry::Begun { format: FORMAT, version: 1, generator, mode, header }
    }

    /// The line, without its line feed.
    pub(super) fn line(&self) -> String {
        // These values hold nothing that JSON does not.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What a run did to a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    /// What was done.
    pub(super) op: Op,
    /// The id of the review that was created.
    pub(super) review_id: Option<Id>,
    /// The owner of the submission.
    pub(super) user_id: Option<Id>,
}

/// A journal as far as it goes.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    pub(super) header: Option<Header>,
    /// What was done, and not undone since.
    done: BTreeMap<Pair, Effect>,
    /// What was sent, with nothing known of what came of it.
    open: BTreeMap<Pair, (Mode, Effect)>,
    /// Whether the last run came to a complete end.
    complete: bool,
    /// How many bytes of the text are whole lines.
    length: usize,
}

/// Why a text is no journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct BadJournal {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl Journal {
    /// Reads a journal. A last line that was cut off before its line feed was never acted upon and is left out.
    ///
    /// # Errors
    /// The first line that is none of a journal.
    pub fn read(text: &[u8]) -> Result<Self, BadJournal> {
        let length = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let mut journal = Self { length, ..Self::default() };
        let mut mode = Mode::Apply;
        let torn = &text[length..];
        for (number, line) in (1..).zip(text[..length].split(|&byte| byte == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let bad = |what| BadJournal { line: number, what };
            let entry: Value = serde_json::from_slice(line).map_err(|_| bad("this is no JSON"))?;
            let event = entry.get("event").and_then(Value::as_str).ok_or(bad("this is no line of a journal"))?;
            if event == "begun" {
                journal.complete = false;
                mode = journal.begin(&entry).map_err(bad)?;
                continue;
            }
            if journal.header.is_none() {
                return Err(bad("a journal begins with a line \"begun\""));
            }
            journal.complete = event == "ended" && entry.get("outcome").and_then(Value::as_str) == Some("complete");
            if matches!(event, "sending" | "done" | "left") {
                journal.take(event, mode, &entry).ok_or(bad("a field is missing or malformed"))?;
            }
        }
        // Without a whole line before it, the rest must at least look like the beginning of one: other files are not to be written over.
        let begins = |line: &[u8]| torn.starts_with(line) || line.starts_with(torn);
        if journal.header.is_none() && !begins(b"{\"at\":\"") && !begins(b"{\"event\":\"begun\"") {
            return Err(BadJournal { line: 1, what: "this is no line of a journal" });
        }
        Ok(journal)
    }

    fn begin(&mut self, entry: &Value) -> Result<Mode, &'static str> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        if text("format") != Some(FORMAT) || entry.get("version").and_then(Value::as_u64) != Some(1) {
            return Err("this is no journal of this release");
        }
        let header = || {
            Some(Header {
                base_url: text("base_url")?.to_owned(),
                course_id: id_in(entry, "course_id")?,
                assignment_id: id_in(entry, "assignment_id")?,
                section_id: id_in(entry, "section_id"),
                digest: text("digest")?.to_owned(),
            })
        };
        let header = header().ok_or("a field is missing or malformed")?;
        if self.header.as_ref().is_some_and(|earlier| !earlier.is_of(&header)) {
            return Err("the runs of this journal belong to different plans");
        }
        self.header = Some(header);
        match text("mode") {
            Some("apply") => Ok(Mode::Apply),
            Some("rollback") => Ok(Mode::Rollback),
            _ => Err("a field is missing or malformed"),
        }
    }

    fn take(&mut self, event: &str, mode: Mode, entry: &Value) -> Option<()> {
        let op = match entry.get("op")?.as_str()? {
            "create" => Op::Create,
            "delete" => Op::Delete,
            _ => return None,
        };
        let pair = Pair { asset_id: id_in(entry, "asset_id")?, assessor_id: id_in(entry, "assessor_id")? };
        let review_id = entry.get("review_id").and_then(id);
        match event {
            "sending" => {
                // It was looked at before this was sent: what was open had worked, and what was done is undone.
                if mode == Mode::Apply {
                    self.done.remove(&pair);
                } else if let Some((Mode::Apply, effect)) = self.open.remove(&pair) {
                    self.done.entry(pair.clone()).or_insert(effect);
                }
                self.open.insert(pair, (mode, Effect { op, review_id: None, user_id: id_in(entry, "user_id") }));
            }
            "done" => {
                let user_id = self.open.remove(&pair).and_then(|(_, effect)| effect.user_id);
                // What undoes an earlier step leaves nothing to be undone.
                if mode == Mode::Rollback {
                    self.done.remove(&pair);
                } else {
                    self.done.insert(pair, Effect { op, review_id, user_id });
                }
            }
            // What another kind of run has left open is still not known.
            _ if self.open.get(&pair).is_some_and(|(open, _)| *open == mode) => drop(self.open.remove(&pair)),
            _ => {}
        }
        Some(())
    }

    /// What was done or may have been done to pairs by applying, and was not undone.
    pub(super) fn effects(&self) -> impl Iterator<Item = (&Pair, &Effect)> {
        let open = self.open.iter().filter(|(pair, (mode, _))| *mode == Mode::Apply && !self.done.contains_key(pair));
        self.done.iter().chain(open.map(|(pair, (_, effect))| (pair, effect)))
    }

    /// What was done to a pair, and not undone.
    pub(super) fn done(&self, pair: &Pair) -> Option<Op> {
        self.done.get(pair).map(|effect| effect.op)
    }

    /// Whether something was sent for a pair, of which it is not known what came of it.
    pub(super) fn is_open(&self, pair: &Pair) -> bool {
        self.open.contains_key(pair)
    }

    /// What was sent for a pair, where it is not known what came of it.
    pub(super) fn open_op(&self, pair: &Pair) -> Option<Op> {
        self.open.get(pair).map(|(_, effect)| effect.op)
    }

    /// How many bytes of the text are whole lines: what follows is to be cut off before lines are added.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Whether the last run did not come to a complete end.
    #[must_use]
    pub const fn is_unfinished(&self) -> bool {
        self.header.is_some() && !self.complete
    }

    /// To what it belongs; none where nothing was begun.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }
}
