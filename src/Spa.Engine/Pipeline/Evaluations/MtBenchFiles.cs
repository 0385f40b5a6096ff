namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>Where FastChat keeps the files of MT-Bench below a folder.</summary>
/// <param name="folder">The folder.</param>
public sealed class MtBenchFiles(string folder)
{
    public string Answers(string model) => Path.Combine(folder, "model_answer", FileName(model) + ".jsonl");

    /// <summary>A judge's judgements of all models, where FastChat looks for them.</summary>
    public string Judgements(string judge) => Path.Combine(folder, "model_judgment", FileName(judge) + "_single.jsonl");

    /// <summary>A judge's judgements of one model; what FastChat reads is put together from these.</summary>
    public string Part(string judge, string model) => Path.Combine(Parts(judge), FileName(model) + ".jsonl");

    /// <summary>The folder of a judge's parts.</summary>
    public string Parts(string judge) => Path.Combine(folder, "judgements", FileName(judge));

    public string Scores => Path.Combine(folder, "mt-bench.json");

    public string Radar => Path.Combine(folder, "radar.svg");

    public string State => Path.Combine(folder, "run.json");

    // Names of models at services hold slashes and colons.
    private static string FileName(string name) => string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
}
