"""Timing and output that all peers share: device time by events, one JSON line a case."""
import json
import pathlib
import statistics
import sys

import torch

FLUSH_BYTES = 256 << 20  # more than the second-level cache of any card so far


def time_ms(run, repeats=20, warmup=3):
    """Milliseconds of run() on the device: (cold median, batch median, spread). Cold: the second-level cache is flushed before each call.
    Batch: calls one after the other. Spread: half the distance of the quartiles of the cold times, as a share of their median."""
    flush = torch.empty(FLUSH_BYTES, dtype=torch.int8, device="cuda")
    for _ in range(warmup):
        run()
    torch.cuda.synchronize()
    cold = []
    for _ in range(repeats):
        flush.zero_()
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        run()
        end.record()
        torch.cuda.synchronize()
        cold.append(begin.elapsed_time(end))
    batches = []
    for _ in range(3):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        for _ in range(repeats):
            run()
        end.record()
        torch.cuda.synchronize()
        batches.append(begin.elapsed_time(end) / repeats)
    quartiles = statistics.quantiles(cold, n=4)
    middle = statistics.median(cold)
    return middle, statistics.median(batches), (quartiles[2] - quartiles[0]) / 2 / middle


def report(op, case, variant, run, bytes_moved=0, flops=0, out=sys.stdout):
    """Times run() and writes its line. bytes_moved and flops are those of the operation itself, whatever the implementation moves."""
    cold, batch, spread = time_ms(run)
    line = {"op": op, "case": case, "variant": variant, "cold_ms": cold, "batch_ms": batch, "spread": spread}  # what PeerFile of Spa.Benchmarks reads
    if bytes_moved:
        line["gigabytes_per_second"] = bytes_moved / cold / 1e6
    if flops:
        line["teraflops"] = flops / cold / 1e9
    print(json.dumps(line), file=out, flush=True)
    return line


def device_line(out=sys.stdout):
    """What machine and versions the figures are of."""
    properties = torch.cuda.get_device_properties(0)
    print(json.dumps({"device": properties.name, "multiprocessors": properties.multi_processor_count, "memory": properties.total_memory, "torch": torch.__version__, "cuda": torch.version.cuda}), file=out, flush=True)


def phase_cases(op):
    """The cases of a whole phase."""
    return json.loads((pathlib.Path(__file__).parent / "cases.json").read_text())[op]


def report_phase(op, case, variant, milliseconds, out=sys.stdout, **more):
    """Writes the line of a phase from the times of its calls, which are too long to flush a cache for."""
    quartiles = statistics.quantiles(milliseconds, n=4)
    median = statistics.median(milliseconds)
    line = {"op": op, "case": case, "variant": variant, "batch_ms": median, "spread": (quartiles[2] - quartiles[0]) / 2 / median, **more}
    print(json.dumps(line), file=out, flush=True)
