"""The built `nascape` and the real data, or a sentence that says what is missing."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


class Missing(Exception):
    """What a test needs and does not have."""


def nascape(*arguments: object, may_fail: bool = False) -> str:
    """Runs the built command line (environment variable NASCAPE) and gives its standard output."""
    program = os.environ.get("NASCAPE")
    if not program:
        raise Missing("Set NASCAPE to the built program, such as target/release/nascape.")
    if not Path(program).is_file():
        raise Missing(f"{program} (from NASCAPE) does not exist: build it with cargo build --release.")
    done = subprocess.run([program, "--quiet", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode and not may_fail:
        raise AssertionError(f"nascape {' '.join(map(str, arguments))}\nended with {done.returncode}: {done.stderr}")
    return done.stdout


def data(name: str) -> Path:
    """A file of the real data (folder NASCAPE_DATA, else ../shared/data)."""
    folder = Path(os.environ.get("NASCAPE_DATA", ROOT.parent / "shared" / "data"))
    path = folder / name
    if not path.is_file():
        raise Missing(f"{path} is absent: these tests need the real data. Set NASCAPE_DATA to their folder.")
    return path


def model() -> list[str]:
    """Arguments that choose the bundle: NASCAPE_MODEL where it is set, else the smallest shipped one, which does a genome in a minute."""
    return ["--model", os.environ.get("NASCAPE_MODEL", "H3K4me3.cnn")]


def binned(folder: Path, signal: Path, summary: str, *more: object) -> dict[str, np.ndarray]:
    """`nascape bin` to a .npy, parted by region string as --json tells."""
    output = folder / f"{signal.name}.{summary}.npy"
    told = json.loads(
        nascape("bin", "--json", "--signal", signal, "--summary", summary, "--output", output, *more)
    )
    values = np.load(output)
    output.unlink()
    counts = [stretch["bins"] for stretch in told["stretches"]]
    assert values.dtype == np.float32 and len(values) == sum(counts)
    parts = np.split(values, np.cumsum(counts)[:-1])
    return {stretch["region"]: part for stretch, part in zip(told["stretches"], parts, strict=True)}


def whole(name: str, length: int) -> str:
    """The region string of a whole chromosome."""
    return region(name, 0, length)


def region(name: str, start: int, end: int) -> str:
    """The region string of bases start..end, counted from 0."""
    return f"{name}:{start + 1:,}-{end:,}"
