"""The paper's networks in PyTorch, trained on the same bins by the same recipe: is Nascape as good as its twin?

    twin.py --architecture dnn --seed 1 2 3

trains a network a seed and prints its epochs, their seconds, and the test part's AUPRC and AUROC, and beside it those of
`nascape train` (environment variable NASCAPE) with the same seed. Every option but --device means what it means to
`nascape train`; without files it is H3K4me3 of K562. Seconds tell little on a machine with other work: PyTorch's threads wait
for each other busily, so compare them with --threads 1, or on an idle machine.

    twin.py --weights BUNDLE

runs the bundle's weights through the windowed network (real poolings, one window at a time) at 2,000 random bins and at both
chromosome ends, and holds them against the bigWig of `nascape impute`.
"""

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyBigWig
import torch
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import nn
from torch.nn import functional

from binned import BIN, bins, reads_per_kb, touched, track
from cli import data, nascape

FILTERS, TAPS, CONVOLUTIONS, DENSE_TAPS = 16, 5, 7, 32
WINDOW = 2_561
DROPOUT = 0.1
UNITS = (128, 64, 32, 16)

# The defaults of `nascape train`.
SCHEDULE = {"epochs": 60, "patience": 40, "batch_tiles": 2, "tile_bins": 1_024, "learning_rate": 3e-3}
K562 = "k562-chr21-hg19/K562"
PARTS = {
    "train": ["chr21:1-30,000,000"],
    "validation": ["chr21:30,000,001-35,000,000"],
    "test": ["chr21:35,000,001-48,129,895"],
}


# --- The networks --------------------------------------------------------------------------------------------------------


def start(layers: list[nn.Conv1d]) -> None:
    """Glorot's uniform weights as Keras has them, biases zero; one output of all its inputs stands as a dense layer."""
    for layer in layers:
        fan_in, fan_out = (channels * layer.kernel_size[0] for channels in (layer.in_channels, layer.out_channels))
        bound = math.sqrt(6 / (fan_in + (1 if layer.out_channels == 1 else fan_out)))
        nn.init.uniform_(layer.weight, -bound, bound)
        nn.init.zeros_(layer.bias)


