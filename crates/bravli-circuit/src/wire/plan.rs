//! How each pair of populations is connected.

use super::WireError;
use super::dependent::{Clustered, Reciprocal};
use super::fixed;
use super::kernel::Kernel;
use super::lists::Lists;
use super::members::Members;
use super::pairs::{Scratch, connect};
use super::tree::Tree;
use crate::column::Column;
use bravli_recipe::{Amount, Falloff, PathwaySpec, Recipe};
use bravli_rng::Stream;
use std::ops::ControlFlow;

/// Depths on either side over which a vertical fall-off is averaged.
const DEPTHS: usize = 32;

/// One pair of populations.
#[derive(Debug)]
enum Method {
    /// No connection.
    None,
    /// Every pair apart.
    Independent(Kernel),
    /// Drawn already.
    Listed(Lists),
    /// Against the direction of others.
    Reciprocal(Reciprocal),
    /// By common neighbours.
    Clustered(Clustered),
}

/// All pairs of populations.
#[derive(Debug)]
pub(crate) struct Plan {
    methods: Vec<Method>,
    /// Streams of each postsynaptic population, by kind of the source.
    streams: Vec<Vec<Stream>>,
}

/// The rule of each pair of populations, row by source; nothing where it asks for no connection.
///
/// # Errors
/// [`WireError::NoPathway`] when no rule matches a pair.
pub(crate) fn specs<'a>(recipe: &'a Recipe, column: &Column) -> Result<Vec<Option<&'a PathwaySpec>>, WireError> {
    let populations = &column.header.populations;
    let mut specs = Vec::with_capacity(populations.len() * populations.len());
    for pre in populations {
        for post in populations {
            let spec = recipe
                .pathway(&pre.name, &post.name)
                .ok_or_else(|| WireError::NoPathway { pre: pre.name.clone(), post: post.name.clone() })?;
            specs.push((!spec.amount.is_none()).then_some(spec));
        }
    }
    Ok(specs)
}

/// Probability at distance zero, such that pairs spread evenly over a disc of radius `within_um` connect with `mean`.
#[must_use]
pub fn peak_probability(mean: f64, within_um: f64, horizontal: &Falloff) -> f64 {
    mean / horizontal.mean_over_disc(within_um)
}

