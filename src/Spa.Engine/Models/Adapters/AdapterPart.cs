using Spa.Engine.Compute;

namespace Spa.Engine.Models.Adapters;

/// <summary>A range of a product's outputs: one module's, or outputs between modules that nothing adapts (rank 0).</summary>
internal readonly record struct AdapterPart
{
    /// <summary>First output.</summary>
    public int Start { get; init; }

    public int Rows { get; init; }

    /// <summary>First row of its A in the product's.</summary>
    public int RankStart { get; init; }

    /// <summary>0: not adapted.</summary>
    public int Rank { get; init; }

    public float Scale { get; init; }

    /// <summary>[Rows, Rank].</summary>
    public Tensor B { get; init; }

    /// <summary>[1, Rows], DoRA.</summary>
    public Tensor Magnitude { get; init; }

    /// <summary>[1, Rows], DoRA: 1 over the norms of the rows of W + s B A.</summary>
    public Tensor InverseNorm { get; init; }

    /// <summary>This part's columns of a matrix [T, N]; absent stays absent.</summary>
    public Tensor Of(Tensor wide) => wide.IsAbsent ? wide : wide.ColumnRange(Start, Rows);

    /// <summary>This part's columns of a matrix [T, R].</summary>
    public Tensor OfRank(Tensor low) => low.ColumnRange(RankStart, Rank);
}