class Cnn(nn.Module):
    """Seven convolutions with poolings by 2 between them and a dense layer, the same weights in a dense and a windowed form."""

    window = WINDOW
    left = WINDOW // 2
    right = 2_556 - 1 - left  # the poolings' remainders take the window's last bins

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = nn.ModuleList(
            nn.Conv1d(FILTERS if layer else channels, FILTERS, TAPS) for layer in range(CONVOLUTIONS)
        )
        self.dense = nn.Conv1d(FILTERS, 1, DENSE_TAPS)
        start([*self.convolution, self.dense])

    @property
    def last(self) -> nn.Conv1d:
        """The layer that gives the output."""
        return self.dense

    @staticmethod
    def first_guess(mean: float) -> float:
        """The raw output that stands for a share of positives."""
        return math.log(mean / (1 - mean))

    @staticmethod
    def loss_sum(z: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The sum over assessed bins."""
        return functional.binary_cross_entropy_with_logits(z, target, reduction="sum")

    @staticmethod
    def loss(mean: torch.Tensor) -> torch.Tensor:
        """What is made small, from the mean."""
        return mean

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Raw outputs [tiles, bins] of every bin at once for x [tiles, channels, left + bins + right]."""
        for layer, conv in enumerate(self.convolution):
            d = 2**layer
            x = functional.conv1d(x, conv.weight, conv.bias, dilation=d).relu()
            if layer == 0:
                x = functional.dropout(x, DROPOUT, self.training)
            if layer + 1 < CONVOLUTIONS:
                x = torch.maximum(x[..., :-d], x[..., d:])
        return functional.conv1d(x, self.dense.weight, self.dense.bias, dilation=2 ** (CONVOLUTIONS - 1)).squeeze(1)

    def windowed(self, windows: torch.Tensor) -> torch.Tensor:
        """Raw outputs [windows] of windows [windows, channels, bins], as the paper writes the network."""
        pool = nn.MaxPool1d(2)
        x = windows
        for layer, conv in enumerate(self.convolution):
            x = conv(x).relu()
            if layer + 1 < CONVOLUTIONS:
                x = pool(x)
        assert x.shape[1:] == (FILTERS, DENSE_TAPS)
        return functional.linear(x.flatten(1), self.dense.weight.flatten(1), self.dense.bias).squeeze(1)


class Dnn(nn.Module):
    """Five dense layers over a window of 200 bins, trained on the root of the mean squared error."""

    window, left, right = 200, 100, 99

    def __init__(self, channels: int, units: Sequence[int] = UNITS) -> None:
        super().__init__()
        sizes = [channels, *units, 1]
        taps = [self.window, 1, 1, 1, 1]
        self.dense = nn.ModuleList(nn.Conv1d(*size) for size in zip(sizes, sizes[1:], taps, strict=False))
        start(list(self.dense))

    @property
    def last(self) -> nn.Conv1d:
        """The layer that gives the output."""
        return self.dense[4]

    @staticmethod
    def first_guess(mean: float) -> float:
        """The mean itself."""
        return mean

    @staticmethod
    def loss_sum(z: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The sum of squares."""
        return ((z - target) ** 2).sum()

    @staticmethod
    def loss(mean: torch.Tensor) -> torch.Tensor:
        """The root of the mean square."""
        return mean.sqrt()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Raw outputs [tiles, bins] of every bin at once for x [tiles, channels, left + bins + right]."""
        for layer in self.dense[:4]:
            x = layer(x).relu()
        return self.dense[4](x).squeeze(1)

    def windowed(self, windows: torch.Tensor) -> torch.Tensor:
        """Raw outputs [windows] of windows [windows, channels, 200]: matrices, as the paper writes the network."""
        x = windows.flatten(1)
        for layer in self.dense[:4]:
            x = functional.linear(x, layer.weight.flatten(1), layer.bias).relu()
        return functional.linear(x, self.dense[4].weight.flatten(1), self.dense[4].bias).squeeze(1)


NETWORKS = {"cnn": Cnn, "dnn": Dnn}


# --- The bins ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Region:
    """Bases start..end of a chromosome, from 0, as bins first..last."""

    chromosome: str
    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> "Region":
        name, bases = text.rsplit(":", 1)
        start, end = (int(part.replace(",", "")) for part in bases.split("-"))
        return cls(name, start - 1, end)

    @property
    def text(self) -> str:
        """As the command line takes it."""
        return f"{self.chromosome}:{self.start + 1}-{self.end}"

    @property
    def bins(self) -> slice:
        return slice(self.start // BIN, -(-self.end // BIN))


def reads(options: argparse.Namespace, chromosome: str) -> np.ndarray:
    """Reads in each bin of a chromosome, a row a channel."""
    strands = [np.abs(bins(path, chromosome)["sum"]).astype("f4") for path in (options.plus, options.minus)]
    return np.stack(strands) if options.strands == "apart" else (strands[0] + strands[1])[None]


def log1p(counts: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """The network's input: ln(1 + reads), scaled to the depth the network knows (1 in training)."""
    return np.log1p(counts * np.float32(scale))


@dataclass
class Stretch:
    """A region's input with a margin around it, and its labels, NaN where nothing was assessed."""

    rows: np.ndarray
    target: np.ndarray
    margin: int
    left: int
    right: int

    def tile(self, first: int, count: int, reverse: bool) -> tuple[np.ndarray, np.ndarray]:
        """Input with its halo and labels of `count` bins from bin `first` on; reversed the strands change places."""
        at = first + self.margin
        at_end = self.margin + len(self.target)
        padded = np.full(at_end + self.margin, np.nan, dtype="f4")
        padded[self.margin : at_end] = self.target
        target = padded[at : at + count]
        at += self.left
        if not reverse:
            return self.rows[:, at - self.left : at + count + self.right], target
        # The network looks further left than right: mirrored, the halo's long side is on the right.
        return self.rows[::-1, at - self.right : at + count + self.left][:, ::-1], target[::-1]


def stretches(options: argparse.Namespace, regions: list[Region], margin: int) -> list[Stretch]:
    """Inputs and labels of a part."""
    found = []
    network = NETWORKS[options.architecture]
    for region in regions:
        counts = reads(options, region.chromosome)
        target = touched(options.target, region.chromosome, counts.shape[1])
        if options.exclude:
            target[touched(options.exclude, region.chromosome, counts.shape[1]) > 0] = np.nan
        silent = network.left + margin
        rows = np.pad(log1p(counts), ((0, 0), (silent, silent)))
        here = region.bins
        here = slice(here.start, min(here.stop, counts.shape[1]))
        found.append(Stretch(rows[:, here.start : here.stop + 2 * silent], target[here], margin, network.left, network.right))
    return found


# --- Training: the recipe of `nascape train` -----------------------------------------------------------------------------


def learning_rate(options: argparse.Namespace, done: float) -> float:
    """The rate after `done` (0 to 1) of the epochs: a half cosine down to a tenth."""
    return options.learning_rate * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * done)))


def batches(part: list[Stretch], options: argparse.Namespace, rng: np.random.Generator) -> list[list[tuple]]:
    """The tiles of an epoch in random order, each region cut from a random bin on, half of the tiles reversed."""
    tiles = []
    for stretch in part:
        offset = int(rng.integers(options.tile_bins))
        for first in range(-offset, len(stretch.target), options.tile_bins):
            if not np.isnan(stretch.target[max(first, 0) : first + options.tile_bins]).all():
                tiles.append((stretch, first, bool(rng.integers(2))))
    order = rng.permutation(len(tiles))
    steps = range(0, len(tiles), options.batch_tiles)
    return [[tiles[i] for i in order[at : at + options.batch_tiles]] for at in steps]


def assess(network: Cnn | Dnn, part: list[Stretch], device: str) -> tuple[float, float, float]:
    """Mean loss, AUPRC and AUROC over a part."""
    outputs, targets = [], []
    network.eval()
    with torch.no_grad():
        for stretch in part:
            rows, target = stretch.tile(0, len(stretch.target), reverse=False)
            outputs.append(network(torch.tensor(rows[None].copy(), device=device))[0].cpu())
            targets.append(torch.tensor(target))
    network.train()
    z, target = torch.cat(outputs).double(), torch.cat(targets).double()
    ok = ~target.isnan()
    score, positive = z[ok].numpy(), target[ok].numpy() > 0
    loss = network.loss(network.loss_sum(z[ok], target[ok]) / ok.sum()).item()
    return loss, average_precision_score(positive, score), roc_auc_score(positive, score)


def is_better(loss: float, best_loss: float) -> bool:
    """Which epoch is kept: the one with the lowest validation loss."""
    return loss < best_loss


def train(options: argparse.Namespace, seed: int, parts: dict[str, list[Stretch]]) -> dict[str, float]:
    """Trains a network and gives the best epoch's figures."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = NETWORKS[options.architecture](2 if options.strands == "apart" else 1)
    mean = float(np.nanmean(np.concatenate([stretch.target for stretch in parts["train"]])))
    nn.init.constant_(network.last.bias, network.first_guess(mean))
    network.to(options.device)
    adam = torch.optim.Adam(network.parameters(), lr=options.learning_rate)
    best = {"epoch": 0, "loss": math.inf}
    weights = {}
    seconds = []
    for epoch in range(1, options.epochs + 1):
        started, loss_sum, count = time.perf_counter(), 0.0, 0
        steps = batches(parts["train"], options, rng)
        for step, batch in enumerate(steps):
            for group in adam.param_groups:
                group["lr"] = learning_rate(options, (epoch - 1 + step / len(steps)) / options.epochs)
            tiles = [stretch.tile(first, options.tile_bins, reverse) for stretch, first, reverse in batch]
            x, target = (torch.tensor(np.stack(arrays), device=options.device) for arrays in zip(*tiles, strict=True))
            assessed = ~target.isnan()
            loss = network.loss(network.loss_sum(network(x)[assessed], target[assessed]) / assessed.sum())
            adam.zero_grad()
            loss.backward()
            adam.step()
            loss_sum, count = loss_sum + loss.item(), count + 1
        seconds.append(time.perf_counter() - started)
        loss, auprc, _ = assess(network, parts["validation"], options.device)
        print(
            f"seed {seed}  epoch {epoch:>3}  loss {loss_sum / count:.5f}  validation loss {loss:.5f}"
            f"  AUPRC {auprc:.3f}  {seconds[-1]:.2f} s",
            flush=True,
        )
        if is_better(loss, best["loss"]):
            best = {"epoch": epoch, "loss": loss, "validation AUPRC": auprc}
            weights = {name: value.clone() for name, value in network.state_dict().items()}
        if epoch - best["epoch"] >= options.patience:
            break
    if not weights:
        sys.exit(f"seed {seed}: the training diverged. Choose a lower --learning-rate.")
    network.load_state_dict(weights)
    _, auprc, auroc = assess(network, parts["test"], options.device)
    return best | {"test AUPRC": auprc, "test AUROC": auroc, "seconds an epoch": float(np.median(seconds))}


def ours(options: argparse.Namespace, seed: int) -> dict[str, float]:
    """The figures of `nascape train` with the same options."""
    words = ["--plus", options.plus, "--minus", options.minus, "--target", f"H3K4me3={options.target}"]
    words += ["--architecture", options.architecture, "--strands", options.strands, "--seed", seed]
    words += [word for name in SCHEDULE for word in (f"--{name.replace('_', '-')}", getattr(options, name))]
    for part in PARTS:
        words += [word for region in getattr(options, part) for word in (f"--{part}", region.text)]
    if options.exclude:
        words += ["--exclude", options.exclude]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        card = json.loads(nascape("train", *words, "--json", "--output", Path(folder) / "ours"))
        seconds = time.perf_counter() - started
    [target], training = card["targets"], card["training"]
    best = training["epochs"][training["best_epoch"] - 1]
    return {
        "epoch": training["best_epoch"],
        "loss": best["validation_loss"],
        "validation AUPRC": target["validation"]["auprc"],
        "test AUPRC": target["test"]["auprc"],
        "test AUROC": target["test"]["auroc"],
        "seconds an epoch": seconds / len(training["epochs"]),
    }


def train_all(options: argparse.Namespace) -> None:
    """Trains a network a seed, and ours beside it, and prints the table."""
    parts = {
        "train": stretches(options, options.train, options.tile_bins),
        "validation": stretches(options, options.validation, 0),
        "test": stretches(options, options.test, 0),
    }
    found = [train(options, seed, parts) for seed in options.seed]
    nascapes = [ours(options, seed) for seed in options.seed]
    names = list(found[0])
    print("\n| seed | " + " | ".join(names) + " |\n|" + " --- |" * (len(names) + 1))
    line = lambda label, row: print(f"| {label} | " + " | ".join(f"{row[name]:.4g}" for name in names) + " |")  # noqa: E731
    for who, rows in (("PyTorch", found), ("Nascape", nascapes)):
        for seed, row in zip(options.seed, rows, strict=True):
            line(f"{who}, {seed}", row)
        line(f"{who}, mean", {name: np.mean([row[name] for row in rows]) for name in names})


# --- The weights of a bundle, window by window ---------------------------------------------------------------------------


def windowed_outputs(
    bundle: Path, options: argparse.Namespace, chromosome: str, chosen: np.ndarray, dtype: torch.dtype
) -> np.ndarray:
    """The raw outputs of bins of a chromosome by the windowed network with a bundle's weights."""
    card = json.loads((bundle / "model.json").read_text())
    channels = [channel["strand"] for channel in card["input"]["channels"]]
    assert all(channel["bins"] == 1 for channel in card["input"]["channels"]) and not card["both_directions"]
    options.strands = {("both",): "summed", ("plus", "minus"): "apart"}[tuple(channels)]
    settings = [card["architecture"]["units"]] if card["architecture"]["name"] == "dnn" else []
    network = NETWORKS[card["architecture"]["name"]](len(channels), *settings)
    network.load_state_dict(load_file(bundle / "weights.safetensors"))
    network.to(dtype).eval()
    scale = card["reads_per_kb"] / reads_per_kb(options.plus, options.minus)
    rows = np.pad(log1p(reads(options, chromosome), scale), ((0, 0), (network.left, network.window)))
    outputs = []
    with torch.no_grad():
        for some in np.array_split(chosen, max(1, len(chosen) // 128)):
            windows = np.stack([rows[:, i : i + network.window] for i in some])  # the window of bin i
            outputs.append(network.windowed(torch.tensor(windows, dtype=dtype)))
    return torch.cat(outputs).double().numpy()


def compare_weights(options: argparse.Namespace) -> None:
    """Windowed PyTorch against dense Nascape."""
    with pyBigWig.open(str(options.plus)) as file:
        chromosome = next(name for name in file.chroms() if file.intervals(name))
    with tempfile.TemporaryDirectory() as folder:
        strands = ["--plus", options.plus, "--minus", options.minus]
        nascape("impute", *strands, "--model", options.weights, "--region", chromosome, "--output", folder)
        [path] = Path(folder).glob("*.bw")
        imputed = track(path, chromosome)
    busy = np.flatnonzero(reads(options, chromosome).sum(axis=0))
    rng = np.random.default_rng(options.seed[0])
    ends = [*range(100), *range(len(imputed) - 100, len(imputed))]
    chosen = np.unique([*ends, *rng.integers(0, len(imputed), 1_000), *rng.choice(busy, 1_000)])
    expected = windowed_outputs(options.weights, options, chromosome, chosen, torch.float64)
    in_32_bits = windowed_outputs(options.weights, options, chromosome, chosen, torch.float32)
    logistic = json.loads((options.weights / "model.json").read_text())["targets"][0]["output"] == "logistic"
    found = imputed[chosen].astype(np.float64)
    # The network's own output: the logistic function after it would magnify rounding where scores are tiny.
    found = np.log(found) - np.log1p(-found) if logistic else found
    off = lambda outputs: np.abs(outputs - expected) / np.maximum(np.abs(expected), 1)  # noqa: E731
    worst = int(off(found).argmax())
    print(
        f"{len(chosen)} bins of {chromosome}, outputs {expected.min():.3g} to {expected.max():.3g}\n"
        f"largest relative difference from PyTorch's windowed network in 64 bits: Nascape {off(found)[worst]:.2g} "
        f"(bin {chosen[worst]}: {found[worst]:.8g} and {expected[worst]:.8g}), PyTorch in 32 bits {off(in_32_bits).max():.2g}"
    )
    if not off(found)[worst] <= 1e-5:
        sys.exit("Nascape's dense network and the windowed one differ by more than 1e-5.")


def parse() -> argparse.Namespace:
    """The options, named as those of `nascape train` and with its defaults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--plus", type=Path)
    add("--minus", type=Path)
    add("--architecture", choices=list(NETWORKS), default="cnn")
    add("--weights", type=Path, metavar="BUNDLE", help="compare a bundle's weights with nascape impute, and train nothing")
    add("--target", metavar="MARK=FILE", help="peaks")
    add("--exclude", type=Path, metavar="BED")
    for part in ("train", "validation", "test"):
        add(f"--{part}", type=Region.parse, action="append", default=[], metavar="REGION")
    add("--strands", choices=["summed", "apart"], default="summed")
    for name, default in SCHEDULE.items():
        add(f"--{name.replace('_', '-')}", type=type(default), default=default)
    add("--seed", type=int, nargs="+", default=[1])
    add("--threads", type=int, help="of PyTorch [default: all cores]")
    add("--device", default="cpu", help="PyTorch's name of it, such as cuda")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    options.plus = options.plus or data(f"{K562}.PROseq.plus.bw")
    options.minus = options.minus or data(f"{K562}.PROseq.minus.bw")
    options.target = Path(options.target.split("=", 1)[1]) if options.target else data(f"{K562}.H3K4me3.peaks.bed")
    for part, regions in PARTS.items():
        if not getattr(options, part):
            setattr(options, part, [Region.parse(region) for region in regions])
    return options


if __name__ == "__main__":
    chosen_options = parse()
    compare_weights(chosen_options) if chosen_options.weights else train_all(chosen_options)
