using System.Globalization;
using System.Text.RegularExpressions;

namespace Spa.Engine.Evaluation.MtBench;

/// <summary>Reads a judge's rating as FastChat does (Zheng et al. 2023, arXiv 2306.05685).</summary>
public static partial class Rating
{
    /// <summary>No rating could be read; such judgements are left out of every score.</summary>
    public const double None = -1;

    /// <summary>
    /// The first number between double square brackets; if there is none, the first between single ones; else <see cref="None"/>. The value is not limited to
    /// 1 to 10.
    /// </summary>
    public static double Read(string judgement)
    {
        Match match = Double().Match(judgement);
        if (!match.Success) match = Single().Match(judgement);
        return match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : None;
    }

    [GeneratedRegex(@"\[\[([0-9]+\.?[0-9]*)\]\]")]
    private static partial Regex Double();

    [GeneratedRegex(@"\[([0-9]+\.?[0-9]*)\]")]
    private static partial Regex Single();
}
