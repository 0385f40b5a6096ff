using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Engine.Formats;

/// <summary>
/// Blocks of 32 as ggml defines them (<c>ggml-common.h</c>, <c>dequantize_row_*</c>). Product and sum are rounded one after the other, never
/// fused, so the bits are those of the reference formula on every machine.
/// </summary>
internal static unsafe class QuantisedBlocks
{
    /// <summary>Elements of a block.</summary>
    public const int Length = 32;

    /// <summary>half d, 32 signed bytes q: d * q.</summary>
    public static void DecodeQ8_0(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 34, destination += Length)
        {
            float scale = Half(source);
            Scale(Vector128.Load((sbyte*)source + 2), scale, destination);
            Scale(Vector128.Load((sbyte*)source + 18), scale, destination + 16);
        }
    }

    /// <summary>half d, 16 bytes of two 4-bit q (low halves are elements 0 to 15, high halves 16 to 31): d * (q - 8).</summary>
    public static void DecodeQ4_0(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 18, destination += Length)
        {
            Vector128<byte> pairs = Vector128.Load(source + 2);
            float scale = Half(source);
            Scale((pairs & Vector128.Create((byte)15)).AsSByte() - Vector128.Create((sbyte)8), scale, destination);
            Scale(Vector128.ShiftRightLogical(pairs, 4).AsSByte() - Vector128.Create((sbyte)8), scale, destination + 16);
        }
    }

    /// <summary>half d, half m, 16 bytes as in Q4_0: d * q + m.</summary>
    public static void DecodeQ4_1(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 20, destination += Length)
        {
            Vector128<byte> pairs = Vector128.Load(source + 4);
            (float scale, float minimum) = (Half(source), Half(source + 2));
            ScaleAndAdd((pairs & Vector128.Create((byte)15)).AsSByte(), scale, minimum, destination);
            ScaleAndAdd(Vector128.ShiftRightLogical(pairs, 4).AsSByte(), scale, minimum, destination + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(Vector128<sbyte> q, float scale, float* destination)
    {
        Vector128<float> factor = Vector128.Create(scale);
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(q);
        (Convert(Vector128.WidenLower(lower)) * factor).Store(destination);
        (Convert(Vector128.WidenUpper(lower)) * factor).Store(destination + 4);
        (Convert(Vector128.WidenLower(upper)) * factor).Store(destination + 8);
        (Convert(Vector128.WidenUpper(upper)) * factor).Store(destination + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScaleAndAdd(Vector128<sbyte> q, float scale, float minimum, float* destination)
    {
        (Vector128<float> factor, Vector128<float> addend) = (Vector128.Create(scale), Vector128.Create(minimum));
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(q);
        (Convert(Vector128.WidenLower(lower)) * factor + addend).Store(destination);
        (Convert(Vector128.WidenUpper(lower)) * factor + addend).Store(destination + 4);
        (Convert(Vector128.WidenLower(upper)) * factor + addend).Store(destination + 8);
        (Convert(Vector128.WidenUpper(upper)) * factor + addend).Store(destination + 12);
    }

    private static Vector128<float> Convert(Vector128<int> q) => Vector128.ConvertToSingle(q);

    private static float Half(byte* source) => HalfBits.ToSingle(Unsafe.ReadUnaligned<ushort>(source));
}
