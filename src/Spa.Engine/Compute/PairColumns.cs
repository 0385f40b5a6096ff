namespace Spa.Engine.Compute;

/// <summary>Columns of the float64 matrices that the ops of preference pairs exchange.</summary>
public static class PairColumns
{
    /// <summary>Columns of scores [P, 6]: log pi(y_w), log pi(y_l), log pi_ref(y_w), log pi_ref(y_l), log pi_ext(y_w), log pi_ext(y_l).</summary>
    public const int Scores = 6;

    /// <summary>Columns of results [P, 8]: rewards of chosen and rejected, their margin, sigmoid(margin), 1 where the chosen wins, loss, d loss / d log pi(y_w), d loss / d log pi(y_l).</summary>
    public const int Results = 8;

    /// <summary>Column of the loss in results.</summary>
    public const int Loss = 5;

    /// <summary>Column of the margin beta D in results.</summary>
    public const int Margin = 2;
}
