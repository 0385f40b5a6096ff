"""Sampling in PyTorch with a static cache and one captured graph a step: every sequence runs to its full length, ends are ignored.

python3 generate.py [--repeats 3]
One JSON line a case of cases.json: milliseconds of everything, the prompts' reading included; new tokens a second, and of decoding alone.
"""
import argparse
import gc
import time

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

import model as models
from timing import device_line, phase_cases, report_phase


TEMPERATURE = 0.7


def run(case, repeats):
    sequences, prompt, new = case["sequences"], case["prompt"], case["new"]
    length = prompt + new
    policy = models.create(case["model"], length).requires_grad_(False)
    shape = policy.shape
    caches = [tuple(torch.zeros(sequences, shape.kv_heads, length, shape.head_dim, device="cuda", dtype=torch.bfloat16) for _ in range(2)) for _ in range(shape.layers)]
    position = torch.zeros(1, dtype=torch.long, device="cuda")
    mask = torch.zeros(1, 1, 1, length, dtype=torch.bool, device="cuda")
    token = torch.zeros(sequences, 1, dtype=torch.long, device="cuda")
    places = torch.arange(length, device="cuda")

    def step():
        mask.copy_((places <= position).view(1, 1, 1, -1))
        logits = policy.step(token, position, caches, mask).float()
        weights = torch.softmax(logits / TEMPERATURE, -1)
        drawn = (weights / torch.empty_like(weights).exponential_(1)).argmax(-1, keepdim=True)
        logp = logits.gather(-1, drawn) - torch.logsumexp(logits, -1, keepdim=True)
        token.copy_(drawn)
        position.add_(1)
        return logp

    def read_prompts(ids):
        # The logits of the prompts are not needed, only their keys and values.
        x = policy.embedding(ids)
        at = torch.arange(prompt, device="cuda")
        cos, sin = policy.cos[at].to(x.dtype), policy.sin[at].to(x.dtype)
        triangle = (places[None, :] <= at[:, None]).view(1, 1, prompt, length)
        for block, cache in zip(policy.blocks, caches):
            x = block(x, cos, sin, cache, at, triangle)

    compiled = torch.compile(step, mode="max-autotune-no-cudagraphs", fullgraph=True)
    with torch.no_grad(), sdpa_kernel([SDPBackend.CUDNN_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH], set_priority=True):
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                compiled()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            compiled()
        whole, decoding = [], []
        for _ in range(repeats):
            ids = torch.randint(shape.vocabulary, (sequences, prompt), device="cuda")
            torch.cuda.synchronize()
            begin = time.perf_counter()
            read_prompts(ids)
            position.fill_(prompt)
            torch.cuda.synchronize()
            read = time.perf_counter()
            for _ in range(new):
                graph.replay()
            torch.cuda.synchronize()
            end = time.perf_counter()
            whole.append(end - begin)
            decoding.append(end - read)
    tokens = sequences * new
    report_phase("generate", case, "static cache, graph", [1e3 * t for t in whole], tokens_per_second=tokens / sorted(whole)[len(whole) // 2],
                 decode_tokens_per_second=tokens / sorted(decoding)[len(decoding) // 2], memory_peak_bytes=torch.cuda.max_memory_allocated())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    device_line()
    for case in phase_cases("generate"):
        run(case, options.repeats)
        gc.collect()
        torch.compiler.reset()
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
