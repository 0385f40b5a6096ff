namespace Spa.Engine.Evaluation;

/// <summary>A labelled pair as a model sees it.</summary>
/// <param name="Margin">Reward of the chosen response minus reward of the rejected one.</param>
/// <param name="ChosenTokens">Length of the chosen response.</param>
/// <param name="RejectedTokens">Length of the rejected response.</param>
public readonly record struct EvaluatedPair(double Margin, int ChosenTokens, int RejectedTokens);
