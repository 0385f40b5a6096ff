using System.Text.Json.Nodes;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>How a model does on the held-out prompts, with 95 % intervals over prompts.</summary>
public sealed record DemoScore
{
    /// <summary>What people call the model.</summary>
    public required string Name { get; init; }

    /// <summary>Not a stage of the loop but something to compare it with.</summary>
    public bool IsControl { get; init; }

    /// <summary>Mean gold score of one answer per prompt.</summary>
    public Interval Gold { get; init; }

    /// <summary>Share of prompts on which it beats a fixed SFT answer by gold, ties half.</summary>
    public Interval Win { get; init; }

    /// <summary>Share of pairs of SFT answers that its implicit reward orders as gold does; NaN for the SFT model, which has none.</summary>
    public Interval Judge { get; init; } = new(double.NaN, double.NaN, double.NaN);

    /// <summary>Share of the pairs it was trained on whose labels agree with gold; NaN for a model without judged pairs.</summary>
    public Interval Labels { get; init; } = new(double.NaN, double.NaN, double.NaN);

    /// <summary>Tokens per answer.</summary>
    public Interval Length { get; init; }

    /// <summary>Share of right answers.</summary>
    public Interval Answered { get; init; }

    /// <summary>Sentences off the topic per answer.</summary>
    public Interval Fillers { get; init; }

    /// <summary>Different answers among all.</summary>
    public int Distinct { get; init; }

    /// <summary>Its gold score on each held-out prompt.</summary>
    internal IReadOnlyList<double> GoldByPrompt { get; init; } = [];

    internal static DemoScore Of(string name, IReadOnlyList<DemoAnswer> answers, IReadOnlyList<DemoAnswer> baseline)
    {
        Interval Mean(Func<DemoAnswer, double> value) => Interval.Mean([.. answers.Select(value)]);
        return new DemoScore
        {
            Name = name,
            Gold = Mean(a => a.Gold.Score),
            Win = Interval.Mean([.. answers.Zip(baseline, (a, b) => (1 + Math.Sign(a.Gold.Score - b.Gold.Score)) / 2.0)]),
            Length = Mean(a => a.Ids.Length),
            Answered = Interval.Proportion(answers.Count(a => a.Gold.Answered), answers.Count),
            Fillers = Mean(a => a.Gold.Fillers),
            Distinct = answers.Select(a => a.Text).Distinct().Count(),
            GoldByPrompt = [.. answers.Select(a => (double)a.Gold.Score)],
        };
    }

    /// <summary>Gold of one model minus gold of another, on the same prompts.</summary>
    internal static Interval Difference(DemoScore a, DemoScore b) => Interval.Mean([.. a.GoldByPrompt.Zip(b.GoldByPrompt, (x, y) => x - y)]);

    internal JsonObject ToJson()
    {
        var json = new JsonObject { ["name"] = Name, ["control"] = IsControl };
        foreach ((string name, Interval value) in Measures())
            if (!double.IsNaN(value.Value)) json[name] = StageAudit.ToJson(value);
        json["distinct"] = Distinct;
        return json;
    }

    private IEnumerable<(string Name, Interval Value)> Measures() =>
        [("gold", Gold), ("win", Win), ("judge", Judge), ("labels", Labels), ("length", Length), ("answered", Answered), ("fillers", Fillers)];
}
