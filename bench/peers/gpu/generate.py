"""Sampling in PyTorch with a static cache and one captured graph a step: every sequence runs to its full length, ends are ignored.

python3 generate.py --model smollm2-135m --sequences 512 [--prompt 256] [--new 300]
One JSON line: new tokens a second with the prompts' reading included, and of decoding alone.
"""
import argparse
import json
import time

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

import model as models
from timing import device_line


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=models.SHAPES, default="smollm2-135m")
    parser.add_argument("--sequences", type=int, default=512)
    parser.add_argument("--prompt", type=int, default=256)
    parser.add_argument("--new", type=int, default=300)
    parser.add_argument("--temperature", type=float, default=0.7)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    length = options.prompt + options.new
    policy = models.create(options.model, length).requires_grad_(False)
    shape = policy.shape
    caches = [tuple(torch.zeros(options.sequences, shape.kv_heads, length, shape.head_dim, device="cuda", dtype=torch.bfloat16) for _ in range(2)) for _ in range(shape.layers)]
    position = torch.zeros(1, dtype=torch.long, device="cuda")
    mask = torch.zeros(1, 1, 1, length, dtype=torch.bool, device="cuda")
    token = torch.zeros(options.sequences, 1, dtype=torch.long, device="cuda")
    places = torch.arange(length, device="cuda")

    def step():
        mask.copy_((places <= position).view(1, 1, 1, -1))
        logits = policy.step(token, position, caches, mask).float()
        weights = torch.softmax(logits / options.temperature, -1)
        drawn = (weights / torch.empty_like(weights).exponential_(1)).argmax(-1, keepdim=True)
        logp = logits.gather(-1, drawn) - torch.logsumexp(logits, -1, keepdim=True)
        token.copy_(drawn)
        position.add_(1)
        return logp

    def read_prompts(ids):
        # The logits of the prompts are not needed, only their keys and values.
        x = policy.embedding(ids)
        at = torch.arange(options.prompt, device="cuda")
        cos, sin = policy.cos[at].to(x.dtype), policy.sin[at].to(x.dtype)
        triangle = (places[None, :] <= at[:, None]).view(1, 1, options.prompt, length)
        for block, cache in zip(policy.blocks, caches):
            x = block(x, cos, sin, cache, at, triangle)

    compiled = torch.compile(step, mode="max-autotune-no-cudagraphs", fullgraph=True)
    with torch.no_grad(), sdpa_kernel([SDPBackend.CUDNN_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]):
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                compiled()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            compiled()
        whole, decoding = [], []
        for _ in range(options.repeats):
            ids = torch.randint(shape.vocabulary, (options.sequences, options.prompt), device="cuda")
            torch.cuda.synchronize()
            begin = time.perf_counter()
            read_prompts(ids)
            position.fill_(options.prompt)
            torch.cuda.synchronize()
            read = time.perf_counter()
            for _ in range(options.new):
                graph.replay()
            torch.cuda.synchronize()
            end = time.perf_counter()
            whole.append(end - begin)
            decoding.append(end - read)
    new = options.sequences * options.new
    device_line()
    print(json.dumps({"phase": "generate", **vars(options), "tokens_per_second": new / sorted(whole)[len(whole) // 2], "decode_tokens_per_second": new / sorted(decoding)[len(decoding) // 2],
                      "memory_peak_bytes": torch.cuda.max_memory_allocated()}))


if __name__ == "__main__":
    main()
