namespace Spa.Engine.Pipeline.Estimates;

/// <summary>What stands in for rows that are not there.</summary>
/// <param name="Rows">Rows of a file whose number the configuration does not say.</param>
/// <param name="PromptTokens">Tokens of a prompt.</param>
/// <param name="ResponseTokens">Tokens of a response in the data.</param>
public sealed record AssumedLengths(int Rows = 2000, int PromptTokens = 200, int ResponseTokens = 300);
