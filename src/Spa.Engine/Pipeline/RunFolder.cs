using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline;

/// <summary>Where things are in a run folder.</summary>
public sealed class RunFolder
{
    /// <summary>Makes the folder if it is missing and proves that it can be written.</summary>
    public RunFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        string probe = System.IO.Path.Combine(Path, ".writable");
        AtomicFile.WriteAllText(probe, "");
        File.Delete(probe);
    }

    public string Path { get; }

    public string Config => In("config.yaml");

    public string State => In("run.json");

    public string Metrics => In("metrics.jsonl");

    public string Report => In("report.html");

    /// <summary>Gold scores, where a run has a known rule to measure by; see <see cref="GoldReport"/>.</summary>
    public string Gold => In("gold.json");

    public string TensorBoard => In("tensorboard");

    /// <summary><c>stage-0-seed</c>, <c>stage-1</c>, ...</summary>
    public static string StageName(int stage) => stage == 0 ? "stage-0-seed" : $"stage-{stage}";

    public string Stage(int stage) => In(StageName(stage));

    public string Samples(int stage) => System.IO.Path.Combine(Stage(stage), "samples.jsonl");

    public string Pairs(int stage) => System.IO.Path.Combine(Stage(stage), "pairs.jsonl");

    /// <summary>What training saw of each pair at its last visit.</summary>
    public string Margins(int stage) => System.IO.Path.Combine(Stage(stage), "margins.jsonl");

    /// <summary>The oracle's scores of an iteration's responses, where there is one.</summary>
    public string GoldScores(int stage) => System.IO.Path.Combine(Stage(stage), "gold.jsonl");

    public string Audit(int stage) => System.IO.Path.Combine(Stage(stage), "audit.json");

    /// <summary>log pi_ref of the pairs that a stage is trained on, where training needs them computed.</summary>
    public string ReferenceLogProbs(int stage) => System.IO.Path.Combine(Stage(stage), "reference.jsonl");

    /// <summary>The temperature of an iteration's judge, where one is fitted.</summary>
    public string Calibration(int stage) => System.IO.Path.Combine(Stage(stage), "calibration.json");

    public string Model(int stage) => System.IO.Path.Combine(Stage(stage), "model");

    public string Checkpoints(int stage) => System.IO.Path.Combine(Stage(stage), "checkpoints");

    /// <summary>Evaluation of a stage's model; stage -1 is the SFT model.</summary>
    public string Evaluation(int stage) => stage < 0 ? In("evaluation-sft.json") : System.IO.Path.Combine(Stage(stage), "evaluation.json");

    /// <summary>The rows that an evaluation was made from: a score for each held-out pair, then the answers.</summary>
    public string EvaluationRows(int stage) => System.IO.Path.ChangeExtension(Evaluation(stage), ".jsonl");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
