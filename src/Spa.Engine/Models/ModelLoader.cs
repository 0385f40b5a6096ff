using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Models;

/// <summary>Weights from files into a <see cref="Model"/>: every shape checked before anything is read, every value checked to be finite.</summary>
public static class ModelLoader
{
    // Elements moved at once: large enough for parallel decoding, small beside any model.
    private const int ChunkElements = 1 << 22;

    /// <param name="backend">Device.</param>
    /// <param name="source">Tensors under their Hugging Face names.</param>
    /// <param name="configJson">The config.json.</param>
    /// <param name="configFile">Its name in errors.</param>
    /// <param name="matrixType">Storage of matrices on the device.</param>
    /// <param name="headSeed">A reward model whose weights are a language model's: its head is new, drawn with this seed; null: all weights are in the files.</param>
    /// <param name="format">How the matrices of blocks are quantised; null: they are not.</param>
    public static Model Load(ComputeBackend backend, TensorSource source, JsonObject configJson, string configFile, DType matrixType, ulong? headSeed = null,
        QuantisedFormat? format = null)
    {
        var reader = new ConfigReader(configJson, configFile);
        ModelFamily family = ModelFamily.Find(reader);
        var model = new Model(backend, family, family.Load(reader), configJson, matrixType, format);
        try
        {
            Parameter? newHead = headSeed is null ? null : model.Table.Parameters.Single(model.Layout.IsHead);
            CheckTensors(model, source, newHead);
            foreach (Parameter parameter in model.Table.Parameters)
            {
                if (parameter == newHead) Upload(backend, model.Weight(parameter), RewardConfig.NewHead(configJson, parameter.Columns, headSeed!.Value));
                else Read(model, parameter, source);
            }
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void CheckTensors(Model model, TensorSource source, Parameter? newHead)
    {
        foreach (Parameter p in model.Table.Parameters)
        {
            if (p == newHead) continue;
            StoredTensor stored = source.Find(p.Name);
            long[] expected = p.IsVector ? [p.Columns] : [p.Rows, p.Columns];
            if (!stored.Shape.AsSpan().SequenceEqual(expected))
                throw new SpaException($"'{stored.File}': tensor '{p.Name}' must have shape [{string.Join(", ", expected)}] by config.json, found "
                    + $"[{string.Join(", ", stored.Shape)}]; config and weights do not belong together");
        }
        foreach (string name in source.Tensors.Keys)
        {
            bool known = model.Table.Contains(name) || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal)
                || (model.Config.TieWordEmbeddings || newHead is not null) && name == model.Family.Names.Head + ".weight"
                || newHead is not null && name == model.Family.Names.Head + ".bias";
            if (!known)
                throw new SpaException($"'{source.Path}': tensor '{name}' has no place in a model of type '{model.Family.ModelType}' with this config.json; the model "
                    + "would be computed wrongly without it");
        }
    }

    private static void Read(Model model, Parameter p, TensorSource source)
    {
        Tensor target = p.Format is null ? model.Weight(p) : default;
        WeightQuantiser? quantiser = p.Format is { } format ? new WeightQuantiser(format, p.Rows, p.Columns) : null;
        long rowsAtOnce = Math.Max(1, ChunkElements / p.Columns);
        // Whole blocks of 64.
        if (quantiser is not null) rowsAtOnce = (rowsAtOnce + QuantisedWeight.Block - 1) / QuantisedWeight.Block * QuantisedWeight.Block;
        for (long row = 0; row < p.Rows; row += rowsAtOnce)
        {
            long rows = Math.Min(rowsAtOnce, p.Rows - row);
            var values = new float[rows * p.Columns];
            source.ReadRows(p.Name, row, rows, values.AsSpan());
            if (FiniteCheck.FirstNonFinite(values) is >= 0 and var at)
                throw new SpaException($"'{source.Path}': tensor '{p.Name}' has the value {values[at]} at row {row + at / p.Columns}, column {at % p.Columns}; the file "
                    + "is damaged or training diverged");
            if (quantiser is not null)
            {
                // What is quantised is what the model would hold otherwise.
                if (p.Type == DType.BFloat16) foreach (ref float x in values.AsSpan()) x = Bf16.ToSingle(Bf16.FromSingle(x));
                quantiser.Add(values);
                continue;
            }
            Upload(model.Backend, target.RowRange(row, rows), values);
        }
        if (quantiser is not null) model.Backend.Upload<int>(model.QuantisedWeight(p).Words, MemoryMarshal.Cast<byte, int>(quantiser.Finish()));
    }

    private static void Upload(ComputeBackend backend, Tensor target, float[] values)
    {
        if (target.Type == DType.Float32)
        {
            backend.Upload<float>(target, values);
            return;
        }
        var narrow = new ushort[values.Length];
        Bf16.Narrow(values, narrow);
        backend.Upload<ushort>(target, narrow);
    }
}
