namespace Spa.Emulator.Warp;

/// <summary>Operations on predicates: one word for the warp.</summary>
internal static unsafe class Predicates
{
    public const int None = 0, And = 1, Or = 2, Xor = 3;

    /// <summary>Ends a setp: joins the comparison with a predicate (C, by Mode) and writes one or two results.</summary>
    public static void Set(WarpState w, Instruction i, uint bits)
    {
        uint negated = ~bits;
        if (i.C >= 0)
        {
            uint c = *(uint*)(w.File + i.C);
            if (i.GuardedOperandNegated) c = ~c;
            bits = Join(bits, c, i.Mode);
            negated = Join(negated, c, i.Mode);
        }
        if (i.D >= 0) w.SetPredicate(i.D, bits);
        if (i.D2 >= 0) w.SetPredicate(i.D2, negated);
    }

    public static uint Join(uint a, uint b, int mode) => mode switch { And => a & b, Or => a | b, Xor => a ^ b, _ => a };

    public static void Logic(WarpState w, Instruction i) => w.SetPredicate(i.D, Join(*(uint*)(w.File + i.A), *(uint*)(w.File + i.B), i.Mode));

    public static void Not(WarpState w, Instruction i) => w.SetPredicate(i.D, ~*(uint*)(w.File + i.A));

    public static void Move(WarpState w, Instruction i) => w.SetPredicate(i.D, *(uint*)(w.File + i.A));

    /// <summary>selp for predicates: d = c ? a : b.</summary>
    public static void Select(WarpState w, Instruction i)
    {
        uint c = *(uint*)(w.File + i.C);
        w.SetPredicate(i.D, (*(uint*)(w.File + i.A) & c) | (*(uint*)(w.File + i.B) & ~c));
    }
}
