//! The literature as a scientist meets it: questions with known answers, records of a lab's own, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod adding;
mod asking;
mod by_hand;
mod questions;

use bravli_workbench::{LookupParameter, LookupReply, SearchLiterature, SearchReply, Workbench};
use std::path::Path;
use std::sync::LazyLock;

/// The shipped records alone, read once: a lab that is never made, because nothing here writes.
static SHIPPED: LazyLock<Workbench> = LazyLock::new(|| Workbench::new(Path::new("no-such-lab")));

fn shipped() -> &'static Workbench {
    &SHIPPED
}

fn look_up(bench: &Workbench, query: &str) -> LookupReply {
    bench.lookup_parameter(&LookupParameter { query: query.to_owned(), ..LookupParameter::default() }).unwrap()
}

fn search(bench: &Workbench, query: &str) -> SearchReply {
    bench.search_literature(&SearchLiterature { query: query.to_owned(), ..SearchLiterature::default() }).unwrap()
}

fn keys(reply: &LookupReply) -> Vec<&str> {
    reply.facts.iter().map(|fact| fact.key.as_str()).collect()
}
