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
    private readonly Func<ParquetRowGroupReader, int, int[]?, int[]?, Func<int, JsonNode?>> _read;

    public ParquetLeaf(DataField field, string path)
    {
        _field = field;
        _read = Type.GetTypeCode(field.ClrType) switch
        {
            TypeCode.Boolean => ReadAs<bool>(v => JsonValue.Create(v)),
            TypeCode.SByte => ReadAs<sbyte>(v => Number(v)),
            TypeCode.Byte => ReadAs<byte>(v => Number(v)),
            TypeCode.Int16 => ReadAs<short>(v => Number(v)),
            TypeCode.UInt16 => ReadAs<ushort>(v => Number(v)),
            TypeCode.Int32 => ReadAs<int>(v => Number(v)),
            TypeCode.UInt32 => ReadAs<uint>(v => Number(v)),
            TypeCode.Int64 => ReadAs<long>(v => Number(v)),
            TypeCode.Single => ReadAs<float>(v => float.IsFinite(v) ? Number(v) : null),
            TypeCode.Double => ReadAs<double>(v => double.IsFinite(v) ? Number(v) : null),
            _ when field.ClrType == typeof(ReadOnlyMemory<char>) || field.ClrType == typeof(string) =>
                ReadAs<ReadOnlyMemory<char>>(v => JsonValue.Create(v.ToString())),
            _ => throw new SpaException(
                $"{path}: column '{field.Path}' holds {field.ClrType.Name} values; expected strings, numbers or booleans; leave the column out"),
        };
    }

    public string Name => _field.Name;

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
        Func<int, JsonNode?> value = _read(group, count, definition, repetition);
        return new ParquetValues(count, definition, repetition, _field.MaxDefinitionLevel, value);
    }

    private Func<ParquetRowGroupReader, int, int[]?, int[]?, Func<int, JsonNode?>> ReadAs<T>(Func<T, JsonNode?> convert)
        where T : struct
        => (group, count, definition, repetition) =>
        {
            T[] values = new T[count];
            group.ReadRawAsync(_field, values.AsMemory(), AsMemory(definition), AsMemory(repetition), default).AsTask().GetAwaiter().GetResult();
            return place => convert(values[place]);
        };

    private static Memory<int>? AsMemory(int[]? levels) => levels is null ? (Memory<int>?)null : levels.AsMemory();

    /// <summary>A number in the form that numbers read from text have, so that callers may ask for it as any numeric type.</summary>
    private static JsonNode? Number<T>(T value)
        where T : struct, IFormattable
        => JsonNode.Parse(value.ToString(null, System.Globalization.CultureInfo.InvariantCulture));
}
