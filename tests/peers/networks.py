"""The networks as NumPy writes them, layer by layer over a run of bins with silence around it, from a bundle's own weights."""

import json
from pathlib import Path

import numpy as np

Weights = dict[str, np.ndarray]


def read_weights(path: Path) -> Weights:
    """The tensors of a safetensors file of 32-bit floats, in 64 bits."""
    file = path.read_bytes()
    start = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:start])
    header.pop("__metadata__", None)
    whole = lambda about: np.frombuffer(file[start:][slice(*about["data_offsets"])], "<f4")  # noqa: E731
    return {name: whole(about).reshape(about["shape"]).astype("f8") for name, about in header.items()}


def conv(w: Weights, name: str, x: np.ndarray, dilation: int = 1, left: int | None = None, relu: bool = True) -> np.ndarray:
    """A convolution whose first tap lies `left` steps back, half of its reach where nothing else is said."""
    weight, bias = w[f"{name}.weight"], w[f"{name}.bias"]
    reach = (weight.shape[2] - 1) * dilation
    left = reach // 2 if left is None else left
    padded = np.pad(x, ((0, 0), (left, reach - left)))
    taps = (weight[:, :, tap] @ padded[:, tap * dilation :][:, : x.shape[1]] for tap in range(weight.shape[2]))
    y = sum(taps) + bias[:, None]
    return np.maximum(y, 0) if relu else y


def residual(w: Weights, name: str, x: np.ndarray, dilation: int = 1) -> np.ndarray:
    """x and what two convolutions make of it, added."""
    wide = conv(w, f"{name}.wide", x, dilation)
    return np.maximum(x + conv(w, f"{name}.back", wide, relu=False), 0)


def pool(x: np.ndarray, factor: int) -> np.ndarray:
    """Means of `factor` steps."""
    return x.reshape(len(x), -1, factor).mean(axis=2)


def cnn(w: Weights, x: np.ndarray, _: dict) -> np.ndarray:
    """Seven convolutions with dense poolings by 2 between them; every layer looks to the right, the last one to the middle."""
    for layer in range(7):
        x = conv(w, f"convolution.{layer}", x, 2**layer, left=0)
        if layer < 6:
            x = np.maximum(x, np.pad(x, ((0, 0), (0, 2**layer)))[:, 2**layer :])
    return conv(w, "dense", x, 64, left=1_280, relu=False)


def dnn(w: Weights, x: np.ndarray, _: dict) -> np.ndarray:
    """A window of 200 bins, of which the bin at hand is number 100, and four layers more."""
    x = conv(w, "dense.0", x, left=100)
    for layer in (1, 2, 3):
        x = conv(w, f"dense.{layer}", x)
    return conv(w, "dense.4", x, relu=False)


def dilated(w: Weights, x: np.ndarray, _: dict) -> np.ndarray:
    """Down to 500 bp, seven dilated layers, and back."""
    fine = conv(w, "stem.0", x)
    x = conv(w, "stem.1", pool(fine, 2))
    x = conv(w, "stem.2", pool(x, 5))
    for layer in range(7):
        x = residual(w, f"trunk.{layer}", x, 2**layer)
    x = conv(w, "join", np.concatenate([x.repeat(10, axis=1), fine]))
    return conv(w, "head", x, relu=False)


def nascape(w: Weights, x: np.ndarray, settings: dict) -> np.ndarray:
    """A U-Net over 50, 200 and 800 bp."""
    fine = residual(w, "fine.0", conv(w, "fine.down", x))
    middle = residual(w, "middle.0", conv(w, "middle.down", pool(fine, 4)))
    x = conv(w, "coarse.down", pool(middle, 4))
    for layer in range(settings["dilated"]):
        x = residual(w, f"coarse.{layer}", x, 2**layer)
    x = conv(w, "middle.up", np.concatenate([x.repeat(4, axis=1), middle]))
    x = residual(w, "middle.1", x)
    x = conv(w, "fine.up", np.concatenate([x.repeat(4, axis=1), fine]))
    x = residual(w, "fine.1", x)
    return conv(w, "head", x, relu=False)


def multitask_cnn(w: Weights, x: np.ndarray, settings: dict) -> np.ndarray:
    """Convolutions whose dilation doubles, and a layer for the marks."""
    for layer in range(settings["convolutions"]):
        x = conv(w, f"convolution.{layer}", x, 2**layer)
    return conv(w, "marks", x, relu=False)


NETWORKS = {"cnn": cnn, "dnn": dnn, "dilated": dilated, "nascape": nascape, "multitask-cnn": multitask_cnn}


def channels(card: dict, plus: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """ln(1 + reads) of each of the card's channels: means of the bins about each bin, silence beyond the ends."""
    reads = {"plus": plus, "minus": minus, "both": plus + minus}

    def row(strand: str, bins: int) -> np.ndarray:
        sums = np.cumsum(np.pad(reads[strand].astype("f8"), (bins // 2 + 1, bins // 2)))
        return np.log1p((sums[bins:] - sums[:-bins]) / bins)

    return np.stack([row(channel["strand"], channel["bins"]) for channel in card["input"]["channels"]])


def raw_numbers(bundle: Path, plus: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """The raw outputs of a bundle's network, a row an output, for reads scaled to its depth. The run begins on a multiple of 800 bp
    and is a multiple of it long."""
    card = json.loads((bundle / "model.json").read_text())
    weights = read_weights(bundle / "weights.safetensors")
    network = lambda plus, minus: NETWORKS[card["architecture"]["name"]](  # noqa: E731
        weights, channels(card, plus, minus), card["architecture"]
    )
    there = network(plus, minus)
    if not card["both_directions"]:
        return there
    back = network(minus[::-1], plus[::-1])
    return (there + back[:, ::-1]) / 2
