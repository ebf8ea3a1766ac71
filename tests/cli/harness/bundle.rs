//! Small bundles to impute with, each trained once a run of the tests.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::{Nascape, k562, k562_file, nascape};

/// The architectures that impute one mark.
pub const SINGLE: [&str; 9] =
    ["cnn", "dnn", "rnn", "dilated", "nascape", "xgboost-regressor", "xgboost-classifier", "dreg-gbt", "windows-gbt"];

/// A bundle that sums the strands, without calibration: the one that NASCAPE_MODEL names, or one trained here on a megabase.
pub fn bundle() -> &'static Path {
    static BUNDLE: OnceLock<PathBuf> = OnceLock::new();
    BUNDLE.get_or_init(|| match std::env::var_os("NASCAPE_MODEL") {
        Some(path) => path.into(),
        None => train("H3K4me3.summed", |command| command.with("--strands", "summed")),
    })
}

/// A bundle that needs the strands apart, with intervals and false discovery rates.
pub fn stranded_bundle() -> &'static Path {
    static BUNDLE: OnceLock<PathBuf> = OnceLock::new();
    BUNDLE.get_or_init(|| {
        train("H3K4me3.apart", |command| command.with("--strands", "apart").with("--calibration", CALIBRATION))
    })
}

/// Where the bundles with intervals were calibrated.
pub const CALIBRATION: &str = "chr21:44,000,001-47,000,000";

/// A bundle of an architecture of [`SINGLE`], or the `multitask-cnn` for H3K4me3 and DNase.
pub fn trained(architecture: &str) -> &'static Path {
    static BUNDLES: [OnceLock<PathBuf>; SINGLE.len() + 1] = [const { OnceLock::new() }; SINGLE.len() + 1];
    let at = SINGLE.iter().position(|name| *name == architecture).unwrap_or(SINGLE.len());
    BUNDLES[at].get_or_init(|| {
        let targets = if architecture == "multitask-cnn" { &["H3K4me3", "DNase"][..] } else { &["H3K4me3"] };
        let recipe = Recipe::new(targets, &small(architecture));
        let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("architecture-{architecture}"));
        recipe.train(&output.with_extension("toml"), &output).run().succeeds();
        output
    })
}

/// An architecture as a recipe writes it, small where it has sizes.
pub fn small(architecture: &str) -> String {
    let trees = |features: &str, objective: &str, metric: &str| {
        let boosting = format!(
            "{{ rounds = 5, patience = 0, objective = '{objective}', metric = '{metric}', depth = 4, learning_rate = 0.3, \
             subsample = 1.0, colsample = 1.0, lambda = 1.0, min_child_weight = 1.0, scale_pos_weight = 1.0, seed = 0 }}"
        );
        format!("{{ name = '{architecture}', features = {features}, boosting = {boosting} }}")
    };
    match architecture {
        "cnn" => "{ name = 'cnn' }".to_owned(),
        "dnn" => "{ name = 'dnn', units = [16, 8, 8, 4] }".to_owned(),
        "rnn" => "{ name = 'rnn', channels = 8, hidden = 8, chunk = 2048, warm_up = 64 }".to_owned(),
        "dilated" => "{ name = 'dilated', stem = 8, trunk = 8 }".to_owned(),
        "nascape" => "{ name = 'nascape', channels = [8, 8, 8], dilated = 4 }".to_owned(),
        "multitask-cnn" => "{ name = 'multitask-cnn', filters = 8, convolutions = 4 }".to_owned(),
        "xgboost-regressor" => trees("'paper_summed'", "reg:squarederror", "rmse"),
        "xgboost-classifier" => trees("'paper_summed'", "binary:hinge", "aucpr"),
        "dreg-gbt" => trees("'dreg'", "binary:logistic", "aucpr"),
        "windows-gbt" => trees("{ rings = 8 }", "binary:logistic", "aucpr"),
        other => panic!("no architecture '{other}'"),
    }
}

/// A training written down, of K562 on a few hundred kilobases.
pub struct Recipe {
    /// What stands before the experiments.
    pub head: String,
    /// The experiments, a table each.
    pub experiments: Vec<String>,
}

impl Recipe {
    pub fn new(targets: &[&str], architecture: &str) -> Self {
        let head = format!(
            "targets = {targets:?}\narchitecture = {architecture}\n\
             schedule = {{ epochs = 2, tile_bins = 512, learning_rate = 0.003 }}\n"
        );
        let observed: Vec<String> = targets
            .iter()
            .map(|mark| format!("{mark} = \"{}\"", k562_file(&format!("K562.{mark}.peaks.bed")).display()))
            .collect();
        let observed = format!("{{ {} }}", observed.join(", "));
        let parts = [("train", "chr21:33,000,001-33,600,000"), ("validation", "chr21:34,500,001-35,000,000")];
        Self { head, experiments: vec![experiment("K562, PRO-seq", &k562(), &observed, &parts)] }
    }

    /// Adds a line before the experiments.
    pub fn line(mut self, line: &str) -> Self {
        self.head += line;
        self.head.push('\n');
        self
    }

    /// `nascape train --recipe`, the recipe written to `path`.
    pub fn train(&self, path: &Path, output: &Path) -> Nascape {
        fs::write(path, format!("{}\n{}", self.head, self.experiments.join("\n"))).unwrap();
        nascape("train").with("--recipe", path).with("--output", output)
    }
}

/// An experiment as a recipe writes it; `observed` is a table of files by mark.
pub fn experiment(name: &str, assay: &super::Pair, observed: &str, parts: &[(&str, &str)]) -> String {
    let (plus, minus) = (assay.plus.display(), assay.minus.display());
    let parts: String = parts.iter().map(|(part, region)| format!("{part} = [\"{region}\"]\n")).collect();
    format!("[[experiment]]\nname = \"{name}\"\nplus = \"{plus}\"\nminus = \"{minus}\"\nobserved = {observed}\n{parts}")
}

fn train(name: &str, more: impl FnOnce(Nascape) -> Nascape) -> PathBuf {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let command = nascape("train")
        .assay(&k562())
        .with("--target", format!("H3K4me3={}", k562_file("K562.H3K4me3.peaks.bed").display()))
        .with("--train", "chr21:33,000,001-34,000,000")
        .with("--validation", "chr21:34,000,001-34,500,000")
        .with("--epochs", "2")
        .with("--output", &output);
    more(command).run().succeeds();
    output
}
