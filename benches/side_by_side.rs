//! One instance, solved once and timed, in the line format of other solvers' drivers, so that anybody can put the
//! engine beside them: `cargo bench --bench side_by_side -- FILE.pp…`
//!
//! A `.pp` file, all numbers little-endian: `PPALLOC1`, u32 rows, u32 columns, u64 pairs, u32 scale, u32 0; u32 demand
//! of each row; u32 minimum and then u32 maximum of each column; u64 first pair of each row and the number of pairs;
//! u32 column of each pair, ascending within a row; i32 weight of each pair.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that reads files and prints figures"
)]

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use peerplan::flow::{Builder, Counters, Instance, Window};

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if files.is_empty() {
        println!("side_by_side: name a FILE.pp to solve; nothing to do without one");
    }
    let mut code = ExitCode::SUCCESS;
    for file in files {
        if let Err(error) = solve(&file) {
            eprintln!("{file}: {error}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn solve(file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let instance = read(file)?;
    let (before, solving) = (processor(), Instant::now());
    let matching = instance.solve()?;
    let solve = solving.elapsed().as_secs_f64();
    let used = before.zip(processor()).map(|(before, after)| after - before);
    let checking = Instant::now();
    let checked = instance.check(&matching);
    let check = checking.elapsed().as_secs_f64();
    let known = |value: Option<String>| value.unwrap_or_else(|| String::from("?"));
    let cpu = known(used.map(|seconds| format!("{seconds:.4}")));
    let rss = known(resident().map(|megabytes| megabytes.to_string()));
    let cert = checked.as_ref().map_or_else(ToString::to_string, |()| String::from("ok"));
    let total = start.elapsed().as_secs_f64();
    println!(
        "peerplan obj={} solve={solve:.4} build+solve={solve:.4} total={total:.4} rss_mb={rss} cert={cert} cert_s={check:.4} \
         cpu={cpu} {} file={file}",
        matching.objective(),
        work(matching.counters()),
    );
    checked.map_err(Into::into)
}

fn work(counters: Counters) -> String {
    let Counters { bids, reverse_steps, row_rescans, augmentations } = counters;
    format!("bids={bids} reverse={reverse_steps} rescans={row_rescans} augmentations={augmentations}")
}

/// The largest resident size so far in MB, where the system tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// The seconds the main thread has been on a processor so far, where the system tells it: unlike the wall, they do not
/// grow with other work on the machine.
fn processor() -> Option<f64> {
    let facts = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = facts.split_whitespace().next()?.parse::<u64>().ok()?;
    Some(Duration::from_nanos(nanoseconds).as_secs_f64())
}

/// Reads an instance row by row: columns and weights are read side by side, so that only the instance is in memory.
fn read(file: &str) -> io::Result<Instance> {
    let mut head = BufReader::new(File::open(file)?);
    let mut magic = [0; 8];
    head.read_exact(&mut magic)?;
    if &magic != b"PPALLOC1" {
        return Err(io::Error::other("not an instance of this format"));
    }
    let (rows, columns) = (number(&mut head)?, number(&mut head)?);
    let mut pairs = [0; 8];
    head.read_exact(&mut pairs)?;
    let pairs = u64::from_le_bytes(pairs);
    head.seek_relative(8)?;
    let demand = numbers(&mut head, rows)?;
    let least = numbers(&mut head, columns)?;
    let most = numbers(&mut head, columns)?;
    let windows = least.iter().zip(&most).map(|(&least, &most)| Window::new(least, most)).collect();
    let first = 32 + 4 * (u64::from(rows) + 2 * u64::from(columns)) + 8 * (u64::from(rows) + 1);
    let at = |place: u64| -> io::Result<BufReader<File>> {
        let mut reader = File::open(file)?;
        reader.seek(SeekFrom::Start(place))?;
        Ok(BufReader::with_capacity(1 << 16, reader))
    };
    let (mut column_reader, mut weight_reader) = (at(first)?, at(first + 4 * pairs)?);
    let expected = usize::try_from(pairs).map_err(io::Error::other)?;
    let mut builder = Builder::with_shape(windows, rows as usize, expected);
    let mut row_pairs: Vec<(u32, i64)> = Vec::new();
    let mut start = long(&mut head)?;
    for demand in demand {
        let end = long(&mut head)?;
        let count = u32::try_from(end - start).map_err(io::Error::other)?;
        let columns = numbers(&mut column_reader, count)?;
        let weights = numbers(&mut weight_reader, count)?;
        row_pairs.clear();
        row_pairs.extend(columns.iter().zip(&weights).map(|(&column, &weight)| (column, weight.cast_signed().into())));
        builder.row(Window::exactly(demand), &row_pairs);
        start = end;
    }
    Ok(builder.finish())
}

fn number(reader: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn long(reader: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    reader.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn numbers(reader: &mut impl Read, count: u32) -> io::Result<Vec<u32>> {
    let mut bytes = vec![0; 4 * count as usize];
    reader.read_exact(&mut bytes)?;
    let words = bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    Ok(words.collect())
}
