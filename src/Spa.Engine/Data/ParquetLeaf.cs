using System.Globalization;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;

namespace Spa.Engine.Data;

/// <summary>One physical column: how its raw values are read and how each becomes JSON.</summary>
internal sealed class ParquetLeaf
{
    private const int SmallCount = 1 << 20;
    private const int ValuesPerByte = 256;

    private readonly DataField _field;
    private readonly ReadValues _read;

    /// <param name="field">A field that <see cref="IsReadable"/>.</param>
    public ParquetLeaf(DataField field)
    {
        _field = field;
        _read = Reader(field) ?? throw new InvalidDataException($"column '{field.Path}' holds {field.ClrType.Name} values");
    }

    /// <summary>Whether its values can be values of JSON.</summary>
    public static bool IsReadable(DataField field) => Reader(field) is not null;

    public ParquetValues Read(ParquetRowGroupReader group, string path, RowLimits limits)
    {
        long claimed = group.GetMetadata(_field)?.MetaData?.NumValues ?? throw new SpaException($"{path}: column '{_field.Path}' has no data");
        if (claimed < 0 || claimed > limits.MaxColumnValues)
        {
            throw new SpaException($"{path}: column '{_field.Path}' claims {claimed} values in one row group, at most {limits.MaxColumnValues} are read");
        }

        // Repeated values compress without bound, rows of text do not: memory is reserved for what a file of this size may plausibly hold.
        long length = new FileInfo(path).Length;
        if (claimed > Math.Max(SmallCount, ValuesPerByte * length))
        {
            throw new SpaException($"{path}: column '{_field.Path}' claims {claimed} values in a file of {length} bytes; the file is damaged");
        }

        int count = (int)claimed;
        int[]? definition = _field.MaxDefinitionLevel > 0 ? new int[count] : null;
        int[]? repetition = _field.MaxRepetitionLevel > 0 ? new int[count] : null;
        Func<int, JsonNode?> value = _read(_field, group, count, definition, repetition);
        return new ParquetValues(count, definition, repetition, _field.MaxDefinitionLevel, value);
    }

    private static ReadValues? Reader(DataField field) => Type.GetTypeCode(field.ClrType) switch
    {
        TypeCode.Boolean => ReadAs<bool>(v => JsonValue.Create(v)),
        TypeCode.SByte => ReadAs<sbyte>(v => Number(v)),
        TypeCode.Byte => ReadAs<byte>(v => Number(v)),
        TypeCode.Int16 => ReadAs<short>(v => Number(v)),
        TypeCode.UInt16 => ReadAs<ushort>(v => Number(v)),
        TypeCode.Int32 => ReadAs<int>(v => Number(v)),
        TypeCode.UInt32 => ReadAs<uint>(v => Number(v)),
        TypeCode.Int64 => ReadAs<long>(v => Number(v)),
        TypeCode.UInt64 => ReadAs<ulong>(v => Number(v)),
        TypeCode.Single => ReadAs<float>(v => float.IsFinite(v) ? Number(v) : null),
        TypeCode.Double => ReadAs<double>(v => double.IsFinite(v) ? Number(v) : null),
        TypeCode.Decimal => ReadAs<decimal>(v => Number(v)),
        TypeCode.DateTime => ReadAs<DateTime>(v => JsonValue.Create(v.ToString("O", CultureInfo.InvariantCulture))),
        _ when field.ClrType == typeof(ReadOnlyMemory<char>) || field.ClrType == typeof(string) =>
            ReadAs<ReadOnlyMemory<char>>(v => JsonValue.Create(v.ToString())),
        _ => null,
    };

    private static ReadValues ReadAs<T>(Func<T, JsonNode?> convert)
        where T : struct
        => (field, group, count, definition, repetition) =>
        {
            T[] values = new T[count];
            group.ReadRawAsync(field, values.AsMemory(), AsMemory(definition), AsMemory(repetition), default).AsTask().GetAwaiter().GetResult();
            return place => convert(values[place]);
        };

    private static Memory<int>? AsMemory(int[]? levels) => levels is null ? (Memory<int>?)null : levels.AsMemory();

    /// <summary>A number in the form that numbers read from text have, so that callers may ask for it as any numeric type.</summary>
    private static JsonNode? Number<T>(T value)
        where T : struct, IFormattable
        => JsonNode.Parse(value.ToString(null, CultureInfo.InvariantCulture));

    private delegate Func<int, JsonNode?> ReadValues(DataField field, ParquetRowGroupReader group, int count, int[]? definition, int[]? repetition);
}
