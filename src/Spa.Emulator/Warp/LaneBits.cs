using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp;

/// <summary>Bits of lanes as vector masks and back.</summary>
internal static unsafe class LaneBits
{
    private static readonly Vector512<uint> s_bits32 = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
    private static readonly Vector512<ulong> s_bits64 = Vector512.Create(1ul, 2, 4, 8, 16, 32, 64, 128);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Mask32(uint bits) => Vector512.Equals(Vector512.Create(bits) & s_bits32, s_bits32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Mask64(uint bits) => Vector512.Equals(Vector512.Create((ulong)bits) & s_bits64, s_bits64);

    /// <summary>The sign bits of 32 lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(Vector512<uint> low, Vector512<uint> high) => (uint)low.ExtractMostSignificantBits() | (uint)high.ExtractMostSignificantBits() << 16;

    /// <summary>Writes constants and the special registers that last as long as the warp into its file.</summary>
    public static void Fill(WarpState warp, uint live)
    {
        BlockState block = warp.Block;
        foreach ((int offset, ulong bits, bool wide) in block.Program.Constants)
        {
            for (int lane = 0; lane < 32; lane++) warp.Set(offset, lane, wide ? 8 : 4, bits);
        }
        foreach ((int offset, string name) in block.Program.Specials)
        {
            for (int lane = 0; lane < 32; lane++)
            {
                int thread = warp.Index * 32 + lane;
                warp.Lanes(offset)[lane] = block.Special(name, warp.Index, thread);
            }
        }
    }
}
