//! `bravli bench` as it is typed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::process::{Command, Output};

fn bench(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bravli")).arg("bench").args(arguments.split(' ')).output().unwrap()
}

fn figures(arguments: &str) -> Value {
    let output = bench(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn bad_values_are_refused_with_what_is_allowed() {
    for (arguments, expected) in [
        ("pd14 --scale 0", "it must lie in [0.01, 1]"),
        ("pd14 --scale 2", "it must lie in [0.01, 1]"),
        ("pd14 --cells 100", "unexpected argument '--cells'"),
        ("column --cells 99", "99 is not in 100..=1000000"),
        ("column --release none", "[possible values: shared, per-connection, stochastic]"),
        ("coba --simd sse", "[possible values: best, avx512, avx2, baseline]"),
        ("cuba --t-ms 0", "it must lie in [1, 10000000]"),
        ("cuba --t-ms long", "not a number"),
        ("cuba --presim-ms=-1", "it must lie in [0, 10000000]"),
        ("cuba --threads 257", "257 is not in 0..=256"),
        ("cubo", "'cuba'"),
    ] {
        let output = bench(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(expected), "{arguments}: {told}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn figures_are_complete_and_threads_change_no_spike() {
    let one = figures("cuba --t-ms 200 --threads 1 --json");
    let number = |key: &str| one[key].as_f64().unwrap();
    assert_eq!((number("cells"), number("t_ms"), number("presim_ms"), number("seed")), (4_000.0, 200.0, 100.0, 1.0));
    // a fiftieth of 16 million pairs, with a standard deviation of 560
    assert!((number("synapses") - 320_000.0).abs() < 2_800.0);
    for key in ["rtf", "build_s", "run_s", "bytes_per_synapse", "spikes", "events"] {
        assert!(number(key) > 0.0, "{key}");
    }
    for rate in ["E", "I"].map(|name| one["rates_hz"][name].as_f64().unwrap()) {
        assert!((4.0..=7.5).contains(&rate), "{rate}");
    }
    let digest = |figures: &Value| figures["digest"].as_str().unwrap().to_owned();
    assert_eq!(digest(&one).len(), 16);
    assert_eq!(digest(&one), digest(&figures("cuba --t-ms 200 --threads 2 --json")));
    assert_eq!(digest(&one), digest(&figures("cuba --t-ms 200 --threads 2 --simd baseline --json")));
    assert_ne!(digest(&one), digest(&figures("cuba --t-ms 200 --seed 2 --json")));
}

#[test]
fn figures_read_as_a_sentence_for_people() {
    let output = bench("column --cells 200 --t-ms 100 --presim-ms 0 --release stochastic");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("column: 200 cells, 4000 synapses on "), "{told}");
    assert!(told.contains("real-time factor") && told.contains("digest "), "{told}");
}
