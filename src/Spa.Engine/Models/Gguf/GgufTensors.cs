using Spa.Engine.Compute;
using Spa.Engine.Formats;

namespace Spa.Engine.Models.Gguf;

/// <summary>A model's parameters as the tensors of a GGUF file, read from the device part by part.</summary>
internal static class GgufTensors
{
    /// <summary>All tensors, vectors as float32.</summary>
    /// <param name="architecture">What <see cref="GgufSettings.Require"/> gave.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">Type of the matrices. Q8_0 is F16 where a row is not whole blocks, as in llama.cpp.</param>
    public static IEnumerable<TensorContent> Describe(GgufArchitecture architecture, Model model, StoredType type)
    {
        foreach (TensorContent factors in RotaryFactors(model.Config.Rotary)) yield return factors;
        IReadOnlyList<Parameter> all = model.Table.Parameters;
        for (int i = 0; i < all.Count;)
        {
            Parameter p = all[i];
            string name = NameOf(architecture, p);
            // Heads that have a vector each lie one after the other, here and there.
            int count = 1;
            while (i + count < all.Count && NameOf(architecture, all[i + count]) == name) count++;
            i += count;
            if (count > 1) yield return TensorContent.FromFloats(name, StoredType.F32, [count, p.Columns], Joined(model, [.. all.Skip(i - count).Take(count)]));
            else yield return Single(architecture, model, p, name, type);
        }
    }

    private static TensorContent Single(GgufArchitecture architecture, Model model, Parameter p, string name, StoredType type)
    {
        TensorContent.ReadFloats read = Reader(model, p);
        if (architecture.IsInterleaved(p.Name)) read = new InterleavedContent(read, p.IsVector ? p.Columns : p.Rows, p.IsVector ? 1 : p.Columns, model.Config.HeadDim).Read;
        if (architecture.IsFromOne(p.Name)) read = FromOne(read);
        StoredType stored = p.IsVector ? StoredType.F32 : type == StoredType.Q8_0 && p.Columns % type.Block().Elements != 0 ? StoredType.F16 : type;
        return TensorContent.FromFloats(name, stored, p.IsVector ? [p.Columns] : [p.Rows, p.Columns], read);
    }

    private static string NameOf(GgufArchitecture architecture, Parameter p) => architecture.ToGguf(p.Name) ?? throw new ArgumentException($"'{p.Name}' has no name in GGUF");

    private static TensorContent.ReadFloats Reader(Model model, Parameter p)
    {
        Tensor weight = model.Weight(p);
        if (p.Type == DType.Float32) return (first, destination) => model.Backend.Download(destination, weight.Flat(first, destination.Length));
        return (first, destination) =>
        {
            ushort[] narrow = new ushort[destination.Length];
            model.Backend.Download<ushort>(narrow, weight.Flat(first, narrow.Length));
            Bf16.Widen(narrow, destination);
        };
    }

    private static TensorContent.ReadFloats Joined(Model model, Parameter[] heads) => (first, destination) =>
    {
        int width = heads[0].Columns;
        while (destination.Length > 0)
        {
            (long head, long at) = Math.DivRem(first, width);
            int taken = (int)Math.Min(destination.Length, width - at);
            model.Backend.Download(destination[..taken], model.Weight(heads[head]).Flat(at, taken));
            destination = destination[taken..];
            first += taken;
        }
    };

    private static TensorContent.ReadFloats FromOne(TensorContent.ReadFloats read) => (first, destination) =>
    {
        read(first, destination);
        foreach (ref float value in destination) value += 1;
    };

    private static IEnumerable<TensorContent> RotaryFactors(RotarySettings s)
    {
        if (s.Scaling == RotaryScaling.Llama3)
            yield return Factors(Llama3Factors.TensorName, Llama3Factors.Create(s.Theta, s.Dimensions, s.Factor, s.LowFrequencyFactor, s.HighFrequencyFactor, s.OriginalMaxPositions));
        if (s.Scaling != RotaryScaling.LongRope) yield break;
        yield return Factors(GgufRotary.LongName, [.. s.LongFactors.Select(x => (float)x)]);
        yield return Factors(GgufRotary.ShortName, [.. s.ShortFactors.Select(x => (float)x)]);
    }

    private static TensorContent Factors(string name, float[] factors) => TensorContent.FromArray(name, StoredType.F32, [factors.Length], factors);
}
