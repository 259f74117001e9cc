//! `cargo xtask eval-search`: the product's search on a judged collection in BEIR form.

use std::path::{Path, PathBuf};

use crate::project::{Problem, Project, run, say};

const USAGE: &str = "`cargo xtask eval-search FOLDER --run FILE [--ignore-identical-ids]`; FOLDER holds corpus.jsonl, \
                     queries.jsonl and qrels/test.tsv, and FILE is the TREC run to write";

/// What `eval-search` is told on the command line.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    folder: PathBuf,
    run: PathBuf,
    ignore_identical_ids: bool,
}

/// Ranks the collection in release and prints its figures; the ranking itself lives beside the library.
pub(crate) fn eval_search(project: &Project, arguments: &[String]) -> Result<(), Problem> {
    let request = read(arguments)?;
    // cargo runs in the project folder; paths are meant from where the caller stands
    let (folder, file) = (absolute(&request.folder)?, absolute(&request.run)?);
    if !folder.is_dir() {
        return Err(Problem::new(format!("no folder at {}", folder.display())).remedy(USAGE));
    }
    say("eval-search: building the library in release; the first time takes minutes …");
    let mut command =
        project.cargo(["run", "--release", "--quiet", "-p", "bravli-library", "--example", "eval_search", "--"]);
    command.arg(folder).arg("--run").arg(file);
    if request.ignore_identical_ids {
        command.arg("--ignore-identical-ids");
    }
    run(&mut command)
}

fn read(arguments: &[String]) -> Result<Request, Problem> {
    let (mut folder, mut run, mut ignore_identical_ids) = (None, None, false);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--run" => run = arguments.next().map(PathBuf::from),
            "--ignore-identical-ids" => ignore_identical_ids = true,
            flag if flag.starts_with('-') => {
                return Err(Problem::new(format!("`cargo xtask eval-search` knows no {flag:?}")).remedy(USAGE));
            }
            _ if folder.is_none() => folder = Some(PathBuf::from(argument)),
            _ => return Err(Problem::new(format!("one folder is ranked, got {argument:?} as well")).remedy(USAGE)),
        }
    }
    let folder = folder.ok_or_else(|| Problem::new("`cargo xtask eval-search` needs a folder").remedy(USAGE))?;
    let run = run.ok_or_else(|| Problem::new("`cargo xtask eval-search` needs --run FILE").remedy(USAGE))?;
    Ok(Request { folder, run, ignore_identical_ids })
}

fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path).map_err(|e| Problem::new(format!("cannot use the path {}: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(line: &str) -> Result<Request, Problem> {
        read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn folder_and_run_file_come_in_any_order() {
        let expected = Request { folder: "scifact".into(), run: "run.txt".into(), ignore_identical_ids: false };
        assert_eq!(read_line("scifact --run run.txt").unwrap(), expected);
        assert_eq!(read_line("--run run.txt scifact").unwrap(), expected);
        assert!(read_line("a --ignore-identical-ids --run b").unwrap().ignore_identical_ids);
    }

    #[test]
    fn what_is_missing_or_unknown_is_told_with_the_usage() {
        for (line, told) in [
            ("--run a", "folder"),
            ("a", "--run"),
            ("a --run", "--run"),
            ("a b --run c", "\"b\""),
            ("a --rum b", "--rum"),
        ] {
            let text = read_line(line).unwrap_err().to_string();
            assert!(text.contains(told) && text.contains("eval-search FOLDER --run FILE"), "{line}: {text}");
        }
    }
}
