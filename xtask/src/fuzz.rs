//! `cargo xtask fuzz`: every reader of text that others write, under a fuzzer that watches which branches it takes.
//!
//! Works with the stable compiler: LLVM's coverage pass is asked for by name, and the fuzzer is a library that calls us.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

use crate::cmake::{self, packages};
use crate::nearest::nearest;
use crate::project::{Problem, Project, answers, line, output, run, say};

const USAGE: &str = "`cargo xtask fuzz [TARGET …] [--seconds N] [--corpus FOLDER]`, or `cargo xtask fuzz TARGET --replay \
                     FILE`; the targets are the folders of fuzz/corpus";

/// Counters at every branch, a table of where they are, and calls at every comparison, so that the fuzzer learns what a
/// text was compared with.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                         -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                         -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
                         --cfg fuzzing";

/// How long a target is fuzzed where nothing else is asked for.
const SECONDS: u32 = 20;

/// What one text may cost, in seconds and MB, and how long it may be: a corpus stays small and a slow text stands out.
const LIMITS: [&str; 3] = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=4096"];

/// Says which target the fuzzer calls; `fuzz/src/lib.rs` reads it.
const VARIABLE: &str = "BRAVLI_FUZZ_TARGET";

/// What `fuzz` is told on the command line.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    targets: Vec<String>,
    seconds: u32,
    corpus: Option<PathBuf>,
    replay: Option<PathBuf>,
}

/// Fuzzes the targets one after another; all of them run, and any that fails is told with its text at the end.
pub(crate) fn fuzz(project: &mut Project, arguments: &[String]) -> Result<(), Problem> {
    let known = targets(&project.root)?;
    let request = read(arguments, &known)?;
    needs_compiler()?;
    cmake::setup(project)?; // the reader of studies comes with all that runs them
    let folder = project.target_folder()?.join("fuzz");
    let binary = build(project, &folder)?;
    if let Some(file) = &request.replay {
        let target = &request.targets[0];
        return run(fuzzer(&binary, target).arg(file)).map_err(|_| {
            Problem::new(format!("{target} still breaks a promise on {}", file.display()))
                .remedy("the message above says which; the place is in the backtrace")
        });
    }
    let chosen = if request.targets.is_empty() { &known } else { &request.targets };
    let work = folder.join("work");
    let (n_targets, seconds) = (chosen.len(), request.seconds);
    say(format!("fuzz: {n_targets} targets, {seconds} s each; logs and what is found lie in {}", work.display()));
    say(format!("  {:<24}{:>12}{:>10}{:>8}{:>8}{:>9}", "target", "executions", "per s", "cov", "corpus", "peak MB"));
    let mut failed = 0;
    for target in chosen {
        let done = one(project, &work.join(target), &binary, target, &request)?;
        say(done.row(target, seconds));
        if let Some(failure) = done.failure {
            failed += 1;
            say(format!("  {target}: FAILED, {}", failure.what));
            if let Some(text) = failure.text {
                say(format!("    replay: cargo xtask fuzz {target} --replay {}", text.display()));
            }
        }
    }
    if failed == 0 {
        return Ok(());
    }
    let plural = if failed == 1 { "" } else { "s" };
    Err(Problem::new(format!("{failed} target{plural} failed, named above")).remedy(
        "mend the reader, and keep the text: copy it into fuzz/corpus/TARGET under a name that says what it is",
    ))
}

/// The targets, which are the folders of `fuzz/corpus`; a test holds them to the table in `fuzz/src/lib.rs`.
fn targets(root: &Path) -> Result<Vec<String>, Problem> {
    let folder = root.join("fuzz/corpus");
    let entries = fs::read_dir(&folder).map_err(|e| cannot("read", &folder, &e))?;
    let folders = entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn read(arguments: &[String], known: &[String]) -> Result<Request, Problem> {
    let mut request = Request { targets: Vec::new(), seconds: SECONDS, corpus: None, replay: None };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments.next().ok_or_else(|| Problem::new(format!("{argument} needs a value behind it")).remedy(USAGE))
        };
        match argument.as_str() {
            "--seconds" => {
                let text = value()?;
                let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
                request.seconds = seconds.ok_or_else(|| {
                    Problem::new(format!("--seconds must be a whole number above 0, got {text:?}")).remedy(USAGE)
                })?;
            }
            "--corpus" => request.corpus = Some(existing(value()?)?),
            "--replay" => request.replay = Some(existing(value()?)?),
            flag if flag.starts_with('-') => {
                return Err(Problem::new(format!("`cargo xtask fuzz` knows no {flag:?}")).remedy(USAGE));
            }
            name if known.iter().any(|known| known == name) => request.targets.push(name.to_owned()),
            name => {
                let names: Vec<&str> = known.iter().map(String::as_str).collect();
                let problem = Problem::new(format!("unknown target {name:?}; the targets are {}", names.join(", ")));
                return Err(match nearest(name, &names) {
                    Some(near) => problem.remedy(format!("did you mean {near}?")),
                    None => problem.remedy(USAGE),
                });
            }
        }
    }
    if request.replay.is_some() && request.targets.len() != 1 {
        return Err(Problem::new("--replay needs the one target that the file belongs to").remedy(USAGE));
    }
    Ok(request)
}

