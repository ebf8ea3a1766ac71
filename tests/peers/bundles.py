"""Small bundles of every architecture, trained for a moment by a recipe, and what their numbers are made from."""

import json
from pathlib import Path

import numpy as np

from binned import bins, reads_per_kb, track
from cli import nascape
from conftest import Assay

TREES = """{{ name = '{name}', features = {features}, mirrored = {mirrored}, boosting = {{ rounds = 20, patience = 0,
objective = '{objective}', metric = '{metric}', depth = 5, learning_rate = 0.3, subsample = 0.8, colsample = 0.8, lambda = 1.0,
min_child_weight = 1.0, scale_pos_weight = 1.0, seed = 0 }} }}""".replace("\n", " ")

ARCHITECTURES = {
    "cnn": "{ name = 'cnn' }",
    "dnn": "{ name = 'dnn' }",
    "dilated": "{ name = 'dilated', stem = 8, trunk = 12 }",
    "nascape": "{ name = 'nascape', channels = [8, 12, 16], dilated = 5 }",
    "multitask-cnn": "{ name = 'multitask-cnn', filters = 12, convolutions = 5 }",
    "xgboost-regressor": TREES.format(
        name="xgboost-regressor", features="'paper_summed'", mirrored="false", objective="reg:squarederror", metric="rmse"
    ),
    "windows-gbt": TREES.format(
        name="windows-gbt", features="{ rings = 8 }", mirrored="true", objective="binary:logistic", metric="aucpr"
    ),
}

CHROMOSOME = "chr21"
# Compared are these bins; around them lie enough others that no network sees an end.
FIRST, LAST, MARGIN = 660_000, 668_000, 16_000


def train(folder: Path, architecture: str, assay: Assay, observed: dict[str, Path]) -> Path:
    """Trains a bundle for the marks of `observed` on 600 kb and gives its folder."""
    table = lambda entries: "{ " + ", ".join(f'{name} = "{path}"' for name, path in entries.items()) + " }"  # noqa: E731
    recipe = folder / f"{architecture}.toml"
    recipe.write_text(
        f"targets = {json.dumps(list(observed))}\n"
        f"architecture = {ARCHITECTURES[architecture]}\n"
        "schedule = { epochs = 2, tile_bins = 512 }\n"
        f'[[experiment]]\nname = "K562"\nplus = "{assay.plus}"\nminus = "{assay.minus}"\nobserved = {table(observed)}\n'
        'train = ["chr21:33,000,001-33,600,000"]\nvalidation = ["chr21:34,500,001-35,000,000"]\n'
    )
    bundle = folder / architecture
    nascape("train", "--recipe", recipe, "--output", bundle)
    return bundle


def imputed(bundle: Path, assay: Assay, output: Path) -> dict[str, np.ndarray]:
    """The tracks of the compared bins by mark, in 64 bits."""
    region = f"{CHROMOSOME}:{FIRST * 50 + 1}-{LAST * 50}"
    nascape("impute", *assay.arguments(), "--model", bundle, "--region", region, "--output", output)
    return {path.stem: track(path, CHROMOSOME)[FIRST:LAST].astype("f8") for path in output.glob("*.bw")}


def reads(bundle: Path, assay: Assay) -> list[np.ndarray]:
    """Both strands' reads of the compared bins and their margins, at the depth that the bundle knows, in 32 bits as Nascape has them."""
    card = json.loads((bundle / "model.json").read_text())
    scale = np.float32(card["reads_per_kb"] / reads_per_kb(assay.plus, assay.minus))
    strands = (np.abs(bins(path, CHROMOSOME)["sum"]).astype("f4") * scale for path in (assay.plus, assay.minus))
    return [strand[FIRST - MARGIN : LAST + MARGIN] for strand in strands]
