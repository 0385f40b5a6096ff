namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>A kernel before it is specialised: its source, its entry, and the macros that become its compile-time constants.</summary>
public sealed class KernelTemplate
{
    /// <summary>Macros that a kernel can have.</summary>
    public const int MaxMacros = 6;

    /// <param name="source">Name of the file in <c>native/kernels</c>, without <c>.cu</c>.</param>
    /// <param name="entry">Name of the <c>extern "C"</c> kernel.</param>
    /// <param name="macros">Names of the macros, each <c>SPA_...</c>.</param>
    /// <param name="registers">Registers that a thread may use; a test compiles every variant and holds it to that.</param>
    /// <param name="variants">Every configuration that the backend can ask for, a value per macro.</param>
    public KernelTemplate(string source, string entry, string[] macros, int registers, int[][] variants)
    {
        if (macros.Length > MaxMacros) throw new ArgumentException($"{entry}: at most {MaxMacros} macros, found {macros.Length}");
        if (variants.Length == 0) throw new ArgumentException($"{entry}: no variant");
        Source = source;
        Entry = entry;
        Macros = macros;
        Registers = registers;
        Variants = [.. variants.Select(values => With(values))];
    }

    public string Source { get; }

    public string Entry { get; }

    public IReadOnlyList<string> Macros { get; }

    public int Registers { get; }

    public IReadOnlyList<KernelVariant> Variants { get; }

    /// <summary>The kernel for these values of its macros, in their order. Allocates nothing.</summary>
    public KernelVariant With(params ReadOnlySpan<int> values)
    {
        if (values.Length != Macros.Count) throw new ArgumentException($"{Entry}: expected {Macros.Count} values ({string.Join(", ", Macros)}), found {values.Length}");
        Span<int> all = stackalloc int[MaxMacros];
        all.Clear();
        values.CopyTo(all);
        return new KernelVariant(this, all[0], all[1], all[2], all[3], all[4], all[5]);
    }

    public override string ToString() => Entry;
}
