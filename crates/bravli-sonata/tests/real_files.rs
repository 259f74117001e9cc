//! Spikes of published files in every layout in use. Skipped where the files are not at hand.

mod published;

use bravli_sonata::{UNNAMED_POPULATION, read_spikes};
use published::data;

#[test]
fn spikes_of_both_layouts_are_read() {
    let Some(data) = data("spikes") else { return };
    let files = [
        ("sonata_bbp_libsonata/spikes.h5", "All"),
        ("sonata_bbp_snap/reporting/spikes.h5", "default"),
        ("sonata_allen_300_cells/output/spikes.h5", ""),
        ("sonata_allen_300_cells/inputs/external_spike_trains.h5", UNNAMED_POPULATION),
    ];
    for (name, population) in files {
        let path = data.join(name);
        let spikes = read_spikes(&path).unwrap();
        let names: Vec<&str> = spikes.iter().map(|spikes| spikes.population.as_str()).collect();
        eprintln!("{name}: {names:?}, {} spikes", spikes.iter().map(|spikes| spikes.node.len()).sum::<usize>());
        assert!(population.is_empty() || names.contains(&population), "{names:?}");
        for spikes in spikes {
            assert!(spikes.time_ms.is_sorted() && (spikes.population == "empty") == spikes.node.is_empty());
        }
    }
}
