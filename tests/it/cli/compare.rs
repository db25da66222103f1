//! `compare`: what it tells of many runs is what the runs are, one by one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Done, PAIR, Place};

/// Reviewers with scores; rows of numbers that depend on the seed.
fn conference() -> Place {
    let place = Place::with_problems();
    let size = ["--students", "20", "--submissions", "12", "--candidates", "8", "--institutions", "3"];
    place.ok(&[&["generate"], &size[..], &["-o", "c.json"]].concat());
    place
}

fn compare(place: &Place, arguments: &[&str]) -> Done {
    place.run(&[&["compare", "c.json"], arguments].concat())
}

/// The numbers of a document by their paths.
fn numbers(path: &str, value: &Value, found: &mut BTreeMap<String, f64>) {
    match value {
        Value::Number(number) => _ = found.insert(path[1..].to_owned(), number.as_f64().unwrap()),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| numbers(&format!("{path}.{key}"), value, found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, value)| numbers(&format!("{path}.{place}"), value, found));
        }
        _ => {}
    }
}

#[test]
fn mean_and_spread_are_those_of_the_plans_one_by_one() {
    let place = conference();
    let done = compare(&place, &["--strategies", "random,max_affinity", "--seeds", "3", "--json"]);
    assert_eq!((done.code, &*done.stderr), (0, ""));
    let comparison = done.json();
    let mut optimum = None;
    for (place_in_list, name) in ["random", "max_affinity"].into_iter().enumerate() {
        let row = &comparison["strategies"][place_in_list];
        assert_eq!((&row["strategy"], &row["runs"]), (&json!(name), &json!(3)));
        assert_eq!((&row["infeasible"], &row["undecided"]), (&json!(0), &json!(0)));
        let mut runs: Vec<BTreeMap<String, f64>> = Vec::new();
        for seed in ["0", "1", "2"] {
            place.ok(&["plan", "c.json", "--strategy", name, "--seed", seed, "-o", "plan.json"]);
            let mut found = BTreeMap::new();
            numbers("", &place.run(&["metrics", "c.json", "plan.json", "--json"]).json(), &mut found);
            runs.push(found);
        }
        for (figure, statistics) in row["figures"].as_object().unwrap() {
            if figure == "affinity.share_of_optimum" || figure == "affinity.price_of_fairness" {
                continue;
            }
            let values: Vec<f64> = runs.iter().map(|run| run[figure]).collect();
            let mean = values.iter().sum::<f64>() / 3.0;
            let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
            let (min, max) =
                (values.iter().copied().fold(f64::MAX, f64::min), values.iter().copied().fold(f64::MIN, f64::max));
            for (name, expected) in
                [("runs", 3.0), ("mean", mean), ("deviation", deviation), ("min", min), ("max", max)]
            {
                let found = statistics[name].as_f64().unwrap();
                assert!(
                    (found - expected).abs() < 1e-9 * expected.abs().max(1.0),
                    "{figure} {name}: {found}, {expected}"
                );
            }
        }
        for figure in ["reviews", "per_submission.gini", "same_label.institution.share", "spectral_gap", "four_cycles"]
        {
            assert!(row["figures"][figure].is_object(), "{figure}");
        }
        for figure in ["affinity.total", "affinity.lowest_five.4", "envy.ef1.count", "envy.wef1.count"] {
            assert!(row["figures"][figure].is_object(), "{figure}");
        }
        optimum = Some(runs[0]["affinity.total_units"]);
    }
    assert_eq!(comparison["optimum_units"].as_f64(), optimum);
    let [random, best] = [0, 1].map(|place| &comparison["strategies"][place]["figures"]);
    assert_eq!(best["affinity.share_of_optimum"]["min"], 1.0);
    let total = random["affinity.total"]["mean"].as_f64().unwrap() * 1e6 / optimum.unwrap();
    assert!((random["affinity.share_of_optimum"]["mean"].as_f64().unwrap() - total).abs() < 1e-9);
    assert!((random["affinity.price_of_fairness"]["mean"].as_f64().unwrap() - (1.0 - total)).abs() < 1e-9);
}

