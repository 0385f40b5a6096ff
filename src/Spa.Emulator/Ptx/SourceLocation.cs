namespace Spa.Emulator.Ptx;

/// <summary>A <c>.loc</c>: file number and line of the CUDA source, and the place where that code was inlined.</summary>
internal sealed record SourceLocation(int File, int Line, int Column, SourceLocation? InlinedAt);
