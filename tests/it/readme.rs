//! The documentation does what it says: the commands of the readme print what it shows, and the digest of the worked
//! example is the hash of the lines shown.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use peerplan::strategy::{AssignError, Run, registry};
use peerplan::{Problem, formats};

/// A fenced block of a Markdown text: the language, and the lines.
struct Block {
    language: String,
    text: String,
}

/// The fenced blocks of a text, in order.
fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        match (open, line.strip_prefix("```")) {
            (false, Some(language)) => {
                found.push(Block { language: language.to_owned(), text: String::new() });
                open = true;
            }
            (true, Some(_)) => open = false,
            (true, None) => writeln!(found.last_mut().unwrap().text, "{line}").unwrap(),
            (false, None) => {}
        }
    }
    assert!(!open, "a block does not end");
    found
}

fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn document(name: &str) -> String {
    fs::read_to_string(repository(name)).unwrap()
}

/// A directory with the examples where the documents expect them.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let examples = place.path().join("docs/examples");
    fs::create_dir_all(&examples).unwrap();
    for entry in fs::read_dir(repository("docs/examples")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), examples.join(entry.file_name())).unwrap();
    }
    place
}

/// What the command prints for the arguments of a line; it must succeed.
fn run(place: &Path, arguments: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerplan"));
    command.args(arguments.split_whitespace()).current_dir(place).env("NO_COLOR", "1");
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "peerplan {arguments}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Lines without the white space at their ends, which Markdown does not show.
fn shown(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

#[test]
fn the_commands_of_the_readme_print_what_it_shows() {
    let (ran, compared) = run_all("README.md");
    assert!(ran >= 5 && compared >= 2, "{ran} commands, {compared} outputs");
}

#[test]
fn the_comparisons_of_fairness_are_those_of_the_command() {
    assert_eq!(run_all("docs/fairness.md"), (4, 3));
}

/// Runs the commands of a document and compares what they print with what it shows; how many there are of each. A block
/// whose language is followed by a name is a file that the reader saves.
fn run_all(name: &str) -> (usize, usize) {
    let place = place();
    let mut printed = None;
    let (mut ran, mut compared) = (0, 0);
    for block in blocks(&document(name)) {
        if let Some((_, file)) = block.language.split_once(' ') {
            fs::write(place.path().join(file), &block.text).unwrap();
        }
        match block.language.as_str() {
            "sh" => {
                for line in block.text.lines() {
                    let arguments = line.strip_prefix("cargo run --release -- ");
                    let arguments = arguments.or_else(|| line.strip_prefix("peerplan "));
                    printed = arguments.map(|arguments| run(place.path(), arguments));
                    assert!(printed.is_some() || line == "cargo test", "a command that no test runs: {line}");
                    ran += usize::from(printed.is_some());
                }
            }
            "text" => {
                let printed = printed.take().expect("a block of output follows its command");
                assert_eq!(shown(&block.text), shown(&printed));
                compared += 1;
            }
            _ => printed = None,
        }
    }
    (ran, compared)
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let documents = [
        "README.md",
        "docs/formats.md",
        "docs/architecture.md",
        "docs/reproducibility.md",
        "docs/fairness.md",
        "docs/CHANGELOG.md",
    ];
    for name in documents {
        let text = document(name);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = repository(name).parent().unwrap().to_owned();
            let path = if file.is_empty() { repository(name) } else { folder.join(file) };
            assert!(path.exists(), "{name}: {target}");
            if !anchor.is_empty() {
                let text = fs::read_to_string(path).unwrap();
                let mut headings = text.lines().filter(|line| line.starts_with('#')).map(anchor_of);
                assert!(headings.any(|heading| heading == anchor), "{name}: {target}");
            }
        }
    }
}

/// The anchor of a heading.
fn anchor_of(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn the_worked_example_of_the_digest_is_the_hash_of_its_lines() {
    let text = document("docs/reproducibility.md");
    let blocks = blocks(&text);
    let of = |language: &str| &blocks.iter().find(|block| block.language == language).unwrap().text;
    let (problem, lines, digest) = (of("json"), of("text"), of("sha256"));
    let mut hash = String::new();
    for byte in hmac_sha256::Hash::hash(lines.as_bytes()) {
        write!(hash, "{byte:02x}").unwrap();
    }
    assert_eq!(hash, digest.trim());
    let (input, _) = formats::problem::read(problem.as_bytes(), false).unwrap();
    assert_eq!(Problem::new(&input).unwrap().digest(), hash);
}

#[test]
fn the_worked_example_of_a_certificate_is_what_strategies_return() {
    let text = document("docs/formats.md");
    let section = text.split("## Infeasibility certificates").nth(1).unwrap();
    let blocks = blocks(section.split("\n## ").next().unwrap());
    let [problem, proof] = &blocks[..] else { panic!("a problem and its certificate") };
    let (input, _) = formats::problem::read(problem.text.as_bytes(), false).unwrap();
    let problem = Problem::new(&input).unwrap();
    for strategy in registry() {
        match strategy.assign(&problem, &mut Run::new(0)) {
            Err(AssignError::Infeasible(certificate)) => {
                let expected: serde_json::Value = serde_json::from_str(&proof.text).unwrap();
                assert_eq!(serde_json::to_value(&*certificate).unwrap(), expected, "{}", strategy.name());
            }
            other => panic!("{}: {other:?}", strategy.name()),
        }
    }
}

#[test]
fn every_code_of_the_checks_of_problems_is_documented() {
    let formats = document("docs/formats.md");
    let mut codes = 0;
    for entry in fs::read_dir(repository("src/problem")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for call in ["found.error(", "found.warning(", "warnings.warning("] {
            for rest in text.split(call).skip(1).map(str::trim_start) {
                // Some calls choose the code before.
                let Some(code) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
                assert!(formats.contains(&format!("| `{code}` |")), "docs/formats.md does not list `{code}`");
                codes += 1;
            }
        }
    }
    assert!(codes >= 15, "{codes}");
}
