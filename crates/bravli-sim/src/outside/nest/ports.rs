//! Ports of NEST's models, and the way of each receptor to them.

use super::super::script::{Script, number, peak_factor};
use crate::network::{DriveKind, Effect, Kinetics, Network, Population, Values};

/// A port, and what a weight is multiplied with; port 0 is that of models that tell two receptors by the sign of the weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    pub(super) port: u32,
    pub(super) factor: f64,
}

/// How events reach the cells of a population.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// By receptor; none where it has no effect or the population was refused.
    pub(super) ways: Vec<Vec<Way>>,
    /// By drive of this population with an Ornstein–Uhlenbeck conductance: its number, port, and the integrals of the port's
    /// course and of its square, ms.
    pub(super) noise: Vec<(usize, Way, [f64; 2])>,
}

/// A course over time with what it acts through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Port {
    /// Reversal potential of a conductance; none for a current.
    reversal_mv: Option<f64>,
    kinetics: Kinetics,
}

impl Port {
    pub(super) fn exponential(&self) -> Option<f64> {
        match self.kinetics {
            Kinetics::Exponential { tau_ms } => Some(tau_ms),
            Kinetics::Biexponential { .. } => None,
        }
    }
}

/// What the ports of a population come to.
pub(super) struct Ports {
    pub(super) ports: Vec<Port>,
    /// Ports of each receptor.
    pub(super) of_receptor: Vec<Vec<(usize, f64)>>,
    /// Drive and port of each noise.
    pub(super) of_noise: Vec<(usize, usize)>,
}

/// How ports are addressed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ways {
    /// By number, from 1.
    Numbered,
    /// The first by positive weights, the second by negative ones, which stand for positive conductances.
    Signed,
    /// One port, or two that the weights' own signs tell apart.
    AsWeights,
    /// By number; exponential courses rise within a step.
    Beta,
}

/// The ways through the ports of a model.
pub(super) fn addressed(ports: &Ports, ways: Ways, dt_ms: f64) -> Cells {
    let way = |port: usize| match ways {
        Ways::Numbered => (Way { port: port as u32 + 1, factor: 1.0 }, ports.ports[port].kinetics),
        Ways::Signed => (Way { port: 0, factor: if port == 0 { 1.0 } else { -1.0 } }, ports.ports[port].kinetics),
        Ways::AsWeights => (Way { port: 0, factor: 1.0 }, ports.ports[port].kinetics),
        Ways::Beta => {
            let kinetics = beta(ports.ports[port], dt_ms);
            let factor = match (ports.ports[port].kinetics, kinetics) {
                // the same charge in spite of the rise
                (Kinetics::Exponential { tau_ms }, kinetics) => tau_ms / integrals(kinetics)[0],
                _ => 1.0,
            };
            (Way { port: port as u32 + 1, factor }, kinetics)
        }
    };
    let scaled = |(port, factor): (usize, f64)| {
        let (way, _) = way(port);
        Way { factor: way.factor * factor, ..way }
    };
    Cells {
        ways: ports.of_receptor.iter().map(|list| list.iter().copied().map(scaled).collect()).collect(),
        noise: ports
            .of_noise
            .iter()
            .map(|&(drive, port)| {
                let (way, kinetics) = way(port);
                // the noise's own numbers take the place of a factor for charge
                let way = if ways == Ways::Beta { Way { factor: 1.0, ..way } } else { way };
                (drive, way, integrals(kinetics))
            })
            .collect(),
    }
}

/// The course of a port of a beta model.
fn beta(port: Port, dt_ms: f64) -> Kinetics {
    match port.kinetics {
        Kinetics::Exponential { tau_ms } => {
            Kinetics::Biexponential { rise_ms: dt_ms.min(0.5 * tau_ms), decay_ms: tau_ms }
        }
        both => both,
    }
}

/// Integral of a course with a peak of one, and of its square, ms.
fn integrals(kinetics: Kinetics) -> [f64; 2] {
    match kinetics {
        Kinetics::Exponential { tau_ms } => [tau_ms, 0.5 * tau_ms],
        Kinetics::Biexponential { rise_ms: r, decay_ms: d } => {
            let a = peak_factor(r, d);
            [a * (d - r), a * a * (0.5 * (d + r) - 2.0 * d * r / (d + r))]
        }
    }
}

