namespace Spa.Engine.Compute;

/// <summary>What one layer's attention looks like.</summary>
/// <param name="Heads">Query heads H.</param>
/// <param name="KvHeads">Key/value heads Hkv; divides H. Query head h reads key/value head h / (H / Hkv).</param>
/// <param name="HeadDim">Head size D.</param>
/// <param name="Scale">Factor on q.k, usually 1/sqrt(D).</param>
/// <param name="Window">A query sees keys at most Window - 1 positions back (itself included in the count); 0: all.</param>
/// <param name="SoftCap">s = cap * tanh(s / cap) on the scaled scores; 0: off.</param>
public readonly record struct AttentionShape(int Heads, int KvHeads, int HeadDim, float Scale, int Window = 0, float SoftCap = 0);
