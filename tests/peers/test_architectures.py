"""Bundles of every network and of trees against NumPy and XGBoost: the imputed numbers from weights, card and reads alone."""

import json
from pathlib import Path

import numpy as np
import pytest
import xgboost

import networks
from bundles import MARGIN, imputed, reads, train
from cli import data
from conftest import Assay

MARKS = {"H3K4me3": "k562-chr21-hg19/K562.H3K4me3.peaks.bed", "DNase": "k562-chr21-hg19/K562.DNase.peaks.bed"}


@pytest.mark.parametrize("architecture", networks.NETWORKS)
def test_a_network_is_what_its_layers_make(architecture: str, k562: Assay, tmp_path: Path) -> None:
    """The raw numbers of every bin within 1e-4 of NumPy's, both directions averaged where the card says so."""
    marks = list(MARKS) if architecture == "multitask-cnn" else ["H3K4me3"]
    bundle = train(tmp_path, architecture, k562, {mark: data(MARKS[mark]) for mark in marks})
    tracks = imputed(bundle, k562, tmp_path / "imputed")
    rows = networks.raw_numbers(bundle, *reads(bundle, k562))[:, MARGIN:-MARGIN]
    card = json.loads((bundle / "model.json").read_text())
    assert card["both_directions"] == (architecture == "nascape")
    assert [target["name"] for target in card["targets"]] == marks and len(rows) == len(marks)
    for target, expected in zip(card["targets"], rows, strict=True):
        found = tracks[target["name"]]
        if target["output"] == "logistic":
            found = np.log(found) - np.log1p(-found)
        assert np.ptp(expected) > 0.01, "a network that learned nothing shows nothing"
        np.testing.assert_array_less(np.abs(found - expected), 1e-4 * np.maximum(np.abs(expected), np.ptp(expected)))


def windows(card: dict, plus: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """ln(1 + reads) in each of a forest's windows, `[bins][features]`."""
    features = card["architecture"]["features"]
    if features == "paper_summed":
        spans = [("both", at, at + 1) for at in range(-100, 100)]
    else:
        spans = []
        for strand in ("plus", "minus"):
            spans.append((strand, 0, 1))
            for ring in range(features["rings"]):
                near, far = 1 << ring, 2 << ring
                spans += [(strand, near, far), (strand, 1 - far, 1 - near)]
    rows = {"plus": plus, "minus": minus, "both": plus + minus}
    sums = {name: np.cumsum(np.pad(row.astype("f8"), (MARGIN + 1, MARGIN))) for name, row in rows.items()}
    of = lambda strand, first, end: (  # noqa: E731
        sums[strand][MARGIN + end :][: len(plus)] - sums[strand][MARGIN + first :][: len(plus)]
    )
    return np.log1p(np.stack([of(*span).astype("f4") for span in spans], axis=1))


@pytest.mark.parametrize("architecture", ["xgboost-regressor", "windows-gbt"])
def test_xgboost_predicts_what_nascape_imputes(architecture: str, k562: Assay, tmp_path: Path) -> None:
    """XGBoost opens the bundle's forest and predicts every bin's number to 1e-6 from features made by NumPy."""
    bundle = train(tmp_path, architecture, k562, {"H3K4me3": data(MARKS["H3K4me3"])})
    card = json.loads((bundle / "model.json").read_text())
    found = imputed(bundle, k562, tmp_path / "imputed")["H3K4me3"]
    booster = xgboost.Booster(model_file=bundle / "forest.ubj")
    plus, minus = reads(bundle, k562)
    margins = lambda plus, minus: booster.predict(  # noqa: E731
        xgboost.DMatrix(windows(card, plus, minus)), output_margin=True
    ).astype("f8")
    expected = margins(plus, minus)
    if card["both_directions"]:
        expected = (expected + margins(minus[::-1], plus[::-1])[::-1]) / 2
    expected = expected[MARGIN:-MARGIN]
    if card["targets"][0]["output"] == "logistic":
        expected = 1 / (1 + np.exp(-expected))
    assert card["architecture"]["smoothing"] == 0 and np.ptp(expected) > 0.01
    # A sum of reads that lies on a split's very edge may fall on its other side in NumPy's rounding.
    apart = np.abs(found - expected)
    assert (apart > 1e-6).mean() < 1e-3, f"{(apart > 1e-6).sum()} bins differ, by up to {apart.max()}"
