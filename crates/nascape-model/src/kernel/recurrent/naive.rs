//! The definition of a GRU, written as loops in `f64`.

use super::GruShape;

/// The output, `[bin][hidden unit]`, for `x`, `[bin][input]`.
pub fn forward(shape: GruShape, parameters: &[f64], x: &[Vec<f64>], reversed: bool) -> Vec<Vec<f64>> {
    let GruShape { inputs, hidden } = shape;
    let (weight_ih, rest) = parameters.split_at(3 * hidden * inputs);
    let (weight_hh, rest) = rest.split_at(3 * hidden * hidden);
    let (bias_ih, bias_hh) = rest.split_at(3 * hidden);
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };

    let mut h = vec![0.0; hidden];
    let mut y = vec![Vec::new(); x.len()];
    for step in 0..x.len() {
        let bin = if reversed { x.len() - 1 - step } else { step };
        let from_input = |row: usize| dot(&weight_ih[row * inputs..][..inputs], &x[bin]) + bias_ih[row];
        let from_hidden = |row: usize| dot(&weight_hh[row * hidden..][..hidden], &h) + bias_hh[row];
        let unit = |unit: usize| {
            let r = sigmoid(from_input(unit) + from_hidden(unit));
            let z = sigmoid(from_input(hidden + unit) + from_hidden(hidden + unit));
            let n = (from_input(2 * hidden + unit) + r * from_hidden(2 * hidden + unit)).tanh();
            (1.0 - z) * n + z * h[unit]
        };
        h = (0..hidden).map(unit).collect();
        y[bin] = h.clone();
    }
    y
}
