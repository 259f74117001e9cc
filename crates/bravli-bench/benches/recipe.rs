//! Reading a shipped recipe, and resolving every pair of its cell types; the same for a recipe folder that `BRAVLI_RECIPE` names:
//! `cargo bench -p bravli-bench --bench recipe`.

use bravli_recipe::{RecipeFiles, read};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> RecipeFiles {
    let entries = std::fs::read_dir(folder).expect("a recipe folder").flatten();
    let named = entries.filter(|entry| entry.path().is_file());
    RecipeFiles(
        named
            .map(|entry| {
                (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a file"))
            })
            .collect(),
    )
}

fn recipe(criterion: &mut Criterion) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes");
    let own = std::env::var_os("BRAVLI_RECIPE").map(PathBuf::from);
    let folders = [Some(shipped.join("rat-barrel")), Some(shipped.join("mouse-c2")), own];
    for folder in folders.into_iter().flatten() {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let files = files(&folder);
        let mut group = criterion.benchmark_group(format!("recipe/{name}"));
        group.sample_size(10);
        let recipe = read(&name, &files).expect("it reads").recipe;
        group.throughput(Throughput::Elements(recipe.connection_rules.len() as u64));
        group.bench_function("read", |bencher| bencher.iter(|| read(&name, &files).expect("it reads")));
        let types = recipe.cell_types().types;
        group.throughput(Throughput::Elements((types.len() * types.len()) as u64));
        group.bench_function("resolve", |bencher| {
            bencher.iter(|| {
                let table = recipe.synapse_table(&types);
                let pairs = (0..types.len()).flat_map(|pre| (0..types.len()).map(move |post| (pre, post)));
                pairs.filter(|(pre, post)| table.rule(*pre, *post).is_some()).count()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, recipe);
criterion_main!(benches);
