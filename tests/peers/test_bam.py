"""The read ends that `nascape` takes from a BAM against a reader of the format in a few lines of Python."""

import gzip
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from binned import BIN, same_bits
from cli import binned, data, model, nascape, region, whole
from conftest import Assay

BAM = "formats/MCF7.GROseq.chr7.hg19.bam"
LENGTH = 159_138_663
# Unmapped, secondary, failed quality control, supplementary, and the second read of a pair.
LEFT_OUT = 0x4 | 0x100 | 0x200 | 0x800 | 0x80
CONSUMES_REFERENCE = "MDN=X"

LIBRARIES = [("pro", "reversed"), ("pro", "forward"), ("gro", "forward"), ("gro", "reversed")]


@dataclass(frozen=True)
class Read:
    """An alignment on chr7, bases start..end from 0."""

    start: int
    end: int
    reverse: bool


def records(path: Path) -> Iterator[tuple[str, int, Read]]:
    """Reference, flags and bases of every alignment of a BAM file (SAM specification, section 4.2)."""
    content = gzip.decompress(path.read_bytes())
    magic, text = struct.unpack_from("<4si", content)
    assert magic == b"BAM\x01"
    at = 8 + text
    [count] = struct.unpack_from("<i", content, at)
    at += 4
    names = []
    for _ in range(count):
        [size] = struct.unpack_from("<i", content, at)
        names.append(content[at + 4 : at + 3 + size].decode())
        at += 8 + size
    while at < len(content):
        size, reference, start, name, _, _, operations, flags = struct.unpack_from("<iiiBBHHH", content, at)
        cigar = struct.unpack_from(f"<{operations}I", content, at + 36 + name)
        span = sum(word >> 4 for word in cigar if "MIDNSHP=X"[word & 15] in CONSUMES_REFERENCE)
        yield names[reference] if reference >= 0 else "*", flags, Read(start, start + span, bool(flags & 0x10))
        at += 4 + size


def rna_end(read: Read, assay: str, library: str) -> tuple[int, bool]:
    """The base that a read marks and whether its RNA is on the plus strand.

    PRO-seq marks the RNA's 3' end, GRO-seq its 5' end; a reversed library reads the RNA's reverse complement.
    """
    plus = read.reverse == (library == "reversed")
    leftmost = plus if assay == "gro" else not plus
    return (read.start if leftmost else read.end - 1), plus


@pytest.fixture(scope="session")
def reads() -> list[Read]:
    """The alignments that count."""
    found = [(name, read) for name, flags, read in records(data(BAM)) if not flags & LEFT_OUT]
    assert {name for name, _ in found} == {"chr7"}
    return [read for _, read in found]


def ends(reads: list[Read], assay: str, library: str) -> dict[str, np.ndarray]:
    """The base of chr7 that each read marks, by strand."""
    marked = [rna_end(read, assay, library) for read in reads]
    return {
        "plus": np.array([base for base, plus in marked if plus]),
        "minus": np.array([base for base, plus in marked if not plus]),
    }


def counted(bases: np.ndarray, start: int, end: int, size: int) -> np.ndarray:
    """How many of `bases` lie in each bin of `size` bases of start..end."""
    inside = bases[(bases >= start) & (bases < end)]
    return np.bincount((inside - start) // size, minlength=-(-(end - start) // size)).astype("f4")


@pytest.mark.parametrize(("assay", "library"), LIBRARIES)
def test_each_library_counts_its_own_end_of_every_read(
    assay: str, library: str, reads: list[Read], tmp_path: Path
) -> None:
    """Both strands together: every 50 bp bin of the chromosome, and every base of a busy megabase."""
    both = np.concatenate(list(ends(reads, assay, library).values()))
    options = ["--assay", assay, "--library", library]
    parts = binned(tmp_path, data(BAM), "sum", *options)
    assert list(parts) == [whole("chr7", LENGTH)]
    assert same_bits(parts[whole("chr7", LENGTH)], counted(both, 0, LENGTH, BIN))
    start = int(np.argmax(counted(both, 0, LENGTH, 1_000_000))) * 1_000_000
    here = region("chr7", start, start + 1_000_000)
    [bases] = binned(tmp_path, data(BAM), "sum", *options, "--bin-size", 1, "--region", here).values()
    assert same_bits(bases, counted(both, start, start + 1_000_000, 1))


@pytest.mark.parametrize(("assay", "library"), LIBRARIES)
def test_each_library_parts_the_strands(assay: str, library: str, reads: list[Read]) -> None:
    """Reads, and bases with reads, of each strand as `nascape check` counts them."""
    told = json.loads(
        nascape("check", "--json", "--signal", data(BAM), "--assay", assay, "--library", library, may_fail=True)
    )
    for survey, bases in zip(told["surveys"], ends(reads, assay, library).values(), strict=True):
        assert survey["format"] == "BAM"
        assert survey["chromosomes"] == ["chr7"]
        assert survey["reads"] == len(bases)
        assert survey["items"] == len(np.unique(bases))


@pytest.mark.parametrize("assay", ["gro", "pro"])
def test_without_a_library_the_usual_one_is_taken(assay: str, tmp_path: Path) -> None:
    """PRO-seq reads are taken as reversed, GRO-seq reads as forward."""
    [usual] = binned(tmp_path, data(BAM), "sum", "--assay", assay).values()
    [stated] = binned(
        tmp_path, data(BAM), "sum", "--assay", assay, "--library", {"pro": "reversed", "gro": "forward"}[assay]
    ).values()
    assert same_bits(usual, stated)


def test_a_bam_imputes_as_the_bigwigs_of_its_strands(reads: list[Read], tmp_path: Path) -> None:
    """bigWigs that pyBigWig makes of the read ends, minus strand negative, give the bytes that the BAM gives."""
    paths = {}
    for strand, bases in ends(reads, "gro", "forward").items():
        paths[strand] = tmp_path / f"{strand}.bw"
        starts, counts = np.unique(bases, return_counts=True)
        with pyBigWig.open(str(paths[strand]), "w") as file:
            file.addHeader([("chr7", LENGTH)])
            values = counts * (1.0 if strand == "plus" else -1.0)
            file.addEntries(["chr7"] * len(starts), starts.tolist(), ends=(starts + 1).tolist(), values=values.tolist())
    here = ["--region", region("chr7", 50_000_000, 60_000_000)]
    expected = Assay(paths["plus"], paths["minus"]).impute(tmp_path / "bigwigs", *here)
    nascape("impute", "--signal", data(BAM), "--assay", "gro", *model(), *here, "--output", tmp_path / "bam")
    assert (tmp_path / "bam" / expected.name).read_bytes() == expected.read_bytes()
