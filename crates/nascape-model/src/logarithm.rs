//! `ln(1 + x)` of counts: the same few come again and again, and a logarithm is dear.

/// Bits of the place of a number among those that are known.
const PLACE: u32 = 10;

/// The logarithms that were asked for lately, with the bits of [`f32::ln_1p`].
pub(crate) struct Logarithms(Vec<(u32, f32)>);

impl Logarithms {
    pub(crate) fn new() -> Self {
        // ln(1 + 0) is 0.
        Self(vec![(0, 0.0); 1 << PLACE])
    }

    /// `ln(1 + x)`.
    #[inline(always)]
    pub(crate) fn of(&mut self, x: f32) -> f32 {
        let bits = x.to_bits();
        // Multiplied by 2^32 over the golden ratio, neighbours come to lie far apart.
        let known = &mut self.0[(bits.wrapping_mul(0x9e37_79b1) >> (32 - PLACE)) as usize];
        if known.0 != bits {
            *known = (bits, x.ln_1p());
        }
        known.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_have_the_bits_of_the_logarithms() {
        let mut logarithms = Logarithms::new();
        let fractions = (0..1_000_000_u32).map(|count| (count % 5_000) as f32 * 0.37);
        let special = [0.0, -0.0, -0.5, -1.0, -2.0, f32::NAN, f32::INFINITY, f32::MAX, f32::MIN_POSITIVE];
        for x in fractions.chain(special).chain(special) {
            assert_eq!(logarithms.of(x).to_bits(), x.ln_1p().to_bits(), "{x}");
        }
    }
}
