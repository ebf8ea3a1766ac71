"""`nascape tirs` against its definition in NumPy, with SciPy's Benjamini-Hochberg."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from binned import BIN, bins
from cli import nascape
from conftest import Assay

HALO = 10  # bins on either side of a site whose reads count, and sites on either side that a candidate beats
PSEUDO_COUNT = 3


def scores(assay: Assay, chromosome: str) -> np.ndarray:
    """The score of the site at the left border of every bin, NaN where it is not informative."""
    plus, minus = (np.abs(bins(path, chromosome)["sum"]) for path in (assay.plus, assay.minus))
    totals = [np.concatenate([np.zeros(HALO + 1), np.cumsum(x), np.full(HALO, x.sum())]) for x in (plus, minus)]
    site = np.arange(len(plus)) + HALO

    def reads(strand: int, first: int, last: int) -> np.ndarray:
        return totals[strand][site + last] - totals[strand][site + first]

    diverging = np.minimum(reads(0, 0, HALO), reads(1, -HALO, 0))
    converging = np.minimum(reads(0, -HALO, 0), reads(1, 0, HALO))
    near = reads(0, -1, 1) + reads(1, -1, 1)
    informative = (near > 2) | ((reads(0, -HALO, HALO) > 0) & (reads(1, -HALO, HALO) > 0))
    score = np.log(diverging + PSEUDO_COUNT) - np.log(converging + PSEUDO_COUNT)
    return np.where(informative, score, np.nan).astype("f4")


def candidates(score: np.ndarray) -> np.ndarray:
    """The positive sites that beat all within 500 bp to the left and are not beaten by any to the right."""
    score = np.where(np.isnan(score), -np.inf, score)
    padded = np.pad(score, HALO, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, HALO)
    left, right = windows[: len(score)].max(axis=1), windows[HALO + 1 :].max(axis=1)
    return np.flatnonzero((score > 0) & (score > left) & (score >= right))


def expected(score: np.ndarray, length: int, rate: float) -> list[tuple]:
    """Start, end, score, p-value, q-value and best site of every region."""
    found, noise = score[candidates(score)], np.sort(-score[candidates(-score)])
    p_values = (1 + len(noise) - np.searchsorted(noise, found)) / (1 + len(noise))
    q_values = false_discovery_control(p_values, method="bh")
    significance = dict(zip(found, zip(p_values, q_values, strict=True), strict=False))
    threshold = found[q_values <= rate].min()
    sites = np.flatnonzero(score >= threshold)
    regions = np.split(sites, np.flatnonzero(np.diff(sites) > HALO) + 1)
    best = [region[np.argmax(score[region])] for region in regions]
    return [
        (max(region[0] - 1, 0) * BIN, min((region[-1] + 1) * BIN, length), score[at], *significance[score[at]], at * BIN)
        for region, at in zip(regions, best, strict=True)
    ]


@pytest.mark.parametrize(("assay", "chromosome", "length"), [("k562", "chr21", 48_129_895), ("k562_chr22", "chr22", 50_818_468)])
@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_regions_are_those_of_the_definition(
    assay: str, chromosome: str, length: int, rate: float, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Sites, noise, q-values and regions, made anew from pyBigWig's values."""
    strands: Assay = request.getfixturevalue(assay)
    output = tmp_path / "tirs.bed"
    nascape("tirs", *strands.arguments(), "--fdr", rate, "--output", output)
    told = [line.split("\t") for line in output.read_text().splitlines()]
    regions = expected(scores(strands, chromosome), length, rate)
    assert [(row[0], *map(int, (row[1], row[2], row[9]))) for row in told] == [
        (chromosome, region[0], region[1], region[5]) for region in regions
    ]
    numbers = np.array([row[6:9] for row in told], dtype="f8")
    # The file holds four digits.
    np.testing.assert_allclose(numbers, np.array([region[2:5] for region in regions]), rtol=1e-3)
