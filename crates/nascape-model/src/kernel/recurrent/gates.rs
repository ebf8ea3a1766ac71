//! The functions of a gate, for vectors.

use pulp::Simd;

/// Beyond this the sigmoid is 1 or less than 2e-38, and powers of two would leave the exponent of an `f32`.
const LIMIT: f32 = 87.0;

/// The Taylor series of `2^f`, whose first missing term is below 2e-9 for `|f| <= 1/2`: `ln(2)^k / k!`.
const POWER: [f32; 8] = [
    1.0,
    std::f32::consts::LN_2,
    0.240_226_5,
    0.055_504_11,
    0.009_618_129,
    0.001_333_355_8,
    0.000_154_035_3,
    0.000_015_252_734,
];

/// `1 / (1 + exp(-x))`, within 2e-7; NaN stays NaN.
#[inline(always)]
pub(super) fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    simd.div_f32s(one, simd.add_f32s(one, power(simd, x, -std::f32::consts::LOG2_E)))
}

/// The hyperbolic tangent, within 2e-7; NaN stays NaN.
#[inline(always)]
pub(super) fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let inverse =
        simd.div_f32s(simd.splat_f32s(2.0), simd.add_f32s(one, power(simd, x, 2.0 * std::f32::consts::LOG2_E)));
    simd.sub_f32s(one, inverse)
}

/// `2^(scale * x)`, where the exponent is first brought to within `LIMIT * log2(e)` of 0.
#[inline(always)]
fn power<S: Simd>(simd: S, x: S::f32s, scale: f32) -> S::f32s {
    let limit = LIMIT * std::f32::consts::LOG2_E / scale.abs();
    let (low, high) = (simd.splat_f32s(-limit), simd.splat_f32s(limit));
    // Not `min` and `max`, which processors define differently for NaN.
    let x = simd.select_f32s(simd.less_than_f32s(x, low), low, x);
    let x = simd.select_f32s(simd.greater_than_f32s(x, high), high, x);

    // Added to a small number, this leaves its nearest whole number in the lowest bits.
    let rounder = simd.splat_f32s(1.5 * (1 << 23) as f32);
    let scale = simd.splat_f32s(scale);
    let rounded = simd.mul_add_e_f32s(x, scale, rounder);
    let f = simd.mul_add_e_f32s(x, scale, simd.sub_f32s(rounder, rounded));

    // Pairs of terms, then pairs of pairs: a shorter wait than one term after the other.
    let [c0, c1, c2, c3, c4, c5, c6, c7] = POWER.map(|c| simd.splat_f32s(c));
    let f2 = simd.mul_f32s(f, f);
    let (a, b) = (simd.mul_add_e_f32s(c1, f, c0), simd.mul_add_e_f32s(c3, f, c2));
    let (c, d) = (simd.mul_add_e_f32s(c5, f, c4), simd.mul_add_e_f32s(c7, f, c6));
    let (low, high) = (simd.mul_add_e_f32s(b, f2, a), simd.mul_add_e_f32s(d, f2, c));
    let power = simd.mul_add_e_f32s(high, simd.mul_f32s(f2, f2), low);

    // The whole part is added to the exponent.
    let exponent = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(23));
    let bits = simd.add_u32s(simd.transmute_u32s_f32s(power), exponent);
    // Where x was NaN, the bits may now be anything's.
    let bits = simd.transmute_f32s_u32s(bits);
    simd.select_f32s(simd.equal_f32s(x, x), bits, x)
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, WithSimd};

    use super::super::super::naive::instruction_sets;
    use super::*;

    struct Both<'a>(&'a [f32], &'a mut Vec<(f32, f32)>);

    impl WithSimd for Both<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            for x in self.0.chunks(S::F32_LANES) {
                let mut both = [[0.0; 16]; 2];
                let loaded = simd.partial_load_f32s(x);
                simd.partial_store_f32s(&mut both[0][..x.len()], sigmoid(simd, loaded));
                simd.partial_store_f32s(&mut both[1][..x.len()], tanh(simd, loaded));
                self.1.extend((0..x.len()).map(|at| (both[0][at], both[1][at])));
            }
        }
    }

    fn both(arch: Arch, x: &[f32]) -> Vec<(f32, f32)> {
        let mut y = Vec::new();
        arch.dispatch(Both(x, &mut y));
        y
    }

    #[test]
    fn sigmoid_and_tanh_are_within_2e_7() {
        // Every 1009th float of either sign, and a fine walk where the functions bend.
        let floats = (0..=f32::INFINITY.to_bits()).step_by(1009).map(f32::from_bits);
        let walk = (0..2_000_000).map(|step| step as f32 * 1e-5);
        let x: Vec<f32> = floats.chain(walk).chain([f32::INFINITY, f32::MAX]).flat_map(|x| [x, -x]).collect();
        for arch in instruction_sets() {
            for (&x, (s, t)) in x.iter().zip(both(arch, &x)) {
                let x = f64::from(x);
                let errors = ((f64::from(s) - 1.0 / (1.0 + (-x).exp())).abs(), (f64::from(t) - x.tanh()).abs());
                assert!(errors.0 < 2e-7 && errors.1 < 2e-7, "{arch:?}: {s} and {t} at {x}");
            }
        }
    }

    #[test]
    fn missing_stays_missing() {
        for arch in instruction_sets() {
            assert!(both(arch, &[f32::NAN; 33]).iter().all(|(s, t)| s.is_nan() && t.is_nan()), "{arch:?}");
        }
    }
}
