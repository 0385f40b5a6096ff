using System.Numerics;

namespace Spa.Emulator.Warp.Ops;

internal readonly struct PopCount<T> : IScalarUnary<T, uint> where T : unmanaged, IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.PopCount(a));
}

internal readonly struct LeadingZeros<T> : IScalarUnary<T, uint> where T : unmanaged, IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
}

/// <summary>bfind: position of the highest bit that differs from the sign, or all ones; <typeparamref name="TShift"/> counts from the top.</summary>
internal readonly struct FindBit<T, TShift> : IScalarUnary<T, uint> where T : unmanaged, IBinaryInteger<T> where TShift : IFlag
{
    public static unsafe uint Apply(T a)
    {
        if (T.IsNegative(a)) a = ~a;
        int zeros = int.CreateTruncating(T.LeadingZeroCount(a)), top = 8 * sizeof(T) - 1;
        return zeros > top ? uint.MaxValue : (uint)(TShift.On ? zeros : top - zeros);
    }
}

internal readonly struct ReverseBits32 : IScalarUnary<uint, uint>
{
    public static uint Apply(uint a)
    {
        a = a >> 1 & 0x5555_5555 | (a & 0x5555_5555) << 1;
        a = a >> 2 & 0x3333_3333 | (a & 0x3333_3333) << 2;
        a = a >> 4 & 0x0F0F_0F0F | (a & 0x0F0F_0F0F) << 4;
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);
    }
}

internal readonly struct ReverseBits64 : IScalarUnary<ulong, ulong>
{
    public static ulong Apply(ulong a) => (ulong)ReverseBits32.Apply((uint)a) << 32 | ReverseBits32.Apply((uint)(a >> 32));
}

/// <summary>bfe: <c>len</c> bits of a from <c>pos</c> on, sign-extended for T signed (the sign is the field's top bit, or a's where the field reaches beyond it).</summary>
internal readonly struct ExtractBits<T> : IScalarTernary<T, uint, uint, T> where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a, uint position, uint length)
    {
        int width = 8 * sizeof(T), pos = (int)(position & 0xFF), len = (int)(length & 0xFF);
        bool signed = T.IsNegative(~T.Zero);
        T sign = T.Zero;
        if (signed && len > 0) sign = (a >> Math.Min(pos + len - 1, width - 1)) & T.One;
        T fill = T.IsZero(sign) ? T.Zero : ~T.Zero;
        if (len == 0) return T.Zero;
        int available = Math.Min(len, Math.Max(width - pos, 0));
        if (available == 0) return fill;
        T mask = available == width ? ~T.Zero : (T.One << available) - T.One;
        T field = (pos == 0 ? a : a >>> pos) & mask;
        return available == width ? field : field | (fill & ~mask);
    }
}

/// <summary>bfi: the low <c>len</c> bits of a put into b at <c>pos</c>.</summary>
internal static class InsertBits
{
    public static ulong Apply(ulong a, ulong b, uint position, uint length, int width)
    {
        int pos = (int)(position & 0xFF), len = (int)(length & 0xFF);
        if (len == 0 || pos >= width) return b;
        len = Math.Min(len, width - pos);
        ulong mask = (len == 64 ? ulong.MaxValue : (1UL << len) - 1) << pos;
        return b & ~mask | a << pos & mask;
    }
}

/// <summary>fns: position of the n-th set bit of the mask counted from a base, or all ones.</summary>
internal readonly struct FindNthSet : IScalarTernary<uint, uint, int, uint>
{
    public static uint Apply(uint mask, uint from, int offset)
    {
        if (from > 31) return uint.MaxValue;
        if (offset == 0) return (mask >> (int)from & 1) != 0 ? from : uint.MaxValue;
        int step = Math.Sign(offset), count = Math.Abs(offset);
        for (int position = (int)from; position is >= 0 and < 32; position += step)
            if ((mask >> position & 1) != 0 && --count == 0) return (uint)position;
        return uint.MaxValue;
    }
}