#[test]
fn probabilities_are_counted_or_known() {
    let place = conference();
    let comparison = compare(&place, &["--strategies", "random,round_robin", "--seeds", "40", "--json"]).json();
    let [random, ring] = [0, 1].map(|place| &comparison["strategies"][place]);
    assert_eq!((&random["randomness"]["exact"], &random["randomness"]["draws"]), (&json!(false), &json!(40)));
    let interval = random["randomness"]["max_probability_interval"].as_array().unwrap();
    let most = &random["randomness"]["max_probability"];
    assert!(interval[0].as_f64() < most.as_f64() && most.as_f64() < interval[1].as_f64());
    // Where the seed makes no difference one run tells everything.
    assert_eq!((&ring["runs"], &ring["randomness"]["exact"]), (&json!(1), &json!(true)));
    assert_eq!((&ring["randomness"]["support"], &ring["randomness"]["entropy"]), (&json!(36), &json!(0.0)));
    assert!(
        random["randomness"]["support"].as_u64() > Some(100) && random["randomness"]["entropy"].as_f64() > Some(50.0)
    );
}

#[test]
fn nothing_depends_on_threads_and_all_formats_tell_the_same() {
    let place = conference();
    for format in [&["--json"][..], &["--format", "csv"], &[]] {
        let one = compare(&place, &[&["--seeds", "4", "--threads", "1"], format].concat());
        assert_eq!(one.code, 0, "{}", one.stderr);
        for threads in ["2", "5"] {
            assert_eq!(compare(&place, &[&["--seeds", "4", "--threads", threads], format].concat()), one);
        }
    }
    let json = compare(&place, &["--seeds", "2", "--format", "json"]).json();
    let csv = compare(&place, &["--seeds", "2", "--format", "csv"]).stdout;
    assert!(csv.starts_with("strategy,figure,runs,mean,deviation,min,max\n"));
    for row in json["strategies"].as_array().unwrap() {
        let name = row["strategy"].as_str().unwrap();
        for (figure, statistics) in row["figures"].as_object().unwrap() {
            let start = format!("{name},{figure},{},", statistics["runs"]);
            let line = csv.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{start}"));
            let mean: f64 = line[start.len()..].split(',').next().unwrap().parse().unwrap();
            assert_eq!(Some(mean), statistics["mean"].as_f64());
        }
        assert!(csv.contains(&format!("{name},answered,{},1,,,\n", row["runs"])));
        assert!(csv.contains(&format!("{name},randomness.entropy,")));
    }
}

#[test]
fn what_has_no_plan_is_a_row_that_says_so() {
    let place = Place::with_problems();
    let done = place.run(&["compare", "impossible.json", "--strategies", "random,matching", "--seeds", "2", "--json"]);
    assert_eq!(done.code, 0);
    assert!(done.stderr.contains("peerplan: random: of 2 runs 2 infeasible, 0 undecided"), "{}", done.stderr);
    for row in done.json()["strategies"].as_array().unwrap() {
        assert_eq!((&row["infeasible"], &row["figures"], &row["randomness"]), (&json!(2), &json!({}), &Value::Null));
    }
    let table = place.ok(&["compare", "impossible.json", "--seeds", "1"]);
    assert!(table.contains("| infeasible") && !table.contains("entropy"), "{table}");
    // Without scores there is no optimum to compare with.
    assert_eq!(place.run(&["compare", "pair.json", "--seeds", "1", "--json"]).json()["optimum_units"], Value::Null);
}

#[test]
fn wrong_names_are_told_before_anything_is_read() {
    let place = Place::new();
    for (strategies, said) in [
        ("random,unheard_of", "there is no strategy \"unheard_of\""),
        ("random,random", "names random twice"),
        ("perturbed:limit=0.5:limit=0.6", "limit is given twice"),
        ("random:limit=0.5", "random has no parameter \"limit\""),
        ("random:limit", "write parameters as in NAME:limit=0.5"),
        ("random:seed=3", "seeds are those of --seeds"),
        ("random:=3", "write parameters"),
        ("random:limit=much", "limit"),
        ("", "there is no strategy \"\""),
    ] {
        let done = place.run(&["compare", "nothing.json", "--strategies", strategies]);
        assert_eq!((done.code, &*done.stdout), (2, ""), "{strategies}: {}", done.stderr);
        assert!(done.stderr.contains(said), "{strategies}: {}", done.stderr);
    }
    place.put("pair.json", PAIR);
    assert_eq!(place.run(&["compare", "pair.json", "--seeds", "0"]).code, 2);
    assert_eq!(place.run(&["compare", "pair.json", "--json", "--format", "csv"]).code, 2);
    assert_eq!(place.run(&["compare", "missing.json"]).code, 1);
}
