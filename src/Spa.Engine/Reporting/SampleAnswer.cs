namespace Spa.Engine.Reporting;

/// <summary>One answer.</summary>
/// <param name="Model">Which model gave it: "SFT", "SPA 3".</param>
/// <param name="Text">The answer as text.</param>
/// <param name="Score">A score to show beside it, such as "gold 3"; empty without one.</param>
/// <param name="IsCut">True where it ran into the token limit.</param>
public sealed record SampleAnswer(string Model, string Text, string Score = "", bool IsCut = false);
