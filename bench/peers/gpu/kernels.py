"""PyTorch's best for the work of our kernels, on the cases of cases.json: eager, compiled, cuDNN and FlashAttention-2 attention, fused AdamW.

python3 kernels.py [op ...]      one JSON line a case and variant on stdout
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from timing import device_line, report

BF16 = torch.bfloat16
CASES = json.loads((pathlib.Path(__file__).parent / "cases.json").read_text())


def normal(*shape, dtype=BF16, grad=False):
    """Random normal numbers: zeros run faster than any real data."""
    return torch.randn(*shape, device="cuda", dtype=torch.float32).to(dtype).requires_grad_(grad)


def both(op, case, function, *arguments, **size):
    """Eager and compiled."""
    report(op, case, "eager", lambda: function(*arguments), **size)
    compiled = torch.compile(function, mode="max-autotune-no-cudagraphs")
    report(op, case, "compiled", lambda: compiled(*arguments), **size)


def copy(case):
    source = normal(case["elements"])
    destination = torch.empty_like(source)
    report("copy", case, "eager", lambda: destination.copy_(source), bytes_moved=4 * case["elements"])


def rmsnorm_forward(case):
    rows, columns = case["rows"], case["columns"]
    x, weight = normal(rows, columns), normal(columns)
    both("rmsnorm_forward", case, lambda x, w: F.rms_norm(x, (columns,), w, 1e-5), x, weight, bytes_moved=4 * rows * columns)


def rmsnorm_backward(case):
    rows, columns = case["rows"], case["columns"]
    x, weight, dout = normal(rows, columns, grad=True), normal(columns, grad=True), normal(rows, columns)
    for variant, function in (("eager", F.rms_norm), ("compiled", torch.compile(F.rms_norm, mode="max-autotune-no-cudagraphs"))):
        y = function(x, (columns,), weight, 1e-5)
        report("rmsnorm_backward", case, variant, lambda: torch.autograd.grad(y, (x, weight), dout, retain_graph=True), bytes_moved=6 * rows * columns)


def glu(gate_up):
    gate, up = gate_up.chunk(2, dim=-1)
    return F.silu(gate) * up


def glu_forward(case):
    rows, columns = case["rows"], case["columns"]
    both("glu_forward", case, glu, normal(rows, 2 * columns), bytes_moved=6 * rows * columns)


def glu_backward(case):
    rows, columns = case["rows"], case["columns"]
    gate_up, dout = normal(rows, 2 * columns, grad=True), normal(rows, columns)
    for variant, function in (("eager", glu), ("compiled", torch.compile(glu, mode="max-autotune-no-cudagraphs"))):
        y = function(gate_up)
        report("glu_backward", case, variant, lambda: torch.autograd.grad(y, gate_up, dout, retain_graph=True), bytes_moved=10 * rows * columns)


def adamw(case):
    # float32 master weights and moments beside a bfloat16 copy of the weights, as our op updates them.
    master, weights = normal(case["elements"], dtype=torch.float32, grad=True), normal(case["elements"])
    master.grad = normal(case["elements"], dtype=torch.float32)
    optimizer = torch.optim.AdamW([master], lr=1e-6, fused=True)

    def step():
        optimizer.step()
        weights.copy_(master.detach())

    report("adamw", case, "fused", step, bytes_moved=30 * case["elements"])


def gradient_norm(case):
    gradients = normal(case["elements"], dtype=torch.float32)
    both("gradient_norm", case, lambda g: torch.linalg.vector_norm(g), gradients, bytes_moved=4 * case["elements"])


def matmul(case):
    m, n, k = case["m"], case["n"], case["k"]
    x, weight, dout = normal(m, k), normal(n, k), normal(m, n)
    flops = 2 * m * n * k
    report("matmul", {**case, "form": "nt"}, "cublas", lambda: x @ weight.t(), flops=flops)
    report("matmul", {**case, "form": "nn"}, "cublas", lambda: dout @ weight, flops=flops)
    report("matmul", {**case, "form": "tn"}, "cublas", lambda: dout.t() @ x, flops=flops)


def attention_inputs(case, grad):
    b, t, h, hkv, d = (case[name] for name in ("sequences", "length", "heads", "kv_heads", "head_dim"))
    return normal(b, h, t, d, grad=grad), normal(b, hkv, t, d, grad=grad), normal(b, hkv, t, d, grad=grad), 2 * b * h * t * t * d


def attention_variants(case, grad, use):
    q, k, v, flops = attention_inputs(case, grad)
    for variant, backend in (("cudnn", SDPBackend.CUDNN_ATTENTION), ("flash2", SDPBackend.FLASH_ATTENTION)):
        with sdpa_kernel(backend):
            try:
                use(variant, lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True), (q, k, v), flops)
            except RuntimeError as error:
                print(json.dumps({"op": "attention", "case": case, "variant": variant, "refused": str(error).splitlines()[0]}), flush=True)


def attention_forward(case):
    attention_variants(case, False, lambda variant, run, _, flops: report("attention_forward", case, variant, run, flops=flops))


def attention_backward(case):
    def use(variant, run, inputs, flops):
        y = run()
        dout = torch.randn_like(y)
        report("attention_backward", case, variant, lambda: torch.autograd.grad(y, inputs, dout, retain_graph=True), flops=2.5 * flops)

    attention_variants(case, True, use)


def three_logprobs(a, b, labels):
    """Log-probs of the label under policy, reference and extrapolation, and the gradient of the first (docs/algorithm.md section 2)."""
    a, b = a.float(), b.float()
    c = 1.5 * a - 0.5 * b
    at = labels.unsqueeze(1)
    outputs = [x.gather(1, at).squeeze(1) - torch.logsumexp(x, 1) for x in (a, b, c)]
    gradient = -torch.softmax(a, 1)
    gradient.scatter_add_(1, at, torch.ones_like(at, dtype=gradient.dtype))
    return (*outputs, gradient.to(BF16))


def logprob(case):
    rows, columns = case["rows"], case["columns"]
    a, b, labels = normal(rows, columns), normal(rows, columns), torch.randint(columns, (rows,), device="cuda")
    both("logprob", case, three_logprobs, a, b, labels, bytes_moved=6 * rows * columns)


def draw(logits):
    z = logits.float()
    probabilities = torch.softmax(z / 0.7, -1)
    token = (probabilities / torch.empty_like(probabilities).exponential_(1)).argmax(-1, keepdim=True)
    return token, z.gather(-1, token) - torch.logsumexp(z, -1, keepdim=True)


def sample(case):
    rows, columns = case["rows"], case["columns"]
    both("sample", case, draw, normal(rows, columns, dtype=torch.float32), bytes_moved=4 * rows * columns)


def main(ops):
    device_line()
    for op in ops or CASES:
        for case in CASES[op]:
            globals()[op](case)
            torch.cuda.empty_cache()


if __name__ == "__main__":
    unknown = [op for op in sys.argv[1:] if op not in CASES]
    if unknown:
        sys.exit(f"error: unknown op {unknown[0]}; expected some of {', '.join(CASES)}")
    main(sys.argv[1:])
