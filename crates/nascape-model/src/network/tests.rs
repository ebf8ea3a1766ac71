//! Every architecture's engine against Candle's own operations, forward and backward, and against itself under cuts.

use candle_core::{Device, Tensor};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Item, Learner, Network, Plan, Scratch, named, on_candle};
use crate::{
    architecture::{Architecture, Kind},
    kernel::Rows,
};

fn plan(architecture: &Architecture, inputs: usize, outputs: usize) -> Plan {
    match architecture.kind(inputs, outputs) {
        Kind::Network(plan) => plan,
        _ => panic!("{architecture:?} is no network"),
    }
}

/// Every architecture that is a network, small and without dropout.
fn architectures() -> Vec<Architecture> {
    let json = [
        r#"{"name": "cnn", "dropout": 0.0}"#,
        r#"{"name": "dnn", "units": [12, 8, 6, 5]}"#,
        r#"{"name": "multitask-cnn", "filters": 6, "taps": 5, "convolutions": 4}"#,
        r#"{"name": "dilated", "stem": 5, "trunk": 8, "dropout": 0.0}"#,
        r#"{"name": "rnn", "channels": 5, "hidden": 6, "chunk": 64, "warm_up": 7}"#,
        r#"{"name": "nascape", "channels": [6, 7, 8], "dilated": 3, "dropout": 0.0}"#,
    ];
    json.iter().map(|json| serde_json::from_str(json).unwrap()).collect()
}

fn learner(plan: Plan, seed: u64) -> Learner {
    Learner::new(plan, Device::Cpu, &mut ChaCha8Rng::seed_from_u64(seed))
}

/// No silence: where neighbours are equal, the two share a pooling's gradient differently.
fn random_tile(plan: &Plan, bins: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (left, right) = plan.halo();
    (0..plan.inputs() * (left + bins + right)).map(|_| rng.random_range(0.0..3.0)).collect()
}

fn predict(network: &Network, input: &[f32], bins: usize) -> Vec<Vec<f32>> {
    let length = input.len() / network.plan().inputs();
    network.predict(Rows::new(input, network.plan().inputs(), length, length), bins, &mut Scratch::default())
}

#[test]
fn the_engine_and_its_gradients_are_those_of_candles_own_operations() {
    for architecture in architectures() {
        let plan = plan(&architecture, 2, 3);
        let mut learner = learner(plan.clone(), 4);
        // What starts from zero would hide faults.
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        learner.parameters_mut().iter_mut().for_each(|value| *value += rng.random_range(-0.05..0.05));
        let bins = plan.chunk().unwrap_or(20 * plan.grid());
        let items: Vec<Item> = (0..3).map(|seed| Item { input: random_tile(&plan, bins, seed), bins }).collect();
        let squares = |z: &[f32]| z.iter().map(|z| f64::from(z * z)).sum::<f64>();
        let loss = |_: usize, z: &[f32]| (squares(z), z.iter().map(|z| 2.0 * z).collect());
        let (losses_here, gradient) = learner.gradient(&items, 0, loss).unwrap();
        let (losses_there, theirs) =
            on_candle::gradient(&plan, learner.parameters(), &Device::Cpu, &items, 0, loss).unwrap();
        for (here, there) in losses_here.iter().zip(&losses_there) {
            assert!((here - there).abs() <= 1e-4 * there.abs(), "{architecture:?}: {here}, {there}");
        }
        let largest = theirs.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        for (at, (our, their)) in gradient.iter().zip(&theirs).enumerate() {
            assert!((our - their).abs() <= 2e-4 * largest, "{architecture:?}, parameter {at}: {our} and {their}");
        }

        let network = Network::new(plan.clone(), &named(&plan, learner.parameters()));
        let variables = on_candle::variables(&plan, learner.parameters(), &Device::Cpu).unwrap();
        let x = Tensor::from_slice(&items[0].input, (1, 2, items[0].input.len() / 2), &Device::Cpu).unwrap();
        let theirs = on_candle::forward(&plan, &variables, &x, bins, false).unwrap().squeeze(0).unwrap();
        let ours = predict(&network, &items[0].input, bins).concat();
        for (our, their) in ours.iter().zip(theirs.flatten_all().unwrap().to_vec1::<f32>().unwrap()) {
            assert!((our - their).abs() <= 1e-5 * their.abs().max(1.0), "{architecture:?}: {our} and {their}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn a_tiles_cut_does_not_change_a_bit(seed in 0_u64..1_000, cuts in prop::collection::vec(1_usize..12, 1..5)) {
        // What is computed in chunks is cut by its predictor.
        for architecture in architectures().into_iter().filter(|one| one.name() != "rnn") {
            let plan = plan(&architecture, 2, 2);
            let grid = plan.grid();
            let network = Network::new(plan.clone(), &named(&plan, learner(plan.clone(), seed).parameters()));
            let bins: usize = cuts.iter().sum::<usize>() * grid;
            let input = random_tile(&plan, bins, seed);
            let whole = predict(&network, &input, bins);
            let length = input.len() / 2;
            let mut first = 0;
            for cut in cuts.iter().map(|cut| cut * grid) {
                let halo = length - bins;
                let part: Vec<f32> =
                    input.chunks(length).flat_map(|row| row[first..first + cut + halo].to_vec()).collect();
                for (part, whole) in predict(&network, &part, cut).iter().zip(&whole) {
                    prop_assert_eq!(&part[..], &whole[first..first + cut]);
                }
                first += cut;
            }
        }
    }
}
