//! The evaluator of trees against XGBoost itself, on real reads: models trained and evaluated by the Python of
//! `NASCAPE_PYTHON` (tests/peers/boosted.py) and, with the feature `xgboost`, models trained here.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use nascape_model::{
    input::Strand,
    trees::{Columns, Forest, Objective, Transform, Window, WindowSet},
};
use nascape_signal::{Assay, BIN, Region, Summary};

/// A few genes of chr21 (hg19) and what lies between them: 40,000 bins.
const REGION: (u32, u32) = (32_000_000, 34_000_000);

fn data(name: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = env::var_os("NASCAPE_DATA").map_or_else(beside, PathBuf::from).join("k562-chr21-hg19").join(name);
    assert!(path.is_file(), "{} is absent. Set NASCAPE_DATA to the folder of the real experiments.", path.display());
    path
}

/// Every 50 bp bin of both strands.
fn reads() -> (Vec<f32>, Vec<f32>) {
    let assay = Assay::open(&data("K562.PROseq.plus.bw"), &data("K562.PROseq.minus.bw")).unwrap();
    let bins = assay.bins(&Region::new("chr21", REGION.0, REGION.1), BIN, Summary::Sum).unwrap();
    (bins.plus, bins.minus)
}

/// 1 where a bin touches an H3K4me3 peak.
fn peaks(bins: usize) -> Vec<f32> {
    let mut labels = vec![0.0; bins];
    for line in fs::read_to_string(data("K562.H3K4me3.peaks.bed")).unwrap().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[0] == "chr21" {
            let base = |text: &str| text.parse::<u32>().unwrap().clamp(REGION.0, REGION.1) - REGION.0;
            labels[(base(fields[1]) / BIN) as usize..base(fields[2]).div_ceil(BIN) as usize].fill(1.0);
        }
    }
    labels
}

/// Windows of 50 bp to 10 kb of either strand and both.
fn scales() -> WindowSet {
    let mut windows = Vec::new();
    for strand in [Strand::Plus, Strand::Minus, Strand::Both] {
        for bins in [1, 2, 4, 20, 200] {
            windows.extend([-2, -1, 0, 1].map(|place| Window { strand, from: place * bins, to: (place + 1) * bins }));
        }
    }
    WindowSet { windows, transform: Transform::Identity }
}

/// The features of a run of bins.
struct Set {
    values: Vec<f32>,
    starts: Vec<usize>,
    bins: usize,
}

impl Set {
    fn new(windows: &WindowSet, plus: &[f32], minus: &[f32]) -> Self {
        let layout = windows.layout(plus.len());
        let mut values = vec![f32::NAN; layout.values];
        windows.block(&layout, plus, minus, 0, &mut values);
        Self { values, starts: layout.starts, bins: plus.len() }
    }

    /// The same with every seventh value missing.
    fn with_holes(mut self) -> Self {
        self.values.iter_mut().step_by(7).for_each(|value| *value = f32::NAN);
        self
    }

    fn columns(&self) -> Columns<'_> {
        Columns::new(&self.values, &self.starts, self.bins)
    }

    /// `[bins][features]`, as XGBoost takes them.
    fn rows(&self) -> Vec<f32> {
        let columns = self.columns();
        (0..self.bins).flat_map(|bin| (0..columns.features()).map(move |feature| columns.value(feature, bin))).collect()
    }

    fn margins(&self, forest: &Forest) -> Vec<f32> {
        let mut margins = vec![0.0; self.bins];
        forest.predict(self.columns(), &mut margins);
        margins
    }
}

