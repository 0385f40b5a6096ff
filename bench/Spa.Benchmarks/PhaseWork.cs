namespace Spa.Benchmarks;

/// <summary>Tokens that a phase of a SmolLM2-135M shape works on, and the operations that a plain implementation needs for them.</summary>
/// <param name="Name">Shown in the table.</param>
/// <param name="Tokens">Tokens of a call, counted as if nothing were shared.</param>
/// <param name="FlopsPerParameter">2 forward; 8 for policy forward and backward with a reference forward.</param>
public sealed record PhaseWork(string Name, int Tokens, double FlopsPerParameter) : IBenchmarkWork
{
    public double Flops => FlopsPerParameter * SmolLm2Shape.Parameters * Tokens;

    public double Bytes => 0;

    public override string ToString() => $"{Name}, {Tokens} tokens";
}
