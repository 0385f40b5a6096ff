namespace Spa.Engine.Models;

/// <summary>Where one scored response of a packed batch stands among its response rows.</summary>
/// <param name="Start">First response row.</param>
/// <param name="Count">Scored tokens.</param>
public readonly record struct PackedSequence(int Start, int Count);
