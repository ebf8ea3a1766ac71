//! A bundle that is not whole, not ours or not of this version is refused by the name of what is wrong.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{assert_holds, bundle, copy_folder, folder, k562, nascape, sha256, stranded_bundle};

/// A copy of the test bundle to spoil.
struct Spoilt {
    folder: TempDir,
}

impl Spoilt {
    fn of(bundle: &Path) -> Self {
        let folder = folder();
        copy_folder(bundle, &folder.path().join("spoilt"));
        Self { folder }
    }

    fn new() -> Self {
        Self::of(bundle())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("spoilt").join(name)
    }

    /// Changes the card.
    fn card(&self, change: impl FnOnce(&mut Value)) -> &Self {
        let path = self.path("model.json");
        let mut card = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut card);
        fs::write(path, serde_json::to_vec(&card).unwrap()).unwrap();
        self
    }

    /// Writes other weights and their checksum into the card, so that the tensors are what is looked at.
    fn weights(&self, bytes: &[u8]) -> &Self {
        fs::write(self.path("weights.safetensors"), bytes).unwrap();
        let checksum = sha256(&self.path("weights.safetensors"));
        self.card(|card| card["weights"][0]["sha256"] = checksum.into())
    }

    /// Changes the tensors: names to their dtype, shape and bytes.
    fn tensors(&self, change: impl FnOnce(&mut Vec<Tensor>)) -> &Self {
        let mut tensors = read_tensors(&fs::read(self.path("weights.safetensors")).unwrap());
        change(&mut tensors);
        self.weights(&write_tensors(&tensors))
    }

    /// No verb takes it, and impute leaves nothing.
    #[track_caller]
    fn is_refused(&self, words: &[&str]) {
        let model = self.folder.path().join("spoilt");
        let output = self.folder.path().join("imputed");
        let impute = nascape("impute").assay(&k562()).with("--model", &model).with("--output", &output);
        impute.with("--region", "chr21:33,000,001-33,010,000").run().fails(words).refused(&["spoilt"]);
        assert_holds(&output, &[]);
        nascape("models").flag("verify").flag(&model).run().fails(words);
        nascape("models").flag("show").flag(&model).run().fails(words);
    }
}

