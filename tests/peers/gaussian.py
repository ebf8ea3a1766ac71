"""Smooths every FOLDER/*.npy with SciPy by each SIGMA, into FOLDER/NAME.SIGMA.f32 (raw little-endian float32).

usage: gaussian.py FOLDER SIGMA...
"""

import sys
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d


def smoothed(track: np.ndarray, sigma: float) -> np.ndarray:
    """SciPy's filter, edges reflected, cut at 4 sigma; missing bins (NaN) stay missing and weigh nothing."""
    known = ~np.isnan(track)
    one = lambda values: gaussian_filter1d(values.astype("f8"), sigma, mode="reflect", truncate=4.0)  # noqa: E731
    values = one(np.nan_to_num(track))
    if not known.all():
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(known, values / one(known), np.nan)
    return values.astype("f4")


if __name__ == "__main__":
    for path in sorted(Path(sys.argv[1]).glob("*.npy")):
        for sigma in sys.argv[2:]:
            smoothed(np.load(path), float(sigma)).astype("<f4").tofile(path.with_suffix(f".{sigma}.f32"))
