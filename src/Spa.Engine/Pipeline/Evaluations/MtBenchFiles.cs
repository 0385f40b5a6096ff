namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>Where FastChat keeps the files of MT-Bench below a folder.</summary>
/// <param name="folder">The folder.</param>
public sealed class MtBenchFiles(string folder)
{
    public string Answers(string model) => Path.Combine(folder, "model_answer", FileName(model) + ".jsonl");

    public string Judgements(string judge) => Path.Combine(folder, "model_judgment", FileName(judge) + "_single.jsonl");

    public string Scores => Path.Combine(folder, "mt-bench.json");

    public string Radar => Path.Combine(folder, "radar.svg");

    public string State => Path.Combine(folder, "run.json");

    // Names of models at services hold slashes and colons.
    private static string FileName(string name) => string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
}
