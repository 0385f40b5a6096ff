"""A Llama-shaped decoder in plain PyTorch, as fast as PyTorch makes it: fused qkv and gate-up, cuDNN attention, weights drawn from a seed."""
import dataclasses

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclasses.dataclass(frozen=True)
class Shape:
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocabulary: int
    tied: bool

    @property
    def parameters(self):
        """Of all matrix products, the head included."""
        width = (self.heads + 2 * self.kv_heads) * self.head_dim
        block = self.hidden * (width + self.heads * self.head_dim + 3 * self.intermediate)
        return self.layers * block + self.vocabulary * self.hidden


SHAPES = {
    "smollm2-135m": Shape(576, 30, 9, 3, 64, 1536, 49152, True),
    "mistral-7b": Shape(4096, 32, 32, 8, 128, 14336, 32000, False),
}


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        width = (shape.heads + 2 * shape.kv_heads) * shape.head_dim
        self.input_norm = nn.Parameter(torch.ones(shape.hidden))
        self.qkv = nn.Linear(shape.hidden, width, bias=False)
        self.output = nn.Linear(shape.heads * shape.head_dim, shape.hidden, bias=False)
        self.mlp_norm = nn.Parameter(torch.ones(shape.hidden))
        self.gate_up = nn.Linear(shape.hidden, 2 * shape.intermediate, bias=False)
        self.down = nn.Linear(shape.intermediate, shape.hidden, bias=False)

    def forward(self, x, cos, sin, cache=None, position=None, mask=None):
        s = self.shape
        batch, length, _ = x.shape
        qkv = self.qkv(F.rms_norm(x, (s.hidden,), self.input_norm, 1e-5)).view(batch, length, -1, s.head_dim).transpose(1, 2)
        q, k, v = qkv.split((s.heads, s.kv_heads, s.kv_heads), dim=1)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is None:
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        else:
            keys, values = cache
            keys.index_copy_(2, position, k)
            values.index_copy_(2, position, v)
            attended = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask, enable_gqa=True)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, length, -1))
        gate, up = self.gate_up(F.rms_norm(x, (s.hidden,), self.mlp_norm, 1e-5)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


class Decoder(nn.Module):
    def __init__(self, shape, positions):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.hidden)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.hidden))
        self.head = nn.Linear(shape.hidden, shape.vocabulary, bias=False)
        if shape.tied:
            self.head.weight = self.embedding.weight
        angles = torch.arange(positions)[:, None] / 10000 ** (torch.arange(0, shape.head_dim, 2) / shape.head_dim)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def hidden(self, ids):
        """[sequences, length, hidden] after the last norm."""
        x = self.embedding(ids)
        cos, sin = self.cos[: ids.shape[1]].to(x.dtype), self.sin[: ids.shape[1]].to(x.dtype)
        for block in self.blocks:
            x = block(x, cos, sin)
        return F.rms_norm(x, (self.shape.hidden,), self.norm, 1e-5)

    def step(self, ids, position, caches, mask):
        """Logits [sequences, vocabulary] of one more token a sequence, through a static cache."""
        x = self.embedding(ids)
        cos, sin = self.cos[position].to(x.dtype), self.sin[position].to(x.dtype)
        for block, cache in zip(self.blocks, caches):
            x = block(x, cos, sin, cache, position, mask)
        return self.head(F.rms_norm(x, (self.shape.hidden,), self.norm, 1e-5))[:, -1]


def create(name, positions, dtype=torch.bfloat16, seed=1):
    """A model of random normal weights of the usual size, on the device."""
    torch.manual_seed(seed)
    with torch.device("cuda"):
        model = Decoder(SHAPES[name], positions).to(dtype)
    for parameter in model.parameters():
        if parameter.dim() == 2:
            nn.init.normal_(parameter, std=0.02)
    return model
