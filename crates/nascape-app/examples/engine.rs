//! One piece of the engine's work a call, timed, for benches/run.py: prints the seconds of each repetition, one a line.
//!
//!     engine predict BUNDLE PLUS MINUS CHROMOSOME     the raw numbers of a chromosome from reads in memory
//!     engine train BUNDLE PLUS MINUS CHROMOSOME       a step of training: forward, backward, update; TILES tiles of TILE bins
//!     engine forest FOREST.ubj PLUS MINUS CHROMOSOME  the same by XGBoost's own file on the paper's window
//!     engine bin FILE...                              every chromosome in 50 bp bins, from opening the files
//!     engine bin-values FILE...                       the same by bigtools' values, base by base
//!     engine write FILE OUTPUT                        the bins of a track into a bigWig, from memory to the closed file
//!     engine write-bedgraph FILE OUTPUT               the same from a bedGraph by bigtools
//!     engine tile PLUS MINUS CHROMOSOME               100 kb by the default bundles: cold, from opening everything, then moved views
//!
//! Threads are rayon's: RAYON_NUM_THREADS.

use std::{collections::HashMap, env, error::Error, fs::File, path::Path, time::Instant};

use bigtools::{BigWigRead, BigWigWrite, beddata::BedParserStreamingIterator};
use candle_core::Device;
use nascape_app::{Library, stretch::intervals};
use nascape_model::{
    Bundle,
    bundle::Weights,
    impute::Imputer,
    input::{Strand, counts, scale},
    network::{Item, Learner},
    predictor::{Engine, Predictor},
    trees::{Features, Forest, WindowSet},
};
use nascape_signal::{Assay, BIN, Region, Signal, SignalOptions, Summary, bigwig::BigWigWriter};
use rayon::prelude::*;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["predict", bundle, plus, minus, chromosome] => {
            predict(&Library::open(bundle)?.predictor, plus, minus, chromosome)
        }
        ["train", bundle, plus, minus, chromosome] => train(&Library::open(bundle)?, plus, minus, chromosome),
        ["forest", forest, plus, minus, chromosome] => {
            let features = Features::Windows(WindowSet::paper(&[Strand::Both]));
            let engine = Engine::Forest(features, Forest::from_ubj(&std::fs::read(forest)?)?, 0.0);
            let predictor = Predictor { reads_per_kb: 20.0, both_directions: false, engine };
            predict(&predictor, plus, minus, chromosome)
        }
        ["bin", ref files @ ..] => timed(|| Ok(files.par_iter().try_for_each(|file| bin(file)).map_err(sentence)?)),
        ["bin-values", ref files @ ..] => {
            timed(|| Ok(files.par_iter().try_for_each(|file| bin_values(file)).map_err(sentence)?))
        }
        ["write", track, output] => write(track, output),
        ["write-bedgraph", track, output] => write_bedgraph(track, output),
        ["tile", plus, minus, chromosome] => tile(plus, minus, chromosome),
        _ => Err("the arguments are those that examples/engine.rs names".into()),
    }
}

/// Does work once to warm up and once for the clock.
fn timed(mut work: impl FnMut() -> Outcome) -> Outcome {
    work()?;
    let start = Instant::now();
    work()?;
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}

fn predict(predictor: &Predictor, plus: &str, minus: &str, chromosome: &str) -> Outcome {
    let (assay, length) = open(plus, minus, chromosome)?;
    let reads_per_kb = assay.reads_per_kb()?;
    let reach = predictor.reach();
    let bins = (length.div_ceil(BIN) as usize).next_multiple_of(predictor.grid());
    let counts = counts(&assay, chromosome, length, -(reach as isize), bins + 2 * reach, predictor.step())?;
    timed(|| {
        std::hint::black_box(predictor.predict((&counts).into(), reads_per_kb));
        Ok(())
    })
}

/// Tiles of a step and their bins: those of a retraining.
const TILES: usize = 4;
const TILE: usize = 2_048;
/// Steps in a row.
const STEPS: usize = 20;

fn train(bundle: &Bundle, plus: &str, minus: &str, chromosome: &str) -> Outcome {
    let (Engine::Network(input, network), Weights::Network(weights)) = (&bundle.predictor.engine, &bundle.weights)
    else {
        return Err("only a network is trained by steps".into());
    };
    let (assay, length) = open(plus, minus, chromosome)?;
    let scale = scale(bundle.card.reads_per_kb, assay.reads_per_kb()?);
    let mut learner = Learner::from_weights(network.plan().clone(), Device::Cpu, weights);
    let (left, right) = network.plan().halo();
    let first = (length / BIN) as isize * 7 / 10;
    timed(|| {
        for step in 0..STEPS {
            let item = |tile: usize| -> Result<Item, nascape_model::Error> {
                let start = first + (tile * TILE) as isize - (left + input.reach()) as isize;
                let counts = counts(&assay, chromosome, length, start, left + TILE + right + 2 * input.reach(), BIN)?;
                Ok(Item { input: input.rows((&counts).into(), scale), bins: TILE })
            };
            let items = (0..TILES).into_par_iter().map(item).collect::<Result<Vec<_>, _>>()?;
            let towards_nothing =
                |_: usize, z: &[f32]| ((), z.iter().map(|z| 1.0 / (1.0 + (-z).exp()) / 8192.0).collect());
            let (_, gradient) = learner.gradient(&items, step as u64, towards_nothing)?;
            let parameters = learner.parameters_mut().iter_mut();
            parameters.zip(&gradient).for_each(|(parameter, slope)| *parameter -= 1e-4 * slope);
        }
        Ok(())
    })
}

