namespace Spa.Engine.Reporting;

/// <summary>A prompt and its answers at several points of the run, in order.</summary>
public sealed record SamplePrompt(string Prompt, IReadOnlyList<SampleAnswer> Answers);
