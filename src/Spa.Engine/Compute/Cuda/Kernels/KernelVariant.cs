namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>A kernel with values for its macros: what is compiled, cached and launched.</summary>
/// <param name="Template">The kernel.</param>
/// <param name="P0">Value of the first macro.</param>
/// <param name="P1">Value of the second macro.</param>
/// <param name="P2">Value of the third macro.</param>
/// <param name="P3">Value of the fourth macro.</param>
/// <param name="P4">Value of the fifth macro.</param>
/// <param name="P5">Value of the sixth macro.</param>
public readonly record struct KernelVariant(KernelTemplate Template, int P0, int P1, int P2, int P3, int P4, int P5)
{
    /// <summary>Values of the macros, in their order.</summary>
    public IEnumerable<int> Values => new[] { P0, P1, P2, P3, P4, P5 }.Take(Template.Macros.Count);

    /// <summary><c>rmsnorm_forward[1,0]</c>: the entry and the values of its macros.</summary>
    public override string ToString() => Template is null ? "" : Template.Macros.Count == 0 ? Template.Entry : $"{Template.Entry}[{string.Join(',', Values)}]";
}
