//! Least squares on normal equations of at most a few dozen columns.

/// A symmetric matrix of normal equations with its right-hand side.
#[derive(Debug, Clone)]
pub(crate) struct Normal {
    pub(crate) p: usize,
    /// XᵀWX, row-major, shape `(p, p)`.
    pub(crate) xx: Vec<f64>,
    /// XᵀWy, shape `(p,)`.
    pub(crate) xy: Vec<f64>,
    /// yᵀWy.
    pub(crate) yy: f64,
}

impl Normal {
    pub(crate) fn zero(p: usize) -> Self {
        Self { p, xx: vec![0.0; p * p], xy: vec![0.0; p], yy: 0.0 }
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let sub = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x - y).collect();
        Self { p: self.p, xx: sub(&self.xx, &other.xx), xy: sub(&self.xy, &other.xy), yy: self.yy - other.yy }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (a, b) in self.xx.iter_mut().zip(&other.xx) {
            *a += b;
        }
        for (a, b) in self.xy.iter_mut().zip(&other.xy) {
            *a += b;
        }
        self.yy += other.yy;
    }

    /// Coefficients by Cholesky with a relative ridge; columns without spread get 0.
    pub(crate) fn solve(&self, ridge: f64) -> Vec<f64> {
        let p = self.p;
        // Standardise, so that one ridge and one rank threshold serve columns of any unit.
        let scale: Vec<f64> = (0..p)
            .map(|i| {
                let d = self.xx[i * p + i];
                if d > 1e-12 && d.is_finite() { 1.0 / d.sqrt() } else { 0.0 }
            })
            .collect();
        let mut l = vec![0.0; p * p];
        let mut z = vec![0.0; p];
        let mut dead = vec![false; p];
        for i in 0..p {
            for j in 0..=i {
                let unit = if i == j { 1.0 + ridge } else { 0.0 };
                let a = if i == j { unit } else { self.xx[i * p + j] * scale[i] * scale[j] };
                let dot: f64 = (0..j).map(|k| l[i * p + k] * l[j * p + k]).sum();
                let v = a - dot;
                if i == j {
                    dead[i] = scale[i] == 0.0 || v < 0.5 * ridge || !v.is_finite();
                    l[i * p + i] = if dead[i] { 1.0 } else { v.sqrt() };
                } else {
                    l[i * p + j] = if dead[j] { 0.0 } else { v / l[j * p + j] };
                }
            }
            let dot: f64 = (0..i).map(|k| l[i * p + k] * z[k]).sum();
            z[i] = if dead[i] { 0.0 } else { (self.xy[i] * scale[i] - dot) / l[i * p + i] };
        }
        let mut beta = vec![0.0; p];
        for i in (0..p).rev() {
            if dead[i] {
                continue;
            }
            let dot: f64 = (i + 1..p).filter(|k| !dead[*k]).map(|k| l[k * p + i] * beta[k]).sum();
            beta[i] = (z[i] - dot) / l[i * p + i];
        }
        beta.iter().zip(&scale).map(|(b, s)| if (b * s).is_finite() { b * s } else { 0.0 }).collect()
    }

    /// Residual sum of squares of given coefficients.
    pub(crate) fn rss(&self, beta: &[f64]) -> f64 {
        let p = self.p;
        let mut q = self.yy;
        for i in 0..p {
            let row: f64 = (0..p).map(|j| self.xx[i * p + j] * beta[j]).sum();
            q += beta[i] * (row - 2.0 * self.xy[i]);
        }
        q.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(rows: &[([f64; 3], f64)]) -> Normal {
        let mut n = Normal::zero(3);
        for (x, y) in rows {
            for i in 0..3 {
                for j in 0..3 {
                    n.xx[i * 3 + j] += x[i] * x[j];
                }
                n.xy[i] += x[i] * y;
            }
            n.yy += y * y;
        }
        n
    }

    #[test]
    fn recovers_coefficients() {
        // Rows of y = x₀ + 2x₁ + 3x₂.
        let n =
            normal(&[([1.0, 0.0, 2.0], 7.0), ([1.0, 1.0, 0.0], 3.0), ([1.0, 2.0, 1.0], 8.0), ([1.0, -1.0, 3.0], 8.0)]);
        let beta = n.solve(1e-10);
        assert!(n.rss(&beta) < 1e-6, "{beta:?} {}", n.rss(&beta));
    }

    #[test]
    fn survives_collinear_and_empty_columns() {
        let n = normal(&[([1.0, 2.0, 0.0], 1.0), ([2.0, 4.0, 0.0], 2.0)]);
        let beta = n.solve(1e-8);
        assert!(beta.iter().all(|b| b.is_finite()));
        assert!(n.rss(&beta) < 1e-4);
        assert_eq!(Normal::zero(2).solve(1e-8), vec![0.0, 0.0]);
    }
}
