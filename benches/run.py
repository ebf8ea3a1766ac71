"""Our engine beside the peers, in one run: prints a table of ratios and writes it to benches/RESULTS.md.

usage: run.py PROGRAM ENGINE [PART...]

PROGRAM is the built `nascape`, ENGINE the built example `engine`; parts are compute, signal, program and genome, all of them when
none is named. Reads come from NASCAPE_DATA; NASCAPE_GENOME may name a folder with a simulated genome.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyBigWig
import torch
import xgboost

import peers

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ["NASCAPE_DATA"])
K562 = [DATA / f"k562-chr21-hg19/K562.PROseq.{strand}.bw" for strand in ("plus", "minus")]
GENOME_PAIR = [DATA / f"formats/whole-genome.PROseq.hg38.{strand}.bw" for strand in ("plus", "minus")]
CHR21 = "chr21"
ROUNDS = 5
CORES = os.cpu_count() or 1
THREADS = sorted({1, CORES})
PIECES = [1 << 13, 1 << 15, 1 << 17]  # bins that PyTorch may run at a time
TILES, TILE, STEPS = 4, 2_048, 20  # as examples/engine.rs trains
WINDOWS = 1_000  # bins that PyTorch runs windowed

# A process's peak memory counts from that of its parent: the program's parent must be a small one, without PyTorch.
MEASURE = """
import os, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""

PROGRAM, ENGINE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
Work = Callable[[], float]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def engine(threads: int, *arguments: object) -> list[float]:
    """The seconds that a call of our engine tells."""
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    run = subprocess.run([ENGINE, *map(str, arguments)], env=environment, check=True, capture_output=True, text=True)
    return [float(line) for line in run.stdout.split()]


def impute(output: Path, *arguments: object, threads: int = CORES) -> tuple[float, float, int]:
    """Seconds, processor seconds and peak memory in MB of a whole command."""
    command = [PROGRAM, "impute", *map(str, arguments), "--output", str(output), "--threads", str(threads), "--quiet"]
    run = subprocess.run([sys.executable, "-S", "-c", MEASURE, *command], check=True, capture_output=True, text=True)
    taken, busy, memory = run.stdout.split()[-3:]
    return float(taken), float(busy), int(memory) // 1024


