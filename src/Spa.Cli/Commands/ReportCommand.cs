using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Engine.Pipeline;

namespace Spa.Cli.Commands;

/// <summary><c>spa report</c>: the HTML report of a run again.</summary>
internal sealed class ReportCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run folder: output_dir of spa run." };

    public ReportCommand() : base("report", "Writes the HTML report of a run again.") => Arguments.Add(_run);

    public override string Synopsis => "RUN [options]";

    public override string Details => "Reads what is in the run folder and writes report.html there, one file that needs no other. Nothing is computed again.";

    public override IReadOnlyList<string> Examples => ["spa report runs/smollm2-hh"];

    public override int Run(CommandContext context)
    {
        RunFolder folder = StatusCommand.Existing(context.Get(_run)!);
        RunReportBuilder.Write(folder);
        context.WriteLine(context.Json ? new JsonObject { ["report"] = folder.Report }.ToJsonString() : folder.Report);
        return ExitCodes.Done;
    }
}
