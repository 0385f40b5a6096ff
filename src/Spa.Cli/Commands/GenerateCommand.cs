using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa generate</c>: samples responses for a file of prompts, for one prompt, or in a conversation.</summary>
internal sealed class GenerateCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _input = RowOptions.Input(required: false);
    private readonly Option<string?> _output = RowOptions.Output();
    private readonly Option<string?> _prompt = Opt.Text("--prompt", "TEXT", "Answer this one prompt; the text goes to stdout.");
    private readonly Option<bool> _chat = Opt.Flag("--chat",
        "With --prompt: the text is a user's message, for the chat template. Alone: a conversation, one message a line.");
    private readonly SamplingOptions _sampling = new();

    public GenerateCommand() : base("generate", "Samples responses to prompts.")
    {
        foreach (Option option in new Option[] { _model, _tokenizer, _input, _output, _prompt, _chat }) Options.Add(option);
        foreach (Option option in _sampling.All) Options.Add(option);
    }

    public override string Synopsis => "--model M (--input F [--output F] | --prompt TEXT | --chat) [options]";

    public override string Details =>
        "A prompt is text (encoded with the tokenizer's special tokens, no template), a list of {role, content} messages (the chat template), or prompt_ids. Each row "
            + "gets responses: [{ids, text, logp, token_logps, finish_reason: stop or length, top_logprobs}]; log-probs are those of the model before temperature, top-k "
            + "and top-p. A stop string stays at the end of the text, as its tokens stay in ids.\n" +
        "What the command line does not say is taken from the model's generation_config.json, then from these defaults: temperature 0.7, top-p 1, no top-k, 300 new "
            + "tokens. Randomness depends on seed, row and sample only: any batch gives the same responses. An interrupted file is continued by the same command.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa generate --model models/SmolLM2 --prompt \"What is the capital of France?\" --chat --temperature 0",
        "spa generate --model models/SmolLM2 --input prompts.jsonl --output samples.jsonl --samples 2 --max-new-tokens 128",
        "spa generate --model models/SmolLM2 --chat",
    ];

    public override int Run(CommandContext context)
    {
        bool one = context.IsGiven(_prompt), chat = context.Get(_chat);
        if (context.IsGiven(_input) ? one || chat : !one && !chat) throw new UsageException("give --input F, --prompt TEXT or --chat; see 'spa generate --help'");
        using ModelBundle bundle = context.OpenModel(context.Require(_model), context.Get(_tokenizer));
        SamplingSettings settings = _sampling.Apply(SamplingDefaults.Of(bundle), context);
        if (settings.StopStrings.Count > 0) _ = bundle.Tokenizer;
        if (context.IsGiven(_input)) return ForFile(context, bundle, settings);
        using RowSink? sink = context.Get(_output) is { } output ? RowSink.Open(output, context.Console.Out) : null;
        using ComputeBackend backend = context.CreateBackend();
        using Model model = bundle.Load(backend, context.MatrixType);
        Conversation conversation = new(context, bundle, model, settings);
        if (!one) return conversation.Talk();
        string prompt = context.Get(_prompt)!;
        conversation.Answer(prompt, chat, sink);
        return ExitCodes.Done;
    }

    private int ForFile(CommandContext context, ModelBundle bundle, SamplingSettings settings)
    {
        string input = context.Require(_input);
        PromptFile prompts = new(input, bundle);
        using RowSink sink = RowSink.Open(context.Get(_output), context.Console.Out, Identity(context, settings, input));
        using ComputeBackend backend = context.CreateBackend();
        using Model model = bundle.Load(backend, context.MatrixType);
        GenerateRows.Run(bundle, model, prompts, settings, sink, context.Log, context.Cancel);
        return ExitCodes.Done;
    }

    private JsonObject? Identity(CommandContext context, SamplingSettings settings, string input) => context.Get(_output) is null ? null : new JsonObject
    {
        ["command"] = "generate",
        ["model"] = RowIdentity.OfModel(context.Get(_model), context.BaseModel),
        ["tokenizer"] = RowIdentity.OfModel(context.Get(_tokenizer)),
        ["input"] = RowIdentity.OfRows(input),
        ["settings"] = (settings with { StopTokens = [], StopStrings = [] }).ToString(),
        ["stop_tokens"] = new JsonArray([.. settings.StopTokens.Select(id => (JsonNode)id)]),
        ["stop_strings"] = new JsonArray([.. settings.StopStrings.Select(text => (JsonNode)text)]),
        ["dtype"] = context.MatrixType.ToString(),
    };
}
