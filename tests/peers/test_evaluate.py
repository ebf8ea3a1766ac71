"""`nascape evaluate` against SciPy and scikit-learn on the same bins."""

import json
from pathlib import Path

import numpy as np
import pytest

from binned import BIN, bins, touched, track
from cli import data, nascape, region
from conftest import Assay
from measured import Compared, assert_metrics

LENGTH = 48_129_895
BINS = -(-LENGTH // BIN)
NOT_ASSESSED = [(0, 9_411_193), (11_188_129, 14_338_129), (48_119_895, LENGTH)]
PEAKS = "k562-chr21-hg19/K562.{}.bed"


def evaluate(folder: Path, imputed: Path, observed: Path, *more: object) -> dict:
    """The metrics.json of a run."""
    nascape("evaluate", "--imputed", imputed, "--observed", observed, "--output", folder / "evaluation", *more)
    return json.loads((folder / "evaluation" / "metrics.json").read_text())


def cut(part: Compared, start: int, end: int) -> Compared:
    """The bins that bases start..end touch."""
    here = slice(start // BIN, -(-end // BIN))
    marked = None if part.marked is None else part.marked[here]
    return Compared(part.chromosome, part.observed[here], part.imputed[here], marked)


@pytest.fixture(scope="session")
def exclusion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BED file of what nobody assessed on chr21."""
    path = tmp_path_factory.mktemp("exclusion") / "not-assessed.bed"
    path.write_text("".join(f"chr21\t{start}\t{end}\n" for start, end in NOT_ASSESSED))
    return path


@pytest.mark.parametrize(
    ("mark", "threshold"),
    [("H3K4me3.peaks", None), ("H3K4me3.peaks", 0.5), ("H3K4me3.peaks", 0.1), ("H3K27me3.domains", 0.1)],
)
def test_peaks_are_measured_as_scikit_learn_does(
    mark: str, threshold: float | None, imputed_k562: Path, tmp_path: Path
) -> None:
    """A bin is positive when a peak covers any of it; a call is a score at or above the threshold."""
    peaks = touched(data(PEAKS.format(mark)), "chr21", BINS)
    told = evaluate(
        tmp_path, imputed_k562, data(PEAKS.format(mark)), *(["--threshold", threshold] if threshold is not None else [])
    )
    assert_metrics(told, [Compared("chr21", peaks, track(imputed_k562, "chr21"), peaks > 0)], threshold)


def test_peak_scores_are_measured_as_numbers(imputed_k562: Path, tmp_path: Path) -> None:
    """With scores the largest one of a bin is its value, and any peak makes it positive."""
    path = data(PEAKS.format("H3K27ac.peaks"))
    scores = touched(path, "chr21", BINS, score=True)
    told = evaluate(tmp_path, imputed_k562, path, "--peak-value", "score", "--threshold", 0.5)
    part = Compared("chr21", scores, track(imputed_k562, "chr21"), scores > 0)
    assert_metrics(told, [part], 0.5)


def test_excluded_bins_take_no_part(imputed_k562: Path, exclusion: Path, tmp_path: Path) -> None:
    """Every bin that an excluded region touches is missing, at all resolutions."""
    path = data(PEAKS.format("H3K4me3.peaks"))
    peaks = touched(path, "chr21", BINS)
    peaks[touched(exclusion, "chr21", BINS) > 0] = np.nan
    told = evaluate(tmp_path, imputed_k562, path, "--exclude", exclusion, "--threshold", 0.25)
    assert_metrics(told, [Compared("chr21", peaks, track(imputed_k562, "chr21"), peaks > 0)], 0.25)


@pytest.mark.parametrize(
    "regions", [[(35_000_000, LENGTH)], [(40_000_123, 40_020_000), (30_000_000, 35_001_049), (47_000_000, LENGTH)]]
)
def test_regions_alone_are_measured(
    regions: list[tuple[int, int]], imputed_k562: Path, exclusion: Path, tmp_path: Path
) -> None:
    """Coarse bins are cut from each region's first bin on; several regions of a chromosome count together."""
    path = data(PEAKS.format("H3K4me3.peaks"))
    peaks = touched(path, "chr21", BINS)
    peaks[touched(exclusion, "chr21", BINS) > 0] = np.nan
    whole = Compared("chr21", peaks, track(imputed_k562, "chr21"), peaks > 0)
    options = [word for start, end in regions for word in ("--region", region("chr21", start, end))]
    told = evaluate(tmp_path, imputed_k562, path, "--exclude", exclusion, "--threshold", 0.3, *options)
    assert told["regions"] == [region("chr21", s // BIN * BIN, min(-(-e // BIN) * BIN, LENGTH)) for s, e in sorted(regions)]
    assert_metrics(told, [cut(whole, start, end) for start, end in sorted(regions)], 0.3)


@pytest.mark.parametrize(
    ("summary", "threshold"), [("mean0", None), ("mean0", 0.02), ("mean0", 3), ("mean", 3), ("max", 0.02)]
)
def test_a_signal_is_measured_as_numbers_and_above_the_threshold(
    summary: str, threshold: float | None, imputed_chr22: Path, tmp_path: Path
) -> None:
    """A bin of a signal is positive at or above the threshold; bins without a mean or maximum are missing."""
    path = data("chr22-hg38/K562.accessibility.bw")
    signal = bins(path, "chr22")[summary].astype("f4")
    options = ["--observed-summary", summary, *(["--threshold", threshold] if threshold is not None else [])]
    told = evaluate(tmp_path, imputed_chr22, path, *options)
    marked = None if threshold is None else signal >= np.float32(threshold)
    assert_metrics(told, [Compared("chr22", signal, track(imputed_chr22, "chr22"), marked)], threshold)


def test_several_chromosomes_are_measured_apart_and_together(genome: Assay, tmp_path: Path) -> None:
    """`all` holds the bins of every chromosome, `chromosomes` those of each."""
    start, end = 20_000_000, 40_000_000
    names = ["chr19", "chr21", "chr22"]
    regions = [word for name in reversed(names) for word in ("--region", region(name, start, end))]
    imputed = genome.impute(tmp_path / "imputed", *regions)
    told = evaluate(tmp_path, imputed, genome.plus, "--observed-summary", "sum", "--threshold", 1, *regions)
    parts = []
    for name in names:
        signal = bins(genome.plus, name)["sum"].astype("f4")
        parts.append(cut(Compared(name, signal, track(imputed, name), signal >= 1), start, end))
    assert_metrics(told, parts, 1)