/// The absolute path of something that is there; the fuzzer runs in the project folder, the caller may not.
fn existing(path: &str) -> Result<PathBuf, Problem> {
    fs::canonicalize(path).map_err(|e| cannot("find", Path::new(path), &e))
}

fn needs_compiler() -> Result<(), Problem> {
    if cfg!(windows) {
        return Err(Problem::new("`cargo xtask fuzz` runs on Linux and macOS")
            .remedy("the corpus is checked everywhere: `cargo test -p bravli-tests --test fuzz_corpus`"));
    }
    let cxx = env::var("CXX").ok().filter(|cxx| !cxx.trim().is_empty()).unwrap_or_else(|| "c++".into());
    let compiler = cxx.split_whitespace().next().unwrap_or("c++");
    if answers(Command::new(compiler).arg("--version")) {
        return Ok(());
    }
    Err(Problem::new(format!("no C++ compiler: `{compiler}` does not run, and the fuzzer is built from source"))
        .remedy(packages("g++", "gcc-c++", "xcode-select --install")))
}

/// Builds the fuzzer with its counters and gives its path.
fn build(project: &Project, folder: &Path) -> Result<PathBuf, Problem> {
    let host = host()?;
    say("fuzz: building the readers with coverage counters; the first time takes minutes …");
    let mut command =
        project.cargo(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--features", "fuzzer"]);
    // naming the target keeps the flags away from build scripts and macros, which run here and have no fuzzer in them
    command.args(["--target", &host]);
    let own = env::var("RUSTFLAGS").unwrap_or_default();
    command.env("RUSTFLAGS", format!("{own} {RUSTFLAGS}").trim()).env_remove("CARGO_ENCODED_RUSTFLAGS");
    run(command.env("CARGO_TARGET_DIR", folder))?;
    Ok(folder.join(host).join("release/bravli-fuzz"))
}

/// The kind of machine that the compiler builds for when nothing else is asked.
fn host() -> Result<String, Problem> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let text = output(Command::new(rustc).arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.ok_or_else(|| Problem::new("`rustc -vV` names no host"))
}

fn fuzzer(binary: &Path, target: &str) -> Command {
    let mut command = Command::new(binary);
    command.env(VARIABLE, target).env("RUST_BACKTRACE", "1").args(LIMITS);
    command
}

/// Fuzzes one target, from the committed corpus and what earlier runs added to their copy of it.
fn one(project: &Project, work: &Path, binary: &Path, target: &str, request: &Request) -> Result<Done, Problem> {
    let (corpus, found) = (work.join("corpus"), work.join("found"));
    for folder in [&corpus, &found] {
        fs::create_dir_all(folder).map_err(|e| cannot("make", folder, &e))?;
    }
    let seeds = project.root.join("fuzz/corpus").join(target);
    for seed in fs::read_dir(&seeds).map_err(|e| cannot("read", &seeds, &e))?.filter_map(Result::ok) {
        fs::copy(seed.path(), corpus.join(seed.file_name())).map_err(|e| cannot("copy", &seed.path(), &e))?;
    }
    let log = work.join("log");
    let file = File::create(&log).map_err(|e| cannot("write", &log, &e))?;
    let mut command = fuzzer(binary, target);
    command.arg(format!("-max_total_time={}", request.seconds)).arg("-print_final_stats=1");
    command.arg(format!("-artifact_prefix={}/", found.display()));
    let format = target.split('_').next().unwrap_or(target);
    let words = project.root.join("fuzz/dict").join(format!("{format}.dict"));
    if words.is_file() {
        command.arg(format!("-dict={}", words.display()));
    }
    command.arg(&corpus).args(&request.corpus);
    command.stdout(file.try_clone().map_err(|e| cannot("write", &log, &e))?).stderr(file);
    let status = command.status().map_err(|e| Problem::new(format!("cannot start `{}`: {e}", line(&command))))?;
    let text = fs::read(&log).map_err(|e| cannot("read", &log, &e))?;
    let mut done = Done::read(&String::from_utf8_lossy(&text));
    if !status.success() && done.failure.is_none() {
        done.failure = Some(Failure { what: format!("it ended with {status}, see {}", log.display()), text: None });
    }
    Ok(done)
}

/// How a run went, out of the fuzzer's log.
#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    executions: u64,
    coverage: u64,
    corpus: u64,
    peak_mb: u64,
    failure: Option<Failure>,
}

