namespace Spa.Engine.Evaluation;

/// <summary>Two responses of which an oracle knows the better one.</summary>
/// <param name="Group">Number of their prompt.</param>
/// <param name="Margin">What the judge gives the better one minus what it gives the worse one.</param>
public readonly record struct GoldPair(int Group, double Margin);
