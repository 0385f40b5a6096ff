"""One DPO/SPA update in PyTorch: policy and reference forward, three log-probs on response rows, backward, clipping, fused AdamW.

python3 train.py [--eager] [--steps 20]
One JSON line a case of cases.json: milliseconds an update (median), spread, tokens a second, model FLOP share of 989.4 TFLOP/s, peak memory.
"""
import argparse
import gc
import statistics

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.checkpoint import checkpoint

import model as models
from timing import device_line, phase_cases, report_phase

CHUNK_ROWS = 2048  # rows whose logits exist at once: the best of 1k to 8k at both vocabularies is a matter of a few percent
PEAK_FLOPS = 989.4e12
BETA = 0.1


def chunk_logprobs(hidden, weight, labels):
    logits = (hidden @ weight.t()).float()
    return logits.gather(1, labels.unsqueeze(1)).squeeze(1) - torch.logsumexp(logits, 1)


def logprobs(chunk, hidden, weight, labels):
    """Log-probs of labels; a chunk's logits are made again in backward."""
    parts = [checkpoint(chunk, h, weight, y, use_reentrant=False) for h, y in zip(hidden.split(CHUNK_ROWS), labels.split(CHUNK_ROWS))]
    return torch.cat(parts)


def extrapolated_logprobs(hidden, weight, reference_hidden, reference_weight, labels, strength=0.5):
    parts = []
    for h, r, y in zip(hidden.split(CHUNK_ROWS), reference_hidden.split(CHUNK_ROWS), labels.split(CHUNK_ROWS)):
        logits = (1 + strength) * (h @ weight.t()).float() - strength * (r @ reference_weight.t()).float()
        parts.append(logits.gather(1, y.unsqueeze(1)).squeeze(1) - torch.logsumexp(logits, 1))
    return torch.cat(parts)


def run(case, eager, steps):
    if case["checkpointing"]:
        raise ValueError("activation checkpointing is not written here")
    pairs, micro_batch, length, prompt = case["pairs"], case["micro_batch"], case["length"], case["prompt"]
    compiled = (lambda function: function) if eager else (lambda function: torch.compile(function, mode="max-autotune-no-cudagraphs"))
    policy = models.create(case["model"], length)
    reference = models.create(case["model"], length, seed=2).requires_grad_(False)
    shape = policy.shape
    # bfloat16 weights with float32 masters, as our default plan has them.
    masters = [p.detach().float().requires_grad_() for p in policy.parameters()]
    optimizer = torch.optim.AdamW(masters, lr=1e-6, weight_decay=0.0, fused=True)
    hidden, reference_hidden, chunk = compiled(policy.hidden), compiled(reference.hidden), compiled(chunk_logprobs)

    generator = torch.Generator(device="cuda").manual_seed(3)
    response = length - prompt

    def batch():
        ids = torch.randint(shape.vocabulary, (2 * micro_batch, length), device="cuda", generator=generator)
        ids[1::2, :prompt] = ids[::2, :prompt]
        return ids

    def rows(h):
        return h[:, prompt - 1 : -1].reshape(-1, shape.hidden)

    def update():
        for _ in range(pairs // micro_batch):
            ids = batch()
            labels = ids[:, prompt:].reshape(-1)
            with torch.no_grad():
                reference_rows = rows(reference_hidden(ids))
                reference_logps = torch.cat([chunk(h, reference.head.weight, y) for h, y in zip(reference_rows.split(CHUNK_ROWS), labels.split(CHUNK_ROWS))])
            policy_rows = rows(hidden(ids))
            policy_logps = logprobs(chunk, policy_rows, policy.head.weight, labels)
            if case["task"] == "spa":
                with torch.no_grad():
                    extrapolated_logprobs(policy_rows, policy.head.weight, reference_rows, reference.head.weight, labels)
            sums = (policy_logps - reference_logps).view(-1, response).sum(1)
            loss = -torch.nn.functional.logsigmoid(BETA * (sums[::2] - sums[1::2])).mean()
            (loss * micro_batch / pairs).backward()
        for master, parameter in zip(masters, policy.parameters()):
            master.grad = parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(masters, 1.0, foreach=True)
        optimizer.step()
        torch._foreach_copy_(list(policy.parameters()), [m.detach() for m in masters])

    with sdpa_kernel([SDPBackend.CUDNN_ATTENTION, SDPBackend.FLASH_ATTENTION], set_priority=True):
        for _ in range(3):
            update()
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        times = []
        for _ in range(steps):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            update()
            end.record()
            torch.cuda.synchronize()
            times.append(begin.elapsed_time(end))
    tokens = 2 * pairs * length
    attention = 2 * shape.heads * shape.head_dim * length * shape.layers * tokens
    flops = 8 * shape.parameters * tokens + 4.5 * attention
    median = statistics.median(times)
    report_phase("train", case, "eager" if eager else "compiled", times, tokens_per_second=tokens / median * 1e3, mfu=flops / median * 1e3 / PEAK_FLOPS,
                 memory_peak_bytes=torch.cuda.max_memory_allocated())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    device_line()
    for case in phase_cases("train"):
        run(case, options.eager, options.steps)
        gc.collect()
        torch.compiler.reset()
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
