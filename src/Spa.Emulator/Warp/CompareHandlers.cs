using System.Numerics;
using System.Runtime.Intrinsics;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp;

/// <summary>Comparisons of small floats, predicate logic, selection.</summary>
internal static unsafe class CompareHandlers
{
    public static void Small<TFormat>(WarpState w, Instruction* i, uint mask) where TFormat : ISmallFormat
    {
        ushort* a = (ushort*)(w.Registers + i->A), b = (ushort*)(w.Registers + i->B);
        uint bits = 0;
        for (int lane = 0; lane < Lanes.Count; lane++) if (ScalarComparison.Apply(i->Bytes, TFormat.Widen(a[lane]), TFormat.Widen(b[lane]))) bits |= 1u << lane;
        Alu.SetPredicates(w, i, mask, bits);
    }

    /// <summary>selp: A where predicate C holds, else B.</summary>
    public static void Select<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged
    {
        uint c = *(uint*)(w.Registers + i->C);
        T* d = (T*)(w.Registers + i->D), a = (T*)(w.Registers + i->A), b = (T*)(w.Registers + i->B);
        for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count)
            Lanes.Store(Vector512.ConditionalSelect(Lanes.Mask<T>(c >> k), Vector512.Load(a + k), Vector512.Load(b + k)), d + k, mask >> k);
    }

    public static void SelectPredicate(WarpState w, Instruction* i, uint mask)
    {
        uint c = *(uint*)(w.Registers + i->C);
        Write(w, i, mask, *(uint*)(w.Registers + i->A) & c | *(uint*)(w.Registers + i->B) & ~c);
    }

    /// <summary>Target: 0 and, 1 or, 2 xor, 3 not; Count: bit 0 negates A, bit 1 negates B.</summary>
    public static void Logic(WarpState w, Instruction* i, uint mask)
    {
        uint a = *(uint*)(w.Registers + i->A) ^ ((i->Count & 1) != 0 ? Lanes.All : 0), b = *(uint*)(w.Registers + i->B) ^ ((i->Count & 2) != 0 ? Lanes.All : 0);
        Write(w, i, mask, i->Target switch { 0 => a & b, 1 => a | b, 2 => a ^ b, _ => ~a });
    }

    public static void MovePredicate(WarpState w, Instruction* i, uint mask) => Write(w, i, mask, *(uint*)(w.Registers + i->A) ^ ((i->Count & 1) != 0 ? Lanes.All : 0));

    public static void TestF32(WarpState w, Instruction* i, uint mask)
    {
        float* a = (float*)(w.Registers + i->A);
        uint bits = 0;
        for (int lane = 0; lane < Lanes.Count; lane++) if (TestProperty.Apply(i->Count, a[lane], float.IsSubnormal(a[lane]))) bits |= 1u << lane;
        Write(w, i, mask, bits);
    }

    public static void TestF64(WarpState w, Instruction* i, uint mask)
    {
        double* a = (double*)(w.Registers + i->A);
        uint bits = 0;
        for (int lane = 0; lane < Lanes.Count; lane++) if (TestProperty.Apply(i->Count, a[lane], double.IsSubnormal(a[lane]))) bits |= 1u << lane;
        Write(w, i, mask, bits);
    }

    private static void Write(WarpState w, Instruction* i, uint mask, uint bits) => Write(w, i->D, mask, bits);

    /// <summary>Sets a predicate for the active lanes.</summary>
    public static void Write(WarpState w, int predicate, uint mask, uint bits)
    {
        uint* d = (uint*)(w.Registers + predicate);
        *d = *d & ~mask | bits & mask;
    }
}

/// <summary>A comparison of floats with its flags: <typeparamref name="TNot"/> negates the result, which turns an ordered comparison into the unordered opposite.</summary>
internal readonly struct FloatCompare<T, TOp, TFtz, TNot> : IVectorCompare<T> where TOp : IVectorCompare<T> where TFtz : IFlag where TNot : IFlag
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b)
    {
        if (TFtz.On) (a, b) = (Float32.Flush(a.As<T, float>()).As<float, T>(), Float32.Flush(b.As<T, float>()).As<float, T>());
        Vector512<T> result = TOp.Apply(a, b);
        return TNot.On ? ~result : result;
    }
}

/// <summary>ne: different, and both numbers.</summary>
internal readonly struct Differs<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b) | Vector512.GreaterThan(a, b);
}

internal readonly struct AreNumbers<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, a) & Vector512.Equals(b, b);
}
