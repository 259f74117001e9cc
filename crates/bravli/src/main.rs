//! bravli
fn main() {}
