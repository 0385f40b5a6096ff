using System.CommandLine;

namespace Spa.Cli.Options;

/// <summary>The options that every command has.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Backend { get; } = Opt.Choice("--backend", "Where to compute. auto takes the best that works on this machine (see spa doctor).", "auto",
        "cpu", "cuda");

    public Option<string?> Base { get; } = Opt.Text("--base", "M", "The base model of a PEFT adapter whose own base path does not exist here: a folder or a .gguf file.");

    public Option<string?> Device { get; } = Opt.Text("--device", "N|emulator", "Which device of --backend cuda.");

    public Option<string?> Gemm { get; } = Opt.Choice("--gemm", "Who multiplies large bfloat16 matrices of --backend cuda. auto takes cuBLASLt where it is installed; own gives a row the same bits in every batch.", "auto", "own", "cublaslt");

    public Option<int?> Threads { get; } = Opt.Whole("--threads", "N", "Threads of the CPU backend; default: one per processor. Results do not depend on it.",
        min: 1, max: 4096);

    public Option<string?> Dtype { get; } = Opt.Choice("--dtype", "How weights are kept. float32 (default): float32 weights and arithmetic everywhere.", "float32",
        "bfloat16");

    public Option<int?> Seed { get; } = Opt.Whole("--seed", "N", "Seed of all randomness; default 42. The same seed gives the same results.", min: 0);

    public Option<bool> Quiet { get; } = Opt.Flag("--quiet", "No progress and no notices on stderr, only errors.", "-q");

    public Option<bool> Verbose { get; } = Opt.Flag("--verbose", "More on stderr, and the stack trace of an error.", "-v");

    public Option<bool> Json { get; } = Opt.Flag("--json", "Results on stdout as one JSON document, or as JSON lines.");

    public IEnumerable<Option> All => [Backend, Base, Device, Gemm, Threads, Dtype, Seed, Quiet, Verbose, Json];

    /// <summary>Adds them to the root, from where every command inherits them.</summary>
    public void AddTo(Command root)
    {
        foreach (Option option in All)
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
    }
}
