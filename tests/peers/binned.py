"""Bins as pyBigWig and NumPy make them: what Nascape's bins are held against."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pyBigWig

BIN = 50
PIECE = 100_000  # bins read at a time


def reduced(values: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Every summary of per-base values (NaN where uncovered) in bins of `size` bases, the last one shorter."""
    starts = np.arange(0, len(values), size)
    covered = np.add.reduceat(~np.isnan(values), starts, dtype=np.int64)
    sums = np.add.reduceat(np.nan_to_num(values.astype("f8")), starts)
    with np.errstate(invalid="ignore"):
        return {
            "sum": sums,
            "mean": np.where(covered > 0, sums / np.maximum(covered, 1), np.nan),
            "mean0": sums / np.minimum(size, len(values) - starts),
            "min": np.fmin.reduceat(values, starts),
            "max": np.fmax.reduceat(values, starts),
        }


@lru_cache(maxsize=8)
def bins(path: Path, chromosome: str, size: int = BIN) -> dict[str, np.ndarray]:
    """Every summary of every bin of a chromosome, from pyBigWig's values."""
    with pyBigWig.open(str(path)) as file:
        length = file.chroms()[chromosome]
        step = max(1, PIECE * BIN // size) * size
        values = (file.values(chromosome, at, min(at + step, length), numpy=True) for at in range(0, length, step))
        pieces = [reduced(piece, size) for piece in values]
    return {summary: np.concatenate([piece[summary] for piece in pieces]) for summary in pieces[0]}


def track(path: Path, chromosome: str) -> np.ndarray:
    """The stored value of every 50 bp bin of a chromosome, NaN where none is; fails when a value does not fill its bins."""
    with pyBigWig.open(str(path)) as file:
        length = file.chroms()[chromosome]
        intervals = np.array(file.intervals(chromosome), dtype="f8")
    starts, ends = intervals[:, 0].astype(int), intervals[:, 1].astype(int)
    assert not (starts % BIN).any() and not (ends % BIN)[ends != length].any(), f"{path}: values that are not bins"
    filled = -(-ends // BIN) - starts // BIN
    values = np.full(-(-length // BIN), np.nan, dtype="f4")
    first = np.repeat(starts // BIN - np.cumsum(filled) + filled, filled)
    values[first + np.arange(filled.sum())] = np.repeat(intervals[:, 2], filled).astype("f4")
    return values


def reads_per_kb(plus: Path, minus: Path) -> float:
    """Reads of both strands per kb of the chromosomes that hold any."""
    reads, lengths = 0.0, {}
    for path in (plus, minus):
        with pyBigWig.open(str(path)) as file:
            for chromosome, length in file.chroms().items():
                intervals = np.array(file.intervals(chromosome) or [], dtype="f8").reshape(-1, 3)
                if len(intervals):
                    reads += (np.abs(intervals[:, 2]) * (intervals[:, 1] - intervals[:, 0])).sum()
                    lengths[chromosome] = length
    return reads / (sum(lengths.values()) / 1_000)


def peaks(path: Path) -> list[tuple[str, int, int, float]]:
    """Chromosome, start, end and score of each peak of a BED file."""
    rows = (line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith(("#", "track")))
    return [(row[0], int(row[1]), int(row[2]), float(row[4]) if len(row) > 4 else 1.0) for row in rows]


def touched(path: Path, chromosome: str, count: int, score: bool = False) -> np.ndarray:
    """1 (or the largest score) in each of `count` 50 bp bins that a region of a BED file touches, else 0."""
    values = np.zeros(count, dtype="f4")
    for name, start, end, value in peaks(path):
        if name == chromosome:
            covered = slice(start // BIN, -(-end // BIN))
            values[covered] = np.maximum(values[covered], value if score else 1)
    return values


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two float32 arrays are equal bit for bit, missing values alike."""
    return a.dtype == b.dtype == np.float32 and a.shape == b.shape and a.tobytes() == b.tobytes()
