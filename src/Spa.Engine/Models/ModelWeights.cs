using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>The memory of a model's weights, which several models may use, and what quantised ones are unpacked by and into.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Arena _arena;
    private readonly nint _address, _tables;

    public ModelWeights(ComputeBackend backend, DecoderLayout layout, DType matrixType, QuantisedFormat? format)
    {
        nint address = 0;
        Tensor tables = default, room = default;
        _arena = backend.CreateArena("weights", arena => (address, tables, room) = Lay(arena, layout, matrixType));
        (_address, _tables) = (address, tables.Address);
        // Alignment gaps are updated along with the rest; they must stay finite.
        backend.Zero(new Tensor(_address, DType.Float32, layout.Table.WeightBytes / sizeof(float), 1));
        if (format is { } quantised) backend.Upload<float>(tables, CodeBook.Tables(quantised));
        Quantised = layout.BindQuantised(QuantisedWeight, new DequantisedWeight(room));
    }

    /// <summary>[layer][slot], or empty.</summary>
    public QuantisedLinear[][] Quantised { get; }

    /// <summary>Models that use it; the last one to go disposes of it.</summary>
    public int Users { get; set; } = 1;

    /// <summary>Bytes before a model is loaded.</summary>
    public static long Measure(DecoderLayout layout, DType matrixType) => Arena.Measure(arena => Lay(arena, layout, matrixType));

    /// <summary>A parameter that is not quantised.</summary>
    public Tensor Weight(Parameter p) => p.Format is null ? ParameterTable.Weight(_address, p)
        : throw new InvalidOperationException($"'{p.Name}' is quantised ({p.Format}): it can be neither changed nor written");

    /// <summary>A parameter that is quantised.</summary>
    public QuantisedWeight QuantisedWeight(Parameter p) => new(_address + (nint)p.ByteOffset, _tables, p.Format!.Value, p.Rows, p.Columns);

    public void Dispose() => _arena.Dispose();

    private static (nint Address, Tensor Tables, Tensor Room) Lay(Arena arena, DecoderLayout layout, DType matrixType)
    {
        nint address = arena.TakeBytes("weights", layout.Table.WeightBytes);
        long room = layout.LargestQuantised;
        return room == 0 ? (address, default, default)
            : (address, arena.Take("code_tables", DType.Float32, Compute.QuantisedWeight.TableLength, 1), arena.Take("dequantised", matrixType, room, 1));
    }
}
