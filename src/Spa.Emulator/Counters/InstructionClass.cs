namespace Spa.Emulator.Counters;

/// <summary>Classes that instructions are counted in.</summary>
public enum InstructionClass : byte
{
    /// <summary>Additions, multiplications, comparisons of integers, logic, shifts, permutations.</summary>
    Integer,
    Float32,
    Float64,

    /// <summary>Half and bfloat16 arithmetic, packed or not.</summary>
    Float16,

    /// <summary>Approximate functions: reciprocal, root, exponential, logarithm, sine.</summary>
    Special,
    Convert,

    /// <summary>Moves, selections, address conversions.</summary>
    Move,
    Control,

    /// <summary>Barriers, fences, warp synchronisation.</summary>
    Synchronize,

    /// <summary>Shuffles, votes, matches, reductions of a warp.</summary>
    Warp,
    Load,
    Store,
    Atomic,
    AsyncCopy,
    Matrix,
    Other,
}
