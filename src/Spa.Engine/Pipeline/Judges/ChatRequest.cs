using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>A conversation to continue by one turn.</summary>
/// <param name="Messages">Ends with the user.</param>
/// <param name="MaxNewTokens">Longest reply.</param>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="Key">Names the request to the random generator: the same key gives the same reply in any batch.</param>
/// <param name="TopLogProbs">Alternatives of the first token to report; 0: none.</param>
public sealed record ChatRequest(IReadOnlyList<Message> Messages, int MaxNewTokens, double Temperature, uint Key = 0, int TopLogProbs = 0);
