//! scratch
use bravli_facts::KnowledgeBase;
use bravli_library::{Library, Question};
use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct File {
    questions: Vec<Q>,
}
#[derive(Deserialize)]
struct Q {
    id: String,
    kind: String,
    style: String,
    ask: String,
    #[serde(default)]
    facts: Vec<String>,
    #[serde(default)]
    papers: Vec<String>,
}

fn knowledge(root: &Path) -> KnowledgeBase {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    let texts: Vec<(String, String)> =
        files.iter().map(|p| (p.display().to_string(), std::fs::read_to_string(p).unwrap())).collect();
    let (b, p) = KnowledgeBase::from_texts(texts.iter().map(|(p, t)| (p.as_str(), t.as_str()))).unwrap();
    for p in p.iter().take(5) {
        eprintln!("{p}");
    }
    b
}

#[test]
fn score() {
    let root = std::env::var("KNOW")
        .map(PathBuf::from)
        .unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge"));
    let t = std::time::Instant::now();
    let base = knowledge(&root);
    println!("read {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let library = Library::build(&base).unwrap();
    println!("build {:?}", t.elapsed());
    let t = std::time::Instant::now();
    for _ in 0..20 {
        library
            .lookup(
                &Question {
                    query: "connection probability L4 spiny stellate to L2/3 pyramid in rat".into(),
                    ..Question::default()
                },
                10,
            )
            .unwrap();
    }
    println!("lookup {:?}", t.elapsed() / 20);
    let file = std::env::var("QFILE").unwrap_or("scientists".into());
    let verbose = std::env::var("V").is_ok();
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/questions/{file}.yaml")),
    )
    .unwrap();
    let qs: File = serde_saphyr::from_str(&text).unwrap();
    let mut tally: std::collections::BTreeMap<String, (usize, usize)> = Default::default();
    for q in &qs.questions {
        let a = library.lookup(&Question { query: q.ask.clone(), ..Question::default() }, 10).unwrap();
        let keys: Vec<&str> = a.facts.iter().map(|f| f.hit.key.as_str()).collect();
        let papers: Vec<&str> = a.papers.iter().map(|f| f.key.as_str()).collect();
        let ok = match q.kind.as_str() {
            "fact" => keys.iter().take(5).any(|k| q.facts.iter().any(|f| f == k)),
            "conflict" => q.facts.iter().all(|f| keys.iter().take(10).any(|k| k == f)),
            "paper" => papers.iter().take(5).any(|k| q.papers.iter().any(|f| f == k)),
            _ => !a.is_answered,
        };
        if q.kind == "fact" && !ok {
            let near = a.nearest.iter().take(5).any(|n| q.facts.iter().any(|f| *f == n.hit.key));
            let cause = if a.is_answered {
                "ranked"
            } else if near {
                "abstained-near"
            } else {
                "abstained-far"
            };
            tally.entry(format!("cause {cause}")).or_default().1 += 1;
        }
        for t in [q.kind.clone(), format!("{}/{}", q.kind, q.style)] {
            let e = tally.entry(t).or_default();
            e.1 += 1;
            e.0 += usize::from(ok);
        }
        if !ok && verbose {
            println!(
                "\n[{}] {} {}: {}\n   understood {:?}\n   want {:?} {:?}\n   answered {} {}",
                q.id, q.kind, q.style, q.ask, a.understood, q.facts, q.papers, a.is_answered, a.why_not
            );
            for f in a.facts.iter().chain(&a.nearest).take(6) {
                println!("     {:.3} {} {:?} {:?}", f.hit.score, f.hit.key, f.generalised, f.hit.matched);
            }
            if q.kind == "paper" {
                for p in &a.papers {
                    println!("     P {:.3} {} {}", p.score, p.key, p.title);
                }
            }
        }
    }
    for (k, (a, b)) in &tally {
        if !k.contains('/') {
            println!("{k}: {a}/{b} = {:.3}", *a as f64 / *b as f64);
        }
    }
    for (k, (a, b)) in &tally {
        if k.contains('/') && a < b {
            println!("   {k}: {a}/{b}");
        }
    }
}
