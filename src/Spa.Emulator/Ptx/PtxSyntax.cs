namespace Spa.Emulator.Ptx;

/// <summary>A parsed module.</summary>
internal sealed class PtxSyntax
{
    public required string Name { get; init; }

    public string Version { get; set; } = "";

    public string Target { get; set; } = "";

    public Dictionary<string, PtxVariable> Variables { get; } = [];

    public Dictionary<string, PtxFunctionSyntax> Functions { get; } = [];

    /// <summary>File names of <c>.file</c> by number.</summary>
    public Dictionary<int, string> Files { get; } = [];

    public List<SourceLocation> Locations { get; } = [];
}
