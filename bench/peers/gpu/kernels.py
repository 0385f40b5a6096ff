"""PyTorch's best for the work of our kernels, on the cases of cases.json: eager, compiled, cuDNN and FlashAttention-2 attention, fused AdamW.

python3 kernels.py [op ...]      one JSON line a case and variant on stdout; a variant that cannot run says "refused"
"""
import json
import pathlib
import sys
import time

import torch
import torch._functorch.config
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.checkpoint import checkpoint

from timing import device_line, report

BF16 = torch.bfloat16
# A compiled backward pass may otherwise give its inputs' memory away, and could run once only.
torch._functorch.config.donated_buffer = False

PHASES = ("train", "generate")  # train.py and generate.py
CASES = json.loads((pathlib.Path(__file__).parent / "cases.json").read_text())


def normal(*shape, dtype=BF16, grad=False):
    """Random normal numbers: zeros run faster than any real data."""
    return torch.randn(*shape, device="cuda", dtype=torch.float32).to(dtype).requires_grad_(grad)


def compiled(function):
    """Specialised for the case's shapes: a graph for all sizes would be slower."""
    return torch.compile(function, mode="max-autotune-no-cudagraphs", dynamic=False)


def both(op, case, function, *arguments, **size):
    """Eager and compiled."""
    report(op, case, "eager", lambda: function(*arguments), **size)
    fast = compiled(function)
    report(op, case, "compiled", lambda: fast(*arguments), **size)


def backward(op, case, function, inputs, dout, **size):
    """Gradients alone, of a forward pass that was run before."""
    for variant, forward in (("eager", function), ("compiled", compiled(function))):
        y = forward(*inputs)
        leaves = [x for x in inputs if x.requires_grad]
        report(op, case, variant, lambda: torch.autograd.grad(y, leaves, dout, retain_graph=True), **size)


def copy(case):
    source = normal(case["elements"])
    destination = torch.empty_like(source)
    report("copy", case, "eager", lambda: destination.copy_(source), bytes_moved=4 * case["elements"])


def fill(case):
    destination = torch.empty(case["elements"], device="cuda", dtype=BF16)
    report("fill", case, "eager", lambda: destination.zero_(), bytes_moved=2 * case["elements"])


def rms_norm(x, weight):
    return F.rms_norm(x, (x.shape[-1],), weight, 1e-5)


def rmsnorm_forward(case):
    rows, columns = case["rows"], case["columns"]
    both("rmsnorm_forward", case, rms_norm, normal(rows, columns), normal(columns), bytes_moved=4 * rows * columns)


def rmsnorm_backward(case):
    rows, columns = case["rows"], case["columns"]
    backward("rmsnorm_backward", case, rms_norm, (normal(rows, columns, grad=True), normal(columns, grad=True)), normal(rows, columns), bytes_moved=6 * rows * columns)


def layer_norm(x, weight, bias):
    return F.layer_norm(x, (x.shape[-1],), weight, bias, 1e-5)


def layernorm_forward(case):
    rows, columns = case["rows"], case["columns"]
    both("layernorm_forward", case, layer_norm, normal(rows, columns), normal(columns), normal(columns), bytes_moved=4 * rows * columns)


def layernorm_backward(case):
    rows, columns = case["rows"], case["columns"]
    inputs = normal(rows, columns, grad=True), normal(columns, grad=True), normal(columns, grad=True)
    backward("layernorm_backward", case, layer_norm, inputs, normal(rows, columns), bytes_moved=6 * rows * columns)


def rotate(x, cos, sin):
    """x [rows, heads, head_dim]; PyTorch has no rotation in place, so this writes another tensor: the same bytes."""
    first, second = x.float().chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(x.dtype)


def rotary(case):
    rows, heads, head_dim = case["rows"], case["heads"], case["head_dim"]
    x = normal(rows, (heads + 2) * head_dim)[:, : heads * head_dim].view(rows, heads, head_dim)
    angles = torch.randint(rows, (rows, 1), device="cuda") / 10000 ** (torch.arange(0, head_dim, 2, device="cuda") / head_dim)
    both("rotary", case, rotate, x, angles.cos().unsqueeze(1), angles.sin().unsqueeze(1), bytes_moved=4 * rows * heads * head_dim)


