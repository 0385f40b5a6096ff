using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Matrix;

/// <summary>float32: four registers, even and odd columns apart.</summary>
internal readonly unsafe struct MmaAccumulatorF32 : IMmaAccumulator
{
    public static int Registers => 4;

    public static void Load(uint** registers, double* tile)
    {
        for (int row = 0; row < 16; row += 2)
        {
            Vector512<float> pair = MmaColumns.Interleave(registers + (row >> 3) * 2, row & 7).AsSingle();
            Vector512.WidenLower(pair).Store(tile + row * 8);
            Vector512.WidenUpper(pair).Store(tile + row * 8 + 8);
        }
    }

    public static void Store(uint** registers, double* tile)
    {
        for (int row = 0; row < 16; row += 2)
        {
            Vector512<float> pair = Vector512.Narrow(Vector512.Load(tile + row * 8), Vector512.Load(tile + row * 8 + 8));
            Vector512<uint> bits = Vector512.ConditionalSelect(Vector512.Equals(pair, pair).AsUInt32(), pair.AsUInt32(), Vector512.Create(0x7FFFFFFFu));
            MmaColumns.Separate(bits, registers + (row >> 3) * 2, row & 7);
        }
    }
}

/// <summary>float16: two registers, a pair of columns in each.</summary>
internal readonly unsafe struct MmaAccumulatorF16 : IMmaAccumulator
{
    public static int Registers => 2;

    public static void Load(uint** registers, double* tile)
    {
        MmaF16.Rows(registers[0], tile, 8);
        MmaF16.Rows(registers[1], tile + 64, 8);
    }

    public static void Store(uint** registers, double* tile)
    {
        for (int i = 0; i < 128; i++)
        {
            ushort bits = double.IsNaN(tile[i]) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits((Half)tile[i]);
            ((ushort*)registers[i >> 6])[i & 63] = bits;
        }
    }
}

/// <summary>int32, which wraps around.</summary>
internal readonly unsafe struct MmaAccumulatorS32 : IMmaAccumulator
{
    public static int Registers => 4;

    public static void Load(uint** registers, double* tile)
    {
        for (int i = 0; i < 128; i++) tile[i] = (int)registers[MmaColumns.Register(i)][MmaColumns.Lane(i)];
    }

    public static void Store(uint** registers, double* tile)
    {
        for (int i = 0; i < 128; i++) registers[MmaColumns.Register(i)][MmaColumns.Lane(i)] = unchecked((uint)(long)tile[i]);
    }
}

/// <summary>int32 clamped at both ends (<c>.satfinite</c>).</summary>
internal readonly unsafe struct MmaAccumulatorS32Clamped : IMmaAccumulator
{
    public static int Registers => 4;

    public static void Load(uint** registers, double* tile) => MmaAccumulatorS32.Load(registers, tile);

    public static void Store(uint** registers, double* tile)
    {
        for (int i = 0; i < 128; i++) registers[MmaColumns.Register(i)][MmaColumns.Lane(i)] = unchecked((uint)(int)Math.Clamp(tile[i], int.MinValue, int.MaxValue));
    }
}
