using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Two responses to a prompt in the order in which a judge is shown them.</summary>
/// <param name="Prompt">Text or messages, as it stands in the data.</param>
/// <param name="First">Shown first.</param>
/// <param name="Second">Shown second.</param>
public sealed record PairQuestion(JsonNode? Prompt, string First, string Second);
