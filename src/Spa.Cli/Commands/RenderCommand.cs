using System.CommandLine;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Formats;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Text;

namespace Spa.Cli.Commands;

/// <summary><c>spa render</c>: conversations through a chat template.</summary>
internal sealed class RenderCommand : CliCommand
{
    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>();

    private readonly Option<string?> _template = Opt.Text("--template", "FILE.jinja", "A chat template.");
    private readonly Option<string?> _tokenizer = Opt.Text("--tokenizer", "T", "Use the chat template and the special tokens of a model or tokenizer.");
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<string?> _output = RowOptions.Output();
    private readonly Option<DateTimeOffset?> _now = Opt.Time("--now", "ISO", "Freeze the time that strftime_now shows; UTC where no offset is given.");

    public RenderCommand() : base("render", "Renders conversations with a chat template.")
    {
        foreach (Option option in new Option[] { _template, _tokenizer, _input, _output, _now }) Options.Add(option);
    }

    public override string Synopsis => "(--template FILE.jinja | --tokenizer T) --input F [--output F] [options]";

    public override string Details =>
        "Rows {messages, add_generation_prompt, ...} are rendered as Hugging Face's apply_chat_template does; every other field is a variable of the template. Rows "
            + "{context} are rendered with exactly these variables. Each row becomes {text}, or {error} where the template refuses it. A tokenizer's template 'tool_use' is for rows with tools.\n" +
        "Without --template and --tokenizer each row brings its own template: {template, context}.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa render --tokenizer models/SmolLM2 --input chats.jsonl --output texts.jsonl",
        "spa render --template chatml.jinja --input chats.jsonl --now 2025-03-07T09:05:03",
    ];

    public override int Run(CommandContext context)
    {
        if (context.IsGiven(_template) && context.IsGiven(_tokenizer)) throw new UsageException("--template and --tokenizer both name a template; give one of them");
        using RowSink sink = RowSink.Open(context.Get(_output), context.Console.Out);
        (ChatTemplate? template, ChatTemplate? toolTemplate, IReadOnlyDictionary<string, string> specialTokens) = Template(context);
        new RenderRows(template, specialTokens, context.Get(_now), toolTemplate).Run(context.Require(_input), context.Threads, sink, context.Log, context.Cancel);
        return ExitCodes.Done;
    }

    private (ChatTemplate? Template, ChatTemplate? ToolTemplate, IReadOnlyDictionary<string, string> SpecialTokens) Template(CommandContext context)
    {
        if (context.Get(_template) is { } file) return (ChatTemplate.Parse(Read(file), file), null, s_none);
        if (context.Get(_tokenizer) is not { } path) return (null, null, s_none);
        ModelTokenizer tokenizer = ModelTokenizer.Open(path);
        string source = tokenizer.TemplateSource ?? throw new SpaException($"'{path}' has no chat template; name one with --template");
        ChatTemplate? tools = tokenizer.ToolTemplateSource is { } forTools ? ChatTemplate.Parse(forTools, path) : null;
        return (ChatTemplate.Parse(source, path), tools, tokenizer.SpecialTokens);
    }

    private static string Read(string file)
    {
        if (Directory.Exists(file)) throw new SpaException($"'{file}' is a folder; name its .jinja file, or the folder with --tokenizer");
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Reading(file, error);
        }
    }
}