impl Plan {
    /// Turns rules into kernels, and draws what must be known before sources are asked one by one.
    ///
    /// # Errors
    /// [`WireError`] when a probability exceeds 1 or a number of connections cannot be reached.
    pub(crate) fn new(
        column: &Column,
        members: &Members,
        specs: &[Option<&PathwaySpec>],
        seed: u64,
        progress: &(dyn Fn(f64) -> ControlFlow<()> + Sync),
    ) -> Result<Self, WireError> {
        let names: Vec<&str> = column.header.populations.iter().map(|population| population.name.as_str()).collect();
        let n = names.len();
        let mut plan = Self {
            methods: (0..n * n).map(|_| Method::None).collect(),
            streams: names.iter().map(|name| members.streams(seed, name)).collect(),
        };
        let kernels: Vec<Option<Kernel>> = (0..n * n)
            .map(|pair| {
                let Some(spec) = specs[pair] else { return Ok(None) };
                kernel(spec, [names[pair / n], names[pair % n]], &members.trees[pair / n], &members.trees[pair % n])
                    .map(Some)
            })
            .collect::<Result<_, _>>()?;
        for pair in 0..n * n {
            let (pre, post) = (pair / n, pair % n);
            let (Some(spec), Some(kernel)) = (specs[pair], kernels[pair]) else { continue };
            if progress(0.0).is_break() {
                return Err(WireError::Cancelled);
            }
            if !matches!(plan.methods[pair], Method::None) {
                continue;
            }
            let ends = || (names[pre].to_owned(), names[post].to_owned());
            let about = format!("{}->{}", names[pre], names[post]);
            plan.methods[pair] = match spec.amount {
                Amount::InDegree(k) => {
                    let streams = members.streams(seed, &format!("{about}/in_degree"));
                    let lists = fixed::in_degree(members, pre, post, &kernel, k as usize, &streams);
                    Method::Listed(lists.map_err(|most| {
                        let (pre, post) = ends();
                        WireError::InDegree { pre, post, k, most, at: spec.at.to_string() }
                    })?)
                }
                Amount::Total(total) => {
                    let streams = |round: u32| members.streams(seed, &format!("{about}/total/{round}"));
                    let surplus = fixed::surplus(seed, &about);
                    let lists = fixed::total(members, pre, post, &kernel, total, streams, surplus);
                    Method::Listed(lists.map_err(|most| {
                        let (pre, post) = ends();
                        WireError::Total { pre, post, total, most, at: spec.at.to_string() }
                    })?)
                }
                Amount::Mean { .. } | Amount::Peak { .. } => {
                    if let Some(gain) = spec.common_neighbour_gain.filter(|gain| *gain > 0.0) {
                        if pre != post {
                            let (pre, post) = ends();
                            return Err(WireError::NeighboursAcross { pre, post, at: spec.at.to_string() });
                        }
                        let rule = Clustered::new(members, pre, kernel, gain, seed, &about).map_err(|probability| {
                            let (pre, post) = ends();
                            let what = "for a pair with many common neighbours";
                            WireError::AboveOne { pre, post, probability, what, at: spec.at.to_string() }
                        })?;
                        Method::Clustered(rule)
                    } else if let Some(ratio) = spec.reciprocity {
                        plan.reciprocal(members, specs, &kernels, (pre, post), n, ratio, spec, &names, seed)?
                    } else {
                        Method::Independent(kernel)
                    }
                }
            };
        }
        Ok(plan)
    }

    /// The method of a rule with a reciprocity; draws the opposite direction first, where that is still open.
    #[expect(clippy::too_many_arguments, reason = "one caller, which holds all of it")]
    fn reciprocal(
        &mut self,
        members: &Members,
        specs: &[Option<&PathwaySpec>],
        kernels: &[Option<Kernel>],
        (pre, post): (usize, usize),
        n: usize,
        ratio: f64,
        spec: &PathwaySpec,
        names: &[&str],
        seed: u64,
    ) -> Result<Method, WireError> {
        let (this, opposite) = (pre * n + post, post * n + pre);
        let (Some(kernel), Some(forward_kernel)) = (kernels[this], kernels[opposite]) else {
            // nothing comes back, so nothing can be reciprocated
            return Ok(kernels[this].map_or(Method::None, Method::Independent));
        };
        let is_within = pre == post;
        let forward_drawn_by_pair =
            specs[opposite].is_some_and(|other| matches!(other.amount, Amount::Mean { .. } | Amount::Peak { .. }));
        if !forward_drawn_by_pair || matches!(self.methods[opposite], Method::Clustered(_)) {
            let (pre, post) = (names[pre].to_owned(), names[post].to_owned());
            return Err(WireError::NotReciprocable { pre, post, at: spec.at.to_string() });
        }
        let pairs = if is_within {
            fixed::independent(members, pre, pre, &kernel, &self.streams[post], |source, target| source < target)
        } else {
            fixed::independent(members, post, pre, &forward_kernel, &self.streams[pre], |_, _| true)
        };
        let forward = Lists::from_pairs(members.len(), pairs);
        let by_target = forward.transposed();
        let streams = members.streams(seed, &format!("{}->{}/reciprocal", names[pre], names[post]));
        let reciprocal = Reciprocal { ratio, forward_kernel, kernel, streams, forward: by_target, is_within };
        if let Some(probability) = reciprocal.excess() {
            return Err(WireError::AboveOne {
                pre: names[pre].to_owned(),
                post: names[post].to_owned(),
                probability,
                what: "with its reciprocity",
                at: spec.at.to_string(),
            });
        }
        if !is_within {
            self.methods[opposite] = Method::Listed(forward);
        }
        Ok(Method::Reciprocal(reciprocal))
    }

