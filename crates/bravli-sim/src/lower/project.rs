//! Projections of the cells and of each source of fibres.

use super::learning::LearningSurvey;
use super::rows::{self, Chosen, ConnectionRows, Own, Survey};
use super::{AMPA, CELLS, ColumnInput, GABA_A, GABA_B, Learned, Learning, LowerError, NMDA, RECEPTORS, ReleaseModel};
use crate::network::{Connectivity, Effect, Kinetics, Projection, Receptor, Release, Slow};
use bravli_circuit::Connections;
use std::sync::Arc;

/// All projections, and what the cells need for them.
pub(super) struct Projected<'a> {
    pub(super) projections: Vec<Projection<'a>>,
    /// Receptors of connections that learn, one per entry, after those of [`RECEPTORS`].
    pub(super) receptors: Vec<Receptor>,
    pub(super) learned: Vec<Learned>,
    /// Delays of all connections.
    pub(super) delays: Survey,
}

/// A population that connections come from.
struct From<'a> {
    population: usize,
    name: &'a str,
    connections: Connections<'a>,
    class_excites: &'a [bool],
    /// What learns of them, with its position among all that learns.
    learning: Vec<(usize, &'a Learning)>,
}

/// Projects everything: by sign, or by synapse class where each class has one state; what learns by its entry.
pub(super) fn project<'a>(input: &ColumnInput<'a>) -> Result<Projected<'a>, LowerError> {
    let learning = |population: usize| {
        input.learning.iter().enumerate().filter(|(_, learning)| learning.is_of(population)).collect()
    };
    let cells = From {
        population: CELLS,
        name: input.population,
        connections: input.connections,
        class_excites: input.class_excites,
        learning: learning(CELLS),
    };
    let fibres = input.fibres.iter().enumerate().map(|(index, fibres)| From {
        population: index + 1,
        name: &fibres.source,
        connections: fibres.connections(),
        class_excites: &fibres.class_excites,
        learning: learning(index + 1),
    });
    let mut projected =
        Projected { projections: Vec::new(), receptors: Vec::new(), learned: Vec::new(), delays: Survey::default() };
    let mut learned = Vec::new();
    for from in std::iter::once(cells).chain(fibres) {
        let (classes, surveys) =
            rows::survey(input, from.connections, from.class_excites, &from.learners(), &mut projected.delays);
        from.add_plain(input, &classes, &mut projected);
        for (by, survey) in surveys.iter().enumerate() {
            learned.push((from.learning[by].0, from.add_learning(input, by, survey, &mut projected)?));
        }
    }
    learned.sort_by_key(|(entry, _)| *entry);
    // one that names fibres which are not there has had no turn
    let missing =
        (0..input.learning.len()).find(|entry| learned.get(*entry).is_none_or(|(learned, _)| learned != entry));
    if let Some(entry) = missing {
        return Err(LowerError::NothingLearns { entry, source_name: input.learning[entry].source.clone() });
    }
    projected.learned = learned.into_iter().map(|(_, learned)| learned).collect();
    Ok(projected)
}

impl<'a> From<'a> {
    fn learners(&self) -> Vec<&'a Learning> {
        self.learning.iter().map(|(_, learning)| *learning).collect()
    }

    fn chosen(&self, classes: &[usize], learns_by: Option<usize>, excites: bool, n: u64) -> Chosen<'a> {
        Chosen {
            is_wanted: (0..self.class_excites.len()).map(|class| classes.contains(&class)).collect(),
            learning: self.learners(),
            learns_by,
            excites,
            n,
        }
    }

    /// Adds connections that do not learn.
    fn add_plain(&self, input: &ColumnInput<'a>, surveys: &[Survey], projected: &mut Projected<'a>) {
        let present = |class: &usize| surveys[*class].n > 0;
        let all = || (0..self.class_excites.len()).filter(present);
        let groups: Vec<(String, bool, Vec<usize>)> = match input.release {
            ReleaseModel::Shared => all()
                // fibres may list a class once per target
                .map(|class| {
                    let name = format!("{}.{class}", self.connections.header.classes[class]);
                    (name, self.class_excites[class], vec![class])
                })
                .collect(),
            _ => [("exc", true), ("inh", false)]
                .into_iter()
                .map(|(name, sign)| {
                    (name.to_owned(), sign, all().filter(|class| self.class_excites[*class] == sign).collect())
                })
                .filter(|(_, _, classes): &(String, bool, Vec<usize>)| !classes.is_empty())
                .collect(),
        };
        for (name, excites, classes) in groups {
            let (release, own) = match input.release {
                ReleaseModel::Stochastic => (Release::Stochastic, Own::Sites),
                ReleaseModel::Deterministic => (Release::PerConnection, Own::Utilisation),
                ReleaseModel::Shared => (surveys[classes[0]].shared(), Own::Kinetics),
            };
            let (receptor, slow) = fast_and_slow(excites);
            let n = classes.iter().map(|class| surveys[*class].n).sum();
            let chosen = self.chosen(&classes, None, excites, n);
            projected.projections.push(Projection {
                name: format!("{}->{}:{name}", self.name, input.population),
                source: self.population,
                target: CELLS,
                receptor,
                slow: Some(Slow { receptor: slow, ratio: 0.0 }),
                connections: Connectivity::Given(Arc::new(ConnectionRows::new(input, self.connections, chosen, own))),
                release,
                plasticity: None,
            });
        }
    }

    /// Adds what learns by one entry, with a receptor of its own: learning connections have no decays of their own.
    fn add_learning(
        &self,
        input: &ColumnInput<'a>,
        by: usize,
        survey: &LearningSurvey,
        projected: &mut Projected<'a>,
    ) -> Result<Learned, LowerError> {
        let (entry, learning) = self.learning[by];
        let learned = survey.learned(entry, learning, input, projected.projections.len())?;
        let (fast, slow) = fast_and_slow(survey.excites());
        let rise_ms = rows::fast_rise_ms(input, survey.excites());
        let decay_ms = survey.mean_decay_ms().max(rows::shortest_decay_ms(rise_ms));
        let reversal_mv = if survey.excites() { input.receptors.e_exc_mv } else { input.receptors.e_gaba_a_mv };
        let receptor = RECEPTORS.len() + projected.receptors.len();
        projected.receptors.push(Receptor {
            name: format!("{} of {}, learning {entry}", RECEPTORS[fast], learning.source),
            kinetics: Kinetics::Biexponential { rise_ms, decay_ms },
            effect: Effect::Conductance { reversal_mv },
        });
        let classes: Vec<usize> = (0..self.class_excites.len()).collect();
        let chosen = self.chosen(&classes, Some(by), survey.excites(), survey.n);
        let rows = ConnectionRows::new(input, self.connections, chosen, Own::Learnt);
        projected.projections.push(Projection {
            name: format!("{}->{}:learning {entry}", self.name, input.population),
            source: self.population,
            target: CELLS,
            receptor,
            slow: (survey.mean_ratio() > 0.0).then(|| Slow { receptor: slow, ratio: survey.mean_ratio() }),
            connections: Connectivity::Given(Arc::new(rows)),
            release: Release::Static,
            plasticity: Some(learned.rule),
        });
        Ok(learned)
    }
}

/// The fast receptor of a sign, and the slow one beside it.
fn fast_and_slow(excites: bool) -> (usize, usize) {
    if excites { (AMPA, NMDA) } else { (GABA_A, GABA_B) }
}
