//! The fuzzer, over the target that the environment names; `cargo xtask fuzz` builds and runs it.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| (bravli_fuzz::chosen().body)(input));
