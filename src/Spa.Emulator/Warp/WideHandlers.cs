using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spa.Emulator.Warp;

/// <summary>Operations between 32-bit and 64-bit registers on vectors: what address arithmetic is made of.</summary>
internal static unsafe class WideHandlers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load<T>(byte* register, int k) where T : unmanaged => typeof(T) == typeof(int)
        ? Vector512.WidenLower(Vector512.Create(Vector256.Load((int*)register + k), Vector256<int>.Zero)).AsUInt64()
        : Vector512.WidenLower(Vector512.Create(Vector256.Load((uint*)register + k), Vector256<uint>.Zero));

    /// <summary>mul.wide of 32 bits.</summary>
    public static void Multiply<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged, IBinaryInteger<T>
    {
        ulong* d = (ulong*)(w.Registers + i->D);
        for (int k = 0; k < Lanes.Count; k += 8) Lanes.Store(Load<T>(w.Registers + i->A, k) * Load<T>(w.Registers + i->B, k), d + k, mask >> k);
    }

    /// <summary>mad.wide of 32 bits.</summary>
    public static void MultiplyAdd<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged, IBinaryInteger<T>
    {
        ulong* d = (ulong*)(w.Registers + i->D), c = (ulong*)(w.Registers + i->C);
        for (int k = 0; k < Lanes.Count; k += 8) Lanes.Store(Load<T>(w.Registers + i->A, k) * Load<T>(w.Registers + i->B, k) + Vector512.Load(c + k), d + k, mask >> k);
    }

    /// <summary>cvt from 32 to 64 bits, T gives the sign.</summary>
    public static void Extend<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged, IBinaryInteger<T>
    {
        ulong* d = (ulong*)(w.Registers + i->D);
        for (int k = 0; k < Lanes.Count; k += 8) Lanes.Store(Load<T>(w.Registers + i->A, k), d + k, mask >> k);
    }

    /// <summary>cvt from 64 to 32 bits.</summary>
    public static void Narrow(WarpState w, Instruction* i, uint mask)
    {
        uint* d = (uint*)(w.Registers + i->D);
        ulong* a = (ulong*)(w.Registers + i->A);
        for (int k = 0; k < Lanes.Count; k += 16) Lanes.Store(Vector512.Narrow(Vector512.Load(a + k), Vector512.Load(a + k + 8)), d + k, mask >> k);
    }

    /// <summary>shl of 64 bits.</summary>
    public static void ShiftLeft(WarpState w, Instruction* i, uint mask)
    {
        ulong* d = (ulong*)(w.Registers + i->D), a = (ulong*)(w.Registers + i->A);
        if (Avx512F.IsSupported)
        {
            for (int k = 0; k < Lanes.Count; k += 8) Lanes.Store(Avx512F.ShiftLeftLogicalVariable(Vector512.Load(a + k), Load<uint>(w.Registers + i->B, k)), d + k, mask >> k);
            return;
        }
        Alu.Map<ulong, uint, ulong, Ops.ShiftLeft<ulong>>(w, i, mask);
    }
}
