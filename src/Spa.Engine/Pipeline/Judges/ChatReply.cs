namespace Spa.Engine.Pipeline.Judges;

/// <summary>A model's turn.</summary>
/// <param name="Text">As it came.</param>
/// <param name="Cut">It reached its limit.</param>
/// <param name="FirstToken">The most probable first tokens with their log-probs, where they were asked for and are known.</param>
public sealed record ChatReply(string Text, bool Cut = false, IReadOnlyList<KeyValuePair<string, double>>? FirstToken = null);
