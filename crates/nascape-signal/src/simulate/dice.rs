//! Random draws that are the same on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A ChaCha8 stream and the distributions drawn from it.
///
/// Logarithms and exponentials are worked out here from additions and multiplications alone: the ones in each system's
/// maths library differ in the last bit, and one such bit is enough to move a gene. That rules out `rand_distr` too.
pub struct Dice(ChaCha8Rng);

/// What a stream is used for. Each use has its own stream, so that more draws for one never shift another.
#[derive(Clone, Copy)]
pub enum Use {
    /// Where domains, genes and regulatory elements lie.
    Layout,
    /// What each of them does in one cell.
    Activity,
    /// Where polymerase is, and which of it is sequenced.
    Reads,
    /// The measured marks.
    Chromatin,
}

impl Dice {
    /// The stream of one chromosome for one use; `cell` is 0 for what all cells share.
    pub fn new(seed: u64, cell: u64, chromosome: &str, purpose: Use) -> Self {
        // FNV-1a, because the standard library's hasher promises nothing from one version to the next.
        let name = chromosome
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        let mut key = [0; 32];
        for (slot, word) in key.chunks_exact_mut(8).zip([seed, cell, name, purpose as u64]) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number strictly between 0 and 1.
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A number between `low` and `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// An integer below `n`, which must not be 0.
    pub fn below(&mut self, n: u32) -> u32 {
        (((self.0.next_u64() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// Standard normal (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let r = x * x + y * y;
            if r < 1.0 && r > 0.0 {
                return x * (-2.0 * ln(r) / r).sqrt();
            }
        }
    }

    /// Log-normal with this median; `sigma` is the standard deviation of its logarithm.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }

    /// Poisson, in time proportional to `mean` (Knuth's product, thirty at a time so that it does not underflow).
    pub fn poisson(&mut self, mut mean: f64) -> u64 {
        let mut n = 0;
        while mean > 0.0 {
            let floor = exp(-mean.min(30.0));
            let mut product = self.uniform();
            while product > floor {
                n += 1;
                product *= self.uniform();
            }
            mean -= 30.0;
        }
        n
    }

    /// Logarithmic series, 1 or more, for `0 < p < 1` (Kemp 1981, algorithm LK).
    pub fn log_series(&mut self, p: f64) -> u64 {
        let v = self.uniform();
        if v >= p {
            return 1;
        }
        let q = 1.0 - exp(ln(1.0 - p) * self.uniform());
        match v {
            _ if v >= q => 1,
            _ if v <= q * q => 1 + (ln(v) / ln(q)) as u64,
            _ => 2,
        }
    }
}

/// The natural logarithm of a positive, normal number, to about 1e-15.
pub fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i64 - 1023;
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    // 2 atanh(t) in powers of t, where t is at most 1/3 for a mantissa in [1, 2).
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let series = (0..16).rev().fold(0.0, |sum, i| sum * t2 + 1.0 / f64::from(2 * i + 1));
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * t * series
}

/// The exponential, to about 1e-15; 0 below -700, and cut at 700.
pub fn exp(x: f64) -> f64 {
    if x < -700.0 {
        return 0.0;
    }
    let x = x.min(700.0);
    let twos = (x / std::f64::consts::LN_2).round();
    let rest = x - twos * std::f64::consts::LN_2;
    let series = (1..=14).rev().fold(1.0, |sum, i| 1.0 + sum * rest / f64::from(i));
    series * f64::from_bits(((twos as i64 + 1023) as u64) << 52)
}
