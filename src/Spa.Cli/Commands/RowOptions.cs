using System.CommandLine;
using Spa.Cli.Options;

namespace Spa.Cli.Commands;

/// <summary>Options that commands over models and files of rows share.</summary>
internal static class RowOptions
{
    public static Option<string?> Model(bool required = true) =>
        Opt.Text("--model", "M", "A Hugging Face folder, a .gguf file or a PEFT adapter folder (see --base).", required);

    public static Option<string?> Reference(bool required = false) =>
        Opt.Text("--reference", "R", "The reference model pi_ref, a folder or file as for --model.", required);

    public static Option<string?> Tokenizer() => Opt.Text("--tokenizer", "T", "Another tokenizer than the model's: a folder with tokenizer.json, or a .gguf file.");

    public static Option<string?> Input(bool required = true) =>
        Opt.Text("--input", "F", "Rows to read: JSON Lines, a JSON array or Parquet, also as .gz.", required);

    public static Option<string?> Output() => Opt.Text("--output", "F", "JSON Lines to write; the file appears when it is whole. Default: stdout.");

    public static Option<double?> Beta() => Opt.Number("--beta", "B", "Factor of rewards and margins; default 0.1.", min: 0);

    public static Option<int?> MaxLength() =>
        Opt.Whole("--max-length", "N", "Cut rows to so many tokens, as training does; default: rows that do not fit the model's context are errors.", min: 2);

    public static Option<string?> Figures() =>
        Opt.Text("--output", "F", "JSON file of the figures; the same command again reads it and computes nothing. Default: stdout alone.");
}
