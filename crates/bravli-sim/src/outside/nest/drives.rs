//! Drives as NEST's devices.

use super::super::script::{Script, number, quoted};
use super::cells::rate;
use super::ports::Cells;
use crate::network::{Cells as Chosen, DriveKind, Network};

pub(super) fn write(script: &mut Script, network: &Network<'_>, index: usize, cells: &Cells) {
    let drive = &network.drives[index];
    let population = &network.populations[drive.population];
    let (at, target, n) = (format!("drives[{index}]"), quoted(&population.name), population.n_cells);
    match &drive.kind {
        DriveKind::Poisson { receptor, rate_hz, weight } => {
            let Some(ways) = cells.ways.get(*receptor).filter(|ways| !ways.is_empty()) else { return };
            let ways: Vec<String> =
                ways.iter().map(|way| format!("({}, {})", way.port, number(weight * way.factor))).collect();
            script.comment(drive.name.clone());
            script.line(format!("poisson_drive({target}, {}, [{}])", rate(network, rate_hz), ways.join(", ")));
        }
        DriveKind::OuConductance { mean_ns, sd_ns, .. } => {
            let Some((_, way, [once, twice])) = cells.noise.iter().find(|(number, ..)| *number == index) else {
                return;
            };
            if let Some(cell) = (0..n as usize).find(|cell| mean_ns.at(*cell) <= 0.0 && sd_ns.at(*cell) > 0.0) {
                script.refuse(
                    format!("{at}.mean_ns"),
                    format!(
                        "noise around {} nS (cell {cell}) is no sum of events, which are all positive",
                        mean_ns.at(cell)
                    ),
                    "give it a mean above 0",
                );
                return;
            }
            script.note(
                "An Ornstein-Uhlenbeck conductance is a train of Poisson events through an exponential of the same time constant, \
                 with the same mean and variance; it starts at 0, is never negative, and is skewed where mean and spread are close.",
            );
            // mean = rate · weight · ∫k, variance = rate · weight² · ∫k²; what hardly varies is cut into small events
            let sd = |cell: usize| sd_ns.at(cell).max(0.01 * mean_ns.at(cell));
            if (0..n as usize).any(|cell| sd_ns.at(cell) < 0.01 * mean_ns.at(cell)) {
                script.note("A conductance that varies by less than 1 % of its mean varies by 1 %.");
            }
            let weight = |cell: usize| {
                let mean = mean_ns.at(cell);
                if mean > 0.0 { sd(cell) * sd(cell) / mean * once / twice } else { 0.0 }
            };
            let events_hz = |cell: usize| {
                let weight = weight(cell);
                if weight > 0.0 { 1e3 * mean_ns.at(cell) / (weight * once) } else { 0.0 }
            };
            let both = [mean_ns, sd_ns];
            let rates = script.derived(&format!("drive{index}_rate_hz"), &both, n, events_hz);
            let weights =
                script.derived(&format!("drive{index}_weight_ns"), &both, n, |cell| weight(cell) * way.factor);
            script.comment(format!("{}: noise of a conductance", drive.name));
            script.line(format!("shot_noise({target}, {rates}, {weights}, {})", way.port));
        }
        DriveKind::OuCurrent { mean_pa, sd_pa, tau_ms } => {
            script.note(
                "An Ornstein-Uhlenbeck current is drawn by its exact step in the script and acts two steps later.",
            );
            let mean = script.values(&format!("drive{index}_mean_pa"), mean_pa);
            let sd = script.values(&format!("drive{index}_sd_pa"), sd_pa);
            let tau = script.values(&format!("drive{index}_tau_ms"), tau_ms);
            script.line(format!("CurrentNoise({target}, {mean}, {sd}, {tau})"));
        }
        DriveKind::Current(waveform) => {
            // a generator set at time t acts from the step that starts one step later, and cannot be set at time 0
            let mut acting: Vec<(u64, f64)> = Vec::new();
            for (step, value) in script.changes(|time| waveform.at(time)) {
                if step < 2 && value != 0.0 {
                    script.note("A current that is there from the start acts from the third step on.");
                }
                let step = step.max(2);
                if acting.last().is_some_and(|(last, _)| *last == step) {
                    acting.pop();
                }
                acting.push((step, value));
            }
            let times: Vec<f64> =
                acting.iter().map(|(step, _)| ((step - 1) as f64 * network.dt_ms * 1e6).round() / 1e6).collect();
            let values: Vec<f64> = acting.iter().map(|(_, value)| *value).collect();
            let times = script.data(&format!("drive{index}_time_ms"), &times);
            let values = script.data(&format!("drive{index}_current_pa"), &values);
            let chosen = match &drive.cells {
                Chosen::All => String::new(),
                Chosen::Some(list) => format!(", {}", script.data(&format!("drive{index}_cell"), list)),
            };
            script.comment(drive.name.clone());
            script.line(format!("current({target}, {times}, {values}{chosen})"));
        }
        DriveKind::Conductance { .. } => {
            script.refuse(at, "no device drives a conductance over time", "use a current, or export to Brian2");
        }
        DriveKind::Clamp { .. } => {
            script.refuse(at, "no device holds a potential", "inject a strong current, or export to Brian2");
        }
    }
}
