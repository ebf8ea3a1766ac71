"""The paper's convolutional network in PyTorch, trained on the same bins by the same recipe: is Nascape as good as its twin?

    twin.py --plus p.bw --minus m.bw --target H3K4me3=peaks.bed --train chr21:1-30,000,000 \\
        --validation chr21:30,000,001-35,000,000 --test chr21:35,000,001-48,129,895 --seed 1 2 3

trains a network a seed and prints its epochs, their seconds, and the test part's AUPRC and AUROC; every option but --device
means what it means to `nascape train`. Seconds tell little on a machine with other work: PyTorch's threads wait for each other
busily, so compare them with --threads 1, or on an idle machine.

    twin.py --plus p.bw --minus m.bw --weights BUNDLE

runs the bundle's weights through the windowed network (real poolings, one window of 2,561 bins at a time) at 2,000 random bins
and at both chromosome ends, and holds them against the bigWig of `nascape impute` (environment variable NASCAPE).
"""

import argparse
import json
import math
import sys
import tempfile
import time
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
from cli import nascape

FILTERS, TAPS, CONVOLUTIONS, DENSE_TAPS = 16, 5, 7, 32
WINDOW = 2_561
LEFT = WINDOW // 2
REACH = 2_556  # what the poolings leave of the window
RIGHT = REACH - 1 - LEFT

# The defaults of `nascape train`.
SCHEDULE = {"epochs": 60, "patience": 40, "batch_tiles": 2, "tile_bins": 1_024, "learning_rate": 3e-3, "dropout": 0.1}


# --- The network ---------------------------------------------------------------------------------------------------------


class Cnn(nn.Module):
    """Seven convolutions with poolings by 2 between them and a dense layer, the same weights in a dense and a windowed form."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.convolution = nn.ModuleList(
            nn.Conv1d(FILTERS if layer else channels, FILTERS, TAPS) for layer in range(CONVOLUTIONS)
        )
        self.dense = nn.Conv1d(FILTERS, 1, DENSE_TAPS)
        for layer in [*self.convolution, self.dense]:
            fan_in = layer.in_channels * layer.kernel_size[0]
            # The dense layer is one output of all its inputs, as Keras counts.
            fan_out = 1 if layer is self.dense else FILTERS * TAPS
            bound = math.sqrt(6 / (fan_in + fan_out))
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.zeros_(layer.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Raw outputs [tiles, bins] of every bin at once for x [tiles, channels, bins + REACH - 1]."""
        for layer, conv in enumerate(self.convolution):
            d = 2**layer
            x = functional.conv1d(x, conv.weight, conv.bias, dilation=d).relu()
            if layer == 0:
                x = functional.dropout(x, self.dropout, self.training)
            if layer + 1 < CONVOLUTIONS:
                x = torch.maximum(x[..., :-d], x[..., d:])
        return functional.conv1d(x, self.dense.weight, self.dense.bias, dilation=2 ** (CONVOLUTIONS - 1)).squeeze(1)

    def windowed(self, windows: torch.Tensor) -> torch.Tensor:
        """Raw outputs [windows] of windows [windows, channels, 2,561], as the paper writes the network."""
        pool = nn.MaxPool1d(2)
        x = windows
        for layer, conv in enumerate(self.convolution):
            x = conv(x).relu()
            if layer + 1 < CONVOLUTIONS:
                x = pool(x)
        assert x.shape[1:] == (FILTERS, DENSE_TAPS)
        return functional.linear(x.flatten(1), self.dense.weight.flatten(1), self.dense.bias).squeeze(1)


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

    def tile(self, first: int, count: int, reverse: bool) -> tuple[np.ndarray, np.ndarray]:
        """Input with its halo and labels of `count` bins from bin `first` on; reversed the strands change places."""
        at = first + self.margin
        at_end = self.margin + len(self.target)
        padded = np.full(at_end + self.margin, np.nan, dtype="f4")
        padded[self.margin : at_end] = self.target
        target = padded[at : at + count]
        at += LEFT
        if not reverse:
            return self.rows[:, at - LEFT : at + count + RIGHT], target
        # The network looks further left than right: mirrored, the halo's long side is on the right.
        return self.rows[::-1, at - RIGHT : at + count + LEFT][:, ::-1], target[::-1]