/// <summary>prmt in its default mode: each selector nibble picks a byte of b:a, or its sign spread over the byte.</summary>
internal readonly struct PermuteBytes : IScalarTernary<uint, uint, uint, uint>
{
    public static uint Apply(uint a, uint b, uint selector)
    {
        ulong bytes = (ulong)b << 32 | a;
        uint result = 0;
        for (int i = 0; i < 4; i++)
        {
            uint pick = selector >> 4 * i & 0xF;
            uint value = (uint)(bytes >> (int)(8 * (pick & 7))) & 0xFF;
            if ((pick & 8) != 0) value = (value & 0x80) != 0 ? 0xFFu : 0;
            result |= value << 8 * i;
        }
        return result;
    }
}

/// <summary>prmt with a mode: f4e, b4e, rc8, ecl, ecr, rc16.</summary>
internal static class PermuteMode
{
    private static readonly string[] s_names = ["f4e", "b4e", "rc8", "ecl", "ecr", "rc16"];
    private static readonly uint[][] s_selectors =
    [
        [0x3210, 0x4321, 0x5432, 0x6543],
        [0x5670, 0x6701, 0x7012, 0x0123],
        [0x0000, 0x1111, 0x2222, 0x3333],
        [0x3210, 0x3211, 0x3222, 0x3333],
        [0x0000, 0x1110, 0x2210, 0x3210],
        [0x1010, 0x3232, 0x1010, 0x3232],
    ];

    public static int Find(string name) => Array.IndexOf(s_names, name);

    public static uint Apply(int mode, uint a, uint b, uint control) => PermuteBytes.Apply(a, b, s_selectors[mode][control & 3]);
}

/// <summary>shf: a 64-bit funnel shift, the amount wrapped at 32 or clamped to 32.</summary>
internal readonly struct FunnelShift<TLeft, TWrap> : IScalarTernary<uint, uint, uint, uint> where TLeft : IFlag where TWrap : IFlag
{
    public static uint Apply(uint a, uint b, uint c)
    {
        int amount = (int)(TWrap.On ? c & 31 : Math.Min(c, 32));
        ulong both = (ulong)b << 32 | a;
        return TLeft.On ? (uint)(both << amount >> 32) : (uint)(both >> amount);
    }
}

/// <summary>dp4a: c plus the dot product of four bytes.</summary>
internal readonly struct DotBytes<TSignedA, TSignedB> : IScalarTernary<uint, uint, uint, uint> where TSignedA : IFlag where TSignedB : IFlag
{
    public static uint Apply(uint a, uint b, uint c)
    {
        for (int i = 0; i < 4; i++)
        {
            byte x = (byte)(a >> 8 * i), y = (byte)(b >> 8 * i);
            c += (uint)((TSignedA.On ? (sbyte)x : x) * (TSignedB.On ? (sbyte)y : y));
        }
        return c;
    }
}

/// <summary>dp2a: c plus the dot product of two 16-bit values and two bytes of b, the low or the high ones.</summary>
internal readonly struct DotHalves<TSignedA, TSignedB, THigh> : IScalarTernary<uint, uint, uint, uint> where TSignedA : IFlag where TSignedB : IFlag where THigh : IFlag
{
    public static uint Apply(uint a, uint b, uint c)
    {
        for (int i = 0; i < 2; i++)
        {
            ushort x = (ushort)(a >> 16 * i);
            byte y = (byte)(b >> 8 * i + (THigh.On ? 16 : 0));
            c += (uint)((TSignedA.On ? (short)x : x) * (TSignedB.On ? (sbyte)y : y));
        }
        return c;
    }
}

/// <summary>bmsk: <c>b</c> ones from bit <c>a</c> on.</summary>
internal readonly struct BitMask<TWrap> : IScalarBinary<uint, uint, uint> where TWrap : IFlag
{
    public static uint Apply(uint a, uint b)
    {
        (a, b) = TWrap.On ? (a & 31, b & 31) : (Math.Min(a, 32), Math.Min(b, 32));
        return (uint)(((1UL << (int)b) - 1) << (int)a);
    }
}

/// <summary>szext: bits from <c>b</c> on become zero or the sign.</summary>
internal readonly struct ExtendFrom<TSigned, TWrap> : IScalarBinary<uint, uint, uint> where TSigned : IFlag where TWrap : IFlag
{
    public static uint Apply(uint a, uint b)
    {
        b = TWrap.On ? b & 31 : Math.Min(b, 32);
        if (b == 0) return 0;
        int shift = 32 - (int)b;
        return TSigned.On ? (uint)((int)(a << shift) >> shift) : a << shift >> shift;
    }
}
