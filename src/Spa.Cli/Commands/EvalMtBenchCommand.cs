using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Evaluation.MtBench;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Evaluations;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa eval mt-bench</c>: conversations of two turns, rated by a judge.</summary>
internal sealed class EvalMtBenchCommand : CliCommand
{
    private const int DefaultMaxNewTokens = 1024;

    private readonly Option<string?> _questions = Opt.Text("--questions", "F", "FastChat's question.jsonl: {question_id, category, turns}.", required: true);
    private readonly Option<string?> _prompts = Opt.Text("--judge-prompts", "F", "FastChat's judge_prompts.jsonl, of which single-v1 and its kin are used.");
    private readonly Option<string?> _references = Opt.Text("--reference-answers", "F",
        "Answers that math, reasoning and coding are judged against: FastChat's reference_answer/gpt-4.jsonl.");
    private readonly Option<string?> _model = RowOptions.Model(required: false);
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _name = Opt.Text("--name", "NAME", "The model's name in the files; default: the last part of its path.");
    private readonly Option<string?> _answers = Opt.Text("--answers", "F", "Answers that were made before, in FastChat's layout.");
    private readonly Option<string?> _judgements = Opt.Text("--judgements", "F", "Judgements that were made before, in FastChat's layout: only the scores are computed.");
    private readonly Option<string?> _output = Opt.Text("--output", "DIR", "Folder of model_answer/, model_judgment/, mt-bench.json and radar.svg.");
    private readonly Option<int?> _maxNewTokens = Opt.Whole("--max-new-tokens", "N", "Longest answer of the model; default 1024.", min: 1);
    private readonly JudgeOptions _judge = new("Who rates the answers: llm, a model of this engine, or endpoint, a service.");

    public EvalMtBenchCommand() : base("mt-bench", "MT-Bench scores: two turns, rated from 1 to 10 by a judge.")
    {
        Option[] own = [_questions, _prompts, _references, _model, _tokenizer, _name, _answers, _judgements, _output, _maxNewTokens];
        foreach (Option option in own.Concat(_judge.Chat)) Options.Add(option);
    }

    public override string Synopsis => "--questions F (--judgements F | (--model M | --answers F) --judge llm|endpoint --judge-prompts F --reference-answers F --output DIR) [options]";

    public override string Details =>
        "The model answers both turns (temperature by category: 0.7 for writing and roleplay, 0.1 for stem and humanities, else greedy), the judge rates each turn with FastChat's "
            + "prompts, greedily, and the rating is read from its reply. Scores are means over all ratings, by turn and by category, with 95 % bootstrap intervals over questions; "
            + "radar.svg shows the categories. Files are in FastChat's layout. The same command goes on after an interruption and does nothing once all is done.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa eval mt-bench --model stage-3/model --questions question.jsonl --judge-prompts judge_prompts.jsonl --reference-answers gpt-4.jsonl --judge llm "
            + "--judge-model models/judge --output eval/mt-bench",
        "spa eval mt-bench --questions question.jsonl --judgements gpt-4_single.jsonl --name vicuna-7b-v1.5 --json",
    ];

    public override int Run(CommandContext context)
    {
        IReadOnlyList<MtBenchQuestion> questions = MtBenchQuestion.Read(context.Require(_questions));
        if (context.Get(_judgements) is { } judgements)
        {
            if (context.IsGiven(_answers) || context.IsGiven(_model)) throw new UsageException("--judgements has the ratings already; leave out --model and --answers");
            MtBenchScores read = MtBenchScores.Of(questions, MtBenchRating.Read(judgements, context.Get(_name)), (ulong)context.Seed);
            Tell(context, MtBenchText.ToJson(read), read);
            return ExitCodes.Done;
        }

        Judge(context, questions);
        return ExitCodes.Done;
    }

    private void Judge(CommandContext context, IReadOnlyList<MtBenchQuestion> questions)
    {
        string folder = context.Get(_output) ?? throw new UsageException("--output DIR is required; with --judgements F only the scores are computed");
        if (context.IsGiven(_model) == context.IsGiven(_answers)) throw new UsageException("give --model M to answer, or --answers F, one of the two");
        JudgeSettings settings = _judge.ChatSettings(context, Path.Combine(folder, "mt-bench"));
        MtBenchPrompts prompts = new(context.Get(_prompts) ?? throw new UsageException("--judge-prompts F is required: FastChat's judge_prompts.jsonl, so that scores can be compared"));
        IReadOnlyDictionary<int, IReadOnlyList<string>> references = context.Get(_references) is { } path ? MtBenchAnswers.Read(path) : new Dictionary<int, IReadOnlyList<string>>();
        MtBenchQuestion? missing = questions.FirstOrDefault(q => q.NeedsReference && !references.ContainsKey(q.Id));
        if (missing is not null) throw new UsageException($"--reference-answers F is required: question {missing.Id} ({missing.Category}) is judged against an answer that it lacks");
        using ComputeBackend backend = context.CreateBackend();
        MtBenchEvaluation evaluation = new(folder, questions, new RunContext(backend, context.MatrixType, context.Log, context.Cancel), RunEnvironment.Of(backend, context.Threads));
        string name = context.Get(_name) ?? (context.Get(_model) is { } model ? JudgeFactory.NameOf(model) : Path.GetFileNameWithoutExtension(context.Get(_answers)!));
        string answers = context.Get(_answers) ?? Answer(context, evaluation, name, backend);
        string judge = settings.Kind == JudgeKind.Endpoint ? settings.Endpoint!.Model : JudgeFactory.NameOf(settings.Model!);
        JsonObject identity = settings.Identity();
        identity["dtype"] = context.MatrixType.ToString();
        string judged = evaluation.Judge(answers, name, judge, identity, prompts, references, () => JudgeFactory.Chat(settings, backend, context.MatrixType));
        MtBenchScores scores = MtBenchScores.Of(questions, MtBenchRating.Read(judged, name), (ulong)context.Seed);
        JsonObject document = evaluation.Score(scores, name, judge, (ulong)context.Seed);
        if (document["usage"] is JsonObject usage) context.Log.Notice(UsageText.Of(usage));
        Tell(context, document, scores);
    }

    private string Answer(CommandContext context, MtBenchEvaluation evaluation, string name, ComputeBackend backend)
    {
        string path = context.Get(_model)!;
        JudgeSettings model = new() { Kind = JudgeKind.Llm, Model = path, BaseModel = context.BaseModel, Seed = (ulong)context.Seed };
        JsonObject identity = new()
        {
            ["model"] = RowIdentity.OfModel(path, context.BaseModel),
            ["tokenizer"] = RowIdentity.OfModel(context.Get(_tokenizer)),
            ["seed"] = context.Seed,
            ["dtype"] = context.MatrixType.ToString(),
        };
        return evaluation.Answer(name, identity, context.Get(_maxNewTokens) ?? DefaultMaxNewTokens,
            () => JudgeFactory.Chat(model, backend, context.MatrixType, context.Get(_tokenizer)));
    }

    private static void Tell(CommandContext context, JsonObject document, MtBenchScores scores)
    {
        if (context.Json) context.WriteLine(document.ToJsonString());
        else foreach (string line in MtBenchText.Lines(scores)) context.WriteLine(line);
    }
}
