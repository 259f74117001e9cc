//! What connections draw has the moments that their class states, for every class of the shipped recipe.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the report")]

mod common;

use bravli_circuit::{Contact, ContactLaw};
use bravli_recipe::MeanSd;
use bravli_rng::{Draw, Stream};
use common::shipped;

const N: u64 = 20_000;

fn moments(values: impl Iterator<Item = f64>) -> MeanSd {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    MeanSd { mean, sd: (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt() }
}

/// The mean within five standard errors; the sd within five of its own, which for a gamma of shape k is about
/// sd·√((2 + 6/k)/4N), since its excess kurtosis is 6/k.
fn is_gamma(drawn: MeanSd, stated: MeanSd, what: &str) {
    let n = N as f64;
    assert!((drawn.mean - stated.mean).abs() < 5.0 * stated.sd / n.sqrt(), "{what}: {drawn:?} for {stated:?}");
    let shape = (stated.mean / stated.sd).powi(2);
    let error = stated.sd * ((2.0 + 6.0 / shape) / (4.0 * n)).sqrt();
    assert!((drawn.sd - stated.sd).abs() < 5.0 * error, "{what}: {drawn:?} for {stated:?}");
}

#[test]
fn every_class_is_drawn_with_its_moments() {
    let recipe = shipped("rat-barrel");
    assert!(recipe.synapse_classes.len() > 20);
    for class in recipe.synapse_classes.values() {
        let stream = Stream::new(7, &class.name, Draw::Gsyn);
        let law = ContactLaw::new(class, MeanSd { mean: 4.0, sd: 1.28 });
        let drawn: Vec<Contact> = (0..N).map(|pair| law.draw(stream, pair)).collect();
        is_gamma(moments(drawn.iter().map(|c| f64::from(c.gsyn_ns))), class.gsyn_ns, &format!("{} gsyn", class.name));
        // times below a tenth of a millisecond are raised to it, which no class here comes near
        let tau_rec = moments(drawn.iter().map(|c| f64::from(c.tau_rec_ms)));
        is_gamma(tau_rec, class.tau_rec_ms, &format!("{} tau_rec", class.name));
        for contact in &drawn {
            let (low, high) = (class.u_syn.mean - class.u_syn.sd, class.u_syn.mean + class.u_syn.sd);
            let u = f64::from(law.u_syn_range.decode(contact.u_syn));
            assert!(u >= low.max(0.0) - 1e-6 && u <= high.min(1.0) + 1e-6, "{}: u {u}", class.name);
            let (dtc, sd) = (class.tau_decay_ms.mean, class.tau_decay_ms.sd);
            let decay = f64::from(law.tau_decay_range.decode(contact.tau_decay));
            assert!(decay >= (dtc - sd).max(0.3) - 1e-5 && decay <= dtc + sd + 1e-5, "{}: {decay} ms", class.name);
            assert!(contact.n_rrp >= 1);
        }
        // 1 + Poisson(m - 1): mean m, variance m - 1
        let vesicles = moments(drawn.iter().map(|c| f64::from(c.n_rrp)));
        let expected = class.n_rrp.max(1.0);
        let error = (expected - 1.0).sqrt() / (N as f64).sqrt();
        assert!((vesicles.mean - expected).abs() <= 5.0 * error, "{}: {vesicles:?} for {expected}", class.name);
        assert!(drawn.iter().any(|c| c.n_rrp == 1));
    }
}
