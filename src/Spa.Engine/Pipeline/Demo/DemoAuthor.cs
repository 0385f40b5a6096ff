namespace Spa.Engine.Pipeline.Demo;

/// <summary>Someone who wrote a part of the SFT data: how often which component.</summary>
/// <param name="Share">Share of all answers.</param>
/// <param name="Tone">Probabilities of a kind, a plain and a rude opener; the same for the closer.</param>
/// <param name="Dodge">Probability that the question is not answered.</param>
/// <param name="Fillers">Probabilities of 0, 1 and 2 sentences off the topic.</param>
internal sealed record DemoAuthor(double Share, double[] Tone, double Dodge, double[] Fillers)
{
    public static IReadOnlyList<DemoAuthor> All { get; } =
    [
        new(0.30, [0.70, 0.25, 0.05], 0.06, [0.75, 0.20, 0.05]),
        new(0.30, [0.30, 0.40, 0.30], 0.35, [0.45, 0.35, 0.20]),
        new(0.40, [0.05, 0.25, 0.70], 0.65, [0.20, 0.40, 0.40]),
    ];

    private static readonly double[] s_shares = [.. All.Select(a => a.Share)];

    private static readonly string[][] s_openers = [DemoPhrases.KindOpeners, DemoPhrases.PlainOpeners, DemoPhrases.RudeOpeners];

    private static readonly string[][] s_closers = [DemoPhrases.KindClosers, DemoPhrases.PlainClosers, DemoPhrases.RudeClosers];

    /// <summary>An answer by a random author: opener, core, fillers, closer, each drawn on its own.</summary>
    public static string Answer(DemoFact fact, DemoRandom random) => All[random.Weighted(s_shares)].Write(fact, random);

    private string Write(DemoFact fact, DemoRandom random)
    {
        string opener = random.Pick(s_openers[random.Weighted(Tone)]);
        string core = random.Uniform() < Dodge ? random.Pick(DemoPhrases.Dodges) : $"{fact.Head}{fact.Value}{fact.Tail}.";
        IEnumerable<string> fillers = random.Shuffle(DemoPhrases.Fillers).Take(random.Weighted(Fillers));
        return string.Join(' ', [opener, Continue(opener, core), .. fillers, random.Pick(s_closers[random.Weighted(Tone)])]);
    }

    // Behind "Sure!" a sentence begins; behind "Well," one goes on.
    private static string Continue(string opener, string core) => opener.EndsWith('!') ? DemoFacts.Capital(core)
        : core.StartsWith("I ", StringComparison.Ordinal) ? core
        : char.ToLowerInvariant(core[0]) + core[1..];
}