/// Every port that receptors and noise need, or none where some cannot be had.
pub(super) fn ports(
    script: &mut Script,
    network: &Network<'_>,
    index: usize,
    population: &Population,
) -> Option<Ports> {
    let mut all = Ports { ports: Vec::new(), of_receptor: Vec::new(), of_noise: Vec::new() };
    let mut possible = true;
    for (number, receptor) in population.receptors.iter().enumerate() {
        let at = format!("populations[{index}].receptors[{number}]");
        let reversal_mv = match receptor.effect {
            Effect::Silent => {
                all.of_receptor.push(Vec::new());
                continue;
            }
            Effect::Current => None,
            Effect::Conductance { reversal_mv } => Some(reversal_mv),
            Effect::Nmda { .. } => {
                script.refuse(
                    at,
                    format!("{}: none of the models for this population has a voltage-dependent block", receptor.name),
                    "export to Brian2, which states its equations, or set the receptor's block aside",
                );
                possible = false;
                continue;
            }
        };
        // linear: a biexponential current is the difference of two exponential ones
        match (reversal_mv, receptor.kinetics) {
            (None, Kinetics::Biexponential { rise_ms, decay_ms }) => {
                let factor = peak_factor(rise_ms, decay_ms);
                let decay = all.port(Port { reversal_mv, kinetics: Kinetics::Exponential { tau_ms: decay_ms } });
                let rise = all.port(Port { reversal_mv, kinetics: Kinetics::Exponential { tau_ms: rise_ms } });
                all.of_receptor.push(vec![(decay, factor), (rise, -factor)]);
            }
            (_, kinetics) => {
                let port = all.port(Port { reversal_mv, kinetics });
                all.of_receptor.push(vec![(port, 1.0)]);
            }
        }
    }
    for (number, drive) in network.drives.iter().enumerate().filter(|(_, drive)| drive.population == index) {
        if let DriveKind::OuConductance { reversal_mv, tau_ms, .. } = &drive.kind {
            let (Values::Same(reversal_mv), Values::Same(tau_ms)) = (reversal_mv, tau_ms) else {
                script.refuse(
                    format!("drives[{number}]"),
                    "a port has one reversal potential and one time constant for all cells",
                    "give the drive one reversal_mv and one tau_ms",
                );
                possible = false;
                continue;
            };
            let kinetics = Kinetics::Exponential { tau_ms: *tau_ms };
            let port = all.port(Port { reversal_mv: Some(*reversal_mv), kinetics });
            all.of_noise.push((number, port));
        }
    }
    let currents = all.ports.iter().filter(|port| port.reversal_mv.is_none()).count();
    if currents != 0 && currents != all.ports.len() {
        script.refuse(
            format!("populations[{index}].receptors"),
            "no model has both current and conductance receptors",
            "make all receptors of the population of one kind",
        );
        possible = false;
    }
    possible.then_some(all)
}

impl Ports {
    /// The number of a port; equal ones are the same.
    fn port(&mut self, port: Port) -> usize {
        self.ports.iter().position(|there| *there == port).unwrap_or_else(|| {
            self.ports.push(port);
            self.ports.len() - 1
        })
    }

    pub(super) fn is_current(&self) -> bool {
        self.ports.iter().all(|port| port.reversal_mv.is_none())
    }

    pub(super) fn is_exponential(&self) -> bool {
        self.ports.iter().all(|port| port.exponential().is_some())
    }

    pub(super) fn taus(&self) -> Vec<f64> {
        self.ports.iter().filter_map(Port::exponential).collect()
    }

    pub(super) fn reversals(&self) -> Vec<f64> {
        self.ports.iter().filter_map(|port| port.reversal_mv).collect()
    }

    /// Parameters of the models with two exponential conductances.
    pub(super) fn pair(&self) -> Vec<(&'static str, String)> {
        let names = [["E_ex", "tau_syn_ex"], ["E_in", "tau_syn_in"]];
        let each = self.ports.iter().zip(names);
        each.flat_map(|(port, [reversal, tau])| {
            [
                (reversal, number(port.reversal_mv.unwrap_or_default())),
                (tau, number(port.exponential().unwrap_or_default())),
            ]
        })
        .collect()
    }

    /// Arrays of a beta model.
    pub(super) fn beta(&self, dt_ms: f64) -> Vec<(&'static str, Vec<f64>)> {
        let courses = self.ports.iter().map(|port| match beta(*port, dt_ms) {
            Kinetics::Biexponential { rise_ms, decay_ms } => (rise_ms, decay_ms),
            Kinetics::Exponential { tau_ms } => (0.5 * tau_ms, tau_ms),
        });
        let (rise, decay) = courses.unzip();
        vec![("E_rev", self.reversals()), ("tau_rise", rise), ("tau_decay", decay)]
    }
}
