namespace Spa.Engine.Evaluation;

/// <summary>How a model predicts the scored tokens of an example, summed over them.</summary>
/// <param name="Loss">Cross entropy, nats.</param>
/// <param name="Correct">Tokens to which the model gives the largest logit.</param>
/// <param name="Entropy">Of its predictions, nats.</param>
/// <param name="Tokens">Scored tokens.</param>
public readonly record struct ExampleScore(double Loss, double Correct, double Entropy, int Tokens);
