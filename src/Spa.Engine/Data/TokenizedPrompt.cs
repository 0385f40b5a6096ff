namespace Spa.Engine.Data;

/// <summary>A prompt as the model sees it, ending where the response begins. Cut tells whether tokens were left out to fit.</summary>
public sealed record TokenizedPrompt(int[] Tokens, bool Cut);
