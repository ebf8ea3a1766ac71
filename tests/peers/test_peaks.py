"""`nascape peaks` against SciPy's labelling of the bins above a threshold."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import binary_closing, label

from binned import BIN, track
from cli import nascape


def expected(values: np.ndarray, length: int, threshold: float, merge: int, min_width: int) -> list[tuple]:
    """Start, end, signalValue and summit of every peak."""
    above = values >= np.float32(threshold)
    gap = merge // BIN
    # Closing with gap + 1 bins fills gaps of up to `gap`; beyond the ends there is nothing to fill up to.
    padded = np.pad(above, gap + 1)
    closed = binary_closing(padded, np.ones(gap + 1)) if gap else padded
    labels, count = label(closed[gap + 1 : len(closed) - gap - 1])
    found = []
    for peak in range(1, count + 1):
        inside = np.flatnonzero(labels == peak)
        start, end = inside[0] * BIN, min((inside[-1] + 1) * BIN, length)
        if end - start >= min_width:
            best = inside[np.argmax(np.where(above[inside], values[inside], -np.inf))]
            found.append((start, end, values[best], best * BIN + BIN // 2))
    return found


@pytest.mark.parametrize(("threshold", "merge", "min_width"), [(0.5, 200, 100), (0.2, 0, 0), (0.05, 1_000, 400)])
def test_peaks_are_the_labelled_runs(
    threshold: float, merge: int, min_width: int, imputed_k562: Path, tmp_path: Path
) -> None:
    """Gaps closed, narrow runs dropped, the first highest bin the summit."""
    output = tmp_path / "peaks.narrowPeak"
    options = ["--threshold", threshold, "--merge", merge, "--min-width", min_width]
    nascape("peaks", "--imputed", imputed_k562, *options, "--output", output)
    rows = [line.split("\t") for line in output.read_text().splitlines()]
    told = [(int(row[1]), int(row[2]), np.float32(row[6]), int(row[1]) + int(row[9])) for row in rows]
    assert told == expected(track(imputed_k562, "chr21"), 48_129_895, threshold, merge, min_width)
    assert len(told) > 20
