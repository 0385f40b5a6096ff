using System.Runtime.InteropServices;

namespace Spa.Engine.Compute;

/// <summary>
/// How to draw one token. The random number is Philox4x32-10 with key (seed) and counter (prompt, sample, token, 0): it depends on what
/// is drawn, never on the batch it is drawn in.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct SamplingRow
{
    /// <summary>The row as 32-bit words.</summary>
    public const int Words = 8;

    /// <summary>0: greedy (the lowest id among equal logits).</summary>
    public float Temperature;

    /// <summary>Keep the k largest logits (all that equal the k-th); 0: off.</summary>
    public int TopK;

    /// <summary>Keep the smallest set of most probable tokens whose mass reaches p; 1: off. Applied after top-k, at the given temperature.</summary>
    public float TopP;

    public uint Prompt;

    public uint Sample;

    public uint Token;

    public ulong Seed;

    // A temperature so small that its inverse is infinite is as good as 0.
    internal readonly bool IsGreedy => float.IsInfinity(1 / Temperature);

    /// <summary>Whether top-k or top-p can leave a token out.</summary>
    internal readonly bool IsFiltered(int vocabulary) => !IsGreedy && (TopP < 1 || (TopK > 0 && TopK < vocabulary));
}
