"""`nascape evaluate --smooth` against SciPy's Gaussian (bin by bin: crates/nascape-signal/tests/scipy.rs)."""

from pathlib import Path

import numpy as np
import pytest

from binned import BIN, bins, touched, track
from cli import data, region
from gaussian import smoothed
from measured import Compared, measures
from test_evaluate import BINS, PEAKS, evaluate, exclusion  # noqa: F401

# Both round a smoothed bin to float32, each from its own order of summation.
TOLERANCE = 1e-6


def assert_agreement(told: dict, observed: np.ndarray, imputed: np.ndarray, sigma: float) -> None:
    """Correlations and errors of the smoothed tracks at every resolution."""
    part = Compared("", smoothed(observed, sigma), smoothed(imputed, sigma))
    for resolution, k in zip(told["resolutions"], (1, 20, 200), strict=True):
        expected = measures([part.coarse(k)])
        for name in ("bins", "pearson", "rmse", "r2"):
            np.testing.assert_allclose(resolution["all"][name], expected[name], rtol=TOLERANCE, err_msg=name)


@pytest.mark.parametrize("sigma", [1, 10, 37.5])
def test_smoothed_signals_agree_with_scipy(sigma: float, imputed_chr22: Path, tmp_path: Path) -> None:
    """Both tracks are smoothed, the chromosome's ends reflected."""
    path = data("chr22-hg38/K562.accessibility.bw")
    told = evaluate(tmp_path, imputed_chr22, path, "--smooth", sigma)
    assert told["smooth"] == sigma
    assert_agreement(told, bins(path, "chr22")["mean0"].astype("f4"), track(imputed_chr22, "chr22"), sigma)


def test_smoothed_peaks_agree_with_scipy_and_count_as_they_were_called(imputed_k562: Path, tmp_path: Path) -> None:
    """Smoothing changes the numbers of a peak track, not which bins are positive."""
    path = data(PEAKS.format("H3K4me3.peaks"))
    peaks, imputed = touched(path, "chr21", BINS), track(imputed_k562, "chr21")
    told = evaluate(tmp_path, imputed_k562, path, "--smooth", 10)
    assert_agreement(told, peaks, imputed, 10)
    assert told["resolutions"][0]["all"]["positives"] == (peaks > 0).sum()


def test_missing_bins_weigh_nothing_in_their_neighbours(imputed_k562: Path, exclusion: Path, tmp_path: Path) -> None:  # noqa: F811
    """With excluded bins the kernel is normalised over those that are there."""
    path = data(PEAKS.format("H3K27ac.peaks"))
    peaks = touched(path, "chr21", BINS)
    peaks[touched(exclusion, "chr21", BINS) > 0] = np.nan
    told = evaluate(tmp_path, imputed_k562, path, "--smooth", 10, "--exclude", exclusion)
    assert_agreement(told, peaks, track(imputed_k562, "chr21"), 10)


def test_a_cut_into_regions_does_not_change_a_smoothed_bin(imputed_k562: Path, tmp_path: Path) -> None:
    """Smoothing reaches beyond a region: its bins are those of the whole chromosome."""
    path = data(PEAKS.format("H3K27ac.peaks"))
    here = slice(35_000_000 // BIN, 40_000_000 // BIN)
    told = evaluate(tmp_path, imputed_k562, path, "--smooth", 10, "--region", region("chr21", 35_000_000, 40_000_000))
    part = Compared("", smoothed(touched(path, "chr21", BINS), 10)[here], smoothed(track(imputed_k562, "chr21"), 10)[here])
    for resolution, k in zip(told["resolutions"], (1, 20, 200), strict=True):
        expected = measures([part.coarse(k)])
        for name in ("bins", "pearson", "rmse", "r2"):
            np.testing.assert_allclose(resolution["all"][name], expected[name], rtol=TOLERANCE, err_msg=name)
