//! Gaussian smoothing against SciPy's `gaussian_filter1d`, run by the Python of `NASCAPE_PYTHON`.

use std::{env, fs, path::Path, process::Command};

use nascape_signal::{npy, smooth};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LENGTHS: [usize; 6] = [1, 2, 5, 100, 317, 20_000];
const SIGMAS: [f64; 4] = [0.5, 1.0, 10.0, 37.0];

/// The tracks by file name: any numbers, sparse counts, and counts with missing bins.
fn tracks() -> Vec<(String, Vec<f32>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut tracks = Vec::new();
    for length in LENGTHS {
        let random: Vec<f32> = (0..length).map(|_| rng.random_range(-5.0_f32..5.0)).collect();
        let mut count = || if rng.random_bool(0.05) { rng.random_range(1_u32..2_000) as f32 } else { 0.0 };
        let sparse: Vec<f32> = (0..length).map(|_| count()).collect();
        let holed = sparse.iter().enumerate().map(|(i, &value)| if i % 97 < 30 { f32::NAN } else { value }).collect();
        tracks.extend(
            [("random", random), ("sparse", sparse), ("holed", holed)]
                .map(|(kind, track)| (format!("{kind}-{length}"), track)),
        );
    }
    tracks
}

fn run_scipy(folder: &Path) {
    let python = env::var_os("NASCAPE_PYTHON")
        .expect("Set NASCAPE_PYTHON to a Python with the packages of tests/peers/requirements.txt.");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/gaussian.py");
    let status = Command::new(&python)
        .arg(script)
        .arg(folder)
        .args(SIGMAS.map(|sigma| sigma.to_string()))
        .status()
        .unwrap_or_else(|fault| panic!("NASCAPE_PYTHON ({}) cannot be run: {fault}", python.display()));
    assert!(status.success(), "tests/peers/gaussian.py failed: {status}");
}

#[test]
fn smoothing_equals_scipys_bin_by_bin() {
    let folder = tempfile::tempdir().unwrap();
    let tracks = tracks();
    for (name, track) in &tracks {
        npy::write(&folder.path().join(format!("{name}.npy")), track).unwrap();
    }
    run_scipy(folder.path());
    for (name, track) in &tracks {
        // Sums cancel where values change sign: what counts is the error against the track's own size.
        let size = track.iter().filter(|value| !value.is_nan()).fold(1e-30_f32, |most, value| most.max(value.abs()));
        for sigma in SIGMAS {
            let bytes = fs::read(folder.path().join(format!("{name}.{sigma}.f32"))).unwrap();
            let expected = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
            assert_eq!(expected.len(), track.len(), "{name}");
            let mut smoothed = track.clone();
            smooth::gaussian(&mut smoothed, sigma).unwrap();
            for (bin, (ours, scipys)) in smoothed.iter().zip(expected).enumerate() {
                let same =
                    ours.is_nan() && scipys.is_nan() || (ours - scipys).abs() <= 1e-5 * scipys.abs().max(1e-3 * size);
                assert!(same, "{name}, sigma {sigma}, bin {bin}: {ours}, SciPy's {scipys}");
            }
        }
    }
}
