//! Simulated cases beside another engine.

use std::path::Path;

use serde_json::Value;

use super::options::Options;
use super::{figures, number, ours};
use crate::project::{Problem, Project, say};
use crate::python;

/// Time that a peer simulates where ours is longer and nothing else is asked for, ms: peers take minutes.
const PEER_T_MS: f64 = 1_000.0;

/// Runs a case, and the peer on the same network with as many threads; prints both and their ratio.
pub(super) fn beside(project: &Project, binary: &Path, case: &str, options: &Options) -> Result<(), Problem> {
    let ours = ours(project, binary, case, &options.rest)?;
    say(format!("bravli  {ours}"));
    let Some(peer) = &options.peer else { return Ok(()) };
    let t_ms = options.peer_t_ms.unwrap_or_else(|| number(&ours, "t_ms").min(PEER_T_MS));
    let theirs = theirs(project, peer, &ours, t_ms)?;
    say(format!("{peer:<7} {theirs}"));
    say(ratio(peer, &ours, &theirs));
    say(rates(peer, &ours, &theirs));
    Ok(())
}

/// The peer's figures for the network, seed, onset and threads of ours.
pub(super) fn theirs(project: &Project, peer: &str, ours: &Value, t_ms: f64) -> Result<Value, Problem> {
    let case = ours["case"].as_str().unwrap_or_default();
    let mut command = python::engines(project)?;
    let family = if matches!(case, "coba" | "cuba") { "brette" } else { case };
    command.current_dir(&project.root).arg(format!("tests/python/{family}_{peer}.py"));
    let text = |key: &str| match &ours[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match case {
        "pd14" => command.args(["--scale", &text("scale")]),
        "column" => command.args(["--cells", &text("cells"), "--release", &text("release")]),
        _ => command.args(["--kind", case]),
    };
    command.args(["--threads", &text("threads"), "--seed", &text("seed")]);
    command.args(["--presim-ms", &text("presim_ms"), "--t-ms", &t_ms.to_string()]);
    figures(&mut command)
}

fn ratio(peer: &str, ours: &Value, theirs: &Value) -> String {
    let (our, their) = (|key: &str| number(ours, key), |key: &str| number(theirs, key));
    let compiles = if theirs["compile_s"].is_number() {
        format!(" after {:.1} s of compiling", their("compile_s"))
    } else {
        String::new()
    };
    format!(
        "ratio   {peer} takes {:.3} s per simulated second, bravli {:.3} s on {} threads: rtf_{peer} / rtf_bravli = {:.1}; \
         connecting takes {:.2} s{compiles} against {:.2} s ({:.1} times), memory {:.0} against {:.0} MiB ({:.1} times)",
        their("rtf"),
        our("rtf"),
        ours["threads"],
        their("rtf") / our("rtf"),
        their("connect_s"),
        our("build_s"),
        their("connect_s") / our("build_s"),
        their("peak_mib"),
        our("peak_mib"),
        their("peak_mib") / our("peak_mib")
    )
}

fn rates(peer: &str, ours: &Value, theirs: &Value) -> String {
    let (empty, mut parts) = (serde_json::Map::new(), Vec::new());
    for (name, rate) in ours["rates_hz"].as_object().unwrap_or(&empty) {
        let (rate, their) = (rate.as_f64().unwrap_or(f64::NAN), number(&theirs["rates_hz"], name));
        parts.push(format!("{name} {rate:.2} and {their:.2} ({:+.1} %)", 100.0 * (rate / their - 1.0)));
    }
    format!("rates   bravli and {peer}, Hz: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ratios_are_the_peers_over_ours() {
        let ours = json!({"threads": 2, "rtf": 0.5, "build_s": 2.0, "peak_mib": 100.0, "rates_hz": {"E": 3.3}});
        let mut theirs = json!({"rtf": 20.0, "connect_s": 6.0, "peak_mib": 400.0, "rates_hz": {"E": 3.0}});
        let text = ratio("nest", &ours, &theirs);
        assert!(text.contains("rtf_nest / rtf_bravli = 40.0"), "{text}");
        assert!(text.contains("(3.0 times)") && text.contains("(4.0 times)") && !text.contains("compiling"), "{text}");
        assert_eq!(rates("nest", &ours, &theirs), "rates   bravli and nest, Hz: E 3.30 and 3.00 (+10.0 %)");
        theirs["compile_s"] = json!(30.0);
        assert!(ratio("brian2", &ours, &theirs).contains("after 30.0 s of compiling"));
    }
}
