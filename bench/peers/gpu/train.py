"""One DPO/SPA update in PyTorch: policy and reference forward, three log-probs on response rows, backward, clipping, fused AdamW.

python3 train.py --model smollm2-135m --pairs 16 --length 512 [--prompt 256] [--micro-batch 16] [--eager] [--extrapolate]
One JSON line: milliseconds an update (median), spread, tokens a second, model FLOP share of 989.4 TFLOP/s, peak memory.
"""
import argparse
import json
import statistics

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.checkpoint import checkpoint

import model as models
from timing import device_line

CHUNK_ROWS = 2048  # rows whose logits exist at once: the best of 1k to 8k at both vocabularies is a matter of a few percent
PEAK_FLOPS = 989.4e12


def chunk_logprobs(hidden, weight, labels):
    logits = (hidden @ weight.t()).float()
    return logits.gather(1, labels.unsqueeze(1)).squeeze(1) - torch.logsumexp(logits, 1)


def logprobs(hidden, weight, labels):
    """Log-probs of labels; a chunk's logits are made again in backward."""
    parts = [checkpoint(chunk_logprobs, h, weight, y, use_reentrant=False) for h, y in zip(hidden.split(CHUNK_ROWS), labels.split(CHUNK_ROWS))]
    return torch.cat(parts)


def extrapolated_logprobs(hidden, weight, reference_hidden, reference_weight, labels, strength=0.5):
    parts = []
    for h, r, y in zip(hidden.split(CHUNK_ROWS), reference_hidden.split(CHUNK_ROWS), labels.split(CHUNK_ROWS)):
        logits = (1 + strength) * (h @ weight.t()).float() - strength * (r @ reference_weight.t()).float()
        parts.append(logits.gather(1, y.unsqueeze(1)).squeeze(1) - torch.logsumexp(logits, 1))
    return torch.cat(parts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=models.SHAPES, default="smollm2-135m")
    parser.add_argument("--pairs", type=int, default=16)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--prompt", type=int, default=256)
    parser.add_argument("--micro-batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--extrapolate", action="store_true")
    options = parser.parse_args()

    policy = models.create(options.model, options.length)
    reference = models.create(options.model, options.length, seed=2).requires_grad_(False)
    shape = policy.shape
    # bfloat16 weights with float32 masters, as our default plan has them.
    masters = [p.detach().float().requires_grad_() for p in policy.parameters()]
    optimizer = torch.optim.AdamW(masters, lr=1e-6, fused=True)
    hidden = policy.hidden if options.eager else torch.compile(policy.hidden, mode="max-autotune-no-cudagraphs")
    reference_hidden = reference.hidden if options.eager else torch.compile(reference.hidden, mode="max-autotune-no-cudagraphs")

    generator = torch.Generator(device="cuda").manual_seed(3)
    response = options.length - options.prompt

    def batch():
        ids = torch.randint(shape.vocabulary, (2 * options.micro_batch, options.length), device="cuda", generator=generator)
        ids[1::2, : options.prompt] = ids[::2, : options.prompt]
        return ids

    def rows(h):
        return h[:, options.prompt - 1 : -1].reshape(-1, shape.hidden)

    def update():
        for _ in range(options.pairs // options.micro_batch):
            ids = batch()
            labels = ids[:, options.prompt :].reshape(-1)
            with torch.no_grad():
                reference_rows = rows(reference_hidden(ids))
                reference_logps = logprobs(reference_rows, reference.head.weight, labels)
            policy_rows = rows(hidden(ids))
            policy_logps = logprobs(policy_rows, policy.head.weight, labels)
            if options.extrapolate:
                with torch.no_grad():
                    extrapolated_logprobs(policy_rows, policy.head.weight, reference_rows, reference.head.weight, labels)
            sums = (policy_logps - reference_logps).view(-1, response).sum(1)
            loss = -torch.nn.functional.logsigmoid(options.beta * (sums[::2] - sums[1::2])).mean()
            (loss * options.micro_batch / options.pairs).backward()
        for master, parameter in zip(masters, policy.parameters()):
            master.grad = parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(masters, 1.0, foreach=True)
        optimizer.step()
        torch._foreach_copy_(list(policy.parameters()), [m.detach() for m in masters])

    with sdpa_kernel(SDPBackend.CUDNN_ATTENTION):
        for _ in range(3):
            update()
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        times = []
        for _ in range(options.steps):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            update()
            end.record()
            torch.cuda.synchronize()
            times.append(begin.elapsed_time(end))
    median = statistics.median(times)
    quartiles = statistics.quantiles(times, n=4)
    tokens = 2 * options.pairs * options.length
    attention = 2 * shape.heads * shape.head_dim * options.length * shape.layers * tokens
    flops = 8 * shape.parameters * tokens + 4.5 * attention
    device_line()
    print(json.dumps({"phase": "train", **vars(options), "ms": median, "spread": (quartiles[2] - quartiles[0]) / 2 / median, "tokens_per_second": tokens / median * 1e3,
                      "mfu": flops / median * 1e3 / PEAK_FLOPS, "memory_peak_bytes": torch.cuda.max_memory_allocated()}))


if __name__ == "__main__":
    main()
