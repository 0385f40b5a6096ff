namespace Spa.Emulator.Counters;

/// <summary>What an instruction keeps busy.</summary>
public enum InstructionClass
{
    Integer,
    Float32,
    Float64,
    Half,
    Special,
    Conversion,
    Move,
    Predicate,
    Control,
    GlobalLoad,
    GlobalStore,
    SharedLoad,
    SharedStore,
    LocalMemory,
    ParameterLoad,
    AsyncCopy,
    Atomic,
    Shuffle,
    Barrier,
    Matrix,
    MatrixLoad,
}
