"""`nascape bin` against pyBigWig's exact statistics."""

import gzip
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from binned import BIN, bins, same_bits, track
from cli import binned, data, nascape, region, whole

GENOME = "formats/whole-genome.PROseq.hg38.{}.bw"
SIGNALS = [
    ("k562-chr21-hg19/K562.PROseq.plus.bw", "chr21"),
    ("k562-chr21-hg19/K562.PROseq.minus.bw", "chr21"),
    *[
        (f"chr22-hg38/{cell}.{kind}.bw", "chr22")
        for cell in ("K562", "MCF7")
        for kind in ("nascent.plus", "nascent.minus", "accessibility")
    ],
    *[(GENOME.format(strand), name) for strand in ("plus", "minus") for name in ("chr19", "chrY")],
]
SUMMARIES = ["mean", "min", "max", "sum", "mean0"]


def length_of(path: Path, chromosome: str) -> int:
    with pyBigWig.open(str(path)) as file:
        return file.chroms()[chromosome]


def assert_close(got: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Equal to 1e-6 of the value, and missing in the same bins."""
    assert got.shape == expected.shape, what
    assert np.array_equal(np.isnan(got), np.isnan(expected)), f"{what}: not the same bins are missing"
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=0, err_msg=what)


@pytest.mark.parametrize(("name", "chromosome"), SIGNALS)
def test_the_yardstick_equals_pybigwigs_exact_stats(name: str, chromosome: str) -> None:
    """`binned.bins` is `stats(exact=True)`: on thousands of bins, half of them covered, and both chromosome ends."""
    path = data(name)
    ours = bins(path, chromosome)
    covered = np.flatnonzero(~np.isnan(ours["mean"]))
    rng = np.random.default_rng(21)
    count = len(ours["mean"])
    chosen = {0, count - 1, *rng.integers(0, count, 800).tolist(), *rng.choice(covered, 800).tolist()}
    with pyBigWig.open(str(path)) as file:
        length = file.chroms()[chromosome]
        for i in sorted(chosen):
            for summary in ("mean", "min", "max", "sum"):
                [stat] = file.stats(chromosome, i * BIN, min((i + 1) * BIN, length), type=summary, exact=True)
                uncovered = 0.0 if summary == "sum" else np.nan
                expected = uncovered if stat is None else stat
                got = ours[summary][i]
                np.testing.assert_allclose(got, expected, rtol=1e-7, err_msg=f"{summary} of bin {i}")


@pytest.mark.parametrize(("name", "chromosome"), SIGNALS)
@pytest.mark.parametrize("size", [50, 1_000])
def test_every_bin_equals_pybigwig(name: str, chromosome: str, size: int, tmp_path: Path) -> None:
    """Mean, min, max, sum and mean0 of every bin; uncovered bins are missing, or 0 for sums."""
    path = data(name)
    expected = bins(path, chromosome, size)
    for summary in SUMMARIES:
        parts = binned(tmp_path, path, summary, "--region", chromosome, "--bin-size", size)
        [(where, got)] = parts.items()
        assert where == whole(chromosome, length_of(path, chromosome))
        assert_close(got, expected[summary], f"{name}, {summary}")


@pytest.mark.parametrize("strand", ["plus", "minus"])
def test_a_genome_keeps_every_chromosome_and_every_read(strand: str, tmp_path: Path) -> None:
    """24 chromosomes in order of name, each megabase of each with pyBigWig's sum."""
    path = data(GENOME.format(strand))
    parts = binned(tmp_path, path, "sum", "--bin-size", 1_000_000)
    with pyBigWig.open(str(path)) as file:
        chromosomes = {name: length for name, length in file.chroms().items() if file.intervals(name)}
        assert list(parts) == [whole(name, chromosomes[name]) for name in sorted(chromosomes)]
        assert len(parts) == 24
        for (name, length), got in zip(sorted(chromosomes.items()), parts.values(), strict=True):
            ends = [(at, min(at + 1_000_000, length)) for at in range(0, length, 1_000_000)]
            sums = [file.stats(name, start, end, type="sum", exact=True)[0] or 0.0 for start, end in ends]
            assert_close(got, np.array(sums), name)


@pytest.mark.parametrize(
    ("start", "end"),
    [(30_000_000, 31_000_000), (30_000_019, 30_000_333), (0, 50), (48_129_000, 48_129_895), (9_437_447, 9_437_448)],
)
def test_a_region_is_a_slice_of_the_whole(start: int, end: int, tmp_path: Path) -> None:
    """Every bin that the region touches, with the same bits as in the whole chromosome."""
    path = data(SIGNALS[0][0])
    for summary in SUMMARIES:
        [everything] = binned(tmp_path, path, summary, "--region", "chr21").values()
        [part] = binned(tmp_path, path, summary, "--region", region("chr21", start, end)).values()
        assert same_bits(part, everything[start // BIN : -(-end // BIN)])


def test_regions_come_sorted_and_joined(tmp_path: Path) -> None:
    """Regions given in any order are written by position, overlapping ones once."""
    path = data(SIGNALS[0][0])
    asked = [(40_000_000, 40_010_000), (30_005_000, 30_020_000), (30_000_000, 30_010_000)]
    options = [word for start, end in asked for word in ("--region", region("chr21", start, end))]
    parts = binned(tmp_path, path, "sum", *options)
    assert list(parts) == [region("chr21", 30_000_000, 30_020_000), region("chr21", 40_000_000, 40_010_000)]
    [everything] = binned(tmp_path, path, "sum").values()
    assert same_bits(np.concatenate(list(parts.values())), np.r_[everything[600_000:600_400], everything[800_000:800_200]])


@pytest.mark.parametrize("summary", ["mean", "sum"])
@pytest.mark.parametrize("ending", ["bw", "bedGraph", "bedGraph.gz"])
def test_every_output_format_holds_the_same_bits(ending: str, summary: str, tmp_path: Path) -> None:
    """bigWig and bedGraph hold the numbers of the .npy; missing bins are left out."""
    path = data(SIGNALS[0][0])
    [expected] = binned(tmp_path, path, summary).values()
    output = tmp_path / f"bins.{ending}"
    nascape("bin", "--signal", path, "--summary", summary, "--output", output)
    if ending == "bw":
        got = track(output, "chr21")
    else:
        got = np.full_like(expected, np.nan)
        with (gzip.open if ending.endswith("gz") else open)(output, "rt") as lines:
            for line in lines:
                name, start, end, value = line.split("\t")
                assert name == "chr21"
                got[int(start) // BIN : -(-int(end) // BIN)] = np.float32(value)
    assert same_bits(got, expected)
    assert [path for path in tmp_path.iterdir() if not path.name.endswith(".run.json")] == [output]


def test_a_bedgraph_gives_the_bins_of_the_same_bigwig(tmp_path: Path) -> None:
    """A gzipped bedGraph and the bigWig that pyBigWig makes of its lines have the same bins."""
    path = data("formats/HEK293.PROseq.chr22.hg38.minus.bedGraph.gz")
    with gzip.open(path, "rt") as lines:
        rows = [line.split() for line in lines if line.startswith("chr22\t")]
    copy = tmp_path / "copy.bw"
    with pyBigWig.open(str(copy), "w") as file:
        file.addHeader([("chr22", 50_818_468)])
        names, starts, ends, values = zip(*rows, strict=True)
        file.addEntries(list(names), list(map(int, starts)), list(map(int, ends)), list(map(float, values)))
    for summary in SUMMARIES:
        [expected] = binned(tmp_path, copy, summary).values()
        [got] = binned(tmp_path, path, summary, "--assembly", "hg38", "--region", "chr22").values()
        assert same_bits(got, expected)
        assert_close(got, bins(copy, "chr22")[summary], summary)
