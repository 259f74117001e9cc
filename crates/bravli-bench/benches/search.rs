//! Building the library over 10,000 records (records per second), and one look-up and one search in it (queries per
//! second): `cargo bench -p bravli-bench --bench search`. How the records are made stands at `many_records`.

use bravli_bench::{QUERIES, QUESTIONS, many_records};
use bravli_library::{Library, Question, SearchOptions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Records: papers and facts.
const RECORDS: usize = 10_000;

fn search(criterion: &mut Criterion) {
    let base = many_records(RECORDS).expect("the shipped records read");
    let library = Library::build(&base).expect("it builds");
    let mut group = criterion.benchmark_group("search");
    group.throughput(Throughput::Elements(library.len() as u64)).sample_size(10);
    group.bench_function("build_10k", |bencher| bencher.iter(|| Library::build(&base).expect("it builds")));
    // all questions in turn, so that the time of one iteration is that of all of them
    group.throughput(Throughput::Elements(QUESTIONS.len() as u64)).sample_size(20);
    group.bench_function("lookup_10k", |bencher| {
        bencher.iter(|| {
            for query in QUESTIONS {
                let question = Question { query: query.to_owned(), ..Question::default() };
                std::hint::black_box(library.lookup(&question, 10).expect("it is read"));
            }
        });
    });
    group.throughput(Throughput::Elements(QUERIES.len() as u64));
    group.bench_function("query_10k", |bencher| {
        bencher.iter(|| {
            for query in QUERIES {
                std::hint::black_box(library.search(query, &SearchOptions::default()).expect("it is read"));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
