using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>Memory of the sampler's cache at its default limits.</summary>
internal readonly struct SamplerMemory(DecoderConfig config, int positions)
{
    /// <summary>Keys and values in float32, two full sets of live responses at most (as the sampler plans them).</summary>
    public long CacheBytes
    {
        get
        {
            GeneratorLimits limits = new();
            long perToken = (long)config.Layers * 2 * config.KvHeads * config.HeadDim * sizeof(float);
            return Math.Min(limits.CacheBytes, perToken * Math.Min(positions, config.MaxPositions) * limits.LiveSequences * 2);
        }
    }
}