def side_by_side(works: dict[str, Work], rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of each, run in turn."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(work())
    return {name: statistics.median(taken) for name, taken in times.items()}


class Table:
    """Lines of results, printed as they come."""

    def __init__(self) -> None:
        self.sections: list[str] = []

    def section(self, title: str, heads: list[str]) -> None:
        self.sections.append(f"\n## {title}\n\n| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
        print(self.sections[-1], flush=True)

    def line(self, *cells: object) -> None:
        self.sections[-1] += f"\n| {' | '.join(map(str, cells))} |"
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


def number(value: float) -> str:
    """Three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def best_piece(work: Callable[[int], object]) -> int:
    """The piece that PyTorch is fastest with."""
    work(PIECES[0])
    return min(PIECES, key=lambda piece: seconds(lambda: work(piece)))


def compute(table: Table) -> None:
    plus, minus = (peers.counts(path, CHR21) for path in K562)
    reads_per_kb = (plus.sum() + minus.sum()) / (len(plus) * 0.05)
    bins = len(plus)
    table.section(
        f"Numbers from reads in memory: chr21, {bins:,} bins", ["what", "threads", "Nascape, s", "peer, s", "peer", "times as fast", "goal"]
    )

    def line(what: str, threads: int, ours: float, theirs: float, peer: str, goal: str) -> None:
        table.line(what, threads, number(ours), number(theirs), peer, f"**{number(theirs / ours)}**", goal)

    for threads in THREADS:
        torch.set_num_threads(threads)
        for what, bundle, goal in [
            ("the paper's CNN", "H3K4me3.cnn", "6"),
            ("dense network", "H3K4me3.dnn", "2"),
            ("U-Net, both directions", "H3K4me3.nascape", "2"),
        ]:
            folder = ROOT / "models" / bundle
            dense = peers.network(folder, plus, minus, reads_per_kb)
            piece = best_piece(dense)
            works = {
                "ours": lambda: engine(threads, "predict", folder, *K562, CHR21)[0],
                "dense": lambda: seconds(lambda: dense(piece)),
                "whole": lambda: seconds(lambda: dense(1 << 30)),
            }
            if bundle == "H3K4me3.cnn":
                windowed = peers.network(folder, plus, minus, reads_per_kb, windowed=True)
                works["windowed"] = lambda: seconds(lambda: windowed(WINDOWS))
            medians = side_by_side(works)
            line(what, threads, medians["ours"], medians["dense"], f"PyTorch, dense, {piece:,} bins at a time", goal)
            line(what, threads, medians["ours"], medians["whole"], "PyTorch, dense, the chromosome at once", "")
            if "windowed" in medians:
                whole = medians["windowed"] / WINDOWS * bins
                line(what, threads, medians["ours"], whole, f"PyTorch, windowed ({WINDOWS:,} bins, scaled up)", "4,000")
        folder = ROOT / "models/H3K4me3.cnn"
        train = peers.training(folder, plus, minus, reads_per_kb, TILES, TILE)
        train(1)
        medians = side_by_side(
            {"ours": lambda: engine(threads, "train", folder, *K562, CHR21)[0] / STEPS, "theirs": lambda: seconds(lambda: train(STEPS)) / STEPS}
        )
        what = f"training step of the paper's CNN, {TILES} tiles of {TILE:,} bins"
        line(what, threads, medians["ours"], medians["theirs"], "PyTorch, tiles ready-made", "1")
        with tempfile.TemporaryDirectory() as folder:
            forest = Path(folder) / "forest.ubj"
            rows = peers.matrix(plus, minus)
            booster = peers.booster(forest, rows, rows[:, 95:105].sum(axis=1) > 8)
            booster.set_param({"nthread": threads})
            medians = side_by_side(
                {
                    "ours": lambda: engine(threads, "forest", forest, *K562, CHR21)[0],
                    "inplace": lambda: seconds(lambda: booster.inplace_predict(rows)),
                    "matrix": lambda: seconds(lambda: booster.predict(xgboost.DMatrix(rows, nthread=threads))),
                },
                rounds=3,
            )
            what = "100 trees of depth 6, 200 columns"
            line(what, threads, medians["ours"], medians["inplace"], "XGBoost's inplace_predict, ready-made matrix", "3")
            line(what, threads, medians["ours"], medians["matrix"], "XGBoost's predict with its DMatrix", "")


def signal(table: Table) -> None:
    table.section("Files", ["what", "threads", "Nascape, s", "peer, s", "peer", "times as fast", "goal"])

    def lines(what: str, threads: int, ours: Work, works: dict[str, tuple[Work, str]], once: dict[str, tuple[Work, str]]) -> None:
        medians = side_by_side({"ours": ours} | {peer: work for peer, (work, _) in works.items()})
        goals = {peer: goal for peer, (_, goal) in (works | once).items()}
        medians |= side_by_side({peer: work for peer, (work, _) in once.items()}, rounds=1)
        for peer, goal in goals.items():
            ratio = f"**{number(medians[peer] / medians['ours'])}**"
            table.line(what, threads, number(medians["ours"]), number(medians[peer]), peer, ratio, goal)

    with pyBigWig.open(str(GENOME_PAIR[0])) as file:
        chromosomes = list(file.chroms())
    for threads in THREADS:
        both = lambda work: sum(seconds(lambda path=path: work(path)) for path in K562)  # noqa: E731
        lines(
            "chr21 in bins, both strands",
            threads,
            lambda: engine(threads, "bin", *K562)[0],
            {
                "bigtools' values": (lambda: engine(threads, "bin-values", *K562)[0], "1.5"),
                "pyBigWig's values and NumPy": (lambda: both(lambda path: peers.bin_by_values(path, [CHR21])), "10"),
            },
            {"pyBigWig's stats(exact), once": (lambda: both(lambda path: peers.bin_by_stats(path, CHR21)), "100")},
        )
        if threads == CORES:
            lines(
                "a genome in bins, both strands",
                threads,
                lambda: engine(threads, "bin", *GENOME_PAIR)[0],
                {},
                {
                    "bigtools' values, once": (lambda: engine(threads, "bin-values", *GENOME_PAIR)[0], "1.5"),
                    "pyBigWig's values and NumPy, once": (
                        lambda: sum(seconds(lambda path=path: peers.bin_by_values(path, chromosomes)) for path in GENOME_PAIR),
                        "10",
                    ),
                },
            )
        with tempfile.TemporaryDirectory() as folder:
            impute(Path(folder), "--plus", K562[0], "--minus", K562[1], "--model", "H3K4me3.cnn")
            track, out = Path(folder) / "H3K4me3.bw", Path(folder) / "out.bw"
            lines(
                "a track of chr21 into a bigWig",
                threads,
                lambda: engine(threads, "write", track, out)[0],
                {"bigtools, from bedGraph": (lambda: engine(threads, "write-bedgraph", track, out)[0], "1")},
                {},
            )


def program(table: Table) -> None:
    table.section("The program, start to end: chr21 of K562 from bigWig files to closed bigWigs", ["what", "threads", "s", "goal, s"])
    pair = ["--plus", K562[0], "--minus", K562[1]]
    for threads in THREADS:
        with tempfile.TemporaryDirectory() as folder:
            timed = lambda *more: lambda: impute(Path(folder), *pair, *more, threads=threads)[0]  # noqa: E731
            medians = side_by_side({"cnn": timed("--model", "H3K4me3.cnn"), "defaults": timed()})
        table.line("`nascape impute`, one mark by the CNN", threads, number(medians["cnn"]), "1" if threads == CORES else "")
        goal = "3" if threads == CORES else ""
        table.line("`nascape impute`, four marks by the default bundles", threads, number(medians["defaults"]), goal)
    table.section("A view of 100 kb, four marks by the default bundles, in process", ["what", "threads", "ms", "goal, ms"])
    for threads in THREADS:
        runs = [engine(threads, "tile", *K562, CHR21) for _ in range(ROUNDS)]
        first = statistics.median(run[0] for run in runs)
        moved = statistics.median(view for run in runs for view in run[1:])
        table.line("the first: open files and bundles, measure the depth, impute", threads, number(first * 1e3), "150")
        table.line("moved by a quarter", threads, number(moved * 1e3), "30")


def genome(table: Table) -> None:
    table.section(
        "`nascape impute` on a simulated genome (hg38, 50 M reads), four tracks by the CNN",
        ["chromosomes", "bins", "s", "processor, s", "M bins a processor second and track", "peak memory, MB", "goal, MB"],
    )
    made = os.environ.get("NASCAPE_GENOME")
    with tempfile.TemporaryDirectory() as folder:
        assay = Path(made or Path(folder) / "genome")
        if not made:
            subprocess.run([PROGRAM, "simulate", "--reads", "50000000", "--output", assay, "--quiet"], check=True)
        pair = ["--plus", assay / "simulated.plus.bw", "--minus", assay / "simulated.minus.bw"]
        models = [argument for _ in range(4) for argument in ("--model", "H3K4me3.cnn")]
        for names in (["chr8"], ["chr8", "chr1", "chr21", "chr13"], []):
            regions = [argument for name in names for argument in ("--region", name)]
            wall, busy, memory = impute(Path(folder) / "imputed", *pair, *models, *regions)
            bins = sum(bins_of(Path(folder) / "imputed/run.json"))
            rate = number(4 * bins / busy / 1e6)
            table.line(len(names) or "all (24)", f"{bins:,}", number(wall), number(busy), rate, f"{memory:,}", "1,024")


def bins_of(record: Path) -> list[int]:
    """Bins of each region of a run."""
    spans = [region.split(":")[1].replace(",", "").split("-") for region in json.loads(record.read_text())["regions"]]
    return [-(-int(last) // 50) - (int(first) - 1) // 50 for first, last in spans]


def machine() -> str:
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.processor())
    with open("/proc/cpuinfo") as info:
        flags = info.read()
    simd = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = f"PyTorch {torch.__version__}, XGBoost {xgboost.__version__}, pyBigWig {pyBigWig.__version__}"
    return f"{model}, {CORES} cores, {simd}, {memory:.0f} GB; {platform.system()}, Python {platform.python_version()}, {versions}."


def main() -> None:
    parts = {"compute": compute, "signal": signal, "program": program, "genome": genome}
    wanted = sys.argv[3:] or list(parts)
    table = Table()
    before = os.getloadavg()
    for part in wanted:
        parts[part](table)
    loads = f"Load before {before[0]:.1f}, after {os.getloadavg()[0]:.1f} (the benchmark's own included)."
    head = f"# Results\n\nWritten by `make bench`: medians of {ROUNDS} alternating runs.\n\n{machine()} {loads}\n"
    if set(wanted) == set(parts):
        (ROOT / "benches/RESULTS.md").write_text(head + "\n".join(table.sections) + "\n")


if __name__ == "__main__":
    main()
