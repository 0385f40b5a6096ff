namespace Spa.Emulator.Ptx;

/// <summary>A variable of some state space: module scope, function scope or a parameter.</summary>
internal sealed class PtxVariable
{
    public required string Name { get; init; }

    /// <summary><c>global</c>, <c>const</c>, <c>shared</c>, <c>local</c> or <c>param</c>.</summary>
    public required string Space { get; init; }

    public required PtxType Type { get; init; }

    public required int Alignment { get; init; }

    /// <summary>Bytes; 0 for an array without a length (extern shared).</summary>
    public required long Size { get; set; }

    public required int Line { get; init; }

    public bool IsExtern { get; init; }

    /// <summary>Initial bytes, or null.</summary>
    public byte[]? Initial { get; set; }

    /// <summary>Places in <see cref="Initial"/> that hold the address of a symbol plus an addend; generic when written with <c>generic()</c>.</summary>
    public List<(int Offset, int Bytes, string Symbol, long Addend)> Addresses { get; } = [];

    /// <summary>Offset or address given by the module (global, const) or by the decoder (shared, local, param).</summary>
    public long Place { get; set; } = -1;
}
