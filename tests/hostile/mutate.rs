//! Mutants of a file: cut, bits turned over, sizes made huge, spliced with another, grown. The same number gives the same mutant.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Numbers that a length, a count or an offset may be made.
const HUGE: [u64; 8] = [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, 1 << 31, 0x7fff_ffff, 0xffff_fff0];

/// Mutant number `number` of `seed`; `other` is a file of the same format to splice it with.
pub fn mutant(seed: &[u8], other: &[u8], is_text: bool, number: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(number);
    let mut bytes = seed.to_vec();
    for _ in 0..rng.random_range(1..=3) {
        change(&mut bytes, other, is_text, &mut rng);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], is_text: bool, rng: &mut impl Rng) {
    if bytes.is_empty() {
        bytes.push(rng.random());
        return;
    }
    let at = place(bytes.len(), rng);
    match rng.random_range(0..7) {
        0 => bytes.truncate(at),
        1 => {
            for _ in 0..rng.random_range(1..=8) {
                let at = place(bytes.len(), rng);
                bytes[at] ^= 1 << rng.random_range(0..8);
            }
        }
        2 | 3 if is_text => {
            // A number of the text becomes another.
            let is_digit = |byte: &u8| byte.is_ascii_digit();
            let start = bytes[at..].iter().position(is_digit).map_or(bytes.len(), |digits| at + digits);
            let end = bytes[start..].iter().position(|byte| !is_digit(byte)).map_or(bytes.len(), |other| start + other);
            let huge = ["0", "-1", "4294967295", "4294967296", "99999999999999999999", "1e400", "nan", ""];
            bytes.splice(start..end, huge[rng.random_range(0..huge.len())].bytes());
        }
        2 | 3 => {
            let width = [2, 4, 8][rng.random_range(0..3)].min(bytes.len());
            let at = at.min(bytes.len() - width);
            let number = match rng.random_bool(0.8) {
                true => HUGE[rng.random_range(0..HUGE.len())],
                false => rng.random_range(0..2 * bytes.len() as u64),
            };
            let number =
                if rng.random() { number.to_le_bytes() } else { number.rotate_right(8 * width as u32).to_be_bytes() };
            bytes[at..at + width].copy_from_slice(&number[..width]);
        }
        4 => {
            bytes.truncate(at);
            bytes.extend_from_slice(&other[place(other.len(), rng).min(other.len())..]);
        }
        5 => {
            let random = rng.random();
            let grown: Vec<u8> =
                (0..rng.random_range(1..4_096)).map(|_| if random { rng.random() } else { 0 }).collect();
            bytes.splice(at..at, grown);
        }
        _ => {
            // A stretch a second time, where it stands or in place of what is there.
            let from = place(bytes.len(), rng);
            let stretch = bytes[from..bytes.len().min(from + rng.random_range(1..512))].to_vec();
            let end = if rng.random() { at } else { bytes.len().min(at + stretch.len()) };
            bytes.splice(at..end, stretch);
        }
    }
}

/// A place in so many bytes; half of them in the first and the last, where formats keep what they are read by.
fn place(bytes: usize, rng: &mut impl Rng) -> usize {
    match rng.random_range(0..4) {
        0 => rng.random_range(0..bytes.clamp(1, 512)),
        1 => bytes.saturating_sub(1 + rng.random_range(0..bytes.clamp(1, 1_024))),
        _ => rng.random_range(0..bytes.max(1)),
    }
}
