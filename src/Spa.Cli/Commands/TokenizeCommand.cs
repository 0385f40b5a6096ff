using System.CommandLine;
using Spa.Cli.Options;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa tokenize</c>: texts to token ids and back.</summary>
internal sealed class TokenizeCommand : CliCommand
{
    private readonly Option<string?> _tokenizer = Opt.Text("--tokenizer", "T", "A folder with tokenizer.json, a model folder, or a .gguf file.", required: true);
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<string?> _output = RowOptions.Output();
    private readonly Option<bool> _addSpecialTokens = Opt.Flag("--add-special-tokens", "Let the tokenizer add what surrounds a text, such as BOS.");
    private readonly Option<bool> _decode = Opt.Flag("--decode", "Ids to text instead.");
    private readonly Option<bool> _skipSpecialTokens = Opt.Flag("--skip-special-tokens", "With --decode: leave special tokens out of the text.");

    public TokenizeCommand() : base("tokenize", "Turns texts into token ids, and back.")
    {
        foreach (Option option in new Option[] { _tokenizer, _input, _output, _addSpecialTokens, _decode, _skipSpecialTokens }) Options.Add(option);
    }

    public override string Synopsis => "--tokenizer T --input F [--output F] [options]";

    public override string Details => "Rows {text} become rows {ids}; with --decode rows {ids} become rows {text}. Rows keep their order, other fields are not copied.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa tokenize --tokenizer models/SmolLM2 --input texts.jsonl --output ids.jsonl --add-special-tokens",
        "spa tokenize --tokenizer models/SmolLM2 --decode --skip-special-tokens --input ids.jsonl",
    ];

    public override int Run(CommandContext context)
    {
        using RowSink sink = RowSink.Open(context.Get(_output), context.Console.Out);
        ModelTokenizer tokenizer = ModelTokenizer.Open(context.Require(_tokenizer));
        string input = context.Require(_input);
        if (context.Get(_decode)) TokenizeRows.Decode(input, tokenizer.Tokenizer, context.Get(_skipSpecialTokens), context.Threads, sink, context.Log, context.Cancel);
        else TokenizeRows.Encode(input, tokenizer.Tokenizer, context.Get(_addSpecialTokens), context.Threads, sink, context.Log, context.Cancel);
        return ExitCodes.Done;
    }
}
