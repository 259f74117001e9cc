//! Spikes → release → inputs waiting in the ring.

use super::block::{INPUTS, LANES};
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
pub(crate) fn deliver(partition: &mut Partition, spikes: &[(u32, u32)], ring: &mut [f32], slots: usize, key: [u32; 2]) {
    let blocks = partition.cells.len();
    let mask = slots - 1;
    for &(step, source) in spikes {
        let row = partition.rows[source as usize] as usize..partition.rows[source as usize + 1] as usize;
        for connection in &mut partition.connections[row] {
            let released = release(connection, step, key);
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

/// Vesicles that a connection releases at a spike; updates its state.
#[inline]
fn release(connection: &mut Connection, step: u32, key: [u32; 2]) -> u32 {
    let words = philox4x32([connection.edge, 0, step, 0], key);
    if connection.last > 0 {
        let elapsed = (step + 1 - connection.last) as f32;
        connection.u *= decay(elapsed * connection.facil_rate);
        let empty = u32::from(connection.n_sites - connection.filled);
        let refill = 1.0 - decay(elapsed * connection.rec_rate);
        connection.filled += binomial_from_uniform(empty, refill, to_unit(words[0])) as u16;
    }
    connection.last = step + 1;
    connection.u += connection.u_rest * (1.0 - connection.u);
    let released = binomial_from_uniform(u32::from(connection.filled), connection.u, to_unit(words[1]));
    connection.filled -= released as u16;
    released
}

/// e^{−x} for x ≥ 0, zero beyond the range of the polynomial.
#[inline]
fn decay(x: f32) -> f32 {
    if x < 80.0 { super::kernel::exp(-x) } else { 0.0 }
}

/// A number in (0, 1) from a word.
#[inline]
fn to_unit(word: u32) -> f32 {
    ((word >> 8) as f32 + 0.5) * (1.0 / 16_777_216.0)
}
