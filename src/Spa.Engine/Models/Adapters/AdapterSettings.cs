namespace Spa.Engine.Models.Adapters;

/// <summary>
/// What a new adapter is like: LoRA (Hu et al. 2021, arXiv 2106.09685), W x + s B A x with B [N, r] and A [r, K] learned, s = alpha / r; rsLoRA (Kalajdzievski 2023,
/// arXiv 2312.03732), s = alpha / sqrt(r); DoRA (Liu et al. 2024, arXiv 2402.09353), m (W + s B A) x / |W + s B A| with m learned too and the norm, one for a row, held fixed
/// in the derivative. Names and meaning are PEFT's.
/// </summary>
public sealed record AdapterSettings
{
    /// <summary>r.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>alpha.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>Share of the inputs of A that are dropped in training.</summary>
    public double Dropout { get; init; }

    public bool UseRslora { get; init; }

    public bool UseDora { get; init; }

    /// <summary>
    /// Names of modules, in full or behind a dot (<c>q_proj</c>, <c>self_attn.q_proj</c>); <c>all-linear</c> alone for all of them; null: PEFT's choice, queries and values.
    /// </summary>
    public IReadOnlyList<string>? TargetModules { get; init; }

    /// <summary>s of a module of this rank and alpha.</summary>
    public double ScaleOf(int rank, double alpha) => alpha / (UseRslora ? Math.Sqrt(rank) : rank);
}