    /// Appends the targets of a source, in no order, each once.
    pub(crate) fn targets(&self, members: &Members, source: u32, scratch: &mut Scratch, targets: &mut Vec<u32>) {
        let n = self.streams.len();
        let pre = members.population[source as usize] as usize;
        for post in 0..n {
            let key = members.key(&self.streams[post], source);
            let mut meet = |target: u32| targets.push(target);
            match &self.methods[pre * n + post] {
                Method::None => {}
                Method::Independent(kernel) => {
                    let place = members.places[source as usize];
                    let (stream, entity) = key;
                    connect(
                        kernel,
                        &members.trees[post],
                        place,
                        stream,
                        entity,
                        scratch,
                        |own, _| own,
                        |target| {
                            if target != source {
                                meet(target);
                            }
                        },
                    );
                }
                Method::Listed(lists) => targets.extend_from_slice(lists.of(source)),
                Method::Reciprocal(rule) => {
                    if rule.is_within {
                        // the forward half again, from the same draws
                        let place = members.places[source as usize];
                        let (stream, entity) = key;
                        let tree = &members.trees[post];
                        connect(
                            &rule.kernel,
                            tree,
                            place,
                            stream,
                            entity,
                            scratch,
                            |own, _| own,
                            |target| {
                                if target > source {
                                    meet(target);
                                }
                            },
                        );
                    }
                    rule.targets(members, post, source, scratch, &mut meet);
                }
                Method::Clustered(rule) => rule.targets(members, post, source, scratch, &mut meet),
            }
        }
    }
}

/// Probability at distance zero that a rule asks for between two populations; 1 where it fixes a number, NaN where they
/// are out of each other's reach.
pub(super) fn peak(spec: &PathwaySpec, from: &Tree, to: &Tree) -> f64 {
    match spec.amount {
        Amount::InDegree(_) | Amount::Total(_) => 1.0,
        Amount::Peak { probability } => probability,
        Amount::Mean { probability, within_um } => {
            peak_probability(probability, within_um, &spec.horizontal) / mean_over_depths(&spec.vertical, from, to)
        }
    }
}

/// The kernel of a rule between two populations.
fn kernel(spec: &PathwaySpec, [pre, post]: [&str; 2], from: &Tree, to: &Tree) -> Result<Kernel, WireError> {
    let probability = peak(spec, from, to);
    // a mean of exactly what a flat rule allows may exceed 1 by rounding
    if probability.is_nan() || probability > 1.0 + 1e-9 {
        let is_stated = matches!(spec.amount, Amount::Peak { .. });
        return Err(WireError::AboveOne {
            pre: pre.to_owned(),
            post: post.to_owned(),
            probability,
            what: if is_stated { "as it stands" } else { "converted to distance zero" },
            at: spec.at.to_string(),
        });
    }
    Ok(Kernel { peak: probability.min(1.0), horizontal: spec.horizontal, vertical: spec.vertical })
}

/// Mean of a vertical fall-off over the depths of two populations.
fn mean_over_depths(vertical: &Falloff, from: &Tree, to: &Tree) -> f64 {
    if *vertical == Falloff::Flat || from.len() == 0 || to.len() == 0 {
        return 1.0;
    }
    let depths = |tree: &Tree| -> Vec<f64> {
        let mut depths: Vec<f32> = tree.places.iter().map(|place| place[2]).collect();
        depths.sort_unstable_by(f32::total_cmp);
        (0..DEPTHS).map(|i| f64::from(depths[(2 * i + 1) * depths.len() / (2 * DEPTHS)])).collect()
    };
    let (above, below) = (depths(from), depths(to));
    let sum: f64 = above.iter().flat_map(|a| below.iter().map(move |b| vertical.at((a - b).abs()))).sum();
    sum / (DEPTHS * DEPTHS) as f64
}
