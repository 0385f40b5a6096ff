using Spa.Engine.Compute;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>Memory of the sampler's cache at its default limits.</summary>
internal readonly struct SamplerMemory(DecoderConfig config, int positions, DType type)
{
    /// <summary>Keys and values of one token in all layers.</summary>
    public long BytesPerToken => (long)config.Layers * 2 * config.KvHeads * config.HeadDim * type.Size();

    /// <summary>Two full sets of live responses at most (as the sampler plans them).</summary>
    public long CacheBytes
    {
        get
        {
            GeneratorLimits limits = new();
            return Math.Min(limits.CacheBytes, BytesPerToken * Math.Min(positions, config.MaxPositions) * limits.LiveSequences * 2);
        }
    }
}
