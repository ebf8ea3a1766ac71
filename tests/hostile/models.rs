//! Bundles, archives, models of trees, sessions, recipes and checkpoints.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use nascape_app::{
    browser::{Browser, Settings, wire::OpenSession},
    library::archive,
    recipe::Recipe,
};
use nascape_model::{
    Bundle,
    bundle::Card,
    impute::Imputer,
    train::checkpoint::Checkpoint,
    trees::{Columns, Forest},
};
use nascape_signal::{Assay, Assembly, SignalOptions};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Format, Mutant, Outcome, seeds::Seeds};

pub fn formats(seeds: &Seeds) -> Vec<Format> {
    let network = &seeds["bundle"].iter().find(|(name, _)| name.contains("cnn")).expect("a network's bundle").1;
    let (card, _) = parts(network);
    let card: Arc<[u8]> = card.into();
    let browser = Browser::new(Settings::beneath(FOLDER.path())).expect("a folder of its own");
    vec![
        Format::new("card", ["card", ""], "mutant", true, card_alone),
        Format::new("bundle", ["bundle", ""], "mutant", false, bundle),
        Format::new("safetensors, its checksum made to fit", ["safetensors", ""], "mutant", false, move |one| {
            let card = fitted(&card, one.bytes);
            outcome(read(&card, one.bytes).map(|bundle| drop(imputed(&bundle))))
        }),
        Format::new("XGBoost's UBJSON", ["forest_ubj", ""], "mutant", false, |one| {
            forest(one, Forest::from_ubj(one.bytes))
        }),
        Format::new("XGBoost's JSON", ["forest_json", ""], "mutant", true, |one| {
            forest(one, Forest::from_json(one.bytes))
        }),
        Format::new(".nascape archive", ["archive", ""], "mutant.nascape", false, archived),
        Format::new("session", ["session", ""], "mutant.nascape.json", true, move |one| session(one, &browser)),
        Format::new("recipe", ["recipe", "whole"], "mutant.toml", true, |one| {
            outcome(Recipe::read(&one.path, None).map(drop))
        }),
        Format::new("checkpoint", ["checkpoint", ""], "mutant.checkpoint", true, checkpoint),
    ]
}

fn outcome<E: ToString>(read: Result<(), E>) -> Outcome {
    read.map_or_else(|fault| Outcome::Refused(fault.to_string()), |()| Outcome::Opened)
}

/// A card and the weights, which a zero byte parts.
fn parts(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}

/// The card with the checksum of `weights`: whoever makes a bundle can make it fit.
fn fitted(card: &[u8], weights: &[u8]) -> Vec<u8> {
    let mut card: Value = serde_json::from_slice(card).expect("a seed's card");
    let sum: String = Sha256::digest(weights).iter().map(|byte| format!("{byte:02x}")).collect();
    card["weights"][0]["sha256"] = sum.into();
    card.to_string().into_bytes()
}

fn read(card: &[u8], weights: &[u8]) -> nascape_model::Result<Bundle> {
    let file = |name: &str| -> io::Result<Vec<u8>> {
        match name {
            "model.json" => Ok(card.to_vec()),
            "weights.safetensors" | "forest.ubj" => Ok(weights.to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    };
    Bundle::read(Path::new("mutant"), &file)
}

/// Forty imputed bins of every target, as bits; nothing of a bundle that looks further than a test has time for.
fn imputed(bundle: &Bundle) -> Option<Vec<Vec<u32>>> {
    if bundle.predictor.reach() > 20_000 || bundle.predictor.grid() > 16_384 {
        return None;
    }
    let imputer = Imputer::new(bundle, &ASSAY, 2.0).ok()?;
    let tracks = imputer.impute("chr21", 48_129_895, 1_000..1_040).expect("an assay that reads");
    assert_eq!(tracks.len(), bundle.card.targets.len());
    let bits = |track: &Vec<f32>| track.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
    assert!(tracks.iter().all(|track| track.value.len() == 40 && track.scale.len() == 40));
    Some(tracks.iter().flat_map(|track| [bits(&track.value), bits(&track.scale)]).collect())
}

static ASSAY: LazyLock<Assay> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let strand = |name: &str, first: u32| -> PathBuf {
        let lines: String = (0..200)
            .map(|at| (first + 97 * at, 1 + at % 5))
            .map(|(at, reads)| format!("chr21\t{at}\t{}\t{reads}\n", at + 1))
            .collect();
        let path = folder.path().join(name);
        std::fs::write(&path, lines).expect("a temporary file");
        path
    };
    let (plus, minus) = (strand("plus.bedGraph", 45_000), strand("minus.bedGraph", 45_040));
    let assembly = Some(Assembly::named("hg19").expect("built in").clone());
    Assay::open_strands(&plus, &minus, &SignalOptions { assembly, ..SignalOptions::default() }).expect("our own files")
});

