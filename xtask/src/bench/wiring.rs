//! Wiring beside NEST's connect.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::options::Options;
use super::{figures, number, ours};
use crate::project::{Problem, Project, say};
use crate::python;

/// Where the files of a measured circuit lie while its peer reads them, below `target`.
const FILES: &str = "bench-wiring";

pub(super) fn wiring(project: &Project, binary: &Path, mut options: Options) -> Result<(), Problem> {
    if options.peer_t_ms.is_some() || !options.seeds.is_empty() {
        return Err(Problem::new("--peer-t-ms and --seeds are about simulated cases").remedy("leave them away"));
    }
    let Some(_) = options.peer else {
        say(format!("bravli  {}", ours(project, binary, "wiring", &options.rest)?));
        return Ok(());
    };
    // the peer knows no contacts: a connection of ours is then one synapse as well
    if !options.has("--synapses-per-connection") {
        options.rest.extend(["--synapses-per-connection".to_owned(), "1".to_owned()]);
    }
    if options.has("--out") {
        return Err(
            Problem::new("--out is where the peer reads the cells from").remedy("leave one of --out and --peer away")
        );
    }
    let folder = project.root.join("target").join(FILES);
    options.rest.extend(["--out".to_owned(), folder.display().to_string()]);
    let outcome = ours(project, binary, "wiring", &options.rest).and_then(|ours| {
        say(format!("bravli  {ours}"));
        beside_nest(project, &ours, &folder)
    });
    fs::remove_dir_all(&folder).ok();
    outcome
}

fn beside_nest(project: &Project, ours: &Value, folder: &Path) -> Result<(), Problem> {
    let our = |key: &str| number(ours, key);
    let mut nest = python::engines(project)?;
    nest.current_dir(&project.root)
        .arg("tests/python/wiring_nest.py")
        .arg(folder.join("nodes.h5"))
        .args(["--threads", &our("threads").to_string()])
        .args(["--peak", &our("peak_probability").to_string()])
        .args(["--sigma", &our("sigma_um").to_string()]);
    let theirs = figures(&mut nest)?;
    say(format!("nest    {theirs}"));
    let their = |key: &str| number(&theirs, key);
    let (rate, their_rate) = (our("wire_s") / our("connections"), their("connect_s") / their("connections"));
    say(format!(
        "ratio   NEST connects in {:.2} s what bravli wires in {:.2} s: {:.1} times as long, {:.1} times per connection; \
         {:.1} times the memory; connections differ by {:+.2} %",
        their("connect_s"),
        our("wire_s"),
        their("connect_s") / our("wire_s"),
        their_rate / rate,
        their("peak_mib") / our("peak_mib"),
        100.0 * (their("connections") / our("connections") - 1.0)
    ));
    Ok(())
}
