using System.CommandLine;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;

namespace Spa.Cli.Commands;

/// <summary>Who judges, for the commands that judge.</summary>
internal sealed class JudgeOptions
{
    private readonly Option<string?> _judge;
    private readonly Option<string?> _judgeModel = Opt.Text("--judge-model", "M", "The judge: a folder or .gguf file for llm, a folder for reward-model, the model's name at the service for endpoint.");
    private readonly Option<string?> _prompt = Opt.Text("--judge-prompt", "F", "File of the pairwise prompt, with {instruction}, {output_1} and {output_2}; default: the engine's own.");
    private readonly Option<string?> _verdicts = Opt.Text("--verdicts", "A,B", "What a pairwise judge says if the first response is better, and if the second is; default A,B.");
    private readonly Option<string?> _url = Opt.Text("--url", "URL", "Address of an OpenAI-compatible service for endpoint, such as http://localhost:8000/v1.");
    private readonly Option<string?> _keyVariable = Opt.Text("--api-key-env", "NAME", "Environment variable that holds the service's key.");
    private readonly Option<double?> _rate = Opt.Number("--requests-per-minute", "N", "Most requests begun in a minute; 0 (default): no limit.", min: 0);
    private readonly Option<int?> _concurrency = Opt.Whole("--concurrency", "N", "Requests under way at once; default 4.", min: 1, max: 1024);
    private readonly Option<double?> _timeout = Opt.Number("--timeout", "S", "Seconds that one reply of a service or a gold program may take; default 120.", min: 0.01, max: 86_400);
    private readonly Option<int?> _retries = Opt.Whole("--retries", "N", "Further attempts after a failure that may pass; default 6.", min: 0, max: 100);
    private readonly Option<string?> _cache = Opt.Text("--cache", "DIR", "Folder of a service's replies by the content of their requests; default: beside the output.");
    private readonly Option<double?> _promptPrice = Opt.Number("--prompt-price", "P", "Price of a million prompt tokens, to count the cost.", min: 0);
    private readonly Option<double?> _completionPrice = Opt.Number("--completion-price", "P", "Price of a million tokens of replies, to count the cost.", min: 0);
    private readonly Option<string?> _labels = Opt.Text("--labels", "F", "Labels for gold: rows {index, scores}, {prompt, response, score} or {prompt, chosen, rejected}.");
    private readonly Option<string[]> _program = Opt.Texts("--program", "WORD",
        "Program for gold; given again for each argument. It reads JSON lines {index, prompt, responses} and answers each with {scores}.");

    /// <param name="help">Of --judge.</param>
    public JudgeOptions(string help) => _judge = Opt.Choice("--judge", help, "implicit", "llm", "endpoint", "gold", "random", "reward-model");

    /// <summary>--judge and everything that belongs to some judge.</summary>
    public IEnumerable<Option> All => [_judge, _judgeModel, _prompt, _verdicts, _url, _keyVariable, _rate, _concurrency, _timeout, _retries, _cache, _promptPrice, _completionPrice,
        .. Gold];

    /// <summary>What a judge that writes needs.</summary>
    public IEnumerable<Option> Chat => [_judge, _judgeModel, _url, _keyVariable, _rate, _concurrency, _timeout, _retries, _cache, _promptPrice, _completionPrice];

    /// <summary>The options of the gold oracle alone.</summary>
    public IEnumerable<Option> Gold => [_labels, _program];

    /// <summary>Whether the user named a judge.</summary>
    public bool IsGiven(CommandContext context) => context.IsGiven(_judge);

    /// <summary>The settings, checked.</summary>
    /// <param name="context">The call.</param>
    /// <param name="model">Model of the command, which judges where --judge llm names no other; null: there is none.</param>
    /// <param name="output">Beside which replies are kept; null: they are not kept unless --cache says where.</param>
    /// <param name="pairs">Which pairs are taken.</param>
    /// <param name="orders">In which order pairwise judges see two responses.</param>
    public JudgeSettings Settings(CommandContext context, string? model, string? output, PairSelection pairs = default, ShownOrders orders = default)
    {
        string name = context.Get(_judge) ?? "implicit";
        JudgeKind kind = JudgeSettings.ParseKind(name);
        JudgeSettings settings = new()
        {
            Kind = kind,
            Pairs = pairs,
            Orders = orders,
            Model = context.Get(_judgeModel) ?? (kind == JudgeKind.RewardModel ? null : model),
            BaseModel = context.BaseModel,
            Prompt = context.Get(_prompt),
            Verdicts = context.Get(_verdicts)?.Split(',') ?? [PairPrompt.BuiltIn.FirstVerdict, PairPrompt.BuiltIn.SecondVerdict],
            Endpoint = kind == JudgeKind.Endpoint ? Endpoint(context, output) : null,
            ProgramTimeout = TimeSpan.FromSeconds(context.Get(_timeout) ?? 120),
            Seed = (ulong)context.Seed,
        };
        if (kind == JudgeKind.Gold) settings = settings with { Labels = context.Get(_labels), Program = context.Get(_program) ?? [] };
        if (kind == JudgeKind.Llm && settings.Model is null) throw new UsageException("--judge llm needs --judge-model M, the model that judges");
        if (kind == JudgeKind.RewardModel && settings.Model is null) throw new UsageException("--judge reward-model needs --judge-model M, the folder of a reward model; spa reward trains one");
        settings.Validate();
        return settings;
    }

    /// <summary>The settings of a judge that writes: llm or endpoint.</summary>
    public JudgeSettings ChatSettings(CommandContext context, string output)
    {
        if (context.Get(_judge) is not ("llm" or "endpoint")) throw new UsageException("--judge llm or --judge endpoint is required: this judge writes its ratings");
        return Settings(context, null, output);
    }

    /// <summary>The gold oracle of --labels or --program.</summary>
    public JudgeSettings GoldSettings(CommandContext context)
    {
        JudgeSettings settings = new()
        {
            Kind = JudgeKind.Gold,
            Labels = context.Get(_labels),
            Program = context.Get(_program) ?? [],
            ProgramTimeout = TimeSpan.FromSeconds(context.Get(_timeout) ?? 120),
        };
        settings.Validate();
        return settings;
    }

    /// <summary>The judge of the settings; the implicit one is made of the given models.</summary>
    public static IResponseJudge Create(JudgeSettings settings, CommandContext context, ComputeBackend backend, Model? policy, Model? reference, double beta, int longestRow,
        bool compareEmpty = false) => settings.Kind == JudgeKind.Implicit
        ? new ScoringJudge(policy!, reference, beta, longestRow)
        : JudgeFactory.Create(settings, backend, context.MatrixType, compareEmpty);

    private EndpointSettings Endpoint(CommandContext context, string? output) => new()
    {
        Url = context.Get(_url) ?? throw new UsageException("--judge endpoint needs --url URL, the address of the service"),
        Model = context.Get(_judgeModel) ?? throw new UsageException("--judge endpoint needs --judge-model NAME, the model's name at the service"),
        ApiKeyVariable = context.Get(_keyVariable),
        RequestsPerMinute = context.Get(_rate) ?? 0,
        Concurrency = context.Get(_concurrency) ?? 4,
        Timeout = TimeSpan.FromSeconds(context.Get(_timeout) ?? 120),
        Retries = context.Get(_retries) ?? 6,
        CacheFolder = context.Get(_cache) ?? (output is null ? null : output + ".judge-cache"),
        PromptPrice = context.Get(_promptPrice) ?? 0,
        CompletionPrice = context.Get(_completionPrice) ?? 0,
    };
}
