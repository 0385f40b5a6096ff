using Spa.Engine.Compute;
using Spa.Engine.Formats;

namespace Spa.Engine.Models.Gguf;

/// <summary>A model's parameters as the tensors of a GGUF file, read from the device part by part.</summary>
internal static class GgufTensors
{
    /// <summary>All tensors, vectors as float32.</summary>
    /// <param name="model">A model that passes <see cref="GgufSettings.Require"/>.</param>
    /// <param name="type">Type of the matrices. Q8_0 is F16 where a row is not whole blocks, as in llama.cpp.</param>
    public static IEnumerable<TensorContent> Describe(Model model, StoredType type)
    {
        if (model.Config.Rotary.Scaling == RotaryScaling.Llama3) yield return RotaryFactors(model.Config.Rotary);
        foreach (Parameter p in model.Table.Parameters)
        {
            string name = GgufNames.Find(p.Name) ?? throw new ArgumentException($"'{p.Name}' has no name in GGUF");
            TensorContent.ReadFloats read = Reader(model, p);
            if (GgufNames.IsRotated(p.Name)) read = new InterleavedContent(read, p.IsVector ? p.Columns : p.Rows, p.IsVector ? 1 : p.Columns, model.Config.HeadDim).Read;
            StoredType stored = p.IsVector ? StoredType.F32 : type == StoredType.Q8_0 && p.Columns % type.Block().Elements != 0 ? StoredType.F16 : type;
            yield return TensorContent.FromFloats(name, stored, p.IsVector ? [p.Columns] : [p.Rows, p.Columns], read);
        }
    }

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

    private static TensorContent RotaryFactors(RotarySettings s)
    {
        float[] factors = Llama3Factors.Create(s.Theta, s.Dimensions, s.Factor, s.LowFrequencyFactor, s.HighFrequencyFactor, s.OriginalMaxPositions);
        return TensorContent.FromArray(Llama3Factors.TensorName, StoredType.F32, [factors.Length], factors);
    }
}