/// What is read is written and read again as it was.
fn card_alone(one: &Mutant) -> Outcome {
    match Card::parse(one.bytes) {
        // Whoever reads a card puts the bundle's name before the sentence.
        Err(sentence) => Outcome::Refused(format!("mutant: {sentence}")),
        Ok(card) => {
            let again = Card::parse(card.to_json().as_bytes()).expect("what we write we read");
            assert_eq!(again.to_json(), card.to_json());
            Outcome::Opened
        }
    }
}

/// Weights are under the card's checksum; a card that says the same of what is computed gives the same numbers.
fn bundle(one: &Mutant) -> Outcome {
    let (card, weights) = parts(one.bytes);
    match read(card, weights) {
        Err(fault) => Outcome::Refused(fault.to_string()),
        Ok(bundle) => {
            let parents = one.parents.map(parts);
            let parent =
                parents.iter().find(|(_, of_parent)| *of_parent == weights).expect("weights of neither parent");
            let numbers = imputed(&bundle);
            let parent = read(parent.0, parent.1).expect("a seed is whole");
            let computes = |card: &Card| {
                let targets: Vec<_> = card.targets.iter().map(|target| (target.output, target.scale_output)).collect();
                (
                    card.architecture.clone(),
                    card.input.clone(),
                    card.both_directions,
                    card.reads_per_kb.to_bits(),
                    targets,
                )
            };
            if computes(&bundle.card) == computes(&parent.card) {
                assert_eq!(numbers, imputed(&parent), "other numbers");
            }
            Outcome::Opened
        }
    }
}

/// A forest that reads gives as many numbers as it is asked for; errors get their name from the bundle.
fn forest(one: &Mutant, read: nascape_model::Result<Forest>) -> Outcome {
    let name = one.path.file_name().unwrap_or_default().to_string_lossy();
    match read {
        Err(fault) => Outcome::Refused(format!("{name}: {fault}")),
        Ok(forest) => {
            if forest.features() <= 4_096 {
                let values: Vec<f32> = (0..forest.features() * 20).map(|at| (at % 17) as f32 - 3.0).collect();
                let starts: Vec<usize> = (0..forest.features()).map(|feature| 20 * feature).collect();
                let mut margins = [0.0; 20];
                forest.predict(Columns::new(&values, &starts, 20), &mut margins);
            }
            Outcome::Opened
        }
    }
}

/// All that is in an archive is under checksums: what opens is a parent, file by file.
fn archived(one: &Mutant) -> Outcome {
    match archive::read(&one.path) {
        Err(fault) => Outcome::Refused(fault.to_string()),
        Ok(bundle) => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let parents = one.parents.map(|bytes| {
                let path = folder.path().join("parent.nascape");
                std::fs::write(&path, bytes).expect("a temporary file");
                archive::read(&path).expect("a seed is whole").files()
            });
            assert!(parents.contains(&bundle.files()), "the files of neither parent");
            Outcome::Opened
        }
    }
}

/// Every track of a session is there or told of, and the view is as it was.
fn session(one: &Mutant, browser: &Browser) -> Outcome {
    let path = FOLDER.path().join(format!("{:?}.mutant.nascape.json", std::thread::current().id()));
    std::fs::write(&path, one.bytes).expect("a temporary file");
    let request = OpenSession {
        path: Some(path.to_string_lossy().into_owned()),
        moved: Vec::new(),
        answers: Vec::new(),
        window: String::new(),
    };
    match browser.open_session(&request) {
        Err(fault) => Outcome::Refused(fault.message),
        Ok(opened) => {
            let saved: Value = serde_json::from_slice(one.bytes).expect("what was opened is JSON");
            let tracks = saved["tracks"].as_array().map_or(0, Vec::len);
            let told = !opened.missing.is_empty() || !opened.unanswered.is_empty();
            assert!(opened.tracks.len() <= tracks && (opened.tracks.len() == tracks || told));
            assert_eq!(opened.view, saved["view"]);
            opened.tracks.iter().for_each(|track| browser.close_track(&track.track.id).expect("it was open"));
            Outcome::Opened
        }
    }
}

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("there.bedGraph"), "chr21\t9411193\t9411194\t1\nchr21\t48129894\t48129895\t2\n")
        .expect("a temporary file");
    folder
});

fn checkpoint(one: &Mutant) -> Outcome {
    match Checkpoint::load(&one.path, "fuzzed", 8) {
        Err(fault) => Outcome::Refused(fault.to_string()),
        Ok(None) => panic!("the file is there"),
        Ok(Some(checkpoint)) => {
            let rows = [&checkpoint.parameters, &checkpoint.best, &checkpoint.adam.mean, &checkpoint.adam.square];
            assert!(rows.iter().all(|row| row.len() == 8));
            assert!((1..=checkpoint.epochs.len()).contains(&checkpoint.best_epoch));
            Outcome::Opened
        }
    }
}
