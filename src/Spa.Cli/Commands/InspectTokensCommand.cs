using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Engine.Data;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa inspect-tokens</c>: what is masked, scored and cut in a row.</summary>
internal sealed class InspectTokensCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<int?> _row = Opt.Whole("--row", "N", "Which row, counted from 0 (the default).", min: 0);
    private readonly Option<int?> _maxLength = Opt.Whole("--max-length", "N", "max_length of the training configuration; default: nothing is cut.", min: 2);
    private readonly Option<int?> _maxPromptLength = Opt.Whole("--max-prompt-length", "N", "max_prompt_length of the training configuration.", min: 1);
    private readonly Option<string?> _truncationMode = Opt.Choice("--truncation-mode", "truncation_mode of the training configuration.", "keep_start", "keep_end");

    public InspectTokensCommand() : base("inspect-tokens", "Shows which tokens of a row are masked, scored and cut.")
    {
        foreach (Option option in new Option[] { _model, _tokenizer, _input, _row, _maxLength, _maxPromptLength, _truncationMode }) Options.Add(option);
    }

    public override string Synopsis => "--model M --input F [--row N] [options]";

    public override string Details =>
        "Prompt tokens are dim, scored tokens bright, cut tokens struck out. Without colours every run of tokens has a line: prompt, scored or cut. With --json every "
            + "token has its id, text and role.";

    public override IReadOnlyList<string> Examples => ["spa inspect-tokens --model models/SmolLM2 --input pairs.jsonl --row 3 --max-length 512"];

    public override int Run(CommandContext context)
    {
        using ModelBundle bundle = context.OpenModel(context.Require(_model), context.Get(_tokenizer));
        TruncationMode mode = context.Get(_truncationMode) == "keep_end" ? TruncationMode.KeepEnd : TruncationMode.KeepStart;
        Truncation truncation = new(context.Get(_maxLength), context.Get(_maxPromptLength), mode);
        IReadOnlyList<TokenView> views = TokenView.Of(context.Require(_input), context.Get(_row) ?? 0, bundle.RowTokenizer, truncation);
        if (context.Json) context.WriteLine(new JsonArray([.. views.Select(view => Json(view, bundle))]).ToJsonString());
        else foreach (TokenView view in views) Show(context, view, bundle);
        return ExitCodes.Done;
    }

    private static void Show(CommandContext context, TokenView view, ModelBundle bundle)
    {
        int scored = view.Roles.Count(role => role == TokenRole.Scored), cut = view.Roles.Count(role => role == TokenRole.Cut);
        context.WriteLine($"{view.Name}: {view.Ids.Length} tokens, {scored} scored, {cut} cut, {(view.Complete ? "complete" : "without an end")}");
        if (context.Console.OutHasColour) context.WriteLine(string.Concat(Runs(view, bundle).Select(run => TokenColours.Paint(run.Text, run.Role))));
        else foreach ((TokenRole role, string text) in Runs(view, bundle))
            context.WriteLine($"  {role.ToString().ToLowerInvariant(),-6} {text.ReplaceLineEndings("\\n")}");
    }

    // Neighbours of one role together: a character may be spread over several tokens.
    private static IEnumerable<(TokenRole Role, string Text)> Runs(TokenView view, ModelBundle bundle)
    {
        for (int start = 0, end; start < view.Ids.Length; start = end)
        {
            end = start;
            while (end < view.Ids.Length && view.Roles[end] == view.Roles[start]) end++;
            yield return (view.Roles[start], Text(view.Ids[start..end], bundle));
        }
    }

    private static JsonObject Json(TokenView view, ModelBundle bundle) => new()
    {
        ["name"] = view.Name,
        ["complete"] = view.Complete,
        ["tokens"] = new JsonArray([.. view.Ids.Select((id, i) =>
            new JsonObject { ["id"] = id, ["text"] = Text([id], bundle), ["role"] = view.Roles[i].ToString().ToLowerInvariant() })]),
    };

    private static string Text(int[] ids, ModelBundle bundle) =>
        bundle.HasTokenizer ? bundle.Tokenizer.Tokenizer.Decode(ids, skipSpecialTokens: false) : string.Join(' ', ids) + " ";
}
