namespace Spa.Engine.Data;

/// <summary>
/// Walks structs of Parquet's metadata (Thrift's compact protocol) by the format's own field types. What passes has every known field in its right type and no
/// length beyond its end; unknown fields are passed over, as the protocol asks.
/// </summary>
internal ref struct ThriftWalker
{
    private const int MaxDepth = 16;

    /// <summary>Highest field number whose value is told.</summary>
    private const int MaxTold = 17;

    /// <summary>Fields by struct, each <c>id:type</c>; a name is another struct, brackets are a list (parquet.thrift).</summary>
    private static readonly Dictionary<string, Dictionary<int, string>> s_structs = new()
    {
        ["File"] = Fields("1:i 2:[Schema] 3:i 4:[Group] 5:[KeyValue] 6:s 7:[Order]"),
        ["Schema"] = Fields("1:i 2:i 3:i 4:s 5:i 6:i 7:i 8:i 9:i 10:Logical"),
        ["Logical"] = Fields("1:Empty 2:Empty 3:Empty 4:Empty 5:Decimal 6:Empty 7:Time 8:Time 10:Integer 11:Empty 12:Empty 13:Empty 14:Empty 15:Empty 16:Byte "
            + "17:Geo 18:Geo"),
        ["Empty"] = [],
        ["Decimal"] = Fields("1:i 2:i"),
        ["Time"] = Fields("1:b 2:Unit"),
        ["Unit"] = Fields("1:Empty 2:Empty 3:Empty"),
        ["Integer"] = Fields("1:8 2:b"),
        ["Byte"] = Fields("1:8"),
        ["Geo"] = Fields("1:s 2:i"),
        ["Group"] = Fields("1:[Chunk] 2:i 3:i 4:[Sorting] 5:i 6:i 7:i"),
        ["Chunk"] = Fields("1:s 2:i 3:Column 4:i 5:i 6:i 7:i"),
        ["Column"] = Fields("1:i 2:[i] 3:[s] 4:i 5:i 6:i 7:i 8:[KeyValue] 9:i 10:i 11:i 12:Statistics 13:[Encoding] 14:i 15:i 16:Sizes 17:Places"),
        ["Statistics"] = Fields("1:s 2:s 3:i 4:i 5:s 6:s 7:b 8:b"),
        ["Encoding"] = Fields("1:i 2:i 3:i"),
        ["Sizes"] = Fields("1:i 2:[i] 3:[i]"),
        ["Places"] = Fields("1:Box 2:[i]"),
        ["Box"] = Fields("1:d 2:d 3:d 4:d 5:d 6:d 7:d 8:d"),
        ["Sorting"] = Fields("1:i 2:b 3:b"),
        ["KeyValue"] = Fields("1:s 2:s"),
        ["Order"] = Fields("1:Empty"),
        ["Page"] = Fields("1:i 2:i 3:i 4:i 5:DataPage 6:Empty 7:Dictionary 8:DataPage2"),
        ["DataPage"] = Fields("1:i 2:i 3:i 4:i 5:Statistics"),
        ["Dictionary"] = Fields("1:i 2:i 3:b"),
        ["DataPage2"] = Fields("1:i 2:i 3:i 4:i 5:i 6:i 7:b 8:Statistics"),
    };

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _place;
    private readonly Action<string, long?[]> _tell;

    /// <param name="bytes">Where the struct begins; it need not take all.</param>
    /// <param name="place">What errors call the place, such as "its footer".</param>
    /// <param name="tell">Called at the end of every struct with its name and its integers by field number; the array is the callee's.</param>
    public ThriftWalker(ReadOnlySpan<byte> bytes, string place, Action<string, long?[]> tell)
    {
        _bytes = bytes;
        _place = place;
        _tell = tell;
    }

    /// <summary>Bytes walked so far.</summary>
    public int Length { get; private set; }

    /// <exception cref="InvalidDataException">The bytes are damaged, encrypted or of an unknown make; says how.</exception>
    public void Struct(string name) => Struct(name, 0);

    private void Struct(string? name, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException($"{_place} is nested too deeply");
        Dictionary<int, string>? fields = name is null ? null : s_structs[name];
        long?[] integers = name is "Column" or "Page" or "DataPage" or "Dictionary" or "DataPage2" ? new long?[MaxTold + 1] : [];
        for (int id = 0; ;)
        {
            byte header = Byte();
            if (header == 0) break;
            id = header >> 4 == 0 ? (short)ZigZag(VarInt()) : id + (header >> 4);
            int type = header & 15;
            if (name is "File" or "Chunk" && id is 8 or 9) throw new InvalidDataException("it is encrypted");
            string? expected = fields?.GetValueOrDefault(id);
            if (expected is not null && !Fits(type, expected)) throw new InvalidDataException($"field {id} of {name} in {_place} has the wrong type");
            if (type is 1 or 2) continue;
            if (expected == "i" && id < integers.Length) integers[id] = ZigZag(VarInt());
            else Value(type, expected, depth + 1);
        }
        if (name is not null) _tell(name, integers);
    }

    /// <summary>Passes over one value. Types: 3 byte, 4 to 6 integers, 7 double, 8 bytes, 9 list, 12 struct.</summary>
    private void Value(int type, string? expected, int depth)
    {
        switch (type)
        {
            case 3:
                Skip(1);
                break;
            case 4 or 5 or 6:
                VarInt();
                break;
            case 7:
                Skip(8);
                break;
            case 8:
                Skip(VarInt());
                break;
            case 9:
                List(expected?[1..^1], depth);
                break;
            case 12:
                Struct(expected, depth);
                break;
            default:
                throw new InvalidDataException($"{_place} has an unknown type {type}");
        }
    }

    private void List(string? expected, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException($"{_place} is nested too deeply");
        byte header = Byte();
        ulong count = header >> 4 == 15 ? VarInt() : (ulong)(header >> 4);
        int type = header & 15;
        // Every entry takes at least a byte; entries of type 1 and 2 take none in the library's reading.
        if (count > (ulong)(_bytes.Length - Length)) throw new InvalidDataException($"a list in {_place} claims {count} entries");
        if (count > 0 && expected is not null && !Fits(type, expected)) throw new InvalidDataException($"a list in {_place} has the wrong type");
        for (ulong i = 0; i < count; i++) Value(type, expected, depth + 1);
    }

    private static Dictionary<int, string> Fields(string fields) =>
        fields.Split(' ').Select(field => field.Split(':')).ToDictionary(parts => int.Parse(parts[0]), parts => parts[1]);

    private static bool Fits(int type, string expected) => expected switch
    {
        "i" => type is 4 or 5 or 6,
        "b" => type is 1 or 2,
        "8" => type == 3,
        "d" => type == 7,
        "s" => type == 8,
        _ => type == (expected[0] == '[' ? 9 : 12),
    };

    private byte Byte() => Length < _bytes.Length ? _bytes[Length++] : throw new InvalidDataException($"{_place} ends too early");

    private void Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - Length)) throw new InvalidDataException($"{_place} ends too early");
        Length += (int)count;
    }

    private ulong VarInt()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte b = Byte();
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        throw new InvalidDataException($"a number in {_place} is too long");
    }

    private static long ZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
