using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Matrix;

/// <summary>bfloat16: the upper half of a float32.</summary>
internal readonly unsafe struct MmaBf16 : IMmaElement
{
    public static int PerRow => 8;

    public static void Rows(uint* register, double* tile, int stride)
    {
        for (int row = 0; row < 8; row++)
        {
            Vector256<uint> bits = Vector256.WidenLower(Vector128.Load((ushort*)(register + 4 * row)).ToVector256Unsafe()) << 16;
            Vector512.WidenLower(bits.AsSingle().ToVector512Unsafe()).Store(tile + row * stride);
        }
    }

    public static void Columns(uint* register, double* tile)
    {
        (Vector512<uint> left, Vector512<uint> right) = MmaColumns.Transpose(register);
        for (int t = 0; t < 4; t++)
        {
            Vector256<uint> pair = MmaColumns.Words(left, right, t);
            Vector512.WidenLower((pair << 16).AsSingle().ToVector512Unsafe()).Store(tile + 16 * t);
            Vector512.WidenLower((pair & Vector256.Create(0xFFFF0000u)).AsSingle().ToVector512Unsafe()).Store(tile + 16 * t + 8);
        }
    }
}

/// <summary>float16, subnormals included.</summary>
internal readonly unsafe struct MmaF16 : IMmaElement
{
    public static int PerRow => 8;

    public static void Rows(uint* register, double* tile, int stride)
    {
        for (int row = 0; row < 8; row++)
        {
            Vector256<float> values = Widen(Vector256.WidenLower(Vector128.Load((ushort*)(register + 4 * row)).ToVector256Unsafe()));
            Vector512.WidenLower(values.ToVector512Unsafe()).Store(tile + row * stride);
        }
    }

    public static void Columns(uint* register, double* tile)
    {
        (Vector512<uint> left, Vector512<uint> right) = MmaColumns.Transpose(register);
        for (int t = 0; t < 4; t++)
        {
            Vector256<uint> pair = MmaColumns.Words(left, right, t);
            Vector512.WidenLower(Widen(pair & Vector256.Create(0xFFFFu)).ToVector512Unsafe()).Store(tile + 16 * t);
            Vector512.WidenLower(Widen(pair >> 16).ToVector512Unsafe()).Store(tile + 16 * t + 8);
        }
    }

    /// <summary>Exponent and mantissa moved to their places in a float32 are the value times 2^-112, also for subnormals; infinity and NaN get their exponent by hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector256<uint> halves)
    {
        Vector256<uint> magnitude = (halves & Vector256.Create(0x7FFFu)) << 13;
        Vector256<uint> scaled = (magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        Vector256<uint> special = Vector256.Equals(halves & Vector256.Create(0x7C00u), Vector256.Create(0x7C00u));
        Vector256<uint> value = Vector256.ConditionalSelect(special, magnitude | Vector256.Create(0x7F800000u), scaled);
        return (value | ((halves & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }
}

/// <summary>tf32: a float32 whose low thirteen bits the tensor core does not read.</summary>
internal readonly unsafe struct MmaTf32 : IMmaElement
{
    public static int PerRow => 4;

    public static void Rows(uint* register, double* tile, int stride)
    {
        for (int row = 0; row < 8; row++)
        {
            Vector128<uint> bits = Vector128.Load(register + 4 * row) & Vector128.Create(0xFFFFE000u);
            Vector256.WidenLower(bits.AsSingle().ToVector256Unsafe()).Store(tile + row * stride);
        }
    }

    public static void Columns(uint* register, double* tile)
    {
        (Vector512<uint> left, Vector512<uint> right) = MmaColumns.Transpose(register);
        for (int t = 0; t < 4; t++)
        {
            Vector256<uint> bits = MmaColumns.Words(left, right, t) & Vector256.Create(0xFFFFE000u);
            Vector512.WidenLower(bits.AsSingle().ToVector512Unsafe()).Store(tile + 8 * t);
        }
    }
}

/// <summary>Signed bytes.</summary>
internal readonly unsafe struct MmaS8 : IMmaElement
{
    public static int PerRow => 16;

    public static void Rows(uint* register, double* tile, int stride)
    {
        for (int row = 0; row < 8; row++)
            for (int e = 0; e < 16; e++) tile[row * stride + e] = ((sbyte*)(register + 4 * row))[e];
    }

    public static void Columns(uint* register, double* tile)
    {
        for (int e = 0; e < 16; e++)
            for (int row = 0; row < 8; row++) tile[e * 8 + row] = ((sbyte*)(register + 4 * row))[e];
    }
}

/// <summary>Unsigned bytes.</summary>
internal readonly unsafe struct MmaU8 : IMmaElement
{
    public static int PerRow => 16;

    public static void Rows(uint* register, double* tile, int stride)
    {
        for (int row = 0; row < 8; row++)
            for (int e = 0; e < 16; e++) tile[row * stride + e] = ((byte*)(register + 4 * row))[e];
    }

    public static void Columns(uint* register, double* tile)
    {
        for (int e = 0; e < 16; e++)
            for (int row = 0; row < 8; row++) tile[e * 8 + row] = ((byte*)(register + 4 * row))[e];
    }
}