def glu(gate_up):
    gate, up = gate_up.chunk(2, dim=-1)
    return F.silu(gate) * up


def glu_forward(case):
    rows, columns = case["rows"], case["columns"]
    both("glu_forward", case, glu, normal(rows, 2 * columns), bytes_moved=6 * rows * columns)


def glu_backward(case):
    rows, columns = case["rows"], case["columns"]
    backward("glu_backward", case, glu, (normal(rows, 2 * columns, grad=True),), normal(rows, columns), bytes_moved=10 * rows * columns)


def embedding_inputs(case):
    return torch.randint(case["vocabulary"], (case["rows"],), device="cuda"), normal(case["vocabulary"], case["columns"])


def embedding_forward(case):
    both("embedding_forward", case, F.embedding, *embedding_inputs(case), bytes_moved=4 * case["rows"] * case["columns"])


def embedding_backward(case):
    # Added to float32 sums, as our op adds to its gradients; index_add_ uses atomics, whose order is free.
    ids, _ = embedding_inputs(case)
    gradients = torch.zeros(case["vocabulary"], case["columns"], device="cuda")
    dout = normal(case["rows"], case["columns"])
    both("embedding_backward", case, lambda g, i, d: g.index_add_(0, i, d.float()), gradients, ids, dout, bytes_moved=10 * case["rows"] * case["columns"])


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
    m, n, k, form = case["m"], case["n"], case["k"], case["form"]
    flops = 2 * m * n * k
    if form == "nt":
        x, weight = normal(m, k), normal(n, k)
        report("matmul", case, "cublas", lambda: x @ weight.t(), flops=flops)
    elif form == "nn":
        dout, weight = normal(m, n), normal(n, k)
        report("matmul", case, "cublas", lambda: dout @ weight, flops=flops)
    else:
        # Into float32, as gradients of weights are kept.
        dout, x = normal(m, n), normal(m, k)
        report("matmul", case, "cublas", lambda: torch.mm(dout.t(), x, out_dtype=torch.float32), flops=flops)


def attention_inputs(case, grad):
    b, t, h, hkv, d = (case[name] for name in ("sequences", "length", "heads", "kv_heads", "head_dim"))
    # A product of the causal half, the diagonal included, as ours counts it.
    product = b * h * t * (t + 1) * d
    return normal(b, h, t, d, grad=grad), normal(b, hkv, t, d, grad=grad), normal(b, hkv, t, d, grad=grad), product


def attention_variants(op, case, use):
    for variant, backend in (("cudnn", SDPBackend.CUDNN_ATTENTION), ("flash2", SDPBackend.FLASH_ATTENTION)):
        try:
            with sdpa_kernel(backend):
                use(variant)
        except RuntimeError as error:
            refused(op, case, variant, error)


def attention_forward(case):
    q, k, v, product = attention_inputs(case, False)
    run = lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    attention_variants("attention_forward", case, lambda variant: report("attention_forward", case, variant, run, flops=2 * product))


def attention_backward(case):
    q, k, v, product = attention_inputs(case, True)

    def use(variant):
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        dout = torch.randn_like(y)
        report("attention_backward", case, variant, lambda: torch.autograd.grad(y, (q, k, v), dout, retain_graph=True), flops=5 * product)

    attention_variants("attention_backward", case, use)


def attention_decode(case):
    # One query a sequence over a dense cache: every sequence is equally long, so no mask is needed.
    b, t, h, hkv, d = (case[name] for name in ("sequences", "length", "heads", "kv_heads", "head_dim"))
    q, k, v = normal(b, h, 1, d), normal(b, hkv, t, d), normal(b, hkv, t, d)
    run = lambda: F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    attention_variants("attention_decode", case, lambda variant: report("attention_decode", case, variant, run, bytes_moved=4 * b * t * hkv * d))