def stretches(options: argparse.Namespace, regions: list[Region], margin: int) -> list[Stretch]:
    """Inputs and labels of a part."""
    found = []
    for region in regions:
        counts = reads(options, region.chromosome)
        target = touched(options.target, region.chromosome, counts.shape[1])
        if options.exclude:
            target[touched(options.exclude, region.chromosome, counts.shape[1]) > 0] = np.nan
        silent = LEFT + margin
        rows = np.pad(log1p(counts), ((0, 0), (silent, silent)))
        here = region.bins
        here = slice(here.start, min(here.stop, counts.shape[1]))
        found.append(Stretch(rows[:, here.start : here.stop + 2 * silent], target[here], margin))
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


def cross_entropy(z: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The sum over assessed bins."""
    assessed = ~target.isnan()
    return functional.binary_cross_entropy_with_logits(z[assessed], target[assessed], reduction="sum")


def assess(network: Cnn, part: list[Stretch], device: str) -> tuple[float, float, float]:
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
    score, positive = torch.sigmoid(z[ok]).numpy(), target[ok].numpy() > 0
    loss = cross_entropy(z, target).item() / int(ok.sum())
    return loss, average_precision_score(positive, score), roc_auc_score(positive, score)


def is_better(loss: float, best_loss: float) -> bool:
    """Which epoch is kept: the one with the lowest validation loss."""
    return loss < best_loss


def train(options: argparse.Namespace, seed: int, parts: dict[str, list[Stretch]]) -> dict[str, float]:
    """Trains a network and gives the best epoch's figures."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = Cnn(2 if options.strands == "apart" else 1, options.dropout).to(options.device)
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
            loss, assessed = cross_entropy(network(x), target), int((~target.isnan()).sum())
            adam.zero_grad()
            (loss / assessed).backward()
            adam.step()
            loss_sum, count = loss_sum + loss.item(), count + assessed
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


def train_all(options: argparse.Namespace) -> None:
    """Trains a network a seed and prints the table."""
    parts = {
        "train": stretches(options, options.train, options.tile_bins),
        "validation": stretches(options, options.validation, 0),
        "test": stretches(options, options.test, 0),
    }
    found = [train(options, seed, parts) for seed in options.seed]
    names = list(found[0])
    print("\n| seed | " + " | ".join(names) + " |\n|" + " --- |" * (len(names) + 1))
    line = lambda label, row: print(f"| {label} | " + " | ".join(f"{row[name]:.4g}" for name in names) + " |")  # noqa: E731
    for seed, row in zip(options.seed, found, strict=True):
        line(seed, row)
    line("mean", {name: np.mean([row[name] for row in found]) for name in names})


# --- The weights of a bundle, window by window ---------------------------------------------------------------------------


def windowed_outputs(
    bundle: Path, options: argparse.Namespace, chromosome: str, chosen: np.ndarray, dtype: torch.dtype
) -> np.ndarray:
    """The raw outputs of bins of a chromosome by the windowed network with a bundle's weights."""
    card = json.loads((bundle / "model.json").read_text())
    assert card["architecture"]["name"] == "cnn" and card["window_bins"] == WINDOW
    options.strands = card["input"]["strands"]
    network = Cnn(2 if options.strands == "apart" else 1, 0.0)
    network.load_state_dict(load_file(bundle / "weights.safetensors"))
    network.to(dtype).eval()
    scale = card["input"]["reads_per_kb"] / reads_per_kb(options.plus, options.minus)
    rows = np.pad(log1p(reads(options, chromosome), scale), ((0, 0), (LEFT, WINDOW)))
    outputs = []
    with torch.no_grad():
        for some in np.array_split(chosen, max(1, len(chosen) // 128)):
            windows = np.stack([rows[:, i : i + WINDOW] for i in some])  # bin i is the middle of its window
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
    logistic = json.loads((options.weights / "model.json").read_text())["output"] == "logistic"
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
    add("--plus", type=Path, required=True)
    add("--minus", type=Path, required=True)
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
    if not options.weights:
        if not (options.target and options.train and options.validation and options.test):
            parser.error("training needs --target, --train, --validation and --test")
        options.target = Path(options.target.split("=", 1)[1])
    return options


if __name__ == "__main__":
    chosen_options = parse()
    compare_weights(chosen_options) if chosen_options.weights else train_all(chosen_options)
