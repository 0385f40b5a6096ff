namespace Spa.Emulator.Warp.Ops;

/// <summary>A modifier as a type, so that each form of an operation is compiled without it.</summary>
internal interface IFlag
{
    static abstract bool On { get; }
}
