//! A library of any size, made from the shipped records.

use bravli_facts::{Fact, FactValue, KnowledgeBase, Place};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Questions for one number, as they are typed: plain, short, misspelt, by author, about what nobody measured.
pub const QUESTIONS: [&str; 6] = [
    "connection probability L4 spiny stellate to L2/3 pyramid in rat",
    "p(conn) PV -> PC, L2/3 mouse barrel cortex",
    "What is the resting potential of Martinotti cells in layer 5?",
    "membrane time constnat fast-spiking L4",
    "Lefort 2009 L4 to L5A",
    "refractive index of the optic nerve in axolotl",
];

/// Queries of a free search.
pub const QUERIES: [&str; 6] = [
    "L4 to L2/3 connection probability",
    "SST Martinotti facilitating",
    "thalamocortical synapses onto spiny stellates",
    "short-term depression of layer 5 pyramids",
    "firing rate awake whisking",
    "NMDA decay",
];

/// `n` papers and facts, or as many as are shipped where those are more, with the shipped terms.
///
/// The shipped records come first, as they are. Then they are repeated until there are enough: in copy k every
/// paper's key ends in `vk` and its year is k later, every fact belongs to the paper of its copy, and its value is the
/// shipped one times 0.97 to the k, so that no two facts say the same and shares stay below one.
///
/// # Errors
/// When the shipped records are not there or cannot be read.
pub fn many_records(n: usize) -> Result<KnowledgeBase, Box<dyn Error>> {
    let shipped = shipped_records()?;
    let mut base = shipped.clone();
    let mut missing = n.saturating_sub(shipped.papers().count() + shipped.facts().count());
    for copy in 1.. {
        if missing == 0 {
            break;
        }
        let of_copy = |key: &str| format!("{key}v{copy}");
        for paper in shipped.papers().take(missing) {
            let mut paper = paper.clone();
            (paper.id, paper.year) = (of_copy(&paper.id), paper.year + copy);
            base.add_paper(paper, Place { file: format!("papers/{copy}.yaml"), line: 1 });
        }
        missing = missing.saturating_sub(shipped.papers().count());
        for fact in shipped.facts().take(missing) {
            let mut fact: Fact = fact.clone();
            fact.source = of_copy(&fact.source);
            if let Some((source, rest)) = fact.id.split_once(':') {
                fact.id = format!("{}:{rest}", of_copy(source));
            }
            if let FactValue::Number(value) = &mut fact.value {
                *value *= 0.97_f64.powi(copy);
            }
            base.add_fact(fact, Place { file: format!("facts/{copy}.yaml"), line: 1 });
        }
        missing = missing.saturating_sub(shipped.facts().count());
    }
    Ok(base)
}

fn shipped_records() -> Result<KnowledgeBase, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let texts = paths.iter().map(|path| Ok((path.display().to_string(), fs::read_to_string(path)?)));
    let texts = texts.collect::<Result<Vec<(String, String)>, std::io::Error>>()?;
    let (base, problems) = KnowledgeBase::from_texts(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())))?;
    match problems.first() {
        None => Ok(base),
        Some(problem) => Err(problem.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_records_of_their_own() {
        let base = many_records(10_000).unwrap();
        let n = base.papers().count() + base.facts().count();
        assert_eq!(n, 10_000);
        assert!(base.facts().all(|fact| base.paper(&fact.source).is_some()));
        assert!(base.fact("lefort2009v1:connectivity.probability:L4exc-L2exc").is_some());
    }
}
