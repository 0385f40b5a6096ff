using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Engine.Data;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Text;

namespace Spa.Cli.Commands;

/// <summary><c>spa inspect-tokens</c>: what is masked, scored and cut in a row.</summary>
internal sealed class InspectTokensCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<int?> _row = Opt.Whole("--row", "N", "Which row, counted from 0 (the default).", min: 0);
    private readonly Option<string?> _turns = Opt.Choice("--turns", "What of an example is scored: auto (default), as spa sft does: the completion, or all of a row without a prompt; all (completion_only_loss: false); "
        + "assistant (assistant_only_loss: true); last, the last assistant turn, as spa score does.", "auto", "all", "assistant", "last");
    private readonly Option<int?> _maxLength = Opt.Whole("--max-length", "N", "max_length of the training configuration; default: nothing is cut.", min: 2);
    private readonly Option<int?> _maxPromptLength = Opt.Whole("--max-prompt-length", "N", "max_prompt_length of the training configuration; needs --max-length but for prompts alone.", min: 1);
    private readonly Option<string?> _truncationMode = Opt.Choice("--truncation-mode", "truncation_mode of the training configuration; default keep_start.", "keep_start", "keep_end");

    public InspectTokensCommand() : base("inspect-tokens", "Shows which tokens of a row are masked, scored and cut.")
    {
        foreach (Option option in new Option[] { _model, _tokenizer, _input, _row, _turns, _maxLength, _maxPromptLength, _truncationMode }) Options.Add(option);
    }

    public override string Synopsis => "--model M --input F [--row N] [options]";

    public override string Details =>
        "Takes every kind of row: preferences, examples, conversations, prompts, and rows with responses. Prompt tokens are dim, scored tokens bold and green, cut tokens red and struck "
            + "out. Without colours (a pipe, NO_COLOR) every run of tokens has a line: prompt, scored or cut.\n" +
        "With --json: a list of sequences {name, location, read_as, complete, left_out, tokens: [{id, token, text, role}]}. complete tells whether an end token closes the response, "
            + "left_out whether the limits leave nothing to train on; token is the name in the vocabulary; a character spread over several tokens has U+FFFD as text.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa inspect-tokens --model models/SmolLM2 --input pairs.jsonl --row 3 --max-length 512",
        "spa inspect-tokens --model models/SmolLM2 --input chats.jsonl --turns assistant --json",
    ];

    public override int Run(CommandContext context)
    {
        using ModelBundle bundle = context.OpenModel(context.Require(_model), context.Get(_tokenizer));
        RowView view = View(context, bundle.RowTokenizer);
        foreach (int[] ids in view.Sequences.Select(sequence => sequence.Ids)) RowChecks.RequireIds(ids, bundle.Config, view.Location);
        if (context.Json) context.WriteLine(new JsonArray([.. view.Sequences.Select(sequence => Json(view, sequence, bundle))]).ToJsonString());
        else Show(context, view, bundle);
        Notices(context, view, bundle);
        return ExitCodes.Done;
    }

    private RowView View(CommandContext context, IRowTokenizer tokenizer)
    {
        TruncationMode mode = context.Get(_truncationMode) == "keep_end" ? TruncationMode.KeepEnd : TruncationMode.KeepStart;
        Truncation truncation = new(context.Get(_maxLength), context.Get(_maxPromptLength), mode);
        return RowView.Of(context.Require(_input), context.Get(_row) ?? 0, tokenizer, truncation, Enum.Parse<ScoredTurns>(context.Get(_turns) ?? "auto", ignoreCase: true));
    }

    private void Notices(CommandContext context, RowView view, ModelBundle bundle)
    {
        if (view.Report.BoundaryMerges > 0)
            context.Log.Notice(view.IsConversation ? "a token spans the border of an answer and is scored with it"
                : "tokens would merge across the border of prompt and response; the response is tokenised by itself, as the model would go on");
        if (view.Report.TemplateMismatches > 0) context.Log.Notice("the chat template writes the prompt otherwise once it is answered; the bare answer is used");
        if (!bundle.HasTokenizer || TransformersPipeline.Rebuilt(bundle.Tokenizer.Tokenizer, bundle.Tokenizer.Config) is not { } rebuilt) return;
        ModelTokenizer other = new(bundle.Path, rebuilt, bundle.Tokenizer.Config, bundle.Tokenizer.TemplateSource);
        if (View(context, other).Sequences.Zip(view.Sequences).Any(pair => !pair.First.Ids.SequenceEqual(pair.Second.Ids)))
            context.Log.Notice("Python's transformers 5 builds a LlamaTokenizer anew and gives this row other ids, for a text in it begins with a space; Spa follows tokenizer.json");
    }

    private void Show(CommandContext context, RowView view, ModelBundle bundle)
    {
        bool all = view.IsConversation && context.Get(_turns) is null or "auto";
        context.WriteLine($"{view.Location}: {view.Reading}{(all ? "; every token is scored, as spa sft does unless assistant_only_loss is true (--turns assistant)" : "")}");
        foreach (TokenView sequence in view.Sequences)
        {
            context.WriteLine($"{sequence.Name}: {sequence.Ids.Length} tokens, {sequence.Count(TokenRole.Scored)} scored, {sequence.Count(TokenRole.Cut)} cut, {Ending(context, sequence)}");
            if (context.Console.OutHasColour) context.WriteLine(string.Concat(Runs(sequence, bundle).Select(run => TokenColours.Paint(run.Text, run.Role))));
            else foreach ((TokenRole role, string text) in Runs(sequence, bundle)) context.WriteLine($"  {RoleName(role),-6} {TokenColours.Visible(text, "\\n")}");
        }
    }

    private string Ending(CommandContext context, TokenView sequence) =>
        sequence.LeftOut ? $"left out of training: max_length {context.Get(_maxLength)} leaves nothing to score"
        : sequence.Name == "prompt" ? "for the model to go on with"
        : sequence.Complete ? "complete" : "without an end";

    // Neighbours of one role together: a character may be spread over several tokens.
    private static IEnumerable<(TokenRole Role, string Text)> Runs(TokenView sequence, ModelBundle bundle)
    {
        for (int start = 0, end; start < sequence.Ids.Length; start = end)
        {
            end = start;
            while (end < sequence.Ids.Length && sequence.Roles[end] == sequence.Roles[start]) end++;
            yield return (sequence.Roles[start], Text(sequence.Ids[start..end], bundle));
        }
    }

    private static JsonObject Json(RowView view, TokenView sequence, ModelBundle bundle) => new()
    {
        ["name"] = sequence.Name,
        ["location"] = view.Location.ToString(),
        ["read_as"] = view.Reading,
        ["complete"] = sequence.Complete,
        ["left_out"] = sequence.LeftOut,
        ["tokens"] = new JsonArray([.. sequence.Ids.Select((id, i) => new JsonObject
        {
            ["id"] = id,
            ["token"] = bundle.HasTokenizer ? bundle.Tokenizer.Tokenizer.IdToToken(id) : null,
            ["text"] = Text([id], bundle),
            ["role"] = RoleName(sequence.Roles[i]),
        })]),
    };

    private static string RoleName(TokenRole role) => role.ToString().ToLowerInvariant();

    private static string Text(int[] ids, ModelBundle bundle) =>
        bundle.HasTokenizer ? bundle.Tokenizer.Tokenizer.Decode(ids, skipSpecialTokens: false) : string.Join(' ', ids) + " ";
}
