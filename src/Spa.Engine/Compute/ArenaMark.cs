namespace Spa.Engine.Compute;

/// <summary>A position in an <see cref="Arena"/>.</summary>
public readonly record struct ArenaMark(long Used, int Segments);
