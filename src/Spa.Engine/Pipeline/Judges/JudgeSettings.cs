using System.Text.Json.Nodes;
using Spa.Engine.Pipeline.Demo;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Everything that names a judge, from a configuration file or the command line.</summary>
public sealed record JudgeSettings
{
    /// <summary>The names in configuration files and on the command line, in the order of <see cref="JudgeKind"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["implicit", "llm", "endpoint", "gold", "random", "reward-model"];

    public JudgeKind Kind { get; init; }

    public PairSelection Pairs { get; init; }

    /// <summary>Responses that the loop leaves out.</summary>
    public ResponseFilter Filter { get; init; } = ResponseFilter.Empty;

    /// <summary>What becomes of rewards.</summary>
    public RewardAdjustment Adjustment { get; init; } = RewardAdjustment.None;

    /// <summary>The judge's model for <see cref="JudgeKind.Llm"/>: a folder, also of an adapter, or a .gguf file; for <see cref="JudgeKind.RewardModel"/> a folder.</summary>
    public string? Model { get; init; }

    /// <summary>The base of an adapter whose own path does not exist.</summary>
    public string? BaseModel { get; init; }

    /// <summary>File of the pairwise prompt; null: <see cref="PairPrompt.BuiltIn"/>.</summary>
    public string? Prompt { get; init; }

    /// <summary>What a pairwise judge says if the first response is better, and if the second is.</summary>
    public IReadOnlyList<string> Verdicts { get; init; } = [PairPrompt.BuiltIn.FirstVerdict, PairPrompt.BuiltIn.SecondVerdict];

    public ShownOrders Orders { get; init; }

    /// <summary>For <see cref="JudgeKind.Endpoint"/>.</summary>
    public EndpointSettings? Endpoint { get; init; }

    /// <summary>For <see cref="JudgeKind.Gold"/>: a file of <see cref="GoldLabels"/>.</summary>
    public string? Labels { get; init; }

    /// <summary>For <see cref="JudgeKind.Gold"/>: a program and its arguments.</summary>
    public IReadOnlyList<string> Program { get; init; } = [];

    /// <summary>For <see cref="JudgeKind.Gold"/>: the name of a known rule, <see cref="DemoGoldJudge.RuleName"/>.</summary>
    public string? Rule { get; init; }

    /// <summary>For one answer of the program.</summary>
    public TimeSpan ProgramTimeout { get; init; } = TimeSpan.FromSeconds(120);

    public ulong Seed { get; init; } = 42;

    public string Name => Names[(int)Kind];

    /// <summary>Whether the judge asks for the better of two.</summary>
    public bool IsPairwise => Kind is JudgeKind.Llm or JudgeKind.Endpoint;

    /// <exception cref="UsageException">There is no such judge.</exception>
    public static JudgeKind ParseKind(string name)
    {
        int index = Names.ToList().IndexOf(name);
        return index >= 0 ? (JudgeKind)index : throw new UsageException($"judge: '{name}' is not supported by this build; supported: {string.Join(", ", Names)}");
    }

    /// <summary>Checks what can be checked before work begins.</summary>
    /// <exception cref="SpaException">Something that the judge needs is missing, or is something else.</exception>
    public void Validate()
    {
        if (IsPairwise) ReadPrompt();
        if (Kind == JudgeKind.Endpoint) (Endpoint ?? throw new UsageException("the endpoint judge needs a url and the name of a model there")).Validate();
        if (Kind == JudgeKind.RewardModel)
            RewardJudge.Open(Model ?? throw new UsageException("the reward-model judge needs the folder of a reward model; spa reward trains one")).Dispose();
        if (Kind != JudgeKind.Gold) return;
        if ((Labels is null ? 0 : 1) + (Program.Count == 0 ? 0 : 1) + (Rule is null ? 0 : 1) != 1)
            throw new UsageException("the gold judge needs a file of labels, a program that scores or a known rule, one of them");
    }

    /// <summary>How a pairwise judge is asked.</summary>
    public PairPrompt ReadPrompt()
    {
        if (Verdicts.Count != 2) throw new UsageException($"expected two verdicts, the one for the first response and the one for the second; found {Verdicts.Count}");
        if (Prompt is not null) return PairPrompt.Read(Prompt, Verdicts[0], Verdicts[1]);
        return Verdicts.SequenceEqual([PairPrompt.BuiltIn.FirstVerdict, PairPrompt.BuiltIn.SecondVerdict]) ? PairPrompt.BuiltIn
            : throw new UsageException("other verdicts than A and B need a prompt that asks for them");
    }

    /// <summary>What verdicts depend on, for the keys of phases. How fast a service may be asked is no part of it.</summary>
    public JsonObject Identity()
    {
        var json = new JsonObject { ["judge"] = Name, ["pairs"] = PairSelections.Names[(int)Pairs] };
        if (IsPairwise) (json["prompt"], json["orders"]) = (ReadPrompt().Identity, Orders.ToString());
        if (Kind is JudgeKind.Llm or JudgeKind.RewardModel) json["model"] = RowIdentity.OfModel(Model, BaseModel);
        if (Kind == JudgeKind.Endpoint) (json["url"], json["model"]) = (Endpoint!.Url, Endpoint.Model);
        if (Labels is not null) json["labels"] = RowIdentity.OfRows(Labels);
        if (Rule is not null) json["rule"] = Rule;
        if (Program.Count > 0) json["program"] = new JsonArray([.. Program.Select(word => (JsonNode)word)]);
        if (Filter != ResponseFilter.Empty) json["filter"] = Filter.ToString();
        if (!Adjustment.IsNone) json["adjustment"] = Adjustment.ToString();
        if (Kind == JudgeKind.Random || Pairs == PairSelection.TopRandom) json["seed"] = Seed;
        return json;
    }
}
