//! Spikes → release → inputs waiting in the ring.

use super::block::{INPUTS, LANES};
use super::kernel::exp;
use super::plan::{Connection, Partition};
use bravli_rng::{binomial_from_uniform, philox4x32};

/// Runs every spike of the last batch through the connections it has onto a partition.
///
/// At a spike: u ← u e^{−Δ/F}, u ← u + U(1−u); each empty site refills with probability 1 − e^{−Δ/D}; each filled site
/// releases with probability u; the conductance grows by (released/N_rrp)·g. Contacts of one connection share U, D, F and
/// spike times, so their sites form one binomial pool.
///
/// # Source
/// The stochastic multivesicular form of Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719, as in the Blue Brain
/// mechanisms.
#[inline(always)]
pub(crate) fn deliver(partition: &mut Partition, spikes: &[(u32, u32)], ring: &mut [f32], slots: usize, key: [u32; 2]) {
    let blocks = partition.cells.len();
    let mask = slots - 1;
    for &(step, source) in spikes {
        let row = partition.rows[source as usize] as usize..partition.rows[source as usize + 1] as usize;
        for group in partition.connections[row].chunks_mut(LANES) {
            let prepared = Prepared::new(group, step, key);
            for (lane, connection) in group.iter_mut().enumerate() {
                let released = prepared.release(lane, connection, step);
                if released == 0 {
                    continue;
                }
                let released = released as f32;
                let slot = (step as usize + usize::from(connection.delay)) & mask;
                let target = usize::from(connection.target);
                let base = ((slot * blocks + target / LANES) * INPUTS) * LANES + target % LANES;
                let first = base + usize::from(connection.channel) * LANES;
                ring[first] += connection.w_first * released;
                ring[first + LANES] += connection.w_second * released;
                if connection.w_slow > 0.0 {
                    ring[base + usize::from(connection.slow_channel) * LANES] += connection.w_slow * released;
                }
            }
        }
    }
}

/// What sixteen connections need at a spike, computed side by side: draws and decays since their last spike.
struct Prepared {
    refill_draw: [f32; LANES],
    release_draw: [f32; LANES],
    /// e^{−Δ/F}.
    facilitation: [f32; LANES],
    /// 1 − e^{−Δ/D}.
    refill: [f32; LANES],
}

impl Prepared {
    #[inline(always)]
    fn new(group: &[Connection], step: u32, key: [u32; 2]) -> Self {
        let mut edge = [0_u32; LANES];
        let mut facilitation = [0.0_f32; LANES];
        let mut refill = [0.0_f32; LANES];
        for (lane, connection) in group.iter().enumerate() {
            let elapsed = (step + 1 - connection.last) as f32;
            edge[lane] = connection.edge;
            facilitation[lane] = elapsed * connection.facil_rate;
            refill[lane] = elapsed * connection.rec_rate;
        }
        let mut refill_draw = [0.0; LANES];
        let mut release_draw = [0.0; LANES];
        for lane in 0..LANES {
            let words = philox4x32([edge[lane], 0, step, 0], key);
            refill_draw[lane] = to_unit(words[0]);
            release_draw[lane] = to_unit(words[1]);
            facilitation[lane] = decay(facilitation[lane]);
            refill[lane] = 1.0 - decay(refill[lane]);
        }
        Self { refill_draw, release_draw, facilitation, refill }
    }

    /// Vesicles that a connection releases; updates its state.
    #[inline(always)]
    fn release(&self, lane: usize, connection: &mut Connection, step: u32) -> u32 {
        if connection.last > 0 {
            connection.u *= self.facilitation[lane];
            let empty = u32::from(connection.n_sites - connection.filled);
            if empty > 0 {
                connection.filled += binomial_from_uniform(empty, self.refill[lane], self.refill_draw[lane]) as u16;
            }
        }
        connection.last = step + 1;
        connection.u += connection.u_rest * (1.0 - connection.u);
        let released = binomial_from_uniform(u32::from(connection.filled), connection.u, self.release_draw[lane]);
        connection.filled -= released as u16;
        released
    }
}

/// e^{−x} for x ≥ 0, zero beyond the range of the polynomial.
#[inline(always)]
fn decay(x: f32) -> f32 {
    let within = if x < 80.0 { x } else { 80.0 };
    let value = exp(-within);
    if x < 80.0 { value } else { 0.0 }
}

/// A number in (0, 1) from a word.
#[inline(always)]
fn to_unit(word: u32) -> f32 {
    ((word >> 8) as i32 as f32 + 0.5) * (1.0 / 16_777_216.0)
}