fn open(plus: &str, minus: &str, chromosome: &str) -> Result<(Assay, u32), Box<dyn Error>> {
    let assay = Assay::open(Path::new(plus), Path::new(minus))?;
    let length = assay.resolve(&Region::new(chromosome, 0, Region::TO_THE_END))?.end;
    Ok((assay, length))
}

fn bin(file: &str) -> Result<(), nascape_signal::Error> {
    let signal = Signal::open(Path::new(file), &SignalOptions::default())?;
    for chromosome in signal.chromosomes_with_data()? {
        let whole = Region::new(&chromosome.name, 0, chromosome.length);
        std::hint::black_box(signal.bins(&whole, BIN, Summary::Sum)?);
    }
    Ok(())
}

fn bin_values(file: &str) -> Result<(), String> {
    let mut reader = BigWigRead::open_file(file).map_err(sentence)?;
    for chromosome in reader.chroms().to_vec() {
        let values = reader.values(&chromosome.name, 0, chromosome.length).map_err(sentence)?;
        let sum = |bin: &[f32]| bin.iter().filter(|value| !value.is_nan()).sum::<f32>();
        std::hint::black_box(values.chunks(BIN as usize).map(sum).collect::<Vec<f32>>());
    }
    Ok(())
}

fn write(track: &str, output: &str) -> Outcome {
    let signal = Signal::open(Path::new(track), &SignalOptions::default())?;
    let chromosomes = signal.chromosomes_with_data()?;
    let read = |name: &str, length| signal.bins(&Region::new(name, 0, length), BIN, Summary::Mean);
    let bins = chromosomes.iter().map(|c| read(&c.name, c.length)).collect::<Result<Vec<_>, _>>()?;
    timed(|| {
        let mut writer = BigWigWriter::create(Path::new(output), &chromosomes)?;
        for (chromosome, bins) in chromosomes.iter().zip(&bins) {
            writer.write(&chromosome.name.as_str().into(), intervals(bins, 0, BIN, chromosome.length))?;
        }
        Ok(writer.finish()?)
    })
}

fn write_bedgraph(track: &str, output: &str) -> Outcome {
    let signal = Signal::open(Path::new(track), &SignalOptions::default())?;
    let mut lines = String::new();
    let sizes: HashMap<String, u32> = signal.chromosomes().iter().map(|c| (c.name.clone(), c.length)).collect();
    for chromosome in signal.chromosomes_with_data()? {
        let name = &chromosome.name;
        let mut line = |start: u32, end: u32, value: f32| lines += &format!("{name}\t{start}\t{end}\t{value}\n");
        signal.scan(&Region::new(name, 0, chromosome.length), |item| line(item.start, item.end, item.value))?;
    }
    let bedgraph = Path::new(output).with_extension("bedGraph");
    std::fs::write(&bedgraph, lines)?;
    timed(|| {
        let threads = rayon::current_num_threads();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).build()?;
        let items = BedParserStreamingIterator::from_bedgraph_file(File::open(&bedgraph)?, false);
        BigWigWrite::create_file(output, sizes.clone())?.write(items, runtime).map_err(sentence)?;
        Ok(())
    })
}

fn tile(plus: &str, minus: &str, chromosome: &str) -> Outcome {
    const BINS: usize = 2_000;
    let start = Instant::now();
    let bundles = Library::defaults()?;
    let (assay, length) = open(plus, minus, chromosome)?;
    let reads_per_kb = assay.reads_per_kb()?;
    let view = |first: usize| -> Outcome {
        let all = |bundle| {
            let imputer = Imputer::new(bundle, &assay, reads_per_kb)?;
            imputer.impute(chromosome, length, first..first + BINS)
        };
        bundles.par_iter().map(all).collect::<Result<Vec<_>, _>>()?;
        Ok(())
    };
    let middle = (length / BIN) as usize * 7 / 10;
    view(middle)?;
    println!("{}", start.elapsed().as_secs_f64());
    for moved in 1..=9 {
        let start = Instant::now();
        view(middle + moved * BINS / 4)?;
        println!("{}", start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn sentence(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}
