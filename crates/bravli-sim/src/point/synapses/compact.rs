//! Connections of four bytes: a target and a weight of sixteen bits each.

use super::bundle::{Bundle, Onto};
use super::runs::{Due, Runs};
use crate::network::Release;
use crate::point::group::Plane;
use crate::point::math::decay;
use crate::point::memory::{Words, prefetch};

/// State of shared short-term plasticity: one entry per source.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shared {
    pub(crate) u: Vec<f32>,
    pub(crate) x: Vec<f32>,
    /// Step of the last spike, plus one; zero before the first.
    pub(crate) last: Vec<u32>,
    u_rest: f32,
    rec_rate: f32,
    /// Infinite where nothing facilitates.
    facil_rate: f32,
}

impl Shared {
    pub(crate) fn new(release: Release, n_sources: u32, dt_ms: f64) -> Option<Self> {
        let Release::Shared { u, tau_rec_ms, tau_facil_ms } = release else { return None };
        let n = n_sources as usize;
        Some(Self {
            u: vec![u as f32; n],
            x: vec![1.0; n],
            last: vec![0; n],
            u_rest: u as f32,
            rec_rate: (dt_ms / tau_rec_ms) as f32,
            facil_rate: if tau_facil_ms > 0.0 { (dt_ms / tau_facil_ms) as f32 } else { f32::INFINITY },
        })
    }

    /// What a spike of a source opens, in 2⁻³¹ of the weight.
    #[inline(always)]
    pub(crate) fn spike(&mut self, source: usize, step: u32) -> u32 {
        let last = self.last[source];
        let (mut u, mut x) = (self.u[source], self.x[source]);
        if last > 0 {
            let elapsed = (step + 1 - last) as f32;
            x = 1.0 + (x - x * u - 1.0) * decay(elapsed * self.rec_rate);
            u = self.u_rest + u * (1.0 - self.u_rest) * decay(elapsed * self.facil_rate);
        }
        (self.u[source], self.x[source], self.last[source]) = (u, x, step + 1);
        (u * x * 2_147_483_648.0) as u32
    }
}

/// A bundle's connections onto one partition.
#[derive(Debug)]
pub(crate) struct Compact {
    pub(crate) runs: Runs,
    /// Target in the low half, signed weight in the high half.
    pub(crate) synapses: Words,
}

impl Compact {
    /// Brings a run towards the cache.
    #[inline(always)]
    pub(crate) fn prefetch(&self, due: &Due) {
        prefetch(self.synapses.slice(), due.position as usize, usize::from(due.length));
        self.runs.prefetch_next(due);
    }

    /// Adds a run to the planes.
    #[inline(always)]
    pub(crate) fn deliver(&self, bundle: &Bundle, due: &Due, planes: &mut [Plane]) {
        let from = due.position as usize;
        let run = &self.synapses.slice()[from..from + usize::from(due.length)];
        let has_efficacy = matches!(bundle.release, Release::Shared { .. });
        for onto in std::iter::once(&bundle.onto).chain(&bundle.slow) {
            let plane = &mut planes[onto.plane];
            if has_efficacy {
                add_scaled(run, scaled(onto, due.efficacy), onto.shift, plane);
            } else if onto.factor == 1 && onto.shift == 0 {
                add(run, plane);
            } else {
                add_scaled(run, onto.factor, onto.shift, plane);
            }
        }
    }
}

/// The factor of a plane under an efficacy in 2⁻³¹.
#[inline(always)]
fn scaled(onto: &Onto, efficacy: u32) -> i64 {
    (onto.factor * i64::from(efficacy) + (1 << 30)) >> 31
}

#[inline(always)]
fn add(run: &[u32], plane: &mut Plane) {
    for synapse in run {
        plane[(synapse & 0xffff) as usize] += (*synapse as i32) >> 16;
    }
}

#[inline(always)]
fn add_scaled(run: &[u32], factor: i64, shift: u32, plane: &mut Plane) {
    let half = if shift > 0 { 1 << (shift - 1) } else { 0 };
    for synapse in run {
        let weight = i64::from((*synapse as i32) >> 16);
        plane[(synapse & 0xffff) as usize] += ((weight * factor + half) >> shift) as i32;
    }
}
