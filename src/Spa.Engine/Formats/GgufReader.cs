using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Spa.Engine.Formats;

/// <summary>
/// Values one after the other from a GGUF header. Every length is compared with the bytes that are left before anything is allocated,
/// so a claimed count costs nothing.
/// </summary>
internal sealed unsafe class GgufReader(string path, byte* bytes, long length)
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public long Position { get; private set; }

    public long Left => length - Position;

    /// <exception cref="SpaException">The file ends before it.</exception>
    public T Read<T>() where T : unmanaged
    {
        byte* at = Take((ulong)sizeof(T));
        return Unsafe.ReadUnaligned<T>(at);
    }

    /// <summary>A 64-bit count of things that take at least <paramref name="leastBytes"/> each.</summary>
    /// <exception cref="SpaException">So many do not fit into the rest of the file.</exception>
    public int ReadCount(string what, int leastBytes)
    {
        ulong count = Read<ulong>();
        if (count > (ulong)(Left / leastBytes))
            throw new SpaException($"'{path}' is truncated or damaged: it claims {count:N0} {what}, {Left:N0} bytes are left; copy or download it again");
        return count <= int.MaxValue ? (int)count : throw new SpaException($"'{path}' claims {count:N0} {what}, which is too many");
    }

    /// <summary>A string: 64-bit length, UTF-8.</summary>
    /// <exception cref="SpaException">It is cut off or not UTF-8.</exception>
    public string ReadString(string what)
    {
        int count = ReadCount($"bytes of {what}", 1);
        try
        {
            return s_strict.GetString(Take((ulong)count), count);
        }
        catch (DecoderFallbackException error)
        {
            throw new SpaException($"'{path}': {what} is not UTF-8; copy or download the file again", error);
        }
    }

    /// <summary>A metadata value of type <paramref name="type"/>: integers as long, floats as double, lists as arrays.</summary>
    /// <exception cref="SpaException">It is cut off or of an unknown type.</exception>
    public object ReadValue(uint type, string key) => type switch
    {
        0 => (long)Read<byte>(),
        1 => (long)Read<sbyte>(),
        2 => (long)Read<ushort>(),
        3 => (long)Read<short>(),
        4 => (long)Read<uint>(),
        5 => (long)Read<int>(),
        6 => (double)Read<float>(),
        7 => Read<byte>() != 0,
        8 => ReadString($"metadata '{key}'"),
        9 => ReadArray(Read<uint>(), key),
        10 => Signed(Read<ulong>(), key),
        11 => Read<long>(),
        12 => Read<double>(),
        _ => throw UnknownType(type, key),
    };

    private Array ReadArray(uint type, string key) => type switch
    {
        0 => ReadIntegers<byte, int>(key),
        1 => ReadIntegers<sbyte, int>(key),
        2 => ReadIntegers<ushort, int>(key),
        3 => ReadIntegers<short, int>(key),
        4 => ReadIntegers<uint, long>(key),
        5 => ReadIntegers<int, int>(key),
        6 => ReadArray(key, sizeof(float), Read<float>),
        7 => ReadArray(key, 1, () => Read<byte>() != 0),
        8 => ReadArray(key, sizeof(ulong), () => ReadString($"metadata '{key}'")),
        9 => throw new SpaException($"'{path}': metadata '{key}' is a list of lists, which is not supported"),
        10 => ReadArray(key, sizeof(ulong), () => Signed(Read<ulong>(), key)),
        11 => ReadIntegers<long, long>(key),
        12 => ReadArray(key, sizeof(double), Read<double>),
        _ => throw UnknownType(type, key),
    };

    private TTo[] ReadIntegers<TFrom, TTo>(string key) where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryInteger<TTo> =>
        ReadArray(key, sizeof(TFrom), () => TTo.CreateTruncating(Read<TFrom>()));

    private T[] ReadArray<T>(string key, int leastBytes, Func<T> read)
    {
        var values = new T[ReadCount($"entries of metadata '{key}'", leastBytes)];
        for (int i = 0; i < values.Length; i++) values[i] = read();
        return values;
    }

    private byte* Take(ulong count)
    {
        if (count > (ulong)Left)
            throw new SpaException($"'{path}' is truncated: {count:N0} bytes are missing at byte {Position:N0} of {length:N0}; copy or download it again");
        byte* at = bytes + Position;
        Position += (long)count;
        return at;
    }

    private long Signed(ulong value, string key) =>
        value <= long.MaxValue ? (long)value : throw new SpaException($"'{path}': metadata '{key}' is {value}, which is too large");

    private SpaException UnknownType(uint type, string key) =>
        new($"'{path}': metadata '{key}' has the unknown type {type}; the file is damaged or newer than GGUF version 3");
}