def three_logprobs(a, b, labels):
    """Log-probs of the label under policy, reference and extrapolation, and the gradient of the first (docs/algorithm.md section 2)."""
    stored = a.dtype
    a, b = a.float(), b.float()
    c = 1.5 * a - 0.5 * b
    at = labels.unsqueeze(1)
    outputs = [x.gather(1, at).squeeze(1) - torch.logsumexp(x, 1) for x in (a, b, c)]
    gradient = -torch.softmax(a, 1)
    gradient.scatter_add_(1, at, torch.ones_like(at, dtype=gradient.dtype))
    return (*outputs, gradient.to(stored))


def logprob(case):
    rows, columns, dtype = case["rows"], case["columns"], getattr(torch, case["type"])
    a, b, labels = normal(rows, columns, dtype=dtype), normal(rows, columns, dtype=dtype), torch.randint(columns, (rows,), device="cuda")
    both("logprob", case, three_logprobs, a, b, labels, bytes_moved=3 * a.element_size() * rows * columns)


def draw(logits, top_p):
    """A token and its untempered log-prob: exponential noise instead of a running sum; the filter sorts, as every sampler of PyTorch does."""
    weights = torch.softmax(logits / 0.7, -1)
    if top_p < 1:
        ordered, order = weights.sort(-1, descending=True)
        ordered = torch.where(ordered.cumsum(-1) - ordered < top_p, ordered, 0.0)
        weights = torch.zeros_like(weights).scatter_(-1, order, ordered)
    token = (weights / torch.empty_like(weights).exponential_(1)).argmax(-1, keepdim=True)
    return token, logits.gather(-1, token) - torch.logsumexp(logits, -1, keepdim=True)


def sample(case):
    rows, columns = case["rows"], case["columns"]
    both("sample", case, lambda logits: draw(logits, case["top_p"]), normal(rows, columns, dtype=torch.float32), bytes_moved=4 * rows * columns)


def head(case):
    """Logits of policy and reference, three log-probs, gradients of rows and weight: logits kept, or made again chunk by chunk."""
    rows, hidden, vocabulary = case["rows"], case["hidden"], case["vocabulary"]
    x, r, labels = normal(rows, hidden, grad=True), normal(rows, hidden), torch.randint(vocabulary, (rows,), device="cuda")
    weight = (0.02 * normal(vocabulary, hidden)).detach().requires_grad_()
    reference = 0.02 * normal(vocabulary, hidden)

    def logprobs(x, r, y):
        a, b = (x @ weight.t()).float(), (r @ reference.t()).float()
        with torch.no_grad():
            c = 1.5 * a - 0.5 * b
            others = [z.gather(1, y.unsqueeze(1)).squeeze(1) - torch.logsumexp(z, 1) for z in (b, c)]
        return a.gather(1, y.unsqueeze(1)).squeeze(1) - torch.logsumexp(a, 1), *others

    fast = compiled(logprobs)

    def materialised():
        return torch.autograd.grad(fast(x, r, labels)[0].sum(), (x, weight))

    def chunked():
        parts = [checkpoint(fast, *part, use_reentrant=False)[0] for part in zip(x.split(2048), r.split(2048), labels.split(2048))]
        return torch.autograd.grad(torch.cat(parts).sum(), (x, weight))

    report("head", case, "materialised", materialised, flops=8 * rows * hidden * vocabulary)
    report("head", case, "chunked", chunked, flops=8 * rows * hidden * vocabulary)


def refused(op, case, variant, error):
    print(json.dumps({"op": op, "case": case, "variant": variant, "refused": str(error).splitlines()[0] if str(error) else type(error).__name__}), flush=True)


def main(ops):
    device_line()
    for op in ops:
        for case in CASES[op]:
            begin = time.perf_counter()
            try:
                globals()[op](case)
            except (RuntimeError, TypeError, AttributeError) as error:  # one that this version cannot do must not cost the others
                refused(op, case, "", error)
            print(f"{op} {case}: {time.perf_counter() - begin:.1f} s", file=sys.stderr, flush=True)
            torch.cuda.empty_cache()
            torch.compiler.reset()  # cases are specialised; without this the ninth shape of a function would fall back to eager


if __name__ == "__main__":
    known = [op for op in CASES if op not in PHASES]
    unknown = [op for op in sys.argv[1:] if op not in known]
    if unknown:
        sys.exit(f"error: unknown op {unknown[0]}; expected some of {', '.join(known)}")
    main(sys.argv[1:] or known)
