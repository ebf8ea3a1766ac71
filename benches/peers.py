"""The peers: PyTorch with a bundle's own weights, XGBoost's own predict, and pyBigWig."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyBigWig
import torch
import xgboost
from safetensors.torch import load_file
from torch.nn.functional import avg_pool1d, binary_cross_entropy_with_logits, conv1d, dropout, max_pool1d, pad

BIN = 50
Tensor = torch.Tensor
Weights = dict[str, Tensor]


class Layers:
    """A bundle's convolutions over `[batch, channels, bins]`, as PyTorch runs them."""

    def __init__(self, weights: Weights) -> None:
        self.w = weights

    def conv(self, name: str, x: Tensor, dilation: int = 1, left: int | None = None, relu: bool = True) -> Tensor:
        weight = self.w[f"{name}.weight"]
        reach = (weight.shape[2] - 1) * dilation
        if left is None:
            y = conv1d(x, weight, self.w[f"{name}.bias"], padding=reach // 2, dilation=dilation)
        else:
            y = conv1d(pad(x, (left, reach - left)), weight, self.w[f"{name}.bias"], dilation=dilation)
        return y.relu_() if relu else y

    def residual(self, name: str, x: Tensor, dilation: int = 1) -> Tensor:
        return self.conv(f"{name}.back", self.conv(f"{name}.wide", x, dilation), relu=False).add_(x).relu_()


def cnn(layers: Layers, x: Tensor, _: dict) -> Tensor:
    """The paper's network densely: dilations instead of strides."""
    for layer in range(7):
        x = layers.conv(f"convolution.{layer}", x, 2**layer, left=0)
        if layer < 6:
            x = torch.maximum(x, pad(x[:, :, 2**layer :], (0, 2**layer)))
    return layers.conv("dense", x, 64, left=1_280, relu=False)


def cnn_windowed(layers: Layers, x: Tensor, _: dict) -> Tensor:
    """The paper's network as it was written: every bin has its window of 2,561 bins."""
    windows = x[0, 0].unfold(0, 2_561, 1)[:, None, :]
    for layer in range(7):
        windows = layers.conv(f"convolution.{layer}", windows, left=0)[:, :, : windows.shape[2] - 4]
        if layer < 6:
            windows = max_pool1d(windows, 2)
    return conv1d(windows, layers.w["dense.weight"], layers.w["dense.bias"])[:, 0, 0]


def dnn(layers: Layers, x: Tensor, _: dict) -> Tensor:
    x = layers.conv("dense.0", x, left=100)
    for layer in (1, 2, 3):
        x = layers.conv(f"dense.{layer}", x)
    return layers.conv("dense.4", x, relu=False)


def nascape(layers: Layers, x: Tensor, settings: dict) -> Tensor:
    """Our U-Net."""
    repeat = lambda x: x.repeat_interleave(4, dim=2)  # noqa: E731
    fine = layers.residual("fine.0", layers.conv("fine.down", x))
    middle = layers.residual("middle.0", layers.conv("middle.down", avg_pool1d(fine, 4)))
    x = layers.conv("coarse.down", avg_pool1d(middle, 4))
    for layer in range(settings["dilated"]):
        x = layers.residual(f"coarse.{layer}", x, 2**layer)
    x = layers.residual("middle.1", layers.conv("middle.up", torch.cat([repeat(x), middle], dim=1)))
    x = layers.residual("fine.1", layers.conv("fine.up", torch.cat([repeat(x), fine], dim=1)))
    return layers.conv("head", x, relu=False)


NETWORKS = {"cnn": cnn, "dnn": dnn, "nascape": nascape, "windowed": cnn_windowed}


def counts(path: Path, chromosome: str) -> np.ndarray:
    """Reads of every bin of a chromosome."""
    with pyBigWig.open(str(path)) as file:
        length = file.chroms()[chromosome]
        values = np.nan_to_num(np.abs(file.values(chromosome, 0, length, numpy=True)))
    return np.add.reduceat(values, np.arange(0, length, BIN))


def channels(card: dict, plus: np.ndarray, minus: np.ndarray, scale: float) -> Tensor:
    """The input of a network, `[1, channels, bins]`."""
    reads = {"plus": plus, "minus": minus, "both": plus + minus}

    def row(strand: str, bins: int) -> np.ndarray:
        sums = np.cumsum(np.pad(reads[strand].astype("f8"), (bins // 2 + 1, bins // 2)))
        return np.log1p(scale * (sums[bins:] - sums[:-bins]) / bins)

    rows = [row(channel["strand"], channel["bins"]) for channel in card["input"]["channels"]]
    return torch.from_numpy(np.stack(rows).astype("f4"))[None]


def network(bundle: Path, plus: np.ndarray, minus: np.ndarray, reads_per_kb: float, windowed: bool = False) -> Callable[[int], object]:
    """Work that runs a bundle's network over the reads, in pieces of so many bins; both directions where the card says so."""
    card = json.loads((bundle / "model.json").read_text())
    layers = Layers(load_file(bundle / "weights.safetensors"))
    settings = card["architecture"]
    run = NETWORKS["windowed" if windowed else settings["name"]]
    scale = card["reads_per_kb"] / reads_per_kb
    plus, minus = (np.pad(strand, (0, -len(strand) % 16)) for strand in (plus, minus))
    inputs = [channels(card, plus, minus, scale)]
    if card["both_directions"]:
        inputs.append(channels(card, minus[::-1], plus[::-1], scale))
    # Pieces overlap by what the network looks at beyond them.
    halo = {"cnn": 1_280, "dnn": 112, "nascape": 1_120}[settings["name"]]

    @torch.inference_mode()
    def work(piece: int) -> None:
        for x in inputs:
            if windowed:
                run(layers, x[:, :, : piece + 2_560], settings)
                continue
            for start in range(0, x.shape[2], piece):
                first = max(0, start - halo)
                run(layers, x[:, :, first : start + piece + halo], settings)

    return work


def training(bundle: Path, plus: np.ndarray, minus: np.ndarray, reads_per_kb: float, tiles: int, bins: int) -> Callable[[int], object]:
    """Work that trains the paper's network for so many steps on tiles that lie ready: forward, backward, update."""
    card = json.loads((bundle / "model.json").read_text())
    weights = {name: value.requires_grad_() for name, value in load_file(bundle / "weights.safetensors").items()}
    share = card["architecture"]["dropout"]
    x = channels(card, plus, minus, card["reads_per_kb"] / reads_per_kb)[0]
    first, reach = x.shape[1] * 7 // 10, 2_555
    batch = torch.stack([x[:, first + tile * bins : first + (tile + 1) * bins + reach] for tile in range(tiles)])
    optimizer = torch.optim.SGD(weights.values(), lr=1e-4)

    def forward() -> Tensor:
        x = batch
        for layer in range(7):
            dilation = 2**layer
            x = conv1d(x, weights[f"convolution.{layer}.weight"], weights[f"convolution.{layer}.bias"], dilation=dilation).relu()
            x = dropout(x, share) if layer == 0 else x
            x = torch.maximum(x[:, :, :-dilation], x[:, :, dilation:]) if layer < 6 else x
        return conv1d(x, weights["dense.weight"], weights["dense.bias"], dilation=64)

    def work(steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            z = forward()
            assert z.shape[2] == bins, z.shape
            binary_cross_entropy_with_logits(z, torch.zeros_like(z)).backward()
            optimizer.step()

    return work


def matrix(plus: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """The paper's window of 200 bins of every bin, `[bins][200]`."""
    padded = np.pad(np.log1p(plus + minus).astype("f4"), (100, 99))
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, 200))


def booster(path: Path, rows: np.ndarray, labels: np.ndarray) -> xgboost.Booster:
    """100 trees of depth 6, saved as XGBoost's own file."""
    learned = xgboost.DMatrix(rows[::10], labels[::10])
    trained = xgboost.train({"objective": "reg:squarederror", "max_depth": 6}, learned, 100)
    trained.save_model(path)
    return trained


def bin_by_stats(path: Path, chromosome: str) -> None:
    """pyBigWig's exact means."""
    with pyBigWig.open(str(path)) as file:
        length = file.chroms()[chromosome]
        file.stats(chromosome, 0, length // BIN * BIN, type="mean", nBins=length // BIN, exact=True, numpy=True)


def bin_by_values(path: Path, chromosomes: list[str]) -> None:
    """pyBigWig's values, added up by NumPy."""
    for chromosome in chromosomes:
        counts(path, chromosome)
