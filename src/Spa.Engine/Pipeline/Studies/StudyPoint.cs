using System.Globalization;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>A model of an experiment: an arm at its end, or after a stage (<c>spa@1</c>; <c>@0</c> is the seed stage, <c>@-1</c> the SFT model).</summary>
/// <param name="Arm">Name of the arm.</param>
/// <param name="Stage">Null: the last.</param>
public readonly record struct StudyPoint(string Arm, int? Stage)
{
    /// <exception cref="FormatException">The text behind @ is no whole number.</exception>
    public static StudyPoint Parse(string text)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? new StudyPoint(text, null) : new StudyPoint(text[..at], int.Parse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }
}
