namespace Spa.Engine.Reporting;

/// <summary>A prompt and its answers at several points of the run, in order.</summary>
public sealed record SamplePrompt(string Prompt, IReadOnlyList<SampleAnswer> Answers)
{
    /// <summary>What was said before the prompt, where it is the last turn of a conversation.</summary>
    public IReadOnlyList<SampleTurn> Before { get; init; } = [];
}
