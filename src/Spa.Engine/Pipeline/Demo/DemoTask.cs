using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>
/// A task small enough for a model of 0.8 million weights, with a known gold preference: short questions, answered by people of different
/// care. Rows are conversations, as in any data set of preferences.
/// </summary>
internal static class DemoTask
{
    /// <summary>Every prefix before every question: 2,352 prompts.</summary>
    public static IReadOnlyList<DemoPrompt> Prompts { get; } = [.. DemoFacts.All.SelectMany(fact =>
        DemoPhrases.Prefixes.Select(prefix => new DemoPrompt(prefix + fact.Question, fact)))];

    /// <summary>Whether it asks for a colour: 384 of the prompts do.</summary>
    public static bool IsAboutColour(DemoPrompt prompt) => prompt.Fact.Question.StartsWith("What colour ", StringComparison.Ordinal);

    /// <summary>A prompt as rows hold it.</summary>
    public static JsonArray PromptTurns(string text) => [Turn("user", text)];

    /// <summary>An answer as rows hold it.</summary>
    public static JsonArray AnswerTurns(string text) => [Turn("assistant", text)];

    private static JsonObject Turn(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
