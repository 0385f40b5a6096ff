using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine.Configuration;
using Spa.Engine.Configuration.Import;
using Spa.Engine.Formats;

namespace Spa.Cli.Commands;

/// <summary><c>spa import-config</c>: a configuration of another trainer as Spa's.</summary>
internal sealed class ImportConfigCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A YAML file of TRL, alignment-handbook, LLaMA-Factory or Axolotl." };
    private readonly Option<string?> _output = Opt.Text("--output", "FILE", "Where the configuration goes; default: stdout.");
    private readonly Option<string?> _format = Opt.Choice("--format", "Whose configuration it is; default: its keys tell.", "trl", "alignment-handbook", "llama-factory", "axolotl");
    private readonly Option<string?> _for = Opt.Choice("--for", "The command that it is for; default: its keys tell.", "dpo", "sft", "reward");

    public ImportConfigCommand() : base("import-config", "Turns a configuration of TRL, alignment-handbook, LLaMA-Factory or Axolotl into Spa's.")
    {
        Arguments.Add(_file);
        foreach (Option option in new Option[] { _output, _format, _for }) Options.Add(option);
    }

    public override string Synopsis => "FILE [--output FILE] [--format trl|alignment-handbook|llama-factory|axolotl] [--for dpo|sft|reward] [options]";

    public override string Details => "Writes the keys that have a counterpart, and the other tool's defaults where they are not ours. Everything else is listed on stderr and in "
        + "comments of the file, with what became of it; --json prints format, command, configuration and list.\n"
        + "A configuration for 'trl dpo --config' or 'trl sft --config' needs no import: spa dpo and spa sft take it as it is.";

    public override IReadOnlyList<string> Examples => ["spa import-config llama3_lora_dpo.yaml --output dpo.yaml && spa dpo --config dpo.yaml"];

    public override int Run(CommandContext context)
    {
        ConfigurationDocument document = ConfigurationFile.Load(context.Get(_file)!);
        ImportedConfiguration imported = ConfigurationImport.Read(document, Format(context.Get(_format)), Stage(context.Get(_for)));
        string yaml = imported.ToYaml();
        string? output = context.Get(_output);
        if (output is not null) AtomicFile.WriteAllText(output, yaml);
        if (context.Json) context.WriteLine(Json(imported, yaml, output).ToJsonString());
        else if (output is null) context.Console.Out.Write(yaml);
        context.Log.Notice($"{document.Name}: {imported.FormatName}, for spa {imported.Command}: {imported.Values.Count} keys{(output is null ? "" : $" written to {output}")}");
        foreach (ImportNote note in imported.Notes) context.Log.Notice($"{document.Place(note.Key)}: {note.Key}: {note.Text}");
        return ExitCodes.Done;
    }

    private static JsonObject Json(ImportedConfiguration imported, string yaml, string? output) => new()
    {
        ["format"] = imported.FormatName,
        ["command"] = imported.Command,
        ["config"] = ConfigurationFile.Parse(yaml, "imported").Root.DeepClone(),
        ["output"] = output,
        ["notes"] = new JsonArray([.. imported.Notes.Select(note => new JsonObject { ["key"] = note.Key, ["text"] = note.Text })]),
    };

    private static ForeignFormat? Format(string? word) => word switch
    {
        "trl" => ForeignFormat.Trl,
        "alignment-handbook" => ForeignFormat.AlignmentHandbook,
        "llama-factory" => ForeignFormat.LlamaFactory,
        "axolotl" => ForeignFormat.Axolotl,
        _ => null,
    };

    private static ConfigurationStage? Stage(string? word) => word switch
    {
        "dpo" => ConfigurationStage.Dpo,
        "sft" => ConfigurationStage.Sft,
        "reward" => ConfigurationStage.Reward,
        _ => null,
    };
}
