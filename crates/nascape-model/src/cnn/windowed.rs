//! The network as the paper writes it, window by window with real poolings, on Candle's own operations: what the dense
//! engine is held against.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{CONVOLUTIONS, CnnGraph, DenseCnn, FILTERS, LEFT, REACH, Settings, TAPS, WINDOW, dense, tensors};
use crate::kernel::Rows;

/// The network's output for one window [channels, WINDOW].
fn windowed(weights: &HashMap<String, Vec<f32>>, window: &[Vec<f32>]) -> Result<f32> {
    let shapes: HashMap<String, Vec<usize>> = tensors(window.len()).into_iter().collect();
    let tensor = |name: &str| Tensor::from_slice(&weights[name], shapes[name].as_slice(), &Device::Cpu);
    let mut x = Tensor::from_vec(window.concat(), (1, window.len(), WINDOW), &Device::Cpu)?;
    for layer in 0..CONVOLUTIONS {
        let bias = tensor(&format!("convolution.{layer}.bias"))?.reshape((1, FILTERS, 1))?;
        x = x.conv1d(&tensor(&format!("convolution.{layer}.weight"))?, 0, 1, 1, 1)?.broadcast_add(&bias)?.relu()?;
        if layer + 1 < CONVOLUTIONS {
            // Candle pools in two dimensions; one row stands for one.
            x = x.unsqueeze(2)?.max_pool2d((1, 2))?.squeeze(2)?;
        }
    }
    assert_eq!(
        x.dims(),
        [1, FILTERS, 32],
        "what is left of a window of {WINDOW} bins after {CONVOLUTIONS} x {TAPS} taps"
    );
    let dense = (x.squeeze(0)? * tensor("dense.weight")?.squeeze(0)?)?.sum_all()?;
    (dense + tensor("dense.bias")?.squeeze(0)?)?.to_scalar()
}

fn random_network(channels: usize, seed: u64) -> CnnGraph {
    CnnGraph::new(channels, &Settings::default(), &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
}

/// Sparse counts on a log scale, silent beyond the ends.
fn random_track(channels: usize, bins: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let value =
        |rng: &mut ChaCha8Rng| if rng.random_bool(0.2) { rng.random_range(0.0_f32..300.0).ln_1p() } else { 0.0 };
    (0..channels).map(|_| (0..bins).map(|_| value(&mut rng)).collect()).collect()
}

fn with_silence(track: &[Vec<f32>]) -> Vec<Vec<f32>> {
    track.iter().map(|row| [&vec![0.0; LEFT][..], row, &vec![0.0; WINDOW][..]].concat()).collect()
}

fn dense_output(network: &DenseCnn, padded: &[Vec<f32>], first: usize, bins: usize) -> Vec<f32> {
    let rows = padded.iter().flat_map(|row| row[first..first + bins + REACH - 1].to_vec()).collect::<Vec<_>>();
    let mut out = vec![0.0; bins];
    let length = bins + REACH - 1;
    network.predict(Rows::new(&rows, padded.len(), length, length), &mut dense::Scratch::default(), &mut out);
    out
}

#[test]
fn dense_equals_windowed_on_every_bin_and_at_chromosome_ends() {
    for (channels, seed) in [(1, 1), (2, 2)] {
        let weights = random_network(channels, seed).weights().unwrap();
        let network = DenseCnn::new(channels, &weights);
        let bins = 300;
        let padded = with_silence(&random_track(channels, bins, seed));
        let dense = dense_output(&network, &padded, 0, bins);
        for (bin, &dense) in dense.iter().enumerate() {
            let window: Vec<Vec<f32>> = padded.iter().map(|row| row[bin..bin + WINDOW].to_vec()).collect();
            let windowed = windowed(&weights, &window).unwrap();
            assert!((dense - windowed).abs() <= 1e-5 * windowed.abs().max(0.1), "bin {bin}: {dense} and {windowed}");
        }
    }
}

#[test]
fn the_training_graph_and_the_engine_give_the_same_bits() {
    let graph = random_network(2, 3);
    let network = DenseCnn::new(2, &graph.weights().unwrap());
    let padded = with_silence(&random_track(2, 500, 3));
    let x = padded.iter().flat_map(|row| row[..500 + REACH - 1].to_vec()).collect::<Vec<_>>();
    let x = Tensor::from_vec(x, (1, 2, 500 + REACH - 1), &Device::Cpu).unwrap();
    let graph_output: Vec<f32> =
        graph.forward(&x, None::<&mut ChaCha8Rng>).unwrap().squeeze(0).unwrap().to_vec1().unwrap();
    assert_eq!(graph_output, dense_output(&network, &padded, 0, 500));
}

#[test]
fn the_graphs_gradients_are_those_of_finite_differences() {
    let graph = random_network(1, 4);
    let track = with_silence(&random_track(1, 64, 4));
    let x = Tensor::from_slice(&track[0][..64 + REACH - 1], (1, 1, 64 + REACH - 1), &Device::Cpu).unwrap();
    let loss = || graph.forward(&x, None::<&mut ChaCha8Rng>).unwrap().sqr().unwrap().mean_all().unwrap();
    let variable = graph.variable();
    // Away from zero: with fresh biases silence lies in the very corner of the ReLU, where there is no gradient.
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let shifted: Vec<f32> =
        variable.to_vec1::<f32>().unwrap().iter().map(|v| v + rng.random_range(-0.1_f32..0.1)).collect();
    variable.set(&Tensor::from_vec(shifted, variable.shape(), &Device::Cpu).unwrap()).unwrap();
    let gradient: Vec<f32> = loss().backward().unwrap().get(variable).unwrap().to_vec1().unwrap();
    let values: Vec<f32> = variable.to_vec1().unwrap();
    let mut start = 0;
    for (name, shape) in tensors(1) {
        let here = start..start + shape.iter().product::<usize>();
        start = here.end;
        // Along the steepest direction of this tensor the change of the loss is large against rounding.
        let norm = gradient[here.clone()].iter().map(|g| g * g).sum::<f32>().sqrt();
        let step = 2e-3_f32;
        let moved = |sign: f32| {
            let mut moved = values.clone();
            here.clone().for_each(|i| moved[i] += sign * step * gradient[i] / norm.max(1e-12));
            variable.set(&Tensor::from_vec(moved, variable.shape(), &Device::Cpu).unwrap()).unwrap();
            loss().to_scalar::<f32>().unwrap()
        };
        let slope = (moved(1.0) - moved(-1.0)) / (2.0 * step);
        variable.set(&Tensor::from_vec(values.clone(), variable.shape(), &Device::Cpu).unwrap()).unwrap();
        assert!((slope - norm).abs() <= 0.02 * norm + 1e-5, "{name}: slope {slope}, gradient {norm}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_tiles_cut_does_not_change_a_bit(seed in 0_u64..1_000, cuts in prop::collection::vec(1_usize..900, 1..6)) {
        let network = DenseCnn::new(1, &random_network(1, seed).weights().unwrap());
        let bins: usize = cuts.iter().sum();
        let padded = with_silence(&random_track(1, bins, seed));
        let whole = dense_output(&network, &padded, 0, bins);
        let mut first = 0;
        for cut in cuts {
            prop_assert_eq!(&dense_output(&network, &padded, first, cut), &whole[first..first + cut]);
            first += cut;
        }
    }
}
