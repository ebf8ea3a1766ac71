"""Nascape's numbers against those of pyBigWig, SciPy and scikit-learn on real data. Here: tracks imputed once for all tests.

    pip install -r tests/peers/requirements.txt
    NASCAPE=target/release/nascape pytest tests/peers

NASCAPE_DATA names the folder of the real data, NASCAPE_MODEL a bundle to use in place of H3K4me3.cnn.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import data, model, nascape


@dataclass(frozen=True)
class Assay:
    """Two strands of one experiment."""

    plus: Path
    minus: Path

    def arguments(self) -> list[object]:
        """As the command line takes them."""
        return ["--plus", self.plus, "--minus", self.minus]

    def impute(self, output: Path, *more: object) -> Path:
        """The H3K4me3 track that `nascape impute` writes; the only one where NASCAPE_MODEL imputes another mark."""
        nascape("impute", *self.arguments(), *model(), "--output", output, *more)
        marked = output / "H3K4me3.bw"
        return marked if marked.is_file() else next(output.glob("*.bw"))


@pytest.fixture(scope="session")
def k562() -> Assay:
    """Deep PRO-seq, chr21 of hg19."""
    name = "k562-chr21-hg19/K562.PROseq.{}.bw"
    return Assay(data(name.format("plus")), data(name.format("minus")))


@pytest.fixture(scope="session")
def k562_chr22() -> Assay:
    """Sparse nascent transcripts, chr22 of hg38."""
    name = "chr22-hg38/K562.nascent.{}.bw"
    return Assay(data(name.format("plus")), data(name.format("minus")))


@pytest.fixture(scope="session")
def genome() -> Assay:
    """Shallow PRO-seq, 24 chromosomes of hg38."""
    name = "formats/whole-genome.PROseq.hg38.{}.bw"
    return Assay(data(name.format("plus")), data(name.format("minus")))


@pytest.fixture(scope="session")
def imputed_k562(k562: Assay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The K562 track of chr21."""
    return k562.impute(tmp_path_factory.mktemp("k562"))


@pytest.fixture(scope="session")
def imputed_chr22(k562_chr22: Assay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The K562 track of chr22."""
    return k562_chr22.impute(tmp_path_factory.mktemp("chr22"))


@pytest.fixture(scope="session")
def imputed_genome(genome: Assay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole-genome track."""
    return genome.impute(tmp_path_factory.mktemp("genome"))
