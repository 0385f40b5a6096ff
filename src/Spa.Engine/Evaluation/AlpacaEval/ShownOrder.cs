namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>Which output AlpacaEval's judge sees first: a function of the instruction, so that runs can be compared row by row.</summary>
public static class ShownOrder
{
    /// <summary>True where the model's output is shown first, false where the baseline's is.</summary>
    public static bool IsSwitched(string instruction) => new PythonRandom($"is_switched_outputs{instruction}0").Next() >= 0.5;
}
