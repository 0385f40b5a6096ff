using Spa.Engine.Configuration;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>What is measured of a model in a study.</summary>
/// <param name="Name">In study files.</param>
/// <param name="Title">For people.</param>
/// <param name="Format">Of its values.</param>
/// <param name="Relevant">The smallest difference that would matter to a user, in its unit.</param>
/// <param name="Style">On the axis of a plot.</param>
public sealed record StudyMetric(string Name, string Title, string Format, double Relevant, NumberStyle Style = NumberStyle.Number)
{
    /// <summary>All of them, in the order of tables. Those that a task does not measure are left out there.</summary>
    public static IReadOnlyList<StudyMetric> All { get; } =
    [
        new("gold", "mean gold", "0.00", 0.1),
        new("win", "wins against SFT", "0.000", 0.02, NumberStyle.Percent),
        new("judge", "judge right", "0.00", 0.03, NumberStyle.Percent),
        new("labels", "labels right", "0.00", 0.03, NumberStyle.Percent),
        new("answered", "answered", "0.00", 0.03, NumberStyle.Percent),
        new("fillers", "off topic", "0.00", 0.05),
        new("length", "tokens", "0.0", 0.5),
        new("accuracy", "held-out pairs right", "0.000", 0.02, NumberStyle.Percent),
    ];

    /// <exception cref="UsageException">There is no such metric.</exception>
    public static StudyMetric Find(string name) => All.FirstOrDefault(m => m.Name == name)
        ?? throw new UsageException($"there is no metric '{name}'{Spelling.Hint(name, All.Select(m => m.Name))}; metrics are {string.Join(", ", All.Select(m => m.Name))}");
}
