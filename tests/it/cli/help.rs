//! The help: its examples work.

use super::Place;

const VERBS: [&str; 13] = [
    "plan",
    "verify",
    "explain",
    "metrics",
    "compare",
    "diff",
    "show",
    "next",
    "generate",
    "strategies",
    "schema",
    "completions",
    "man",
];

/// The examples at the end of a help text.
fn examples(help: &str) -> Vec<&str> {
    let (_, examples) = help.split_once("\nExamples:\n").expect("help ends with examples");
    examples.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_verbs_are_those_tested_here() {
    let help = Place::new().ok(&["--help"]);
    let (_, rest) = help.split_once("Commands:\n").unwrap();
    let verbs: Vec<&str> =
        rest.lines().take_while(|line| !line.is_empty()).filter_map(|l| l.split_whitespace().next()).collect();
    // The examples of `canvas` take a server, and are tried with the client.
    let verbs: Vec<&str> = verbs.into_iter().filter(|verb| *verb != "canvas").collect();
    assert_eq!(verbs[..verbs.len() - 1], VERBS);
    assert_eq!(verbs.last(), Some(&"help"));
}

#[cfg(unix)]
#[test]
fn every_example_of_every_help_works() {
    let place = Place::new();
    for name in ["small.json", "course.json"] {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/");
        std::fs::copy(format!("{example}{name}"), place.path(name)).unwrap();
    }
    // The verbs after `plan` look at the plan that the first example of `plan` makes.
    let directory = std::path::Path::new(super::PEERPLAN).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(directory.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let helps = VERBS.iter().map(|verb| place.ok(&[verb, "--help"])).chain([place.ok(&["--help"])]);
    for help in helps {
        let examples = examples(&help);
        assert_eq!(examples.len(), 2, "{help}");
        for example in examples {
            assert!(example.starts_with("peerplan "), "{example}");
            let mut shell = std::process::Command::new("sh");
            let output = shell.args(["-c", example]).current_dir(place.path("")).env("PATH", &path).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{example}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
