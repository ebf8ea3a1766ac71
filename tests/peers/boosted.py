"""Trains XGBoost's models on Nascape's features and lets them predict: what the evaluator of trees is held against.

usage: boosted.py FOLDER

Reads FOLDER/SET.rows.f32 (raw little-endian float32, a row a bin), FOLDER/SET.labels.f32 and, per model, one line
`NAME SET FORMAT PARAMETERS` of FOLDER/models.txt, the parameters as JSON. Writes FOLDER/NAME.FORMAT, FOLDER/NAME.margins.f32
and FOLDER/NAME.predictions.f32 for all rows.
"""

import json
import sys
from pathlib import Path

import numpy as np
import xgboost

ROUNDS = 40


def main(folder: Path) -> None:
    read = lambda name: np.fromfile(folder / name, "<f4")  # noqa: E731
    for line in (folder / "models.txt").read_text().splitlines():
        name, rows, extension, parameters = line.split(" ", 3)
        labels = read(f"{rows}.labels.f32")
        features = read(f"{rows}.rows.f32").reshape(len(labels), -1)
        # Every other row is learned from.
        learned = xgboost.DMatrix(features[::2], labels[::2])
        booster = xgboost.train(json.loads(parameters), learned, ROUNDS)
        booster.save_model(folder / f"{name}.{extension}")
        everything = xgboost.DMatrix(features)
        booster.predict(everything, output_margin=True).astype("<f4").tofile(folder / f"{name}.margins.f32")
        booster.predict(everything).astype("<f4").tofile(folder / f"{name}.predictions.f32")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