fn write(path: &Path, values: &[f32]) {
    fs::write(path, values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
}

fn read(path: &Path) -> Vec<f32> {
    fs::read(path).unwrap().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// Name, features, file format, parameters.
const MODELS: [(&str, &str, &str, &str); 7] = [
    ("paper", "summed", "ubj", r#"{"objective": "binary:logistic", "max_depth": 6}"#),
    ("hinge", "apart", "ubj", r#"{"objective": "binary:hinge", "max_depth": 4, "eta": 0.1}"#),
    ("regressor", "apart", "json", r#"{"objective": "reg:squarederror", "max_depth": 7}"#),
    ("scales", "scales", "json", r#"{"objective": "binary:logistic", "max_depth": 8, "scale_pos_weight": 20}"#),
    ("holes", "holes", "ubj", r#"{"objective": "binary:logistic", "max_depth": 5, "base_score": 0.1}"#),
    ("deep", "holes", "ubj", r#"{"objective": "reg:squarederror", "max_depth": 14, "min_child_weight": 0}"#),
    (
        "leafwise",
        "scales",
        "ubj",
        r#"{"max_depth": 0, "max_leaves": 60, "grow_policy": "lossguide", "subsample": 0.5}"#,
    ),
];

#[test]
fn margins_equal_xgboosts() {
    let python = env::var_os("NASCAPE_PYTHON")
        .expect("Set NASCAPE_PYTHON to a Python with the packages of tests/peers/requirements.txt.");
    let folder = tempfile::tempdir().unwrap();
    let at = |name: String| folder.path().join(name);
    let (plus, minus) = reads();
    let labels = peaks(plus.len());
    assert!(labels.contains(&1.0));
    let sets = [
        ("summed", Set::new(&WindowSet::paper(&[Strand::Both]), &plus, &minus)),
        ("apart", Set::new(&WindowSet::paper(&[Strand::Plus, Strand::Minus]), &plus, &minus)),
        ("scales", Set::new(&scales(), &plus, &minus)),
        ("holes", Set::new(&scales(), &plus, &minus).with_holes()),
    ];
    for (name, set) in &sets {
        write(&at(format!("{name}.rows.f32")), &set.rows());
        write(&at(format!("{name}.labels.f32")), &labels);
    }
    let models = MODELS.map(|(name, set, format, parameters)| format!("{name} {set} {format} {parameters}\n"));
    fs::write(at("models.txt".to_owned()), models.concat()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/boosted.py");
    let status = Command::new(&python)
        .arg(script)
        .arg(folder.path())
        .status()
        .unwrap_or_else(|fault| panic!("NASCAPE_PYTHON ({}) cannot be run: {fault}", python.display()));
    assert!(status.success(), "tests/peers/boosted.py failed: {status}");

    for (name, set, format, _) in MODELS {
        let bytes = fs::read(at(format!("{name}.{format}"))).unwrap();
        let forest = if format == "ubj" { Forest::from_ubj(&bytes) } else { Forest::from_json(&bytes) }.unwrap();
        assert_eq!(forest.trees(), 40, "{name}");
        assert!(forest.nodes() > 200, "{name} has learned nothing");
        let (_, set) = sets.iter().find(|(of, _)| *of == set).unwrap();
        let mut ours = set.margins(&forest);
        let expected = read(&at(format!("{name}.margins.f32")));
        assert_eq!(ours.len(), expected.len(), "{name}");
        for (bin, (ours, expected)) in ours.iter().zip(&expected).enumerate() {
            // The first margin of a logistic model is a logarithm, of which two libraries may differ in the last bit.
            let same = match forest.objective() {
                Objective::Logistic => (ours - expected).abs() <= 1e-6 * expected.abs().max(1.0),
                _ => ours.to_bits() == expected.to_bits(),
            };
            assert!(same, "{name}, bin {bin}: margin {ours}, XGBoost's {expected}");
        }
        forest.objective().apply(&mut ours);
        for (bin, (ours, expected)) in ours.iter().zip(read(&at(format!("{name}.predictions.f32")))).enumerate() {
            assert!((ours - expected).abs() <= 1e-6, "{name}, bin {bin}: {ours}, XGBoost's {expected}");
        }
    }
}

#[cfg(feature = "xgboost")]
mod training {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use nascape_model::{
        Error,
        trees::{
            Metric, Parameters,
            boost::{self, Boosted, Examples},
        },
    };
    use nascape_signal::progress::{Progress, Unwatched};

    use super::*;

    /// Features and labels of the first and the last part of the region.
    struct Parts {
        first: (Set, Vec<f32>),
        last: (Set, Vec<f32>),
    }

    impl Parts {
        fn new() -> Self {
            let (plus, minus) = reads();
            let labels = peaks(plus.len());
            let part = |bins: std::ops::Range<usize>| {
                (Set::new(&scales(), &plus[bins.clone()], &minus[bins.clone()]), labels[bins].to_vec())
            };
            Self { first: part(0..25_000), last: part(25_000..plus.len()) }
        }

        fn train(&self, parameters: &Parameters, progress: &dyn Progress) -> Result<Boosted, Error> {
            let [first, last] = [self.first.0.rows(), self.last.0.rows()];
            let weights = [&self.first, &self.last].map(|(_, labels)| vec![1.0; labels.len()]);
            let mut told = Vec::new();
            let boosted = boost::train(
                parameters,
                Examples { features: &first, labels: &self.first.1, weights: &weights[0] },
                Some(Examples { features: &last, labels: &self.last.1, weights: &weights[1] }),
                2,
                progress,
                |round| told.push(*round),
            )?;
            assert_eq!(boosted.rounds, told);
            Ok(boosted)
        }
    }

    #[test]
    fn the_model_ends_with_its_best_round_and_is_the_same_again() {
        let parts = Parts::new();
        let parameters = Parameters {
            rounds: 60,
            patience: 5,
            subsample: 0.7,
            colsample: 0.7,
            seed: 3,
            monotone: vec![1; scales().windows.len()],
            ..Parameters::default()
        };
        let boosted = parts.train(&parameters, &Unwatched).unwrap();
        let forest = Forest::from_ubj(&boosted.model).unwrap();
        assert_eq!((forest.trees(), forest.objective()), (boosted.best, Objective::Logistic));
        let measured = |round: usize| boosted.rounds[round - 1].validation;
        assert!(boosted.rounds.iter().all(|round| round.validation <= measured(boosted.best)));
        assert!(boosted.rounds.len() == 60 || boosted.rounds.len() == boosted.best + 5);
        // Chance is the share of bins in peaks.
        let (set, labels) = &parts.last;
        let in_peaks = labels.iter().sum::<f32>() / labels.len() as f32;
        assert!(measured(boosted.best) > 5.0 * in_peaks, "{:?}, chance {in_peaks}", boosted.rounds);
        let margins = set.margins(&forest);
        let mean = |label: f32| {
            let of: Vec<f32> = margins.iter().zip(labels).filter(|(_, of)| **of == label).map(|(z, _)| *z).collect();
            of.iter().sum::<f32>() / of.len() as f32
        };
        assert!(mean(1.0) > mean(0.0) + 1.0, "{} in peaks, {} outside", mean(1.0), mean(0.0));
        assert_eq!(parts.train(&parameters, &Unwatched).unwrap().model, boosted.model);
        let other = Parameters { seed: 4, ..parameters };
        assert_ne!(parts.train(&other, &Unwatched).unwrap().model, boosted.model);
    }

    #[test]
    fn the_least_error_is_the_best() {
        let parameters = Parameters {
            objective: Objective::SquaredError,
            metric: Metric::Rmse,
            rounds: 12,
            patience: 0,
            learning_rate: 0.1,
            ..Parameters::default()
        };
        let boosted = Parts::new().train(&parameters, &Unwatched).unwrap();
        assert_eq!(boosted.rounds.len(), 12);
        assert!(boosted.rounds.iter().all(|round| round.validation >= boosted.rounds[boosted.best - 1].validation));
    }

    #[test]
    fn training_stops_when_it_is_cancelled() {
        struct Impatient(AtomicUsize);
        impl Progress for Impatient {
            fn advance(&self, _: u64, total: u64) {
                assert_eq!(total, 100);
                self.0.fetch_add(1, Ordering::Relaxed);
            }
            fn cancelled(&self) -> bool {
                self.0.load(Ordering::Relaxed) == 3
            }
        }
        let watcher = Impatient(AtomicUsize::new(0));
        let fault = Parts::new().train(&Parameters::default(), &watcher).unwrap_err();
        assert!(matches!(fault, Error::Signal(nascape_signal::Error::Cancelled)), "{fault}");
        assert_eq!(watcher.0.into_inner(), 3);
    }

    #[test]
    fn what_xgboost_refuses_is_said_in_its_words() {
        let told = |parameters: Parameters| Parts::new().train(&parameters, &Unwatched).unwrap_err().to_string();
        let said = told(Parameters { learning_rate: -1.0, ..Parameters::default() });
        assert!(said.contains("learning_rate") && !said.contains("Stack trace"), "{said}");
        let said = told(Parameters { rounds: 0, ..Parameters::default() });
        assert!(said.contains("one round"), "{said}");
    }
}
