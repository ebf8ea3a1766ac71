"""Imputed bigWigs opened by pyBigWig."""

import struct
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from binned import BIN, same_bits, track
from cli import binned, region
from conftest import Assay

LENGTH = 48_129_895


def reductions(path: Path) -> list[int]:
    """Bases in a record of each zoom level, from the file's header."""
    start = path.read_bytes()[:4096]
    [levels] = struct.unpack_from("<H", start, 6)
    return [struct.unpack_from("<I", start, 64 + 24 * level)[0] for level in range(levels)]


def test_an_imputed_bigwig_has_zoom_levels_and_covers_every_base(imputed_k562: Path) -> None:
    """What a browser asks of a bigWig: the chromosome's length, zoom levels, a summary, no holes."""
    with pyBigWig.open(str(imputed_k562)) as file:
        assert file.isBigWig()
        assert file.chroms() == {"chr21": LENGTH}
        header = file.header()
    values = track(imputed_k562, "chr21")
    assert header["nLevels"] > 0
    assert header["nBasesCovered"] == LENGTH
    assert not np.isnan(values).any()
    assert len(values) == -(-LENGTH // BIN)
    bases = np.full(len(values), BIN)
    bases[-1] = LENGTH % BIN
    np.testing.assert_allclose(header["sumData"], (values.astype("f8") * bases).sum(), atol=1)  # pyBigWig gives whole numbers


def test_what_is_read_back_is_what_nascape_bins(imputed_k562: Path, tmp_path: Path) -> None:
    """pyBigWig's values and `nascape bin --summary mean` have the same bits, in every bin."""
    [binned_back] = binned(tmp_path, imputed_k562, "mean").values()
    assert same_bits(binned_back, track(imputed_k562, "chr21"))
    with pyBigWig.open(str(imputed_k562)) as file:
        assert same_bits(binned_back, file.values("chr21", 0, LENGTH, numpy=True)[::BIN])


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_byte(threads: int, k562: Assay, imputed_k562: Path, tmp_path: Path) -> None:
    """The same file, byte for byte."""
    again = k562.impute(tmp_path, "--threads", threads)
    assert again.read_bytes() == imputed_k562.read_bytes()


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 10_000), (30_000_000, 31_000_000), (13_107_149, 13_107_251), (13_000_017, 26_300_033), (48_129_894, LENGTH)],
)
def test_a_regions_bins_are_those_of_the_whole(
    start: int, end: int, k562: Assay, imputed_k562: Path, tmp_path: Path
) -> None:
    """Every bin that the region touches has the bits it has in the whole chromosome; the others are left out."""
    part = track(k562.impute(tmp_path, "--region", region("chr21", start, end)), "chr21")
    here = slice(start // BIN, -(-end // BIN))
    assert same_bits(part[here], track(imputed_k562, "chr21")[here])
    part[here] = np.nan
    assert np.isnan(part).all()


def test_several_regions_make_one_track(k562: Assay, imputed_k562: Path, tmp_path: Path) -> None:
    """Regions given in any order, overlapping or not, fill one bigWig."""
    regions = [(40_000_000, 40_100_000), (20_000_000, 20_050_000), (20_040_000, 20_090_000)]
    options = [word for start, end in regions for word in ("--region", region("chr21", start, end))]
    part = track(k562.impute(tmp_path, *options), "chr21")
    wanted = np.zeros(len(part), dtype=bool)
    for start, end in regions:
        wanted[start // BIN : end // BIN] = True
    assert np.array_equal(~np.isnan(part), wanted)
    assert same_bits(part[wanted], track(imputed_k562, "chr21")[wanted])


def test_zoom_levels_hold_what_the_bins_hold(imputed_k562: Path) -> None:
    """Statistics from each zoom level equal exact ones: mean to rounding, minimum, maximum and coverage exactly."""
    levels = reductions(imputed_k562)
    assert len(levels) >= 3
    with pyBigWig.open(str(imputed_k562)) as file:
        for reduction in levels:
            # For windows of four records pyBigWig takes this level; they begin and end with a record.
            width = 4 * reduction
            start = 33_000_000 // width * width
            count = min(1_000, (LENGTH - start) // width)
            for summary in ("mean", "min", "max", "coverage"):
                zoomed, exact = (
                    np.array(file.stats("chr21", start, start + count * width, type=summary, nBins=count, exact=exact))
                    for exact in (False, True)
                )
                tolerance = 1e-5 if summary == "mean" else 0
                np.testing.assert_allclose(zoomed, exact, rtol=tolerance, err_msg=f"{summary}, {reduction} bp")


def test_a_genome_keeps_its_24_chromosomes_whole(genome: Assay, imputed_genome: Path, tmp_path: Path) -> None:
    """Names and lengths of the assay, every base covered, zoom levels; a region imputed alone has the same bits."""
    with pyBigWig.open(str(genome.plus)) as file:
        lengths = file.chroms()
    assert len(lengths) == 24
    with pyBigWig.open(str(imputed_genome)) as file:
        assert file.chroms() == lengths
        header = file.header()
        assert header["nLevels"] > 0
        assert header["nBasesCovered"] == sum(lengths.values())
        for name, length in lengths.items():
            assert not np.isnan(file.values(name, 0, 1_000) + file.values(name, length - 1_000, length)).any(), name
        whole = {name: file.values(name, 9_000_000, 9_100_000, numpy=True) for name in lengths}
    names = ["chr3", "chr19", "chrX"]
    options = [word for name in names for word in ("--region", region(name, 9_000_000, 9_100_000))]
    with pyBigWig.open(str(genome.impute(tmp_path, *options))) as file:
        assert sorted(file.chroms()) == sorted(names)
        for name in names:
            assert same_bits(file.values(name, 9_000_000, 9_100_000, numpy=True), whole[name]), name
