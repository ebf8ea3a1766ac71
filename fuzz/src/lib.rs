//! What the fuzz targets share: a file of the bytes at hand, and what is asked of a signal that opens.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use nascape_app::browser::{Browser, Settings, wire::OpenSession};
use nascape_model::{
    Bundle,
    impute::Imputer,
    trees::{Columns, Forest},
};
use nascape_signal::{Assay, Region, Signal, SignalOptions, Summary, guard};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A folder of this process.
pub static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

/// Panics of bigtools that `guard` turns into errors are none; libFuzzer's own hook would end the process at each.
pub fn allow_guarded_panics() {
    guard::silence_guarded_panics();
}

/// Puts `data` into a file of this name and gives its path.
pub fn file(name: &str, data: &[u8]) -> PathBuf {
    let path = FOLDER.path().join(name);
    fs::write(&path, data).expect("a temporary file");
    path
}

/// Opens a signal and asks for what a window and a job ask for.
pub fn signal(path: &Path, options: &SignalOptions) {
    let Ok(signal) = Signal::open(path, options) else { return };
    let Ok(chromosomes) = signal.chromosomes_with_data() else { return };
    for chromosome in chromosomes.iter().take(4) {
        let whole = Region::new(&chromosome.name, 0, chromosome.length);
        let _ = signal.scan(&whole, |item| {
            assert!(item.start < item.end && item.end <= chromosome.length, "{item:?} on {chromosome:?}")
        });
        let end = chromosome.length.min(100_000);
        for region in [
            Region::new(&chromosome.name, 0, end),
            Region::new(&chromosome.name, chromosome.length - end, chromosome.length),
        ] {
            if let Ok(bins) = signal.bins(&region, 50, Summary::Sum) {
                assert_eq!(bins.len(), region.bins(50).len());
            }
        }
    }
}

/// Opens a bundle whose card is `card`, its checksums made to fit, and whose weights are all `weights`, and imputes with it.
pub fn bundle(card: &[u8], weights: &[u8]) {
    let card = match serde_json::from_slice::<Value>(card) {
        Ok(mut value) => {
            let sum: String = Sha256::digest(weights).iter().map(|byte| format!("{byte:02x}")).collect();
            for file in value["weights"].as_array_mut().into_iter().flatten() {
                if let Some(file) = file.as_object_mut() {
                    file.insert("sha256".to_owned(), sum.clone().into());
                }
            }
            value.to_string().into_bytes()
        }
        Err(_) => card.to_vec(),
    };
    let read = |name: &str| Ok(if name.ends_with("model.json") { card.clone() } else { weights.to_vec() });
    let Ok(bundle) = Bundle::read(Path::new("fuzzed"), &read) else { return };
    // What reaches far looks at many bins: not here.
    if bundle.predictor.reach() > 20_000 || bundle.predictor.grid() > 16_384 {
        return;
    }
    let Ok(imputer) = Imputer::new(&bundle, &ASSAY, 2.0) else { return };
    let tracks = imputer.impute("chr21", 48_129_895, 1_000..1_040).expect("an assay that reads");
    assert_eq!(tracks.len(), bundle.card.targets.len());
    assert!(tracks.iter().all(|track| track.value.len() == 40));
}

/// Some reads on chr21 of hg19.
static ASSAY: LazyLock<Assay> = LazyLock::new(|| {
    let strand = |name: &str, first: u32| {
        let lines: String = (0..200)
            .map(|at| format!("chr21\t{0}\t{1}\t{2}\n", first + 97 * at, first + 97 * at + 1, 1 + at % 5))
            .collect();
        file(name, format!("{lines}chr21\t48129894\t48129895\t1\n").as_bytes())
    };
    let (plus, minus) = (strand("plus.bedGraph", 45_000), strand("minus.bedGraph", 45_040));
    let assembly = nascape_signal::Assembly::named("hg19").expect("built in").clone();
    Assay::open_strands(&plus, &minus, &SignalOptions { assembly: Some(assembly), ..SignalOptions::default() })
        .expect("our own files")
});

/// Predicts with a forest that reads.
pub fn forest(read: nascape_model::Result<Forest>) {
    let Ok(forest) = read else { return };
    if forest.features() > 4_096 {
        return;
    }
    let values: Vec<f32> = (0..forest.features() * 20).map(|at| (at % 17) as f32 - 3.0).collect();
    let starts: Vec<usize> = (0..forest.features()).map(|feature| 20 * feature).collect();
    let mut margins = [0.0; 20];
    forest.predict(Columns::new(&values, &starts, 20), &mut margins);
}

/// Opens a session in a browser that may open what lies in the folder of this process.
pub fn session(data: &[u8]) {
    let path = file("fuzzed.nascape.json", data).to_string_lossy().into_owned();
    let request = OpenSession { path: Some(path), moved: Vec::new(), answers: Vec::new(), window: String::new() };
    if let Ok(opened) = BROWSER.open_session(&request) {
        for track in opened.tracks {
            BROWSER.close_track(&track.track.id).expect("closing never fails");
        }
    }
}

static BROWSER: LazyLock<Browser> = LazyLock::new(|| {
    let folder = FOLDER.path();
    file("there.bedGraph", b"chr21\t9411193\t9411194\t1\nchr21\t48129894\t48129895\t2\n");
    Browser::new(Settings::beneath(folder)).expect("a folder of our own")
});