#[derive(Clone)]
struct Tensor {
    name: String,
    dtype: String,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// safetensors: the length of a JSON header, the header, the bytes.
fn read_tensors(file: &[u8]) -> Vec<Tensor> {
    let header = 8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let names: serde_json::Map<String, Value> = serde_json::from_slice(&file[8..header]).unwrap();
    let tensor = |(name, about): (String, Value)| {
        let offset = |i: usize| header + about["data_offsets"][i].as_u64().unwrap() as usize;
        let shape = about["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let dtype = about["dtype"].as_str().unwrap().to_owned();
        Tensor { name, dtype, shape, bytes: file[offset(0)..offset(1)].to_vec() }
    };
    names.into_iter().filter(|(name, _)| name != "__metadata__").map(tensor).collect()
}

fn write_tensors(tensors: &[Tensor]) -> Vec<u8> {
    let (mut names, mut data) = (serde_json::Map::new(), Vec::new());
    for tensor in tensors {
        let start = data.len();
        data.extend_from_slice(&tensor.bytes);
        let about = json!({"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": [start, data.len()]});
        names.insert(tensor.name.clone(), about);
    }
    let mut header = serde_json::to_vec(&names).unwrap();
    header.resize(header.len().next_multiple_of(8), b' ');
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

#[test]
fn rewriting_tensors_alone_spoils_nothing() {
    let spoilt = Spoilt::new();
    spoilt.tensors(|_| ());
    let model = spoilt.folder.path().join("spoilt");
    nascape("models").flag("verify").flag(&model).run().succeeds();
    let shown = nascape("models").flag("show").flag(&model).flag("--json").run().succeeds().json();
    assert_eq!(shown["targets"][0]["name"], "H3K4me3");
}

#[test]
fn an_unknown_version_or_format_is_refused() {
    Spoilt::new().card(|card| card["format_version"] = 99.into()).is_refused(&["version 99", "Update Nascape"]);
    Spoilt::new().card(|card| card["format_version"] = 1.into()).is_refused(&["version 1", "Train"]);
    Spoilt::new().card(|card| card["format"] = "keras".into()).is_refused(&["'keras'", "nascape-bundle"]);
    Spoilt::new().card(|card| card["bin_size"] = 100.into()).is_refused(&["bins of 100 bp", "50 bp"]);
}

#[test]
fn a_newer_card_is_not_called_broken() {
    let newer = Spoilt::new();
    newer.card(|card| *card = json!({"format": "nascape-bundle", "format_version": 3, "brain": {"lobes": 4}}));
    newer.is_refused(&["version 3", "Update Nascape"]);
}

#[test]
fn a_card_that_does_not_parse_is_refused_with_the_field() {
    let cut = Spoilt::new();
    let card = fs::read(cut.path("model.json")).unwrap();
    fs::write(cut.path("model.json"), &card[..card.len() / 2]).unwrap();
    cut.is_refused(&["model.json"]);
    Spoilt::new().card(|card| card["architecture"]["name"] = "oracle".into()).is_refused(&["oracle", "cnn"]);
    Spoilt::new()
        .card(|card| drop(card["targets"][0].as_object_mut().unwrap().remove("output")))
        .is_refused(&["output"]);
    Spoilt::new().card(|card| card["surprise"] = true.into()).is_refused(&["surprise"]);
    Spoilt::new().card(|card| card["reads_per_kb"] = (-1.0).into()).is_refused(&["reads_per_kb"]);
}

#[test]
fn weights_of_another_checksum_are_refused() {
    let spoilt = Spoilt::new();
    let mut weights = fs::read(spoilt.path("weights.safetensors")).unwrap();
    *weights.last_mut().unwrap() ^= 1;
    fs::write(spoilt.path("weights.safetensors"), weights).unwrap();
    spoilt.is_refused(&["weights.safetensors", "SHA-256", "again"]);
}

#[test]
fn missing_files_are_refused_by_name() {
    let spoilt = Spoilt::new();
    fs::remove_file(spoilt.path("weights.safetensors")).unwrap();
    spoilt.is_refused(&["weights.safetensors", "cannot be read"]);
    let spoilt = Spoilt::new();
    fs::remove_file(spoilt.path("model.json")).unwrap();
    spoilt.is_refused(&["model.json", "cannot be read"]);
    let nowhere = nascape("impute").assay(&k562()).with("--model", "no-such-bundle").with("--output", "x").run();
    nowhere.fails(&["no bundle 'no-such-bundle'", "folder"]);
}

#[test]
fn a_missing_tensor_is_refused_by_name() {
    let gone = |tensors: &mut Vec<Tensor>| tensors.retain(|tensor| tensor.name != "convolution.3.bias");
    Spoilt::new().tensors(gone).is_refused(&["convolution.3.bias", "lack"]);
}

#[test]
fn a_tensor_too_many_is_refused_by_name() {
    let extra = |tensors: &mut Vec<Tensor>| {
        let tensor = Tensor { name: "attention.weight".to_owned(), ..tensors[0].clone() };
        tensors.push(tensor);
    };
    Spoilt::new().tensors(extra).is_refused(&["attention.weight"]);
}

#[test]
fn a_tensor_of_a_wrong_shape_or_type_is_refused_by_name() {
    let shape = |tensors: &mut Vec<Tensor>| {
        let tensor = tensors.iter_mut().find(|tensor| tensor.name == "convolution.1.weight").unwrap();
        tensor.shape.reverse();
    };
    Spoilt::new().tensors(shape).is_refused(&["convolution.1.weight", "[5, 16, 16]", "[16, 16, 5]"]);
    let dtype = |tensors: &mut Vec<Tensor>| {
        let tensor = tensors.iter_mut().find(|tensor| tensor.name == "dense.bias").unwrap();
        tensor.dtype = "I32".to_owned();
    };
    Spoilt::new().tensors(dtype).is_refused(&["dense.bias", "I32", "F32"]);
    // The card says one channel, the weights have two.
    let strands = Spoilt::of(stranded_bundle());
    strands
        .card(|card| drop(card["input"]["channels"].as_array_mut().unwrap().pop()))
        .is_refused(&["convolution.0.weight"]);
}

#[test]
fn a_weight_that_is_no_number_is_refused_by_name() {
    let nan = |tensors: &mut Vec<Tensor>| {
        let tensor = tensors.iter_mut().find(|tensor| tensor.name == "dense.weight").unwrap();
        tensor.bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    };
    Spoilt::new().tensors(nan).is_refused(&["dense.weight", "not a finite number"]);
}

#[test]
fn weights_that_are_no_safetensors_are_refused() {
    let words = ["not a safetensors file"];
    Spoilt::new().weights(b"").is_refused(&words);
    Spoilt::new().weights(b"pickle").is_refused(&words);
    Spoilt::new().weights(&[0xFF; 64]).is_refused(&words);
    let cut = Spoilt::new();
    let weights = fs::read(cut.path("weights.safetensors")).unwrap();
    cut.weights(&weights[..weights.len() / 2]).is_refused(&words);
}

#[test]
fn a_cards_target_cannot_lead_out_of_the_output_folder() {
    let spoilt = Spoilt::new();
    spoilt.card(|card| card["targets"][0]["name"] = "../../outside".into());
    let output = spoilt.folder.path().join("deep/imputed");
    let impute = nascape("impute").assay(&k562()).with("--model", spoilt.folder.path().join("spoilt"));
    impute.with("--region", "chr21:33,000,001-33,010,000").with("--output", &output).run().succeeds();
    assert_holds(spoilt.folder.path(), &["spoilt", "deep"]);
    assert_eq!(fs::read_dir(output).unwrap().count(), 2);
}

// On the bundles in models/.
#[test]
fn shipped_bundles_are_whole_and_the_defaults_impute() {
    let listed = nascape("models").flag("list").flag("--json").run().succeeds().json();
    let listed = listed.as_array().unwrap();
    let default = |mark: &str| listed.iter().any(|bundle| bundle["default"] == true && bundle["target"] == mark);
    assert!(["H3K4me3", "H3K27ac", "H3K27me3", "DNase"].into_iter().all(default), "{listed:#?}");
    let table = nascape("models").flag("list").run().succeeds().stdout;
    for bundle in listed {
        let name = bundle["name"].as_str().unwrap();
        assert!(table.contains(name), "{table}");
        let card = nascape("models").flag("show").flag(name).flag("--json").run().succeeds().json();
        let targets: Vec<&str> =
            card["targets"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
        assert_eq!((&card["name"], &*targets.join(", ")), (&bundle["name"], bundle["target"].as_str().unwrap()));
        nascape("models").flag("verify").flag(name).run().succeeds();
    }
    let folder = folder();
    let impute = nascape("impute").assay(&k562()).with("--region", "chr21:35,000,001-36,000,000");
    impute.with("--output", folder.path()).run().succeeds();
    assert_holds(folder.path(), &["H3K4me3.bw", "H3K27ac.bw", "H3K27me3.bw", "DNase.bw", "run.json"]);
}
