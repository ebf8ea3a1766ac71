//! The network on Candle's own operations, window by window as the paper writes it and densely: what the engine and its
//! gradients are held against.

use std::collections::HashMap;

use candle_core::{Device, Result, Tensor, Var};
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

/// The dense network on Candle's own operations, with its parameters as variables: what our gradients are held against.
fn on_candle(parameters: &[Var], x: &Tensor) -> Result<Tensor> {
    let mut x = x.clone();
    for layer in 0..=CONVOLUTIONS {
        let (weights, bias) = (&parameters[2 * layer], &parameters[2 * layer + 1]);
        let dilation = 1 << layer.min(CONVOLUTIONS - 1);
        x = x.conv1d(weights, 0, 1, dilation, 1)?.broadcast_add(&bias.reshape((1, bias.elem_count(), 1))?)?;
        if layer < CONVOLUTIONS {
            x = x.relu()?;
        }
        if layer + 1 < CONVOLUTIONS {
            let bins = x.dim(2)? - dilation;
            x = x.narrow(2, 0, bins)?.maximum(&x.narrow(2, dilation, bins)?)?;
        }
    }
    x.squeeze(1)
}

#[test]
fn gradients_are_those_of_candles_own_operations() {
    for channels in [1, 2] {
        let graph = random_network(channels, 4);
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        // No silence here: where neighbours are equal, the two share a pooling's gradient differently.
        let (items, length) = (3, 200 + REACH - 1);
        let x: Vec<f32> = (0..items * channels * length).map(|_| rng.random_range(0.0..3.0)).collect();
        let x = Tensor::from_vec(x, (items, channels, length), &Device::Cpu).unwrap();
        let loss = |z: Tensor| z.sqr().unwrap().mean_all().unwrap();
        let ours = loss(graph.forward(&x, None::<&mut ChaCha8Rng>).unwrap()).backward().unwrap();
        let ours: Vec<f32> = ours.get(graph.variable()).unwrap().to_vec1().unwrap();

        let weights = graph.weights().unwrap();
        let variable =
            |(name, shape): (String, Vec<usize>)| Var::from_slice(&weights[&name], shape, &Device::Cpu).unwrap();
        let parameters: Vec<Var> = tensors(channels).into_iter().map(variable).collect();
        // One item at a time: candle 0.11.1 takes a wrong gradient of conv1d's weights for several items of several channels.
        let mut theirs = vec![0.0; ours.len()];
        for item in 0..items {
            let gradients = loss(on_candle(&parameters, &x.narrow(0, item, 1).unwrap()).unwrap()).backward().unwrap();
            let flat = |var: &Var| gradients.get(var).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let of_item = parameters.iter().flat_map(flat);
            theirs.iter_mut().zip(of_item).for_each(|(sum, value)| *sum += value / items as f32);
        }

        let largest = theirs.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        for (i, (our, their)) in ours.iter().zip(&theirs).enumerate() {
            assert!((our - their).abs() <= 1e-4 * largest, "parameter {i}: {our} and {their}");
        }
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
