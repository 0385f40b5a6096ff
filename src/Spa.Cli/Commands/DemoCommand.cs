using System.CommandLine;
using Spa.Cli.Diagnosis;
using Spa.Cli.Options;
using Spa.Engine.Compute;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Demo;

namespace Spa.Cli.Commands;

/// <summary><c>spa demo</c>: the whole loop on the shipped small model.</summary>
internal sealed class DemoCommand : CliCommand
{
    private readonly Option<string?> _out = Opt.Text("--out", "DIR", "The run folder; default spa-demo.");
    private readonly Option<bool> _noControls = Opt.Flag("--no-controls",
        "Leave out the random judge and the longer DPO on the seed pairs: faster, but then the table proves less.");
    private readonly Option<int?> _seeds = Opt.Whole("--seeds", "N", "Run with N seeds, from --seed on, and tell what is left when luck is taken out.",
        min: 1, max: 1000);
    private readonly Option<string?> _writeData = Opt.Text("--write-data", "DIR", "Only write what the shipped model was trained from, for recipes/demo/sft.yaml.");

    public DemoCommand() : base("demo", "Runs the whole loop on the small model that comes with spa, with a report.")
    {
        foreach (Option option in new Option[] { _out, _noControls, _seeds, _writeData }) Options.Add(option);
    }

    public override string Synopsis => "[--out DIR] [options]";

    public override string Details =>
        "Seed DPO and three iterations of SPA on a task whose right preference is known, so that the gain can be measured; then a table of all stages and controls, six "
            + "prompts with their answers, and where the report is. docs/demo.md says what the numbers prove. The same command goes on after an interruption.";

    public override IReadOnlyList<string> Examples => ["spa demo", "spa demo --out runs/demo --seed 7"];

    public override int Run(CommandContext context)
    {
        if (context.Get(_writeData) is { } folder)
        {
            DemoRecipe.Write(folder);
            context.Log.Notice($"wrote {folder}");
            return ExitCodes.Done;
        }

        using ComputeBackend backend = context.CreateBackend();
        RunContext run = new(backend, context.MatrixType, context.Log, context.Cancel);
        DemoOptions options = new()
        {
            OutputFolder = context.Get(_out) ?? "spa-demo",
            Controls = !context.Get(_noControls),
            Seed = (uint)context.Seed,
            Environment = RunEnvironment.Of(backend, context.Threads),
        };
        if (context.Get(_seeds) is { } seeds)
        {
            DemoSeries series = Demo.RunSeeds(options, seeds, run);
            context.WriteLine(context.Json ? series.ToJson().ToJsonString() : series.ToText().TrimEnd('\n'));
        }
        else
        {
            DemoResult result = Demo.Run(options, run);
            context.WriteLine(context.Json ? result.ToJson().ToJsonString() : result.ToText().TrimEnd('\n'));
        }

        return ExitCodes.Done;
    }
}
