namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>All cases. Shapes are those of a model of 135M parameters (576 channels, 9 heads of 64, vocabulary 49,152) and, where a kernel has another form for it, of wider ones.</summary>
public static class KernelCases
{
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        .. RowCases.All, .. EmbeddingCases.All, .. AttentionCases.All, .. MatMulCases.All, .. HeadCases.All, .. PairCases.All, .. OptimizerCases.All,
    ];
}