#[derive(Debug, PartialEq, Eq)]
struct Failure {
    what: String,
    /// The text that it fails on.
    text: Option<PathBuf>,
}

impl Done {
    fn read(log: &str) -> Self {
        let number = |word: &str| -> u64 {
            let rest = log.rsplit_once(word).map_or("", |(_, rest)| rest).trim_start();
            rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
        };
        let told = |mark: &str| log.lines().find_map(|line| line.split_once(mark));
        let text = told("Test unit written to ").map(|(_, path)| PathBuf::from(path.trim()));
        let mut failure = text.map(|text| {
            // a panic says where in one line and why in the next; limits say it in the summary
            let panic = log.lines().skip_while(|line| !line.starts_with("thread '")).take(2);
            let panic: Vec<&str> = panic.map(|line| line.split(" panicked at ").last().unwrap_or(line)).collect();
            let summary = told("SUMMARY: libFuzzer: ").map_or("it stopped", |(_, what)| what.trim());
            let what = if panic.is_empty() { summary.to_owned() } else { panic.join(" ") };
            Failure { what: what.chars().take(400).collect(), text: Some(text) }
        });
        if !log.contains(" inline 8-bit counters)") {
            let what = "the readers carry no coverage counters; does RUSTFLAGS or a cargo configuration undo them?";
            failure.get_or_insert(Failure { what: what.into(), text: None });
        }
        Done {
            executions: number("stat::number_of_executed_units:"),
            coverage: number(" cov: "),
            corpus: number(" corp: "),
            peak_mb: number("stat::peak_rss_mb:"),
            failure,
        }
    }

    fn row(&self, target: &str, seconds: u32) -> String {
        let Done { executions, coverage, corpus, peak_mb, .. } = self;
        let rate = executions / u64::from(seconds.max(1));
        format!("  {target:<24}{executions:>12}{rate:>10}{coverage:>8}{corpus:>8}{peak_mb:>9}")
    }
}

fn cannot(act: &str, path: &Path, error: &io::Error) -> Problem {
    Problem::new(format!("cannot {act} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(line: &str) -> Result<Request, Problem> {
        let known = ["pattern".to_owned(), "xml_recipe".to_owned()];
        read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), &known)
    }

    #[test]
    fn targets_and_time_come_in_any_order() {
        let all = Request { targets: Vec::new(), seconds: SECONDS, corpus: None, replay: None };
        assert_eq!(read_line("").unwrap(), all);
        let some = Request { targets: vec!["xml_recipe".into(), "pattern".into()], seconds: 5, ..all };
        assert_eq!(read_line("xml_recipe --seconds 5 pattern").unwrap(), some);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_right() {
        for (line, told) in [
            ("xml_recip", "did you mean xml_recipe?"),
            ("--seconds 0", "got \"0\""),
            ("--seconds", "needs a value"),
            ("--forever", "--forever"),
            ("--replay Cargo.toml", "the one target"),
            ("pattern --replay none.here", "cannot find none.here"),
        ] {
            let text = read_line(line).unwrap_err().to_string();
            assert!(text.contains(told), "{line}: {text}");
        }
    }

    #[test]
    fn the_log_of_a_run_is_read() {
        let log = "INFO: Loaded 1 modules   (42 inline 8-bit counters): 42 [0x1, 0x2),\n\
                   #8\tINITED cov: 90 ft: 91 corp: 3/2kb exec/s: 0 rss: 40Mb\n\
                   #900\tDONE   cov: 120 ft: 300 corp: 17/5kb lim: 64 exec/s: 450 rss: 41Mb\n\
                   stat::number_of_executed_units: 900\nstat::peak_rss_mb:              41\n";
        let done = Done { executions: 900, coverage: 120, corpus: 17, peak_mb: 41, failure: None };
        assert_eq!(Done::read(log), done);
    }

    #[test]
    fn a_failure_is_told_with_its_reason_and_its_text() {
        let log = "(42 inline 8-bit counters)\nthread '<unnamed>' (7) panicked at src/pattern.rs:17:9:\nthey differ\n\
                   artifact_prefix='f/'; Test unit written to f/crash-1\n";
        let failure = Done::read(log).failure.unwrap();
        assert_eq!(failure.what, "src/pattern.rs:17:9: they differ");
        assert_eq!(failure.text, Some("f/crash-1".into()));
        let log = "(42 inline 8-bit counters)\nTest unit written to f/timeout-1\nSUMMARY: libFuzzer: timeout\n";
        assert_eq!(Done::read(log).failure.unwrap().what, "timeout");
        assert!(Done::read("").failure.unwrap().what.contains("no coverage counters"));
    }
}
