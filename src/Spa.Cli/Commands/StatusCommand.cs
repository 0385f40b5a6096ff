using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Terminal;
using Spa.Engine;
using Spa.Engine.Pipeline;

namespace Spa.Cli.Commands;

/// <summary><c>spa status</c>: where a run stands.</summary>
internal sealed class StatusCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run folder: output_dir of spa run, spa sft or spa dpo." };

    public StatusCommand() : base("status", "Tells where a run stands.") => Arguments.Add(_run);

    public override string Synopsis => "RUN [options]";

    public override string Details => "Lists the phases that are done, with their time, and the phase that an interrupted run goes on in.";

    public override IReadOnlyList<string> Examples => ["spa status runs/smollm2-hh", "spa status runs/smollm2-hh --json"];

    /// <summary>The folder of a run, without touching it.</summary>
    /// <exception cref="SpaException">There is no run.</exception>
    public static RunFolder Existing(string path) => File.Exists(Path.Combine(path, "run.json")) || File.Exists(Path.Combine(path, "config.yaml"))
        ? new RunFolder(path)
        : throw new SpaException($"'{path}' is not a run folder: it has neither run.json nor config.yaml; name the output_dir of spa run, spa sft or spa dpo");

    public override int Run(CommandContext context)
    {
        RunStatus status = RunStatus.Read(Existing(context.Get(_run)!));
        if (context.Json) context.WriteLine(Json(status).ToJsonString());
        else foreach (string line in Lines(status)) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private static JsonObject Json(RunStatus status) => new()
    {
        ["output_dir"] = status.Folder,
        ["complete"] = status.IsComplete,
        ["phases"] = new JsonArray([.. status.Done.Select(p => new JsonObject
        {
            ["name"] = p.Name, ["status"] = "done", ["seconds"] = p.Seconds, ["tokens"] = p.Tokens, ["finished"] = p.Finished.ToString("O"),
                ["summary"] = p.Summary.DeepClone(),
        })]),
        ["next"] = status.Next,
        ["next_done"] = status.NextDone,
    };

    private static IEnumerable<string> Lines(RunStatus status)
    {
        int width = status.Done.Select(p => p.Name.Length).Append(status.Next?.Length ?? 0).Append(5).Max();
        foreach (PhaseRecord phase in status.Done)
        {
            string rate = phase.Tokens > 0 && phase.Seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"{phase.Tokens / phase.Seconds,9:0} tokens/s") : "";
            yield return $"{phase.Name.PadRight(width)}  done  {ProgressText.Duration(TimeSpan.FromSeconds(phase.Seconds)),9}  {rate}".TrimEnd();
        }

        if (status.Next is { } next) yield return $"{next.PadRight(width)}  next  {status.NextDone}".TrimEnd();
        yield return status.IsComplete ? "complete" : "not complete: the command that began it goes on";
    }
}
