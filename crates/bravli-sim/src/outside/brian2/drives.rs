//! Drives as code that runs at every step.

use super::super::script::{Script, constant, number};
use super::cells::{Group, over_time};
use crate::network::{Cells, DriveKind, Network};

pub(super) fn write(script: &mut Script, network: &Network<'_>, index: usize, group: &Group) {
    let drive = &network.drives[index];
    let name = format!("drive{index}");
    let chosen = match drive.cells {
        Cells::All => String::new(),
        Cells::Some(_) => format!("{name}_chosen*"),
    };
    script.line(format!("# {}", drive.name.replace(['\n', '\r'], " ")));
    let (code, when) = match &drive.kind {
        DriveKind::Poisson { receptor, rate_hz, weight } => {
            let mean = match constant(rate_hz) {
                Some(rate) => number(rate * network.dt_ms * 1e-3),
                None => {
                    let over_time = over_time(script, &format!("{name}_rate"), |time| rate_hz.at(time));
                    script.line(format!("{name}_rate = {over_time}"));
                    format!("{name}_rate(t)*{}", number(network.dt_ms * 1e-3))
                }
            };
            let mut lines = vec![format!("events = poisson({mean})")];
            let opens = group.opens.get(*receptor).map(|opens| opens.own.as_slice()).unwrap_or_default();
            lines.extend(
                opens.iter().map(|(variable, factor)| format!("{variable} += {}*events", number(weight * factor))),
            );
            (lines.join("\\n"), "start")
        }
        DriveKind::OuConductance { .. } | DriveKind::OuCurrent { .. } => (
            format!(
                "{name} = {name}_mean + ({name} - {name}_mean)*exp(-dt/ms/{name}_tau) + \
                 {name}_sd*sqrt(1 - exp(-2*dt/ms/{name}_tau))*randn()"
            ),
            "end",
        ),
        DriveKind::Current(waveform) | DriveKind::Conductance { waveform, .. } => {
            let over_time = over_time(script, &format!("{name}_course"), |time| waveform.at(time));
            script.line(format!("{name}_course = {over_time}"));
            (format!("{name} = {chosen}{name}_course(t)"), "start")
        }
        DriveKind::Clamp { v_mv, start_ms, stop_ms } => (
            format!(
                "{name} = {chosen}int(t/ms > {})*int(t/ms < {})\\nv = v + {name}*({} - v)",
                number(start_ms - 1e-6),
                number(stop_ms - 1e-6),
                number(*v_mv)
            ),
            "start",
        ),
    };
    script.line(format!("network.add({}.run_regularly(\"{code}\", when=\"{when}\"))", group.variable));
}
